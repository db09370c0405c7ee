"""compose/datastore-port-published: a datastore that everybody who reaches the host can connect to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import EXAMPLES, TESTS, Document, Finding, RuleContext, bad, define, good
from lintkit.api.compose import services
from lintkit.api.formats import whole_number
from lintkit.api.words import datastore_of

RULE = define(
    summary="a datastore is published on every interface of the host",
    why="""
Docker opens a published port on all interfaces and writes its own firewall rules, which go past ufw and most host
firewalls. Scanners find an open Redis, PostgreSQL or MongoDB within hours; without a password, or with the one of the
example, its data is copied, deleted and held for ransom.
""",
    remedy="Do not publish the port: services reach it over their network. For tools, publish `127.0.0.1:5432:5432`.",
    severity="warning",
    kinds=("compose",),
    tags=("security", "CWE-668"),
    packs=("security", "production", "strict"),
    supersedes=("compose/port-all-interfaces",),
    paths_ignore=(
        *TESTS,
        *EXAMPLES,
        "**/*override*",
        "**/*[.-]dev*",
        "**/dev[.-]*",
        "**/*[.-]local.*",
        "**/*[.-]test*",
    ),
    examples=(
        bad(
            """\
services:
  cache:
    image: redis:7
    ports:
      - "6379:6379"  # <-- here
  db:
    image: registry.example.com/mirror/postgres:${TAG:-17}
    ports:
      - target: 5432  # <-- here
        published: 5433
"""
        ),
        bad(
            """\
services:
  search:
    image: docker.elastic.co/elasticsearch/elasticsearch:8.15.0
    ports: ["${PORT:-9200}:9200"]  # <-- here
  graph:
    image: neo4j:5
    ports:
      - 0.0.0.0:7687:7687  # <-- here
""",
            note="a port from a variable, and all interfaces said on purpose",
        ),
        good(
            """\
services:
  cache:
    image: redis:7
    ports: ["127.0.0.1:6379:6379"]
  db:
    image: postgres:17
    expose: [5432]
  queue:
    image: rabbitmq:4-management
    ports: ["15672:15672"]
  admin:
    image: redis/redisinsight:2
    ports: ["5540:5540"]
""",
            note="one interface, none at all, a port that is no datastore's, and another program",
        ),
        good(
            {"docker-compose.override.yml": 'services: {db: {image: "postgres:17", ports: ["5432:5432"]}}\n'},
            note="what is for one's own machine",
        ),
    ),
)

_SHORT = re.compile(
    r"(?:(?P<ip>0\.0\.0\.0|\[::\]):)?(?:(?:[0-9]+(?:-[0-9]+)?|\$\{\w+(?::?-[0-9]*)?\}|\$\w+)?:)?(?P<target>[0-9]+)(?:/tcp)?"
)
_ANY = ("", "0.0.0.0", "::", "[::]")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each published port of a datastore that is bound to no address."""
    for service in services(document):
        store = datastore_of(service.data.get("image"))
        ports = service.data.get("ports")
        if store is None or not isinstance(ports, list):
            continue
        for index, item in enumerate(ports):
            target = _open_target(item)
            if target in store.ports:
                route = (*service.route, "ports", index)
                yield rule.finding(
                    document.key_span((*route, "target")) if isinstance(item, dict) else document.span(route),
                    f"{store.name} listens on every interface of the host (port {target})",
                    subject=f"{service.name} {target}",
                )


def _open_target(item: Any) -> int | None:
    """The port of the container that an item of `ports` publishes on every interface."""
    if isinstance(item, int) and not isinstance(item, bool):
        return item
    if isinstance(item, str):
        match = _SHORT.fullmatch(item)
        return whole_number(match["target"]) if match is not None else None
    if isinstance(item, dict) and str(item.get("host_ip", "")) in _ANY and item.get("published") is not None:
        return whole_number(str(item.get("target", "")))
    return None
