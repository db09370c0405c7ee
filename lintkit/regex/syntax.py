"""The syntax of regular expressions in rules: RE2's, as far as it means the same in every engine.

Reference: https://github.com/google/re2/wiki/Syntax. No backreferences, no lookaround, no possessive or atomic
parts; `\\d`, `\\w`, `\\s` and `\\b` know ASCII only; `$` is the very end of the text unless `(?m)` is on.
Not taken from RE2: `\\p{…}`, `\\Q…\\E`, `\\C`, octal escapes and the flag `U`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TypeAlias

MAX_LENGTH = 2_000
MAX_DEPTH = 50
MAX_REPEAT = 1_000
LAST = 0x10FFFF

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Sorted, disjoint, inclusive ranges of code points."""

DIGIT: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: Ranges = ((9, 10), (12, 13), (32, 32))

_POSIX: dict[str, Ranges] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": DIGIT,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
_ESCAPES = {"n": 10, "t": 9, "r": 13, "f": 12, "v": 11, "a": 7}
_SETS = {"d": DIGIT, "w": WORD, "s": SPACE}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COUNT = re.compile(r"\{([0-9]{1,5})(?:(,)([0-9]{1,5})?)?\}")


class RegexError(Exception):
    """A pattern that is not of this syntax.

    message   one sentence; position  the offset in the pattern, from 0, at which it fails
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position

    def __str__(self) -> str:
        return f"{self.message} (at character {self.position + 1})"


@dataclass(frozen=True, slots=True)
class Set:
    """One character out of `ranges`."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    """All of `items`, one after the other; none of them match the empty text."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of `items`, the first that fits."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`item` at least `least` and at most `most` times (None: without end)."""

    item: Node
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A group that remembers what it matched, under `index` (from 1)."""

    item: Node
    index: int


@dataclass(frozen=True, slots=True)
class Place:
    """An empty match at a place: `start`, `end`, `line-start`, `line-end`, `boundary`, `no-boundary`."""

    kind: str


Node: TypeAlias = "Set | Sequence | Alternatives | Repeat | Group | Place"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A pattern as a tree, the number of its groups, and their names."""

    node: Node
    groups: int
    names: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Flags:
    ignore_case: bool = False
    dot_all: bool = False
    multi_line: bool = False


def parse(pattern: str) -> Parsed:
    """Read a pattern. Raises RegexError with the place of the fault."""
    if len(pattern) > MAX_LENGTH:
        raise RegexError(f"a regular expression has at most {MAX_LENGTH:,} characters", MAX_LENGTH)
    parser = _Parser(pattern)
    node = parser.alternatives(_Flags(), 0)
    if parser.at < len(pattern):
        raise RegexError("this `)` closes nothing; write `\\)` for the character", parser.at)
    return Parsed(node, parser.groups, parser.names)


def normal(ranges: list[tuple[int, int]]) -> Ranges:
    """Sorted and merged."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(ranges: Ranges) -> Ranges:
    """All other code points."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    if start <= LAST:
        found.append((start, LAST))
    return tuple(found)


def _folded(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`ranges` with the other case of each character; of long ranges only ASCII letters change theirs."""
    found = list(ranges)
    for low, high in ranges:
        short = high - low < 1_000
        for code in range(low, high + 1) if short else range(max(low, 65), min(high, 122) + 1):
            if not short and not chr(code).isalpha():
                continue
            others = (chr(code).lower(), chr(code).upper())
            found.extend((ord(other), ord(other)) for other in others if len(other) == 1)
    return found


