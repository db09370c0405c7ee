"""How many columns text takes on a terminal, and cutting and wrapping by that."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

TAB = 4
"""Columns between tab stops in an excerpt."""


def width(text: str) -> int:
    """Columns that `text` takes; `text` holds no control characters."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def character_width(character: str) -> int:
    """0 for what combines with its neighbour, 2 for wide East Asian characters and emoji, else 1."""
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrapped(text: str, columns: int) -> Iterator[str]:
    """The lines of a paragraph, broken at spaces; a word that is longer than a line stands alone, whole."""
    line, used = "", 0
    for word in text.split():
        size = width(word)
        if line and used + 1 + size > columns:
            yield line
            line, used = word, size
        else:
            line = f"{line} {word}" if line else word
            used += size + (1 if used else 0)
    if line:
        yield line


def markdown_lines(text: str, columns: int) -> Iterator[str]:
    """Markdown for a terminal: paragraphs and list items wrapped, code blocks as they are."""
    paragraph: list[str] = []
    in_code = False
    for line in text.strip().expandtabs(TAB).splitlines():
        is_fence = line.lstrip().startswith("```")
        is_item = line.lstrip().startswith(("- ", "* "))
        if in_code or is_fence or is_item or not line.strip():
            yield from _filled(paragraph, columns)
            paragraph = []
        if is_fence:
            in_code = not in_code
        elif in_code:
            yield f"    {line}"
        elif line.strip():
            paragraph.append(line)
        else:
            yield ""
    yield from _filled(paragraph, columns)


def _filled(paragraph: list[str], columns: int) -> Iterator[str]:
    if paragraph:
        yield from wrapped(" ".join(paragraph), columns)
