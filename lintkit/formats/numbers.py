"""Whole numbers as the programs read them that a file is for: in ASCII digits, and of a bounded length.

`str.isdigit` takes `²` and `\\d` takes the digits of every script, which Go's `strconv` and YAML refuse; `int` raises
for the one, and for more than 4,300 digits.
"""

from __future__ import annotations

_DIGITS = frozenset("0123456789")

LONGEST = 9
"""How many digits, leading zeros aside, a number may have; no port, index or count of a consumer needs more."""


def is_digits(text: str) -> bool:
    """Whether `text` is one ASCII digit or more, and nothing else; of any length.

    >>> is_digits("8080"), is_digits("²"), is_digits("٣"), is_digits("-1"), is_digits("")
    (True, False, False, False, False)
    """
    return bool(text) and _DIGITS.issuperset(text)


def whole_number(text: str, longest: int = LONGEST) -> int | None:
    """The number that `text` writes in ASCII digits; None for all other text and for more than `longest` digits.

    longest  how many digits count, those of leading zeros aside

    >>> whole_number("0080"), whole_number("65536", longest=4), whole_number("²"), whole_number("9" * 5_000)
    (80, None, None, None)
    """
    if not is_digits(text):
        return None
    significant = text.lstrip("0")
    return int(significant or "0") if len(significant) <= longest else None
