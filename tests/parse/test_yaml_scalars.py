from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.scalars import ScalarSchema, key_text, resolver, tagged
from lintkit.formats.yaml import load_documents

SCHEMAS: tuple[ScalarSchema, ...] = ("compose", "kubernetes", "workflow", "generic")


@pytest.mark.parametrize(
    ("text", "compose", "kubernetes", "workflow"),
    [
        ("", None, None, None),
        ("~", None, None, None),
        ("null", None, None, None),
        ("nULL", "nULL", "nULL", "nULL"),
        ("true", True, True, True),
        ("yes", "yes", True, "yes"),
        ("on", "on", True, "on"),
        ("n", "n", False, "n"),
        ("OFF", "OFF", False, "OFF"),
        ("22:22", "22:22", "22:22", "22:22"),
        ("0777", 511, 511, 777),
        ("0o17", 15, 15, 15),
        ("08", 8.0, 8.0, 8),
        ("1_000", 1000, 1000, "1_000"),
        ("0x1F", 31, 31, 31),
        ("-0x1F", -31, -31, "-0x1F"),
        ("0b11", 3, 3, "0b11"),
        ("1e3", 1000.0, 1000.0, 1000.0),
        ("1.", 1.0, 1.0, 1.0),
        (".5", 0.5, 0.5, 0.5),
        ("-.inf", -math.inf, -math.inf, -math.inf),
        ("1.2.3", "1.2.3", "1.2.3", "1.2.3"),
        ("2001-01-01", "2001-01-01", "2001-01-01", "2001-01-01"),
        ("18446744073709551616", 18446744073709551616.0, 18446744073709551616.0, 18446744073709551616),
        ("1e999", "1e999", "1e999", math.inf),
        ("-", "-", "-", "-"),
    ],
)
def test_plain_scalar_is_typed_as_its_consumer_types_it(
    text: str, compose: object, kubernetes: object, workflow: object
) -> None:
    found = [resolver(schema)(text) for schema in ("compose", "kubernetes", "workflow")]
    expected = [compose, kubernetes, workflow]
    assert found == expected
    assert list(map(type, found)) == list(map(type, expected))


@pytest.mark.parametrize("schema", SCHEMAS)
def test_not_a_number(schema: ScalarSchema) -> None:
    value = resolver(schema)(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


@given(st.text(alphabet="0123456789+-._eExXoObBaAfFyYnN~tTrRuUlLsS:", max_size=12))
def test_every_text_is_typed_without_error(text: str) -> None:
    for schema in SCHEMAS:
        assert isinstance(resolver(schema)(text), str | int | float | None)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_very_long_number_stays_text(schema: ScalarSchema) -> None:
    assert resolver(schema)("9" * 100_000) == "9" * 100_000


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("tag:yaml.org,2002:str", "1", "1"),
        ("tag:yaml.org,2002:int", "1", 1),
        ("tag:yaml.org,2002:int", "x", "x"),
        ("tag:yaml.org,2002:float", "1", 1.0),
        ("tag:yaml.org,2002:bool", "true", True),
        ("tag:yaml.org,2002:bool", "1", "1"),
        ("tag:yaml.org,2002:null", "", None),
        ("tag:yaml.org,2002:binary", "AA==", "AA=="),
        ("!reset", "null", None),
        ("!override", "80", 80),
        ("!Ref", "80", "80"),
    ],
)
def test_explicit_tag(tag: str, text: str, expected: object) -> None:
    value = tagged("compose", tag, text, plain=True)
    assert value == expected
    assert type(value) is type(expected)


def test_keys_of_manifests_pass_through_json() -> None:
    assert [key_text("kubernetes", k, True) for k in ("yes", "0x10", "a", "1.5")] == [
        "true",
        "16",
        "a",
        "1.5",
    ]
    assert key_text("kubernetes", "yes", False) == "yes"


def test_key_on_of_a_workflow_is_a_string() -> None:
    (document,) = load_documents("on: push\n", "f", "workflow", "workflow")
    assert document.data == {"on": "push"}


def test_quoted_scalar_is_always_text() -> None:
    (document,) = load_documents("a: '1'\nb: \"yes\"\nc: |-\n  1\nd: ! 1\n", "f", "kubernetes", "kubernetes")
    assert document.data == {"a": "1", "b": "yes", "c": "1", "d": "1"}
