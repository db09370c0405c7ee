"""A suppression survives a formatter: what it covered before is covered after, however the lines are broken."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from lintkit.authoring.examples import MemoryTree, example_config, named
from lintkit.catalog.load import RuleSet, load_rules
from lintkit.formats.python_lex import logical_lines
from lintkit.model import Example, Report
from lintkit.rule.definition import Rule
from lintkit.run.engine import Request, run
from lintkit.source import Lines

WIDTHS = (20, 60, 100)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An example with a comment behind each statement that holds a finding, which hides all of them."""

    rule: Rule
    example: Example
    text: str


def check(rule: Rule, example: Example, text: str) -> Report:
    """What the rule says of the example's one file with another text."""
    (path,) = named(example.files, rule.meta.kinds)
    tree = MemoryTree({path: text.encode()})
    request = Request(tree, example_config(rule, example), RuleSet((rule,)), frozenset({rule.id}), jobs=1)
    return run(request)


def with_comments(rule: Rule, text: str, starts: set[int]) -> str:
    """`text` with a suppression behind each logical line that holds one of the places."""
    ends = {
        line.end for line in logical_lines(text) if any(line.start <= start < line.end for start in starts)
    }
    for end in sorted(ends, reverse=True):
        stop = Lines(text).end(Lines(text).position(end).line)
        if text[end:stop].strip().startswith("#"):
            continue
        text = f"{text[:end]}  # lintkit: ignore[{rule.id}] -- it is meant{text[stop:]}"
    return text


@pytest.fixture(scope="module")
def cases() -> dict[str, Suppressed]:
    """By the name of a file, the examples of Python rules whose findings comments behind their statements hide."""
    found: dict[str, Suppressed] = {}
    for rule in load_rules().rules:
        for example in rule.meta.examples:
            if "python" not in rule.meta.kinds or example.good or len(example.files) != 1:
                continue
            (text,) = example.files.values()
            starts = {entry.primary.span.start for entry in check(rule, example, text).findings}
            text = with_comments(rule, text, starts)
            report = check(rule, example, text)
            if report.suppressed and not report.findings:
                name = f"{rule.id.replace('/', '_')}_{len(found)}.py"
                found[name] = Suppressed(rule, example, text)
    return found


def formatted(texts: Mapping[str, str], folder: Path, width: int) -> dict[str, str]:
    """The texts as `ruff format` writes them in lines of `width`."""
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--isolated",
        "--no-cache",
        "--line-length",
        str(width),
    ]
    subprocess.run([*command, str(folder)], check=False, capture_output=True, timeout=300)
    return {name: (folder / name).read_text(encoding="utf-8") for name in texts}


@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_suppressed_is_so_after_formatting(
    cases: dict[str, Suppressed], tmp_path: Path, width: int
) -> None:
    assert len({case.rule.id for case in cases.values()}) > 40
    after = formatted({name: case.text for name, case in cases.items()}, tmp_path, width)
    moved = {name: case for name, case in cases.items() if after[name] != case.text}
    assert len(moved) > 20
    lost = {}
    for name, case in moved.items():
        report = check(case.rule, case.example, after[name])
        if any(finding.rule == case.rule.id for finding in report.findings):
            lost[name] = after[name]
    assert not lost
