from __future__ import annotations

import pytest

from lintkit.regex.engine import compile_regex
from lintkit.regex.never import never_matches


@pytest.mark.parametrize(
    "pattern", ["a^", "$a", "(a|b)^c", "x+^a", "(a$|b$)c", "[^\\s\\S]", "$(a)", "a^|b^", "(a^)+", "a$.*b"]
)
def test_what_nothing_matches_is_found(pattern: str) -> None:
    assert never_matches(pattern)
    assert not any(
        compile_regex(pattern).search(text) for text in ("", "a", "b", "ab", "ba", "aa\na", "xa", "bc")
    )


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^a$", "a"),
        ("(a|^)b", "b"),
        ("x*^a", "a"),
        ("(?m)a\n^b", "a\nb"),
        ("(?:a)?^b", "b"),
        ("a|b^", "a"),
        ("^^a$$", "a"),
        (".*^a", "a"),
        ("(a^){0,2}b", "b"),
        ("a$b*", "a"),
        ("(a$|b)c", "bc"),
        ("[^\\w\\W]*x", "x"),
    ],
)
def test_what_something_matches_is_left_alone(pattern: str, text: str) -> None:
    assert compile_regex(pattern).search(text)
    assert not never_matches(pattern)


def test_a_pattern_that_cannot_be_read_is_somebody_elses_business() -> None:
    assert not never_matches("(")
