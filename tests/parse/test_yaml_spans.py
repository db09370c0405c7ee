"""Every span, cut out of the text, reads as the value it is the span of."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.plain import at
from lintkit.formats.scalar_spans import part_span, scalar_span
from lintkit.formats.yaml import load_documents
from lintkit.model import Document, Route

WHITE = " \t\r\n\x85\u2028\u2029"

words = st.text(alphabet="ab#:'\"\\- ,[]{}&*!|>%@`\n\té\U0001f600\x85\u2028\x07\ufeff", max_size=12)
sentences = st.lists(
    st.sampled_from(["alpha", "be'ta", "#x", "a: b", "", "  in", "\t", "é"]), max_size=12
).map(" ".join)
scalars = (
    st.none() | st.booleans() | st.integers(-99, 9999) | words | sentences | sentences.map(lambda s: s + "\n")
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
styles = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([True, False, None]),
        "default_style": st.sampled_from([None, "'", '"', "|", ">"]),
        "indent": st.sampled_from([2, 3, 6]),
        "width": st.sampled_from([10, 20, 80]),
        "allow_unicode": st.booleans(),
        "explicit_start": st.booleans(),
        "sort_keys": st.just(False),
    }
)
newlines = st.sampled_from(["\n", "\r\n"])


def dump(data: Any, style: dict[str, Any], newline: str) -> str:
    text: str = pyyaml.dump(data, **style)
    return text.replace("\n", newline)


def load(text: str) -> Document:
    (document,) = load_documents(text, "f", "yaml", "generic")
    return document


def reread(document: Document, route: Route) -> Any:
    """What the span of `route` reads as when it stands alone, at the column where it stands."""
    span = document.nodes[route].value
    column = len(re.split("[\r\n\x85\u2028\u2029]", document.text[: span.start])[-1])
    alone = load(" " * column + document.text[span.start : span.end] + "\n")
    raw = alone.nodes[()].raw
    return alone.data if raw is None else raw


def is_relative(document: Document, route: Route) -> bool:
    """Whether the text means something else where it stands alone: an indentation counted from the parent's."""
    node = document.nodes[route].value
    source = document.text[node.start : node.end]
    return re.search(r"[|>][-+]?[0-9]", source) is not None


def strip_final_breaks(data: Any) -> Any:
    """Spans leave out the blank lines at the end, which are content of a block scalar with `+`."""
    if isinstance(data, dict):
        return {key: strip_final_breaks(value) for key, value in data.items()}
    if isinstance(data, list):
        return [strip_final_breaks(value) for value in data]
    return data.rstrip("\r\n\x85\u2028\u2029 \t") if isinstance(data, str) else data


@given(trees, styles, newlines)
def test_span_of_every_node_reads_as_its_value(data: Any, style: dict[str, Any], newline: str) -> None:
    document = load(dump(data, style, newline))
    for route in document.nodes:
        if not is_relative(document, route):
            raw = document.nodes[route].raw  # its tag, if it has one, stands in front of the span
            expected = at(document.data, *route) if raw is None else raw
            assert strip_final_breaks(reread(document, route)) == strip_final_breaks(expected)


@given(trees, styles)
def test_data_is_what_pyyaml_reads_as_text(data: Any, style: dict[str, Any]) -> None:
    text = dump(data, style, "\n")
    expected = pyyaml.load(text, pyyaml.BaseLoader)

    def raws(node: Any, route: Route, document: Document) -> Any:
        if isinstance(node, dict):
            return {key: raws(value, (*route, key), document) for key, value in node.items()}
        if isinstance(node, list):
            return [raws(value, (*route, index), document) for index, value in enumerate(node)]
        return document.nodes[route].raw

    document = load(text)
    assert raws(document.data, (), document) == expected


@given(trees, styles, newlines)
def test_span_of_every_key_reads_as_the_key(data: Any, style: dict[str, Any], newline: str) -> None:
    document = load(dump(data, style, newline))
    for route in document.nodes:
        span = document.nodes[route].key
        if span is not None and not document.text[span.start :].startswith(("|", ">")):
            (key,) = load(f"? {document.text[span.start : span.end]}\n: 1\n").data
            assert key == route[-1]


@given(trees, styles, newlines)
def test_comments_are_found_where_they_were_put(data: Any, style: dict[str, Any], newline: str) -> None:
    text = dump(data, style, newline)
    assert load(text).comments == ()
    document = load(f"# one{newline}---{newline}{text.removeprefix('---').lstrip()}")
    assert [document.text[c.start : c.end] for c in document.comments] == ["# one"]


