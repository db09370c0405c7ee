"""What a repository holds in place of what is expected: no rule raises, and no file changes another one's findings."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from lintkit.authoring.examples import MemoryTree, named
from lintkit.catalog.load import load_rules
from lintkit.config import Config
from lintkit.model import Report
from lintkit.run.engine import Request, run

CASES = 300
TREES = 60
ODD = (
    "null", "~", "true", "-1", "0", "1.5", "1e999", ".nan", ".inf", "-.inf", "''", "[]", "{}", "[null]", "{a: b}",
    "{? [1]: 2}", "{1: 2, null: 3}", "2024-02-30", "2024-02-29", "0x", "0o9", "1_000", "!!binary x", "!!set {a}",
    "!custom x", "*missing", "&a [*a]", "²", "٣", "９９", "\ud800", "\x85", "9" * 400, "[" * 60 + "]" * 60, "<<: 1",
    "${A", "$(", "%(a)s", "nan", "inf", "1e999", "None", "...", "{**{}}", "f'{x!r:>{y}}'", "(yield)", "lambda: 0",
)  # fmt: skip
"""Values that a file may have in the place of any other."""

_VALUE = re.compile(r"(?<=[:=,(\[ ])[^\s:=,()\[\]{}#]+")
_KEY = re.compile(r"[A-Za-z_][\w.-]*(?=\s*[:=])")

Change = Callable[[str, random.Random], str]


def _put(pattern: re.Pattern[str]) -> Change:
    def change(text: str, chance: random.Random) -> str:
        found = list(pattern.finditer(text))
        if not found:
            return chance.choice(ODD)
        one = chance.choice(found)
        return text[: one.start()] + chance.choice(ODD) + text[one.end() :]

    return change


def _without_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    if lines:
        del lines[chance.randrange(len(lines))]
    return "".join(lines)


def _line_twice(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    number = chance.randrange(len(lines))
    return "".join([*lines[: number + 1], *lines[number:]])


def _swapped(text: str, chance: random.Random) -> str:
    found = list(_VALUE.finditer(text))
    if len(found) < 2:
        return text[::-1]
    one, other = sorted(chance.sample(found, 2), key=lambda each: each.start())
    return text[: one.start()] + other[0] + text[one.end() : other.start()] + one[0] + text[other.end() :]


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _nested(text: str, chance: random.Random) -> str:
    return "a:\n" + "".join("  " + line for line in text.splitlines(keepends=True))


WHOLE = (
    "",
    "\n",
    "\ufeff",
    "---\n---\n",
    "null\n",
    "[" * 3_000,
    "{a: " * 300,
    "- " * 1_000,
    "a: &a [*a]\n",
    "=",
    "\x00",
)


def _other(text: str, chance: random.Random) -> str:
    return chance.choice(WHOLE)


CHANGES: tuple[Change, ...] = (
    _put(_VALUE), _put(_VALUE), _put(_VALUE), _put(_KEY), _without_line, _line_twice, _swapped, _cut, _nested,
    _other,
)  # fmt: skip


def examples() -> Iterator[dict[str, str]]:
    """The files of every example of every rule."""
    for rule in load_rules().rules:
        for example in rule.meta.examples:
            yield named(example.files, rule.meta.kinds)


def changed(files: dict[str, str], chance: random.Random) -> dict[str, str]:
    """The same files, one to three times changed in one of them."""
    path = chance.choice(sorted(files))
    text = files[path]
    for _ in range(chance.randint(1, 3)):
        text = chance.choice(CHANGES)(text, chance)
    return {**files, path: text}


def report_of(files: dict[str, str]) -> Report:
    rules = load_rules()
    tree = MemoryTree({path: text.encode("utf-8", "surrogatepass") for path, text in files.items()})
    return run(Request(tree, Config(select=("*",)), rules, rules.ids(), jobs=1))


def raised(files: dict[str, str]) -> list[str]:
    return [
        finding.message
        for finding in report_of(files).findings
        if finding.rule == "lintkit/rule-failed" and "raised" in finding.message
    ]


def test_no_rule_raises_whatever_a_document_holds() -> None:
    chance = random.Random(11)
    every = list(examples())
    for number in range(CASES):
        files = changed(chance.choice(every), chance)
        assert not raised(files), (number, files)


def test_what_was_checked_before_changes_nothing() -> None:
    chance = random.Random(12)
    every = chance.sample(list(examples()), TREES)
    forwards = [report_of(files).findings for files in every]
    backwards = [report_of(files).findings for files in reversed(every)][::-1]
    chance.shuffle(order := list(range(TREES)))
    mixed = {number: report_of(every[number]).findings for number in order}
    assert backwards == forwards
    assert [mixed[number] for number in range(TREES)] == forwards
