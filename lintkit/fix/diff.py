"""Showing changes as a unified diff in which no secret stands."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lintkit.fix.encoding import decode_file
from lintkit.fix.repair import Change
from lintkit.secrets.by_form import mask_tokens

Mask = Callable[[str, str, bool], str]
"""(path, text, after the change?) -> the text with each secret replaced by as many other characters."""

_CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Diff:
    """A unified diff; `masked` when a secret was masked in it, so that it cannot be applied as a patch."""

    text: str
    masked: bool


def unified_diff(changes: Sequence[Change], mask: Mask, is_python: Callable[[str, bytes], bool]) -> Diff:
    """The diff of all `changes`, as `git diff` writes paths and hunks.

    What differs is decided on the real text, and only masked text is shown.
    """
    parts: list[str] = []
    masked = False
    for change in changes:
        before = _text(change.path, change.before, is_python)
        after = _text(change.path, change.after, is_python)
        old, new = (
            _Shown(before, mask(change.path, before, False)),
            _Shown(after, mask(change.path, after, True)),
        )
        shown = mask_tokens(change.path)
        parts.append(f"--- {'/dev/null' if change.before is None else f'a/{shown}'}\n+++ b/{shown}\n")
        for sign, number in _hunks(old.lines, new.lines, parts):
            side = old if sign == "-" else new
            masked = masked or side.shown[number] != side.lines[number]
            parts.append(_line(" " if sign == "=" else sign, side.shown[number]))
    return Diff("".join(parts), masked)


class _Shown:
    """The lines of a text and what is shown for each; a masked text whose lines do not match is not shown."""

    def __init__(self, text: str, masked: str) -> None:
        self.lines = _lines(text)
        self.shown = _lines(masked)
        if len(self.shown) != len(self.lines):
            self.shown = ["*" * len(line.rstrip("\r\n")) + "\n" for line in self.lines]


def _hunks(old: list[str], new: list[str], parts: list[str]) -> Iterator[tuple[str, int]]:
    """Append each hunk's header to `parts`, then give (sign, index into `old` for `-`, else into `new`)."""
    for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(_CONTEXT):
        first, last = group[0], group[-1]
        parts.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                yield from (("=", index) for index in range(new_start, new_end))
                continue
            yield from (("-", index) for index in range(old_start, old_end))
            yield from (("+", index) for index in range(new_start, new_end))


def _range(start: int, stop: int) -> str:
    length = stop - start
    first = start + 1 if length else start
    return f"{first}" if length == 1 else f"{first},{length}"


def _line(sign: str, line: str) -> str:
    return sign + line if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _text(path: str, data: bytes | None, is_python: Callable[[str, bytes], bool]) -> str:
    return "" if data is None else decode_file(data, python=is_python(path, data))[0]