@given(st.lists(trees, min_size=1, max_size=3), styles, newlines)
def test_aliases_are_told_from_anchors(parts: list[Any], style: dict[str, Any], newline: str) -> None:
    shared = {"first": parts[0], "rest": parts}
    document = load(dump({"one": shared, "two": {"three": shared}, "list": [shared]}, style, newline))
    text = document.text
    assert document.data["one"] == document.data["two"]["three"] == document.data["list"][0]
    for route in document.nodes:
        spans = document.nodes[route]
        within = route[:2] == ("two", "three") or route[:2] == ("list", 0)
        if within:
            assert spans.alias is not None
            assert text[spans.alias.start : spans.alias.end].startswith("*")
            twin = ("one", *route[2:])
            assert document.nodes[twin].value == spans.value
        elif route[:1] != ("one",):
            assert spans.alias is None


@given(trees, styles, newlines)
def test_every_character_of_a_scalar_is_found_in_the_source(
    data: Any, style: dict[str, Any], newline: str
) -> None:
    document = load(dump(data, style, newline))
    for route in document.nodes:
        spans = document.nodes[route]
        raw = spans.raw
        if raw is None:
            continue
        previous = spans.value.start
        for index, character in enumerate(raw):
            part = scalar_span(document, route, index, index + 1)
            source = document.text[part.start : part.end]
            assert (
                spans.value.start <= part.start <= part.end <= spans.value.end
                or raw[index:].strip(WHITE) == ""
            )
            assert previous <= part.start or character in WHITE
            previous = part.start
            if character in WHITE:
                continue
            assert (
                source == character or (spans.style == "double" and source.startswith("\\")) or source == "''"
            )


@given(sentences.filter(str.strip), styles, newlines)
def test_words_of_a_scalar_are_found_in_the_source(
    sentence: str, style: dict[str, Any], newline: str
) -> None:
    document = load(dump([sentence], style, newline))
    raw = document.nodes[(0,)].raw
    assert raw is not None
    for match in re.finditer(r"alpha|#x", raw):
        span = scalar_span(document, (0,), match.start(), match.end())
        assert document.text[span.start : span.end] == match.group()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: x=one\n", "one"),
        ("a: 'it''s x=one'\n", "one"),
        ('a: "\\u00e9\\t x=one"\n', "one"),
        ('a: "x=\\\n   one"\n', "one"),
        ("a: first\n   x=one\n", "one"),
        ("a: |\n   first\n     x=one\n", "one"),
        ("a: >+\r\n   first\r\n\r\n   x=one\r\n\r\n", "one"),
        ("a: &x !!str 'first\n\n  x=one'\n", "one"),
    ],
)
def test_part_of_a_scalar_of_any_style(text: str, part: str) -> None:
    document = load(text)
    raw = document.nodes[("a",)].raw
    assert raw is not None
    start = raw.index(part)
    span = scalar_span(document, ("a",), start, start + len(part))
    assert text[span.start : span.end] == part
    assert span.start == text.index(part)


def test_part_that_crosses_lines_covers_them() -> None:
    document = load("a: |\n  one\n  two\n")
    span = scalar_span(document, ("a",), 1, 6)
    assert document.text[span.start : span.end] == "ne\n  tw"


def test_empty_part_is_an_empty_span() -> None:
    document = load("a: 'it''s'\nb: ''\n")
    assert scalar_span(document, ("a",), 4, 4).start == scalar_span(document, ("a",), 4, 4).end == 9
    assert scalar_span(document, ("b",), 0, 0).start == document.text.index("b: '") + 4


def test_part_outside_of_the_scalar_is_the_whole_value() -> None:
    document = load("a: xyz\n")
    assert scalar_span(document, ("a",), 2, 9) == document.nodes[("a",)].value


def test_part_of_a_collection_is_the_whole_value() -> None:
    document = load("a: [1]\n")
    assert scalar_span(document, ("a",), 0, 1) == document.nodes[("a",)].value


def test_text_that_does_not_fit_its_source_is_the_whole_value() -> None:
    document = load("a: xyz\n")
    whole = document.nodes[("a",)].value
    assert part_span(document.text, whole, "other", "plain", 0, 2) == whole
