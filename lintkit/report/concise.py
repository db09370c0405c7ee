"""One line a finding, `path:line:column: severity: message [rule]`, as compilers write and editors read it."""

from __future__ import annotations

from typing import TextIO

from lintkit.model import Finding, Report
from lintkit.report.options import RenderOptions
from lintkit.report.printable import printable, shortened
from lintkit.report.same_secret import message_of
from lintkit.report.sources import Sources

MESSAGE_LIMIT = 500
"""Code points of a message that are shown."""


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the findings and nothing else: no line at all where nothing was found."""
    sources = Sources(report)
    for finding in report.findings:
        stream.write(f"{line(finding, sources)}\n")
    if options.show_suppressed:
        for item in report.suppressed:
            reason = f": {shortened(item.reason, MESSAGE_LIMIT)}" if item.reason else ""
            stream.write(f"{line(item.finding, sources)} (suppressed{reason})\n")


def line(finding: Finding, sources: Sources) -> str:
    """A finding on one line, with nothing in it that a terminal obeys."""
    region = sources.region(finding.primary.span)
    where = f"{printable(finding.path)}:{region.line}:{region.column}"
    message = shortened(message_of(finding), MESSAGE_LIMIT)
    return f"{where}: {finding.severity}: {message} [{printable(finding.rule)}]"
