from __future__ import annotations

import pickle

import pytest

from lintkit.formats import yaml
from lintkit.formats.errors import ParseError
from lintkit.formats.scalars import ScalarSchema
from lintkit.formats.yaml import MAX_ALIASED_NODES, load_documents
from lintkit.formats.yaml_errors import MAX_DEPTH, TemplateError, is_template
from lintkit.formats.yaml_nodes import NodeTree
from lintkit.model import Document, NodeSpans, Route, SourceFile, Span


def load(text: str, schema: ScalarSchema = "generic") -> Document:
    (document,) = load_documents(text, "f.yaml", "yaml", schema)
    return document


def error(text: str) -> ParseError:
    with pytest.raises(ParseError) as caught:
        load_documents(text, "f.yaml", "yaml", "generic")
    return caught.value


def cut(document: Document, span: Span | None) -> str:
    assert span is not None
    return document.text[span.start : span.end]


def value(document: Document, *route: str | int) -> str:
    return cut(document, document.nodes[route].value)


def key(document: Document, *route: str | int) -> str:
    return cut(document, document.nodes[route].key)


def alias(document: Document, *route: str | int) -> str:
    return cut(document, document.nodes[route].alias)


# --- values


def test_value_of_a_plain_scalar_has_no_trailing_comment() -> None:
    assert value(load("a: one two  # comment\n"), "a") == "one two"


def test_value_of_a_quoted_scalar_covers_the_quotes() -> None:
    document = load("a: 'x'\nb: \"y\"\n")
    assert [value(document, "a"), value(document, "b")] == ["'x'", '"y"']
    assert [document.nodes[(k,)].style for k in "ab"] == ["single", "double"]


def test_plain_scalar_over_several_lines_ends_at_its_last_character() -> None:
    assert value(load("a: one\n   two  \n\n# c\nb: 1\n"), "a") == "one\n   two"


def test_block_scalar_begins_at_its_indicator_and_ends_at_its_last_line() -> None:
    assert (
        value(load("a: |-  # comment\n  one\n  two \n\n\n# c\nb: 1\n"), "a") == "|-  # comment\n  one\n  two "
    )


def test_block_scalar_without_content_is_its_indicator() -> None:
    assert value(load("a: |+  # comment\n\n\nb: 1\n"), "a") == "|+"


def test_block_mapping_ends_before_blank_lines_and_comments() -> None:
    assert value(load("a:\n  b: 1\n  c: 2\n\n  # comment\n\nd: 3\n"), "a") == "b: 1\n  c: 2"


def test_block_sequence_begins_at_its_first_dash() -> None:
    assert value(load("a:\n- 1\n- 2\n# comment\n"), "a") == "- 1\n- 2"


def test_flow_collections_cover_their_brackets() -> None:
    document = load("a: [1, {b: 2}]  # c\n")
    assert [value(document, "a"), value(document, "a", 1)] == ["[1, {b: 2}]", "{b: 2}"]


def test_single_pair_in_a_flow_sequence_is_a_mapping() -> None:
    document = load("[a: 1, b]\n")
    assert document.data == [{"a": 1}, "b"]
    assert value(document, 0) == "a: 1"


@pytest.mark.parametrize("text", ["a:\nb: 1\n", "a:   # comment\nb: 1\n", "{a: , b: 1}", "a:\n\n\nb: 1"])
def test_missing_value_is_empty_after_the_colon(text: str) -> None:
    span = load(text).nodes[("a",)].value
    assert (span.start, span.end) == (text.index(":") + 1, text.index(":") + 1)


def test_missing_value_of_an_explicit_key_stands_at_the_key() -> None:
    document = load("? a  # comment\nb: 1\n")
    assert document.nodes[("a",)].value == Span("f.yaml", 3, 3)
    assert value(document) == "? a  # comment\nb: 1"


def test_missing_item_stands_after_the_dash() -> None:
    assert load("-\n- 1\n").nodes[(0,)].value == Span("f.yaml", 1, 1)


def test_anchor_and_tag_are_no_part_of_the_value() -> None:
    document = load("a: &x !!str 1\nb: !!int &y '2'\nc: &z\n  # comment\n  d: 1\ne: !t [1]\nf: &w |\n  x\n")
    assert [value(document, k) for k in "abcef"] == ["1", "'2'", "d: 1", "[1]", "|\n  x"]


def test_anchor_of_a_mapping_is_told_from_the_anchor_of_its_first_key() -> None:
    document = load("a: &x\n  &y b: 1\nc: !!map\n  &z d: 1\n")
    assert [value(document, "a"), value(document, "c")] == ["&y b: 1", "&z d: 1"]
    assert [key(document, "a", "b"), key(document, "c", "d")] == ["b", "d"]


