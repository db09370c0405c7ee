"""Source excerpts with a gutter of line numbers and a mark under what a finding is about.

    12 |     image: registry.example/api
       |            ^^^^^^^^^^^^^^^^^^^^

Everything here is ASCII except the source itself, aligned by what characters take on a terminal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lintkit.model import Span
from lintkit.report.display import TAB, character_width
from lintkit.report.printable import printable
from lintkit.report.sources import line_end, trimmed
from lintkit.source import Lines

CUT = "..."

MULTILINE_LIMIT = 6
"""Lines of a span that are shown whole; of a longer one, its first lines and its last."""

_HEAD = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an excerpt: its number (0 for a row of marks or a gap), the text, the part to colour."""

    number: int
    text: str
    mark: tuple[int, int] = (0, 0)


def excerpt(lines: Lines, span: Span, columns: int, context: int = 1, mark: str = "^") -> list[Row]:
    """The rows for a span, no wider than `columns` without the gutter, with `context` lines around it."""
    span = trimmed(lines, span)
    first, last = lines.position(span.start).line, lines.position(span.end).line
    rows = [*_around(lines, range(max(1, first - context), first), columns)]
    if first == last:
        rows += _single(lines, span, first, columns, mark)
    else:
        rows += _multiple(lines, span, first, last, columns, mark)
    rows += _around(lines, range(last + 1, min(len(lines), last + context) + 1), columns)
    return _without_blank_ends(rows)


def source_line(lines: Lines, span: Span, columns: int) -> str:
    """The line on which a span begins, without its indentation, cut to `columns` around the span."""
    number = lines.position(span.start).line
    start, end = lines.start(number), line_end(lines, number)
    limit = min(end, span.start)
    while start < limit and lines.text[start] in " \t":
        start += 1
    return _cut(lines, start, end, span.start, span.end, columns)[0]


def _without_blank_ends(rows: list[Row]) -> list[Row]:
    """A blank line around a span says nothing."""
    while len(rows) > 1 and rows[0].number and not rows[0].text:
        rows = rows[1:]
    while len(rows) > 1 and rows[-1].number and not rows[-1].text:
        rows = rows[:-1]
    return rows


def _around(lines: Lines, numbers: range, columns: int) -> Iterator[Row]:
    for number in numbers:
        yield Row(number, _shown(lines, number, columns))


def _shown(lines: Lines, number: int, columns: int) -> str:
    start = lines.start(number)
    return _cut(lines, start, line_end(lines, number), start, start, columns)[0]


def _single(lines: Lines, span: Span, number: int, columns: int, mark: str) -> Iterator[Row]:
    text, before, under = _cut(
        lines, lines.start(number), line_end(lines, number), span.start, span.end, columns
    )
    yield Row(number, text)
    yield Row(0, " " * before + mark * max(1, under), (before, before + max(1, under)))


def _multiple(lines: Lines, span: Span, first: int, last: int, columns: int, mark: str) -> Iterator[Row]:
    """A span over lines has a bar on its left instead of marks under each line."""
    columns -= 2
    shown = range(first, last + 1)
    gap_after = 0
    if len(shown) > MULTILINE_LIMIT:
        gap_after = first + _HEAD - 1
    for number in shown:
        if gap_after and gap_after < number < last:
            if number == gap_after + 1:
                yield Row(0, f"| {CUT}", (0, 1))
            continue
        text = _shown(lines, number, columns)
        yield Row(number, f"{'/' if number == first else '|'} {text}".rstrip(), (0, 1))
    end = _cut(lines, lines.start(last), line_end(lines, last), span.end - 1, span.end, columns)
    under = "|" + "_" * (end[1] + 1) + mark
    yield Row(0, under, (0, len(under)))


def _cut(lines: Lines, start: int, end: int, left: int, right: int, columns: int) -> tuple[str, int, int]:
    """The part of the line `start:end` around `left:right` that fits.

    Returns the text, the columns before `left`, and the columns that `left:right` takes in it.
    """
    right = min(max(right, left), end)
    left = min(left, end)
    if end - start <= columns:
        line = lines.text[start:end]
        if line.isascii() and line.isprintable():
            return line.rstrip(), left - start, right - left
    # Few characters take no column, so that twice the columns are enough to look at.
    window = 2 * columns
    head_from = max(start, left - window)
    head = _cells(lines.text[head_from:left], 0)
    head_width = sum(size for _, size in head)
    body = _cells(lines.text[left : min(right, left + window)], head_width)
    body_width = sum(size for _, size in body)
    tail = _cells(lines.text[right : min(end, right + window)], head_width + body_width)
    tail_width = sum(size for _, size in tail)
    marks = max(1, body_width)
    head_whole = head_from == start
    rest_whole = right - left <= window and right + window >= end
    rest = [*body, *tail]
    rest_width = body_width + tail_width
    if head_whole and rest_whole and head_width + max(rest_width, marks) <= columns:
        return "".join(text for text, _ in [*head, *rest]).rstrip(), head_width, body_width

    if head_whole and (head_width <= columns // 2 or head_width + marks + len(CUT) <= columns):
        prefix, before = "", head_width
    elif rest_whole and max(rest_width, marks) <= 2 * columns // 3:
        prefix, before = CUT, columns - len(CUT) - max(rest_width, marks)
    else:
        prefix, before = CUT, max(0, (columns - 2 * len(CUT) - marks) // 3)
    before_text, before_width = _last(head, before)
    used = len(prefix) + before_width
    if not rest_whole or used + rest_width > columns:
        rest_text, rest_width = _first(rest, columns - used - len(CUT))
        suffix = CUT
    else:
        rest_text, suffix = "".join(text for text, _ in rest), ""
    return f"{prefix}{before_text}{rest_text}{suffix}".rstrip(), used, min(body_width, rest_width)


def _cells(text: str, column: int) -> list[tuple[str, int]]:
    """What to print for each character, and its columns; tabs reach to the next stop."""
    cells = []
    for character in text:
        if character == "\t":
            size = TAB - column % TAB
            cells.append((" " * size, size))
        elif " " <= character <= "~":
            size = 1
            cells.append((character, 1))
        else:
            shown = printable(character)
            size = character_width(character) if shown == character else len(shown)
            cells.append((shown, size))
        column += size
    return cells


def _first(cells: list[tuple[str, int]], columns: int) -> tuple[str, int]:
    used, texts = 0, []
    for text, size in cells:
        if used + size > columns:
            break
        texts.append(text)
        used += size
    return "".join(texts), used


def _last(cells: list[tuple[str, int]], columns: int) -> tuple[str, int]:
    used, texts = 0, []
    for text, size in reversed(cells):
        if used + size > columns:
            break
        texts.append(text)
        used += size
    return "".join(reversed(texts)), used
