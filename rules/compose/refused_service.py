"""compose/refused-service: what a service says fits every type, and compose refuses it all the same."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lintkit.api import Finding, Project, Route, RuleContext, Span, bad, define, good
from lintkit.graph.compose_services import MAIN_FILES, ComposeProjects, RunService, compose_projects
from lintkit.graph.compose_tree import Node, dependencies, text_of
from lintkit.graph.facts import ComposeFile, ComposeService
from lintkit.parse.numbers import is_digits, whole_number

RULE = define(
    summary="compose refuses a service, because what it says does not fit together",
    why="""
One such service stops the whole project: `docker compose` says what it does not like and starts nothing, also none of
the services that were running well. An editor that knows the schema sees no fault.
""",
    remedy="Keep one of the two settings, break the circle, or write what is missing.",
    severity="error",
    scope="project",
    kinds=("compose",),
    tags=("correctness",),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
services:
  api:  # <-- here
    environment: {A: "1"}
  web:
    image: web:1
    network_mode: host  # <-- here
    networks: [back]
    healthcheck:
      test: ["curl", "-f", "http://localhost"]  # <-- here
  worker:
    image: worker:1
    container_name: worker  # <-- here
    deploy:
      replicas: 2
networks:
  back:
"""
        ),
        bad(
            """\
services:
  api:
    image: shop:1
    depends_on: [queue]  # <-- here
  queue:
    image: queue:1
    network_mode: service:mesh
  mesh:
    image: mesh:1
    depends_on:
      api:
        condition: service_healthy
  alone:
    image: alone:1
    depends_on: [alone]  # <-- here
""",
            note="each circle once",
        ),
        bad(
            """\
services:
  api:
    image: shop:1
    scale: 2  # <-- here
    cpus: "0.5"  # <-- here
    mem_limit: 1g  # <-- here
    deploy:
      replicas: 3
      resources: {limits: {cpus: "1", memory: 512M}}
    ports:
      - "80800:80"  # <-- here
      - target: 8000
        published: "99999"  # <-- here
      - "9000:9000/http"  # <-- here
  web:
    build:
      dockerfile: web.Dockerfile  # <-- here
      dockerfile_inline: FROM web:1
""",
            note="said twice, and ports that do not exist",
        ),
        bad(
            {
                "compose.yaml": "services:\n  api:\n    image: shop:1\n    network_mode: host  # <-- here\n",
                "compose.override.yaml": "services: {api: {networks: [a]}}\nnetworks: {a: }\n",
            },
            note="where compose merges the files by itself",
        ),
        good(
            """\
services:
  api:
    image: shop:1
    healthcheck: {test: [CMD, "true"]}
    container_name: ${NAME:-api}
    scale: ${SCALE:-2}
    ports: ["8080:80", "127.0.0.1:443:443/tcp", "[::1]:53:53/udp", "${P}:99999", "7000-7010:7000-7010"]
  web:
    image: web:1
    container_name: web
    deploy: {replicas: 1, resources: {limits: {memory: 1024M, cpus: "0.50"}}}
    cpus: 0.5
    mem_limit: 1g
    depends_on: {worker: {condition: service_started}}
    network_mode: bridge
    networks:
  worker:
    build: {context: ., dockerfile_inline: FROM worker:1}
    healthcheck: {test: curl -f http://localhost}
    depends_on: [api]
  model:
    provider: {type: model}
""",
            note="one name for one container, the same twice, and what only the environment knows",
        ),
        good(
            {
                "compose.yaml": "services: {api: {environment: {A: '1'}, network_mode: host}}\n",
                "compose.override.yaml": (
                    "services: {api: {image: 'shop:1', network_mode: !reset null, networks: [a]}}\nnetworks: {a: }\n"
                ),
            },
            note="the file that compose merges has the rest, and takes back what does not fit",
        ),
        good(
            {
                "compose.yaml": "services: {api: {environment: {A: '1'}}}\n",
                "deploy/prod.compose.yaml": "services: {api: {image: 'shop:1'}, db: {depends_on: [api]}}\n",
                "compose.debug.yaml": "services: {worker: {environment: {DEBUG: '1'}}}\n",
            },
            note="parts of projects that somebody puts together by hand",
        ),
    ),
)

