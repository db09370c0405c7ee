"""Where a kustomization says what stands at a place of an object that it deploys."""

from __future__ import annotations

import sys
from typing import Any

from lintkit.formats.numbers import is_digits
from lintkit.formats.plain import at, text_at
from lintkit.kinds.kubernetes.kustomize import MERGE_KEYS, Step
from lintkit.model import Document, Route, Span


def route_of(document: Document, span: Span) -> Route:
    """The route of the smallest node of `document` that is written around `span`."""
    best: Route = ()
    smallest = sys.maxsize
    for route, node in document.nodes.items():
        for each in (node.value, node.key):
            if each is None or each.path != span.path or not each.start <= span.start <= span.end <= each.end:
                continue
            if each.end - each.start < smallest:
                best, smallest = route, each.end - each.start
    return best


def says(step: Step, route: Route) -> int:
    """How many parts of `route` a change names, so that the one which says most of it can be told."""
    patch = step.change.patch
    if patch is None:
        return len(route) if at(step.before, *route) != at(step.after, *route) else 0
    if isinstance(patch.data, list):
        return _operation(patch.data, route)[1]
    return len(_merged(patch.data, step.after, route)[1])


def place_of(step: Step, route: Route, kustomization: Document) -> Span:
    """Where a change says what stands at `route` of the object: as exact as its text allows."""
    change = step.change
    patch = change.patch
    if patch is None:
        entry = kustomization.data[change.route[0]][change.route[1]]
        key = next((key for key in ("digest", "newTag", "newName") if key in entry), None)
        return kustomization.span((*change.route, key) if key is not None else change.route)
    return _span_in(patch, step, route)


def _span_in(patch: Document, step: Step, route: Route) -> Span:
    if isinstance(patch.data, list):
        index, _ = _operation(patch.data, route)
        parts = _parts(patch.data[index])
        place: Route = (index, "value", *route[len(parts) :])
        return patch.span(place) if place in patch.nodes else patch.span((index, "path"))
    place, told = _merged(patch.data, step.after, route)
    if not place:
        return patch.span(("metadata", "name"))
    return patch.span(place) if len(told) == len(route) else patch.key_span(place)


def _parts(operation: Any) -> list[str]:
    path = text_at(operation, "path")
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _operation(operations: list[Any], route: Route) -> tuple[int, int]:
    """The last operation that speaks most of `route`, and how many parts of it."""
    wanted = [str(part) for part in route]
    best = (0, 0)
    for index, operation in enumerate(operations):
        parts = _parts(operation)
        common = 0
        for part, other in zip(parts, wanted, strict=False):
            if part != other and not (part == "-" and is_digits(other)):
                break
            common += 1
        if common >= best[1]:
            best = index, common
    return best


def _merged(patch: Any, after: Any, route: Route) -> tuple[Route, Route]:
    """How far a strategic merge follows `route`: the place in the patch, and that in the object."""
    place: Route = ()
    told: Route = ()
    key = ""
    for part in route:
        inner = after[part] if isinstance(after, dict) and part in after else at(after, part)
        step: str | int | None = None
        if isinstance(part, str) and isinstance(patch, dict) and part in patch:
            key, step = part, part
        elif isinstance(part, int) and isinstance(patch, list):
            step = next((i for i, item in enumerate(patch) if _same(item, inner, key)), None)
        if step is None:
            break
        patch, after = patch[step], inner
        place, told = (*place, step), (*told, part)
    return place, told


def _same(item: Any, inner: Any, key: str) -> bool:
    if isinstance(item, dict) and isinstance(inner, dict) and key in MERGE_KEYS:
        return any(name in item and item[name] == inner.get(name) for name in MERGE_KEYS[key])
    return bool(item == inner)
