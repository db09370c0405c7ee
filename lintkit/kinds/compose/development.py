"""Which compose services and projects are a developer's own: how they run says so, whatever the file is called."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.facts import ContainerDefined
from lintkit.formats.node import Node, text_of
from lintkit.formats.plain import list_at
from lintkit.kinds.compose.interpolation import resolve
from lintkit.kinds.compose.merge import environment, mount_of
from lintkit.kinds.compose.project import ComposeProjects, RunService
from lintkit.kinds.compose.service import mount_parts, services
from lintkit.kinds.dotenv.debug_modes import is_debug_mode
from lintkit.model import Document
from lintkit.words.environments import (
    MARKERS,
    environment_of_path,
    environment_of_value,
    is_development_stage,
)

_WATCHES = re.compile(
    r"(?<!\S)(?:--reload(?=\s|$)|--debug(?=\s|$)|(?:manage\.py\s+)?runserver(?:_plus)?(?=\s|$)|nodemon(?=\s|$)"
    r"|(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:dev|develop|watch|start:dev)(?=\s|$)|watchmedo|watchfiles|air(?=\s|$))"
)
_SERVES = re.compile(r"(?<!\S)(?:gunicorn|uwsgi|waitress-serve|--workers)(?=[\s=]|$)")
_STANDS_IN = re.compile(
    r"(?:.*/)?(?:mailhog|mailpit|maildev|mailcatcher|smtp4dev|inbucket|greenmail\S{0,20}|docker-fake-\S{1,30}"
    r"|fake-\S{1,30}|localstack(?:-pro)?|azurite|dynamodb-local|motoserver|wiremock|mockserver|stripe-mock|elasticmq\S{0,10}"
    r"|toxiproxy|google-cloud-cli-emulators?|standalone-(?:chrome|chromium|firefox|edge)|devcontainers)(?::\S*)?",
    re.IGNORECASE,
)
"""Images that take the place of what others run: a server that keeps the mail, a cloud on one machine, a browser."""
_PROXY = re.compile(
    r"(?:.*/)?(?:traefik|caddy|haproxy|swag|certbot|nginx-proxy|acme-companion|cloudflared)(?::\S*)?"
)
_PUBLIC_PORT = re.compile(r"(?:0\.0\.0\.0:|\[::\]:)?(?:80|443):\d+(?:/tcp)?")
_SOURCE_FOLDERS = frozenset({"src", "app", "lib", "code", "source", "backend", "frontend"})
_NO_CODE = ("/etc", "/data", "/docker-entrypoint", "/config", "/backup", "/var/lib", "/var/log", "/usr/share")
_KEPT = ("always", "unless-stopped")
"""`on-failure` is also written where a program starts before its database."""
_DEPLOYED = ("replicas", "placement", "update_config", "mode")
"""What a swarm is told; limits and another try after a failure are given to containers of one machine, too."""
_LONGEST = 2_000
_MOST_SERVICES = 500


@dataclass(frozen=True, slots=True)
class _Run:
    """What tells whether a service is a developer's, in whichever form it was read.

    command      of the container and its entrypoint, as one text
    context      what it is built from; empty where it is not built
    mounts       sources, each with its target
    environment  as far as it is written
    ports        as they are written, of the short form alone
    watched      compose itself puts changed code into it
    kept         something brings it back when it ends, or a swarm runs it
    optional     it is started by its profile alone
    """

    image: str
    command: str
    context: str
    target: str
    mounts: tuple[tuple[str, str], ...]
    environment: Mapping[str, str]
    ports: tuple[str, ...]
    watched: bool
    kept: bool
    optional: bool


def is_developed(service: RunService) -> bool:
    """Whether the service runs the source of the one who starts it, or is for developers by its profile or stage."""
    node = service.node
    profiles = node.child("profiles")
    words = [text_of(item) for item in (profiles.sequence or ())] if profiles is not None else []
    if any(environment_of_value(word) == "development" for word in words):
        return True
    run = _of_node(node)
    return _is_for_developers(run) or (
        node.child("build") is not None and any(source.startswith(".") for source, _ in run.mounts)
    )


def runs_for_development(projects: ComposeProjects, service: RunService) -> bool:
    """Whether a service belongs to a developer's stack: see `is_developers_file`.

    Raises RuleLimitError where the services of a project are too many.
    """
    return _are_a_developers(
        service.path, [_of_node(each.node) for each in projects.others(service).values()]
    )


def developers_environment_files(
    projects: ComposeProjects, containers: Iterable[ContainerDefined]
) -> frozenset[str]:
    """The `.env` files that developers' stacks alone read: beside their compose files, or named by their services.

    Raises RuleLimitError where the services of a project are too many.
    """
    named = {(each.path, each.name): each.env_files for each in containers}
    read: dict[bool, set[str]] = {True: set(), False: set()}
    for service in projects.services:
        files = read[runs_for_development(projects, service)]
        files.add(posixpath.join(posixpath.dirname(service.path), ".env"))
        files.update(
            projects.folders.place(service.path, each.path)
            for each in named.get((service.path, service.name), ())
        )
    return frozenset(read[True] - read[False])


def is_developers_file(document: Document) -> bool:
    """Whether what a compose file starts is on the machine of the one who starts it, and serves nobody else.

    One of its programs reloads changed code, is debugged, or mounts what it is built from, and nothing brings it back
    when it ends; one of its images stands in for what others run; or it builds from the source beside it, and nothing
    in it says that it is to serve: none is brought back, no proxy, no port for browsers, no word of production.
    """
    return _are_a_developers(
        document.path, [_of_data(service.data) for service in services(document)[:_MOST_SERVICES]]
    )


def _are_a_developers(path: str, runs: Iterable[_Run]) -> bool:
    runs = [run for run in runs if not run.optional]  # others are tools beside the stack
    if any(_STANDS_IN.fullmatch(run.image[:_LONGEST]) for run in runs):
        return True
    if any(not run.kept and _develops(run) for run in runs):
        return True
    return (
        environment_of_path(path) != "production"
        and any(run.context and "/" not in run.image for run in runs)
        and not any(_serves(run) for run in runs)
    )


def _develops(run: _Run) -> bool:
    return (
        _WATCHES.search(run.command) is not None
        or _is_for_developers(run)
        or _mounts_its_source(run)
        or any(is_debug_mode(name, value) for name, value in run.environment.items())
    )


def _is_for_developers(run: _Run) -> bool:
    return (
        run.watched or environment_of_value(run.target) == "development" or is_development_stage(run.target)
    )


def _mounts_its_source(run: _Run) -> bool:
    """Whether the container runs what lies in a folder of the one who starts it, and not what was built."""
    context = posixpath.normpath(run.context) if run.context else ""
    for source, target in run.mounts:
        if not source.startswith("."):
            continue
        folder = posixpath.normpath(source)
        if context and (folder == context or context.startswith(folder + "/")):
            return True
        if folder in (".", "..") and target and not target.startswith(_NO_CODE):
            return True
        if context and posixpath.basename(folder) in _SOURCE_FOLDERS and not target.startswith(_NO_CODE):
            return True
    return False


def _serves(run: _Run) -> bool:
    """Whether something says that others are to reach a service, and for longer than somebody looks at it."""
    return (
        run.kept
        or _PROXY.fullmatch(run.image[:_LONGEST]) is not None
        or _SERVES.search(run.command) is not None
        or any(_PUBLIC_PORT.fullmatch(port) for port in run.ports)
        or any(
            name in MARKERS and environment_of_value(value) == "production"
            for name, value in run.environment.items()
        )
    )


def _of_data(service: dict[str, Any]) -> _Run:
    build = service.get("build")
    whole = build if isinstance(build, dict) else {"context": build}
    commands = (service.get(key) for key in ("command", "entrypoint"))
    mounts = (
        (str(item.get("source", "")), str(item.get("target", "")))
        if isinstance(item, dict)
        else (*mount_parts(str(item)), "")[:2]
        for item in list_at(service, "volumes")
    )
    variables = service.get("environment")
    pairs = (
        variables.items()
        if isinstance(variables, dict)
        else (str(item).partition("=")[::2] for item in list_at(variables))
    )
    return _Run(
        str(service.get("image") or ""),
        " ".join(
            " ".join(map(str, each)) if isinstance(each, list) else str(each or "") for each in commands
        )[:_LONGEST],
        str(whole.get("context") or "." if build else ""),
        str(whole.get("target") or ""),
        tuple((source, target) for source, target in mounts),
        {str(name): resolve(str(value), {}) for name, value in pairs if value is not None},
        tuple(str(item) for item in list_at(service, "ports") if not isinstance(item, dict)),
        "develop" in service,
        str(service.get("restart", "")) in _KEPT or _is_deployed(service.get("deploy")),
        "profiles" in service,
    )


def _is_deployed(data: Any) -> bool:
    return isinstance(data, dict) and any(key in data for key in _DEPLOYED)


def _of_node(node: Node) -> _Run:
    build = node.child("build")
    context = text_of(build.child("context") or build) or "." if build is not None else ""
    return _Run(
        text_of(node.child("image")),
        " ".join(text for key in ("command", "entrypoint") for text in _texts(node.child(key)))[:_LONGEST],
        context,
        text_of(node.at("build", "target")),
        tuple(mount_of(item) for item in _sequence(node.child("volumes"))),
        {name: resolve(text_of(value), {}) for name, value in environment(node).items()},
        tuple(text_of(item) for item in _sequence(node.child("ports"))),
        node.child("develop") is not None,
        text_of(node.child("restart")) in _KEPT
        or any(node.at("deploy", key) is not None for key in _DEPLOYED),
        node.child("profiles") is not None,
    )


def _sequence(node: Node | None) -> tuple[Node, ...]:
    return (node.sequence or ()) if node is not None else ()


def _texts(node: Node | None) -> Iterator[str]:
    if node is not None:
        yield from map(text_of, node.sequence or (node,))
