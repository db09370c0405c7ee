"""compose/hardcoded-secret: a secret that is written into a compose file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.compose import (
    build_argument_entries,
    environment_entries,
    is_developers_file,
    services,
    variables,
)
from lintkit.api.dotenv import is_for_a_desk
from lintkit.api.formats import scalar_span
from lintkit.api.secrets import (
    Verdict,
    calls_nobody,
    classify,
    command_secrets,
    is_signing,
    said_of,
    severity_of,
)

RULE = define(
    summary="a secret is written into a compose file",
    why="""
Everybody who can read the repository has the password, it stays in the history after it is removed, and `docker
inspect` shows it. A placeholder is worse than it looks: the stack starts with it, so nobody notices that it was never
replaced.
""",
    remedy="""
Take it from the environment and refuse to start without it (`POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set
POSTGRES_PASSWORD}`), or use `secrets:` with the image's `…_FILE` variable. Replace a real one: it is no secret any
more.
""",
    severity="error",
    kinds=("compose",),
    tags=("security", "secrets", "CWE-798", "CWE-259"),
    equivalents=("kics:passwords_and_secrets", "gitleaks:generic-api-key", "detect-secrets:basic_auth"),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: shop_change_this  # <-- here
  graph:
    image: neo4j:5
    environment:
      - NEO4J_AUTH=neo4j/graph_change_this  # <-- here
      - NEO4J_PLUGINS=["apoc"]
    healthcheck:
      test: ["CMD", "cypher-shell", "-u", "neo4j", "-p", "graph_change_this", "RETURN 1"]  # <-- here
"""
        ),
        bad(
            """\
services:
  cache:
    image: redis:7
    command: redis-server --appendonly yes --requirepass blue-whale  # <-- here
    healthcheck:
      test: ["CMD-SHELL", "redis-cli -a blue-whale ping"]  # <-- here
  api:
    image: shop:1
    environment:
      DATABASE_URL: postgresql://shop:blue-whale@db/shop  # <-- here
      BROKER_URL: amqp://${MQ_USER}:guest@mq:5672  # <-- here
""",
            note="in commands and in URLs",
        ),
        bad(
            """\
x-database: &database
  POSTGRES_PASSWORD: postgres  # <-- here
services:
  db:
    image: postgres:17
    environment: *database
  api:
    image: shop:1
    environment:
      <<: *database
""",
            note="once, where it is written",
        ),
        bad(
            """\
services:
  api:
    image: shop:1
    environment:
      SMTP_PASSWORD: password  # <-- here
      STRIPE_API_KEY: your-key-here  # <-- here
""",
            note="what stands where a key of others or a login for mail would, and opens nothing: under `strict`",
        ),
        good(
            """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}
      POSTGRES_PASSWORD_FILE: /run/secrets/db
      REPLICATION_PASSWORD:
      OTHER_PASSWORD: ""
      POSTGRES_HOST_AUTH_METHOD: scram-sha-256
    healthcheck:
      test: ["CMD-SHELL", "mysqladmin ping -p$$MYSQL_PASSWORD && psql -p 5432"]
""",
            note="taken from the environment or a file, or empty",
        ),
        good(
            """\
services:
  graph:
    image: neo4j:5
    environment:
      - NEO4J_AUTH=${NEO4J_USER}/${NEO4J_PASSWORD}
  other:
    image: neo4j:5
    environment:
      - NEO4J_AUTH=none
      - ALLOW_EMPTY_PASSWORD=yes
      - MYSQL_RANDOM_ROOT_PASSWORD=1
      - TOKEN_EXPIRE_MINUTES=30
      - API_KEY
    command: redis-server --requirepass ${REDIS_PASSWORD}
""",
            note="references, and settings that only speak of a secret",
        ),
        good(
            "services: {db-test: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: blue-whale}}}\n",
            note="a database that holds what a test writes",
        ),
        good(
            {
                "docker-compose.dev.yml": (
                    "services: {db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: blue-whale}}}\n"
                ),
                "ci/compose.yaml": (
                    "services: {api: {image: 'shop:1', environment: {SECRET_KEY: k3Vw9-not-a-live-one}}}\n"
                ),
            },
            note="made up for a developer's machine and a test run",
        ),
        good(
            {
                "demo-setups/relay.compose.yaml": (
                    "services: {relay: {image: 'relay:1', restart: always, environment: {RELAY_PASSWORD: pass123}}}\n"
                ),
                "02-storage/compose.yaml": (
                    "services: {db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: blue-whale}}}\n"
                ),
            },
            note="made up for a demonstration and a lesson",
        ),
        good(
            {
                "compose.yaml": """\
services:
  db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: postgres}, ports: ['5432:5432']}
  web: {build: ., environment: {DATABASE_URL: 'postgresql://postgres:postgres@db/postgres'}, ports: ['8000:8000']}
""",
                "shop/compose.yaml": """\
services:
  db: {image: 'postgres:17', restart: always, environment: {POSTGRES_PASSWORD: postgres}}
  mail: {image: 'axllent/mailpit:v1.20', restart: always}
""",
                "web/compose.yaml": """\
services:
  db: {image: 'postgres:17', restart: always, environment: {POSTGRES_PASSWORD: postgres}}
  web: {image: 'shop-web', volumes: ['.:/app']}
""",
            },
            note="stacks of a developer: built from the source beside them and never brought back, with a mail server "
            "that sends nothing, or running the files as they are",
        ),
        bad(
            {
                "compose.yaml": """\
services:
  db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: postgres}}  # <-- here
  web: {build: ., command: 'gunicorn shop.wsgi', environment: {DEBUG: 'False'}}
""",
                "shop/compose.yaml": """\
services:
  db: {image: 'postgres:17', restart: unless-stopped, environment: {POSTGRES_PASSWORD: postgres}}  # <-- here
  web: {build: .}
""",
                "web/compose.yaml": """\
services:
  db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: postgres}}  # <-- here
  web: {build: .}
  proxy: {image: 'caddy:2', ports: ['80:80', '443:443']}
""",
            },
            note="built beside the source as well, and made to serve: a server of production, one that is brought "
            "back, a proxy for everybody",
        ),
        bad(
            """\
services:
  db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: postgres}}
  web:
    build: .
    command: python manage.py runserver 0.0.0.0:8000
    volumes: [".:/app"]
    environment:
      DATABASE_URL: postgresql://postgres:postgres@db/postgres
      MAIL_PASSWORD: 9f8Qz1Lm4Xv7Kp2Rt6Yw3  # <-- here
      DJANGO_SECRET_KEY: Xv7Kp2Rt6Yw39f8Qz1Lm4
""",
            note="beside a program that reloads changed code a password that everybody knows is good enough",
        ),
        bad(
            {
                "docker-compose.dev.yml": "services:\n  api:\n    image: shop:1\n    environment:\n"
                "      GITHUB_TOKEN: ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "kL1mN2oP3qR4sT5u  # <-- here\n"
            },
            note="a token that opens something, wherever it stands",
        ),
    ),
)

