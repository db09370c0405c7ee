"""The `.gitignore` files of a repository: what they ignore together, which of them should say more, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lintkit.facts import IgnoreRules
from lintkit.globs.git import GitMatcher, IgnoreMatch
from lintkit.model import Edit, Fix, Span


@dataclass(frozen=True, slots=True)
class GitIgnores:
    """Every `.gitignore`, by the folder it lies in; empty for the root."""

    files: Mapping[str, IgnoreRules]
    lines: Mapping[str, tuple[str, ...]]
    matcher: GitMatcher

    def ignores(self, path: str) -> bool:
        """Whether git leaves `path` out; a `/` at its end says that it is a folder."""
        match = self.match(path)
        return match is not None and match.ignored

    def match(self, path: str) -> IgnoreMatch | None:
        """The pattern that decides about `path`."""
        return self.matcher.match(path)

    def responsible(self, folder: str, speaks: re.Pattern[str]) -> IgnoreRules | None:
        """The ignore file that should speak of what lies in `folder`; None where there is none above it.

        The nearest one that already has a pattern that `speaks` finds, else the highest.
        """
        parts = folder.split("/") if folder else []
        above = [path for n in range(len(parts), -1, -1) if (path := "/".join(parts[:n])) in self.files]
        spoken = [path for path in above if any(speaks.search(line) for line in self.lines[path])]
        owner = spoken[0] if spoken else above[-1] if above else None
        return None if owner is None else self.files[owner]


def git_ignores(facts: Iterable[IgnoreRules]) -> GitIgnores:
    """The `.gitignore` files among the ignore files of a repository."""
    files = {
        fact.path.rpartition("/")[0]: fact for fact in facts if fact.path.rpartition("/")[2] == ".gitignore"
    }
    lines = {folder: fact.lines for folder, fact in files.items()}
    return GitIgnores(files, lines, GitMatcher(lines))


def place_in(fact: IgnoreRules, about: re.Pattern[str] | None = None) -> Span:
    """Where a finding about an ignore file stands: the first line that is `about` it, else the last, else the file."""
    if about is not None:
        for line, span in zip(fact.lines, fact.spans, strict=False):
            if about.search(line):
                return span
    return fact.spans[-1] if fact.spans else fact.span


def appended(fact: IgnoreRules, patterns: Iterable[str], *, safe: bool) -> Fix:
    """The fix that adds lines at the end of an ignore file, with the line ends that it has."""
    lines = tuple(dict.fromkeys(patterns))
    text = ("" if fact.ended else fact.newline) + "".join(line + fact.newline for line in lines)
    end = Span(fact.path, fact.span.end, fact.span.end)
    return Fix(f"ignore {_listed(lines)}", (Edit(end, text),), safe=safe)


def _listed(lines: tuple[str, ...]) -> str:
    shown = [f"`{line}`" for line in lines[:4]] + ([f"{len(lines) - 4} more"] if len(lines) > 4 else [])
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
