"""Text and positions: decoding, line starts, lines and columns in code points and in UTF-16 units."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

_NEWLINE = re.compile("\r\n|\r|\n")

BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text; line and column count from 1, the column in code points."""

    line: int
    column: int


class Lines:
    """Where the lines of a text begin. CR, LF and CRLF end a line, as in Python, YAML and SARIF; nothing else does."""

    __slots__ = ("starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = [0, *(m.end() for m in _NEWLINE.finditer(text))]

    def __len__(self) -> int:
        """How many lines there are; a text that ends in a newline has an empty last one."""
        return len(self.starts)

    def position(self, offset: int) -> Position:
        """Line and column (from 1, code points) of an offset; an offset past the end is taken as the end."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect.bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of line `number` (from 1) without its newline; empty for a line that does not exist."""
        if not 1 <= number <= len(self.starts):
            return ""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def start(self, number: int) -> int:
        """The offset at which line `number` (from 1) begins; the text's length past the last line."""
        return self.starts[number - 1] if number <= len(self.starts) else len(self.text)

    def end(self, number: int) -> int:
        """The offset at which the text of line `number` (from 1) ends, before its newline."""
        return self.start(number) + len(self.line(number))


def decode(data: bytes) -> tuple[str, bool]:
    """Decode configuration text: UTF-8 with or without a BOM, UTF-16 with one.

    Returns the text without the BOM, and whether it had one. Raises UnicodeDecodeError for anything else.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16"), True
    text = data.decode("utf-8")
    return (text[1:], True) if text.startswith(BOM) else (text, False)
