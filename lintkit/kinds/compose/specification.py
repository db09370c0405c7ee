"""What compose refuses of a document, in sentences and at their places: by the specification, and by interpolation.

Nothing of the schema is loaded before a compose file is judged. What compose replaces or resolves before it looks
(`${…}`, `!reset`, keys without a value, items that stand twice) is passed over.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lintkit.formats.plain import mapping_at
from lintkit.kinds.compose.schema import schema
from lintkit.model import Document, Route
from lintkit.words.json_types import TYPE_NAMES

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

MAX_NODES = 20_000
"""A larger document is not judged: no project has so many services."""

_SECTIONS = ("services", "networks", "volumes", "secrets", "configs", "include", "models", "jobs")
_NAMED = ("services", "networks", "volumes", "secrets", "configs", "models")
_NAME_CHARACTERS = "compose takes letters, digits, `.`, `_` and `-`"
_ELSEWHERE = frozenset(("container_name",))
"""Keys whose format a rule of its own tells of."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the specification does not allow: the place, whether it is about the key there, and a sentence."""

    route: Route
    at_key: bool
    sentence: str


def refusals(document: Document) -> Iterator[Refusal]:
    """What compose refuses in a document that is a compose file at all, in the order of the file."""
    data = document.data
    if not isinstance(data, dict) or not any(key in data for key in _SECTIONS) or _is_large(data):
        return
    specification = schema()
    found: dict[tuple[Route, str], Refusal] = {}
    for error in _validator().iter_errors(data):
        for leaf in _leaves(error):
            for refusal in _said(leaf, specification):
                if not _is_resolved_later(document, refusal):
                    found.setdefault((refusal.route, refusal.sentence), refusal)
    for refusal in _of_definitions(document):
        found.setdefault((refusal.route, refusal.sentence), refusal)
    yield from sorted(found.values(), key=lambda refusal: document.key_span(refusal.route))


_SOURCES = {"secrets": ("file", "environment"), "configs": ("file", "environment", "content")}
_BESIDE_EXTERNAL = frozenset(("external", "name"))


def _of_definitions(document: Document) -> Iterator[Refusal]:
    """What fits the schema and is refused behind it (compose-go, validation/validation.go and external.go)."""
    for section, sources in _SOURCES.items():
        for name, entry in _entries(document, section):
            said = [key for key in sources if key in entry]
            if len(said) > 1:
                both = " and ".join(f"`{key}`" for key in said)
                yield Refusal(
                    (section, name, said[1]), True, f"`{name}` has {both}, and compose takes one of them"
                )
    for name, entry in _entries(document, "volumes"):
        more = [key for key in entry if key not in _BESIDE_EXTERNAL and not key.startswith("x-")]
        if entry.get("external") is True and more:
            sentence = f"`{name}` is external, so compose makes nothing of it and refuses `{more[0][:60]}`"
            yield Refusal(("volumes", name, more[0]), True, sentence)


