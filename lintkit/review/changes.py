"""What a pull request changes: for each file the lines on which GitHub takes a comment.

A comment may stand on lines that the diff shows on its right side, added ones and those around them, and its first and
last line must lie in one hunk. Source: GitHub's documentation of review comments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of the new file that a diff shows together; `added` are the numbers of those that are new."""

    start: int
    lines: tuple[str, ...]
    added: frozenset[int]

    @property
    def end(self) -> int:
        """The number of the last line."""
        return self.start + len(self.lines) - 1

    def text(self, number: int) -> str:
        """The line of that number, without its end."""
        return self.lines[number - self.start]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file of a pull request under its new name; without hunks where GitHub shows no diff (binary, too large)."""

    path: str
    hunks: tuple[Hunk, ...] = ()

    def hunk(self, first: int, last: int) -> Hunk | None:
        """The hunk that holds all lines from `first` to `last`."""
        return next((hunk for hunk in self.hunks if hunk.start <= first and last <= hunk.end), None)


Changes = Mapping[str, ChangedFile]
"""Path -> what the pull request changes in it; a removed file is not among them."""


def changed_file(path: str, patch: str | None) -> ChangedFile:
    """The hunks of one file's patch, which begins with `@@`; none where there is no patch, or it cannot be read."""
    if not patch:
        return ChangedFile(path)
    try:
        files = PatchSet(f"--- a/file\n+++ b/file\n{patch}\n")
    except UnidiffParseError:
        return ChangedFile(path)
    hunks = []
    for hunk in files[0] if files else ():
        lines = [line for line in hunk if line.is_added or line.is_context]
        if lines:
            hunks.append(
                Hunk(
                    hunk.target_start,
                    tuple(line.value.rstrip("\r\n") for line in lines),
                    frozenset(line.target_line_no for line in lines if line.is_added and line.target_line_no),
                )
            )
    return ChangedFile(path, tuple(hunks))
