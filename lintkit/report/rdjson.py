"""Reviewdog's diagnostics as one JSON object. Its columns count bytes of UTF-8."""

from __future__ import annotations

from typing import Any, TextIO

from lintkit.model import Finding, Report, Severity, Span
from lintkit.report.json_lines import array, encode
from lintkit.report.options import RenderOptions
from lintkit.report.printable import shortened
from lintkit.report.sarif_rules import INFORMATION_URI
from lintkit.report.shown_fix import shown_fix
from lintkit.report.sources import Sources
from lintkit.source import Lines

MESSAGE_LIMIT = 1_000
"""Code points of a message."""

_SEVERITIES: dict[Severity, str] = {"error": "ERROR", "warning": "WARNING", "note": "INFO"}


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the findings, one line each."""
    sources = Sources(report)
    stream.write(f'{{\n  "source": {encode({"name": "lintkit", "url": INFORMATION_URI})},\n  "diagnostics": ')
    stream.writelines(array((_diagnostic(finding, sources) for finding in report.findings), "    "))
    stream.write("\n}\n")


def _diagnostic(finding: Finding, sources: Sources) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "message": shortened(finding.message, MESSAGE_LIMIT),
        "location": _location(finding.primary.span, sources),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.rule},
    }
    # Several suggestions are alternatives there, so that only a fix of one edit can be one.
    fix = shown_fix(finding)
    edits = fix.edits if fix else ()
    if len(edits) == 1 and edits[0].span.path == finding.path and sources.lines(finding.path):
        location = _location(edits[0].span, sources)
        entry["suggestions"] = [{"range": location["range"], "text": edits[0].text}]
    if finding.others:
        entry["relatedLocations"] = [
            {"message": shortened(at.label, 200) or "related", "location": _location(at.span, sources)}
            for at in finding.others[:100]
        ]
    return entry


def _location(span: Span, sources: Sources) -> dict[str, Any]:
    region = sources.region(span)
    lines = sources.lines(span.path)
    return {
        "path": span.path,
        "range": {
            "start": {"line": region.line, "column": _bytes(lines, region.line, region.column)},
            "end": {"line": region.end_line, "column": _bytes(lines, region.end_line, region.end_column)},
        },
    }


def _bytes(lines: Lines | None, line: int, column: int) -> int:
    """A column (from 1, in code points) in bytes of UTF-8."""
    if lines is None:
        return column
    start = lines.start(line)
    return len(lines.text[start : start + column - 1].encode("utf-8", "surrogatepass")) + 1
