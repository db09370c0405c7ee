"""The patterns of git's ignore files, and what git ignores by them.

A pattern without a slash matches in every folder, deeper files win over the root's, and nothing inside an ignored
folder can be taken back. Source: https://git-scm.com/docs/gitignore and what `git check-ignore` answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lintkit.budget import Budget
from lintkit.globs.index import MATCH_STEPS, WildcardIndex, spend
from lintkit.globs.wildcard import Token, Wildcard
from lintkit.source import BOM

_CLASSES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "alnum": (("0", "9"), ("A", "Z"), ("a", "z")),
    "alpha": (("A", "Z"), ("a", "z")),
    "blank": ((" ", " "), ("\t", "\t")),
    "cntrl": (("\x00", "\x1f"), ("\x7f", "\x7f")),
    "digit": (("0", "9"),),
    "graph": (("!", "~"),),
    "lower": (("a", "z"),),
    "print": ((" ", "~"),),
    "punct": (("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
    "space": (("\t", "\r"), (" ", " ")),
    "upper": (("A", "Z"),),
    "xdigit": (("0", "9"), ("A", "F"), ("a", "f")),
}


@dataclass(frozen=True, slots=True)
class IgnoreMatch:
    """The pattern that decided about a path.

    directory  the folder of its ignore file, relative to the root; empty for the root
    line       from 1
    pattern    the line as written, without the spaces at its end that git drops
    ignored    False where the pattern begins with `!` and takes the path back
    """

    directory: str
    line: int
    pattern: str
    ignored: bool


@dataclass(frozen=True, slots=True)
class GitPattern:
    """One pattern of a `.gitignore`; `anywhere` compares a path's last part, else all of it.

    literal, wildcard  what is compared, each character of it one byte: git knows nothing of letters
    """

    line: int
    text: str
    negated: bool
    folders_only: bool
    anywhere: bool
    literal: str | None
    wildcard: Wildcard | None

    def ending(self) -> str:
        """The end of the names that it matches, where that is all it asks for (`*.pyc`); empty for others."""
        tokens = self.wildcard.tokens if self.anywhere and self.wildcard is not None else ()
        if len(tokens) < 2 or tokens[0].kind != "star" or any(each.kind != "text" for each in tokens[1:]):
            return ""
        return "".join(each.text for each in tokens[1:])


def git_ignored(path: str, files: Mapping[str, Sequence[str]]) -> IgnoreMatch | None:
    """Which pattern decides whether git ignores `path`; None when no pattern speaks of it.

    path   relative to the root, with `/`; a `/` at its end says that it is a folder
    files  the folder of each `.gitignore` ("" for the root) -> its lines

    An ignored folder decides for everything below it, and ignore files inside it are not read. A file that is
    already tracked stays tracked whatever the answer. Who asks about many paths keeps a `GitMatcher`.
    """
    return GitMatcher(files).match(path)


class GitMatcher:
    """All ignore files of a work tree; what it finds out about a folder is kept for all that lies inside.

    Questions raise RuleLimitError where all of them together compare too many patterns with too many paths.
    """

    def __init__(self, files: Mapping[str, Sequence[str]]) -> None:
        self._budget = Budget(MATCH_STEPS)
        self._lines = files
        self._indexes: dict[str, tuple[Patterns, Patterns] | None] = {}
        self._folders: dict[str, IgnoreMatch | None] = {"": None}

    def match(self, path: str) -> IgnoreMatch | None:
        """Which pattern decides whether git ignores `path`; see `git_ignored`."""
        is_folder = path.endswith("/")
        path = path.strip("/")
        above = self._folder(path.rpartition("/")[0])
        if above is not None and above.ignored:
            return above
        return self.decides(path, is_folder=is_folder)

    def _folder(self, folder: str) -> IgnoreMatch | None:
        """What decides about a folder, those above it included."""
        unknown = []
        while folder not in self._folders:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        match = self._folders[folder]
        for folder in reversed(unknown):
            if match is None or not match.ignored:
                match = self.decides(folder, is_folder=True)
            self._folders[folder] = match
        return match

    def decides(self, path: str, *, is_folder: bool) -> IgnoreMatch | None:
        """The last matching pattern of the deepest ignore file that speaks of this very path, its folders aside."""
        directory, _, name = path.rpartition("/")
        while True:
            if directory not in self._indexes:
                lines = self._lines.get(directory)
                self._indexes[directory] = _index(tuple(lines)) if lines else None
            index = self._indexes[directory]
            if index is not None:
                relative = path[len(directory) + 1 :] if directory else path
                pattern = index[is_folder].last(relative, name, self._budget)
                if pattern is not None:
                    return IgnoreMatch(directory, pattern.line, pattern.text, not pattern.negated)
            if not directory:
                return None
            directory = directory.rpartition("/")[0]


class Patterns:
    """The patterns of one list that can speak of a folder, or of a file, so that few have to be tried."""

    def __init__(self, patterns: Sequence[GitPattern]) -> None:
        self._names: dict[str, list[GitPattern]] = {}
        self._paths: dict[str, list[GitPattern]] = {}
        self._endings: dict[int, dict[str, list[GitPattern]]] = {}
        self._by_name: dict[str, GitPattern | None] = {}
        wild_names: list[GitPattern] = []
        wild_paths: list[GitPattern] = []
        for pattern in patterns:
            ending = pattern.ending()
            if pattern.literal is not None:
                same = self._names if pattern.anywhere else self._paths
                same.setdefault(pattern.literal, []).append(pattern)
            elif ending:
                self._endings.setdefault(len(ending), {}).setdefault(ending, []).append(pattern)
            elif pattern.wildcard is not None:
                (wild_names if pattern.anywhere else wild_paths).append(pattern)
        self._wild_names = _Wild(wild_names)
        self._wild_paths = _Wild(wild_paths)

    def last(self, path: str, name: str, budget: Budget | None = None) -> GitPattern | None:
        """The last pattern that matches `path`, whose last part is `name`. Raises RuleLimitError."""
        path, name = _bytes(path), _bytes(name)
        found = later(_last(self._paths.get(path)), self._of_name(name, budget))
        return later(found, self._wild_paths.last(path, found, budget))

    def _of_name(self, name: str, budget: Budget | None) -> GitPattern | None:
        if name not in self._by_name:
            found = _last(self._names.get(name))
            for length, endings in self._endings.items():
                found = later(found, _last(endings.get(name[-length:])))
            self._by_name[name] = later(found, self._wild_names.last(name, found, budget))
        return self._by_name[name]

    def every(self, path: str, name: str) -> list[GitPattern]:
        """All patterns that match `path`, whose last part is `name`, in no order."""
        path, name = _bytes(path), _bytes(name)
        found = [*self._paths.get(path, ()), *self._names.get(name, ())]
        for length, endings in self._endings.items():
            found += endings.get(name[-length:], ())
        return found + self._wild_names.every(name) + self._wild_paths.every(path)

    def most_alike(self) -> list[GitPattern]:
        """The most patterns that are told apart by nothing but comparing each of them, in their order."""
        return max(self._wild_names.most_alike(), self._wild_paths.most_alike(), key=len)


def _last(patterns: Sequence[GitPattern] | None) -> GitPattern | None:
    return patterns[-1] if patterns else None


def later(one: GitPattern | None, other: GitPattern | None) -> GitPattern | None:
    """The one that stands further down."""
    if one is None or other is None:
        return one or other
    return one if one.line > other.line else other


class _Wild:
    """Patterns with wildcards, in their order."""

    def __init__(self, patterns: Sequence[GitPattern]) -> None:
        self._patterns = patterns
        self._index = WildcardIndex([each.wildcard for each in patterns if each.wildcard is not None])

    def last(self, text: str, known: GitPattern | None, budget: Budget | None) -> GitPattern | None:
        """The last pattern that matches `text`, if it comes after the `known` one. Raises RuleLimitError."""
        candidates = self._index.candidates(text)
        spend(budget, len(candidates))
        for position in reversed(candidates):
            pattern = self._patterns[position]
            if known is not None and known.line > pattern.line:
                return None
            if pattern.wildcard is not None and pattern.wildcard.matches(text):
                return pattern
        return None

    def every(self, text: str) -> list[GitPattern]:
        """All patterns that match `text`."""
        candidates = (self._patterns[position] for position in self._index.candidates(text))
        return [each for each in candidates if each.wildcard is not None and each.wildcard.matches(text)]

    def most_alike(self) -> list[GitPattern]:
        return [self._patterns[position] for position in self._index.most_alike()]


@lru_cache(maxsize=64)
def _index(lines: tuple[str, ...]) -> tuple[Patterns, Patterns]:
    return indexed(compile_git(lines))


def indexed(patterns: Sequence[GitPattern]) -> tuple[Patterns, Patterns]:
    """What can match files, and what can match folders."""
    return Patterns([each for each in patterns if not each.folders_only]), Patterns(patterns)


@lru_cache(maxsize=512)
def compile_git(lines: tuple[str, ...]) -> tuple[GitPattern, ...]:
    """The patterns among the lines of a `.gitignore`, in their order; a line may still have its newline."""
    found = []
    for number, raw in enumerate(lines, 1):
        line = raw.removeprefix(BOM) if number == 1 else raw
        pattern = _git_pattern(line.removesuffix("\n").removesuffix("\r"), number)
        if pattern is not None:
            found.append(pattern)
    return tuple(found)


def part_matches(pattern: str, name: str) -> bool:
    """Whether one part of a pattern, between slashes, matches one name."""
    tokens = tokens_of(_bytes(pattern))
    return tokens is not None and Wildcard(tokens).matches(_bytes(name))


def is_readable(pattern: str) -> bool:
    """Whether git can make anything of a pattern: something is left of it, and brackets and backslashes end."""
    found = _git_pattern(pattern, 1)
    return found is not None and (found.wildcard is not None or bool(found.literal))


def runs_backwards(pattern: str) -> bool:
    """Whether a range in brackets ends before it begins, so that it holds nothing."""
    ranges = (each for token in tokens_of(_bytes(pattern)) or () for each in token.ranges)
    return any(low > high for low, high in ranges)


def _git_pattern(line: str, number: int) -> GitPattern | None:
    if line.startswith("#"):
        return None
    text = strip_spaces(line)
    if not text:
        return None
    negated = text.startswith("!")
    pattern = text[1:] if negated else text
    folders_only = pattern.endswith("/")
    pattern = pattern[:-1] if folders_only else pattern
    anywhere = "/" not in pattern
    pattern = _bytes(pattern.removeprefix("/"))
    if not any(char in pattern for char in "*?[\\"):
        return GitPattern(number, text, negated, folders_only, anywhere, pattern, None)
    tokens = tokens_of(pattern)
    wildcard = None if tokens is None else Wildcard(tokens)
    return GitPattern(number, text, negated, folders_only, anywhere, None, wildcard)


def _bytes(text: str) -> str:
    """The bytes of a text as git has them, each as one character: its `?` and its sets match one byte (wildmatch.c)."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def strip_spaces(line: str) -> str:
    """The line without the spaces at its end, except one that a backslash keeps."""
    stripped = line.rstrip(" ")
    if len(stripped) == len(line):
        return line
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 else stripped


