"""Matching never raises on real Python, and triggers with the screen lose nothing."""

from __future__ import annotations

import contextlib
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintkit.declared.pattern.compile import compile_pattern
from lintkit.declared.pattern.errors import PatternError
from lintkit.formats.errors import ParseError
from tests.pattern.finding import search
from tests.pattern.test_constructs import CONSTRUCTS

PATTERNS = sorted({pattern for table in CONSTRUCTS.values() for pattern, _ in table})
LIBRARY = Path(sysconfig.get_paths()["stdlib"])
MODULES = ("abc", "bisect", "glob", "types", "queue", "hashlib", "contextlib", "textwrap")


@pytest.mark.parametrize("number", range(len(MODULES)), ids=MODULES)
def test_the_standard_library(number: int) -> None:
    text = (LIBRARY / f"{MODULES[number]}.py").read_text(encoding="utf-8")
    for pattern in PATTERNS[number :: len(MODULES)]:
        search(pattern, text)


PIECES = st.sampled_from(
    ["f(", ")", "$X", "...", "$...A", ", ", "a", "=", "{", "}", "[", "]", "'", "\n", "    ", "def ", ":", "@", "<...",
     "...>", "class ", "with ", "try:", "except ", "f'", ".", "*", "lambda ", "import ", "from ", "if ", "1", "+",
     "==", "and "]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_text_is_a_pattern_or_a_pattern_error(text: str) -> None:
    try:
        compile_pattern(text)
    except PatternError as error:
        assert error.message


def as_code(pattern: str) -> str:
    for mark, name in (("$...", "m_"), ("$", "v_"), ("<...", "("), ("...>", ")")):
        pattern = pattern.replace(mark, name)
    return pattern


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PATTERNS), st.lists(st.sampled_from(PATTERNS), max_size=6))
def test_the_screen_loses_nothing_on_code_of_the_patterns(pattern: str, others: list[str]) -> None:
    code = "\n".join(map(as_code, others))
    with contextlib.suppress(ParseError):
        search(pattern, code + "\n")
