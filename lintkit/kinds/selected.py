"""What a named selector finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lintkit.model import Location, Route, Span


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


@dataclass(frozen=True, slots=True)
class Across:
    """Something that a named selector found in what several files say.

    value   plain data for a JSON Schema
    span    where it is reported
    extra   what a message may say of it: `name`, `kind`, …
    places  where the parts of the value stand, by key, that are not reported at `span`
    others  what the parts of the value rest on, by key
    """

    value: Mapping[str, Any]
    span: Span
    extra: Mapping[str, str]
    places: Mapping[str, Span] = field(default_factory=dict)
    others: Mapping[str, tuple[Location, ...]] = field(default_factory=dict)
