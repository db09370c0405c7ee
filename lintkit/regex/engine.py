"""Regular expressions of rules as objects that match, in bounds.

Short texts go to `re` if the paths it could try are few enough to be counted, and everything else to the automaton of
`lintkit.regex.automaton`. Both answer alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lintkit.budget import Budget
from lintkit.regex.automaton import Automaton, Hit, assemble
from lintkit.regex.syntax import (
    LAST,
    Alternatives,
    Group,
    Node,
    Parsed,
    Place,
    Sequence,
    Set,
    parse,
)

_MOST_PATHS = 50_000
"""How many ways of matching `re` may have to try: a few milliseconds."""

_MOST_FACTOR = 256
_REFERENCE = re.compile(r"\$(?:(\$)|([0-9])|\{(\w+)\})")


class Regex:
    """A pattern that was checked; nothing is built before it is first used."""

    __slots__ = ("_automaton", "_backtracking", "_factor", "_parsed", "_power", "text")

    def __init__(self, text: str, parsed: Parsed) -> None:
        self.text = text
        self._parsed = parsed
        self._automaton: Automaton | None = None
        self._backtracking: re.Pattern[str] | None = None
        self._factor, self._power = _paths(parsed.node)

    @property
    def groups(self) -> int:
        """How many groups the pattern has."""
        return self._parsed.groups

    @property
    def names(self) -> dict[str, int]:
        """The named groups and their numbers."""
        return self._parsed.names

    def search(self, text: str, budget: Budget | None = None) -> bool:
        """Whether the pattern matches anywhere in `text`. Raises RuleLimitError."""
        budget = budget or Budget()
        if (
            self._factor <= _MOST_FACTOR
            and self._factor * (len(text) + 1) ** (self._power + 1) <= _MOST_PATHS
        ):
            budget.spend(1, "a regular expression")
            if self._backtracking is None:
                self._backtracking = re.compile(_source(self._parsed.node))
            return self._backtracking.search(text) is not None
        return self._machine().search(text, budget)

    def hits(self, text: str, budget: Budget | None = None) -> Iterator[Hit]:
        """All matches from left to right. Raises RuleLimitError."""
        return self._machine().hits(text, budget or Budget())

    def substitute(self, text: str, template: str, budget: Budget | None = None) -> str:
        """`text` with each match replaced; in `template`, `$1` and `${name}` are groups, `$$` is a dollar.

        Raises RuleLimitError.
        """
        pieces: list[str] = []
        at = 0
        for hit in self.hits(text, budget):
            pieces += (text[at : hit.start], self.expand(template, text, hit))
            at = hit.end
        pieces.append(text[at:])
        return "".join(pieces)

    def expand(self, template: str, text: str, hit: Hit) -> str:
        """The replacement of one match."""

        def value(reference: re.Match[str]) -> str:
            if reference[1]:
                return "$"
            index = int(reference[2]) if reference[2] else self.names.get(reference[3], -1)
            span = hit.groups[index] if 0 <= index < len(hit.groups) else None
            return "" if span is None else text[span[0] : span[1]]

        return _REFERENCE.sub(value, template)

    def unknown_reference(self, template: str) -> str:
        """The first group that `template` names and the pattern does not have; empty without one."""
        for found in _REFERENCE.finditer(template):
            number, name = found[2], found[3]
            if (number and int(number) > self.groups) or (name and name not in self.names):
                return found[0]
        return ""

    def _machine(self) -> Automaton:
        if self._automaton is None:
            self._automaton = Automaton(self._parsed)
        return self._automaton


@lru_cache(maxsize=2_000)
def compile_regex(text: str) -> Regex:
    """Check and compile a pattern; the same text is compiled once. Raises RegexError with the place of the fault."""
    parsed = parse(text)
    assemble(parsed)
    return Regex(text, parsed)


def _paths(node: Node) -> tuple[int, int]:
    """(factor, power): from each place, a backtracking engine tries at most factor * length ** power ways.

    The factor is huge for what may take exponential time.
    """
    huge = _MOST_FACTOR + 1
    if isinstance(node, (Set, Place)):
        return 1, 0
    if isinstance(node, Group):
        return _paths(node.item)
    if isinstance(node, Sequence):
        factor, power = 1, 0
        for item in node.items:
            more, further = _paths(item)
            factor, power = min(factor * more, huge), power + further
        return factor, power
    if isinstance(node, Alternatives):
        all_paths = [_paths(item) for item in node.items]
        return min(sum(f for f, _ in all_paths), huge), max(p for _, p in all_paths)
    if not _is_fixed(node.item):
        return huge, 0
    if node.most is None:
        return 1, 1
    return node.most - node.least + 1, 0


def _is_fixed(node: Node) -> bool:
    """Whether there is one way for `node` to match at a place, of fixed length and not empty."""
    if isinstance(node, Set):
        return True
    if isinstance(node, Group):
        return _is_fixed(node.item)
    return isinstance(node, Sequence) and bool(node.items) and all(map(_is_fixed, node.items))


def _source(node: Node) -> str:
    """`node` in the syntax of `re`, written so that no flag and no difference of the engines matters."""
    if isinstance(node, Set):
        if not node.ranges:
            return "[^\\x00-\\U0010ffff]"
        if node.ranges == ((0, LAST),):
            return "(?s:.)"
        return "[" + "".join(_range(low, high) for low, high in node.ranges) + "]"
    if isinstance(node, Place):
        return {
            "start": r"\A",
            "end": r"\Z",
            "line-start": "(?m:^)",
            "line-end": r"(?=\n|\Z)",
            "boundary": r"(?a:\b)",
            "no-boundary": r"(?a:(?!\b))",
        }[node.kind]
    if isinstance(node, Group):
        return f"(?:{_source(node.item)})"
    if isinstance(node, Sequence):
        return "".join(map(_source, node.items))
    if isinstance(node, Alternatives):
        return "(?:" + "|".join(map(_source, node.items)) + ")"
    most = "" if node.most is None else str(node.most)
    return f"(?:{_source(node.item)}){{{node.least},{most}}}" + ("" if node.greedy else "?")


def _range(low: int, high: int) -> str:
    return f"\\U{low:08x}" if low == high else f"\\U{low:08x}-\\U{high:08x}"
