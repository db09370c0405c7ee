"""lintkit's own JSON, for programs: everything a report says, in a form that only grows.

One object; `version` changes when something is removed or changes its meaning, never when something is added. What is
in it says `lintkit schema report`. Positions count from 1, columns in code points, and an end is exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, TextIO

import lintkit
from lintkit.model import Finding, Location, Notification, Report, Span, SuppressedFinding
from lintkit.report.json_lines import array, encode
from lintkit.report.options import RenderOptions
from lintkit.report.remote import public_uri
from lintkit.report.shown_fix import shown_fix
from lintkit.report.sources import Sources
from lintkit.report.summary import summarize

VERSION = 1


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the report as one JSON object, one line for each finding."""
    sources = Sources(report)
    revision = {**asdict(report.revision), "repository_uri": public_uri(report.revision.repository_uri)}
    parts: dict[str, Any] = {
        "version": VERSION,
        "tool": {"name": "lintkit", "version": lintkit.__version__},
        "revision": revision,
        "compared": report.compared,
        "summary": asdict(summarize(report)),
        "findings": (_finding(finding, sources) for finding in report.findings),
    }
    if options.show_suppressed:
        parts["suppressed"] = (_suppressed(item, sources) for item in report.suppressed)
        parts["known"] = (_finding(finding, sources) for finding in report.known)
    parts["notifications"] = map(_notification, report.notifications)
    before = "{"
    for name, value in parts.items():
        stream.write(f"{before}\n  {encode(name)}: ")
        stream.writelines(array(value, "    ") if isinstance(value, Iterator) else (encode(value),))
        before = ","
    stream.write("\n}\n")


def _finding(finding: Finding, sources: Sources) -> dict[str, Any]:
    fix = shown_fix(finding)
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "subject": finding.subject,
        **_span(finding.primary.span, sources),
        "related": [_related(location, sources) for location in finding.locations[1:]],
        "fix": fix
        and {
            "title": fix.title,
            "safe": fix.safe,
            "edits": [{**_span(edit.span, sources), "text": edit.text} for edit in fix.edits],
        },
        "fingerprints": dict(sorted(finding.fingerprints)),
        **({"group": finding.group} if finding.group else {}),
    }


def _suppressed(item: SuppressedFinding, sources: Sources) -> dict[str, Any]:
    return {**_finding(item.finding, sources), "suppression": {"kind": item.kind, "reason": item.reason}}


def _related(location: Location, sources: Sources) -> dict[str, Any]:
    return {**_span(location.span, sources), "label": location.label}


def _span(span: Span, sources: Sources) -> dict[str, Any]:
    if sources.lines(span.path) is None:
        return {"path": span.path, "start": None, "end": None}
    region = sources.region(span)
    return {
        "path": span.path,
        "start": {"line": region.line, "column": region.column},
        "end": {"line": region.end_line, "column": region.end_column},
    }


def _notification(notification: Notification) -> dict[str, Any]:
    return {
        "level": notification.level,
        "message": notification.message,
        "rule": notification.rule,
        "path": notification.path,
        "line": notification.line,
    }
