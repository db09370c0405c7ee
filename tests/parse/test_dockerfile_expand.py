from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.docker_expand import ExpandError, expand

ENVIRONMENT = {"A": "one", "EMPTY": "", "B": "two words"}


def expanded(word: str, **options: bool) -> str:
    return expand(word, ENVIRONMENT.get, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("$A", "one"),
        ("${A}", "one"),
        ("x${A}y", "xoney"),
        ("$A_", "$A_"),
        ("\\$A", "$A"),
        ("'$A'", "$A"),
        ('"$A \\"q\\" \\x"', 'one "q" \\x'),
        ("${A:-d}", "one"),
        ("${U:-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${U-d}", "d"),
        ("${A:+d}", "d"),
        ("${EMPTY:+d}", ""),
        ("${EMPTY+d}", "d"),
        ("${U:+d}", ""),
        ("${U:-${A}}", "one"),
        ("${U:-${V:-x}}", "x"),
        ("${A:?no}", "one"),
        ("${U:?no}", "${U:?no}"),
        ("${U}", "${U}"),
        ("/x:$PATH", "/x:$PATH"),
        ("${A#o}", "${A#o}"),
        ("${A%%e*}", "${A%%e*}"),
        ("${A/o/e}", "${A/o/e}"),
        ("$", "$"),
        ("a$", "a$"),
        ("a}b", "a}b"),
    ],
)
def test_a_word_is_expanded_as_builders_do(word: str, result: str) -> None:
    assert expanded(word) == result


def test_quotes_and_escapes_can_be_kept() -> None:
    assert expanded("\"$A\" '$A' \\$A", keep_quotes=True) == "\"one\" '$A' \\$A"


def test_the_escape_character_can_be_another_one() -> None:
    assert expand("`$A C:\\x", ENVIRONMENT.get, "`") == "$A C:\\x"


@pytest.mark.parametrize(
    "word", ["${", "${}", "${A", "${:-x}", "'a", '"a', "${A:x}", "${A:-", "${A!}", "${A:#x}"]
)
def test_what_builders_refuse_is_an_error(word: str) -> None:
    with pytest.raises(ExpandError):
        expanded(word)


def test_a_word_that_grows_beyond_reason_is_an_error() -> None:
    with pytest.raises(ExpandError):
        expand("$A" * 1000, {"A": "x" * 1000}.get)


def test_variables_nested_beyond_reason_are_an_error() -> None:
    with pytest.raises(ExpandError):
        expanded("${U:-" * 1000 + "}" * 1000)


@given(st.text(alphabet="$${}AB:-+'\"\\ x", max_size=30), st.booleans())
def test_any_word_is_expanded_or_refused(word: str, keep_quotes: bool) -> None:
    try:
        result = expanded(word, keep_quotes=keep_quotes)
    except ExpandError:
        return
    if "$" not in word and keep_quotes:
        assert result == word
