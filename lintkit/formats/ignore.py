"""Ignore files: their patterns with spans, and what git and Docker ignore by them.

The two read the same syntax differently. For git a pattern without a slash matches in every folder, deeper
files win over the root's, and nothing inside an ignored folder can be taken back. For Docker patterns begin
at the root of the build context, there is one file, and the last pattern that matches a path or one of its
folders decides.

git: https://git-scm.com/docs/gitignore and what `git check-ignore` answers. Docker: the package
github.com/moby/patternmatcher, which the builders use.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lintkit.budget import Budget
from lintkit.formats.errors import ParseError
from lintkit.formats.wildcard import Token, Wildcard
from lintkit.formats.wildcard_index import MATCH_STEPS, WildcardIndex, spend
from lintkit.model import Document, Kind, NodeSpans, Problem, Route, SourceFile, Span
from lintkit.source import BOM, decode

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

_MAXIMUM = 100_000


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

    def matches(self, path: str, name: str, is_folder: bool) -> bool:
        """Whether the pattern matches `path` (relative to its file's folder), whose last part is `name`."""
        return self.matches_bytes(_bytes(path), _bytes(name), is_folder)

    def matches_bytes(self, path: str, name: str, is_folder: bool) -> bool:
        """The same for texts of which each character stands for one byte."""
        if self.folders_only and not is_folder:
            return False
        candidate = name if self.anywhere else path
        if self.literal is not None:
            return candidate == self.literal
        return self.wildcard is not None and self.wildcard.matches(candidate)

    def ending(self) -> str:
        """The end of the names that it matches, where that is all it asks for (`*.pyc`); empty for others."""
        tokens = self.wildcard.tokens if self.anywhere and self.wildcard is not None else ()
        if len(tokens) < 2 or tokens[0].kind != "star" or any(each.kind != "text" for each in tokens[1:]):
            return ""
        return "".join(each.text for each in tokens[1:])


@dataclass(frozen=True, slots=True)
class DockerPattern:
    """One pattern of a `.dockerignore`, cleaned; without `wildcard` it can never match."""

    negated: bool
    wildcard: Wildcard | None
    literal: str | None

    def matches(self, path: str) -> bool:
        """Whether the pattern matches exactly this path."""
        if self.literal is not None:
            return path == self.literal
        return self.wildcard is not None and self.wildcard.matches(path)


def parse(source: SourceFile) -> tuple[Document, ...]:
    """The patterns of an ignore file, `{"patterns": [{"pattern", "negated", "text"}]}`, with their spans.

    `text` is the line as written, `pattern` what is matched: without `!`, the spaces around it, and for
    Docker cleaned as its builders clean it. Raises ParseError where the file is not text.
    """
    try:
        text, _ = decode(source.data)
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise ParseError("The file is not UTF-8 text; save it as UTF-8.", source.path, line) from None
    return (_document(text, source.path, source.kind),)


def _document(text: str, path: str, kind: Kind) -> Document:
    docker = kind == "dockerignore"
    patterns: list[dict[str, Any]] = []
    nodes: dict[Route, NodeSpans] = {(): NodeSpans(Span(path, 0, len(text)))}
    problems: list[Problem] = []
    comments: list[Span] = []
    offset = 0
    for line in text.split("\n"):
        start, offset = offset, offset + len(line) + 1
        content = line.removesuffix("\r")
        if content.startswith("#"):
            comments.append(Span(path, start, start + len(content)))
            continue
        shown = content.strip() if docker else strip_git_spaces(content)
        if not shown:
            continue
        lead = len(content) - len(content.lstrip()) if docker else 0
        span = Span(path, start + lead, start + lead + len(shown))
        negated = shown.startswith("!")
        pattern = _clean_docker(shown) if docker else shown
        pattern = pattern[1:] if negated else pattern
        nodes["patterns", len(patterns)] = NodeSpans(span, raw=shown)
        patterns.append({"pattern": pattern, "negated": negated, "text": content})
        if len(patterns) > _MAXIMUM:
            raise ParseError(
                f"The file has more than {_MAXIMUM} patterns; is it an ignore file at all?", path
            )
        unreadable = (_docker_tokens if docker else _git_tokens)(pattern) is None
        if not pattern or unreadable:
            message = "The pattern can never match: it is empty, or a bracket or backslash is not finished."
            problems.append(Problem("invalid-pattern", message, span))
    nodes[("patterns",)] = NodeSpans(Span(path, 0, len(text)))
    return Document(path, kind, text, {"patterns": patterns}, nodes, 0, tuple(problems), tuple(comments))


# --- git ------------------------------------------------------------------------------------------


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
        self._indexes: dict[str, tuple[_GitIndex, _GitIndex] | None] = {}
        self._folders: dict[str, IgnoreMatch | None] = {"": None}

    def match(self, path: str) -> IgnoreMatch | None:
        """Which pattern decides whether git ignores `path`; see `git_ignored`."""
        is_folder = path.endswith("/")
        path = path.strip("/")
        above = self._folder(path.rpartition("/")[0])
        if above is not None and above.ignored:
            return above
        return self._decide(path, is_folder)

    def _folder(self, folder: str) -> IgnoreMatch | None:
        """What decides about a folder, those above it included."""
        unknown = []
        while folder not in self._folders:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        match = self._folders[folder]
        for folder in reversed(unknown):
            if match is None or not match.ignored:
                match = self._decide(folder, True)
            self._folders[folder] = match
        return match

    def _decide(self, path: str, is_folder: bool) -> IgnoreMatch | None:
        """The last matching pattern of the deepest ignore file that speaks of this one path."""
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


class _GitIndex:
    """The patterns of one ignore file that can speak of a folder, or of a file, so that few have to be tried."""

    def __init__(self, patterns: Sequence[GitPattern]) -> None:
        self.names: dict[str, GitPattern] = {}
        self.paths: dict[str, GitPattern] = {}
        self.endings: dict[int, dict[str, GitPattern]] = {}
        self._by_name: dict[str, GitPattern | None] = {}
        wild_names: list[GitPattern] = []
        wild_paths: list[GitPattern] = []
        for pattern in patterns:
            ending = pattern.ending()
            if pattern.literal is not None:
                (self.names if pattern.anywhere else self.paths)[pattern.literal] = pattern
            elif ending:
                self.endings.setdefault(len(ending), {})[ending] = pattern
            elif pattern.wildcard is not None:
                (wild_names if pattern.anywhere else wild_paths).append(pattern)
        self._wild_names = _Wild(wild_names)
        self._wild_paths = _Wild(wild_paths)

    def last(self, path: str, name: str, budget: Budget) -> GitPattern | None:
        """The last pattern that matches `path`, whose last part is `name`. Raises RuleLimitError."""
        path, name = _bytes(path), _bytes(name)
        found = self._later(self.paths.get(path), self._of_name(name, budget))
        return self._later(found, self._wild_paths.last(path, found, budget))

    def _of_name(self, name: str, budget: Budget) -> GitPattern | None:
        if name not in self._by_name:
            found = self.names.get(name)
            for length, endings in self.endings.items():
                found = self._later(found, endings.get(name[-length:]))
            self._by_name[name] = self._later(found, self._wild_names.last(name, found, budget))
        return self._by_name[name]

    @staticmethod
    def _later(one: GitPattern | None, other: GitPattern | None) -> GitPattern | None:
        if one is None or other is None:
            return one or other
        return one if one.line > other.line else other


class _Wild:
    """Patterns with wildcards, in their order."""

    def __init__(self, patterns: Sequence[GitPattern]) -> None:
        self._patterns = patterns
        self._index = WildcardIndex([each.wildcard for each in patterns if each.wildcard is not None])

    def last(self, text: str, known: GitPattern | None, budget: Budget) -> GitPattern | None:
        """The last pattern that matches `text`, if it comes after the `known` one. Raises RuleLimitError."""
        for position in reversed(self._index.candidates(text, budget)):
            pattern = self._patterns[position]
            if known is not None and known.line > pattern.line:
                return None
            if pattern.wildcard is not None and pattern.wildcard.matches(text):
                return pattern
        return None


@lru_cache(maxsize=64)
def _index(lines: tuple[str, ...]) -> tuple[_GitIndex, _GitIndex]:
    """What can match files, and what can match folders."""
    patterns = compile_git(lines)
    return _GitIndex([each for each in patterns if not each.folders_only]), _GitIndex(patterns)


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


def _git_pattern(line: str, number: int) -> GitPattern | None:
    if line.startswith("#"):
        return None
    text = strip_git_spaces(line)
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
    tokens = _git_tokens(pattern)
    wildcard = None if tokens is None else Wildcard(tokens)
    return GitPattern(number, text, negated, folders_only, anywhere, None, wildcard)


def _bytes(text: str) -> str:
    """The bytes of a text as git has them, each as one character: its `?` and its sets match one byte (wildmatch.c)."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def strip_git_spaces(line: str) -> str:
    """The line without the spaces at its end, except one that a backslash keeps."""
    stripped = line.rstrip(" ")
    if len(stripped) == len(line):
        return line
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 else stripped


def _git_tokens(pattern: str) -> tuple[Token, ...] | None:
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
            bracket = _git_bracket(pattern, position)
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


def _git_bracket(pattern: str, position: int) -> tuple[Token, int] | None:
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
            if previous <= char:
                ranges.append((previous, char))
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


# --- Docker ---------------------------------------------------------------------------------------


def docker_ignored(path: str, lines: Sequence[str]) -> bool:
    """Whether Docker leaves `path` (relative to the context, with `/`) out of the build context.

    lines  of the one `.dockerignore` in force; the last pattern that matches the path or a folder of it
    decides
    """
    return DockerMatcher(lines).ignores(path)


class DockerMatcher:
    """One `.dockerignore`; what it finds out about a folder is kept for all that lies inside.

    lines   the patterns in force
    budget  the comparisons that are left for all ignore files of one question

    Questions raise RuleLimitError where all of them together compare too many patterns with too many paths.
    """

    def __init__(self, lines: Sequence[str], budget: Budget | None = None) -> None:
        self._rules = _docker_index(tuple(lines))
        self._budget = Budget(MATCH_STEPS) if budget is None else budget
        self._folders: dict[str, tuple[int, ...]] = {"": ()}

    def ignores(self, path: str) -> bool:
        """Whether Docker leaves `path` out; see `docker_ignored`."""
        parts = path.strip("/").split("/")
        above: tuple[int, ...] = ()
        for count in range(1, len(parts)):
            folder = "/".join(parts[:count])
            if folder not in self._folders:
                self._folders[folder] = self._step(folder, above)[1]
            above = self._folders[folder]
        return self._step("/".join(parts), above)[0]

    def _step(self, path: str, above: tuple[int, ...]) -> tuple[bool, tuple[int, ...]]:
        """Whether a path is ignored, and which patterns match it, given those that match its folder.

        What matched a folder matches all inside. A pattern that could change nothing is not even asked, so that a
        `!folder` counts only where something before it had ignored that folder itself.
        """
        known = frozenset(above)
        spend(self._budget, len(known))
        ignored = False
        matched: list[int] = []
        for number in sorted(known.union(self._rules.candidates(path, self._budget))):
            pattern = self._rules.patterns[number]
            if number in known or (pattern.negated == ignored and pattern.matches(path)):
                matched.append(number)
                ignored = not pattern.negated
        return ignored, tuple(matched)


class _DockerIndex:
    """The patterns of one ignore file, so that few have to be tried for a path."""

    def __init__(self, patterns: tuple[DockerPattern, ...]) -> None:
        self.patterns = patterns
        self._literals: dict[str, list[int]] = {}
        self._wild: list[int] = []
        wildcards: list[Wildcard] = []
        for number, pattern in enumerate(patterns):
            if pattern.literal is not None:
                self._literals.setdefault(pattern.literal, []).append(number)
            elif pattern.wildcard is not None:
                self._wild.append(number)
                wildcards.append(pattern.wildcard)
        self._index = WildcardIndex(wildcards)

    def candidates(self, path: str, budget: Budget) -> Iterator[int]:
        """The numbers of the patterns that can match exactly this path. Raises RuleLimitError."""
        yield from self._literals.get(path, ())
        for position in self._index.candidates(path, budget):
            yield self._wild[position]


@lru_cache(maxsize=64)
def _docker_index(lines: tuple[str, ...]) -> _DockerIndex:
    return _DockerIndex(compile_docker(lines))


@lru_cache(maxsize=512)
def compile_docker(lines: tuple[str, ...]) -> tuple[DockerPattern, ...]:
    """The patterns among the lines of a `.dockerignore`, in order; a line may still have its newline."""
    found = []
    for number, raw in enumerate(lines):
        line = raw.removeprefix(BOM) if number == 0 else raw
        if line.startswith("#"):
            continue
        cleaned = _clean_docker(line.strip())
        if not cleaned or cleaned == "!":
            continue
        # The builders clean it once more with its `!` in front, which turns `!../../a` into `a`.
        cleaned = posixpath.normpath(cleaned)
        negated = cleaned.startswith("!")
        pattern = cleaned[1:] if negated else cleaned
        if not any(char in pattern for char in "*?[\\"):
            found.append(DockerPattern(negated, None, pattern))
            continue
        tokens = _docker_tokens(pattern)
        found.append(DockerPattern(negated, None if tokens is None else Wildcard(tokens), None))
    return tuple(found)


def _clean_docker(text: str) -> str:
    """The pattern as the builders clean it: no `./`, no `/` at either end, `a/../b` folded; `!` is kept."""
    negated = text.startswith("!")
    pattern = text[1:].strip() if negated else text
    if pattern:
        pattern = posixpath.normpath(pattern)
        if len(pattern) > 1:
            pattern = pattern.lstrip("/") or "/"
    return "!" + pattern if negated else pattern


def _docker_tokens(pattern: str) -> tuple[Token, ...] | None:
    """The pattern as the builders' matcher reads it; None when it can never match."""
    tokens: list[Token] = []
    position, end = 0, len(pattern)
    while position < end:
        char = pattern[position]
        position += 1
        if pattern.startswith("**", position - 1):
            begins = position == 1
            position += 1
            slash = position < end and pattern[position] == "/"
            position += slash
            if position == end:
                tokens.append(Token("rest"))
            elif begins and not slash and not any(c in pattern[position:] for c in "*?[\\"):
                # `**name` with nothing else special is compared with the end of the path alone.
                tokens.append(Token("rest"))
            else:
                tokens.append(Token("folders"))
        elif char == "*":
            tokens.append(Token("star"))
        elif char == "?":
            tokens.append(Token("one"))
        elif char == "[":
            bracket = _docker_bracket(pattern, position)
            if bracket is None:
                return None
            token, position = bracket
            tokens.append(token)
        elif char == "\\":
            # Before a letter or digit it becomes an escape of Go's regular expressions, which no name has.
            if position == end or pattern[position].isalnum():
                return None
            tokens.append(Token("text", pattern[position]))
            position += 1
        else:
            tokens.append(Token("text", char))
    return tuple(tokens)


def _docker_bracket(pattern: str, position: int) -> tuple[Token, int] | None:
    """The set whose first character is at `position` and where it ends; None where it has no end."""
    negated = pattern[position : position + 1] == "^"
    position += negated
    ranges: list[tuple[str, str]] = []

    def character(at: int) -> tuple[str, int] | None:
        if pattern[at : at + 1] in ("", "-") or (ranges and pattern[at] == "]"):
            return None
        if pattern[at] == "\\":
            at += 1
        return (pattern[at], at + 1) if at < len(pattern) else None

    while pattern[position : position + 1] != "]" or not ranges:
        low = character(position)
        if low is None:
            return None
        high: tuple[str, int] | None = low
        if pattern[low[1] : low[1] + 1] == "-":
            high = character(low[1] + 1)
        if high is None or low[0] > high[0]:
            return None
        ranges.append((low[0], high[0]))
        position = high[1]
    return Token("set", ranges=tuple(ranges), negated=negated, slash=True), position + 1
