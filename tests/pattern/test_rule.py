"""Rules with `match`, from their file to findings and fixes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lintkit.declared.load import load_declared_rule
from lintkit.declared.pattern.compile import compile_pattern
from lintkit.model import Finding, SourceFile
from lintkit.rule.definition import Rule, RuleContext, RuleError
from lintkit.run.file import Task, check_file

HEAD = """\
summary: something that breaks
why: It breaks in production, as everything does.
remedy: Do not.
severity: warning
kind: python
"""
EXAMPLES = """
examples:
  - bad: "f(1)  # <-- here"
  - good: "g(1)"
"""


def load(tmp_path: Path, body: str) -> Rule:
    file = tmp_path / "rule.yaml"
    file.write_text(HEAD + body + EXAMPLES, encoding="utf-8")
    return load_declared_rule(file, "team/rule")


def check(rule: Rule, text: str) -> list[Finding]:
    result = check_file(
        SourceFile("app.py", "python", text.encode()), [Task(rule, RuleContext(rule.meta))], facts=False
    )
    return list(result.findings)


def test_the_message_takes_metavariables(tmp_path: Path) -> None:
    rule = load(tmp_path, "match: 'a.f($X, k=$Y)'\nmessage: '{callee} $X {Y} {other} $Z'\n")
    (finding,) = check(rule, "from a import f as g\ng(b.c, k='d')\n")
    assert finding.message == "a.f `b.c` `d` {other} $Z"


def test_require_sees_callee_arguments_keywords_and_metavariables(tmp_path: Path) -> None:
    schema = "{const: {callee: a.f, arguments: [1, [2, x], {k: null}], keywords: {b: true}, metavariables: {X: 1}}}"
    rule = load(tmp_path, f"match: 'a.f($X, ...)'\nrequire: {schema}\nmessage: is not so\n")
    assert check(rule, "import a\na.f(1, [2, x], {'k': None}, b=True)\n") == []
    assert len(check(rule, "import a\na.f(2)\n")) == 1


def test_require_is_silent_where_keywords_are_unknown(tmp_path: Path) -> None:
    rule = load(
        tmp_path,
        "match: 'f(...)'\nrequire: {properties: {keywords: {required: [timeout]}}}\nmessage: no timeout here\n",
    )
    assert [f.primary.span.start for f in check(rule, "f()\nf(**options)\nf(timeout=1)\n")] == [0]


def test_forbid_reports_what_satisfies_it(tmp_path: Path) -> None:
    rule = load(
        tmp_path,
        "match: 'f($X)'\nforbid: {properties: {metavariables: {properties: {X: {const: 1}}}}, "
        "required: [metavariables], type: object}\nmessage: it is one\n",
    )
    assert len(check(rule, "f(1)\nf(2)\n")) == 1


def test_findings_of_several_triggers_come_once_in_order(tmp_path: Path) -> None:
    rule = load(tmp_path, "match: ['$X.a(...)', 'b.c(...)', 'd']\nmessage: found it here\n")
    found = check(rule, "import b\nd\nb.c().a()\n")
    assert [(f.primary.span.start, f.primary.span.end) for f in found] == [(9, 10), (11, 16), (11, 20)]


def test_a_wide_pattern_is_noted(tmp_path: Path) -> None:
    assert load(tmp_path, "match: '$X == $X'\nmessage: compares with itself\n").notes
    assert not load(tmp_path, "match: 'f($X)'\nmessage: calls f here\n").notes


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("match: 'f('\nmessage: some message\n", 6, "not closed"),
        ("match:\n  any:\n    - 'f()'\n    - 'g(a=1, b)'\nmessage: some message\n", 9, "no Python here"),
        ("match:\n  any: 'f($X)'\n  where:\n    $Y: a\nmessage: some message\n", 9, "no pattern binds"),
    ],
)
def test_a_mistake_names_its_line(tmp_path: Path, body: str, line: int, words: str) -> None:
    with pytest.raises(RuleError, match=re.escape(words)) as caught:
        load(tmp_path, body)
    assert caught.value.line == line


def test_a_pattern_that_costs_too_much_is_reported_by_rule(tmp_path: Path) -> None:
    rule = load(tmp_path, "match: 'f(..., $A, ..., $B, ..., $C, ...)'\nmessage: some message\n")
    (finding,) = check(rule, "f(" + "a," * 200 + ")\n")
    assert "team/rule" in finding.message
    assert finding.rule.startswith("lintkit/")


def test_the_rule_of_the_documentation_proves_its_examples(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "patterns.md").read_text(encoding="utf-8")
    file = tmp_path / "rule.yaml"
    file.write_text(text.split("```yaml\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    rule = load_declared_rule(file, "team/rule")
    for example in rule.meta.examples:
        found = [f.message for text in example.files.values() for f in check(rule, text)]
        assert len(found) == len(example.expected)
    assert check(rule, "import requests\ndef test_a():\n    requests.get(url)\n") == []


def test_the_patterns_of_the_documentation_can_be_read() -> None:
    text = (Path(__file__).parents[2] / "docs" / "patterns.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `([^`]+)`", text.split("## Names")[1].split("## Expressions")[0], re.MULTILINE)
    assert [compile_pattern(pattern).text for pattern in table] == table
