"""The schema of compose files: which keys each part takes, of which types and values, as JSON Schema.

The facts are in `data/compose.json`, which `scripts/compose-facts` writes from the schema of the Compose Specification.
A fact there is

- `*` (anything), `string`, `integer|string` (one of these types), `@service` (a part), `[X` (a list of X) or `[=X` (a
  list in which nothing stands twice);
- a list: one of these facts holds, and no other;
- a mapping: `keys` with the fact of each, `names` with the fact of all keys that a pattern finds, and `takes`, which
  says of further keys that they are refused (`known`), allowed (`any`), or allowed where they begin with `x-`
  (`known, x-`). Without `type`, `list` or `takes` it is about a mapping that takes `known, x-`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_KEYWORDS = {
    "values": "enum",
    "pattern": "pattern",
    "least": "minimum",
    "most": "maximum",
    "required": "required",
}
_EXTENSION = "^x-"


@cache
def schema() -> Mapping[str, Any]:
    """The schema of a whole file, with its parts as `$defs`."""
    data = json.loads(files("lintkit.data").joinpath("compose.json").read_text(encoding="utf-8"))
    parts = {name: _schema_of(fact) for name, fact in data["parts"].items()}
    return {**_schema_of(data["file"]), "$defs": parts}


def _schema_of(fact: Any) -> dict[str, Any]:
    if isinstance(fact, str):
        return _of_text(fact)
    if isinstance(fact, list):
        return {"oneOf": [_schema_of(each) for each in fact]}
    if "list" in fact:
        found: dict[str, Any] = {"type": "array", "items": _schema_of(fact["list"])}
    else:
        found = _of_text(fact.get("type", "object"))
    found |= {theirs: fact[ours] for ours, theirs in _KEYWORDS.items() if ours in fact}
    if fact.get("unique"):
        found["uniqueItems"] = True
    if "keys" in fact:
        found["properties"] = {key: _schema_of(each) for key, each in fact["keys"].items()}
    takes = fact.get("takes", "known, x-" if found.get("type") == "object" else "any")
    names = {pattern: _schema_of(each) for pattern, each in fact.get("names", {}).items()}
    if takes.endswith("x-"):
        names[_EXTENSION] = {}
    if names:
        found["patternProperties"] = names
    if takes.startswith("known"):
        found["additionalProperties"] = False
    if "also" in fact:
        found["allOf"] = [_schema_of(each) for each in fact["also"]]
    if fact.get("closed"):
        found["unevaluatedProperties"] = False
    if "one_of" in fact:
        found["anyOf"] = [{"required": [key]} for key in fact["one_of"]]
    return found


def _of_text(fact: str) -> dict[str, Any]:
    if fact == "*":
        return {}
    if fact.startswith("@"):
        return {"$ref": f"#/$defs/{fact[1:]}"}
    if fact.startswith("[="):
        return {"type": "array", "items": _of_text(fact[2:]), "uniqueItems": True}
    if fact.startswith("["):
        return {"type": "array", "items": _of_text(fact[1:])}
    types = fact.split("|")
    return {"type": types if len(types) > 1 else types[0]}
