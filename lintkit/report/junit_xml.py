"""JUnit XML as build servers read it: suites of cases, each of which passed, failed or could not be tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lintkit.report.xml import HEAD, attributes, escape


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a case did not pass.

    message  one line
    lines    all that is to be said
    type     a word for the sort of failure; may be empty
    error    the case could not be tried, so that it is no failure
    """

    message: str
    lines: tuple[str, ...]
    type: str = ""
    error: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One test; `file` and `line` (from 1) are empty and 0 where there are none."""

    name: str
    classname: str
    file: str = ""
    line: int = 0
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests that belong together, as those of one file."""

    name: str
    cases: tuple[Case, ...]
    file: str = ""


def document(name: str, suites: Sequence[Suite]) -> Iterator[str]:
    """The pieces of the XML text of all `suites`."""
    yield f"{HEAD}<testsuites{_totals(name, '', [case for suite in suites for case in suite.cases])}>\n"
    for suite in suites:
        yield f"  <testsuite{_totals(suite.name, suite.file, suite.cases)}>\n"
        yield from map(_case, suite.cases)
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _totals(name: str, file: str, cases: Sequence[Case]) -> str:
    errors = [case.problem.error for case in cases if case.problem is not None]
    counts = attributes(tests=len(cases), failures=errors.count(False), errors=errors.count(True))
    return _given(name=name, file=file) + counts


def _case(case: Case) -> str:
    head = f"    <testcase{_given(name=case.name, classname=case.classname, file=case.file, line=case.line)}"
    if case.problem is None:
        return f"{head}/>\n"
    element = "error" if case.problem.error else "failure"
    said = _given(message=case.problem.message, type=case.problem.type)
    content = "&#10;".join(map(escape, case.problem.lines))
    return f"{head}>\n      <{element}{said}>{content}</{element}>\n    </testcase>\n"


def _given(**values: object) -> str:
    return attributes(**{name: value for name, value in values.items() if value})
