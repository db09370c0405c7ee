"""The texts of a report with their lines, and nothing in them that must not be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lintkit.model import Finding, Report, Span
from lintkit.source import Lines

MASK = "*"

_MOST_FILES = 50
"""Files whose lines are kept at hand, so that a report of many files takes no more memory than one of few."""

_NOT_NEWLINE = re.compile(r"[^\r\n]")


@dataclass(frozen=True, slots=True)
class Region:
    """A span as lines and columns from 1, in code points; `end_column` is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Sources:
    """Path -> text and lines. Primary spans of findings that hold a secret are masked here once more."""

    __slots__ = ("_lines", "_secrets", "_texts")

    def __init__(self, report: Report) -> None:
        self._texts = report.texts
        self._lines: dict[str, Lines | None] = {}
        self._secrets: dict[str, list[Span]] = {}
        for finding in _all_findings(report):
            if finding.secret:
                self._secrets.setdefault(finding.path, []).append(finding.primary.span)

    def lines(self, path: str) -> Lines | None:
        """The lines of a file; None for a file whose text the report does not hold."""
        if path not in self._lines:
            if len(self._lines) >= _MOST_FILES:  # findings come sorted by path, so the oldest is done with
                del self._lines[next(iter(self._lines))]
            text = self._texts.get(path)
            if text is not None and path in self._secrets:
                text = _masked(text, self._secrets[path])
            self._lines[path] = None if text is None else Lines(text)
        return self._lines[path]

    def region(self, span: Span) -> Region:
        """Where a span stands; line 1, column 1 of a file whose text the report does not hold."""
        lines = self.lines(span.path)
        if lines is None:
            return Region(1, 1, 1, 1)
        start = lines.position(span.start)
        length = span.end - span.start
        # Nearly every span ends in the line in which it begins; a second search is saved ten thousand times.
        if start.line < len(lines) and span.end < lines.starts[start.line]:
            return Region(start.line, start.column, start.line, start.column + length)
        end = lines.position(span.end)
        return Region(start.line, start.column, end.line, end.column)


def line_end(lines: Lines, number: int) -> int:
    """The offset at which line `number` ends before its newline, without a copy of the line."""
    if number >= len(lines):
        return len(lines.text)
    end = lines.starts[number] - 1
    if end > lines.starts[number - 1] and lines.text[end - 1 : end + 1] == "\r\n":
        end -= 1
    return end


def trimmed(lines: Lines, span: Span) -> Span:
    """A span that fits its text, without the newlines it ends in, which would reach into the next line."""
    size = len(lines.text)
    start, end = min(span.start, size), min(span.end, size)
    while end > start + 1 and lines.text[end - 1] in "\r\n":
        end -= 1
    return Span(span.path, start, end)


def _all_findings(report: Report) -> Iterator[Finding]:
    yield from report.findings
    yield from report.known
    for suppressed in report.suppressed:
        yield suppressed.finding


def _masked(text: str, spans: list[Span]) -> str:
    pieces, done = [], 0
    for span in sorted(spans):
        start = max(span.start, done)
        if start < span.end:
            pieces += [text[done:start], _NOT_NEWLINE.sub(MASK, text[start : span.end])]
            done = span.end
    return "".join([*pieces, text[done:]])
