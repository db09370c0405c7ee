"""Ignore patterns from files that nobody vouches for: those of a walk, and those of `exclude`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lintkit.parse.ignore import GitPattern, compile_git

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
    from pathspec import GitIgnoreSpec

    readable = []
    for pattern in patterns:
        if not _is_cheap(pattern):
            continue
        try:
            GitIgnoreSpec.from_lines([pattern])
        except Exception:  # pathspec raises its own ValueError, and `re.error` for some brackets
            continue
        readable.append(pattern)
    return GitIgnoreSpec.from_lines(readable).match_file


def _is_cheap(line: str) -> bool:
    """Whether comparing this pattern stays cheap whatever path it meets: the cost is a power of its wildcards."""
    if line.startswith("#"):
        return True
    parts = line.split("/")
    few = parts.count("**") <= _MOST_STARS and all(part.count("*") <= _MOST_STARS for part in parts)
    return few and len(line) <= _LONGEST


class NestedIgnores:
    """The ignore files in force in one folder of a walk, the folder's own first, because it decides first.

    Not pathspec's: there `!logs/` also takes back what is below `logs`, which git does not do.
    """

    __slots__ = ("_levels",)

    def __init__(self, levels: Sequence[tuple[int, tuple[GitPattern, ...]]] = ()) -> None:
        self._levels = tuple(levels)

    def within(self, folder: str, lines: Iterable[str]) -> tuple[NestedIgnores, int]:
        """These and the ignore file of `folder` (relative to the root with `/` at its end; empty for the root).

        Also how many lines were passed over because they could make the walk take for ever.
        """
        listed = list(lines)
        cheap = [line for line in listed[:_MOST_LINES] if _is_cheap(line)]
        patterns = compile_git(tuple(cheap))[::-1]
        return NestedIgnores(((len(folder), patterns), *self._levels)), len(listed) - len(cheap)

    def ignores(self, path: str, name: str, *, is_folder: bool) -> bool:
        """Whether `path` (relative to the root), whose last part is `name`, is ignored; its own folders are not."""
        for skipped, patterns in self._levels:
            relative = path[skipped:]
            for pattern in patterns:
                if pattern.matches(relative, name, is_folder):
                    return not pattern.negated
        return False
