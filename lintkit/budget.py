"""A bound on the work of one rule in one file, counted in steps and not in seconds, so that every run ends alike."""

from __future__ import annotations

RULE_STEPS = 150_000
"""What a rule may spend on one file: about half a second on a slow machine."""

_FEWEST = 30_000
_STEPS_OF_A_CHARACTER = 3


def steps_for(size: int) -> int:
    """What a rule may spend on a text of `size` characters: the same whatever it has spent on others.

    A repository has many small files, so these get few steps. What is linear in a long one is no reason to stop.
    """
    return min(_FEWEST + _STEPS_OF_A_CHARACTER * size, RULE_STEPS) + size // 8


_PYTHON_FEWEST = 400_000
_PYTHON_STEPS_OF_A_CHARACTER = 60


def python_steps_for(size: int) -> int:
    """How many nodes of syntax trees a rule may look at in a Python file of `size` characters, some again and again.

    A step is some half a microsecond. Rules go up and down from each of their matches, so what they take in source
    that people write is a few steps for each character; only what repeats one construct very often takes more.
    """
    return _PYTHON_FEWEST + _PYTHON_STEPS_OF_A_CHARACTER * size


class RuleLimitError(Exception):
    """A rule that asks for too much, or that cannot be carried out on this file.

    message  a part of a sentence that says why; it never quotes the file
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LeftOutError(Exception):
    """Something that is not followed, because a repository holds more of it than anybody wants to wait for.

    message  a sentence that says what is left out, and beyond which number; it never quotes the file
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
