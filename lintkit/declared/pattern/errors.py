"""What goes wrong with patterns: when they are read, and when they are matched."""

from __future__ import annotations

from lintkit.budget import RuleLimitError


class PatternError(ValueError):
    """A pattern that cannot be read.

    message   one sentence
    line      of the pattern's text, from 1; 0 when no place is to blame
    column    in code points, from 1
    """

    def __init__(self, message: str, text: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.line = line
        self.column = column

    def __str__(self) -> str:
        """The sentence, then the line of the pattern with a caret below the place where reading stopped."""
        lines = self.text.splitlines()
        if not 0 < self.line <= len(lines):
            return self.message
        shown = lines[self.line - 1].replace("\t", " ")
        return f"{self.message}\n    {shown}\n    {' ' * (max(self.column, 1) - 1)}^"


class PatternLimit(RuleLimitError):  # noqa: N818
    """Matching a pattern against one file took more steps than it may; the file's other rules go on."""
