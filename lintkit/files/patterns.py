"""Ignore patterns from files that nobody vouches for: those of a walk, and those of `exclude`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.formats.ignore import GitPattern, compile_git

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# A pattern becomes a regular expression whose cost grows with a power of its wildcards; a repository may
# bring its own configuration and rules, so the power is bounded.
_MOST_STARS = 3
_LONGEST = 500
_MOST_LINES = 5000


def excluder(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path is excluded: `patterns` as in a `.gitignore` at the root; a folder stands for all below it.

    A pattern that cannot be read, or that could take for ever to match, excludes nothing; whoever reads the
    configuration has said so before.
    """
    if not patterns:
        return lambda path: False
    return compiled_globs([pattern for pattern in patterns if not defect(pattern)]).match_file


def compiled_globs(patterns: Iterable[str]) -> GitIgnoreSpec:
    """`patterns` as git's ignore files read them. Raises ValueError or re.error for what `defect` speaks of."""
    import warnings

    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        # `[[` may mean something else to `re` one day.
        warnings.simplefilter("ignore", FutureWarning)
        return GitIgnoreSpec.from_lines(patterns)


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
    try:
        compiled_globs([pattern])
    except ValueError:
        return "is not a pattern that git's ignore files know"
    except re.error:
        return "has a range that runs backwards, or brackets that cannot be read"
    return ""


def _is_cheap(line: str) -> bool:
    """Whether comparing this pattern stays cheap whatever path it meets: the cost is a power of its wildcards."""
    if line.startswith("#"):
        return True
    parts = line.split("/")
    few = parts.count("**") <= _MOST_STARS and all(part.count("*") <= _MOST_STARS for part in parts)
    return few and len(line) <= _LONGEST


@dataclass(frozen=True, slots=True)
class _IgnoreFile:
    """The patterns of one ignore file, the last one first because it decides.

    skipped   how many characters of a path are its folder
    anchored  those that compare more than a name
    names     the names that a pattern for names spells out
    wildcard  matches every name that another pattern for names matches
    """

    skipped: int
    patterns: tuple[GitPattern, ...]
    anchored: tuple[GitPattern, ...]
    names: frozenset[str]
    wildcard: re.Pattern[str] | None

    def decides(self, path: str, name: str, is_folder: bool) -> bool | None:
        """Whether `path` is ignored; None if no pattern speaks of it."""
        # Almost no name is matched by anything, and one search says so.
        spoken_of = name in self.names or (self.wildcard is not None and self.wildcard.fullmatch(name))
        relative = path[self.skipped :]
        for pattern in self.patterns if spoken_of else self.anchored:
            if pattern.matches(relative, name, is_folder):
                return not pattern.negated
        return None


def _ignore_file(folder: str, lines: Sequence[str]) -> _IgnoreFile:
    patterns = compile_git(tuple(lines))[::-1]
    names: set[str] = set()
    expressions: list[str] = []
    anchored = []
    for pattern in patterns:
        expression = None if pattern.wildcard is None else pattern.wildcard.expression
        if pattern.anywhere and pattern.literal is not None:
            names.add(pattern.literal)
        elif pattern.anywhere and expression is not None:
            expressions.append(expression.pattern)
        elif pattern.anywhere and pattern.wildcard is not None:
            # Matched without a regular expression, so no search can stand for it.
            expressions.append(".*")
        elif not pattern.anywhere:
            anchored.append(pattern)
    wildcard = (
        re.compile("|".join(f"(?:{found})" for found in expressions), re.DOTALL) if expressions else None
    )
    return _IgnoreFile(len(folder), patterns, tuple(anchored), frozenset(names), wildcard)


class NestedIgnores:
    """The ignore files in force in one folder of a walk, the folder's own first, because it decides first.

    Not pathspec's: there `!logs/` also takes back what is below `logs`, which git does not do.
    """

    __slots__ = ("_files",)

    def __init__(self, files: Sequence[_IgnoreFile] = ()) -> None:
        self._files = tuple(files)

    def within(self, folder: str, lines: Iterable[str]) -> tuple[NestedIgnores, int]:
        """These and the ignore file of `folder` (relative to the root with `/` at its end; empty for the root).

        Also how many lines were passed over because they could make the walk take for ever.
        """
        listed = list(lines)
        cheap = [line for line in listed[:_MOST_LINES] if _is_cheap(line)]
        return NestedIgnores((_ignore_file(folder, cheap), *self._files)), len(listed) - len(cheap)

    def ignores(self, path: str, name: str, *, is_folder: bool) -> bool:
        """Whether `path` (relative to the root), whose last part is `name`, is ignored; its own folders are not."""
        for file in self._files:
            decided = file.decides(path, name, is_folder)
            if decided is not None:
                return decided
        return False
