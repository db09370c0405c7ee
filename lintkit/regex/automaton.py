"""Matching in time linear to the text: the automata of Thompson and Pike.

Source: Russ Cox, "Regular Expression Matching: the Virtual Machine Approach" (https://swtch.com/~rsc/regexp/).
A search follows all threads at once and keeps the transitions it has seen; where groups are asked for, each
thread carries its own positions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from lintkit.budget import Budget
from lintkit.regex.syntax import (
    WORD,
    Alternatives,
    Group,
    Node,
    Parsed,
    Place,
    Ranges,
    RegexError,
    Repeat,
    Sequence,
    Set,
)

MAX_PROGRAM = 10_000
"""How many instructions a pattern may become; a counted repetition stands there as often as it counts."""

_MAX_STATES = 500
_WHAT = "a regular expression"

# Instructions: (SET, ranges), (SPLIT, first choice, second choice), (JUMP, to), (SAVE, slot), (PLACE, kind), (MATCH,)
SET, SPLIT, JUMP, SAVE, PLACE, MATCH = range(6)

# What stands before or after a place: nothing (an end of the text), a newline, a word character, another one.
END, NEWLINE, IN_WORD, OTHER = range(4)

Groups = tuple["tuple[int, int] | None", ...]


class Hit(NamedTuple):
    """A match: where, and each group (0 is all of it) as (start, end), None where it took no part."""

    start: int
    end: int
    groups: Groups


def assemble(parsed: Parsed) -> list[tuple[Any, ...]]:
    """The program of a pattern. Raises RegexError where it is longer than MAX_PROGRAM."""
    program: list[tuple[Any, ...]] = []

    def emit(*instruction: Any) -> int:
        if len(program) >= MAX_PROGRAM:
            raise RegexError("the counted repetitions of this pattern make it too large", 0)
        program.append(instruction)
        return len(program) - 1

    def add(node: Node) -> None:
        if isinstance(node, Set):
            emit(SET, node.ranges)
        elif isinstance(node, Place):
            emit(PLACE, node.kind)
        elif isinstance(node, Group):
            emit(SAVE, 2 * node.index)
            add(node.item)
            emit(SAVE, 2 * node.index + 1)
        elif isinstance(node, Sequence):
            for item in node.items:
                add(item)
        elif isinstance(node, Alternatives):
            ends = []
            for item in node.items[:-1]:
                split = emit(SPLIT, len(program) + 1, 0)
                add(item)
                ends.append(emit(JUMP, 0))
                program[split] = (SPLIT, split + 1, len(program))
            add(node.items[-1])
            for end in ends:
                program[end] = (JUMP, len(program))
        else:
            repeat(node)

    def repeat(node: Repeat) -> None:
        for _ in range(node.least):
            add(node.item)
        if node.most is None:
            split = emit(SPLIT, 0, 0)
            add(node.item)
            emit(JUMP, split)
            program[split] = choice(split + 1, len(program), node.greedy)
            return
        splits = []
        for _ in range(node.most - node.least):
            splits.append(emit(SPLIT, 0, 0))
            add(node.item)
        for split in splits:
            program[split] = choice(split + 1, len(program), node.greedy)

    def choice(more: int, on: int, greedy: bool) -> tuple[Any, ...]:
        return (SPLIT, more, on) if greedy else (SPLIT, on, more)

    add(parsed.node)
    emit(MATCH)
    return program


class Automaton:
    """A compiled pattern."""

    def __init__(self, parsed: Parsed) -> None:
        self.program = assemble(parsed)
        self.groups = parsed.groups
        self.has_places = any(op[0] == PLACE for op in self.program)
        # Characters that no instruction tells apart are one class.
        edges = {0, 10, 11} | {edge for low, high in WORD for edge in (low, high + 1)}
        for op in self.program:
            if op[0] == SET:
                edges.update(edge for low, high in op[1] for edge in (low, high + 1))
        self.edges = sorted(edges)
        self.classes: dict[str, int] = {}
        self.takes: list[frozenset[int]] = [
            frozenset(self._classes_of(op[1])) if op[0] == SET else frozenset() for op in self.program
        ]
        self.kinds = [self._kind(chr(edge)) if edge <= 0x10FFFF else OTHER for edge in self.edges]
        self._owner: Budget | None = None
        self._forget()

    def _forget(self) -> None:
        # A state: what is waiting before its empty steps are taken, and what stands before it.
        self.numbers: dict[tuple[frozenset[int], int], int] = {}
        self.states: list[tuple[frozenset[int], int]] = []
        self.moves: list[dict[int, int]] = []
        self._number(frozenset((0,)), END)

    def _number(self, waiting: frozenset[int], before: int) -> int:
        key = (waiting, before if self.has_places else OTHER)
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = len(self.states)
            self.states.append(key)
            self.moves.append({})
        return number

    def _classes_of(self, ranges: Ranges) -> Iterator[int]:
        for low, high in ranges:
            first = bisect_right(self.edges, low) - 1
            last = bisect_right(self.edges, high) - 1
            yield from range(first, last + 1)

    def _class(self, character: str) -> int:
        number = self.classes.get(character)
        if number is None:
            number = bisect_right(self.edges, ord(character)) - 1
            if len(self.classes) < 5_000:
                self.classes[character] = number
        return number

    @staticmethod
    def _kind(character: str) -> int:
        if character == "\n":
            return NEWLINE
        code = ord(character)
        return IN_WORD if any(low <= code <= high for low, high in WORD) else OTHER

    def _reach(
        self, waiting: frozenset[int], before: int, after: int, budget: Budget
    ) -> tuple[set[int], bool]:
        """All instructions that consume and are reached without doing so, and whether the match is."""
        program = self.program
        stack = list(waiting)
        seen = set(stack)
        found: set[int] = set()
        while stack:
            at = stack.pop()
            op = program[at]
            kind = op[0]
            if kind == SET:
                found.add(at)
                continue
            if kind == MATCH:
                return found, True
            if kind == SPLIT:
                following: tuple[int, ...] = op[1:]
            elif kind == JUMP:
                following = (op[1],)
            elif kind == SAVE or _holds(op[1], before, after):
                following = (at + 1,)
            else:
                continue
            for other in following:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        budget.spend(1 + len(seen) // 8, _WHAT)
        return found, False

    def search(self, text: str, budget: Budget) -> bool:
        """Whether the pattern matches anywhere in `text`. Raises RuleLimitError."""
        # States that were made for another text would make this one cheaper: its steps would depend on its company.
        if self._owner is not budget:
            self._owner = budget
            self._forget()
        budget.spend(1 + len(text) // 30, _WHAT)
        state = 0
        moves = self.moves
        classes = self.classes
        for character in text:
            number = classes.get(character)
            if number is None:
                number = self._class(character)
            following = moves[state].get(number)
            if following is None:
                following = self._step(state, number, budget)
                moves = self.moves
            if following < 0:
                return True
            state = following
        waiting, before = self.states[state]
        return self._reach(waiting, before, END, budget)[1]

    def _step(self, state: int, number: int, budget: Budget) -> int:
        waiting, before = self.states[state]
        after = self.kinds[number]
        reached, matched = self._reach(waiting, before, after, budget)
        if matched:
            self.moves[state][number] = -1
            return -1
        takes = self.takes
        following = {at + 1 for at in reached if number in takes[at]}
        following.add(0)
        if len(self.states) >= _MAX_STATES:
            self._forget()
            return self._number(frozenset(following), after)
        found = self._number(frozenset(following), after)
        self.moves[state][number] = found
        return found

    def hits(self, text: str, budget: Budget) -> Iterator[Hit]:
        """All matches from left to right, none overlapping, as a backtracking engine finds them.

        Raises RuleLimitError.
        """
        at = 0
        while at <= len(text):
            hit = self._first(text, at, budget)
            if hit is None:
                return
            yield hit
            at = hit.end if hit.end > hit.start else hit.end + 1

    def _first(self, text: str, start: int, budget: Budget) -> Hit | None:
        """The first match at or after `start`; of several there, the one that comes first in the pattern."""
        slots = 2 * (self.groups + 1)
        empty: tuple[int, ...] = (-1,) * slots
        threads: list[tuple[int, tuple[int, ...]]] = []
        best: tuple[int, ...] | None = None
        for at in range(start, len(text) + 1):
            after = self._kind(text[at]) if at < len(text) else END
            before = self._kind(text[at - 1]) if at else END
            if best is None:
                threads.append((0, (at, *empty[1:])))
            elif not threads:
                break
            consuming, matched = self._advance(threads, at, before, after, budget)
            if matched is not None:
                best = matched
            if at == len(text):
                break
            number = self._class(text[at])
            threads = [(pc + 1, saved) for pc, saved in consuming if number in self.takes[pc]]
        if best is None:
            return None
        groups: Groups = tuple(
            (best[i], best[i + 1]) if best[i] >= 0 and best[i + 1] >= 0 else None for i in range(0, slots, 2)
        )
        return Hit(best[0], best[1], groups)

    def _advance(
        self, threads: list[tuple[int, tuple[int, ...]]], at: int, before: int, after: int, budget: Budget
    ) -> tuple[list[tuple[int, tuple[int, ...]]], tuple[int, ...] | None]:
        """Take the empty steps in the order of preference; what comes after a match is dropped."""
        program = self.program
        seen: set[int] = set()
        found: list[tuple[int, tuple[int, ...]]] = []
        stack = list(reversed(threads))
        while stack:
            pc, saved = stack.pop()
            if pc in seen:
                continue
            seen.add(pc)
            op = program[pc]
            kind = op[0]
            if kind == SET:
                found.append((pc, saved))
            elif kind == MATCH:
                budget.spend(1 + len(seen) // 4, _WHAT)
                return found, (saved[0], at, *saved[2:])
            elif kind == SPLIT:
                stack.append((op[2], saved))
                stack.append((op[1], saved))
            elif kind == JUMP:
                stack.append((op[1], saved))
            elif kind == SAVE:
                slot = op[1]
                stack.append((pc + 1, (*saved[:slot], at, *saved[slot + 1 :])))
            elif _holds(op[1], before, after):
                stack.append((pc + 1, saved))
        budget.spend(1 + len(seen) // 4, _WHAT)
        return found, None


def _holds(place: str, before: int, after: int) -> bool:
    if place == "start":
        return before == END
    if place == "end":
        return after == END
    if place == "line-start":
        return before in (END, NEWLINE)
    if place == "line-end":
        return after in (END, NEWLINE)
    boundary = (before == IN_WORD) != (after == IN_WORD)
    return boundary if place == "boundary" else not boundary
