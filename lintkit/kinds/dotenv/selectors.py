"""The named selectors of `.env` files, and their data with variables replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.formats.plain import list_at
from lintkit.kinds.dotenv.purpose import entries_in_force
from lintkit.kinds.selected import Selected
from lintkit.model import Document, Route
from lintkit.words.names import split_words

_DOTENV_VARIABLE = re.compile(r"\$\{([^}:]{1,256})(?::-([^}]{0,2000}))?\}")
_LONGEST = 10_000


def each_env_var(document: Document) -> Iterator[Selected]:
    """Every entry."""
    for index, entry in enumerate(list_at(document.data, "entries")):
        route: Route = ("entries", index)
        places = {"name": ((*route, "key"), False), "value": ((*route, "value"), False)}
        yield Selected(route, {"name": entry["key"], "value": entry["value"]}, {"name": entry["key"]}, places)


def each_setting(document: Document) -> Iterator[Selected]:
    """Every entry that counts, as `{"name", "words", "value"}`: the last one of a name, and with a value.

    words  those of the name, in lower case and with `_` between them, however it is written
    """
    for index, entry in entries_in_force(document) if list_at(document.data, "entries") else ():
        route: Route = ("entries", index, "value")
        value = {"name": entry["key"], "words": "_".join(split_words(entry["key"])), "value": entry["value"]}
        yield Selected(route, value, {"name": entry["key"]})


def resolved(data: dict[str, Any]) -> dict[str, Any]:
    """The entries with variables replaced by those above them."""
    known: dict[str, str] = {}
    entries = []
    for entry in data["entries"]:
        value = entry["value"]
        if value is not None and entry.get("interpolates"):
            value = _DOTENV_VARIABLE.sub(lambda m: known.get(m[1]) or m[2] or "", value)[:_LONGEST]
        known[entry["key"]] = value or ""
        entries.append({**entry, "value": value})
    return {**data, "entries": entries}
