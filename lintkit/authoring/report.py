"""What running the examples of rules gave: for people, for programs, and as JUnit XML for continuous integration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TextIO

from lintkit.authoring.example_diff import Place, line_diff, text_diff
from lintkit.model import Severity
from lintkit.report.json_lines import array
from lintkit.report.junit_xml import Case, Problem, Suite, document
from lintkit.report.printable import printable
from lintkit.report.style import Style
from lintkit.report.summary import counted

VERSION = 1

RuleTestFormat = Literal["text", "junit", "json"]


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example that was run.

    number    in its rule, from 1
    line      of the rule file, from 1
    files     as they were checked
    expected  places that are marked
    found     path, line and message of each finding
    trouble   sentences about what kept the rule from being tried
    fixed     (what the example shows, what the fix made), where the example shows it
    """

    number: int
    good: bool
    note: str
    line: int
    files: Mapping[str, str]
    expected: tuple[Place, ...]
    found: tuple[tuple[str, int, str], ...]
    trouble: tuple[str, ...] = ()
    fixed: tuple[Mapping[str, str], Mapping[str, str]] | None = None

    @property
    def passed(self) -> bool:
        """Whether the rule did what the example says."""
        places = sorted((path, line) for path, line, _ in self.found)
        fixed = self.fixed is None or self.fixed[0] == self.fixed[1]
        return not self.trouble and fixed and places == sorted(self.expected)

    @property
    def name(self) -> str:
        """`example 2 (good): no default`."""
        kind = "good" if self.good else "bad"
        return f"example {self.number} ({kind})" + (f": {self.note}" if self.note else "")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the rule file itself; a note does not make the tests fail."""

    code: str
    message: str
    severity: Severity
    line: int


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A rule whose examples were run.

    path  of the rule file, as the user would write it
    """

    id: str
    path: str
    examples: tuple[ExampleResult, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all examples passed and nothing but notes is to be said of the file."""
        return all(example.passed for example in self.examples) and not self.complaints

    @property
    def complaints(self) -> tuple[Remark, ...]:
        """The remarks that make the tests fail."""
        return tuple(remark for remark in self.remarks if remark.severity != "note")


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """A rule file that could not be loaded; line 0 where none is to blame."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class RuleTestRun:
    """All that `lintkit test` found out."""

    rules: tuple[RuleResult, ...]
    unloaded: tuple[LoadFailure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether there is nothing to do."""
        return not self.unloaded and all(rule.passed for rule in self.rules)


def render_tests(
    run: RuleTestRun, stream: TextIO, format: RuleTestFormat = "text", *, color: bool = False
) -> None:
    """Write `run` as `text`, `junit` or `json`."""
    render: dict[str, Callable[[], str]] = {
        "text": lambda: _text(run, Style(color)),
        "junit": lambda: _junit(run),
        "json": lambda: _json(run),
    }
    stream.write(render[format]())


def _text(run: RuleTestRun, style: Style) -> str:
    parts = []
    for failure in run.unloaded:
        where = f"{failure.path}:{failure.line}" if failure.line else failure.path
        lines = failure.message.split("\n")
        said = "\n".join(
            [f"{style.severity('error', 'error')}: {printable(lines[0])}", *map(printable, lines[1:])]
        )
        parts.append(f"{style.strong(printable(where))}: {said}\n")
    for rule in run.rules:
        lines = [_remark_line(rule, remark, style) for remark in rule.remarks]
        if lines:
            parts.append("\n".join(lines) + "\n")
        parts += [_example_block(rule, example, style) for example in rule.examples if not example.passed]
    return "\n".join([*parts, totals(run) + "\n"])


def _remark_line(rule: RuleResult, remark: Remark, style: Style) -> str:
    where = style.strong(printable(f"{rule.path}:{remark.line}"))
    word = style.severity(remark.severity, remark.severity)
    return f"{where}: {word}: {printable(remark.message)} {style.faint(f'[{remark.code}]')}"


def _example_block(rule: RuleResult, example: ExampleResult, style: Style) -> str:
    where = style.strong(printable(f"{rule.path}:{example.line}"))
    head = f"{where}: {style.severity('error', 'failed')}: {printable(f'{rule.id}, {example.name}')}"
    body = _colored("\n".join(_details(example)), style)
    return "\n".join([head, *("  " + line if line else "" for line in body.split("\n"))]) + "\n"


def _details(example: ExampleResult) -> Iterator[str]:
    yield from map(printable, example.trouble)
    places = sorted((path, line) for path, line, _ in example.found)
    # Without any finding the trouble says it all.
    if places != sorted(example.expected) and not (example.trouble and not places):
        yield line_diff(example.files, example.expected, example.found)
    if example.fixed is not None and not example.trouble:
        difference = text_diff(*example.fixed)
        if difference:
            yield difference


def _colored(text: str, style: Style) -> str:
    if not style.color:
        return text
    colors = {"-": lambda line: style.severity("error", line), "+": style.good}
    return "\n".join(
        colors[sign](line) if (sign := line.strip()[:1]) in colors else line for line in text.split("\n")
    )


def totals(run: RuleTestRun) -> str:
    """One line that says what `run` adds up to."""
    examples = [example for rule in run.rules for example in rule.examples]
    failed = sum(not example.passed for example in examples)
    said = f"{counted(len(examples), 'example')} of {counted(len(run.rules), 'rule')}, {failed} failed"
    complaints = sum(len(rule.complaints) for rule in run.rules)
    if complaints:
        said += f"; {counted(complaints, 'mistake')} in how rules are written"
    if run.unloaded:
        said += f"; {counted(len(run.unloaded), 'rule file')} could not be loaded"
    return said


def _json(run: RuleTestRun) -> str:
    head = f'{{\n  "version": {VERSION},\n  "passed": {"true" if run.passed else "false"},\n'
    rules = "".join(array(map(_rule_entry, run.rules), "    "))
    files = ({"path": f.path, "line": f.line or None, "message": f.message} for f in run.unloaded)
    unloaded = "".join(array(files, "    "))
    return f'{head}  "rules": {rules},\n  "unloaded": {unloaded}\n}}\n'


def _rule_entry(rule: RuleResult) -> dict[str, Any]:
    return {
        "id": rule.id,
        "path": rule.path,
        "passed": rule.passed,
        "examples": [_example_entry(example) for example in rule.examples],
        "remarks": [
            {"code": r.code, "severity": r.severity, "line": r.line, "message": r.message}
            for r in rule.remarks
        ],
    }


def _example_entry(example: ExampleResult) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "number": example.number,
        "kind": "good" if example.good else "bad",
        "note": example.note,
        "line": example.line,
        "passed": example.passed,
        "expected": [{"path": path, "line": line} for path, line in example.expected],
        "found": [{"path": path, "line": line, "message": text} for path, line, text in example.found],
        "trouble": list(example.trouble),
    }
    if example.fixed is not None:
        entry["fixed"] = {"expected": dict(example.fixed[0]), "made": dict(example.fixed[1])}
    return entry


def _junit(run: RuleTestRun) -> str:
    suites = [
        Suite(
            rule.id,
            (_rule_case(rule), *(_example_case(rule, example) for example in rule.examples)),
            rule.path,
        )
        for rule in run.rules
    ]
    if run.unloaded:
        suites.append(Suite("rule files", tuple(map(_unloaded_case, run.unloaded))))
    return "".join(document("lintkit test", suites))


def _rule_case(rule: RuleResult) -> Case:
    said = counted(len(rule.complaints), "mistake") + " in how the rule is written"
    lines = tuple(f"{rule.path}:{remark.line}: {remark.message}" for remark in rule.complaints)
    problem = Problem(said, lines) if lines else None
    return Case("the rule is written well", rule.id, rule.path, 1, problem)


def _example_case(rule: RuleResult, example: ExampleResult) -> Case:
    problem = None
    if not example.passed:
        said = example.trouble[0] if example.trouble else "the rule did not do what the example says"
        problem = Problem(said, tuple("\n".join(_details(example)).split("\n")))
    return Case(example.name, rule.id, rule.path, example.line, problem)


def _unloaded_case(failure: LoadFailure) -> Case:
    where = f"{failure.path}:{failure.line}" if failure.line else failure.path
    said = f"{where}: {failure.message}".split("\n")
    problem = Problem(" ".join(failure.message.split("\n")), tuple(said), error=True)
    return Case(failure.path, "rule files", failure.path, problem=problem)
