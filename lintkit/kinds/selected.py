"""What a named selector finds."""

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