def _entries(document: Document, section: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The definitions of a section that are written out, without a tag that takes part of them back."""
    found, tag = document.data.get(section), getattr(document.nodes, "tag", None)
    for name, entry in mapping_at(found).items():
        if (
            not isinstance(name, str)
            or not isinstance(entry, dict)
            or not all(isinstance(key, str) for key in entry)
        ):
            continue
        routes: tuple[Route, ...] = ((section, name), *((section, name, key) for key in entry))
        if tag is None or not any((tag(route) or "").startswith("!") for route in routes):
            yield name, entry


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema())


def _is_large(data: Any) -> bool:
    left, stack = MAX_NODES, [data]
    while stack:
        value = stack.pop()
        left -= 1
        if left < 0:
            return True
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            if len(value) > 2_000:
                return True
            stack.extend(value)
    return False


def _leaves(error: Any) -> Iterator[Any]:
    """The errors that an error consists of: of alternatives, those of the one that was meant."""
    if not error.context:
        yield error
        return
    branches: dict[Any, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [
        errors for errors in branches.values() if not any(_is_of_another_type(each) for each in errors)
    ]
    if not fitting:
        yield error
        return
    for inner in min(fitting, key=len):
        yield from _leaves(inner)


def _is_of_another_type(error: Any) -> bool:
    return not error.path and error.validator in ("type", "const", "enum")


def _said(error: Any, specification: Mapping[str, Any]) -> Iterator[Refusal]:
    """An error in words, without its values: they may be secrets."""
    route: Route = tuple(error.absolute_path)
    name = f"`{route[-1]}`" if route and isinstance(route[-1], str) else "this item"
    kind, wanted, value = error.validator, error.validator_value, error.instance
    if value is None or (route[:1] == ("version",)):
        return
    if kind in ("additionalProperties", "unevaluatedProperties") and isinstance(value, dict):
        known = sorted(_properties(error.schema, specification))
        for key in value:
            if key not in known and not key.startswith("x-") and not _matches_pattern(key, error.schema):
                if len(route) == 1 and route[0] in _NAMED:
                    one = str(route[0]).removesuffix("s")
                    yield Refusal((*route, key), True, f"`{key}` is no name for a {one}: {_NAME_CHARACTERS}")
                    continue
                near = difflib.get_close_matches(key, known, 1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                yield Refusal((*route, key), True, f"compose knows no `{key}` in {_where(route)}{hint}")
    elif kind == "type" or (error.context and kind in ("oneOf", "anyOf")):
        types = list(
            dict.fromkeys(_types(error.schema if kind != "type" else {"type": wanted}, specification))
        )
        if types and _type_of(value) not in types:
            asked = " or ".join(TYPE_NAMES[each] for each in types if each != "null")
            yield Refusal(
                route, False, f"{name} is {TYPE_NAMES[_type_of(value)]}, where compose takes {asked}"
            )
    elif kind == "enum":
        allowed = ", ".join(f"`{each}`" for each in wanted if each is not None)
        yield Refusal(route, False, f"{name} is none of {allowed}")
    elif kind == "required" and isinstance(value, dict):
        for key in wanted:
            if key not in value:
                yield Refusal(route, True, f"{name} has no `{key}`, which compose needs")
    elif kind == "pattern" and route[-1:] and route[-1] not in _ELSEWHERE:
        yield Refusal(route, False, f"{name} is not written as compose expects it")
    elif kind in ("minimum", "maximum", "minItems", "minLength"):
        yield Refusal(route, False, f"{name} is out of range")


def _where(route: Route) -> str:
    if not route:
        return "a compose file"
    if len(route) == 2 and route[0] in _SECTIONS:
        return f"a {str(route[0]).removesuffix('s')}"
    return f"`{next((part for part in reversed(route) if isinstance(part, str)), '')}`"


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "string" if isinstance(value, str) else "null"


def _types(schema: Any, specification: Mapping[str, Any], level: int = 0) -> Iterator[str]:
    if not isinstance(schema, dict) or level > 8:
        return
    schema = _resolved(schema, specification)
    own = schema.get("type")
    for each in own if isinstance(own, list) else [own] if own else []:
        yield each
        if each == "number":
            yield "integer"
    for key in ("oneOf", "anyOf"):
        for inner in schema.get(key, ()):
            yield from _types(inner, specification, level + 1)


def _properties(schema: Any, specification: Mapping[str, Any], level: int = 0) -> Iterator[str]:
    if not isinstance(schema, dict) or level > 8:
        return
    schema = _resolved(schema, specification)
    yield from schema.get("properties", ())
    for key in ("allOf", "oneOf", "anyOf"):
        for inner in schema.get(key, ()):
            yield from _properties(inner, specification, level + 1)


def _matches_pattern(key: str, schema: Mapping[str, Any]) -> bool:
    return any(re.search(pattern, key) for pattern in schema.get("patternProperties", ()))


def _resolved(schema: Mapping[str, Any], specification: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return schema
    return mapping_at(specification, *reference[2:].split("/"))


def _is_resolved_later(document: Document, refusal: Refusal) -> bool:
    """Whether compose puts something else there before it looks: variables, tags of its own."""
    tag = getattr(document.nodes, "tag", None)
    value = document.data
    for index in range(len(refusal.route) + 1):
        route = refusal.route[:index]
        if tag is not None and (tag(route) or "").startswith("!") and route in document.nodes:
            return True
        if index:
            value = value[refusal.route[index - 1]]
    return isinstance(value, str) and "$" in value and not refusal.at_key
