"""The globs that people write in a configuration or a rule: git's patterns, read as one list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from lintkit.globs.git import GitPattern, compile_git, indexed, is_readable, later, runs_backwards

_MOST_STARS = 3
_LONGEST = 500

MOST_ALIKE = 100
"""So many different globs of one list may have to be compared with each path, one by one."""

_MOST_FOLDERS = 10_000


class PathGlobs:
    """A list of globs. One that names a path beats one that names a folder above it; among equals the last decides.

    A leading `!` takes back: `src/` and `!src/keep.py` match all of a folder but one file, and `*.py` and `!src/` all
    files of that name, since the folder is named and they are named themselves. A glob that cannot be read matches
    nothing; whoever reads the configuration has said so before (`defect`).
    """

    __slots__ = ("_files", "_folders", "_of_folder", "patterns")

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._files, self._folders = indexed(_distinct(self.patterns))
        self._of_folder: dict[str, GitPattern | None] = {"": None}

    def matches(self, path: str) -> bool:
        """Whether they match `path`, relative to the root with `/` between its parts; a `/` at its end says folder."""
        if not self.patterns:
            return False
        whole = path.strip("/")
        if path.endswith("/"):
            found = self._folder(whole)
        else:
            above, _, name = whole.rpartition("/")
            found = self._files.last(whole, name) or self._folder(above)
        return found is not None and not found.negated

    def _folder(self, folder: str) -> GitPattern | None:
        """The last pattern that names a folder or one above it."""
        unknown = []
        while folder not in self._of_folder:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        found = self._of_folder[folder]
        if len(self._of_folder) > _MOST_FOLDERS:
            self._of_folder = {"": None}
        for folder in reversed(unknown):
            found = later(found, self._folders.last(folder, folder.rpartition("/")[2]))
            self._of_folder[folder] = found
        return found


class PathIndex:
    """Many globs, each for itself: which of them name a path. One with a leading `!` names none."""

    __slots__ = ("_files", "_folders", "_places")

    def __init__(self, patterns: Sequence[str]) -> None:
        compiled = [pattern for pattern in compile_git(tuple(patterns)) if not pattern.negated]
        self._places: dict[str, list[int]] = {}
        for pattern in compiled:
            self._places.setdefault(pattern.text, []).append(pattern.line - 1)
        distinct = {pattern.text: pattern for pattern in compiled}
        self._files, self._folders = indexed(list(distinct.values()))

    def naming(self, path: str) -> Iterator[int]:
        """The indexes of the globs that name `path`, relative to the root, or a folder above it; some of them twice."""
        folder, _, name = path.rpartition("/")
        found = {each.text for each in self._files.every(path, name)}
        while folder:
            above, _, name = folder.rpartition("/")
            found.update(each.text for each in self._folders.every(folder, name))
            folder = above
        for text in found:
            yield from self._places[text]


def too_many_alike(patterns: Sequence[str]) -> tuple[int, str] | None:
    """The index of the first glob of a list that is too much, and why, as the end of a sentence; None if all are fine.

    As many globs may stand in a list as anybody likes, if each spells something out by which it is found.
    """
    _, folders = indexed(_distinct(patterns))
    alike = folders.most_alike()
    if len(alike) <= MOST_ALIKE:
        return None
    return alike[MOST_ALIKE].line - 1, (
        f"is one of {len(alike)} here that spell out nothing, or all the same, between their wildcards; more than "
        f"{MOST_ALIKE} of these would take too long: write out names, or one glob for several"
    )


@lru_cache(maxsize=1024)
def path_globs(patterns: tuple[str, ...]) -> PathGlobs:
    """The globs of a list; equal lists are read once."""
    return PathGlobs(patterns)


def matches(patterns: Sequence[str], path: str) -> bool:
    """Whether `patterns` match one path, as `PathGlobs.matches`; who asks for many paths keeps a `PathGlobs`."""
    return bool(patterns) and path_globs(tuple(patterns)).matches(path)


def _distinct(patterns: Sequence[str]) -> list[GitPattern]:
    """Every pattern once, in the place of its last one. A line is the index of the pattern and one more."""
    return sorted({pattern.text: pattern for pattern in compile_git(tuple(patterns))}.values(), key=_line)


def _line(pattern: GitPattern) -> int:
    return pattern.line


def defect(pattern: str) -> str:
    """Why `pattern` cannot be used, as the end of a sentence; empty if it can."""
    if not pattern.strip():
        return "is empty"
    if pattern.startswith("#"):
        return "would be read as a comment; write `\\#` for a name that begins with `#`"
    if len(pattern) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    parts = pattern.split("/")
    if parts.count("**") > _MOST_STARS:
        return f"has more than {_MOST_STARS} `**`"
    if any(part.count("*") > _MOST_STARS for part in parts):
        return f"has more than {_MOST_STARS} `*` in one part of the path"
    if not is_readable(pattern):
        return "is not a pattern that git's ignore files know: a bracket or a backslash is not finished"
    if runs_backwards(pattern):
        return "has a range that runs backwards"
    return ""