def test_explicit_tags_are_kept_beside_the_data() -> None:
    nodes = load("a: !reset []\nb: !!str 1\nc: 1\n").nodes
    assert isinstance(nodes, NodeTree)
    assert [nodes.tag((k,)) for k in "abc"] == ["!reset", "tag:yaml.org,2002:str", None]


# --- line ends and encodings


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_spans_count_every_kind_of_line_end(newline: str) -> None:
    document = load("a: 1\n# c\nb: |\n  x\n\nc: last\n".replace("\n", newline))
    assert (value(document, "c"), value(document, "b")) == ("last", f"|{newline}  x")


@pytest.mark.parametrize("odd", ["é", "\U0001f600", "\x85", "\u2028", "\ufeff"])
def test_offsets_are_code_points(odd: str) -> None:
    document = load(f'a: "x{odd}y"\nb: here\n')
    assert value(document, "b") == "here"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_mark_counts_for_nothing(encoding: str) -> None:
    (document,) = yaml.parse(SourceFile("f", "yaml", "a: ü\nb: x\n".encode(encoding)))
    assert (document.text, value(document, "b")) == ("a: ü\nb: x\n", "x")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "head", ["a: 1\n---\n\ufeff", "a: 1\n\ufeff---\n", "a: 1\n...\n\ufeff%YAML 1.1\n---\n"]
)
def test_byte_order_mark_may_begin_any_document(head: str, newline: str) -> None:
    text = (head + "b: 2  # c\nb: 3\n").replace("\n", newline)
    first, second = load_documents(text, "f.yaml", "yaml", "generic")
    assert (first.data, second.data) == ({"a": 1}, {"b": 3})
    assert second.text == text
    assert value(second, "b") == "3"
    assert [cut(second, span) for span in second.comments] == ["# c"]
    line = head.count("\n") + 1
    assert f"line {line}" in second.problems[0].message


def test_byte_order_mark_inside_of_a_document_is_text() -> None:
    assert load("a: |\n  ---\n  \ufeffb\n").data == {"a": "---\n\ufeffb\n"}


def test_latin_1_is_an_error() -> None:
    with pytest.raises(ParseError, match="not UTF-8"):
        yaml.parse(SourceFile("f", "yaml", b"a: \xe9\n"))


# --- documents


def test_each_document_has_an_index_and_spans_of_the_file() -> None:
    first, second = load_documents("a: 1\n---\n# c\na: 2\n...\n", "f", "yaml", "generic")
    assert (first.index, second.index) == (0, 1)
    assert (value(first, "a"), value(second, "a")) == ("1", "2")
    assert first.comments == second.comments == (Span("f", 9, 12),)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n", "---\n"])
def test_file_without_content_is_one_empty_document(text: str) -> None:
    assert load(text).data is None


def test_anchors_do_not_reach_the_next_document() -> None:
    assert "names no anchor" in error("a: &x 1\n---\nb: *x\n").message


def test_document_survives_pickling() -> None:
    document = load("a: &x {b: [1, 2]}\nc: *x\n")
    assert pickle.loads(pickle.dumps(document)) == document


# --- comments


def comments(text: str) -> list[str]:
    return [text[c.start : c.end] for c in load(text).comments]


def test_comments_end_before_the_line_does() -> None:
    assert comments("# a\r\nb: 1 # c\r\n#\n") == ["# a", "# c", "#"]


@pytest.mark.parametrize(
    "text",
    [
        "a: x#y\n",
        "a: 'x # y'\n",
        'a: "x # y\n  # z"\n',
        "a: |\n  # x\n  y # z\n",
        "a: >-\n\n  # x\n",
        "x#y: 1\n",
    ],
)
def test_number_sign_in_a_scalar_is_no_comment(text: str) -> None:
    assert comments(text) == []


def test_comment_after_the_indicator_of_a_block_scalar_counts() -> None:
    assert comments("a: | # one\n  # no\n# two\n") == ["# one", "# two"]


def test_comment_behind_a_quoted_scalar_counts() -> None:
    assert comments("a: 'x # y' # z\nb: {c: 1}#d\n") == ["# z", "#d"]


def test_comment_between_an_anchor_and_its_value_counts() -> None:
    assert comments("a: &x # one\n  b\n") == ["# one"]


# --- aliases and merges


def test_alias_points_at_the_anchor_and_at_its_use() -> None:
    document = load("a: &x one\nb: *x\n")
    assert (value(document, "b"), alias(document, "b"), key(document, "b")) == ("one", "*x", "b")
    assert document.nodes[("a",)].alias is None


def test_what_is_below_an_alias_is_reached_through_it() -> None:
    document = load("a: &x {k: [1]}\nb: [*x]\n")
    assert (value(document, "b", 0, "k", 0), alias(document, "b", 0, "k", 0)) == ("1", "*x")


