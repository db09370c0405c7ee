"""Where a finding about data is shown, and what it is about in words that survive edits."""

from __future__ import annotations

from typing import Any

from lintkit.formats.plain import at
from lintkit.model import Document, Location, Route, Span

_NAMES = ("name", "key", "keyword", "id", "target", "containerPort", "hook", "repo")
_FEW = 5
_LONGEST = 80


def place_of(document: Document, route: Route, *, missing: bool = False, at_key: bool = False) -> Span:
    """The span for `route`: a scalar where it is written, a collection at its key.

    What is missing is shown at the key of the mapping that lacks it; an item of a list has none, and shows its
    first key.
    """
    node = document.nodes.get(route)
    if node is None:
        return document.span(route)
    if node.raw is not None and not missing and not at_key:
        return node.value
    if node.key is not None:
        return node.key
    data = at(document.data, *route)
    if isinstance(data, dict):
        for key in data:
            child = document.nodes.get((*route, key))
            if child is not None and child.key is not None and _within(child.key, node.value):
                return child.key
    return node.value


def _within(inner: Span, outer: Span) -> bool:
    """Whether a key stands in its mapping, and was not merged in from another one."""
    return outer.path == inner.path and outer.start <= inner.start and inner.end <= outer.end


def uses_of(document: Document, route: Route) -> tuple[Location, ...]:
    """Where the value at `route` is used, if it is written elsewhere and stands there through an alias."""
    node = document.nodes.get(route)
    if node is None or node.alias is None or node.raw is None:
        return ()
    return (Location(node.alias, "used here"),)


def subject_of(document: Document, route: Route) -> str:
    """`route` in words: items of lists by their name, Kubernetes objects by kind and name."""
    parts: list[str] = []
    data = document.data
    if document.kind == "kubernetes" and isinstance(data, dict) and isinstance(data.get("kind"), str):
        metadata = data.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        parts.append(f"{data['kind']}/{name}" if isinstance(name, str) else data["kind"])
    for part in route:
        data = at(data, part)
        parts.append(_name(data, part) if isinstance(part, int) else part)
    return ".".join(parts) or document.path


def _name(item: Any, index: int) -> str:
    if isinstance(item, dict):
        for key in _NAMES:
            value = item.get(key)
            if isinstance(value, (str, int)) and not isinstance(value, bool):
                return str(value)[:_LONGEST]
    return str(index)


def shown(value: Any) -> str:
    """A value in a message, on one line and short."""
    if isinstance(value, (dict, list)):
        return _collection(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _collection(value: Any) -> str:
    """A small mapping or list of scalars in flow style; what is larger is not shown."""
    items = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    if not 0 < len(value) <= _FEW or any(isinstance(item, (dict, list)) for _, item in items):
        return "…"
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{name}: {shown(item)}" for name, item in value.items()) + "}"
    else:
        text = "[" + ", ".join(map(shown, value)) + "]"
    return text if len(text) <= _LONGEST else "…"
