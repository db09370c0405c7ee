"""Nothing of a file reaches a message outside of backticks, so that a mask never has to cover words of lintkit.

Each word that a message of an example says outside of quotations, and that the example's files hold as well, is changed
in the files. Where the message changes with it, the word came from the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from lintkit.authoring.examples import run_example
from lintkit.catalog.load import load_rules
from lintkit.declared.cases import say
from lintkit.model import Example, Finding
from lintkit.rule.definition import Rule
from lintkit.words.quotation import quotations, quoted_at

MARK = "qzx"
WORD = re.compile(r"[A-Za-z][A-Za-z-]*[A-Za-z]")
KIND = re.compile(r"\bkind: ([A-Z]\w*)")


def unquoted(words: str) -> str:
    """`words` without what stands in backticks."""
    kept, position = [], 0
    for start, end in quotations(words):
        kept.append(words[position:start])
        position = end
    return "".join([*kept, words[position:]])


def said(finding: Finding) -> Iterator[str]:
    """All that a finding says in lintkit's words."""
    yield unquoted(finding.message)
    for location in finding.locations:
        yield unquoted(location.label)
    if finding.fix is not None:
        yield unquoted(finding.fix.title)


def changed(files: Mapping[str, str], word: str) -> dict[str, str]:
    """The files with another word in the place of `word`, in their names too."""
    found = re.compile(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])")
    return {found.sub(word + MARK, path): found.sub(word + MARK, text) for path, text in files.items()}


def words_of_the_file(rule: Rule, example: Example) -> set[str]:
    """The words that the findings of an example say outside of quotations, and that its files decide."""
    findings = run_example(rule, example).findings
    text = "\n".join([*example.files, *example.files.values()])
    said_of = [words for finding in findings for words in said(finding)]
    kinds = set(KIND.findall(text))  # what an object is, is said before its name, and no secret to anybody
    candidates = {word for words in said_of for word in WORD.findall(words) if word in text} - kinds
    caught = set()
    for word in sorted(candidates):
        files = changed(example.files, word)
        if files == dict(example.files):
            continue
        again = run_example(rule, replace(example, files=files, fixed=None))
        if any(MARK in words for finding in again.findings for words in said(finding)):
            caught.add(word)
    return caught


@pytest.mark.parametrize("rule", load_rules().rules, ids=lambda rule: rule.id)
def test_what_comes_from_a_file_is_quoted(rule: Rule) -> None:
    caught = {
        word
        for example in rule.meta.examples
        if not example.good
        for word in words_of_the_file(rule, example)
    }
    assert not caught, "a message quotes a file: put what comes from there in backticks"


@pytest.mark.parametrize(
    ("template", "text", "shown"),
    [
        ("port {value} is open", "22", "port `22` is open"),
        ("port `{value}` is open", "22", "port `22` is open"),
        ("`{value}` and {value}", "a`b", "`a'b` and `a'b`"),
        ("nothing in {value}", "", "nothing in "),
        ("{other} is open", "22", "{other} is open"),
    ],
)
def test_the_values_of_a_template_are_quoted(template: str, text: str, shown: str) -> None:
    assert say(template, {"value": text}) == shown


def test_a_quotation_cannot_be_ended_by_what_is_quoted() -> None:
    message = f"{quoted_at('', 0, 'a` b `c')} is wrong"
    assert unquoted(message) == "`` is wrong"
