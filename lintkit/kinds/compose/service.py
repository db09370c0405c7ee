"""Compose files: the data as written, its services, and the two forms of `environment`, `labels`, `args` and
`env_file`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from lintkit.formats.plain import at, list_at
from lintkit.formats.scalar_spans import part_span
from lintkit.formats.yaml import parse_as
from lintkit.model import Document, Problem, Route, SourceFile, Span

_TOP_LEVEL = frozenset(
    {"version", "name", "include", "services", "networks", "volumes", "configs", "secrets", "models"}
)

_SWITCH_WORDS = {
    **dict.fromkeys(("true", "y", "yes", "on"), True),
    **dict.fromkeys(("false", "n", "no", "off"), False),
}
_SWITCHES = (
    *(
        ("services", "*", key)
        for key in ("init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty")
    ),
    *(("services", "*", "depends_on", "*", key) for key in ("required", "restart")),
    ("services", "*", "healthcheck", "disable"),
    ("services", "*", "volumes", "*", "read_only"),
    ("services", "*", "volumes", "*", "volume", "nocopy"),
    *(("networks", "*", key) for key in ("external", "internal", "attachable", "enable_ipv4", "enable_ipv6")),
    *((key, "*", "external") for key in ("volumes", "secrets", "configs")),
)

_EXPRESSION = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a compose file and where its mapping stands."""

    name: str
    route: Route
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EnvironmentEntry:
    """One variable of a service (or one label, or one build argument).

    value       as compose hands it on before interpolation; None where only the name is given
    route       the value of the map form, the item of the list form
    name_span   the name, without quotes in the list form
    raw         the text of the scalar at `route`: the value (map) or the whole `NAME=value` (list)
    form        how it is written
    """

    name: str
    value: str | None
    route: Route
    name_span: Span
    raw: str
    form: Literal["map", "list"]


def parse(source: SourceFile) -> tuple[Document, ...]:
    """Read a compose file. A file of the first version, whose services stand at the top, has a problem
    `compose-v1`.

    Raises ParseError.
    """
    documents = parse_as(source, "compose")
    for document in documents:
        _type_switches(document.data)
    return tuple(_with_version_problem(document) for document in documents)


def _type_switches(data: Any) -> None:
    """Make true or false of the words that compose takes for them where it expects one of the two, and nowhere else.

    Its reader of YAML gives it `yes` and `"true"` as text, which it turns by the place (compose-go,
    loader/interpolate.go: interpolateTypeCastMapping, toBoolean). So `read_only: yes` is true, `restart: no` a word.
    """
    if isinstance(data, dict):
        for route in _SWITCHES:
            for holder in _holders(data, route[:-1]):
                value = holder.get(route[-1])
                if isinstance(value, str) and value.lower() in _SWITCH_WORDS:
                    holder[route[-1]] = _SWITCH_WORDS[value.lower()]


def _holders(data: Any, route: tuple[str, ...]) -> list[dict[str, Any]]:
    """The mappings at `route`, in which `*` stands for every name and every item."""
    found = [data]
    for part in route:
        below: list[Any] = []
        for each in found:
            if part == "*":
                below += each.values() if isinstance(each, dict) else list_at(each)
            elif isinstance(each, dict):
                below.append(each.get(part))
        found = below
    return [each for each in found if isinstance(each, dict)]


def _with_version_problem(document: Document) -> Document:
    if not _is_version_1(document.data):
        return document
    route: Route = (next(name for name, value in document.data.items() if _looks_like_service(value)),)
    message = (
        "Services stand at the top level; put them under `services:`, or Docker Compose refuses the file."
    )
    problem = Problem("compose-v1", message, document.key_span(route))
    return replace(document, problems=(*document.problems, problem))


def _is_version_1(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and not _TOP_LEVEL.intersection(data)
        and any(_looks_like_service(value) for name, value in data.items() if not name.startswith("x-"))
    )


def _looks_like_service(value: Any) -> bool:
    return isinstance(value, dict) and ("image" in value or "build" in value)


def services(document: Document) -> tuple[Service, ...]:
    """The services of a compose file of any version; entries that are no mappings are left out."""
    data = document.data
    if _is_version_1(data):
        return tuple(
            Service(name, (name,), value)
            for name, value in data.items()
            if isinstance(value, dict) and not name.startswith("x-")
        )
    found = data.get("services") if isinstance(data, dict) else None
    if not isinstance(found, dict):
        return ()
    return tuple(
        Service(name, ("services", name), value) for name, value in found.items() if isinstance(value, dict)
    )


def environment_entries(document: Document, service_route: Route) -> tuple[EnvironmentEntry, ...]:
    """The variables of the `environment` of the service at `service_route`, in order; none if it has none."""
    return entries(document, (*service_route, "environment"))


def build_argument_entries(document: Document, service_route: Route) -> tuple[EnvironmentEntry, ...]:
    """The `build.args` of the service at `service_route`."""
    return entries(document, (*service_route, "build", "args"))


def entries(document: Document, route: Route) -> tuple[EnvironmentEntry, ...]:
    """What the map or the list of `NAME=value` at `route` holds (compose-go, types/mapping.go).

    Other values hold nothing.
    """
    data = at(document.data, *route)
    if isinstance(data, dict):
        return tuple(_map_entry(document, (*route, name), name, value) for name, value in data.items())
    if isinstance(data, list):
        found = (_list_entry(document, (*route, index)) for index in range(len(data)))
        return tuple(entry for entry in found if entry is not None)
    return ()


def _map_entry(document: Document, route: Route, name: str, value: Any) -> EnvironmentEntry:
    node = document.nodes[route]
    return EnvironmentEntry(
        name,
        go_text(value),
        route,
        node.key or node.value,
        node.raw if node.raw is not None else "",
        "map",
    )


def _list_entry(document: Document, route: Route) -> EnvironmentEntry | None:
    node = document.nodes[route]
    raw = node.raw
    if raw is None:
        return None
    name, equals, value = raw.partition("=")
    span = part_span(document.text, node.value, raw, node.style, 0, len(name))
    return EnvironmentEntry(name, value if equals else None, route, span, raw, "list")


def mount_parts(text: str) -> list[str]:
    """The parts of a mount in the short form; a colon inside of `${…}` divides nothing.

    >>> mount_parts("${DATA:-./data}/db:/data:ro")
    ['${DATA:-./data}/db', '/data', 'ro']
    """
    parts = _EXPRESSION.sub(lambda match: match.group().replace(":", "\0"), text).split(":")
    return [part.replace("\0", ":") for part in parts]


def go_text(value: Any) -> str | None:
    """A typed value as the text that compose passes on (Go's fmt.Sprint);

    None stays None, collections too.
    """
    if value is None or isinstance(value, (dict, list)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _go_float(value)
    return str(value)


def _go_float(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    exponent = int(f"{value:e}".partition("e")[2])
    if -4 <= exponent < 21:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return f"{repr(value).partition('e')[0].removesuffix('.0')}e{exponent:+03d}"
