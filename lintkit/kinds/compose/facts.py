"""Facts of compose files: services, what they are built from, and the variables they are given."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lintkit.facts import (
    Build,
    ComposeFile,
    ComposeInclude,
    ComposeService,
    ContainerDefined,
    Count,
    EnvFile,
    Fact,
    Mount,
    VariableProvided,
)
from lintkit.formats.node import Node, Scalar
from lintkit.formats.numbers import whole_number
from lintkit.formats.plain import at, list_at, mapping_at
from lintkit.kinds.compose.service import mount_parts
from lintkit.model import Document, Route, Span
from lintkit.secrets.masked import DYNAMIC, MASK, value_of

_NAMES_THINGS = frozenset(
    """image extends depends_on links volumes_from network_mode networks volumes secrets configs env_file
    profiles restart security_opt cap_add cap_drop""".split()  # noqa: SIM905
)
"""Keys of a service whose values are names and settings: `secrets: [db_password]` is no secret."""

_NO_SECRETS = frozenset(
    ("", "0", "1", "yes", "no", "true", "false", "on", "off", "none", "trust", "disabled")
)
"""Values that switch a protection off, whatever the name of their variable: rules have to see them."""

MAX_DEPTH = 60
MAX_NODES = 20_000
"""How many nodes of one service are kept; what is beyond them is left out."""


def extract(document: Document) -> Iterator[Fact]:
    """The facts of one compose file."""
    from lintkit.kinds.docker.inline import inline_dockerfiles
    from lintkit.kinds.docker.python_output import extract_image
    from lintkit.secrets.spans import secret_spans

    if "dockerfile_inline" in document.text:
        for inner in inline_dockerfiles(document):
            # How far it is indented there an edit does not know.
            yield from (replace(start, edit=None) for start in extract_image(inner))
    services = mapping_at(document.data, "services")
    yield _file(document)
    secrets = secret_spans(document.text, document.kind)
    for name, service in services.items():
        if isinstance(service, dict):
            route: Route = ("services", name)
            yield ComposeService(
                document.key_span(route), str(name), _Taking(document, secrets).node(route, service)
            )
            yield _service(document, route, str(name), service)
            yield from _environment(document, (*route, "environment"), str(name), service.get("environment"))


def _file(document: Document) -> ComposeFile:
    data = mapping_at(document.data)
    defined = tuple(
        (key, tuple(map(str, mapping_at(data, key)))) for key in ("volumes", "networks", "configs", "secrets")
    )
    found, opaque = [], False
    for index, item in enumerate(list_at(data, "include")):
        paths = item.get("path") if isinstance(item, dict) else item
        group = tuple(_text(each) for each in (paths if isinstance(paths, list) else [paths]))
        opaque = opaque or any("$" in each or ":" in each or not each for each in group)
        directory = _text(item.get("project_directory")) if isinstance(item, dict) else ""
        route: Route = ("include", index, "env_file")
        named = tuple(_env_files(document, route, at(item, "env_file")))
        found.append(ComposeInclude(group, directory, named))
    return ComposeFile(document.span(()), tuple(found), defined, opaque)


def _text(data: Any) -> str:
    return "" if data is None or isinstance(data, dict | list) else str(data)


def _service(document: Document, route: Route, name: str, service: Mapping[Any, Any]) -> ContainerDefined:
    network = _text(service.get("network_mode"))
    return ContainerDefined(
        document.key_span(route),
        name,
        "service",
        image=_text(service.get("image")),
        build=_build(service.get("build")),
        entrypoint=_command(service.get("entrypoint")),
        command=_command(service.get("command")),
        env_files=tuple(_env_files(document, (*route, "env_file"), service.get("env_file"))),
        mounts=tuple(_mounts(service.get("volumes"))),
        replicas=_replicas(document, route, service),
        profiles=tuple(_text(each) for each in service.get("profiles") or () if isinstance(each, str)),
        extends=_extends(service.get("extends")),
        working_dir=_text(service.get("working_dir")),
        command_span=next(
            (
                document.span((*route, key))
                for key in ("command", "entrypoint")
                if service.get(key) is not None
            ),
            None,
        ),
        shares_network=network == "host" or network.startswith(("service:", "container:")),
    )


def _build(data: Any) -> Build | None:
    if isinstance(data, str):
        return Build(data)
    if not isinstance(data, dict):
        return None
    return Build(
        _text(data.get("context")) or ".",
        _text(data.get("dockerfile")),
        _text(data.get("target")),
        inline="dockerfile_inline" in data,
    )


def _command(data: Any) -> tuple[str, ...] | None:
    """Compose splits a string as a shell would, and runs no shell; `[]` and `""` clear the image's own."""
    if isinstance(data, list):
        return tuple(_text(each).replace("$$", "$") for each in data)
    if not isinstance(data, str):
        return None
    text = data.replace("$$", "$")
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return ("sh", text)


