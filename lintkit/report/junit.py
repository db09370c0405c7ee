"""JUnit XML: a file is a suite, a finding is a test that failed; what build servers show beside the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TextIO

from lintkit.model import Finding, Report
from lintkit.report.options import RenderOptions
from lintkit.report.printable import shortened
from lintkit.report.sources import Sources
from lintkit.report.xml import HEAD, attributes, escape

MESSAGE_LIMIT = 1_000
"""Code points of a message."""


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the findings; a report without any has one test that passed, since build servers refuse empty ones."""
    sources = Sources(report)
    count = len(report.findings)
    totals = attributes(name="lintkit", tests=max(1, count), failures=count, errors=0)
    stream.write(f"{HEAD}<testsuites{totals}>\n")
    for path, findings in groupby(report.findings, key=lambda finding: finding.path):
        stream.writelines(_suite(path, list(findings), sources))
    if not count:
        totals = attributes(name="lintkit", tests=1, failures=0, errors=0)
        case = attributes(name="nothing to report", classname="lintkit")
        stream.write(f"  <testsuite{totals}>\n    <testcase{case}/>\n  </testsuite>\n")
    stream.write("</testsuites>\n")


def _suite(path: str, findings: list[Finding], sources: Sources) -> Iterator[str]:
    count = len(findings)
    yield f"  <testsuite{attributes(name=path, tests=count, failures=count, errors=0)}>\n"
    seen: Counter[str] = Counter()
    for finding in findings:
        # A name without the line: build servers follow a test by its name.
        name = shortened(f"{finding.rule}: {finding.subject}" if finding.subject else finding.rule, 200)
        seen[name] += 1
        if seen[name] > 1:
            name = f"{name} ({seen[name]})"
        line = sources.region(finding.primary.span).line
        case = attributes(name=name, classname=path, file=path, line=line)
        failure = attributes(message=shortened(finding.message, MESSAGE_LIMIT), type=finding.severity)
        yield f"    <testcase{case}>\n"
        yield f"      <failure{failure}>{'&#10;'.join(map(escape, _places(finding, sources)))}</failure>\n"
        yield "    </testcase>\n"
    yield "  </testsuite>\n"


def _places(finding: Finding, sources: Sources) -> Iterator[str]:
    """Every place of a finding with what stands there, one a line."""
    for number, location in enumerate((finding.primary, *finding.others)[:20]):
        region = sources.region(location.span)
        words = location.label if number else finding.message
        where = f"{location.span.path}:{region.line}:{region.column}"
        yield f"{where} {shortened(words, MESSAGE_LIMIT)}".rstrip()
