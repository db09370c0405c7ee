"""JSON Schemas and facts that ship with lintkit, read as package data."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, cast


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema `name` (`rule`, `config`, `report`) as plain data."""
    text = files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))
