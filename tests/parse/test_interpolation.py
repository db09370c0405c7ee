from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.kinds.compose.interpolation import (
    Variable,
    invalid_parts,
    refusal,
    resolution,
    resolve,
    variables,
)


@pytest.mark.parametrize(
    ("raw", "operator", "argument"),
    [
        ("${A}", "", ""),
        ("$A", "", ""),
        ("${A:-x}", ":-", "x"),
        ("${A-x}", "-", "x"),
        ("${A:?x y}", ":?", "x y"),
        ("${A?}", "?", ""),
        ("${A:+x}", ":+", "x"),
        ("${A+x}", "+", "x"),
        ("${A-b:-c}", "-", "b:-c"),
        ('${A:-{"x": 1}}', ":-", '{"x": 1}'),
        ("${A:-{}}", ":-", "{}"),
    ],
)
def test_operator_and_argument(raw: str, operator: str, argument: str) -> None:
    assert variables(f"<{raw}>") == (Variable("A", operator, argument, 1, 1 + len(raw)),)


def test_argument_has_its_place() -> None:
    (variable,) = variables("x${A:?set A}")
    assert "x${A:?set A}"[variable.argument_start : variable.end - 1] == "set A"


def test_nested_variables_follow_the_one_around_them() -> None:
    raw = "${A:-${B:-$C}}/${D}"
    found = [(v.name, raw[v.start : v.end]) for v in variables(raw)]
    assert found == [("A", "${A:-${B:-$C}}"), ("B", "${B:-$C}"), ("C", "$C"), ("D", "${D}")]


@pytest.mark.parametrize("raw", ["a $ b", "^x$", "$}", "$", "$1", "$$", "$$A", "$${A}", "$$${", "plain"])
def test_dollar_that_is_no_variable(raw: str) -> None:
    assert variables(raw) == ()


def test_escape_hides_a_variable_and_a_third_dollar_does_not() -> None:
    assert resolve("$$A $$$A", {"A": "x"}) == "$A $x"


@pytest.mark.parametrize("raw", ["${", "${}", "${ }", "${ A}", "${A }", "${A!}", "${A", "${1}", "${A:-x\ny}"])
def test_what_compose_refuses_is_reported(raw: str) -> None:
    assert invalid_parts(f"x{raw}") == ((1, 3),)
    assert resolve(raw, {"A": "1"}) == raw


@pytest.mark.parametrize(
    ("raw", "unset", "empty", "given"),
    [
        ("${A}", "", "", "1"),
        ("${A:-d}", "d", "d", "1"),
        ("${A-d}", "d", "", "1"),
        ("${A:+d}", "", "", "d"),
        ("${A+d}", "", "d", "d"),
        ("${A:?e}", "", "", "1"),
        ("${A?e}", "", "", "1"),
    ],
)
def test_resolution_of_each_operator(raw: str, unset: str, empty: str, given: str) -> None:
    assert [resolve(raw, env) for env in ({}, {"A": ""}, {"A": "1"})] == [unset, empty, given]


def test_missing_variables_are_named() -> None:
    assert resolution("${A:?} ${B} ${C:-${D?}} ${E:-x}", {}).missing == ("A", "D")


def test_argument_that_is_not_needed_is_not_looked_at() -> None:
    assert resolution("${A:-${B:?}}", {"A": "1"}).missing == ()


def test_text_behind_an_unbalanced_brace_is_text() -> None:
    assert resolve("${A:-a}b}", {}) == "ab}"


# A reference: the pattern and the functions of compose-go, written down as they are read there.
_PATTERN = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<named>[_a-zA-Z][_a-zA-Z0-9]*)"
    r"|\{(?:(?P<braced>[_a-zA-Z][_a-zA-Z0-9]*(?::?[-+?].*)?)\}|(?P<invalid>)))"
)


class _InvalidError(Exception):
    pass


def _closing(text: str) -> int:
    depth, index = 0, 0
    while index < len(text):
        if text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
        if text[index] == "{":
            depth += 1
            index += 1
        index += 1
    return -1


def _reference(template: str, env: dict[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        text, rest = match[0], ""
        closing = _closing(text)
        if closing > -1:
            text, rest = text[: closing + 1], text[closing + 1 :]
        inner = _PATTERN.match(text)
        if inner is None or inner["invalid"] is not None:
            raise _InvalidError
        if inner["escaped"]:
            return "$"
        if inner["named"]:
            return env.get(inner["named"], "")
        parsed = re.fullmatch(r"(\w+?)(?:(:?[-+?])(.*))?", inner["braced"])
        assert parsed is not None
        name, operator, argument = parsed.groups()
        value = env.get(name)
        if operator is None:
            return (value or "") + _reference(rest, env)
        present = value is not None and not (operator[0] == ":" and value == "")
        if operator[-1] == "+":
            result = _reference(argument, env) if present else value or ""
        elif present:
            result = value or ""
        else:
            result = _reference(argument, env) if operator[-1] == "-" else ""
        return result + _reference(rest, env)

    return _PATTERN.sub(replace, template)


pieces = st.sampled_from(
    ["$", "{", "}", "A", "B", "_", ":", "-", "?", "+", "x", " ", "${", "${A", "${B:-", "$$", "\n"]
)


@given(
    st.lists(pieces, max_size=14).map("".join),
    st.dictionaries(st.sampled_from(["A", "B", "x", "A_"]), st.sampled_from(["", "1", "$B"])),
)
def test_resolution_agrees_with_a_reference(raw: str, env: dict[str, str]) -> None:
    try:
        expected = _reference(raw, env)
    except _InvalidError:
        assert invalid_parts(raw)
        return
    assert resolve(raw, env) == expected


@given(st.lists(pieces, max_size=14).map("".join))
def test_offsets_cut_out_the_expression(raw: str) -> None:
    for variable in variables(raw):
        text = raw[variable.start : variable.end]
        braced = f"${{{variable.name}{variable.operator}{variable.argument}}}"
        assert text in (f"${variable.name}", braced)
    for start, end in invalid_parts(raw):
        assert raw[start:end] == "${"


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        ("${A:-" * 100_000, 0),
        ("${" * 100_000, 0),
        ("${A:-" * 20_000 + "}" * 20_000, 51),
        ("${A:-{{" * 50_000 + "}", 1),
        ("$" * 100_001, 0),
    ],
    ids=["open", "invalid", "nested", "unbalanced", "escaped"],
)
def test_hostile_text_is_read_in_linear_time(raw: str, count: int) -> None:
    assert len(variables(raw)) == count
    assert isinstance(resolve(raw, {}), str)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("${", "`${` names no variable"),
        ("a ${} b", "`${` names no variable"),
        ("${1A}", "the name of a variable begins with a letter or `_`"),
        ("${A", "`${A` is not closed on its line"),
        ("${A:-b\n}", "`${A` is not closed on its line"),
        ("${A/b}", "behind `${A` stands neither `}` nor one of the operators"),
        ("${{ secrets.A }}", "`${{` is the notation of workflows and templates, which compose does not know"),
        ("${B:-${A b}}", "behind `${A` stands neither `}` nor one of the operators"),
    ],
)
def test_why_an_expression_is_refused(raw: str, why: str) -> None:
    ((start, _),) = invalid_parts(raw)
    assert refusal(raw, start) == why
