"""Which triggers can match in a text at all, from the strings that they need to be there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from lintkit.python.triggers import DeferredTrigger, MethodCalls, Trigger

_KEPT = 8
_WORD = re.compile(r"\w+")


class _Searched:
    """A text to look literals up in.

    A literal without spaces and marks stands in a text if it stands in one of its words, and those, each
    once, are a sixth of the text.
    """

    __slots__ = ("_identifiers", "_texts", "_words")

    def __init__(self, text: str) -> None:
        lowered = text.lower()
        self._identifiers = text
        self._texts = [lowered]
        if not text.isascii():
            self._identifiers = unicodedata.normalize("NFKC", text)
            if self._identifiers.lower() != lowered:
                self._texts.append(self._identifiers.lower())
        apart = " ".join({part for each in self._texts for part in each.split()})
        self._words = " ".join(set(_WORD.findall(apart)))

    def present(self, words: Sequence[str], others: Sequence[str]) -> list[str]:
        """The ones that the text holds of `words` (word characters only) and `others`."""
        found = [word for word in words if word in self._words]
        for text in self._texts:
            found += [literal for literal in others if literal in text]
        return found

    def holds(self, literal: str) -> bool:
        """Whether the text holds `literal`."""
        return literal in self._words or any(literal in text for text in self._texts)

    def spells(self, identifiers: re.Pattern[str]) -> bool:
        """Whether the text spells one of some identifiers, as they are and not as a part of another."""
        return identifiers.search(self._identifiers) is not None


class Gate:
    """The literals of a sequence of triggers, looked up in a text as far as they can matter.

    Of the literals that must be there together the longest is asked for first: it is most often missing, and the
    others are then not looked for.
    """

    __slots__ = ("_always", "_by_first", "_others", "_spelled", "_words", "triggers")

    def __init__(self, triggers: Sequence[Trigger | DeferredTrigger]) -> None:
        self.triggers = tuple(triggers)
        self._always: set[int] = set()
        self._by_first: dict[str, dict[tuple[str, ...], list[int]]] = {}
        for index, trigger in enumerate(self.triggers):
            for conjunction in trigger.literals():
                if not conjunction:
                    self._always.add(index)
                    continue
                first, *rest = sorted(dict.fromkeys(conjunction), key=len, reverse=True)
                self._by_first.setdefault(first, {}).setdefault(tuple(rest), []).append(index)
        self._spelled = {
            index: re.compile(rf"\b(?:{'|'.join(map(re.escape, trigger.spelled))})\b")
            for index, trigger in enumerate(self.triggers)
            if isinstance(trigger, MethodCalls | DeferredTrigger) and trigger.spelled
        }
        self._words = tuple(literal for literal in self._by_first if _WORD.fullmatch(literal))
        self._others = tuple(literal for literal in self._by_first if not _WORD.fullmatch(literal))

    def live(self, text: str) -> list[int]:
        """The indexes of the triggers that `text` does not rule out, in order.

        Identifiers are compared NFKC-normalised, so a text that is not ASCII is searched in that form as
        well.
        """
        searched = _Searched(text)
        live = set(self._always)
        known: dict[str, bool] = {}
        for first in searched.present(self._words, self._others):
            for rest, indexes in self._by_first[first].items():
                for literal in rest:
                    if literal not in known:
                        known[literal] = searched.holds(literal)
                    if not known[literal]:
                        break
                else:
                    live.update(indexes)
        return [
            index
            for index in sorted(live)
            if index not in self._spelled or searched.spells(self._spelled[index])
        ]


_gates: dict[tuple[int, ...], Gate] = {}


def gate_for(triggers: Sequence[Trigger | DeferredTrigger]) -> Gate:
    """The gate of `triggers`, kept from one file to the next as long as the same trigger objects are
    given.
    """
    key = tuple(map(id, triggers))
    gate = _gates.get(key)
    if gate is None:
        if len(_gates) >= _KEPT:
            _gates.clear()
        gate = _gates[key] = Gate(triggers)
    return gate
