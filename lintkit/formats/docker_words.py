"""Words, quotes, flags and JSON arrays inside one Dockerfile instruction, each with its offsets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache

_STRING = re.compile(r'"([^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*)"')
_JSON_SPACE = re.compile(r"[ \t\n\r]*")
_BLANKS = re.compile(r"\s+")
_NOT_BLANK = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word: `text` as written, where it stands in its line, and whether its quotes are all closed."""

    text: str
    start: int
    end: int
    closed: bool = True


@lru_cache(maxsize=4)
def _pieces(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    return re.compile(
        rf"(?P<blank>\s+)|(?P<plain>[^\s'\"{mark}]+)|(?P<escaped>{mark}.)|'[^']*'"
        rf'|"[^"{mark}]*(?:{mark}.[^"{mark}]*)*"|(?P<open>[\'"])|(?P<last>{mark})',
        re.DOTALL,
    )


def words(line: str, start: int, end: int, escape: str) -> list[Word]:
    """The words of `line[start:end]`, split at blanks outside quotes; an open quote runs to the end."""
    found: list[Word] = []
    begin = -1
    for piece in _pieces(escape).finditer(line, start, end):
        kind = piece.lastgroup
        if kind == "blank":
            if begin >= 0:
                found.append(Word(line[begin : piece.start()], begin, piece.start()))
                begin = -1
            continue
        if begin < 0:
            begin = piece.start()
        if kind == "open":
            return [*found, Word(line[begin:end], begin, end, False)]
    if begin >= 0:
        found.append(Word(line[begin:end], begin, end))
    return found


def plain_words(line: str, start: int, end: int) -> list[Word]:
    """The words of `line[start:end]`, split at blanks whatever the quotes."""
    return [Word(m[0], m.start(), m.end()) for m in _NOT_BLANK.finditer(line, start, end)]


def unquote(text: str, escape: str) -> str:
    """The word without its quotes and escapes, variables left alone; an open quote is dropped too."""
    if not any(char in text for char in ("'", '"', escape)):
        return text
    parts: list[str] = []
    for piece in _pieces(escape).finditer(text):
        content = piece[0]
        if piece.lastgroup == "escaped":
            parts.append(content[1:])
        elif piece.lastgroup is None and content[0] == "'":
            parts.append(content[1:-1])
        elif piece.lastgroup is None:
            mark = re.escape(escape)
            parts.append(re.sub(rf"{mark}([\"${mark}])", r"\1", content[1:-1]))
        elif piece.lastgroup not in ("open", "last"):
            parts.append(content)
    return "".join(parts)


def flags(line: str, start: int, end: int, escape: str) -> tuple[list[Word], int]:
    """The `--name=value` words at the beginning of `line[start:end]`, and where the rest begins."""
    found: list[Word] = []
    position = start
    while True:
        blank = _BLANKS.match(line, position, end)
        position = blank.end() if blank else position
        if not line.startswith("--", position, end):
            return found, position
        stop = _word_end(line, position, end, escape)
        if line[position:stop] == "--":
            return found, stop
        found.append(Word(line[position:stop], position, stop))
        position = stop


def _word_end(line: str, start: int, end: int, escape: str) -> int:
    for piece in _pieces(escape).finditer(line, start, end):
        if piece.lastgroup == "blank":
            return piece.start()
        if piece.lastgroup == "open":
            return end
    return end


def json_strings(line: str, start: int, end: int) -> list[tuple[str, Word]] | None:
    """The strings of the JSON array that is all of `line[start:end]`, with their words; None where it is none."""
    position = _blank(line, start, end)
    if not line.startswith("[", position, end):
        return None
    position = _blank(line, position + 1, end)
    found: list[tuple[str, Word]] = []
    while not line.startswith("]", position, end):
        if found:
            if not line.startswith(",", position, end):
                return None
            position = _blank(line, position + 1, end)
        string = _STRING.match(line, position, end)
        if string is None:
            return None
        value = string[1]
        if "\\" in value:
            try:
                value = json.loads(string[0])
            except ValueError:
                return None
        found.append((value, Word(string[0], string.start(), string.end())))
        position = _blank(line, string.end(), end)
    return found if _blank(line, position + 1, end) == end else None


def _blank(line: str, start: int, end: int) -> int:
    found = _JSON_SPACE.match(line, start, end)
    return found.end() if found else start
