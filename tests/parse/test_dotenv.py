from __future__ import annotations

import io
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintkit.formats.dotenv import parse
from lintkit.formats.errors import ParseError
from lintkit.model import Document, SourceFile


def document(data: str | bytes) -> Document:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return parse(SourceFile(".env", "dotenv", raw))[0]


def entry(text: str) -> dict[str, Any]:
    (only,) = document(text).data["entries"]
    assert isinstance(only, dict)
    return only


def sliced(doc: Document, *route: str | int) -> str:
    span = doc.span(route)
    return doc.text[span.start : span.end]


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("A=b", "A", "b"),
        ("A = b ", "A", "b"),
        ("export A=b", "A", "b"),
        ("exportA=b", "exportA", "b"),
        ("'A'=b", "A", "b"),
        ("A", "A", None),
        ("A=", "A", ""),
        ("A= # comment", "A", ""),
        ("A=#novalue", "A", "#novalue"),
        ("A=b#c # d", "A", "b#c"),
        ("A='b # c' # d", "A", "b # c"),
        (r"A='it\'s \n'", "A", r"it's \n"),
        (r'A="b\nc \"q\" \d"', "A", 'b\nc "q" \\d'),
        ('A="b\nc"', "A", "b\nc"),
        ("A=b c", "A", "b c"),
        ("A.b-c=1", "A.b-c", "1"),
        ("KEY: x=1", None, None),
    ],
)
def test_a_line_is_read_as_python_dotenv_reads_it(line: str, key: str | None, value: str | None) -> None:
    doc = document(line)
    assert [(e["key"], e["value"]) for e in doc.data["entries"]] == ([] if key is None else [(key, value)])


def test_spans_slice_to_what_is_written() -> None:
    doc = document("# first\r\nexport A = 'x y' # why\r\nB=ü\r\nC\r\n")
    assert sliced(doc, "entries", 0) == "export A = 'x y'"
    assert sliced(doc, "entries", 0, "key") == "A"
    assert sliced(doc, "entries", 0, "value") == doc.data["entries"][0]["raw"] == "'x y'"
    assert sliced(doc, "entries", 1, "value") == "ü"
    assert sliced(doc, "entries", 2) == sliced(doc, "entries", 2, "value") == "C"
    assert [doc.text[c.start : c.end] for c in doc.comments] == ["# first", "# why"]


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert document(b"\xef\xbb\xbfA=b").data["entries"][0]["key"] == "A"


@pytest.mark.parametrize(
    ("value", "flag"), [("${A}", True), ("'x${A:-b}'", True), ("$A", False), ("${A", False)]
)
def test_interpolation_is_flagged_where_python_dotenv_does_it(value: str, flag: bool) -> None:
    assert entry(f"K={value}")["interpolates"] is flag


@pytest.mark.parametrize("line", ["=x", 'A="b" c', "A='b", "two words"])
def test_a_line_that_cannot_be_read_is_a_problem_and_the_next_is_read(line: str) -> None:
    doc = document(f"{line}\nB=2\n")
    assert [(p.code, doc.text[p.span.start : p.span.end]) for p in doc.problems] == [("invalid-line", line)]
    assert [e["key"] for e in doc.data["entries"]] == ["B"]


def test_a_problem_never_quotes_the_value() -> None:
    assert "hunter2" not in document("A='hunter2\n").problems[0].message


def test_a_file_that_is_not_text_is_an_error_with_its_line() -> None:
    with pytest.raises(ParseError) as caught:
        document(b"A=b\nB=\xff\n")
    assert caught.value.line == 2


LINES = st.text(alphabet="AB='\"\\ #\n\r\t$ {}:-xnexport\x0b\u00a0", max_size=40)


@given(LINES)
@settings(max_examples=500)
def test_entries_and_errors_are_those_of_python_dotenv(text: str) -> None:
    parser = pytest.importorskip("dotenv.parser")
    bindings = list(parser.parse_stream(io.StringIO(text, newline="")))
    doc = document(text)
    assert [(e["key"], e["value"]) for e in doc.data["entries"]] == [
        (b.key, b.value) for b in bindings if b.key is not None
    ]
    assert len(doc.problems) == sum(b.error for b in bindings)


@given(LINES)
def test_interpolation_is_flagged_as_python_dotenv_resolves_it(value: str) -> None:
    variables = pytest.importorskip("dotenv.variables")
    from lintkit.formats.dotenv import interpolates

    expected = any(isinstance(atom, variables.Variable) for atom in variables.parse_variables(value))
    assert interpolates(value) == expected


@given(LINES)
def test_every_span_lies_in_the_text_and_slices_to_the_raw_value(text: str) -> None:
    doc = document(text)
    for i, item in enumerate(doc.data["entries"]):
        assert sliced(doc, "entries", i, "key").strip("'") == item["key"].strip("'")
        if item["value"] is not None:
            assert sliced(doc, "entries", i, "value") == item["raw"]
        whole, key = doc.span(("entries", i)), doc.span(("entries", i, "key"))
        assert whole.start <= key.start <= key.end <= whole.end <= len(text)
    for comment in doc.comments:
        assert doc.text[comment.start] == "#"


@pytest.mark.parametrize(
    "text",
    [
        "A=x" + " " * 1_000_000 + "y",
        "A='\n" * 40_000,
        'A="\\' * 400_000,
        "A=" + "#" * 1_000_000,
        "A=" + "${" * 200_000,
        "'a\n" * 40_000,
        " #" * 400_000,
    ],
    ids=["spaces", "quotes", "escapes", "hashes", "variables", "quoted keys", "comments"],
)
def test_a_hostile_file_costs_time_in_proportion_to_its_size(text: str) -> None:
    begin = time.process_time()
    document(text)
    assert time.process_time() - begin < 20


def test_a_file_with_more_entries_than_any_program_reads_is_an_error() -> None:
    with pytest.raises(ParseError):
        document("a\n" * 200_000)
