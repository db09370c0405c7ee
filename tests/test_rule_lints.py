from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lintkit.authoring.lints import has_verb, lint_examples, lint_message, lint_rule
from lintkit.authoring.places import rule_places
from lintkit.catalog.load import load_rules
from lintkit.cli.test import run_rule
from lintkit.model import Example, RuleMeta
from lintkit.rule.definition import Rule

BAD = Example(False, {"compose.yaml": "services: {a: {privileged: true}}\n"}, (("compose.yaml", 1),))
GOOD = Example(True, {"compose.yaml": "services: {a: {image: x}}\n"})
META = RuleMeta(
    id="own/no-foo",
    summary="a service is privileged",
    why="A privileged container owns the host that it runs on.",
    remedy="Drop `privileged`.",
    severity="error",
    kinds=("compose",),
    tags=("security", "CWE-250", "security-severity:7.5"),
    equivalents=("kics:privileged_containers", "hadolint:DL3006"),
    options={"limit": {"type": "integer", "default": 3, "description": "How many."}},
    examples=(BAD, GOOD),
)


def codes(meta: RuleMeta, data: dict[str, Any] | None = None) -> list[str]:
    return [lint.code for lint in lint_rule(meta, data)]


def test_a_good_rule_has_nothing_to_change() -> None:
    assert lint_rule(META, {"message": "`{value}` is privileged"}) == ()


@pytest.mark.parametrize("rule", load_rules().rules, ids=lambda rule: rule.id)
def test_built_in_rules_have_nothing_to_change(rule: Rule) -> None:
    result = run_rule(rule, Path(rule.origin))
    assert [f"{result.path}:{remark.line}: {remark.message}" for remark in result.remarks] == []


@pytest.mark.parametrize(
    ("change", "code", "route"),
    [
        ({"summary": "a service is privileged."}, "summary-full-stop", ("summary",)),
        ({"summary": "a service is " + 30 * "very " + "privileged"}, "summary-long", ("summary",)),
        ({"summary": "Services are privileged"}, "summary-capital", ("summary",)),
        ({"summary": "TODO: say what"}, "todo", ("summary",)),
        ({"why": "It is bad."}, "why-short", ("why",)),
        ({"remedy": " "}, "remedy-missing", ("remedy",)),
        ({"remedy": "A service is privileged."}, "remedy-repeats", ("remedy",)),
        ({"tags": ("ok", "CWE79")}, "cwe-form", ("tags", 1)),
        ({"tags": ("cwe-79",)}, "cwe-form", ("tags", 0)),
        ({"tags": ("CWE-079",)}, "cwe-form", ("tags", 0)),
        ({"tags": ("CWE-79999",)}, "cwe-form", ("tags", 0)),
        ({"tags": ("Data_Loss",)}, "tag-form", ("tags", 0)),
        ({"tags": ("security-severity:high",)}, "security-severity", ("tags", 0)),
        ({"tags": ("security-severity:11.0",)}, "security-severity", ("tags", 0)),
        ({"tags": ("a", "b", "a")}, "twice", ("tags",)),
        ({"equivalents": ("hadolint:DL3006", "DL3006")}, "equivalent-form", ("equivalents", 1)),
        ({"equivalents": ("hadolint: DL3006",)}, "equivalent-form", ("equivalents", 0)),
        ({"packs": ("My Pack",)}, "pack-form", ("packs", 0)),
        ({"options": {"x": {"description": "d"}}}, "option-default", ("options", "x")),
        ({"options": {"x": {"default": 1}}}, "option-description", ("options", "x")),
        (
            {"options": {"x": {"type": "array", "default": 1, "description": "d"}}},
            "option-default",
            ("options", "x"),
        ),
        ({"options": {"x": 3}}, "option-form", ("options", "x")),
        ({"examples": (GOOD,)}, "bad-missing", ("examples",)),
        ({"examples": (BAD,)}, "good-missing", ("examples",)),
        ({"fixable": True}, "fixed-missing", ("examples",)),
        ({"examples": (replace(BAD, expected=()), GOOD)}, "mark-missing", ("examples", 0)),
        (
            {"examples": (BAD, replace(GOOD, expected=(("compose.yaml", 1),)))},
            "mark-in-good",
            ("examples", 1),
        ),
        (
            {"examples": (BAD, replace(GOOD, files={"compose.yaml": "a: 1 # <-- here\n"}))},
            "mark-in-good",
            ("examples", 1),
        ),
        ({"examples": (BAD, GOOD, GOOD)}, "example-twice", ("examples", 2)),
        ({"examples": (BAD, GOOD, replace(GOOD, files=BAD.files))}, "example-twice", ("examples", 2)),
        (
            {"examples": (BAD, GOOD, replace(GOOD, files={"a.txt": "x"}))},
            "example-not-looked-at",
            ("examples", 2),
        ),
        ({"examples": (replace(BAD, files={"compose.yaml": "\n"}), GOOD)}, "example-empty", ("examples", 0)),
        (
            {"examples": (replace(BAD, fixed={"compose.yaml": "x"}), GOOD)},
            "fixed-without-fix",
            ("examples", 0),
        ),
        ({"examples": (BAD, replace(GOOD, fixed={"a": "x"}))}, "fixed-in-good", ("examples", 1)),
        ({"fixable": True, "examples": (replace(BAD, fixed=BAD.files), GOOD)}, "fixed-same", ("examples", 0)),
    ],
)
def test_each_mistake_is_found_where_it_is(
    change: dict[str, Any], code: str, route: tuple[str | int, ...]
) -> None:
    found = lint_rule(replace(META, **change))
    assert [(lint.code, lint.route) for lint in found] == [(code, route)]


