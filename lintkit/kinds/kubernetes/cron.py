"""Schedules of CronJobs, read as the controller reads them: robfig/cron v3, `ParseStandard` in parser.go."""

from __future__ import annotations

from lintkit.formats.durations import nanoseconds
from lintkit.formats.numbers import whole_number

_DESCRIPTORS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_EVERY = "@every "
"""What stands before a time."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)


def fault_in_schedule(text: str) -> str:
    """What is wrong with a schedule, as the end of a sentence about it; empty where nothing is.

    >>> fault_in_schedule("0 3 * * 1-5"), fault_in_schedule("0 3 * * 7"), fault_in_schedule("0 3 * *")
    ('', 'has 7 as its day of the week, which is from 0 to 6', 'has 4 fields and needs 5')
    """
    if text.startswith("@"):
        known = text in _DESCRIPTORS or (
            text.startswith(_EVERY) and nanoseconds(text.removeprefix(_EVERY)) is not None
        )
        return "" if known else "is no name of a schedule that Kubernetes knows"
    if "TZ=" in text:
        return "names a time zone, which belongs into `timeZone`"
    parts = text.split()
    if len(parts) != len(_FIELDS):
        return f"has {len(parts)} fields and needs {len(_FIELDS)}"
    for part, (name, first, last, names) in zip(parts, _FIELDS, strict=True):
        for item in filter(None, part.split(",")):  # getField passes over what is empty
            if not _is_range(item, first, last, names):
                return f"has {item[:40]} as its {name}, which is from {first} to {last}"
    return ""


def _is_range(text: str, first: int, last: int, names: dict[str, int]) -> bool:
    span, slash, step = text.partition("/")
    if slash and (_number(step, {}) or 0) <= 0:
        return False
    if span in ("*", "?"):
        return True
    low, dash, high = span.partition("-")
    begin = _number(low, names)
    end = _number(high, names) if dash else begin
    return begin is not None and end is not None and first <= begin <= end <= last


def _number(text: str, names: dict[str, int]) -> int | None:
    number = whole_number(text)
    return names.get(text.lower()) if number is None else number
