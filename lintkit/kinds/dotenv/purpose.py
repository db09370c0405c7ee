"""What a `.env` file is for: production or not, used or only an example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.model import Confidence, Document, Location
from lintkit.secrets import split_words
from lintkit.words.environments import MARKERS, environment_of_path, environment_of_value, is_lesson

_EXAMPLES = frozenset(
    """example examples sample samples template templates tpl tmpl dist default defaults schema skeleton stub
    demo""".split()  # noqa: SIM905
)
_PRODUCTION = frozenset({"prod", "production", "prd", "live"})
_NO_MARKERS = frozenset({"NODE_ENV"})
"""Says how a front end is built, wherever it runs then."""
_DESK = frozenset(
    """dev devel develop development local localhost test tests testing ci e2e debug mock mocks devcontainer devservices
    devstack sandbox playground demo demos tutorial tutorials workshop hackathon quickstart""".split()  # noqa: SIM905
)
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


@dataclass(frozen=True, slots=True)
class Production:
    """That a file is for production, and what says so.

    related     the entry that says it, for findings that rest on it; empty where the name or the configuration says it
    confidence  of such findings: `ENVIRONMENT=production` is also found in files that somebody only tried out
    """

    related: tuple[Location, ...] = ()
    confidence: Confidence = "high"


def is_example(path: str) -> bool:
    """Whether a `.env` file is only copied from (`.env.example`, `env.dist`), by its name.

    >>> is_example(".env.production.sample"), is_example("examples/.env"), is_example("sample.env")
    (True, False, True)
    """
    return not _EXAMPLES.isdisjoint(split_words(path.rpartition("/")[2]))


def used_path(path: str) -> str:
    """The file that an example is copied to.

    >>> used_path("api/.env.example"), used_path("prod.env.sample"), used_path("env.prod.dist")
    ('api/.env', 'prod.env', '.env.prod')
    """
    folder, slash, name = path.rpartition("/")
    kept = [
        part for part in re.split(r"(?<=[^._-])(?=[._-])", name) if part.strip("._-").lower() not in _EXAMPLES
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


def named_for_production(path: str) -> bool:
    """Whether the name of a file, or of its folder, is production's, and nothing says that it is an example.

    >>> named_for_production("env/production/.env"), named_for_production("production/web/.env")
    (True, False)
    """
    folder, _, name = path.rpartition("/")
    words = {*split_words(name), *split_words(folder.rpartition("/")[2])}
    return (
        not words.isdisjoint(_PRODUCTION)
        and environment_of_path(path) == "production"
        and not is_example(path)
    )


def is_for_development(path: str, configured: str | None = None) -> bool:
    """Whether a file is for development, tests or demonstrations, by configuration or by its name and folders."""
    if configured is not None:
        return configured != "production"
    return environment_of_path(path) == "development"


def is_for_a_desk(path: str, configured: str | None = None) -> bool:
    """Whether a file is for a developer's machine, a test run, a demonstration or a lesson: for nothing that holds what
    is worth anything to others.

    A staging server is no such place: its secrets are real ones.
    """
    if configured is not None:
        return configured == "development"
    return (is_lesson(path) or not _DESK.isdisjoint(split_words(path))) and not named_for_production(path)


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
