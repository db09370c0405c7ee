"""Where each remark goes: beside a changed line, or into the body of the review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lintkit.model import SEVERITIES
from lintkit.review.changes import ChangedFile, Changes, Hunk
from lintkit.review.remarks import Place, Remark
from lintkit.review.suggestion import Suggestion, agrees, suggestion

MOST_COMMENTS = 30
"""Comments of one review beside lines; more are a flood that nobody reads."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """A remark beside the lines from `line` to `end_line` of a changed file; `at` is which of its places that is."""

    remark: Remark
    at: Place
    line: int
    end_line: int
    suggestion: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """Where all remarks of a pull request go.

    inline     beside changed lines, in the order of the log
    listed     in the body: what the change brings, and has no line to stand at
    elsewhere  in changed files, but on lines that the change does not touch, and not known to be new
    untouched  how many concern files that the pull request does not change
    """

    inline: tuple[Anchored, ...]
    listed: tuple[Remark, ...]
    elsewhere: tuple[Remark, ...]
    untouched: int


def place(remarks: Sequence[Remark], changes: Changes, most: int = MOST_COMMENTS) -> Placing:
    """Place every remark; of those that could stand beside a line, the `most` most severe do."""
    anchored = {index: found for index, one in enumerate(remarks) if (found := _anchored(one, changes))}
    by_severity = sorted(anchored, key=lambda index: (SEVERITIES.index(remarks[index].severity), index))
    inline = set(by_severity[:most])
    listed, elsewhere, untouched = [], [], 0
    for index, remark in enumerate(remarks):
        if index in inline:
            continue
        if index in anchored or remark.is_new or _in_diff(remark, changes):
            listed.append(remark)
        elif any(at.path in changes for at in remark.places):
            elsewhere.append(remark)
        else:
            untouched += 1
    return Placing(
        tuple(anchored[index] for index in sorted(inline)), tuple(listed), tuple(elsewhere), untouched
    )


def _anchored(remark: Remark, changes: Changes) -> Anchored | None:
    for at in remark.places:
        file = changes.get(at.path)
        found = None if file is None else _lines(at, file)
        if found is None:
            continue
        hunk, first, last = found
        offered = suggestion(remark, hunk) if at is remark.place else None
        if offered is not None:
            return Anchored(remark, at, offered.line, offered.end_line, offered)
        return Anchored(remark, at, first, last)
    return None


def _lines(at: Place, file: ChangedFile) -> tuple[Hunk, int, int] | None:
    """The hunk for a place and the lines in it: all of them, or the first where the place is longer than the hunk."""
    for last in dict.fromkeys((at.end_line, at.line)):
        hunk = file.hunk(at.line, last)
        if hunk is not None:
            changed = not hunk.added.isdisjoint(range(at.line, last + 1))
            return (hunk, at.line, last) if changed and agrees(at, hunk) else None
    return None


def _in_diff(remark: Remark, changes: Changes) -> bool:
    return any(
        (file := changes.get(at.path)) is not None and file.hunk(at.line, at.line) is not None
        for at in remark.places
    )
