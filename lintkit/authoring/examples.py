"""Running a rule's examples: they are its tests and its documentation."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lintkit.catalog.load import RuleSet
from lintkit.files.tree import TreeEntry, TreeError
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Example, Finding, Kind, Report, Revision
from lintkit.rule.definition import Check, Rule
from lintkit.rule.own import RULE_FAILED, SKIPPED_FILE, UNPARSEABLE_FILE
from lintkit.source import Lines

if TYPE_CHECKING:
    from lintkit.config.model import Config


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

    files           the example's files under the paths they were checked at, without marks
    expected, found (path, line) places, sorted; one for each finding
    findings        those of the rule, in the order of the report
    trouble         sentences about what kept the rule from being tried: it raised, a file could not be read
    fixed           what the fixes made of the files, where the example says what they should make
    """

    example: Example
    files: Mapping[str, str]
    expected: tuple[tuple[str, int], ...]
    found: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    trouble: tuple[str, ...]
    fixed: Mapping[str, str] | None
    fixed_expected: Mapping[str, str] | None

    @property
    def passed(self) -> bool:
        """The lines agree, and so do the fixed files."""
        return (
            not self.trouble
            and self.expected == self.found
            and (self.fixed_expected is None or self.fixed == self.fixed_expected)
        )

    def places(self) -> tuple[tuple[str, int, str], ...]:
        """The path, line and message of each finding."""
        return tuple((*_place(finding, self.files), finding.message) for finding in self.findings)

    def explain(self) -> str:
        """What was expected and what was found, in a line for each place."""
        if self.passed:
            return "passed"
        lines = [f"  {sentence}" for sentence in self.trouble]
        messages = {(path, line): message for path, line, message in self.places()}
        for place in sorted({*self.expected, *self.found}):
            expected, found = self.expected.count(place), self.found.count(place)
            word = "as marked " if expected == found else "missing   " if expected > found else "unexpected"
            lines.append(f"  {word} {place[0]}:{place[1]}  {messages.get(place, '')}".rstrip())
        if self.fixed_expected is not None and self.fixed != self.fixed_expected:
            lines.append(f"  the fix gave    {dict(self.fixed or {})!r}")
            lines.append(f"  instead of      {dict(self.fixed_expected)!r}")
        return "\n".join(lines)


def _place(finding: Finding, files: Mapping[str, str]) -> tuple[str, int]:
    return finding.path, Lines(files.get(finding.path, "")).position(finding.primary.span.start).line


def named(files: Mapping[str, str], kinds: Sequence[Kind]) -> dict[str, str]:
    """The files with the usual name of the rule's kind in place of an empty path."""
    usual = FILE_KIND[kinds[0]].usual_name if kinds else "file.txt"
    return {path or usual: text for path, text in files.items()}


def example_config(rule: Rule, example: Example) -> Config:
    """The configuration that names the rule, with the options of one example."""
    from lintkit.config.model import Config, RuleConfig

    return Config(rules={rule.id: RuleConfig(options=example.options)}, named=frozenset({rule.id}))


def run_example(
    rule: Rule, example: Example, config: Config | None = None, *, screen: bool = True
) -> Outcome:
    """Check the files of one example with one rule, and apply its fixes where the example shows the result.

    config  the configuration to check with, if not the default one with the example's options
    """
    from lintkit.fix import apply_edits, selected_edits
    from lintkit.run.engine import Request, run

    config = example_config(rule, example) if config is None else config
    kinds = rule.meta.kinds
    files = named(example.files, kinds)
    tree = MemoryTree({path: text.encode("utf-8", "surrogatepass") for path, text in files.items()})
    raised: list[Exception] = []
    watched = RuleSet((replace(rule, check=_watched(rule.check, raised)),))
    report = run(Request(tree, config, watched, frozenset({rule.id}), screen=screen, jobs=1))
    findings = tuple(finding for finding in report.findings if finding.rule == rule.id)
    usual = next(iter(named({"": ""}, kinds)))
    fixed = fixed_expected = None
    if example.fixed is not None:
        fixed_expected = {**files, **named(example.fixed, kinds)}
        edits = selected_edits(findings, unsafe=True)
        fixed = {}
        for path, text in files.items():
            # Positions count from behind a BOM.
            start = len(text) - len(text.removeprefix("\ufeff"))
            fixed[path] = text[:start] + apply_edits(text[start:], edits.get(path, ()))
    return Outcome(
        example,
        files,
        tuple(sorted((path or usual, line) for path, line in example.expected)),
        tuple(sorted(_place(finding, files) for finding in findings)),
        findings,
        tuple(_trouble(rule, report, raised)),
        fixed,
        fixed_expected,
    )


def _watched(check: Check, raised: list[Exception]) -> Check:
    """`check`, which also notes what it raises before the engine makes a finding of it."""

    def watched(*arguments: Any) -> list[Finding]:
        try:
            return list(check(*arguments))
        except Exception as error:
            raised.append(error)
            raise

    return watched


def _trouble(rule: Rule, report: Report, raised: Sequence[Exception]) -> Iterator[str]:
    yield from dict.fromkeys(_raised(rule, error) for error in raised)
    for finding in report.findings:
        if finding.rule == RULE_FAILED.id and not raised:
            yield finding.message
        elif finding.rule == UNPARSEABLE_FILE.id:
            yield f"`{finding.path}` of the example cannot be read: {finding.message}"
    for note in report.notifications:
        if note.rule == SKIPPED_FILE.id:
            yield f"`{note.path}` of the example was skipped: {note.message}"


def _raised(rule: Rule, error: Exception) -> str:
    """The error with its own words, since rule and example are the author's, and the last place in the rule's file."""
    words = str(error).strip()
    said = f"{type(error).__name__}: {words}" if words else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).resolve() == Path(rule.origin).resolve()]
    where = next((f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(own or frames)), "")
    return f"{rule.id} raised {said}" + (f" at {where}" if where else "")
