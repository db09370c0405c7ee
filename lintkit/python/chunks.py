"""libcst on a run of statements of a file."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lintkit.parse.errors import ParseError
from lintkit.python.tree import Chunk


def parse_chunk(text: str, path: str, *, number: int = 0, start: int = 0, line: int = 1) -> Chunk:
    """Parse statements that begin at code point `start`, line `line` of a file. Raises ParseError."""
    try:
        return Chunk(number, start, text, cst.parse_module(text))
    except cst.ParserSyntaxError as error:
        raise ParseError(
            "This is not valid Python; the file was not checked.",
            path,
            error.raw_line + line - 1,
            error.raw_column + 1,
        ) from None


class WholeFile:
    """A file as one chunk."""

    def __init__(self, text: str, path: str) -> None:
        self._chunk = parse_chunk(text, path)

    def chunk(self, number: int) -> Chunk:
        """The only chunk."""
        return self._chunk

    def count(self) -> int:
        """One."""
        return 1

    def binding(self, name: str) -> Sequence[int]:
        """Any name may be bound in the only chunk."""
        return (0,)

    def kind(self, kind: str) -> Sequence[int]:
        """Any statement may be in the only chunk."""
        return (0,)
