"""JSON with spans."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.errors import ParseError
from lintkit.formats.json import parse
from lintkit.model import Document, SourceFile


def read(text: str) -> Document:
    (document,) = parse(SourceFile("a.json", "json", text.encode("utf-8", "surrogatepass")))
    return document


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@given(values, st.sampled_from([None, 0, 2]), st.booleans())
def test_data_is_that_of_the_standard_library(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = read(text)
    assert document.data == value
    assert not document.problems


@given(values)
def test_each_span_reads_back_as_its_value(value: Any) -> None:
    text = json.dumps(value, indent=1)
    document = read(text)
    for route, node in document.nodes.items():
        expected: Any = document.data
        for part in route:
            expected = expected[part]
        assert json.loads(text[node.value.start : node.value.end]) == expected
        if node.key is not None:
            assert json.loads(text[node.key.start : node.key.end]) == route[-1]


def test_duplicate_key_is_a_problem_and_the_last_counts() -> None:
    document = read('{"a": 1,\n "b": 2,\n "a": 3}')
    (problem,) = document.problems
    assert problem.code == "duplicate-key"
    assert "line 1" in problem.message
    assert document.data == {"b": 2, "a": 3}
    assert document.span(("a",)).start == document.text.index("3")


def test_comments_and_trailing_commas_are_problems() -> None:
    document = read('// top\n{"a": [1, 2,], /* x */ "b": "//no",}\n')
    assert document.data == {"a": [1, 2], "b": "//no"}
    assert [p.code for p in document.problems] == ["comment", "trailing-comma", "comment", "trailing-comma"]
    assert [document.text[c.start : c.end] for c in document.comments] == ["// top", "/* x */"]


def test_raw_of_a_number_is_its_text() -> None:
    document = read('{"a": 1e3, "b": 10.50}')
    assert document.nodes["a",].raw == "1e3"
    assert document.nodes["b",].raw == "10.50"


@pytest.mark.parametrize(
    ("text", "words", "line", "column"),
    [
        ("", "empty", 1, 1),
        ("{", "ends", 1, 2),
        ('{"a" 1}', "`:` is missing", 1, 6),
        ('{"a": 1 "b": 2}', "`,` or the closing `}`", 1, 9),
        ("[1 2]", "`,` or the closing `]`", 1, 4),
        ("{a: 1}", "double quotes", 1, 2),
        ('["a\nb"]', "string", 1, 2),
        ('["\\x"]', "string", 1, 2),
        ("[tru]", "should begin", 1, 2),
        ("[NaN]", "should begin", 1, 2),
        ("[01]", "`,` or the closing", 1, 3),
        ("[,]", "should begin", 1, 2),
        ('{"a": 1}\n{"b": 2}', "one", 2, 1),
        ("/* x", "comment", 1, 1),
        ("[" * 101, "100 levels", 1, 101),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: str, words: str, line: int, column: int) -> None:
    with pytest.raises(ParseError) as caught:
        read(text)
    assert words in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


@given(st.text('{}[]",:/*\\ \n01tfn', max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = read(text)
    except ParseError:
        with pytest.raises(ValueError):
            json.loads(text)
    else:
        if not document.problems:
            assert json.loads(text) == document.data


def test_huge_numbers_and_bytes_do_not_crash() -> None:
    assert read("9" * 10_000).data == float("inf")
    assert read("1e999").data == float("inf")
    with pytest.raises(ParseError):
        parse(SourceFile("a.json", "json", b"\xff\xfe\xfa"))