@dataclass(slots=True)
class _Parser:
    pattern: str
    at: int = 0
    groups: int = 0
    names: dict[str, int] = field(default_factory=dict)
    closing: _Flags = field(default_factory=_Flags)

    def peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def alternatives(self, flags: _Flags, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise RegexError(f"groups nest more than {MAX_DEPTH} levels deep", self.at)
        items: list[Node] = []
        while True:
            item, flags = self.sequence(flags, depth)
            items.append(item)
            if not self.peek("|"):
                return items[0] if len(items) == 1 else Alternatives(tuple(items))
            self.at += 1

    def sequence(self, flags: _Flags, depth: int) -> tuple[Node, _Flags]:
        items: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            changed = self.bare_flags(flags)
            if changed is not None:
                flags = changed
                continue
            start = self.at
            items.append(self.repeated(self.atom(flags, depth), start))
        return (items[0] if len(items) == 1 else Sequence(tuple(items))), flags

    def bare_flags(self, flags: _Flags) -> _Flags | None:
        """The flags after `(?ims)`, which hold to the end of the group; None where no such thing stands."""
        match = re.compile(r"\(\?([a-zA-Z-]+)\)").match(self.pattern, self.at)
        if match is None:
            return None
        flags = self.flags(flags, match[1], self.at + 2)
        self.at = match.end()
        return flags

    def flags(self, flags: _Flags, letters: str, at: int) -> _Flags:
        on = True
        names = {"i": "ignore_case", "s": "dot_all", "m": "multi_line"}
        for offset, letter in enumerate(letters):
            if letter == "-" and on:
                on = False
            elif letter in names:
                flags = replace(flags, **{names[letter]: on})
            else:
                raise RegexError(f"there is no flag `{letter}`; there are `i`, `m` and `s`", at + offset)
        return flags

    def repeated(self, item: Node, start: int) -> Node:
        """`item` with the repetition that follows it."""
        at = self.at
        head = self.pattern[at : at + 1]
        count = _COUNT.match(self.pattern, at) if head == "{" else None
        if head and head in "*+?":
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[head]
            self.at += 1
        elif count is not None:
            least = int(count[1])
            most = int(count[3]) if count[3] else None if count[2] else least
            if least > MAX_REPEAT or (most or 0) > MAX_REPEAT or (most is not None and most < least):
                raise RegexError(f"a count goes from small to large and at most to {MAX_REPEAT:,}", at)
            self.at = count.end()
        else:
            return item
        greedy = True
        if self.peek("?"):
            greedy = False
            self.at += 1
        elif self.peek("+"):
            raise RegexError("possessive repetition (`++`, `*+`, `?+`) is not part of RE2's syntax", self.at)
        following = self.pattern[self.at : self.at + 1]
        if (following and following in "*?") or _COUNT.match(self.pattern, self.at):
            raise RegexError("a repetition cannot be repeated; put it into a group `(?:…)`", self.at)
        if isinstance(item, Place):
            return item if least else Sequence(())
        return Repeat(item, least, most, greedy)

    def atom(self, flags: _Flags, depth: int) -> Node:
        at = self.at
        character = self.pattern[at]
        if character == "(":
            return self.group(flags, depth)
        if character == "[":
            return self.bracket(flags)
        if character == "\\":
            return self.escape(flags)
        if character in "*+?":
            raise RegexError(f"there is nothing that `{character}` could repeat; write `\\{character}`", at)
        self.at += 1
        if character == ".":
            return Set(((0, LAST),) if flags.dot_all else ((0, 9), (11, LAST)))
        if character == "^":
            return Place("line-start" if flags.multi_line else "start")
        if character == "$":
            return Place("line-end" if flags.multi_line else "end")
        return self.literal(ord(character), flags)

    def literal(self, code: int, flags: _Flags) -> Set:
        ranges = [(code, code)]
        return Set(normal(_folded(ranges) if flags.ignore_case else ranges))

    def group(self, flags: _Flags, depth: int) -> Node:
        start = self.at
        pattern = self.pattern
        self.at += 1
        index: int | None = None
        if self.peek("?"):
            for mark, what in (
                ("?=", "lookahead"),
                ("?!", "lookahead"),
                ("?<=", "lookbehind"),
                ("?<!", "lookbehind"),
                ("?P=", "a backreference"),
                ("?P>", "recursion"),
                ("?>", "an atomic group"),
                ("?(", "a condition"),
                ("?#", "a comment"),
            ):
                if self.peek(mark):
                    raise RegexError(
                        f"{what} (`({mark}…`) is not part of RE2's syntax; say what may not match with `not`",
                        start,
                    )
            if self.peek("?P<") or self.peek("?<"):
                self.at += 3 if self.peek("?P<") else 2
                name = _NAME.match(pattern, self.at)
                if name is None or not pattern.startswith(">", name.end()):
                    raise RegexError("a group's name is letters, digits and `_`, and ends at `>`", self.at)
                if name[0] in self.names:
                    raise RegexError(f"there are two groups with the name `{name[0]}`", self.at)
                self.at = name.end() + 1
                self.groups += 1
                index = self.names[name[0]] = self.groups
            else:
                colon = pattern.find(":", self.at)
                letters = pattern[self.at + 1 : colon] if colon >= 0 else ""
                if colon < 0 or not re.fullmatch("[A-Za-z-]*", letters):
                    raise RegexError("after `(?` stand flags and `:`, or `P<name>`", start)
                flags = self.flags(flags, letters, self.at + 1)
                self.at = colon + 1
        else:
            self.groups += 1
            index = self.groups
        item = self.alternatives(flags, depth + 1)
        if not self.peek(")"):
            raise RegexError("this `(` is never closed; write `\\(` for the character", start)
        self.at += 1
        return item if index is None else Group(item, index)

    def escape(self, flags: _Flags) -> Node:
        letter = self.pattern[self.at + 1 : self.at + 2]
        places = {"b": "boundary", "B": "no-boundary", "A": "start", "z": "end"}
        if letter in places:
            self.at += 2
            return Place(places[letter])
        if letter.lower() in _SETS and letter:
            self.at += 2
            ranges = _SETS[letter.lower()]
            return Set(ranges if letter.islower() else complement(ranges))
        return self.literal(self.character_escape(), flags)

    def character_escape(self) -> int:
        """The code point of the escape here."""
        at = self.at
        letter = self.pattern[at + 1 : at + 2]
        if not letter:
            raise RegexError("the pattern ends in a `\\`; write `\\\\` for the character", at)
        self.at += 2
        if letter in _ESCAPES:
            return _ESCAPES[letter]
        if letter == "x":
            match = re.compile(r"\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})").match(self.pattern, self.at)
            code = int(match[1] or match[2], 16) if match else LAST + 1
            if match is None or code > LAST:
                raise RegexError("`\\x` takes two hexadecimal digits, or some in braces", at)
            self.at = match.end()
            return code
        if letter.isdigit():
            raise RegexError("a backreference is not part of RE2's syntax", at)
        if letter == "Z":
            raise RegexError("the end of the text is `\\z` or `$`", at)
        if letter in "pPQECKRXGhHNuU" or letter.isalnum():
            raise RegexError(f"there is no escape `\\{letter}`", at)
        return ord(letter)

    def bracket(self, flags: _Flags) -> Set:
        start = self.at
        self.at += 1
        negated = self.peek("^")
        self.at += negated
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self.peek("]"):
            first = False
            if self.at >= len(self.pattern):
                raise RegexError("this `[` is never closed; write `\\[` for the character", start)
            low = self.member(ranges)
            if low is None:
                continue
            high = low
            if self.peek("-") and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                at = self.at
                self.at += 1
                end = self.member([])
                if end is None or end < low:
                    raise RegexError("this range does not run from a smaller to a larger character", at)
                high = end
            ranges.append((low, high))
        self.at += 1
        found = normal(_folded(ranges) if flags.ignore_case else ranges)
        return Set(complement(found) if negated else found)

    def member(self, ranges: list[tuple[int, int]]) -> int | None:
        """The next character of a class; None where it is a class of its own, which is added to `ranges`."""
        pattern = self.pattern
        posix = re.compile(r"\[:(\^?)([a-z]*):\]").match(pattern, self.at)
        if posix is not None:
            if posix[2] not in _POSIX:
                known = ", ".join(_POSIX)
                raise RegexError(f"there is no class `[:{posix[2]}:]`; there are {known}", self.at)
            found = _POSIX[posix[2]]
            ranges.extend(complement(found) if posix[1] else found)
            self.at = posix.end()
            return None
        character = pattern[self.at]
        if character != "\\":
            self.at += 1
            return ord(character)
        letter = pattern[self.at + 1 : self.at + 2]
        if letter and letter.lower() in _SETS:
            found = _SETS[letter.lower()]
            ranges.extend(found if letter.islower() else complement(found))
            self.at += 2
            return None
        return self.character_escape()
