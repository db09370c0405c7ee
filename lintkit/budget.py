"""A bound on the work of one rule in one file, counted in steps and not in seconds, so that every run ends alike."""

from __future__ import annotations

RULE_STEPS = 150_000
"""What a rule may spend on one file: about half a second on a slow machine."""

AFTER_STOP = 15_000
"""What a rule may spend on each further file once one of them has used up its steps."""


class RuleLimitError(Exception):
    """A rule that asks for too much, or that cannot be carried out on this file.

    message  a part of a sentence that says why; it never quotes the file
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Budget:
    """Steps that are left; a step is some five microseconds."""

    __slots__ = ("left",)

    def __init__(self, steps: int = RULE_STEPS) -> None:
        self.left = steps

    def spend(self, steps: int, what: str) -> None:
        """Take `steps` away. Raises RuleLimitError, which calls `what` by its name, when none are left."""
        self.left -= steps
        if self.left < 0:
            raise RuleLimitError(f"{what} takes too long here; make it simpler, or select less with the rule")
