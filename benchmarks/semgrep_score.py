"""Score the pattern language against a copy of Semgrep's public engine tests for Python.

    python benchmarks/semgrep_score.py FOLDER [--verbose] [--only NAME]

FOLDER holds pairs `name.sgrep` (a pattern) and `name.py` (a target, with `# ERROR:` or `# MATCH:` above each line on
which a match begins): `tests/patterns/python` of github.com/semgrep/semgrep, and the patterns of
`tests/patterns/POLYGLOT` that have a target there. None of it belongs to this project.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from lintkit.budget import RuleLimitError
from lintkit.declared.pattern.compile import compile_pattern
from lintkit.declared.pattern.errors import PatternError
from lintkit.declared.pattern.match import Matcher
from lintkit.formats.errors import ParseError
from lintkit.python.chunks import WholeFile
from lintkit.python.module import PythonFile
from lintkit.source import Lines

_MARK = re.compile(r"#\s*(?:ERROR|MATCH)\b")

BEYOND: dict[str, str] = {}
"""Tests that need what the language leaves out on purpose, with the reason."""
BEYOND.update(
    dict.fromkeys(
        (
            "ac_matching_dots", "ac_matching_dots1", "ac_matching_explosion", "ac_matching_explosion1",
            "ac_matching_explosion2", "ac_matching_explosion3", "ac_matching_free", "ac_matching_free1",
            "ac_matching_if", "ac_matching_if1", "ac_matching_mvars", "ac_matching_mvars1", "ac_matching_mvars2",
        ),
        "operator algebra",
    )
)  # fmt: skip
BEYOND.update(
    dict.fromkeys(
        (
            "assoc_matching_bug", "assoc_matching_dots", "assoc_matching_dots1", "assoc_matching_explosion",
            "assoc_matching_explosion1", "assoc_matching_explosion2", "assoc_matching_explosion3",
            "assoc_matching_free", "assoc_matching_free1", "assoc_matching_mvars", "assoc_matching_mvars1",
        ),
        "operator algebra",
    )
)  # fmt: skip
BEYOND.update(
    dict.fromkeys(
        ("constprop_dataflow", "cp_exception", "cp_python_mult_string1"), "constants across branches"
    )
)
BEYOND.update(dict.fromkeys(("metavar_typed",), "type inference"))


@dataclass(frozen=True)
class Result:
    """One test: the lines marked, the lines found, and what went wrong before that."""

    name: str
    expected: frozenset[int]
    found: frozenset[int]
    error: str = ""

    @property
    def passed(self) -> bool:
        """The lines agree."""
        return not self.error and self.expected == self.found


def run(pattern_file: Path) -> Result:
    """Run one pair."""
    target = pattern_file.with_suffix(".py").read_text(encoding="utf-8")
    lines = target.splitlines()
    expected = frozenset(number + 1 for number, line in enumerate(lines, 1) if _MARK.search(line))
    found: set[int] = set()
    try:
        pattern = compile_pattern(pattern_file.read_text(encoding="utf-8"))
        file = PythonFile("target.py", target, WholeFile(target, "target.py"))
        file.chunk(0)
        position = Lines(target).position
        for match in Matcher(file).search(pattern):
            first = match.first
            if isinstance(first, cst.FunctionDef | cst.ClassDef) and first.decorators:
                # Semgrep's range of a definition begins at its first decorator, libcst's at `def`.
                first = first.decorators[0]
            found.add(position(file.span(first).start).line)
    except (PatternError, RuleLimitError, ParseError) as error:
        return Result(pattern_file.stem, expected, frozenset(), f"{type(error).__name__}: {error}")
    return Result(pattern_file.stem, expected, frozenset(found))


def detail(result: Result) -> str:
    """Why a test fails."""
    missing, unexpected = sorted(result.expected - result.found), sorted(result.found - result.expected)
    return "" if result.passed else result.error or f"missing {missing}, unexpected {unexpected}"


def main() -> int:
    """Print each test and the share that passes."""
    parser = argparse.ArgumentParser(description="Score the pattern language against Semgrep's tests.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--verbose", action="store_true", help="show tests that pass as well")
    parser.add_argument("--only", help="run the test of this name")
    options = parser.parse_args()
    results = []
    for file in sorted(options.folder.glob("*.sgrep")):
        if file.with_suffix(".py").is_file() and options.only in (None, file.stem):
            result = run(file)
            results.append(result)
            if options.verbose or not result.passed:
                beyond = f" [{BEYOND[result.name]}]" if result.name in BEYOND else ""
                print(f"{'pass' if result.passed else 'FAIL'}  {result.name}{beyond}  {detail(result)}")  # noqa: T201
    within = [result for result in results if result.name not in BEYOND]
    for title, group in (("all", results), ("in scope", within)):
        passed = sum(result.passed for result in group)
        print(f"{title}: {passed} of {len(group)} pass ({passed / max(len(group), 1):.0%})")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
