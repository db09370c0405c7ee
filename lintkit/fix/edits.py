"""Choosing edits that do not touch each other, and applying them to a text."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lintkit.model import Edit, Finding, Fix

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """What one round applies.

    edits     path -> edits in the order of the text, none of which overlap
    findings  the findings whose fixes these are
    """

    edits: Mapping[str, tuple[Edit, ...]]
    findings: tuple[Finding, ...]


def choose(
    findings: Iterable[Finding], *, unsafe: bool = False, allowed: Callable[[Finding], bool] = lambda _: True
) -> Choice:
    """Take fixes in the order of the findings, each with all of its edits or not at all.

    A fix that overlaps one already taken waits for the next round; one with the same edits goes along.
    unsafe   take fixes that are not `safe` as well
    allowed  says of a finding whether its fix may be taken
    """
    taken: defaultdict[str, list[Place]] = defaultdict(list)
    edits: defaultdict[str, list[Edit]] = defaultdict(list)
    seen: set[frozenset[Edit]] = set()
    chosen: list[Finding] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not fix.edits or not (fix.safe or unsafe) or not allowed(finding):
            continue
        key = frozenset(fix.edits)
        if key not in seen:
            if not _take(fix, taken):
                continue
            seen.add(key)
            for edit in key:
                edits[edit.span.path].append(edit)
        chosen.append(finding)
    ordered = {path: tuple(sorted(found, key=_place)) for path, found in sorted(edits.items())}
    return Choice(ordered, tuple(chosen))


def selected_edits(findings: Iterable[Finding], *, unsafe: bool = False) -> Mapping[str, tuple[Edit, ...]]:
    """The edits that one round applies, by path."""
    return choose(findings, unsafe=unsafe).edits


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """`text` with every edit made; newlines in the edits become those of the text.

    Raises ValueError if edits overlap or reach past the end of the text.
    """
    newline = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=_place):
        start, end = _place(edit)
        if start < at or end > len(text):
            raise ValueError(f"an edit at {start}:{end} overlaps another one or leaves the text")
        new = edit.text if newline == "\n" else edit.text.replace("\r\n", "\n").replace("\n", newline)
        parts += (text[at:start], new)
        at = end
    parts.append(text[at:])
    return "".join(parts)


def _place(edit: Edit) -> Place:
    return edit.span.start, edit.span.end


def _take(fix: Fix, taken: Mapping[str, list[Place]]) -> bool:
    """Enter the places of `fix` into `taken` unless one of them is in the way of another."""
    entered: list[tuple[list[Place], Place]] = []
    for edit in sorted(frozenset(fix.edits), key=_place):
        places, place = taken[edit.span.path], _place(edit)
        index = bisect.bisect_left(places, place)
        before = places[index - 1] if index else None
        after = places[index] if index < len(places) else None
        if (before is not None and (before[1] > place[0] or before[0] == place[0])) or (
            after is not None and (place[1] > after[0] or place[0] == after[0])
        ):
            for others, other in entered:
                others.remove(other)
            return False
        places.insert(index, place)
        entered.append((places, place))
    return True
