"""compose/unknown-dependency: a service refers to something that its project does not have."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, Span, bad, define, good
from lintkit.graph.compose_services import RunService, compose_projects
from lintkit.graph.compose_tree import Node, text_of
from lintkit.graph.facts import ComposeFile, ComposeService

RULE = define(
    summary="a service refers to something that does not exist",
    why="""
`docker compose` refuses the whole project: none of its services starts. It is mostly a service that was renamed in one
place, or a volume that was never declared.
""",
    remedy="Correct the name, or declare what is missing.",
    severity="error",
    scope="project",
    kinds=("compose",),
    tags=("correctness",),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
services:
  api:
    build: .
    depends_on: [database]  # <-- here
    network_mode: service:vpn  # <-- here
    volumes:
      - data:/data  # <-- here
  db:
    image: postgres:17
    networks: [back]  # <-- here
    secrets:
      - source: word  # <-- here
volumes:
  dta:
"""
        ),
        bad(
            {
                "compose.yaml": """\
services:
  api:
    build: .
    depends_on:
      db: {condition: service_healthy}
      mail:  # <-- here
        condition: service_started
""",
                "compose.override.yaml": "services: {db: {image: 'postgres:17'}}\n",
            },
            note="the other file has one of the two",
        ),
        good(
            {
                "compose.yaml": """\
include: [infra/compose.yaml]
services:
  api:
    build: .
    depends_on:
      db: {condition: service_healthy}
      tracing: {condition: service_started, required: false}
    volumes: ["data:/data", "./conf:/conf", "/cache", "${DATA:-./d}:/d", "~/x:/x"]
    networks: [default]
  worker:
    extends: api
    network_mode: "service:api"
    links: ["db:database", "${CACHE:-cache}"]
    depends_on: ["${STORE}"]
volumes: {data: }
""",
                "infra/compose.yaml": (
                    "services: {db: {image: 'postgres:17', networks: {n: }, depends_on: [api]}}\nnetworks: {n: }\n"
                ),
            },
            note="from files that include or are included, what may be missing, folders, and every project's network",
        ),
        good(
            {"deploy/prod.compose.yaml": "services: {api: {environment: {A: '1'}, depends_on: [db]}}\n"},
            note="a part of a project that is somewhere else",
        ),
    ),
)

_KINDS = ("volumes", "networks", "secrets", "configs")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each reference to a service, volume, network, secret or config that no file of the project has."""
    projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
    for service in projects.services:
        if service.path in projects.opaque or _is_part(service):
            continue
        names = projects.names[service.path]
        for name, span in _services(service.node):
            if name not in names and "$" not in name:
                yield _missing(rule, service, "service", name, span)
        for key in _KINDS:
            known = projects.defined[service.path].get(key, frozenset())
            for name, span in _references(service.node, key):
                if name not in known:
                    yield _missing(rule, service, key.removesuffix("s"), name, span)


def _missing(rule: RuleContext, service: RunService, what: str, name: str, span: Span) -> Finding:
    return rule.finding(
        span, f"there is no {what} `{name}` in this project", subject=f"{service.name} {what} {name}"
    )


def _is_part(service: RunService) -> bool:
    """Whether the service is nothing by itself: the rest of it is in a file that is not known."""
    return all(form.child("image") is None and form.child("build") is None for form in service.forms)


def _services(node: Node) -> Iterator[tuple[str, Span]]:
    depends = node.child("depends_on")
    for name, entry in depends.names() if depends is not None else ():
        required = entry.child("required")
        if required is None or required.scalar is not False:
            yield name, entry.span if entry.mapping is None else entry.key or entry.span
    for key in ("links", "volumes_from"):
        for item in _items(node.child(key)):
            name = text_of(item).partition(":")[0]
            if name and name != "container":
                yield name, item.span
    for key in ("network_mode", "ipc", "pid"):
        mode = node.child(key)
        kind, colon, name = text_of(mode).partition(":")
        if mode is not None and kind == "service" and colon:
            yield name, mode.span


def _references(node: Node, key: str) -> Iterator[tuple[str, Span]]:
    found = node.child(key)
    if found is None:
        return
    if key == "networks":
        for name, entry in found.names():
            if name != "default" and "$" not in name:
                yield name, entry.key if entry.mapping is not None and entry.key else entry.span
        return
    for item in _items(found):
        if item.mapping is None:
            written = text_of(item)
            name = written.partition(":")[0] if key == "volumes" else written
            if key == "volumes" and (":" not in written or not _is_named(name)):
                continue
            span = item.span
        else:
            source = item.child("source")
            if source is None or (key == "volumes" and text_of(item.child("type")) != "volume"):
                continue
            name, span = text_of(source), source.span
        if name and "$" not in name:
            yield name, span


def _is_named(source: str) -> bool:
    return source[:1].isalnum() and "/" not in source and "\\" not in source and len(source) > 1


def _items(node: Node | None) -> tuple[Node, ...]:
    return (node.sequence or ()) if node is not None else ()
