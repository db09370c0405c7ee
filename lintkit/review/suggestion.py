"""A fix as a suggestion: the lines that GitHub offers to put in the place of those that a comment stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lintkit.review.changes import Hunk
from lintkit.review.remarks import Place, Remark, Replacement

_MOST_LINES = 30
_MASK = "*"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`lines` in the place of the lines from `line` to `end_line` of the file."""

    line: int
    end_line: int
    lines: tuple[str, ...]


def suggestion(remark: Remark, hunk: Hunk) -> Suggestion | None:
    """The suggestion of a remark's fix, if all that it replaces is shown by `hunk` and holds no secret.

    GitHub replaces exactly the lines of the comment, so the suggestion covers the remark's own lines as well. A line
    whose text in the log differs from the one in the diff is masked there, or another version: then there is none.
    """
    if remark.fix is None:
        return None
    _, replacements = remark.fix
    first = min(remark.place.line, *(edit.line for edit in replacements))
    last = max(remark.place.end_line, *(edit.end_line for edit in replacements))
    if first < hunk.start or last > hunk.end or last - first >= _MOST_LINES:
        return None
    numbers = range(first, last + 1)
    before = [hunk.text(number) for number in numbers]
    if any(remark.place.shown.get(number) != text for number, text in zip(numbers, before, strict=True)):
        return None
    after = _replaced(before, first, replacements)
    if after is None or after == before:
        return None
    return Suggestion(first, last, tuple(after))


def _replaced(lines: Sequence[str], first: int, replacements: Sequence[Replacement]) -> list[str] | None:
    text = "\n".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    end = len(text)
    for edit in sorted(replacements, key=lambda edit: (edit.line, edit.column), reverse=True):
        start = starts[edit.line - first] + edit.column - 1
        stop = starts[edit.end_line - first] + edit.end_column - 1
        if not start <= stop <= end:
            return None
        text = text[:start] + edit.text.replace("\r\n", "\n") + text[stop:]
        end = start
    return text.split("\n")


def agrees(place: Place, hunk: Hunk) -> bool:
    """Whether the lines of `place`, as far as the log shows them, are those of `hunk`; `*` stands for any character.

    They differ where what was checked is not what the pull request shows, such as its merge with a newer base.
    """
    for number in range(max(place.line, hunk.start), min(place.end_line, hunk.end) + 1):
        shown = place.shown.get(number)
        if shown is None:
            continue
        text = hunk.text(number)
        if len(shown) != len(text) or any(a not in (b, _MASK) for a, b in zip(shown, text, strict=True)):
            return False
    return True
