"""Ignore patterns with git's semantics, from files that nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_MOST_STARS = 3
_LONGEST = 500
_MOST_PATTERNS = 10_000


def compile_patterns(lines: Iterable[str]) -> tuple[GitIgnoreSpec, tuple[str, ...]]:
    """The patterns among `lines` of an ignore file, and the lines that were left out.

    pathspec turns a pattern into a regular expression whose cost grows with a power of its wildcards, so one
    with many of them is left out; so is one that it cannot read at all.
    """
    from pathspec import GitIgnoreSpec

    good: list[str] = []
    bad: list[str] = []
    for line in lines:
        usable = len(good) < _MOST_PATTERNS and is_cheap(line)
        (good if usable else bad).append(line)
    try:
        return GitIgnoreSpec.from_lines(good), tuple(bad)
    except Exception:  # pathspec raises its own ValueError, and `re.error` for some brackets
        readable = [line for line in good if _is_readable(line)]
        return GitIgnoreSpec.from_lines(readable), (
            *bad,
            *(line for line in good if line not in set(readable)),
        )


def is_cheap(line: str) -> bool:
    """Whether matching this pattern stays cheap whatever path it is compared with."""
    parts = line.split("/")
    return (
        len(line) <= _LONGEST
        and parts.count("**") <= _MOST_STARS
        and all(part.count("*") <= _MOST_STARS for part in parts)
    ) or line.startswith("#")


def _is_readable(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except Exception:
        return False
    return True


class NestedIgnores:
    """The ignore files in force in one folder of a walk: the folder's own last, so that it decides first."""

    __slots__ = ("_levels",)

    def __init__(self, levels: Sequence[tuple[int, GitIgnoreSpec]] = ()) -> None:
        self._levels = tuple(levels)

    def within(self, folder: str, spec: GitIgnoreSpec) -> NestedIgnores:
        """These and the ignore file of `folder` (relative to the root, with `/`; empty for the root)."""
        return NestedIgnores(((len(folder), spec), *self._levels))

    def ignores(self, path: str) -> bool:
        """Whether `path` (relative to the root, a folder with `/`) is ignored; its own folders are not."""
        for skipped, spec in self._levels:
            decided = spec.check_file(path[skipped:]).include
            if decided is not None:
                return decided
        return False
