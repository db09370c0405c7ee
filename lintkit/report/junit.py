"""JUnit XML: a file is a suite, a finding is a test that failed; what build servers show beside the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TextIO

from lintkit.model import Finding, Report
from lintkit.report.junit_xml import Case, Problem, Suite, document
from lintkit.report.options import RenderOptions
from lintkit.report.printable import shortened
from lintkit.report.sources import Sources

MESSAGE_LIMIT = 1_000
"""Code points of a message."""


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the findings; a report without any has one test that passed, since build servers refuse empty ones."""
    sources = Sources(report)
    suites = [
        Suite(path, tuple(_cases(path, findings, sources)))
        for path, findings in groupby(report.findings, key=lambda finding: finding.path)
    ]
    nothing = Suite("lintkit", (Case("nothing to report", "lintkit"),))
    stream.writelines(document("lintkit", suites or [nothing]))


def _cases(path: str, findings: Iterable[Finding], sources: Sources) -> Iterator[Case]:
    seen: Counter[str] = Counter()
    for finding in findings:
        # A name without the line: build servers follow a test by its name.
        name = shortened(f"{finding.rule}: {finding.subject}" if finding.subject else finding.rule, 200)
        seen[name] += 1
        if seen[name] > 1:
            name = f"{name} ({seen[name]})"
        line = sources.region(finding.primary.span).line
        message = shortened(finding.message, MESSAGE_LIMIT)
        yield Case(
            name, path, path, line, Problem(message, tuple(_places(finding, sources)), finding.severity)
        )


def _places(finding: Finding, sources: Sources) -> Iterator[str]:
    """Every place of a finding with what stands there, one a line."""
    for number, location in enumerate((finding.primary, *finding.others)[:20]):
        region = sources.region(location.span)
        words = location.label if number else finding.message
        where = f"{location.span.path}:{region.line}:{region.column}"
        yield f"{where} {shortened(words, MESSAGE_LIMIT)}".rstrip()
