"""Regular expressions of rules: the syntax, equal answers of all engines, and no way to stall."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.budget import Budget, RuleLimitError
from lintkit.regex import engine
from lintkit.regex.automaton import Automaton
from lintkit.regex.engine import compile_regex
from lintkit.regex.syntax import RegexError, parse

MISTAKES = [
    ("a(?=b)", 1, "lookahead"),
    ("(?<!a)b", 0, "lookbehind"),
    (r"(a)\1", 3, "backreference"),
    ("(?P<x>a)(?P=x)", 8, "backreference"),
    ("a++", 2, "possessive"),
    ("(?>a)", 0, "atomic"),
    ("(?(1)a|b)", 0, "condition"),
    ("a**", 2, "repeated"),
    ("*a", 0, "nothing"),
    ("(a", 0, "never closed"),
    ("a)", 1, "closes nothing"),
    ("[a", 0, "never closed"),
    ("[b-a]", 2, "range"),
    ("[[:alfa:]]", 1, "no class"),
    ("a\\", 1, "ends in"),
    (r"\Z", 0, r"\z"),
    (r"\pL", 0, "no escape"),
    ("(?u)a", 2, "flag"),
    ("a{1001}", 1, "count"),
    ("((((a{100}){100}){100}){100})", 0, "too large"),
    ("a" * 3000, 2000, "at most"),
    ("(" * 60 + "a" + ")" * 60, 51, "deep"),
]


@pytest.mark.parametrize(("pattern", "position", "words"), MISTAKES, ids=[m[0][:20] for m in MISTAKES])
def test_mistake_is_named_with_its_place(pattern: str, position: int, words: str) -> None:
    with pytest.raises(RegexError, match=re.escape(words)) as caught:
        compile_regex(pattern)
    assert caught.value.position == position


ANSWERS = [
    (":[^/:]+$", "registry:5000/app", False),
    (":[^/:]+$", "registry:5000/app:1", True),
    ("a$", "a\n", False),
    ("(?m)a$", "a\nb", True),
    ("(?m)^b", "a\nb", True),
    ("^b", "a\nb", False),
    ("(?i)straSSE", "STRAsse", True),
    ("(?i:a)b", "Ab", True),
    ("(?i:a)b", "AB", False),
    ("(?i)a(?-i)b", "AB", False),
    (r"\bcat\b", "a cat!", True),
    (r"\bcat\b", "concat", False),
    (r"\Bcat", "concat", True),
    (r"\w", "é", False),
    (r"\d", "٣", False),
    (".", "\n", False),
    ("(?s).", "\n", True),
    ("a{,2}", "a{,2}", True),
    ("a{2,3}$", "aa", True),
    ("^a{2,3}$", "aaaa", False),
    ("[]a]", "]", True),
    ("[^]a]", "]", False),
    ("[[:digit:]-]", "-", True),
    (r"\x41\x{1F600}", "A\U0001f600", True),
    ("", "", True),
    ("^$", "", True),
    ("^$", "a", False),
    ("(?P<a>x)(?<b>y)", "xy", True),
    (r"[^\d]", "1", False),
    (r"a|", "b", True),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), ANSWERS)
@pytest.mark.parametrize("which", ["chosen", "automaton", "backtracking"])
def test_answer(which: str, pattern: str, text: str, expected: bool) -> None:
    if which == "chosen":
        assert compile_regex(pattern).search(text) is expected
    elif which == "automaton":
        assert Automaton(parse(pattern)).search(text, Budget()) is expected
    else:
        assert (re.search(engine._source(parse(pattern).node), text) is not None) is expected


atoms = st.sampled_from(
    [
        "a",
        "b",
        ".",
        "[ab]",
        "[^a]",
        r"\w",
        r"\s",
        r"\b",
        r"\B",
        "^",
        "$",
        "(?m:^)",
        "(?m:$)",
        "(?i:a)",
        "\n",
        " ",
    ]
)
patterns = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda p: "(" + "|".join(p) + ")"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{1,}"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
    ),
    max_leaves=6,
)


@given(patterns, st.text("ab A\n", max_size=7))
def test_engines_agree(pattern: str, text: str) -> None:
    parsed = parse(pattern)
    expected = re.search(engine._source(parsed.node), text) is not None
    assert Automaton(parsed).search(text, Budget()) is expected


# Where a repeated part can be empty, the engines differ in the groups and in nothing else.
solid = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", "(?i:a)"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda p: "(?:" + "|".join(p) + ")"),
        st.tuples(inner, st.sampled_from(["+", "+?", "{2}", "{1,2}", "{1,}?"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
    ),
    max_leaves=6,
)


@given(solid, st.text("abA\n", max_size=8))
def test_matches_are_those_of_backtracking(pattern: str, text: str) -> None:
    regex = compile_regex(pattern)
    expected = [m.span() for m in re.finditer(engine._source(parse(pattern).node), text)]
    assert [(hit.start, hit.end) for hit in regex.hits(text)] == expected


def test_groups_are_replaced() -> None:
    regex = compile_regex(r"(?P<name>[a-z]+):(\d+)?")
    assert regex.substitute("a:1 b:", "${name}=$2$$") == "a=1$ b=$"
    assert regex.unknown_reference("$1 ${name} $3") == "$3"
    assert regex.unknown_reference("$0 $$9") == ""


STALLING = [
    ("(a+)+$", "a" * 50_000 + "b"),
    ("(a|a)*$", "a" * 50_000 + "b"),
    ("(a|aa)+$", "a" * 50_000 + "b"),
    ("(.*)*x", "a" * 50_000),
    (".*.*.*.*=x$", "=" * 5_000),
    (r"(\w+\s?)+$", "word " * 5_000 + "!"),
    ("(a?){500}a{500}", "a" * 400),
    ("(a|b)*a(a|b){900}", "ab" * 5_000),
    ("((a{0,30}){0,30})c", "a" * 5_000),
]


@pytest.mark.parametrize(("pattern", "text"), STALLING, ids=[p for p, _ in STALLING])
def test_nothing_stalls(pattern: str, text: str) -> None:
    regex = compile_regex(pattern)
    for work in (lambda: regex.search(text), lambda: list(regex.hits(text))):
        started = time.process_time()
        try:
            work()
        except RuleLimitError as error:
            assert "regular expression" in error.message
        # About half a second; the bound is what a slow machine under load still meets.
        assert time.process_time() - started < 4


def test_what_a_text_costs_does_not_depend_on_the_texts_before_it() -> None:
    def cost(automaton: Automaton, text: str) -> int:
        budget = Budget(1_000_000)
        automaton.search(text, budget)
        return 1_000_000 - budget.left

    pattern, texts = "(a|b){0,40}c[ab]{3}$", ("abab" * 20, "bbac" * 30, "abcabc" * 10)
    used = Automaton(parse(pattern))
    assert [cost(used, text) for text in texts * 2] == [
        cost(Automaton(parse(pattern)), text) for text in texts
    ] * 2
