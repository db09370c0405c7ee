"""TOML with spans."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.errors import ParseError
from lintkit.formats.toml import parse
from lintkit.model import Document, Route, SourceFile

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read(text: str) -> Document:
    (document,) = parse(SourceFile("a.toml", "toml", text.encode("utf-8", "surrogatepass")))
    return document


def shown(document: Document, *route: str | int) -> str:
    span = document.nodes[route].value
    return document.text[span.start : span.end]


TEXT = """\
# top
title = 'x'   # why
port = 8_000
when = 1979-05-27T07:32:00Z
list = [1, "two", # no
  [3],
]
a.b.c = true
inline = { x = 1, "y z" = { q = "w" } }

[tool.ruff]
line-length = 110
[tool.ruff.lint]
select = ["E"]

[[source]]
name = "one"
[source.sub]
k = 1
[[source]]
name = \"\"\"
two\"\"\"
"""


@pytest.mark.parametrize(
    ("route", "text"),
    [
        (("title",), "'x'"),
        (("port",), "8_000"),
        (("when",), "1979-05-27T07:32:00Z"),
        (("list", 1), '"two"'),
        (("list", 2, 0), "3"),
        (("a", "b", "c"), "true"),
        (("inline", "y z", "q"), '"w"'),
        (("tool", "ruff", "line-length"), "110"),
        (("tool", "ruff", "lint", "select", 0), '"E"'),
        (("source", 0, "name"), '"one"'),
        (("source", 0, "sub", "k"), "1"),
        (("source", 1, "name"), '"""\ntwo"""'),
        (("tool", "ruff", "lint"), '[tool.ruff.lint]\nselect = ["E"]'),
    ],
)
def test_span_of_a_value(route: Route, text: str) -> None:
    assert shown(read(TEXT), *route) == text


def test_keys_have_spans() -> None:
    document = read(TEXT)
    for route, key in [(("tool", "ruff"), "ruff"), (("a", "b"), "b"), (("inline", "y z"), '"y z"')]:
        span = document.nodes[route].key
        assert span is not None
        assert document.text[span.start : span.end] == key


def test_comments_are_found_outside_of_strings() -> None:
    document = read('a = "# no" # yes\n# too\n')
    assert [document.text[c.start : c.end] for c in document.comments] == ["# yes", "# too"]


def test_dates_are_text() -> None:
    document = read(TEXT)
    assert document.data["when"] == "1979-05-27T07:32:00Z"
    assert document.nodes["port",].raw == "8_000"


scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=6),
)
names = st.text(st.sampled_from("ab-\"' .é\\"), max_size=4)
tables: st.SearchStrategy[Any] = st.dictionaries(
    names,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def inline(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {inline(v)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def written(table: dict[str, Any], path: tuple[str, ...] = ()) -> str:
    lines = [
        f"{json.dumps(k, ensure_ascii=False)} = {inline(v)}"
        for k, v in table.items()
        if not isinstance(v, dict)
    ]
    for key, value in table.items():
        if isinstance(value, dict):
            where = (*path, key)
            lines += ["", "[" + ".".join(json.dumps(k, ensure_ascii=False) for k in where) + "]  # c"]
            lines.append(written(value, where))
    return "\n".join(lines)


@given(tables)
def test_scan_and_parser_agree(table: dict[str, Any]) -> None:
    text = written(table)
    document = read(text)
    assert document.data == tomllib.loads(text) == table
    for route, node in document.nodes.items():
        value: Any = document.data
        for part in route:
            value = value[part]
        slice_ = text[node.value.start : node.value.end]
        if not isinstance(value, (dict, list)):
            assert tomllib.loads(f"v = {slice_}")["v"] == value
        elif isinstance(value, list):
            assert slice_[0] == "[" and slice_[-1] == "]"
        if node.key is not None:
            assert list(tomllib.loads(f"{text[node.key.start : node.key.end]} = 0")) == [route[-1]]


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a = 1\na = 2\n", "twice", 2),
        ("a = \n", "no value", 1),
        ("a\n", "`=`", 1),
        ("a = 'x", "not closed", 1),
        ("[a\n", "`]`", 1),
        ("a = [" + "[" * 200, "100 levels", 1),
        (".".join("a" * 200) + " = 1", "100 parts", 1),
        ("a = " + "9" * 10_000, "too long", 1),
    ],
)
def test_what_is_no_toml_is_refused(text: str, words: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        read(text)
    assert words in caught.value.message
    assert caught.value.line == line


@given(st.text("[]{}=.,\"'# \n\rab1\\", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = read(text)
    except ParseError:
        return
    assert document.data == tomllib.loads(text)
    assert list(document.nodes)