@pytest.mark.parametrize("mark", ["# <- here", "# <--here", "#<=== HERE", "<-- here"])
def test_a_misspelt_mark_is_found(mark: str) -> None:
    example = replace(BAD, files={"compose.yaml": f"services: {{a: {{privileged: true}}}}  {mark}\nx: 1\n"})
    assert "mark-misspelt" in codes(replace(META, examples=(example, GOOD)))


@pytest.mark.parametrize(
    "text", ["# go here", "# where", "a <- b", "# -> there", "echo here", "x: <-- over there"]
)
def test_other_words_are_no_misspelt_mark(text: str) -> None:
    example = replace(GOOD, files={"compose.yaml": f"services: {{}}  {text}\n"})
    assert codes(replace(META, examples=(BAD, example))) == []


def test_examples_differ_by_their_options_alone() -> None:
    assert codes(replace(META, examples=(BAD, GOOD, replace(GOOD, options={"limit": 1})))) == []


def test_an_example_for_a_default_path_is_looked_at() -> None:
    meta = replace(META, paths_ignore=("**/tests/**",))
    example = replace(GOOD, files={"tests/compose.yaml": BAD.files["compose.yaml"]})
    assert codes(replace(meta, examples=(BAD, GOOD, example))) == []


def test_a_rule_about_the_project_may_look_at_anything() -> None:
    example = replace(GOOD, files={"README.md": "x"})
    assert codes(replace(META, scope="project", examples=(BAD, example))) == []


def test_a_file_is_what_its_content_says() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n"
    meta = replace(META, kinds=("kubernetes",))
    bad = replace(BAD, files={"pod.yaml": text}, expected=(("pod.yaml", 1),))
    good = replace(GOOD, files={"": "just: yaml\n"})
    assert codes(replace(meta, examples=(bad, good))) == ["example-not-looked-at"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("`{value}` is privileged.", "message-full-stop"),
        ("own/no-foo: it is privileged", "message-repeats-id"),
        ("it has no-foo in it", "message-repeats-id"),
        ("it is\nprivileged", "message-lines"),
        ("a privileged service", "message-without-verb"),
        ("TODO: it is privileged", "todo"),
    ],
)
def test_each_mistake_of_a_message_is_found(message: str, code: str) -> None:
    assert [lint.code for lint in lint_message(message, META.id)] == [code]
    assert codes(META, {"message": message}) == [code]


