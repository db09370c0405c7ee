from __future__ import annotations

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.python.module import UNKNOWN
from lintkit.python.triggers import Calls, Keywords, NamedValues
from tests.python.support import found


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a' \"b\"", "ab"),
        ("'a' + 'b'", "ab"),
        ("r'\\d'", "\\d"),
        ("'\\x41'", "A"),
        ("b'a' b'b'", b"ab"),
        ("f'a{{b}}'", "a{b}"),
        ("f'{x}'", UNKNOWN),
        ("-1", -1),
        ("1.5", 1.5),
        ("not True", False),
        ("None", None),
        ("[1, x, *y]", [1, UNKNOWN, UNKNOWN]),
        ("(1,)", (1,)),
        ("{1, 2}", {1, 2}),
        ("{'a': 1, **b}", {"a": 1, UNKNOWN: UNKNOWN}),
        ("{[]: 1}", {UNKNOWN: UNKNOWN}),
        ("call()", UNKNOWN),
        ("9" * 5000, UNKNOWN),
    ],
)
def test_literal(expression: str, value: object) -> None:
    file, matches = found(f"token = {expression}", NamedValues(("token",)))
    assert matches[0].value is not None
    assert file.literal(matches[0].value) == value


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.binary(), st.lists, max_leaves=8)
)
def test_literal_reads_what_repr_writes(value: object) -> None:
    file, matches = found(f"token = {value!r}", NamedValues(("token",)))
    assert matches[0].value is not None
    assert file.literal(matches[0].value) == value


def test_newlines_in_strings_are_normalised() -> None:
    file, matches = found('token = """a\r\nb"""\r\n', NamedValues(("token",)))
    assert matches[0].value is not None
    assert file.literal(matches[0].value) == "a\nb"


@pytest.mark.parametrize(
    ("before", "expression", "value"),
    [
        ("A = ['*']", "A", ["*"]),
        ("A = 'a'\nB = [A]", "B", ["a"]),
        ("A = 1\nA = 2", "A", UNKNOWN),
        ("A = 1\nA += 1", "A", UNKNOWN),
        ("A = 1\ndef g():\n    global A\n    A = 2", "A", UNKNOWN),
        ("for A in []: ...", "A", UNKNOWN),
        ("A = A", "A", UNKNOWN),
    ],
)
def test_follow(before: str, expression: str, value: object) -> None:
    file, matches = found(f"{before}\ndef f():\n    token = {expression}", NamedValues(("token",)))
    assert matches[0].value is not None
    assert file.literal(matches[0].value, follow=True) == value


def test_values_that_double_do_not_explode() -> None:
    lines = ["a0 = 'x'"] + [f"a{i} = a{i - 1} + a{i - 1}" for i in range(1, 200)] + ["token = a199"]
    file, matches = found("\n".join(lines), NamedValues(("token",)))
    assert matches[0].value is not None
    assert file.literal(matches[0].value, follow=True) is UNKNOWN


def test_string_parts() -> None:
    file, matches = found("token = 'a' f'b{x}c' + y + 'd'", NamedValues(("token",)))
    assert matches[0].value is not None
    parts = file.string_parts(matches[0].value)
    assert parts is not None
    assert [part if isinstance(part, str) else file.code(part) for part in parts] == [
        "ab",
        "x",
        "c",
        "y",
        "d",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "f(key=1)",
        "f(**{'key': 1})",
        "O = {'key': 1}\nf(**O)",
        "O = dict(key=1)\nf(**O)",
        "A = {'key': 1}\nO = {**A, 'b': 2}\nf(**O)",
        "O = {}\nO['key'] = 1\nf(**O)",
        "def g():\n    o = {}\n    o['key'] = 1\n    f(**o)",
        "O = {'b': 1} | {'key': 1}\nf(**O)",
        "f(**({'key': 1} if x else {}))",
    ],
)
@pytest.mark.parametrize("screen", [True, False])
def test_keyword_reaches_the_call(source: str, screen: bool) -> None:
    file, matches = found(source, Keywords(("key",)), screen=screen)
    assert [match.call.callee.text for match in matches] == ["f"]
    assert file.literal(matches[0].value) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "source", ["O = {'key': 1}", "O = {'key': 1}\nf(O)", "def g(**o):\n    f(**o)\n# key"]
)
def test_dict_that_flows_into_no_call_is_no_keyword(source: str) -> None:
    assert found(source, Keywords(("key",)), screen=False)[1] == []


def test_unknown_arguments_are_told() -> None:
    file, matches = found("O = {'a': 1}\nprint(**O)\nprint(**p)\nprint(*q)", Calls(("print",)))
    calls = [match.node for match in matches]
    assert [file.has_unknown_arguments(c) for c in calls if isinstance(c, cst.Call)] == [False, True, True]
