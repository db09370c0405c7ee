"""The shipped JSON Schemas are good enough for completion in an editor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from lintkit.authoring.scaffold import SAMPLES, yaml_rule
from lintkit.catalog.load import builtin_folder, rule_files
from lintkit.data import schema
from lintkit.kinds.registry import KINDS
from lintkit.model import Kind

NAMES = ("rule", "config", "report")


def keys(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a file may have, with its schema."""
    if isinstance(node, dict):
        for name, inner in node.get("properties", {}).items():
            # Conditions (`if`, `then`) narrow keys that are described elsewhere.
            if not set(inner) <= {"const", "not", "enum"}:
                yield f"{path}.{name}", inner
        for name, inner in node.items():
            if name != "examples":
                yield from keys(inner, f"{path}.{name}")
    elif isinstance(node, list):
        for inner in node:
            yield from keys(inner, path)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_schema_with_a_name(name: str) -> None:
    data = schema(name)
    Draft202012Validator.check_schema(data)
    assert data["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert data["$id"].endswith(f"/{name}.schema.json")
    assert data["title"] and data["description"]


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_described(name: str) -> None:
    described = {path: inner.get("description", "") for path, inner in keys(schema(name))}
    assert len(described) > 20
    assert [path for path, text in described.items() if len(text) < 10 or not text.endswith((".", "?"))] == []


@pytest.mark.parametrize("name", ["rule", "config"])
def test_examples_and_defaults_are_valid(name: str) -> None:
    root = schema(name)
    checked = 0
    for path, inner in keys(root):
        for value in [*inner.get("examples", ()), *([inner["default"]] if "default" in inner else ())]:
            # References count from the root: what they may lead to is put beside the part.
            beside = {"$defs": root.get("$defs", {})}
            if inner.get("type") == "array":
                beside["properties"] = root["properties"]
            validator = Draft202012Validator({**inner, **beside})
            assert validator.is_valid(value), f"{path}: {value!r}"
            checked += 1
    assert checked


def test_the_keys_of_a_rule_that_need_one_show_an_example() -> None:
    properties = schema("rule")["properties"]
    assert [
        name for name, inner in properties.items() if not {"enum", "examples", "default"} & set(inner)
    ] == [
        "equivalents",
        "fix",
        "examples",
    ]


def test_every_kind_of_file_can_be_named() -> None:
    assert set(schema("rule")["properties"]["kind"]["enum"]) == set(KINDS) - {"text"}


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_new_rule_is_valid(kind: Kind) -> None:
    data = yaml.safe_load(yaml_rule(kind))
    assert list(Draft202012Validator(schema("rule")).iter_errors(data)) == []


@pytest.mark.parametrize(
    "file",
    [file for file in rule_files(builtin_folder()) if file.suffix == ".yaml"],
    ids=lambda file: file.stem,
)
def test_a_built_in_rule_is_valid(file: Path) -> None:
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema("rule")).iter_errors(data)) == []


def test_a_misspelt_key_is_not() -> None:
    data = yaml.safe_load(yaml_rule("compose"))
    assert not Draft202012Validator(schema("rule")).is_valid({**data, "summry": "x"})
