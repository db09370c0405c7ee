"""Many wildcard patterns at once: which of them can match a text, told by the characters they begin or end with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from lintkit.budget import Budget, RuleLimitError
from lintkit.formats.wildcard import Token, Wildcard

_FEW = 32
"""As many patterns may be compared with each path at no cost: that is linear in the number of paths."""

MATCH_STEPS = 2_000_000
"""How many comparisons beyond those one rule may ask for, over all ignore files: some two seconds."""

_Groups = dict[int, dict[str, list[int]]]


class WildcardIndex:
    """Patterns by the text before their first wildcard, or after their last one, whichever is longer.

    An ignore file of thousands of lines then has few patterns to try for one path. Those with wildcards at both ends
    have to be tried always; how often is counted.
    """

    __slots__ = ("_beginnings", "_endings", "_others")

    def __init__(self, wildcards: Sequence[Wildcard]) -> None:
        self._beginnings: _Groups = {}
        self._endings: _Groups = {}
        self._others: list[int] = []
        for position, wildcard in enumerate(wildcards):
            beginning, ending = _text(wildcard.tokens), _text(wildcard.tokens[::-1])[::-1]
            if not beginning and not ending:
                self._others.append(position)
            elif len(beginning) >= len(ending):
                self._beginnings.setdefault(len(beginning), {}).setdefault(beginning, []).append(position)
            else:
                self._endings.setdefault(len(ending), {}).setdefault(ending, []).append(position)

    def candidates(self, text: str, budget: Budget) -> list[int]:
        """The positions of the patterns that can match `text`, from the first to the last.

        Raises RuleLimitError where `budget` is spent.
        """
        found = [*self._others]
        for length, by_text in self._beginnings.items():
            found += by_text.get(text[:length], ())
        for length, by_text in self._endings.items():
            found += by_text.get(text[-length:], ())
        found.sort()
        spend(budget, len(found))
        return found


def spend(budget: Budget, comparisons: int) -> None:
    """Take what is beyond a few comparisons away. Raises RuleLimitError when none are left."""
    if comparisons > _FEW:
        budget.left -= comparisons - _FEW
        if budget.left < 0:
            raise RuleLimitError(
                "the repository has so many paths, and its ignore files so many patterns that each has to be "
                "compared with, that not all of them are"
            )


def _text(tokens: Iterable[Token]) -> str:
    return "".join(token.text for token in takewhile(lambda token: token.kind == "text", tokens))
