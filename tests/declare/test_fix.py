"""Fixes of rules over data: exact edits, in the style of the file, after which nothing is found."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lintkit.fix import apply_edits, selected_edits
from lintkit.model import Kind, SourceFile
from lintkit.run.documents import parse_documents
from tests.declare.data_rules import check, load


def repaired(folder: Path, kind: str, text: str, **keys: Any) -> str:
    """The text after one round of fixes."""
    result = check(load(folder, kind=kind, **keys), text)
    edits = selected_edits(result.findings, unsafe=True)
    return apply_edits(text, next(iter(edits.values()), ()))


def fix(**action: Any) -> dict[str, Any]:
    return {"title": "repair it", **action}


SET = [
    ("yaml", "a: bad # c\n", "good", "a: good # c\n"),
    ("yaml", "a: 'bad'\n", "it's", "a: 'it''s'\n"),
    ("yaml", 'a: "bad"\n', 'x "y"', 'a: "x \\"y\\""\n'),
    ("yaml", "a: bad\n", "no", 'a: "no"\n'),
    ("yaml", "a: bad\n", "1.5", 'a: "1.5"\n'),
    ("yaml", "a: bad\n", "22:22", 'a: "22:22"\n'),
    ("yaml", "a: bad\n", "x: y", 'a: "x: y"\n'),
    ("yaml", "a: bad\n", True, "a: true\n"),
    ("yaml", "a: 'bad'\n", 3, "a: 3\n"),
    ("yaml", "a: |\n  bad\n  text\nb: 1\n", "good", "a: good\nb: 1\n"),
    ("yaml", "a:\nb: 1\n", "good", "a: good\nb: 1\n"),
    ("yaml", "a: {b: 1}\n", {"c": [1, "x"]}, "a: {c: [1, x]}\n"),
    ("yaml", "a: !!str bad\n", "good", "a: !!str bad\n"),
    ("json", '{"a": "bad"}', 'x"', '{"a": "x\\""}'),
    ("json", '{"a": 1 }', None, '{"a": null }'),
    ("toml", "a = 'bad' # c\n", "good", "a = 'good' # c\n"),
    ("toml", "a = 'bad'\n", "it's", 'a = "it\'s"\n'),
    ("toml", 'a = """\nbad"""\n', "x\ty", 'a = "x\\ty"\n'),
    ("toml", "a = 1\n", ["x", 2], 'a = ["x", 2]\n'),
    ("toml", "[a]\nb = 1\n", 2, "[a]\nb = 1\n"),
]


@pytest.mark.parametrize(("kind", "text", "value", "after"), SET)
def test_set(tmp_path: Path, kind: str, text: str, value: Any, after: str) -> None:
    assert repaired(tmp_path, kind, text, select="$.a", require=False, fix=fix(set=value)) == after


REPLACE = [
    ("yaml", "$.a", "a: 'x:latest'\n", ":latest$", ":1", "a: 'x:1'\n"),
    ("yaml", "$.a", "a: >-\n  one\n  bad two\n", "bad", "good", "a: >-\n  one\n  good two\n"),
    ("yaml", "$.a", "a: |\n  bad x\n  bad y\n", "bad", "$$", "a: |\n  $ x\n  $ y\n"),
    ("yaml", "$.a", "a: 10\n", "0", "5", "a: 15\n"),
    ("yaml", "$.a", "a: 10\n", "0", " x", "a: 10\n"),
    ("yaml", "$.a", "a: ab\n", "(a)(?P<n>b)", "${n}$1", "a: ba\n"),
    (
        "compose",
        "$.services.*.image",
        "services: {a: {image: x:latest}}\n",
        "latest",
        "1",
        "services: {a: {image: x:1}}\n",
    ),
    (
        "dockerfile",
        "$.instructions[?@.keyword=='FROM'].arguments[0]",
        "FROM x:latest AS y\n",
        "latest",
        "1",
        "FROM x:1 AS y\n",
    ),
    ("dotenv", "$.entries[*].value", "A='x-bad'\nB=bad # c\n", "bad", "good", "A='x-good'\nB=good # c\n"),
    ("dotenv", "$.entries[*].value", "B=bad\n", "bad", "x # y", 'B="x # y"\n'),
    ("json", "$.a", '{"a": "^1.0"}', r"^\^", "", '{"a": "1.0"}'),
]


@pytest.mark.parametrize(("kind", "select", "text", "pattern", "new", "after"), REPLACE)
def test_replace(
    tmp_path: Path, kind: str, select: str, text: str, pattern: str, new: str, after: str
) -> None:
    action = {"pattern": pattern, "with": new}
    assert repaired(tmp_path, kind, text, select=select, require=False, fix=fix(replace=action)) == after


REMOVE = [
    ("yaml", "$.a", "a: 1 # c\nb: 2\n", "b: 2\n"),
    ("yaml", "$.b", "a: 1\nb:\n  c: 2\n", "a: 1\n"),
    ("yaml", "$.b", "a: 1\nb: 2", "a: 1"),
    ("yaml", "$.a", "a: 1\n", "a: 1\n"),
    ("yaml", "$.l[*].a", "l:\n  - a: 1\n    b: 2\n", "l:\n  - b: 2\n"),
    (
        "yaml",
        "$.l[*].a",
        "l:\n  - a: 1\n    # about b\n    b: 2\n",
        "l:\n  - a: 1\n    # about b\n    b: 2\n",
    ),
    ("yaml", "$.l[0]", "l:\n  - x\n  - y\n", "l:\n  - y\n"),
    ("yaml", "$.l[1]", "l: [x, y, z]\n", "l: [x, z]\n"),
    ("yaml", "$.l[2]", "l: [x, y, z]\n", "l: [x, y]\n"),
    ("yaml", "$.l[0]", "l: [x]\n", "l: []\n"),
    ("yaml", "$.m.a", "m: {a: 1, b: 2}\n", "m: {b: 2}\n"),
    ("yaml", "$.b.x", "a: &a {x: 1, y: 2}\nb: {<<: *a}\n", "a: &a {x: 1, y: 2}\nb: {<<: *a}\n"),
    ("yaml", "$.b", "a: &a 1\nb: *a\nc: 2\n", "a: &a 1\nc: 2\n"),
    ("json", "$.a", '{\n  "a": 1,\n  "b": 2\n}\n', '{\n  "b": 2\n}\n'),
    ("json", "$.b", '{\n  "a": 1,\n  "b": 2\n}\n', '{\n  "a": 1\n}\n'),
    ("json", "$.a", '{"a": 1}', "{}"),
    ("toml", "$.a", "a = [\n 1,\n]\nb = 2\n", "b = 2\n"),
    ("toml", "$.t.a", "[t]\na = 1\n", "[t]\n"),
    ("toml", "$.t.a", "t = {a = 1, b = 2}\n", "t = {b = 2}\n"),
    ("toml", "$.l[0]", "l = [1, 2]\n", "l = [2]\n"),
    ("toml", "$.t", "[t]\na = 1\n", "[t]\na = 1\n"),
    ("dotenv", "$.entries[0]", "export A=1\nB=2\n", "B=2\n"),
    ("dockerfile", "$.instructions[1]", "FROM x\nRUN a \\\n  b\nCMD c\n", "FROM x\nCMD c\n"),
    (
        "compose",
        "$.services.a.privileged",
        "services:\r\n  a:\r\n    privileged: true\r\n    image: x\r\n",
        "services:\r\n  a:\r\n    image: x\r\n",
    ),
]


@pytest.mark.parametrize(("kind", "select", "text", "after"), REMOVE)
def test_remove(tmp_path: Path, kind: str, select: str, text: str, after: str) -> None:
    assert repaired(tmp_path, kind, text, select=select, require=False, fix=fix(remove=True)) == after


INSERT = [
    ("yaml", "$.a", "a:\n  b: 1 # c\n# d\n", "a:\n  b: 1 # c\n  new: {}\n# d\n", {}),
    (
        "yaml",
        "$.a",
        "a:\n  b: 1\n",
        "a:\n  b: 1\n  new:\n    x: 1\n    w:\n      - 2\n      - z\n",
        {"x": 1, "w": [2, "z"]},
    ),
    ("yaml", "$.a[*]", "a:\n- b: 1\n- c:\n    d: 2\n", "a:\n- b: 1\n  new: 1\n- c:\n    d: 2\n  new: 1\n", 1),
    ("yaml", "$.a", "a: {b: 1}\n", "a: {b: 1, new: 1}\n", 1),
    ("yaml", "$.a", "a: {}\n", "a: {new: 1}\n", 1),
    ("yaml", "$.a", "a: {b: 1,}\n", "a: {b: 1, new: 1}\n", 1),
    ("yaml", "$", "a: 1", "a: 1\nnew: 1", 1),
    ("yaml", "$.a", "a:\n  b: |+\n    x\n\nc: 1\n", "a:\n  b: |+\n    x\n\nc: 1\n", 1),
    ("yaml", "$.a", "a:\n  b: |\n    x\n\nc: 1\n", "a:\n  b: |\n    x\n  new: 1\n\nc: 1\n", 1),
    ("yaml", "$.a", "a:\r\n  b: 1\r\n", "a:\r\n  b: 1\r\n  new: 1\r\n", 1),
    ("json", "$.a", '{"a": {"b": 1}}', '{"a": {"b": 1, "new": "x"}}', "x"),
    ("json", "$", '{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "new": 1\n}\n', 1),
    ("json", "$", "{}", '{"new": 1}', 1),
    ("toml", "$.t", "[t]  # c\na = 1\n[u]\n", '[t]  # c\nnew = "x"\na = 1\n[u]\n', "x"),
    ("toml", "$.t", "t = {a = 1}\n", "t = {a = 1, new = 1}\n", 1),
    ("toml", "$", "a = [\n1]\n\n[t]\n", "a = [\n1]\nnew = 1\n\n[t]\n", 1),
    ("toml", "$", "[t]\nx = 1\n", "new = 1\n\n[t]\nx = 1\n", 1),
    ("toml", "$.t", "[t.u]\nx = 1\n", "[t.u]\nx = 1\n", 1),
    ("toml", "$.t[*]", "[[t]]\nx = 1\n[[t]]\n", "[[t]]\nnew = 1\nx = 1\n[[t]]\nnew = 1\n", 1),
]


@pytest.mark.parametrize(("kind", "select", "text", "after", "value"), INSERT)
def test_insert(tmp_path: Path, kind: str, select: str, text: str, after: str, value: Any) -> None:
    schema = {"required": ["new"]}
    assert (
        repaired(tmp_path, kind, text, select=select, require=schema, fix=fix(insert={"new": value})) == after
    )


def test_only_what_is_missing_is_inserted(tmp_path: Path) -> None:
    schema = {"required": ["a"], "properties": {"a": {"required": ["b"]}}}
    action = fix(insert={"a": {"b": 1}, "b": 2})
    assert (
        repaired(tmp_path, "yaml", "x: {}\n", select="$.x", require=schema, fix=action) == "x: {a: {b: 1}}\n"
    )
    assert (
        repaired(tmp_path, "yaml", "x: {a: {}}\n", select="$.x", require=schema, fix=action)
        == "x: {a: {b: 2}}\n"
    )


def test_a_fix_through_an_alias_is_not_safe(tmp_path: Path) -> None:
    rule = load(tmp_path, kind="yaml", select="$.b", require={"const": 1}, fix=fix(set=1, safe=True))
    for text, safe in (("b: 2\n", True), ("a: &a 2\nb: *a\n", False)):
        (finding,) = check(rule, text).findings
        assert finding.fix is not None
        assert finding.fix.safe is safe


# Fixing, then checking, is clean: for mappings of any shape and style.
words = st.text("abn:#' \"\\-é.0y,{}", max_size=6)
plain = st.one_of(words, st.booleans(), st.integers(0, 99), st.none())
nested = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqr"), inner, max_size=3),
    max_leaves=6,
)
mappings = st.dictionaries(st.sampled_from("klm"), nested, min_size=1, max_size=3)


def data_of(kind: Kind, text: str) -> Any:
    return parse_documents(SourceFile("file", kind, text.encode()))[0].data


def written(kind: str, data: Any, flow: bool | None, newline: str) -> str:
    import json

    if kind == "json":
        return json.dumps(data, indent=None if flow else 2)
    return yaml.safe_dump(data, default_flow_style=flow, sort_keys=False, width=20).replace("\n", newline)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    mappings,
    nested,
    st.sampled_from(["json", "yaml"]),
    st.sampled_from([True, False, None]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_an_inserted_key_is_there_and_nothing_else_changes(
    tmp_path: Path, data: Any, value: Any, kind: Kind, flow: bool | None, newline: str
) -> None:
    text = written(kind, {"top": {"items": [data, 1]}, "end": 1}, flow, newline)
    before = data_of(kind, text)
    after = repaired(
        tmp_path,
        kind,
        text,
        select="$.top.items[0]",
        require={"required": ["new"]},
        fix=fix(insert={"new": value}),
    )
    if after != text:
        expected = {**before, "top": {"items": [{**before["top"]["items"][0], "new": value}, 1]}}
        assert data_of(kind, after) == expected
    else:
        assert "|+" in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    mappings,
    plain,
    st.sampled_from(["json", "yaml"]),
    st.sampled_from([True, False, None]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_value_that_is_set_is_read_back(
    tmp_path: Path, data: Any, value: Any, kind: Kind, flow: bool | None, newline: str
) -> None:
    text = written(kind, {"top": [data], "end": 1}, flow, newline)
    before = data_of(kind, text)
    name = next(iter(data))
    after = repaired(tmp_path, kind, text, select=f"$.top[0].{name}", require=False, fix=fix(set=value))
    assert data_of(kind, after) == {**before, "top": [{**before["top"][0], name: value}]}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    mappings,
    st.sampled_from(["json", "yaml"]),
    st.sampled_from([True, False, None]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_removed_is_gone_and_nothing_else(
    tmp_path: Path, data: Any, kind: Kind, flow: bool | None, newline: str
) -> None:
    text = written(kind, {"top": [data], "end": 1}, flow, newline)
    before = data_of(kind, text)
    name = next(iter(data))
    after = repaired(tmp_path, kind, text, select=f"$.top[0].{name}", require=False, fix=fix(remove=True))
    if after != text:
        rest = {key: item for key, item in before["top"][0].items() if key != name}
        assert data_of(kind, after) == {**before, "top": [rest]}
    else:
        assert len(data) == 1


def test_carriage_returns_alone_do_not_confuse(tmp_path: Path) -> None:
    text = dedent("a:\r  b: 1\r")
    after = repaired(
        tmp_path, "yaml", text, select="$.a", require={"required": ["new"]}, fix=fix(insert={"new": 1})
    )
    assert data_of("yaml", after) in ({"a": {"b": 1}}, {"a": {"b": 1, "new": 1}})