_FOR_TESTS = re.compile(r"(?i)(?:^|[-_])(?:unit|e2e|integration)?tests?(?:[-_]|$)")
_COMMANDS = (("command",), ("entrypoint",), ("healthcheck", "test"))


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report literal secrets of the services: in variables, build arguments, commands and health checks.

    In a file for a developer's machine or a test run only what opens something elsewhere, and beside programs that
    reload changed code nothing that everybody knows.
    """
    at_a_desk = is_for_a_desk(document.path, rule.environment)
    developed = at_a_desk or is_developers_file(document)
    for service in services(document):
        made_up = at_a_desk or _FOR_TESTS.search(service.name) is not None
        for entries in (environment_entries, build_argument_entries):
            for entry in entries(document, service.route):
                if not entry.value:
                    continue
                offset = len(entry.raw) - len(entry.value)
                plain = _plain(entry.value)
                verdict = classify(entry.name, plain, credential=True)
                if verdict is None or (not rule.strict and calls_nobody(entry.name, plain, verdict)):
                    continue
                if _counts(entry.name, verdict, made_up, developed):
                    said = said_of(plain, verdict)
                    yield rule.finding(
                        scalar_span(document, entry.route, verdict.start + offset, verdict.end + offset),
                        f"`{entry.name}` of service `{service.name}` is written in the file and {said}",
                        subject=f"{service.name} {entry.name}",
                        severity=severity_of(entry.name, plain, verdict),
                        secret=True,
                    )
        for parts in _COMMANDS:
            yield from _command(document, service.name, (*service.route, *parts), made_up, developed, rule)


def _counts(name: str, verdict: Verdict, made_up: bool, developed: bool) -> bool:
    """Whether a secret is one in this place.

    made_up    whatever is not issued by others is made up for this place alone
    developed  the file runs programs as they are written, so that what everybody would choose is good enough, and
               a key for signing is one of this machine
    """
    if made_up:
        return verdict.reason.is_issued
    return not (
        developed and (verdict.reason.is_made_up or (is_signing(name) and not verdict.reason.is_issued))
    )


def _command(
    document: Document, service: str, route: Route, made_up: bool, developed: bool, rule: RuleContext
) -> Iterator[Finding]:
    routes = [route]
    node = document.nodes.get(route)
    if node is not None and node.raw is None:
        routes = []
        while (*route, len(routes)) in document.nodes:
            routes.append((*route, len(routes)))
    texts = [document.nodes[each].raw or "" for each in routes if each in document.nodes]
    where = "health check" if route[-1] == "test" else route[-1]
    items = [_plain(text) for text in texts]
    for secret in command_secrets(items):
        item, verdict = items[secret.item], secret.verdict
        if not _counts(secret.name, verdict, made_up, developed):
            continue
        what = f"after `{secret.name}`" if secret.name else "in a URL or word"
        yield rule.finding(
            scalar_span(document, routes[secret.item], verdict.start, verdict.end),
            f"the {where} of service `{service}` holds a literal {what} that {said_of(item, verdict)}",
            subject=f"{service} {where} {secret.name}".rstrip(),
            severity=severity_of(secret.name, item, verdict),
            secret=True,
        )


def _plain(raw: str) -> str:
    """`raw` with every `${NAME…}` as a mere reference of the same length, so that no default is read as a literal."""
    for variable in variables(raw):
        size = variable.end - variable.start
        if variable.operator and raw.startswith("${", variable.start):
            raw = f"{raw[: variable.start]}${{{'x' * (size - 3)}}}{raw[variable.end :]}"
    return raw
