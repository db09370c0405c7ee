"""Which triggers can match in a text at all, from the strings that they need to be there."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from lintkit.python.triggers import Trigger

_KEPT = 8


class Gate:
    """The literals of a sequence of triggers, each looked up once in a text."""

    __slots__ = ("_literals", "_needs", "triggers")

    def __init__(self, triggers: Sequence[Trigger]) -> None:
        self.triggers = tuple(triggers)
        places: dict[str, int] = {}
        self._needs: list[tuple[tuple[int, ...], ...]] = [
            tuple(
                tuple(places.setdefault(literal, len(places)) for literal in conjunction)
                for conjunction in trigger.literals()
            )
            for trigger in self.triggers
        ]
        self._literals = tuple(places)

    def live(self, text: str) -> list[int]:
        """The indexes of the triggers that `text` does not rule out.

        Identifiers are compared NFKC-normalised, so a text that is not ASCII is searched in that form as
        well.
        """
        lowered = text.lower()
        present = [literal in lowered for literal in self._literals]
        if not text.isascii():
            normalized = unicodedata.normalize("NFKC", text).lower()
            if normalized != lowered:
                present = [
                    found or literal in normalized
                    for found, literal in zip(present, self._literals, strict=True)
                ]
        return [
            index
            for index, need in enumerate(self._needs)
            if any(all(present[place] for place in conjunction) for conjunction in need)
        ]


_gates: dict[tuple[int, ...], Gate] = {}


def gate_for(triggers: Sequence[Trigger]) -> Gate:
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
