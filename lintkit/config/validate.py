"""Checking a configuration's shape against its JSON Schema, in words that name the key and its line."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from lintkit.config.errors import ConfigError, nearest, quoted
from lintkit.data import schema
from lintkit.formats.plain import list_at
from lintkit.globs.paths import defect, too_many_alike
from lintkit.model import Route
from lintkit.words.json_types import TYPE_NAMES

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_TYPES = {**TYPE_NAMES, "object": "a table", "string": "a string"}
"""In the words of TOML."""

# Keys that people bring from elsewhere and that no spelling comes near to.
_INSTEAD = {
    "disable": "write `ignore`",
    "allow-code": "it exists on the command line only, so that a repository cannot allow itself to run code",
}


def plain(table: Mapping[str, Any]) -> dict[str, Any]:
    """`table` with the days of waivers as text, which is what a JSON Schema knows of dates."""
    waivers = table.get("waivers")
    if not isinstance(waivers, list):
        return dict(table)
    return {**table, "waivers": [_with_text(entry) for entry in waivers]}


def _with_text(entry: object) -> object:
    expires = entry.get("expires") if isinstance(entry, dict) else None
    if isinstance(entry, dict) and isinstance(expires, date) and not isinstance(expires, datetime):
        return {**entry, "expires": expires.isoformat()}
    return entry


def validate(table: Mapping[str, Any], lines: Mapping[Route, int], path: str) -> None:
    """Raise ConfigError for the first thing in `table` (by line) that the schema or a glob's syntax refuses.

    lines  route -> line; path  the name of the file in the message
    """
    problems = sorted(
        (line_of(lines, route), message)
        for route, message in (
            *_schema_problems(_validator(), table),
            *_glob_problems(table),
            *_day_problems(table),
        )
    )
    if problems:
        line, message = problems[0]
        raise ConfigError(message, path, line)


def option_problems(options: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[tuple[Route, str]]:
    """What is wrong with `options` of one rule, given the JSON Schema properties that the rule declares."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(
        {"type": "object", "properties": dict(declared), "additionalProperties": False}
    )
    yield from _schema_problems(validator, options)


def line_of(lines: Mapping[Route, int], route: Route) -> int:
    """The line of `route`, or of the nearest key above it; 0 if none is known."""
    while route:
        if route in lines:
            return lines[route]
        route = route[:-1]
    return 0


@functools.cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema("config"))


def _schema_problems(validator: Draft202012Validator, data: Any) -> Iterator[tuple[Route, str]]:
    for error in validator.iter_errors(data):
        route = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            known = error.schema.get("properties", {})
            for name in error.instance:
                if name not in known:
                    yield (*route, name), _unknown_key(name, route, known)
        elif error.validator == "required" and set(error.instance) - set(error.schema.get("properties", ())):
            pass  # the unknown key is what was meant, and is named
        else:
            yield route, _sentence(error, route)


def _unknown_key(name: str, route: Route, known: Mapping[str, Any]) -> str:
    if not route and name in _INSTEAD:
        return f"{quoted(name)} is not a key of the configuration; {_INSTEAD[name]}"
    where = f" of {_key(route)}" if route else ""
    options = ", ".join(f"`{key}`" for key in sorted(known))
    hint = nearest(name, known) or (f"; known are {options}" if known else "; there are none")
    return f"unknown key {quoted(name)}{where}{hint}"


def _sentence(error: ValidationError, route: Route) -> str:
    """The error in lintkit's words: those of the library quote the value, which nobody needs to see."""
    key = _key(route)
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "type" and route == ("packs",):
        return '`packs` must be a table of packs of your own; to choose packs write `select = ["pack:NAME"]`'
    if error.validator == "type" and _is_day(route):
        return f"{key} must be a day such as `2027-01-31`"
    if error.validator == "type":
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        return f"{key} must be {' or '.join(_TYPES.get(name, name) for name in names)}"
    if error.validator == "enum":
        hint = nearest(instance, map(str, wanted)) if isinstance(instance, str) else ""
        return f"{key} must be one of {', '.join(f'`{value}`' for value in wanted)}{hint}"
    if error.validator == "required":
        missing = [name for name in wanted if name not in instance]
        return f"{key} lacks {', '.join(f'`{name}`' for name in missing)}"
    if str(error.validator) in ("minLength", "minItems"):
        return f"{key} must not be empty"
    if str(error.validator) in ("maxItems", "maxProperties"):
        return f"{key} has more than {wanted} entries; use wildcards, tags or packs"
    return f"{key} breaks its declared `{error.validator}`; `lintkit explain RULE` shows what is allowed"


def _key(route: Route) -> str:
    text = ""
    for part in route:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return quoted(text) if text else "the configuration"


def _is_day(route: Route) -> bool:
    return len(route) == 3 and route[0] == "waivers" and route[2] == "expires"


def _day_problems(table: Mapping[str, Any]) -> Iterator[tuple[Route, str]]:
    waivers = table.get("waivers")
    for index, entry in enumerate(list_at(waivers)):
        day = entry.get("expires") if isinstance(entry, dict) else None
        if isinstance(day, str) and not _is_date(day):
            yield (
                ("waivers", index, "expires"),
                f"`waivers[{index}].expires` must be a day such as `2027-01-31`",
            )


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _glob_problems(table: Mapping[str, Any]) -> Iterator[tuple[Route, str]]:
    for route, patterns in _globs(table):
        for index, pattern in enumerate(list_at(patterns)):
            wrong = defect(pattern) if isinstance(pattern, str) and pattern else ""
            if wrong:
                yield (*route, index), f"the glob {quoted(pattern)} {wrong}"
    for places in _lists(table):
        excess = too_many_alike([pattern for _, pattern in places])
        if excess is not None:
            place, wrong = excess
            route, pattern = places[place]
            yield route, f"the glob {quoted(pattern)} {wrong}"


def _lists(table: Mapping[str, Any]) -> Iterator[list[tuple[Route, str]]]:
    """Globs that are compared with one path together, each with its place: those of all entries are."""
    together: list[tuple[Route, str]] = []
    for route, patterns in _globs(table):
        written = list_at(patterns)
        places = [((*route, index), each) for index, each in enumerate(written) if isinstance(each, str)]
        if route[0] in ("per-path-ignores", "waivers"):
            together += places
        else:
            yield places
    yield together


def _globs(table: Mapping[str, Any]) -> Iterator[tuple[Route, Sequence[Any]]]:
    yield ("exclude",), table.get("exclude", ())
    for name, patterns in _items(table.get("environments")):
        yield ("environments", name), patterns
    for key in ("per-path-ignores", "waivers"):
        entries = table.get(key)
        for index, entry in enumerate(list_at(entries)):
            if isinstance(entry, dict):
                yield (key, index, "paths"), entry.get("paths", ())
    for name, settings in _items(table.get("rule")):
        if isinstance(settings, dict):
            for key in ("paths", "paths-ignore"):
                yield ("rule", name, key), settings.get(key, ())


def _items(value: object) -> Sequence[tuple[str, Any]]:
    return tuple(value.items()) if isinstance(value, dict) else ()
