from __future__ import annotations

import pytest

from lintkit.facts import ContainerDefined
from lintkit.kinds.compose import service as compose
from lintkit.kinds.compose.facts import extract
from lintkit.kinds.compose.service import environment_entries, go_text, services
from lintkit.model import Document, SourceFile, Span


def load(text: str) -> Document:
    (document,) = compose.parse(SourceFile("compose.yaml", "compose", text.encode()))
    return document


def environment(text: str) -> Document:
    return load("services:\n  web:\n    environment:\n" + text)


WEB = ("services", "web")


def cut(document: Document, span: Span) -> str:
    return document.text[span.start : span.end]


def test_words_for_true_and_false_count_where_compose_expects_one() -> None:
    document = load(
        "services:\n  web:\n    read_only: yes\n    privileged: 'off'\n    init: Y\n    tty: maybe\n"
        "    restart: no\n    command: on\n    environment: {A: yes}\n"
        "    depends_on: {db: {required: no, condition: yes}}\n    volumes: [a:/b, {read_only: on}]\n"
        "networks: {back: {internal: 'true'}}\n"
    )
    web = document.data["services"]["web"]
    assert (web["read_only"], web["privileged"], web["init"], web["tty"]) == (True, False, True, "maybe")
    assert (web["restart"], web["command"], web["environment"]) == ("no", "on", {"A": "yes"})
    assert web["depends_on"] == {"db": {"required": False, "condition": "yes"}}
    assert web["volumes"][1] == {"read_only": True}
    assert document.data["networks"]["back"] == {"internal": True}
    assert document.nodes["services", "web", "read_only"].raw == "yes"


def test_map_form() -> None:
    document = environment(
        "      A: one # c\n      B:\n      C: ''\n      D: yes\n      E: 1e3\n      F: true\n"
    )
    entries = environment_entries(document, WEB)
    expected = [("A", "one"), ("B", None), ("C", ""), ("D", "yes"), ("E", "1000"), ("F", "true")]
    assert [(e.name, e.value) for e in entries] == expected
    assert [cut(document, e.name_span) for e in entries] == list("ABCDEF")
    assert {e.form for e in entries} == {"map"}
    assert entries[4].raw == "1e3"


def test_list_form() -> None:
    document = environment("      - A=one\n      - B\n      - C=\n      - 'D=it''s'\n      - \"E=a=b\"\n")
    entries = environment_entries(document, WEB)
    expected = [("A", "one"), ("B", None), ("C", ""), ("D", "it's"), ("E", "a=b")]
    assert [(e.name, e.value) for e in entries] == expected
    assert [cut(document, e.name_span) for e in entries] == list("ABCDE")
    assert entries[4].raw == "E=a=b"
    assert entries[0].route == (*WEB, "environment", 0)


def test_list_form_over_several_lines() -> None:
    document = environment("      - >-\n        A=one\n        two\n")
    (entry,) = environment_entries(document, WEB)
    assert (entry.name, entry.value) == ("A", "one two")


def test_items_that_are_no_scalars_are_left_out() -> None:
    assert environment_entries(environment("      - [A=1]\n      - {B: 1}\n"), WEB) == ()


@pytest.mark.parametrize(
    "text", ["", "services:\n", "services: {web: {environment: 3}}", "services: {web: 3}", "- a"]
)
def test_no_environment_gives_no_entries(text: str) -> None:
    assert environment_entries(load(text), WEB) == ()


def test_merged_environment_shows_where_it_comes_from() -> None:
    document = load("x-e: &e {A: one}\nservices:\n  web:\n    environment:\n      <<: *e\n      B: two\n")
    entries = {e.name: e for e in environment_entries(document, WEB)}
    assert cut(document, document.span(entries["A"].route)) == "one"
    alias = document.nodes[entries["A"].route].alias
    assert alias is not None
    assert cut(document, alias) == "*e"


def test_env_file_takes_three_forms() -> None:
    text = (
        "services:\n  a: {env_file: .env}\n  b: {env_file: [x, {path: y, required: false}, {path: z}, 3]}\n"
    )
    document = load(text)
    a, b = (fact.env_files for fact in extract(document) if isinstance(fact, ContainerDefined))
    assert [(f.path, f.required) for f in a] == [(".env", True)]
    assert [(f.path, f.required) for f in b] == [("x", True), ("y", False), ("z", True)]
    assert [cut(document, f.span) for f in b] == ["x", "{path: y, required: false}", "{path: z}"]


def test_services_that_are_mappings() -> None:
    document = load("x-a: 1\nservices:\n  web: {image: a}\n  broken:\n  db: {image: b}\n")
    assert [(s.name, s.route) for s in services(document)] == [("web", WEB), ("db", ("services", "db"))]


def test_first_version_is_read_with_a_problem() -> None:
    document = load("web:\n  image: a\n  environment: [A=1]\ndb:\n  build: .\n")
    assert [p.code for p in document.problems] == ["compose-v1"]
    assert cut(document, document.problems[0].span) == "web"
    assert [s.name for s in services(document)] == ["web", "db"]
    assert [e.name for e in environment_entries(document, ("web",))] == ["A"]


@pytest.mark.parametrize(
    "text", ["services: {a: {image: x}}", "volumes: {a: {image: x}}", "x-a: {image: x}", "a: 1"]
)
def test_other_files_are_not_of_the_first_version(text: str) -> None:
    assert load(text).problems == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ([], None),
        (True, "true"),
        (3, "3"),
        (1.5, "1.5"),
        (1e3, "1000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e-7, "1.5e-07"),
        (0.0001, "0.0001"),
        (float("inf"), "+Inf"),
        (float("nan"), "NaN"),
    ],
)
def test_values_become_text_as_go_prints_them(value: object, expected: str | None) -> None:
    assert go_text(value) == expected
