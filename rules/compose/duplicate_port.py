"""compose/duplicate-port: two published ports that are the same port of the host."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.api import Budget, Document, Finding, Location, Route, RuleContext, bad, define, good
from lintkit.api.compose import Service, services
from lintkit.api.dotenv import is_for_a_desk
from lintkit.api.formats import list_at, whole_number

RULE = define(
    summary="two services publish the same port of the host",
    why="""
The second container fails with `port is already allocated`, so a part of the stack stays down. Which part depends on
the order in which the containers happen to start.
""",
    remedy="Publish another port, or put the services in profiles of which one is active.",
    severity="error",
    kinds=("compose",),
    tags=("correctness",),
    equivalents=("dclint:no-duplicate-exported-ports",),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
services:
  api:
    image: shop:1
    ports: ["8000:8000"]
  admin:
    image: admin:1
    ports:
      - "9000:9000"
      - "127.0.0.1:8000:80"  # <-- here
"""
        ),
        bad(
            """\
services:
  api:
    image: shop:1
    ports:
      - target: 8000
        published: "8000"
  admin:
    image: admin:1
    ports:
      - "7999-8001:7999-8001"  # <-- here
""",
            note="within a range, and in the long form",
        ),
        good(
            """\
services:
  api:
    image: shop:1
    ports: ["127.0.0.1:8000:8000", "8000:8000/udp"]
  admin:
    image: admin:1
    ports: ["10.0.0.1:8000:80", "80", "${PORT:-8000}:80"]
  worker:
    image: shop:1
    profiles: [jobs]
    ports: ["8001:80"]
  other:
    image: shop:1
    profiles: [web]
    ports: ["8001:80"]
""",
            note="other addresses, protocols or profiles, or a port that Docker chooses",
        ),
        good(
            {
                "docker-compose.dev.yml": """\
services:
  web: {build: ., command: python manage.py runserver, ports: ["8000:8000"]}
  web-debug: {build: ., command: python -m debugpy manage.py runserver, ports: ["8000:8000"]}
  web-test: {build: {context: .}, command: pytest, ports: ["8000:8000"]}
"""
            },
            note="a developer starts the one or the other form of a program",
        ),
    ),
)

_SHORT = re.compile(
    r"(?:(?P<ip>[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|\[[0-9a-fA-F:]+\]):)?(?P<low>[0-9]+)(?:-(?P<high>[0-9]+))?"
    r":[0-9]+(?:-[0-9]+)?(?:/(?P<protocol>\w+))?"
)
_ANY = ("", "0.0.0.0", "[::]", "::")
_MAX_PORTS = 1000


@dataclass(frozen=True, slots=True)
class _Mapping:
    """What publishes a port: the address (empty for all), the service, where that stands, and its profiles.

    program  where a developer starts one form of it or another, what they are forms of; else empty
    """

    address: str
    service: str
    route: Route
    profiles: frozenset[str]
    program: str


class _Published:
    """The mappings of one port so far, so that one that it clashes with is found without looking at all."""

    def __init__(self) -> None:
        self._by_address: dict[str, dict[frozenset[str], _Mapping]] = {}
        self._everywhere: dict[frozenset[str], _Mapping] = {}
        self._anywhere: dict[frozenset[str], _Mapping] = {}

    def clash(self, new: _Mapping, budget: Budget) -> _Mapping | None:
        """A mapping of the same address, or of all addresses, that can run at the same time. Raises RuleLimitError."""
        several = (self._by_address.get(new.address, {}), self._everywhere)
        for group in (self._anywhere,) if new.address in _ANY else several:
            for other in _alike(group, new.profiles):
                budget.spend(1, "comparing the ports of services with many profiles")
                if not new.profiles or not other.profiles or new.profiles & other.profiles:
                    return other
        return None

    def add(self, new: _Mapping) -> None:
        self._anywhere.setdefault(new.profiles, new)
        if new.address in _ANY:
            self._everywhere.setdefault(new.profiles, new)
        else:
            self._by_address.setdefault(new.address, {}).setdefault(new.profiles, new)


def _alike(group: Mapping[frozenset[str], _Mapping], profiles: frozenset[str]) -> Iterator[_Mapping]:
    """Those that most likely clash first: of the same profiles, and of none; then all others."""
    for key in dict.fromkeys((profiles, frozenset[str]())):
        if key in group:
            yield group[key]
    yield from (other for key, other in group.items() if key and key != profiles)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each mapping whose host port an earlier one has."""
    seen: dict[tuple[int, str], _Published] = {}
    budget = Budget()
    alternatives = is_for_a_desk(document.path, rule.environment)
    for service in services(document):
        ports = service.data.get("ports")
        profiles = service.data.get("profiles")
        own = frozenset(map(str, profiles)) if isinstance(profiles, list) else frozenset[str]()
        for index, item in enumerate(list_at(ports)):
            parsed = _published(item)
            if parsed is None:
                continue
            address, low, high, protocol = parsed
            program = _program(service) if alternatives else ""
            new = _Mapping(address, service.name, (*service.route, "ports", index), own, program)
            earlier: tuple[int, _Mapping] | None = None
            for port in range(low, min(high, low + _MAX_PORTS) + 1):
                budget.spend(1, "comparing the ranges of ports")
                published = seen.setdefault((port, protocol), _Published())
                other = published.clash(new, budget) if earlier is None else None
                if other is not None and not (new.program and new.program == other.program):
                    earlier = port, other
                published.add(new)
            if earlier is not None:
                port, other = earlier
                yield rule.finding(
                    document.span(new.route),
                    f"port {port} of the host is already published by service `{other.service}`",
                    subject=f"{service.name} {port}",
                    related=(Location(document.span(other.route), "the other one"),),
                )


def _program(service: Service) -> str:
    """What a service is a form of: what it is built from, else its image."""
    build = service.data.get("build")
    if isinstance(build, dict):
        build = f"{build.get('context', '.')} {build.get('dockerfile', '')}".strip()
    return str(build or service.data.get("image") or "")


def _published(item: Any) -> tuple[str, int, int, str] | None:
    """(address, first port, last port, protocol) of what an item of `ports` publishes; None where it is not known."""
    if isinstance(item, str):
        match = _SHORT.fullmatch(item)
        if match is None:
            return None
        low, high = whole_number(match["low"]), whole_number(match["high"] or match["low"])
        if low is None or high is None:
            return None
        return match["ip"] or "", low, high, match["protocol"] or "tcp"
    if isinstance(item, dict):
        low = whole_number(str(item.get("published", "")))
        if low is None:
            return None
        return str(item.get("host_ip", "")), low, low, str(item.get("protocol", "tcp"))
    return None