def tokens_of(pattern: str) -> tuple[Token, ...] | None:
    """The pattern as git's wildmatch reads it with paths; None when it can never match."""
    tokens: list[Token] = []
    position, end = 0, len(pattern)
    # git compares the text before the first wildcard by itself, so that `a**/b` reads as `a` and then `**/b`.
    literal = next((index for index, char in enumerate(pattern) if char in "*?[\\"), end)
    while position < end:
        char = pattern[position]
        if char == "*":
            stars = position
            while position < end and pattern[position] == "*":
                position += 1
            alone = stars == literal or pattern[stars - 1] == "/"
            if position - stars >= 2 and alone and position == end:
                tokens.append(Token("rest"))
            elif position - stars >= 2 and alone and pattern[position] == "/":
                tokens.append(Token("folders"))
                position += 1
            else:
                tokens.append(Token("star"))
        elif char == "?":
            tokens.append(Token("one"))
            position += 1
        elif char == "[":
            bracket = _bracket(pattern, position)
            if bracket is None:
                return None
            token, position = bracket
            tokens.append(token)
        elif char == "\\":
            if position + 1 == end:
                return None
            tokens.append(Token("text", pattern[position + 1]))
            position += 2
        else:
            tokens.append(Token("text", char))
            position += 1
    return tuple(tokens)