def test_alias_nearest_to_the_root_is_the_use() -> None:
    document = load("a: &x {k: v}\nb: &y {c: *x}\nd: *y\n")
    assert (alias(document, "b", "c", "k"), alias(document, "d", "c", "k")) == ("*x", "*y")


def test_merged_key_has_the_span_of_what_was_merged() -> None:
    document = load("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\n")
    assert document.data["b"] == {"l": 3, "k": 1}
    assert (value(document, "b", "k"), key(document, "b", "k"), alias(document, "b", "k")) == ("1", "k", "*x")
    assert document.nodes[("b", "l")].alias is None
    assert ("b", "<<") not in document.nodes


def test_earlier_mapping_of_a_merged_list_wins() -> None:
    document = load("a: &x {k: 1}\nb: &y {k: 2, l: 2}\nc: {<<: [*x, *y]}\n")
    assert document.data["c"] == {"k": 1, "l": 2}
    assert (alias(document, "c", "k"), alias(document, "c", "l")) == ("*x", "*y")


def test_merge_of_something_else_is_a_problem() -> None:
    document = load("a: {<<: 1, b: 2}\n")
    assert [p.code for p in document.problems] == ["merge-value"]
    assert document.data == {"a": {"b": 2}}


def test_quoted_merge_key_is_an_ordinary_key() -> None:
    assert load("a: {'<<': {b: 1}}\n").data == {"a": {"<<": {"b": 1}}}


def test_workflows_do_not_merge() -> None:
    document = load("a: &x {k: 1}\nb: {<<: *x}\n", "workflow")
    assert document.data["b"] == {"<<": {"k": 1}}
    assert [p.code for p in document.problems] == ["merge-key"]


def test_later_anchor_of_the_same_name_counts() -> None:
    assert load("[&x 1, *x, &x 2, *x]\n").data == [1, 1, 2, 2]


def test_alias_of_a_typed_key_is_typed() -> None:
    assert load("&x 1: a\nb: *x\n").data == {"1": "a", "b": 1}


def test_alias_as_a_key_is_that_key() -> None:
    document = load("a: &x k\n*x : 1\n")
    assert document.data == {"a": "k", "k": 1}
    assert key(document, "k") == "*x"


# --- problems


def test_duplicate_key_is_a_problem_and_the_last_value_counts() -> None:
    document = load("a: 1\nb: {c: secret, c: 2}\na: 3\n")
    assert document.data == {"b": {"c": 2}, "a": 3}
    assert [(p.code, p.span.start) for p in document.problems] == [
        ("duplicate-key", 20),
        ("duplicate-key", 26),
    ]
    assert "line 2" in document.problems[0].message
    assert value(document, "a") == "3"


def test_second_merge_key_of_a_mapping_is_a_problem() -> None:
    document = load("x: &x {k: 1}\ny: &y {k: 2}\na:\n  <<: *x\n  <<: *y\nb: {<<: [*x, *y], c: {<<: *x}}\n")
    assert [(p.code, p.span.start) for p in document.problems] == [("duplicate-key", 40)]
    assert "line 4" in document.problems[0].message


def test_list_as_a_key_is_a_problem() -> None:
    document = load("? [a, b]\n: 1\n")
    assert document.data == {"[a, b]": 1}
    assert [p.code for p in document.problems] == ["complex-key"]


def test_problems_belong_to_their_document() -> None:
    first, second = load_documents("a: 1\n---\na: 1\na: 2\n", "f", "yaml", "generic")
    assert (first.problems, len(second.problems)) == ((), 1)


# --- the mapping of nodes


def test_nodes_behave_like_a_mapping() -> None:
    nodes = load("a: [1, {b: c}]\n").nodes
    routes: list[Route] = [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b")]
    assert list(nodes) == routes
    assert len(nodes) == 5
    assert all(route in nodes for route in routes)
    assert nodes.get(("a", 2)) is None
    assert nodes.get(("a", 0, "x")) is None
    assert isinstance(nodes.get(("a", 0)), NodeSpans)


@pytest.mark.parametrize("route", [("b",), ("a", 2), ("a", -1), ("a", "0"), ("a", 0, 0), (0,)])
def test_unknown_route_is_no_key(route: Route) -> None:
    nodes = load("a: [1, 2]\n").nodes
    assert route not in nodes
    with pytest.raises(KeyError):
        nodes[route]


# --- what cannot be read


def test_error_has_line_and_column_in_code_points() -> None:
    found = error("ok: 1\n\U0001f600: b: c\n")
    assert (found.line, found.column) == (2, 5)


def test_error_says_where_the_construct_began() -> None:
    found = error("a: 'x\nb: 1\n")
    assert "closing quote is missing" in found.message
    assert "line 1" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "a: *SENTINEL\n",
        "a: &SENTINEL [*SENTINEL]\n",
        "a: !SENTINEL!x 1\n",
        "SENTINEL: b: c\n",
        "a: [SENTINEL\n",
        "a: 'SENTINEL\n",
        'a: "\\SENTINEL"\n',
        "%SENTINEL\n---\n",
        "a: @SENTINEL\n",
        "- SENTINEL\nb: 1\n",
        "SENTINEL\x00\n",
        "SENTINEL: {{ .Values.SENTINEL }}/x\n",
    ],
)
def test_error_never_quotes_the_file(text: str) -> None:
    assert "SENTINEL" not in str(error(text)).upper()


