"""The facts of the compose schema: what scripts/compose-facts writes, and what is read back from it."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lintkit.kinds.compose.schema import schema
from tests.scripts import ROOT, load

facts = load("compose-facts")


def _without_prose(part: Any) -> Any:
    """A schema without what refuses nothing, written by itself and not with the script's list."""
    if isinstance(part, list):
        return [_without_prose(each) for each in part]
    if not isinstance(part, dict):
        return part
    found: dict[str, Any] = {}
    for key, value in part.items():
        if key in ("properties", "patternProperties", "$defs"):
            found[key] = {name: _without_prose(each) for name, each in value.items()}
        elif key[:1] != "$" or key == "$ref":
            found[key] = _without_prose(value)
    for key in ("title", "description", "deprecated", "default"):
        found.pop(key, None)
    if found.get("uniqueItems") is False:
        del found["uniqueItems"]
    return found


def test_the_facts_are_those_of_the_installed_package() -> None:
    written = (ROOT / "lintkit" / "data" / "compose.json").read_text(encoding="utf-8")
    assert written == facts.text(), "run scripts/compose-facts"


def test_what_is_read_refuses_what_the_published_schema_refuses() -> None:
    file = Path(str(distribution(facts.PACKAGE).locate_file(facts.FILE)))
    assert schema() == _without_prose(json.loads(file.read_text(encoding="utf-8")))
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    "part",
    [
        {"type": "string", "format": "uri"},
        {"type": "object", "propertyNames": {"pattern": "^a"}},
        {"type": "string", "oneOf": [{"minLength": 1}]},
    ],
)
def test_a_keyword_without_a_place_is_said(part: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no place"):
        facts.fact(part)


def test_the_facts_wait_until_a_compose_file_is_judged() -> None:
    code = (
        "import sys, lintkit.cli.main, lintkit.kinds.compose.specification\n"
        "from lintkit.kinds.compose.schema import schema\n"
        "print(schema.cache_info().currsize, 'jsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False"]
