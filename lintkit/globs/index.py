"""Many wildcard patterns at once: which of them can match a text, told by the characters that they spell out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile
from typing import Literal, NamedTuple

from lintkit.budget import Budget, RuleLimitError
from lintkit.globs.wildcard import Token, Wildcard

_FEW = 32
"""As many patterns may be compared with each path at no cost: that is linear in the number of paths."""

MATCH_STEPS = 2_000_000
"""How many comparisons beyond those one rule may ask for, over all ignore files: some two seconds."""

_PIECE = 3
"""Text between wildcards is looked up in pieces of so many characters, which every text has few of."""

Where = Literal["start", "end", "inside"]


class _Key(NamedTuple):
    """Text that is in whatever a pattern matches, and where it stands there."""

    where: Where
    text: str


class WildcardIndex:
    """Patterns by the text that they spell out: at the start, at the end, or else the rarest piece between wildcards.

    A list of thousands of patterns then has few to try for one path. Those that spell out nothing have to be tried
    always, and those that have nothing but one piece in common wherever that stands: who asks counts how many
    there are, or refuses the list before (`most_alike`).
    """

    __slots__ = ("_always", "_places")

    def __init__(self, wildcards: Sequence[Wildcard]) -> None:
        self._always: list[int] = []
        self._places: dict[Where, dict[int, dict[str, list[int]]]] = {"start": {}, "end": {}, "inside": {}}
        edges = [list(_edges(wildcard.tokens)) for wildcard in wildcards]
        counts = Counter(key for own in edges for key in own)
        few = sum(not own for own in edges) <= _FEW
        crowded: list[int] = []
        for position, own in enumerate(edges):
            key = _rarest(own, counts)
            if key is not None and counts[key] <= _FEW:
                self._put(key, position)
            elif key is None and few:
                self._always.append(position)
            else:
                crowded.append(position)
        keys = {position: [*edges[position], *_pieces(wildcards[position].tokens)] for position in crowded}
        counts.update(key for own in keys.values() for key in own if key.where == "inside")
        for position in crowded:
            self._put(_rarest(keys[position], counts), position)

    def _put(self, key: _Key | None, position: int) -> None:
        if key is None:
            self._always.append(position)
        else:
            self._places[key.where].setdefault(len(key.text), {}).setdefault(key.text, []).append(position)

    def candidates(self, text: str) -> list[int]:
        """The positions of the patterns that can match `text`, from the first to the last."""
        found = [*self._always]
        size = len(text)
        for length, by_text in self._places["start"].items():
            found += by_text.get(text[:length], ())
        for length, by_text in self._places["end"].items():
            found += by_text.get(text[-length:], ())
        for length, by_text in self._places["inside"].items():
            for piece in {text[start : start + length] for start in range(size - length + 1)}:
                found += by_text.get(piece, ())
        found.sort()
        return found

    def most_alike(self) -> list[int]:
        """The positions of the most patterns that are told apart by nothing but comparing each of them."""
        groups = [
            group
            for by_length in self._places.values()
            for by_text in by_length.values()
            for group in by_text.values()
        ]
        return max((self._always, *groups), key=len)


def spend(budget: Budget | None, comparisons: int) -> None:
    """Take what is beyond a few comparisons away. Raises RuleLimitError when none are left."""
    if budget is not None and comparisons > _FEW:
        budget.left -= comparisons - _FEW
        if budget.left < 0:
            raise RuleLimitError(
                "the repository has so many paths, and its ignore files so many patterns that each has to be "
                "compared with, that not all of them are"
            )


def _rarest(keys: Iterable[_Key], counts: Counter[_Key]) -> _Key | None:
    return min(keys, key=lambda key: (counts[key], -len(key.text)), default=None)


def _edges(tokens: Sequence[Token]) -> Iterator[_Key]:
    for where, ordered in (("start", tokens), ("end", tokens[::-1])):
        found = [token.text for token in takewhile(lambda token: token.kind == "text", ordered)]
        if found and where == "start":
            yield _Key("start", "".join(found))
        elif found:
            yield _Key("end", "".join(reversed(found)))


def _pieces(tokens: Sequence[Token]) -> Iterator[_Key]:
    seen: set[str] = set()
    for is_text, group in groupby(tokens, lambda token: token.kind == "text"):
        run = "".join(token.text for token in group) if is_text else ""
        size = min(_PIECE, len(run))
        seen.update(run[start : start + size] for start in range(len(run) - size + 1) if size)
    return (_Key("inside", piece) for piece in sorted(seen))
