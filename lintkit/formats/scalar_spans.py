"""Where a part of a scalar's text stands in the file.

The text of a YAML scalar differs from its source by folded lines, indentation and escapes. What is not white
space keeps its order, so the two are aligned on it, and white space lies between its neighbours. An alignment
that does not account for every character is thrown away.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from functools import lru_cache

from lintkit.model import Document, Route, Span

_WHITE = " \t\r\n\x85\u2028\u2029"
_BREAKS = "\r\n\x85\u2028\u2029"
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_LONGEST = 200_000
_HEX = {"x": 2, "u": 4, "U": 8}


def scalar_span(document: Document, route: Route, start: int, end: int) -> Span:
    """The span of the characters `start` to `end` of the scalar's text at `route` (of its `NodeSpans.raw`).

    An empty range gives an empty span. The span of the whole value where the characters cannot be told apart
    in the source, where it is long and no plain copy of the text, and where no scalar stands at `route` or one of
    another file.
    """
    node = document.nodes.get(route)
    if node is None or node.raw is None:
        return document.span(route)
    if node.value.path != document.path:  # it comes from another file, whose text is not here
        return node.value
    return part_span(document.text, node.value, node.raw, node.style, start, end)


def part_span(text: str, whole: Span, raw: str, style: str, start: int, end: int) -> Span:
    """As `scalar_span`, for a scalar that stands at `whole` of `text` and reads as `raw`."""
    return parts_of(text, whole, raw, style)(start, end)


def parts_of(text: str, whole: Span, raw: str, style: str) -> Callable[[int, int], Span]:
    """What answers `part_span` for one scalar, and looks at its source once."""
    source = text[whole.start : whole.end]
    skip = 1 if style in ("single", "double") else 0
    plain = source[skip : len(source) - skip] == raw
    aligned = _align(source, raw, style) if not plain and len(source) <= _LONGEST else None

    def part(start: int, end: int) -> Span:
        if not 0 <= start <= end <= len(raw):
            return whole
        if plain:
            return Span(whole.path, whole.start + skip + start, whole.start + skip + end)
        if aligned is None:
            return whole
        starts, ends = aligned
        if start == end:
            offset = starts[start] if start < len(raw) else (ends[-1] if len(raw) else skip)
            return Span(whole.path, whole.start + offset, whole.start + offset)
        return Span(whole.path, whole.start + starts[start], whole.start + max(ends[end - 1], starts[start]))

    return part


@lru_cache(maxsize=128)
def _align(source: str, raw: str, style: str) -> tuple[array[int], array[int]] | None:
    """For each character of `raw`, where it begins and ends in `source`; None if they do not fit."""
    solid = _solid(source, style)
    if solid is None:
        return None
    starts, ends = array("l", bytes(len(raw) * array("l").itemsize)), array("l")
    ends.extend(starts)
    position = 0
    previous_end = _content_start(source, style)
    for character, begin, end in [*solid, ("", len(source), len(source))]:
        run = position
        while position < len(raw) and raw[position] in _WHITE and raw[position] != character:
            position += 1
        _spread(source, raw, run, position, previous_end, begin, starts, ends)
        if not character:
            break
        if position >= len(raw) or raw[position] != character:
            return None
        starts[position], ends[position] = begin, end
        position += 1
        previous_end = end
    return (starts, ends) if position == len(raw) else None


def _spread(
    source: str, raw: str, first: int, last: int, low: int, high: int, starts: array[int], ends: array[int]
) -> None:
    """Place the white space `raw[first:last]` in `source[low:high]`:

    what follows its last break from the right.
    """
    after_break = max((i + 1 for i in range(first, last) if raw[i] in _BREAKS), default=first)
    place = low
    for index in range(first, after_break):
        while raw[index] in _BREAKS and place < high and source[place] not in _BREAKS:
            place += 1
        end = min(place + (2 if source[place : place + 2] == "\r\n" else 1), high)
        starts[index], ends[index] = min(place, high), end
        place = end
    if after_break == first:
        for index in range(first, last):
            starts[index], ends[index] = min(low + index - first, high), min(low + index - first + 1, high)
        return
    for index in range(after_break, last):
        begin = max(high - (last - index), low)
        starts[index], ends[index] = begin, min(begin + 1, high)


def _content_start(source: str, style: str) -> int:
    if style in ("single", "double"):
        return 1
    if style in ("literal", "folded"):
        for index, character in enumerate(source):
            if character in _BREAKS:
                return index + (2 if source[index : index + 2] == "\r\n" else 1)
        return len(source)
    return 0


def _solid(source: str, style: str) -> list[tuple[str, int, int]] | None:
    """The characters of `source` that are content whatever the lines do: (character, begin, end)."""
    if style == "double":
        return _solid_double(source)
    begin = _content_start(source, style)
    if style != "single":
        return [(c, i, i + 1) for i, c in enumerate(source) if i >= begin and c not in _WHITE]
    solid: list[tuple[str, int, int]] = []
    index, last = begin, len(source) - 1
    while index < last:
        character = source[index]
        width = 2 if character == "'" else 1
        if character not in _WHITE:
            solid.append((character, index, index + width))
        index += width
    return solid


def _solid_double(source: str) -> list[tuple[str, int, int]] | None:
    solid: list[tuple[str, int, int]] = []
    index, last = 1, len(source) - 1
    while index < last:
        character = source[index]
        if character != "\\":
            if character not in _WHITE:
                solid.append((character, index, index + 1))
            index += 1
            continue
        escape = source[index + 1 : index + 2]
        if escape in _HEX:
            width = 2 + _HEX[escape]
            try:
                solid.append((chr(int(source[index + 2 : index + width], 16)), index, index + width))
            except (ValueError, OverflowError):
                return None
            index += width
        elif escape in _ESCAPES:
            solid.append((_ESCAPES[escape], index, index + 2))
            index += 2
        elif escape and escape in _BREAKS:  # joins the lines
            index += 2
        else:
            return None
    return solid
