"""JSON Schema in bounds says what jsonschema says."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from lintkit.declared.schema import KEYWORDS, compile_schema, mistakes

leaf = st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["", "a", "ab", 1.0, 0.5])
value: st.SearchStrategy[Any] = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)
names = st.lists(st.sampled_from("abc"), max_size=2, unique=True)


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    schemas = st.lists(inner, min_size=1, max_size=2)
    named = st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
    optional = {
        "type": st.sampled_from(
            ["object", "array", "string", "integer", "number", "null", ["string", "boolean"]]
        ),
        "properties": named,
        "patternProperties": named,
        "additionalProperties": inner,
        "propertyNames": inner,
        "required": names,
        "dependentRequired": st.dictionaries(st.sampled_from("abc"), names, max_size=1),
        "items": inner,
        "prefixItems": schemas,
        "contains": inner,
        "uniqueItems": st.booleans(),
        "enum": st.lists(value, max_size=3),
        "const": value,
        "pattern": st.sampled_from(["a", "^a$", "b?$"]),
        "minimum": st.integers(-1, 2),
        "maxLength": st.integers(0, 2),
        "minItems": st.integers(0, 2),
        "maxProperties": st.integers(0, 2),
        "allOf": schemas,
        "anyOf": schemas,
        "oneOf": schemas,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
    }
    return st.lists(st.sampled_from(sorted(optional)), max_size=3, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: optional[key] for key in keys})
    )


schemas: st.SearchStrategy[Any] = st.recursive(st.booleans() | st.just({}), keywords, max_leaves=5)


@settings(max_examples=200, deadline=None)
@given(schemas, value)
def test_answers_are_those_of_jsonschema(schema: Any, instance: Any) -> None:
    assert not list(mistakes(schema))
    expected = Draft202012Validator(schema).is_valid(instance)
    assert compile_schema(schema).is_valid(instance) is expected
    assert bool(compile_schema(schema).failures(instance)) is not expected


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(KEYWORDS - {"$ref", "pattern", "patternProperties"})), value, max_size=2
    )
)
def test_what_the_metaschema_refuses_is_a_mistake(schema: Any) -> None:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        assert list(mistakes(schema))


@given(value)
def test_a_value_of_any_shape_is_no_crash(schema: Any) -> None:
    list(mistakes(schema))
