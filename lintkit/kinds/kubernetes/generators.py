"""The literals from which kustomize generates ConfigMaps and Secrets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lintkit.formats.plain import each_mapping, list_at, text_at
from lintkit.model import Document, Route


@dataclass(frozen=True, slots=True)
class Literal:
    """One `KEY=value` of a generator.

    owner   the name of what is generated
    route   where the whole text stands
    offset  where the value begins in it, in code points
    """

    owner: str
    name: str
    value: str
    route: Route
    offset: int


def generator_literals(document: Document, field: str) -> Iterator[Literal]:
    """The literals of all generators under `field` (`secretGenerator`, `configMapGenerator`) of a kustomization.

    Quotes around a value are taken away, as kustomize does (`api/kv/kv.go`, `parseLiteralSource`).
    """
    for route, generator in each_mapping(document.data, field):
        for place, literal in enumerate(list_at(generator, "literals")):
            name, equals, value = text_at(literal).partition("=")
            if not equals or not name:
                continue
            quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
            yield Literal(
                str(generator.get("name")),
                name,
                value[1:-1] if quoted else value,
                (*route, "literals", place),
                len(name) + 1 + quoted,
            )
