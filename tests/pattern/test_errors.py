"""Patterns that cannot be read show where, and matching stays in bounds."""

from __future__ import annotations

import time

import pytest

from lintkit.budget import RuleLimitError
from lintkit.declared.pattern.compile import compile_pattern
from lintkit.declared.pattern.errors import PatternError
from lintkit.declared.pattern.match import Matcher
from tests.pattern.finding import whole


@pytest.mark.parametrize(
    ("pattern", "caret"),
    [
        ("f(a=1, $X)", "f(a=1, $X)\n             ^"),
        ("f(", "f(\n     ^"),
        ("f)", "f)\n     ^"),
        ("f('a)", "f('a)\n      ^"),
        ("<... f(1)", "<... f(1)\n    ^"),
        ("f(1) ...>", "f(1) ...>\n         ^"),
        ("a()\nb($X $Y)", "b($X $Y)\n          ^"),
    ],
)
def test_the_place_is_shown(pattern: str, caret: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern)
    assert str(caught.value).endswith("\n    " + caret)


@pytest.mark.parametrize("pattern", ["", "  \n", "# a comment", "...\n..."])
def test_a_pattern_says_something(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["(" * 50 + ")" * 50, "f(" * 39 + ")" * 39 + ".a" * 100, "x" * 5000, "-" * 3000 + "x"]
)
def test_what_is_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["f(\0)", "f(\ud800)", "\\", "$", "$x", "@", "f(...", "$...", "=~/(/"])
def test_nonsense_is_a_pattern_error(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


BOUNDED = {
    "assignments": ("$X = $Y\n...\n$X = $Z\n...\n$X = $W", "a = b\n" * 1000),
    "arguments": ("f(..., $A, ..., $B, ..., $C, ...)", "f(" + "a," * 200 + ")\n"),
    "named arguments": ("f($...A, $X, $...B, $Y, $...C)", "f(" + "a," * 300 + ")\n"),
    "entries": ("{..., $K: $V, ..., $L: $V, ...}", "x = {" + "a: 1," * 2000 + "}\n"),
    "fields": ('f"...{$X}...{$Y}...{$X}..."', "x = f'" + "{a}b" * 400 + "'\n"),
    "characters": ('"...a...a...a...a...b"', "x = '" + "a" * 50_000 + "'\n"),
    "class bodies": (
        "class $C:\n  $A = $X\n  $B = $X\n  $D = $X\n",
        "class C:\n" + "".join(f"  a{i} = 1\n" for i in range(300)),
    ),
    "handlers": (
        "try: ...\nexcept $E: ...\nexcept $F: ...\nexcept $G: ...",
        "try:\n  a\n" + "".join(f"except E{i}:\n  b\n" for i in range(200)),
    ),
    "regular expressions": ('"=~/(a+)+$/"', "x = '" + "a" * 40 + "b'\n"),
    "long chains": ("$X. ... .b()", "x = a" + ".c()" * 400 + ".b()\n"),
    "nested calls": ("<... f($X) ...>", "f(" * 90 + "1" + ")" * 90 + "\n"),
    "operands": ("$A and ... and $B", "x = " + " and ".join(["a"] * 400) + "\n"),
    "many statements": ("$X = $Y\n...\n$Z = $X", "".join(f"a{i} = b{i}\n" for i in range(3000))),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_matching_is_bounded(name: str) -> None:
    pattern, text = BOUNDED[name]
    matcher = Matcher(whole(text))
    started = time.process_time()
    try:
        for _ in matcher.search(compile_pattern(pattern)):
            pass
    except RuleLimitError as error:
        assert error.message
    assert time.process_time() - started < 20


def test_the_limit_is_counted_and_not_timed() -> None:
    with pytest.raises(RuleLimitError):
        list(Matcher(whole("f(1)\n" * 50), max_steps=20).search(compile_pattern("f($X)")))
