"""`relate`: what is selected must agree with something else in the same file.

    relate:
      value: $.spec.selector                      # from what is selected; `$` if left out
      is: subset                                  # equal | subset | member
      of: $.spec.template.metadata.labels         # in every document of the file
      in: {properties: {kind: {const: Deployment}}}   # only in documents that satisfy this

`equal`: the same value. `subset`: all entries of a mapping, or items of a list. `member`: a scalar, each item of
a list, or each key of a mapping is an item of the list, a key of the mapping, or the scalar on the other side.
One match suffices. Where the file has nothing to compare with, the rule does not apply: the other end may stand
in another file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.budget import Budget
from lintkit.declared.place import place_of
from lintkit.declared.read import read
from lintkit.declared.schema import Failure, compile_schema
from lintkit.declared.select import compile_query
from lintkit.formats.plain import at
from lintkit.model import Document, Location, Route

_WHAT = "`relate`"


@dataclass(frozen=True, slots=True)
class _Other:
    document: Document
    route: Route
    value: Any


def unrelated(
    relation: Mapping[str, Any],
    value: Any,
    documents: tuple[Document, ...],
    reading: str,
    options: Mapping[str, Any],
    budget: Budget,
) -> Iterator[Failure]:
    """What of a value has no other end as `relation` asks for it. Raises SelectError, RuleLimitError."""
    wanted = [(below, at(value, *below)) for below in compile_query(relation.get("value", "$")).find(value)]
    if not wanted:
        return
    others = list(_others(relation, documents, reading, options, budget))
    if not others:
        return
    kind = relation["is"]
    for where, item in wanted:
        if item is None:
            continue
        for part, single in _parts(kind, where, item):
            budget.spend(1 + len(others), _WHAT)
            if not any(_holds(kind, single, other.value, budget) for other in others):
                yield Failure(part, "relate", near=_nearest(single, others))


def _others(
    relation: Mapping[str, Any],
    documents: tuple[Document, ...],
    reading: str,
    options: Mapping[str, Any],
    budget: Budget,
) -> Iterator[_Other]:
    query = compile_query(relation["of"])
    condition = compile_schema(relation["in"], options) if "in" in relation else None
    for document in documents:
        data = read(document, reading)
        if condition is None or condition.is_valid(data, budget):
            for route in query.find(data):
                yield _Other(document, route, at(data, *route))


def _parts(kind: str, route: Route, value: Any) -> Iterator[tuple[Route, Any]]:
    if kind == "member" and isinstance(value, dict):
        yield from (((*route, key), key) for key in value)
    elif kind == "member" and isinstance(value, list):
        yield from (((*route, index), item) for index, item in enumerate(value))
    else:
        yield route, value


def _holds(kind: str, value: Any, other: Any, budget: Budget) -> bool:
    if kind == "equal":
        return _same(value, other, budget)
    if kind == "subset":
        if isinstance(value, dict) and isinstance(other, dict):
            return all(key in other and _same(item, other[key], budget) for key, item in value.items())
        if isinstance(value, list) and isinstance(other, list):
            return all(any(_same(item, found, budget) for found in other) for item in value)
        return _same(value, other, budget)
    if isinstance(other, dict):
        budget.spend(1, _WHAT)
        return isinstance(value, str) and value in other
    if isinstance(other, list):
        return any(_same(value, item, budget) for item in other)
    return _same(value, other, budget)


def _same(a: Any, b: Any, budget: Budget) -> bool:
    budget.spend(1, _WHAT)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(value, b[key], budget) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_same(x, y, budget) for x, y in zip(a, b, strict=True))
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def _nearest(value: Any, others: list[_Other]) -> Location | None:
    """The other end that has most in common, so that a typing error shows both sides."""

    def common(other: _Other) -> int:
        if isinstance(value, dict) and isinstance(other.value, dict):
            return sum(2 if other.value.get(k) == v else 1 for k, v in value.items() if k in other.value)
        return 0

    best = max(others[:1_000], key=common)
    return Location(place_of(best.document, best.route), "compared with this")
