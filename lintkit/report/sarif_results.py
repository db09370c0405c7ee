"""Findings as SARIF results: regions, snippets, links, flows and fixes."""

from __future__ import annotations

import re
from typing import Any

from lintkit.model import Finding, Fix, Location, Span, SuppressedFinding
from lintkit.report.printable import shortened
from lintkit.report.sarif_rules import MESSAGE_ID
from lintkit.report.shown_fix import shown_fix
from lintkit.report.sources import Region, Sources, line_end, trimmed
from lintkit.report.uri import path_uri
from lintkit.source import Lines

ROOT = "%SRCROOT%"

RELATED_LIMIT = 100
"""Locations of one result that code scanning shows; it rejects files with more than ten times as many."""

LINK_LIMIT = 5
"""Related locations that a message links; the others stand below it."""

MESSAGE_LIMIT = 1_000
LABEL_LIMIT = 200
"""Code points of a message and of a label."""

SNIPPET_LIMIT = 2_000
"""Code points of a region; of a longer one its first line is shown, so that a minified file cannot fill the report."""

_CONTEXT_LINES = 2
_CONTEXT_SIZE = 400
_LINK_START = re.compile(r"\[(?=[^\[\]]*\]\()")


class Results:
    """Makes results; remembers the artifact locations of the paths it has seen."""

    __slots__ = ("_artifacts", "_indexes", "_sources")

    def __init__(self, sources: Sources, rule_indexes: dict[str, int]) -> None:
        self._sources = sources
        self._indexes = rule_indexes
        self._artifacts: dict[str, dict[str, str]] = {}

    def result(self, finding: Finding) -> dict[str, Any]:
        """The `result` of a finding."""
        related = finding.others[:RELATED_LIMIT]
        text = _message(finding.message, related)
        entry: dict[str, Any] = {
            "ruleId": finding.rule,
            "ruleIndex": self._indexes[finding.rule],
            "level": finding.severity,
            "message": {"text": text, "id": MESSAGE_ID, "arguments": [text]},
            "locations": [{"physicalLocation": self._physical(finding.primary.span)}],
        }
        if related:
            entry["relatedLocations"] = [
                {
                    "id": number,
                    "message": {"text": _label(location)},
                    "physicalLocation": self._physical(location.span),
                }
                for number, location in enumerate(related, 1)
            ]
        ends = finding.locations[1 : RELATED_LIMIT + 1]
        if ends:  # copies of a secret are no steps of a flow
            entry["codeFlows"] = [{"threadFlows": [{"locations": self._flow(finding, ends)}]}]
        if finding.fingerprints:
            entry["partialFingerprints"] = dict(sorted(finding.fingerprints))
        fix = shown_fix(finding)
        if fix and all(self._sources.lines(edit.span.path) for edit in fix.edits):
            entry["fixes"] = [self._fix(fix)]
        entry["properties"] = {"confidence": finding.confidence, "subject": finding.subject}
        return entry

    def suppressed(self, item: SuppressedFinding) -> dict[str, Any]:
        """The `result` of a suppressed finding, marked as such."""
        entry = self.result(item.finding)
        suppression = {"kind": item.kind, "status": "accepted"}
        if item.reason:
            suppression["justification"] = item.reason
        entry["suppressions"] = [suppression]
        return entry

    def _flow(self, finding: Finding, related: tuple[Location, ...]) -> list[dict[str, Any]]:
        first = {
            "location": {
                "message": {"text": shortened(finding.primary.label or finding.message, MESSAGE_LIMIT)},
                "physicalLocation": self._physical(finding.primary.span),
            }
        }
        others = [
            {
                "location": {
                    "message": {"text": _label(location)},
                    "physicalLocation": self._physical(location.span),
                }
            }
            for location in related
        ]
        return [first, *others]

    def _physical(self, span: Span) -> dict[str, Any]:
        location: dict[str, Any] = {"artifactLocation": self._artifact(span.path)}
        lines = self._sources.lines(span.path)
        if lines is None:
            location["region"] = {"startLine": 1}
            return location
        span = _visible_span(lines, trimmed(lines, span))
        region = self._sources.region(span)
        location["region"] = entry = _region(region)
        entry["snippet"] = {"text": lines.text[span.start : span.end]}
        location["contextRegion"] = self._context(lines, span, region)
        return location

    def _context(self, lines: Lines, span: Span, region: Region) -> dict[str, Any]:
        """Lines around a span, or columns where lines are very long."""
        first = max(1, region.line - _CONTEXT_LINES)
        last = min(len(lines), region.end_line + _CONTEXT_LINES)
        start, end = lines.start(first), line_end(lines, last)
        entry: dict[str, Any]
        if span.start - start > _CONTEXT_SIZE or end - span.end > _CONTEXT_SIZE:
            start = min(span.start, max(start, span.start - _CONTEXT_SIZE))
            end = max(span.end, min(end, span.end + _CONTEXT_SIZE))
            entry = _region(self._sources.region(Span(span.path, start, end)))
        else:
            # Whole lines without columns are more than the region even where the file holds nothing else.
            entry = {"startLine": first, "endLine": last}
        entry["snippet"] = {"text": lines.text[start:end]}
        return entry

    def _artifact(self, path: str) -> dict[str, str]:
        known = self._artifacts.get(path)
        if known is None:
            known = self._artifacts[path] = artifact_location(path)
        return known

    def _fix(self, fix: Fix) -> dict[str, Any]:
        changes: dict[str, list[dict[str, Any]]] = {}
        for edit in sorted(fix.edits, key=lambda edit: edit.span):
            region = self._sources.region(edit.span)
            replacement: dict[str, Any] = {"deletedRegion": _region(region)}
            if edit.text:
                replacement["insertedContent"] = {"text": edit.text}
            changes.setdefault(edit.span.path, []).append(replacement)
        return {
            "description": {"text": fix.title},
            "artifactChanges": [
                {"artifactLocation": self._artifact(path), "replacements": replacements}
                for path, replacements in changes.items()
            ],
        }


def artifact_location(path: str) -> dict[str, str]:
    """A path relative to the root."""
    return {"uri": path_uri(path), "uriBaseId": ROOT}


def _message(message: str, related: tuple[Location, ...]) -> str:
    """The message, with a link to each of the first related locations behind it."""
    # A bracket that would begin a link by accident is escaped; other brackets read better as they are.
    text = _LINK_START.sub(r"\\[", shortened(message, MESSAGE_LIMIT))
    if not related:
        return text
    links = [f"[{_link_text(location)}]({number})" for number, location in enumerate(related[:LINK_LIMIT], 1)]
    if len(related) > LINK_LIMIT:
        links.append(f"{len(related) - LINK_LIMIT} more")
    return f"{text} ({', '.join(links)})"


def _label(location: Location) -> str:
    return shortened(location.label, LABEL_LIMIT) or "related"


def _link_text(location: Location) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", _label(location))


def _visible_span(lines: Lines, span: Span) -> Span:
    """An empty span as its line, so that there is something to show, and a very long one as its first line."""
    number = lines.position(span.start).line
    start, end = span.start, span.end
    if start == end:
        first, last = lines.start(number), line_end(lines, number)
        start, end = (first, last) if last - first <= SNIPPET_LIMIT else (min(start, last - 1), last)
    elif end - start > SNIPPET_LIMIT:
        end = min(end, max(start + 1, line_end(lines, number)))
    return Span(span.path, start, min(end, start + SNIPPET_LIMIT))


def _region(region: Region) -> dict[str, Any]:
    return {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }
