"""env/loopback-in-production: a production environment file that connects to the machine it runs on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import entries_in_force, production_entries
from lintkit.api.secrets import split_words
from lintkit.api.words import loopback_host

RULE = define(
    summary="a production environment file points a connection at localhost",
    why="""
In a container or pod `localhost` is the container itself, where no database, broker or API listens. The service starts,
reports itself healthy, and fails on the first request that needs the other side; links built from such a URL send
users to their own machine.
""",
    remedy="""
Name the host that production uses (`redis://redis.internal:6379/0`), or leave the variable out of the file and let
the deployment set it.
""",
    severity="error",
    kinds=("dotenv",),
    tags=("configuration", "production"),
    packs=("recommended", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/fixtures/**", "**/testdata/**"),
    examples=(
        bad(
            {
                ".env.production": """\
REDIS_URL=redis://localhost:6379/0  # <-- here
export DB_HOST = '127.0.0.1'  # <-- here
KAFKA_BROKERS=localhost:9092,localhost:9093  # <-- here
LOG_LEVEL=info
"""
            },
            note="a file for production by its name",
        ),
        bad(
            {".env": "ENVIRONMENT=production\nNEO4J_URI=bolt://localhost:7687  # <-- here\n"},
            note="a file for production by what it says",
        ),
        bad({"env/production/.env": "API_BASE=http://[::1]:8000/v1  # <-- here\n"}, note="by its folder"),
        bad(
            {"prod.env": "DATABASE_URL=postgresql+asyncpg://app:pw@host.docker.internal/app  # <-- here\n"},
            note="Docker Desktop's name of the developer's machine",
        ),
        bad(
            {".env.production": "CACHE_URL=redis://localhost\nCACHE_URL=redis://127.0.0.1  # <-- here\n"},
            note="of two entries the last one counts",
        ),
        good({".env": "REDIS_URL=redis://localhost:6379/0\n"}, note="nothing says production"),
        good({".env.production.example": "REDIS_URL=redis://localhost:6379/0\n"}, note="an example"),
        good(
            {".env.production": "REDIS_URL=redis://redis.internal:6379/0\nDB_HOST=db\nNAME=localhost\n"},
            note="other hosts, and no connection",
        ),
        good(
            {".env.production": "HOST=127.0.0.1\nUVICORN_HOST=localhost\nBIND_ADDRESS=127.0.0.1:8000\n"},
            note="addresses that the service itself listens on",
        ),
        good(
            {
                ".env.production": """\
CORS_ORIGINS=http://localhost:3000
ALLOWED_HOSTS=localhost,127.0.0.1
NO_PROXY=localhost
HEALTHCHECK_URL=http://localhost:8000/health
"""
            },
            note="allow lists, and a check of the container by itself",
        ),
        good(
            {
                ".env.production": """\
CACHE_STORE=redis
MEMCACHED_HOST=127.0.0.1
MAIL_MAILER=ses
MAIL_HOST=127.0.0.1
"""
            },
            note="left over from a framework's example, and not used: something else is chosen",
        ),
        bad(
            {".env.production": "MAIL_MAILER=smtp\nMAIL_HOST=127.0.0.1  # <-- here\n"},
            note="the same, in use",
        ),
        good(
            {".env": "NODE_ENV=production\nAPI_URL=http://localhost:8000\n"}, note="how a front end is built"
        ),
    ),
)

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.:-]*://|jdbc:")

# The last words of names that hold a host without a scheme.
_ADDRESSES = frozenset(
    """host hosts hostname endpoint endpoints addr addrs address addresses broker brokers server servers node nodes
    url urls uri uris dsn backend master sentinel sentinels""".split()  # noqa: SIM905
)
_NO_CONNECTION = frozenset(
    """cors origin origins allow allowed allowlist whitelist trusted csrf bind listen proxy noproxy health healthcheck
    probe liveness readiness otel otlp statsd agent sidecar dapr""".split()  # noqa: SIM905
)
_OWN_ADDRESS = frozenset(
    """app api web http https server service backend frontend uvicorn gunicorn hypercorn flask fastapi django run
    metrics prometheus admin grpc ws websocket vite nuxt next default public internal main gradio streamlit""".split()  # noqa: SIM905
)


_CHOSEN_BY = {
    "MAIL_HOST": (("MAIL_MAILER", "MAIL_DRIVER"), "smtp"),
    "MEMCACHED_HOST": (("CACHE_STORE", "CACHE_DRIVER", "SESSION_DRIVER"), "memcached"),
    "DB_HOST": (("DB_CONNECTION",), "sql"),
}
"""Settings of Laravel that count only where others name them; the word is part of the choice that does."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every connection at loopback, at its value."""
    values = {entry["key"]: entry["value"] for _, entry in entries_in_force(document)}
    for index, entry, found in production_entries(document, rule.environment):
        host = loopback_host(entry["value"])
        if (
            host is not None
            and _is_connection(entry["key"], entry["value"])
            and _is_used(entry["key"], values)
        ):
            yield rule.finding(
                document.span(("entries", index, "value")),
                f"`{entry['key']}` points at `{host}` in a file for production",
                subject=entry["key"],
                related=found.related,
                confidence=found.confidence,
            )


def _is_used(name: str, values: Mapping[str, str]) -> bool:
    """Whether nothing beside a setting says that another one takes its place."""
    deciders, word = _CHOSEN_BY.get(name, ((), ""))
    chosen = [values[each].lower() for each in deciders if each in values]
    return not chosen or any(word in each and each != "sqlite" for each in chosen)


def _is_connection(name: str, value: str) -> bool:
    words = split_words(name)
    if not words or not _NO_CONNECTION.isdisjoint(words):
        return False
    if _URL.match(value):
        return True
    return words[-1] in _ADDRESSES and not set(words[:-1]) <= _OWN_ADDRESS
