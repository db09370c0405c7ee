"""compose/loopback-url: a service that is told to find another one at localhost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.compose import environment_entries, services
from lintkit.api.formats import scalar_span
from lintkit.api.words import datastore_of

RULE = define(
    summary="a service is given a URL at localhost, which is the container itself",
    why="""
Inside a container `localhost` is the container. The database or API that listens on the host or in another service is
not there, so every connection is refused, or the service falls back to something it should not.
""",
    remedy="Name the other service (`redis://cache:6379`), or `host.docker.internal` for something on the host.",
    severity="error",
    kinds=("compose",),
    tags=("correctness",),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
services:
  api:
    image: shop:1
    environment:
      REDIS_URL: redis://localhost:6379/0  # <-- here
  worker:
    image: shop:1
    environment:
      - DATABASE_URL=postgresql://127.0.0.1/shop  # <-- here
      - AMQP_URL=${AMQP_URL:-amqp://localhost}  # <-- here
  cache:
    image: redis:7
"""
        ),
        good(
            """\
services:
  api:
    image: shop:1
    environment:
      REDIS_URL: redis://cache:6379/0
      PUBLIC_URL: http://localhost:8000
      CORS_ORIGINS: http://localhost:3000
      HEALTH_URL: http://localhost:8000/health
      DATABASE_URL: postgresql://db.localhost.example.com/shop
  proxy:
    image: proxy:1
    network_mode: host
    environment:
      REDIS_URL: redis://localhost:6379/0
  sidecar:
    image: proxy:1
    network_mode: service:cache
    environment:
      REDIS_URL: redis://localhost:6379/0
  cache:
    image: redis:7
    environment:
      PING_URL: redis://localhost:6379
""",
            note="what a browser uses, the service itself, or a shared network",
        ),
    ),
)

_DATASTORE = re.compile(
    r"(?i)\b(?:rediss?|postgres(?:ql)?|mysql|mariadb|mongodb|amqps?|neo4j|bolt|kafka|nats|memcached?|clickhouse|mssql|cassandra"
    r"|elasticsearch|sqlserver)(?:\+\w+)*://(?:[^\s@/]*@)?(?P<host>localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/,?}\s]|$)"
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report URLs of datastores and brokers at loopback in the environment of services with a network of their own."""
    for service in services(document):
        if "network_mode" in service.data or "pid" in service.data:
            continue
        image = service.data.get("image")
        if isinstance(image, str) and datastore_of(image) is not None:
            continue  # it is what listens there
        for entry in environment_entries(document, service.route):
            match = _DATASTORE.search(entry.raw)
            if match is None:
                continue
            span = scalar_span(document, entry.route, match.start("host"), match.end("host"))
            yield rule.finding(
                span,
                f"`{entry.name}` sends service `{service.name}` to `{match['host']}`, which is its own container",
                subject=f"{service.name} {entry.name}",
            )