@pytest.mark.parametrize(
    ("character", "name"), [("\0", "a NUL byte"), ("\x1b", "U+001B"), ("\x7f", "U+007F")]
)
def test_control_character_is_an_error_at_its_place(character: str, name: str) -> None:
    found = error(f"a: é\nb: x{character}\n")
    assert name in found.message
    assert (found.line, found.column) == (2, 5)


def test_lone_surrogate_is_an_error_at_its_place() -> None:
    assert (error("a: \ud800").line, error("a: \ud800").column) == (1, 4)


def test_alias_of_the_collection_around_it_is_an_error() -> None:
    assert "which has no end" in error("a: &a [*a]\n").message
    assert "which has no end" in error("a: &a 1\nb: &a {c: {d: *a}}\n").message


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_an_error(opening: str) -> None:
    assert f"more than {MAX_DEPTH} levels" in error(opening * 100_000).message


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    document = load("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert len(document.nodes) == MAX_DEPTH
    assert pickle.loads(pickle.dumps(document)).nodes[(0,) * (MAX_DEPTH - 1)].value.end == MAX_DEPTH + 1


def test_depth_counts_through_aliases() -> None:
    half = MAX_DEPTH // 2 + 1
    text = f"- &x {'[' * half}{']' * half}\n- {'[' * half}*x{']' * half}\n"
    assert "once its aliases are followed" in error(text).message


def test_alias_bomb_is_an_error() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    assert f"{MAX_ALIASED_NODES:,} nodes" in error("\n".join(lines)).message


def test_bomb_of_merges_is_an_error() -> None:
    lines = ["a0: &a0 {" + ", ".join(f"k{i}: 1" for i in range(50)) + "}"]
    lines += [f"a{i}: &a{i} {{n{i}: {{<<: *a{i - 1}}}, m{i}: {{<<: *a{i - 1}}}}}" for i in range(1, 20)]
    assert "nodes" in error("\n".join(lines)).message


def test_reading_a_huge_scalar_is_linear() -> None:
    document = load(f"a: {'x' * 5_000_000}\n")
    assert document.nodes[("a",)].value.end == 5_000_003


def test_many_duplicate_keys_are_read_in_linear_time() -> None:
    assert len(load("a: 1\n" * 30_000).problems) == 29_999


def test_many_blank_lines_are_read_in_linear_time() -> None:
    document = load("a:\n    - |\n      x\n" + "   \n" * 200_000)
    assert value(document, "a", 0) == "|\n      x"


def test_many_merges_are_read_in_linear_time() -> None:
    document = load("a: &x {k: 1}\nb:\n" + "  <<: *x\n" * 30_000)
    assert document.data["b"] == {"k": 1}


def test_later_merge_key_of_a_mapping_wins() -> None:
    assert load("a: &x {k: 1}\nb: &y {k: 2}\nc: {<<: *x, <<: *y}\n").data["c"] == {"k": 2}


def test_template_that_happens_to_be_yaml_is_a_template() -> None:
    assert isinstance(error("kind: Service\nname: {{ .Values.name }}\n"), TemplateError)


def test_template_is_told_from_broken_yaml() -> None:
    assert isinstance(error("{{- if .Values.x }}\na: 1\n{{- end }}\n"), TemplateError)
    assert isinstance(error("a: {{ x }}/y\n"), TemplateError)
    assert not isinstance(error("a: '{{ x }}'\nb: [\n"), TemplateError)


def test_expressions_of_workflows_are_no_template() -> None:
    assert not is_template("a: ${{ github.sha }}\n")
    assert not isinstance(error("a: ${{ github.sha }}: b\n"), TemplateError)


def test_events_of_the_parser_without_libyaml_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml as pyyaml

    text = "a: &x # c\n  b: |  # hc\n    foo  \n\n  c: &y !!str\n\n# end\nd: *x\ne:\n  <<: [*x, {z: 1}]\n  b: [3,'x']\n"
    expected = load(text)
    monkeypatch.setattr(yaml, "EventParser", pyyaml.SafeLoader)
    assert load(text) == expected
    for bad in ("a: [", "a: \x00", "a: '", 'a: "\\q"', "\t- a", "a: \ud800"):
        error(bad)