def _env_files(document: Document, route: Route, data: Any) -> Iterator[EnvFile]:
    if isinstance(data, str):
        yield EnvFile(data, document.span(route))
        return
    for index, each in enumerate(list_at(data)):
        span = document.span((*route, index))
        if isinstance(each, str):
            yield EnvFile(each, span)
        elif isinstance(each, dict):
            yield EnvFile(_text(each.get("path")), span, each.get("required") not in (False, "false"))


def _mounts(data: Any) -> Iterator[Mount]:
    for each in list_at(data):
        if isinstance(each, str) and ":" in each:
            source, target = (*mount_parts(each), "")[:2]
            if source.startswith((".", "/", "~", "$")):
                yield Mount(source, target)
        elif isinstance(each, dict) and each.get("type") == "bind":
            yield Mount(_text(each.get("source")), _text(each.get("target")))


def _replicas(document: Document, route: Route, service: Mapping[Any, Any]) -> Count | None:
    for place in (("deploy", "replicas"), ("scale",)):
        data: Any = service
        for key in place:
            data = at(data, key)
        number = _integer(data)
        if number is not None:
            key = place[-1]
            return Count(number, document.span((*route, *place)), f"{key}: {number}")
    return None


def _integer(data: Any) -> int | None:
    if isinstance(data, bool):
        return None
    if isinstance(data, int):
        return data
    if not isinstance(data, str):
        return None
    text = data
    if text.startswith("${") and text.endswith("}"):
        text = text[2:-1].partition(":-")[2]
    return whole_number(text, longest=5)


def _extends(data: Any) -> tuple[str, str] | None:
    if isinstance(data, str):
        return "", data
    if isinstance(data, dict) and isinstance(data.get("service"), str):
        return _text(data.get("file")), data["service"]
    return None


def _environment(document: Document, route: Route, unit: str, data: Any) -> Iterator[VariableProvided]:
    if isinstance(data, dict):
        for key in data:
            place = (*route, key)
            node = document.nodes.get(place)
            text = node.raw if node is not None and node.raw is not None else _text(data[key])
            # A key without a value is taken from the shell that runs compose.
            value = DYNAMIC if data[key] is None else value_of(str(key), text, interpolates=True)
            yield VariableProvided(
                document.span(place), str(key), value, "compose-environment", unit, document.key_span(place)
            )
    for index, each in enumerate(list_at(data)):
        if isinstance(each, str):
            name, equals, text = each.partition("=")
            value = value_of(name, text, interpolates=True) if equals else DYNAMIC
            yield VariableProvided(
                document.span((*route, index)), name.strip(), value, "compose-environment", unit
            )


class _Taking:
    """Takes nodes out of a document, up to a bound; `secrets` are the ranges of its text that are masked."""

    def __init__(self, document: Document, secrets: list[tuple[int, int]]) -> None:
        self.document = document
        self.secrets = secrets
        self.left = MAX_NODES

    def node(self, route: Route, value: Any) -> Node:
        spans = self.document.nodes[route]
        tag = getattr(self.document.nodes, "tag", None)
        own = str(tag(route) or "") if tag is not None else ""
        self.left -= 1
        if len(route) > MAX_DEPTH:
            return Node(spans.value, spans.key, own)
        if isinstance(value, dict):
            entries = tuple(
                (name, self.node((*route, name), item)) for name, item in self.some(value.items())
            )
            return Node(spans.value, spans.key, own, mapping=entries)
        if isinstance(value, list):
            items = tuple(self.node((*route, index), item) for index, item in self.some(enumerate(value)))
            return Node(spans.value, spans.key, own, sequence=items)
        scalar: Scalar = value if isinstance(value, (str, int, float, bool)) else None
        if isinstance(scalar, str) and scalar and not (len(route) > 2 and route[2] in _NAMES_THINGS):
            scalar = self.masked(scalar, spans.value)
        return Node(spans.value, spans.key, own, scalar)

    def some(self, entries: Any) -> Iterator[Any]:
        for entry in entries:
            if self.left <= 0:
                return
            yield entry

    def masked(self, text: str, span: Span) -> str:
        """The text without secrets; a name in front of one (`A=…`, `--option …`) stays."""
        for start, end in self.secrets:
            if start >= span.end or end <= span.start:
                continue
            secret = self.document.text[max(start, span.start) : min(end, span.end)]
            if secret.strip("\"'").lower() in _NO_SECRETS:
                continue
            text = text.replace(secret, MASK) if secret in text else MASK
        return text
