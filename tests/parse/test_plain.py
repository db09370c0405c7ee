from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.plain import at, each_mapping, list_at, mapping_at, mappings_at, text_at, whole_number_at

DATA = {"a": [{"b": "text"}, 3, {"c": True}], "n": 7, "": {0: "zero"}}
ROUTES = st.lists(st.text(max_size=2) | st.integers(-3, 3), max_size=4)
SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2) | st.integers(-3, 3), inner)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ((), DATA),
        (("a", 0, "b"), "text"),
        (("a", 9), None),
        (("a", -1), None),
        (("a", "b"), None),
        (("n", "x"), None),
        (("", 0), "zero"),
    ],
)
def test_what_stands_at_a_route(route: tuple[str | int, ...], expected: object) -> None:
    assert at(DATA, *route) == expected


def test_what_is_of_another_type_is_as_if_it_were_not_there() -> None:
    assert (mapping_at(DATA, "a"), list_at(DATA, ""), text_at(DATA, "n")) == ({}, [], "")
    assert (whole_number_at(DATA, "a", 2, "c"), whole_number_at(DATA, "n")) == (None, 7)
    assert mappings_at(DATA, "a") == [{"b": "text"}, {"c": True}]
    assert each_mapping(DATA, "a") == [(("a", 0), {"b": "text"}), (("a", 2), {"c": True})]


@given(data=SHAPES, route=ROUTES)
def test_every_shape_can_be_asked_for_everything(data: Any, route: list[str | int]) -> None:
    found = at(data, *route)
    assert mapping_at(data, *route) == (found if isinstance(found, dict) else {})
    assert list_at(data, *route) == (found if isinstance(found, list) else [])
    for place, item in each_mapping(data, *route):
        assert at(data, *place) is item