_PORT = re.compile(
    r"(?:(?:[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|\[[0-9a-fA-F:]+\]):)?(?:([0-9]+)(?:-([0-9]+))?:)?([0-9]+)(?:-([0-9]+))?"
    r"(?:/([a-z]+))?"
)
_PROTOCOLS = ("tcp", "udp", "sctp")
_HIGHEST = 65_535
_MOST_STEPS = 200_000
"""How many references between services are followed in one repository."""

_BYTES = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([bkmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_LIMITS = (
    ("cpus", ("deploy", "resources", "limits", "cpus")),
    ("mem_limit", ("deploy", "resources", "limits", "memory")),
    ("mem_reservation", ("deploy", "resources", "reservations", "memory")),
    ("pids_limit", ("deploy", "resources", "limits", "pids")),
)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What compose refuses: its name, where it is in the service (nowhere: the service itself), and why."""

    name: str
    route: Route
    sentence: str


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report what compose refuses of what it makes of a service, and services that wait for each other."""
    facts = project.facts(ComposeService)
    projects = compose_projects(facts, project.facts(ComposeFile))
    files: defaultdict[str, set[str]] = defaultdict(set)
    for fact in facts:
        files[fact.name].add(fact.path)
    seen: set[tuple[Span, str]] = set()
    for service in projects.services:
        if service.partial:
            continue
        faults = [*_faults(service.node)]
        if _is_empty(service) and _is_whole(service, projects, files[service.name]):
            sentence = f"service `{service.name}` has neither `image` nor `build`, so compose starts nothing"
            faults.append(_Fault("empty", (), sentence))
        for fault in faults:
            span = service.node.place(fault.route) if fault.route else service.span
            if (span, fault.sentence) not in seen:  # services that share a mapping share its faults
                seen.add((span, fault.sentence))
                yield rule.finding(span, fault.sentence, subject=f"{service.name} {fault.name}")
    yield from _circles(projects, rule)


def _is_empty(service: RunService) -> bool:
    return not any(
        form.child(key) is not None for form in service.forms for key in ("image", "build", "provider")
    )


def _is_whole(service: RunService, projects: ComposeProjects, files: set[str]) -> bool:
    """Whether a service is started from this file, and no file that is given by hand can have the rest of it."""
    started = posixpath.basename(service.path) in MAIN_FILES
    return started and service.path not in projects.opaque and files <= set(service.project)


def _faults(node: Node) -> Iterator[_Fault]:
    networks, mode = node.child("networks"), node.child("network_mode")
    if text_of(mode) and networks is not None and (networks.mapping or networks.sequence):
        yield _Fault(
            "network_mode", ("network_mode",), "compose takes `network_mode` or `networks`, never both"
        )
    build = node.child("build")
    if build is not None and build.child("dockerfile") and build.child("dockerfile_inline"):
        sentence = "compose takes `dockerfile` or `dockerfile_inline`, never both"
        yield _Fault("dockerfile", ("build", "dockerfile"), sentence)
    test = node.at("healthcheck", "test")
    words = [text_of(item) for item in (test.sequence or ())] if test is not None else []
    if words and words[0] not in ("CMD", "CMD-SHELL", "NONE") and "$" not in words[0]:
        sentence = (
            f"a list in `test` begins with `CMD`, `CMD-SHELL` or `NONE`; compose refuses `{words[0][:40]}`"
        )
        yield _Fault("healthcheck", ("healthcheck", "test", 0), sentence)
    yield from _counts(node)
    for key, route in _LIMITS:
        own, other = _amount(key, node.child(key)), _amount(key, node.at(*route))
        if own is not None and other is not None and own != other:
            sentence = f"`{key}` and `{'.'.join(route)}` are not the same, which compose refuses"
            yield _Fault(key, (key,), sentence)
    yield from _ports(node.child("ports"))


def _counts(node: Node) -> Iterator[_Fault]:
    scale, replicas = _amount("scale", node.child("scale")), _amount("scale", node.at("deploy", "replicas"))
    if scale is not None and replicas is not None and scale != replicas:
        sentence = "`scale` and `deploy.replicas` are not the same, which compose refuses"
        yield _Fault("scale", ("scale",), sentence)
    count = scale if node.child("scale") is not None else replicas
    name = text_of(node.child("container_name"))
    if name and count is not None and count > 1:
        sentence = (
            f"{count} containers cannot all be named `{name}`, so compose refuses `container_name` here"
        )
        yield _Fault("container_name", ("container_name",), sentence)


def _amount(key: str, node: Node | None) -> Decimal | None:
    """A number or an amount of memory; None where none is written, or where it is not known."""
    text = text_of(node)
    if not key.startswith("mem_"):
        try:
            number = Decimal(text) if len(text) < 20 else None
        except InvalidOperation:
            return None
        return number if number is not None and number.is_finite() else None
    match = _BYTES.fullmatch(text)
    return Decimal(match[1]) * _UNITS[match[2].lower()] if match is not None else None


def _ports(ports: Node | None) -> Iterator[_Fault]:
    for index, item in enumerate((ports.sequence or ()) if ports is not None else ()):
        route: Route = ("ports", index)
        if item.mapping is not None:
            for key in ("published", "target"):
                text = text_of(item.child(key))
                if is_digits(text) and _is_too_high(text):
                    yield _no_port((*route, key), text)
            continue
        text = text_of(item)
        match = _PORT.fullmatch(text)
        if match is None:
            continue
        *numbers, protocol = match.groups()
        if any(number and _is_too_high(number) for number in numbers):
            yield _no_port(route, text)
        elif protocol and protocol not in _PROTOCOLS:
            yield _Fault(text, route, f"`{protocol}` in `{text}` is none of `tcp`, `udp` and `sctp`")


def _no_port(route: Route, text: str) -> _Fault:
    return _Fault(text, route, f"`{text}` names a port above {_HIGHEST}, the highest that there is")


def _is_too_high(digits: str) -> bool:
    number = whole_number(digits)
    return number is None or number > _HIGHEST


def _circles(projects: ComposeProjects, rule: RuleContext) -> Iterator[Finding]:
    """Each circle of services once, where the first of them names the next one."""
    known: set[frozenset[tuple[str, str]]] = set()
    by_file: dict[str, dict[str, RunService]] = {}
    steps = iter(range(_MOST_STEPS))
    for service in projects.services:
        if service.partial or not any(dependencies(service.node)):
            continue
        if service.path not in by_file:
            by_file[service.path] = projects.others(service)
        others = by_file[service.path]
        found = _circle(service, others, steps)
        if found is None:
            continue
        key = frozenset((others[name].path, name) for name in found)
        if key in known:
            continue
        known.add(key)
        after = found[1] if len(found) > 1 else service.name
        span = next(each.span for each in dependencies(service.node) if each.name == after)
        path = " → ".join(f"`{name}`" for name in (*found, service.name)[:10])
        sentence = (
            f"`{service.name}` waits for itself, which compose refuses"
            if len(found) == 1
            else f"each waits for the next one, and compose starts none: {path}"
        )
        yield rule.finding(span, sentence, subject=f"{service.name} circle")


def _circle(service: RunService, others: Mapping[str, RunService], steps: Iterator[int]) -> list[str] | None:
    """The shortest way from a service back to itself, by name; None where there is none, or no step is left."""
    if others.get(service.name) is not service:
        return None
    before: dict[str, str] = {}
    queue = [service.name]
    for name in queue:
        for each in dependencies(others[name].node):
            if next(steps, None) is None:
                return None
            if each.name == service.name:
                way = [name]
                while way[-1] != service.name:
                    way.append(before[way[-1]])
                return way[::-1]
            if each.name in others and each.name not in before:
                before[each.name] = name
                queue.append(each.name)
    return None
