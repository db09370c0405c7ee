"""Times as programs written in Go read them: `1m30s`, `500ms`.

Sources: time.ParseDuration of Go, and for days and weeks github.com/xhit/go-str2duration, which compose-go calls
(types/duration.go).
"""

from __future__ import annotations

import re
from fractions import Fraction

from lintkit.formats.numbers import is_digits

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_LONGER = {"d": 24 * _NANOSECONDS["h"], "w": 7 * 24 * _NANOSECONDS["h"]}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([a-z\u00b5\u03bc]+)")
_LONGEST = 1_000
_MOST = 2**63 - 1


def nanoseconds(text: str, *, days: bool = False) -> Fraction | None:
    """How long a time is; None where Go reads none: a unit is missing or unknown, or it is more than 292 years.

    days  whether `d` and `w` are units as well

    >>> nanoseconds("1m30s") == 90 * 10**9, nanoseconds("0") == 0, nanoseconds("30"), nanoseconds("1d")
    (True, True, None, None)
    """
    sign, rest = (text[0], text[1:]) if text[:1] in ("-", "+") else ("", text)
    if rest == "0":
        return Fraction(0)
    if not rest or len(rest) > _LONGEST:
        return None
    units = _NANOSECONDS | _LONGER if days else _NANOSECONDS
    total, position = Fraction(0), 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None or part[2] not in units:
            return None
        total += Fraction(f"0{part[1]}".rstrip(".")) * units[part[2]]
        position = part.end()
    if total > _MOST:
        return None
    return -total if sign == "-" else total


def refusal_of_time(text: str) -> str:
    """What is wrong with a text that `nanoseconds` reads no time in, as the end of a sentence that begins with it.

    It is said of every such text alike that it is no time, and of a bare number which unit it may want.

    >>> refusal_of_time("30"), refusal_of_time("10 seconds")
    ('is no time: a unit is missing, such as in `30s`', 'is no time; write it as `1m30s`')
    """
    if is_digits(text) and len(text) < 10:
        return f"is no time: a unit is missing, such as in `{text}s`"
    return "is no time; write it as `1m30s`"
