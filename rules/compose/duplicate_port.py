"""compose/duplicate-port: two published ports that are the same port of the host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Location, Route, RuleContext, bad, define, good
from lintkit.parse.compose import services
from lintkit.parse.numbers import whole_number

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
    ),
)

_SHORT = re.compile(
    r"(?:(?P<ip>[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|\[[0-9a-fA-F:]+\]):)?(?P<low>[0-9]+)(?:-(?P<high>[0-9]+))?"
    r":[0-9]+(?:-[0-9]+)?(?:/(?P<protocol>\w+))?"
)
_ANY = ("", "0.0.0.0", "[::]", "::")
_MAX_PORTS = 1000


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each mapping whose host port an earlier one has."""
    seen: dict[tuple[int, str], list[tuple[str, str, Route, frozenset[str]]]] = {}
    for service in services(document):
        ports = service.data.get("ports")
        profiles = service.data.get("profiles")
        own = frozenset(map(str, profiles)) if isinstance(profiles, list) else frozenset[str]()
        for index, item in enumerate(ports if isinstance(ports, list) else ()):
            parsed = _published(item)
            if parsed is None:
                continue
            address, low, high, protocol = parsed
            route = (*service.route, "ports", index)
            earlier = None
            for port in range(low, min(high, low + _MAX_PORTS) + 1):
                for other in seen.setdefault((port, protocol), []):
                    apart = own and other[3] and not own & other[3]
                    if not apart and (address == other[0] or address in _ANY or other[0] in _ANY):
                        earlier = earlier or (port, other)
                seen[port, protocol].append((address, service.name, route, own))
            if earlier is not None:
                port, (_, name, other_route, _) = earlier
                yield rule.finding(
                    document.span(route),
                    f"port {port} of the host is already published by service `{name}`",
                    subject=f"{service.name} {port}",
                    related=(Location(document.span(other_route), "the other one"),),
                )


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
