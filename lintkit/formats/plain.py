"""Plain data that may have any shape: what stands somewhere in it, if it is of the type that is wanted there.

Files come from anybody, so whoever reads them asks for each part in this way. A route without parts is the data itself.
"""

from __future__ import annotations

from typing import Any

from lintkit.model import Route


def at(data: Any, *route: str | int) -> Any:
    """What stands at `route`; None where nothing does."""
    for part in route:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data):
            data = data[part]
        else:
            return None
    return data


def mapping_at(data: Any, *route: str | int) -> dict[Any, Any]:
    """The mapping at `route`; an empty one where none is."""
    found = at(data, *route)
    return found if isinstance(found, dict) else {}


def list_at(data: Any, *route: str | int) -> list[Any]:
    """The list at `route`; an empty one where none is."""
    found = at(data, *route)
    return found if isinstance(found, list) else []


def text_at(data: Any, *route: str | int) -> str:
    """The string at `route`; an empty one where none is."""
    found = at(data, *route)
    return found if isinstance(found, str) else ""


def mappings_at(data: Any, *route: str | int) -> list[dict[Any, Any]]:
    """The mappings in the list at `route`."""
    return [item for item in list_at(data, *route) if isinstance(item, dict)]


def whole_number_at(data: Any, *route: str | int) -> int | None:
    """The whole number at `route`; None where none is: `true` is no number."""
    found = at(data, *route)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def each_mapping(data: Any, *route: str | int) -> list[tuple[Route, dict[Any, Any]]]:
    """The mappings in the list at `route`, each behind its own route."""
    return [
        ((*route, index), item) for index, item in enumerate(list_at(data, *route)) if isinstance(item, dict)
    ]