def _bracket(pattern: str, position: int) -> tuple[Token, int] | None:
    """The set that begins at `position` and where it ends; None when it has no end or an unknown class."""
    position += 1
    negated = pattern[position : position + 1] in ("!", "^")
    position += negated
    ranges: list[tuple[str, str]] = []
    first = True
    previous = ""
    while first or pattern[position : position + 1] != "]":
        first = False
        char = pattern[position : position + 1]
        if not char:
            return None
        if char == "\\":
            position += 1
            char = pattern[position : position + 1]
            if not char:
                return None
            ranges.append((char, char))
            previous = char
        elif char == "-" and previous and pattern[position + 1 : position + 2] not in ("", "]"):
            position += 1
            char = pattern[position]
            if char == "\\":
                position += 1
                char = pattern[position : position + 1]
                if not char:
                    return None
            ranges.append((previous, char))  # one that runs backwards holds nothing
            previous = ""
        elif char == "[" and pattern[position + 1 : position + 2] == ":":
            close = pattern.find("]", position + 2)
            if close < 0:
                return None
            if close - 1 < position + 2 or pattern[close - 1] != ":":
                ranges.append(("[", "["))
                previous = "["
            else:
                named = _CLASSES.get(pattern[position + 2 : close - 1])
                if named is None:
                    return None
                ranges.extend(named)
                previous = ""
                position = close
        else:
            ranges.append((char, char))
            previous = char
        position += 1
    return Token("set", ranges=tuple(ranges), negated=negated), position + 1