def test_a_name_in_quotes_does_not_repeat_the_id() -> None:
    assert list(lint_message("`no-foo` is set", META.id)) == []


@pytest.mark.parametrize(
    "message",
    [
        "`{value}` names no fixed version",
        "{name} runs as root",
        "`x` leaks",
        "sessions live in one process",
        "git would track `.env`",
        "nothing sets `REDIS_URL`",
        "the password doesn't expire",
        "pin the version of `{value}`",
        "",
    ],
)
def test_messages_with_a_verb(message: str) -> None:
    assert has_verb(message)


@pytest.mark.parametrize(
    "message",
    [
        "no timeout",
        "a privileged service",
        "missing checks",
        "CORS for all origins",
        "{value}: too many users",
    ],
)
def test_messages_without_a_verb(message: str) -> None:
    assert not has_verb(message)


@pytest.mark.parametrize(
    ("data", "route"),
    [
        ({"forbid": {"pattern": "$a"}}, ("forbid", "pattern")),
        ({"require": {"anyOf": [{"pattern": "ok"}, {"pattern": "a^"}]}}, ("require", "anyOf", 1, "pattern")),
        ({"when": {"patternProperties": {"a$b": {}}}}, ("when", "patternProperties", "a$b")),
        ({"match": {"all": "f($X)", "where": {"$X": "a^"}}}, ("match", "where", "$X")),
        ({"fix": {"title": "x", "replace": {"pattern": "$a", "with": ""}}}, ("fix", "replace", "pattern")),
    ],
)
def test_an_expression_that_nothing_matches_is_found(
    data: dict[str, Any], route: tuple[str | int, ...]
) -> None:
    found = lint_rule(META, {"message": "it is bad", **data})
    assert [(lint.code, lint.route) for lint in found] == [("expression", route)]


def test_an_example_of_every_other_kind_is_looked_at_under_its_usual_name() -> None:
    from lintkit.authoring.scaffold import SAMPLES

    for kind, sample in SAMPLES.items():
        examples = (Example(False, {"": sample.bad}, (("", 1),)), Example(True, {"": sample.good}))
        found = [lint.code for lint in lint_examples(replace(META, kinds=(kind,), examples=examples))]
        assert set(found) <= {"mark-misspelt"}, kind


def test_places_of_yaml_are_keys_and_items(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("# a\nsummary: x\ntags:\n  - a\n  - b\nexamples:\n  - bad: x\n  - good: |\n      y\n")
    places = rule_places(file)
    assert places.data is not None
    lines = {
        route: places.line(route) for route in (("summary",), ("tags", 1), ("examples", 1), ("why",), ())
    }
    assert lines == {("summary",): 2, ("tags", 1): 5, ("examples", 1): 8, ("why",): 2, (): 2}


def test_places_of_python_are_arguments_and_items(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(
        "from lintkit.api import define\n\nRULE = define(\n    summary='x',\n    tags=(\n        'a',\n        'b',\n"
        "    ),\n    options={\n        'o': 1,\n    },\n)\n\n\ndef check():\n    pass\n"
    )
    places = rule_places(file)
    assert places.data is None
    routes = (("summary",), ("tags", 1), ("options", "o"), ("message",), ("why",), ())
    assert [places.line(route) for route in routes] == [4, 7, 10, 15, 3, 3]


@pytest.mark.parametrize("name", ["x.py", "x.yaml", "nothing.yaml", "nothing.py"])
def test_a_file_that_cannot_be_read_has_no_places(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.py").write_text("def (:")
    (tmp_path / "x.yaml").write_text("a: [")
    assert rule_places(tmp_path / name).line(("summary",)) == 1
