"""What a named selector finds, and how it reads plain data that may have any shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lintkit.model import Route


@dataclass(frozen=True, slots=True)
class Selected:
    """Something that a named selector found.

    value  plain data for a JSON Schema
    extra  what is known of it beyond that: `name`, `kind`, …
    places where the parts of a `value` stand that is not written like this: (route, whether it is the key there)
    """

    route: Route
    value: Any
    extra: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, tuple[Route, bool]] = field(default_factory=dict)


def value_at(data: Any, route: Route, default: Any = None) -> Any:
    """What stands at `route` of plain data; `default` where nothing does."""
    for part in route:
        if isinstance(data, dict):
            if part not in data:
                return default
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data):
            data = data[part]
        else:
            return default
    return data


def mapping_at(data: Any, key: str) -> dict[str, Any]:
    """The mapping behind a key of a mapping; empty where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def list_at(data: Any, key: str) -> list[Any]:
    """The list behind a key of a mapping; empty where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []
