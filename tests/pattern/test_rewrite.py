"""`fix: {replace: CODE}` of rules with `match`: what it writes, when it does not, and what is wrong with it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from lintkit.rule.definition import RuleError
from tests.pattern.test_rule import check, load


def rewrite(tmp_path: Path, pattern: str, code: str, text: str) -> str | None:
    """The text with every fix made; None where a finding has none."""
    fix = f"fix: {{title: write it, replace: {json.dumps(code)}}}"
    rule = load(tmp_path, f"match: {json.dumps(pattern)}\n{fix}\nmessage: some message\n")
    for found in sorted(check(rule, text), key=lambda each: -each.primary.span.start):
        if found.fix is None:
            return None
        (edit,) = found.fix.edits
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    ast.parse(text)
    return text


@pytest.mark.parametrize(
    ("pattern", "code", "text", "fixed"),
    [
        ("old($X)", "new($X, 1)", "y = old(a)\n", "y = new(a, 1)\n"),
        ("old($X)", "new($X, 1)", "y = old(a or b)\n", "y = new(a or b, 1)\n"),
        ("old($X)", "$X.new()", "old(a + b)\n", "(a + b).new()\n"),
        ("old($X)", "$X.new()", "old((a + b))\n", "(a + b).new()\n"),
        ("old($X)", "$X is None", "y = not old(a)\n", "y = not (a is None)\n"),
        ("old($X)", "$X is None", "f(old(a))\n", "f(a is None)\n"),
        ("old($...X)", "new($...X)", "old(a, *b, c=1)\nold()\n", "new(a, *b, c=1)\nnew()\n"),
        ("$X == None", "$X is None", "if a.b == None: pass\n", "if (a.b is None): pass\n"),
        ("$X = old($Y)", "$X: int = $Y", "a = old(b)\n", "a: int = b\n"),
        ("open('tmp/$X')", "temporary('$X')", "open('tmp/a')\n", "temporary('a')\n"),
    ],
)
def test_what_was_found_becomes_the_code(
    tmp_path: Path, pattern: str, code: str, text: str, fixed: str
) -> None:
    assert rewrite(tmp_path, pattern, code, text) == fixed


@pytest.mark.parametrize(
    ("pattern", "code", "text"),
    [
        ("old($X)", "new($X)", "old(  # why\n    a)\n"),
        ("old($X)", "y = $X", "f(old(a))\n"),
        ("a()\nb()", "c()", "a()\nb()\n"),
    ],
)
def test_nothing_is_written_where_something_would_be_lost(
    tmp_path: Path, pattern: str, code: str, text: str
) -> None:
    assert rewrite(tmp_path, pattern, code, text) is None


@pytest.mark.parametrize(
    ("fix", "words"),
    [
        ("replace: 'new($Y)'", "names `$Y`, which no pattern binds; the metavariables are `$X`"),
        ("replace: 'new($X'", "no one expression or statement"),
        ("replace: 'a()\\nb()'", "no one expression or statement"),
        ("replace: {pattern: a, with: b}", "is Python code"),
        ("set: 1", "`set` repairs data"),
        ("insert: {a: 1}", "`insert` repairs data"),
        ("keyword: {a: '1'}, replace: 'new($X)'", "either `keyword` or `replace`"),
    ],
)
def test_a_fix_that_cannot_be_is_a_mistake_of_the_rule(tmp_path: Path, fix: str, words: str) -> None:
    body = f"match: 'old($X)'\nfix: {{title: write it, {fix}}}\nmessage: some message\n"
    with pytest.raises(RuleError, match=re.escape(words)) as caught:
        load(tmp_path, body)
    assert caught.value.line == 7
