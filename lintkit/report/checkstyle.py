"""Checkstyle XML, which many build servers and editors read."""

from __future__ import annotations

from itertools import groupby
from typing import TextIO

from lintkit.model import Report, Severity
from lintkit.report.options import RenderOptions
from lintkit.report.printable import shortened
from lintkit.report.same_secret import message_of
from lintkit.report.sources import Sources
from lintkit.report.xml import HEAD, attributes

MESSAGE_LIMIT = 1_000
"""Code points of a message."""

_SEVERITIES: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "info"}


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the findings by file."""
    sources = Sources(report)
    stream.write(f'{HEAD}<checkstyle version="8.0">\n')
    for path, findings in groupby(report.findings, key=lambda finding: finding.path):
        stream.write(f"  <file{attributes(name=path)}>\n")
        for finding in findings:
            region = sources.region(finding.primary.span)
            said = attributes(
                line=region.line,
                column=region.column,
                severity=_SEVERITIES[finding.severity],
                message=shortened(message_of(finding), MESSAGE_LIMIT),
                source=finding.rule,
            )
            stream.write(f"    <error{said}/>\n")
        stream.write("  </file>\n")
    stream.write("</checkstyle>\n")
