"""Running a rule's examples: they are its tests and its documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lintkit.catalog import RuleSet
from lintkit.discover.tree import TreeEntry, TreeError
from lintkit.model import Example, Finding, Kind, Revision
from lintkit.rule import Rule
from lintkit.source import Lines

if TYPE_CHECKING:
    from lintkit.config.model import Config

USUAL_NAMES: Mapping[Kind, str] = {
    "python": "app.py",
    "compose": "compose.yaml",
    "kubernetes": "deployment.yaml",
    "dockerfile": "Dockerfile",
    "dotenv": ".env",
    "gitignore": ".gitignore",
    "dockerignore": ".dockerignore",
    "workflow": ".github/workflows/ci.yml",
    "yaml": "config.yaml",
    "toml": "pyproject.toml",
    "json": "config.json",
    "text": "README.md",
}
"""The name of a file in an example that gives none."""


@dataclass(frozen=True, slots=True)
class MemoryTree:
    """A tree of texts in memory, all of them tracked."""

    files: Mapping[str, bytes]
    root: Path = Path()

    def paths(self) -> Sequence[TreeEntry]:
        """All files, sorted."""
        return [TreeEntry(path, tracked=True) for path in sorted(self.files)]

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises TreeError where there is none."""
        try:
            return self.files[path]
        except KeyError:
            raise TreeError(f"{path} is not in this tree") from None

    def size(self, path: str) -> int:
        """The number of bytes of a file."""
        return len(self.read(path))

    def revision(self) -> Revision:
        """A tree in memory has no history."""
        return Revision()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an example went.

    expected, found  (path, line) places, sorted
    fixed            what the fixes made of the files, where the example says what they should make
    """

    example: Example
    expected: tuple[tuple[str, int], ...]
    found: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    fixed: Mapping[str, str] | None
    fixed_expected: Mapping[str, str] | None

    @property
    def passed(self) -> bool:
        """The lines agree, and so do the fixed files."""
        return self.expected == self.found and (
            self.fixed_expected is None or self.fixed == self.fixed_expected
        )

    def explain(self) -> str:
        """What was expected and what was found, for a person."""
        if self.passed:
            return "passed"
        lines = []
        for path, line in sorted({*self.expected, *self.found}):
            mark = {
                (True, False): "missing   ",
                (False, True): "unexpected",
                (True, True): "as marked ",
            }[(path, line) in self.expected, (path, line) in self.found]
            message = next(
                (f.message for f in self.findings if _place(f, self.example_files) == (path, line)), ""
            )
            lines.append(f"  {mark} {path}:{line}  {message}".rstrip())
        if self.fixed_expected is not None and self.fixed != self.fixed_expected:
            lines.append(f"  the fix gave    {dict(self.fixed or {})!r}")
            lines.append(f"  instead of      {dict(self.fixed_expected)!r}")
        return "\n".join(lines)

    @property
    def example_files(self) -> Mapping[str, str]:
        """The example's files under the paths they were checked at."""
        return self.example.files


def _place(finding: Finding, files: Mapping[str, str]) -> tuple[str, int]:
    text = files.get(finding.path, files.get("", ""))
    return finding.path, Lines(text).position(finding.primary.span.start).line


def named(files: Mapping[str, str], kinds: Sequence[Kind]) -> dict[str, str]:
    """The files with the usual name of the rule's kind in place of an empty path."""
    usual = USUAL_NAMES[kinds[0]] if kinds else "file.txt"
    return {path or usual: text for path, text in files.items()}


def run_example(rule: Rule, example: Example, config: Config, *, screen: bool = True) -> Outcome:
    """Check the files of one example with one rule, and apply its fixes where the example shows the result."""
    from lintkit.engine import Request, run
    from lintkit.fix import apply_edits, selected_edits

    kinds = rule.meta.kinds
    files = named(example.files, kinds)
    tree = MemoryTree({path: text.encode("utf-8", "surrogatepass") for path, text in files.items()})
    report = run(Request(tree, config, RuleSet((rule,)), frozenset({rule.id}), screen=screen))
    findings = tuple(report.findings)
    found = tuple(sorted(_place(finding, files) for finding in findings))
    usual = named({"": ""}, kinds)
    expected = tuple(sorted((path or next(iter(usual)), line) for path, line in example.expected))
    fixed = fixed_expected = None
    if example.fixed is not None:
        fixed_expected = {**files, **named(example.fixed, kinds)}
        edits = selected_edits(findings, unsafe=True)
        fixed = {path: apply_edits(text, edits.get(path, ())) for path, text in files.items()}
    return Outcome(example, expected, found, findings, fixed, fixed_expected)
