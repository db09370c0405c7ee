"""Facts of `.env` files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.facts import Fact, VariableMentioned, VariableProvided
from lintkit.model import Document, Route, Span
from lintkit.secrets.masked import value_of

_SET_IN_COMMENT = re.compile(r"#[#\s]*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=")


def extract(document: Document) -> Iterator[Fact]:
    """Every entry of a `.env` file, in order; one without a value has a value of the kind `none`."""
    for index, entry in enumerate(document.data["entries"]):
        value = value_of(entry["key"], entry["value"], interpolates=bool(entry["interpolates"]))
        route: Route = ("entries", index)
        span = document.span((*route, "value")) if entry["value"] is not None else document.span(route)
        yield VariableProvided(span, entry["key"], value, "dotenv", "", document.span((*route, "key")))
    for comment in document.comments:
        match = _SET_IN_COMMENT.match(document.text, comment.start, comment.end)
        if match is not None:
            yield VariableMentioned(Span(document.path, match.start(1), match.end(1)), match[1])
