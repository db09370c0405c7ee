"""The one error that a parser raises for a file it cannot read at all."""

from __future__ import annotations


class ParseError(Exception):
    """A file that cannot be read as what it claims to be.

    message  one sentence that says what is wrong and never quotes the file
    line     from 1; column from 1, in code points
    """

    def __init__(self, message: str, path: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[type[ParseError], tuple[str, str, int, int]]:
        return type(self), (self.message, self.path, self.line, self.column)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"
