"""compose/depends-on-without-health: a service starts before what it depends on can answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lintkit.api import TESTS, Finding, Location, Project, RuleContext, Span, bad, define, good
from lintkit.api.compose import RunService, compose_projects
from lintkit.api.facts import ComposeFile, ComposeService
from lintkit.api.formats import Node, text_of
from lintkit.api.words import datastore_of

RULE = define(
    summary="a service waits for the start of another one, not for its health",
    why="""
`depends_on` by itself waits until the container of the other service was started. A database needs seconds more until
it answers; the service fails its first connection, and is down after each reboot of the machine, or migrates nothing.
""",
    remedy="Give the other service a `healthcheck`, and depend on it with `condition: service_healthy`.",
    severity="warning",
    scope="project",
    kinds=("compose",),
    tags=("reliability",),
    packs=("production", "strict"),
    paths_ignore=TESTS,
    examples=(
        bad(
            """\
services:
  api:
    build: .
    depends_on:
      - db  # <-- here
      - web
      - cache
  web:
    image: nginx:1.27
  cache:
    image: redis:7
  db:
    image: postgres:17
""",
            note="Redis answers at once, a database does not",
        ),
        bad(
            """\
services:
  api:
    build: .
    depends_on:
      engine:
        condition: service_started  # <-- here
  engine:
    image: shop/engine:1
    healthcheck: {test: [CMD, /healthy]}
""",
            note="there is a check, and nobody waits for it",
        ),
        bad(
            """\
services:
  api:
    build: .
    depends_on:
      cache:
        condition: service_healthy  # <-- here
  cache:
    image: redis:7
""",
            note="this never starts: the image has no check of its own",
        ),
        good(
            """\
services:
  api:
    build: .
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
      engine: {condition: service_healthy}
  migrate:
    build: .
    depends_on: [engine]
  engine:
    image: shop/engine:1
  db:
    image: postgres:17
    healthcheck: {test: [CMD, pg_isready]}
""",
            note="other images may bring a check, or need none",
        ),
        good(
            """\
services:
  api:
    build: .
    entrypoint: ["/wait-for-it.sh", "${DB_HOST:-db}:5432", "--", "serve"]
    depends_on: [db]
  worker:
    build: .
    command: sh -c 'until nc -w 1 -z db 5432; do sleep 1; done; work'
    depends_on:
      db: {condition: service_started}
  db:
    image: postgres:17
    healthcheck: {test: [CMD, pg_isready]}
""",
            note="the command waits until the database answers",
        ),
        bad(
            """\
services:
  api:
    build: .
    command: wait-for-it.sh queue:5672 -- serve
    depends_on: [db, queue]  # <-- here
  queue:
    image: shop/queue:1
  db:
    image: postgres:17
""",
            note="it waits for something else",
        ),
        good(
            {
                "compose.yaml": "services: {api: {image: 'shop:1', depends_on: [db]}, db: {image: 'postgres:17'}}\n",
                "compose.prod.yaml": (
                    "services:\n"
                    "  api: {depends_on: {db: {condition: service_healthy}}}\n"
                    "  db: {healthcheck: {test: [CMD, pg_isready]}}\n"
                ),
            },
            note="the file for production waits",
        ),
    ),
)


_WAITS = re.compile(
    r"wait[-_]?(?:for|4|until)|\bdockerize\b|/dev/tcp/|\bnc(?:at)? (?:-?\w+ )*-\w*z|\bpg_isready\b"
    r"|\bmysqladmin\b[^;&|]* ping"
)
_MOST_TEXT = 4_000


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each dependency on something with a health, or in need of one, that does not wait for it."""
    projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
    for service in projects.services:
        if service.partial or service.node.child("depends_on") is None:
            continue
        yield from _dependencies(projects.others(service), service, rule)


def _dependencies(
    others: Mapping[str, RunService], service: RunService, rule: RuleContext
) -> Iterator[Finding]:
    waits = {name for form in service.forms for name, how, _ in _conditions(form) if how == "service_healthy"}
    for name, condition, span in _conditions(service.node):
        other = others.get(name)
        if other is None:
            continue
        health = _health(other)
        store = datastore_of(text_of(other.node.child("image")))
        if condition == "service_healthy" and store is not None and not health:
            problem = f"`{name}` has no `healthcheck`, so the service never starts"
        elif name in waits or condition != "service_started" or _waits_itself(service, name):
            continue
        elif health:
            problem = (
                f"the service does not wait until `{name}` is healthy, although that has a `healthcheck`"
            )
        elif store is not None and store.slow:
            problem = f"the service starts before {store.name} (`{name}`) can answer"
        else:
            continue
        related = (Location(other.span, "the service that it depends on"),)
        yield rule.finding(span, problem, subject=f"{service.name} {name}", related=related)


def _conditions(form: Node) -> Iterator[tuple[str, str, Span]]:
    """(service, condition, place) of each dependency."""
    node = form.child("depends_on")
    for name, entry in node.names() if node is not None else ():
        condition = entry.child("condition")
        if condition is not None:
            yield name, text_of(condition), condition.span
        else:
            yield name, "service_started", entry.span if entry.mapping is None else entry.key or entry.span


def _waits_itself(service: RunService, name: str) -> bool:
    """Whether the command of a service asks for the other one until it answers, before it begins."""
    for form in service.forms:
        parts = [form.child("entrypoint"), form.child("command")]
        words = [text_of(item) for part in parts if part is not None for item in part.sequence or (part,)]
        text = " ".join(words)[:_MOST_TEXT]
        if _WAITS.search(text) and (name in text or "$" in text):
            return True
    return False


def _health(service: RunService) -> bool:
    """Whether any form of a service has a check."""
    for form in service.forms:
        check = form.child("healthcheck")
        if check is not None and text_of(check.child("disable")) != "true":
            return True
    return False
