from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.durations import nanoseconds

UNITS = {"ns": 1, "us": 1_000, "\u00b5s": 1_000, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3_600 * 10**9}


@given(st.lists(st.tuples(st.integers(0, 999), st.sampled_from(sorted(UNITS))), min_size=1), st.booleans())
def test_the_parts_of_a_time_are_added(parts: list[tuple[int, str]], negative: bool) -> None:
    text = "".join(f"{number}{unit}" for number, unit in parts)
    total = sum(number * UNITS[unit] for number, unit in parts)
    if len(text) < 900:
        assert nanoseconds(f"-{text}" if negative else text) == (-total if negative else total)


@pytest.mark.parametrize(
    ("text", "length"), [(".5s", 5 * 10**8), ("1.s", 10**9), ("0", 0), ("-0", 0), ("+1.5us", 1_500)]
)
def test_fractions_and_zero(text: str, length: int) -> None:
    assert nanoseconds(text) == Fraction(length)


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", ".s", "s", "5", "5 s", "1d", "1S", "1h-5m", "\u0663s", "300000000000h", "9" * 5_000 + "s"],
)
def test_what_is_no_time(text: str) -> None:
    assert nanoseconds(text) is None


def test_days_and_weeks_where_they_are_read() -> None:
    assert nanoseconds("1w2d", days=True) == 9 * 24 * 3_600 * 10**9
    assert nanoseconds("1w2d") is None
