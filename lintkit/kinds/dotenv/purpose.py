"""What a `.env` file is for: production or not, used or only an example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.kinds.kind import Production
from lintkit.model import Document, Location
from lintkit.words.environments import (
    EXAMPLES,
    MARKERS,
    environment_of_path,
    environment_of_value,
    is_example,
    named_for_production,
)

_NO_MARKERS = frozenset({"NODE_ENV"})
"""Says how a front end is built, wherever it runs then."""
_FRONT_END = (
    *(
        "REACT_APP_",
        "VITE_",
        "NEXT_PUBLIC_",
        "NUXT_PUBLIC_",
        "VUE_APP_",
        "GATSBY_",
        "EXPO_PUBLIC_",
        "PUBLIC_",
    ),
    *("NG_APP_", "STORYBOOK_", "SNOWPACK_PUBLIC_"),
)


def used_path(path: str) -> str:
    """The file that an example is copied to.

    >>> used_path("api/.env.example"), used_path("prod.env.sample"), used_path("env.prod.dist")
    ('api/.env', 'prod.env', '.env.prod')
    """
    folder, slash, name = path.rpartition("/")
    kept = [
        part for part in re.split(r"(?<=[^._-])(?=[._-])", name) if part.strip("._-").lower() not in EXAMPLES
    ]
    used = "".join(kept)
    word = re.match(r"[._-]*(env)(?![a-z0-9])", used, re.IGNORECASE)
    return folder + slash + ("." + used[word.start(1) :].rstrip("._-") if word else used)


def production(document: Document, configured: str | None = None) -> Production | None:
    """Whether a `.env` file is used in production: by configuration, by name, else by what it says of itself.

    configured  what the configuration says of its path; None where it says nothing
    """
    path = document.path
    if configured is not None:
        return Production() if configured == "production" else None
    if is_example(path) or environment_of_path(path) == "development":
        return None
    if named_for_production(path):
        return Production()
    marker = _marker(document)
    if marker is None:
        return None
    return Production((Location(document.span(("entries", marker)), "says production"),), "medium")


def says_development(document: Document) -> bool:
    """Whether a `.env` file itself says that it is for development: by `APP_ENV=local`, or `COMPOSE_FILE=dev.yaml`."""
    return any(
        (entry["key"] in MARKERS and environment_of_value(entry["value"]) == "development")
        or (entry["key"] == "COMPOSE_FILE" and environment_of_path(entry["value"]) == "development")
        for _, entry in entries_in_force(document)
    )


def is_public_setting(name: str) -> bool:
    """Whether a bundler writes the variable into what every browser loads."""
    return name.startswith(_FRONT_END)


def entries_in_force(document: Document) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The entries that count, each with its index: of several with one name the last one, and none without a value."""
    entries = document.data["entries"]
    last = {entry["key"]: index for index, entry in enumerate(entries)}
    for index, entry in enumerate(entries):
        if last[entry["key"]] == index and entry["value"]:
            yield index, entry


def production_entries(
    document: Document, configured: str | None = None
) -> Iterator[tuple[int, Mapping[str, Any], Production]]:
    """The entries that count of a file for production, with what makes it one; nothing for all other files."""
    found = production(document, configured)
    if found is not None:
        for index, entry in entries_in_force(document):
            yield index, entry, found


def _marker(document: Document) -> int | None:
    """The entry that says that this is production; of several with one name the last one counts."""
    for index, entry in entries_in_force(document):
        if entry["key"] in MARKERS - _NO_MARKERS and environment_of_value(entry["value"]) == "production":
            return index
    return None


def is_on(value: str) -> bool:
    """Whether a value switches something on."""
    return value.strip().lower() in {"1", "true", "yes", "on", "y", "t", "enabled"}


def is_off(value: str) -> bool:
    """Whether a value switches something off."""
    return value.strip().lower() in {"0", "false", "no", "off", "n", "f", "disabled"}
