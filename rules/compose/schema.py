"""compose/schema: what the compose specification does not allow."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, Span, bad, define, good
from lintkit.graph.compose_services import MAIN_FILES
from lintkit.parse.compose_specification import Refusal, refusals

RULE = define(
    summary="the file is not what the compose specification allows",
    why="""
`docker compose` refuses a file with a key that it does not know or a value of another type, and none of its services
starts. Where an older version is more patient, the key has no effect: `enviroment` sets nothing.
""",
    remedy="Write it as the [reference](https://docs.docker.com/reference/compose-file/) says.",
    severity="error",
    kinds=("compose",),
    tags=("correctness",),
    packs=("recommended",),
    examples=(
        bad(
            """\
services:
  api:
    image: shop:1
    enviroment:  # <-- here
      A: "1"
    ports: 8000:8000  # <-- here
    build:
      contxt: .  # <-- here
    depends_on:
      db:
        condition: healthy  # <-- here
  db:
    image: postgres:17
volume:  # <-- here
  db:
"""
        ),
        bad(
            """\
web:  # <-- here
  image: shop:1
  ports: ["8000:8000"]
""",
            note="a file of the first version",
        ),
        good(
            """\
version: 3.8
x-logging: &logging {driver: local}
services:
  api:
    build: {context: ., args: [A=1]}
    logging: *logging
    environment: {A: 1, B: true, C: }
    ports: ["8000:8000", {target: 9000, published: "9000"}]
    cpus: ${CPUS:-1}
    stop_grace_period: ${GRACE}
    x-owner: shop
    develop: {watch: [{path: ., action: rebuild}]}
  db:
    image: postgres:17
    environment: [TZ=UTC, A=1, TZ=UTC]
    healthcheck: {test: pg_isready, start_interval: 1s}
    deploy: {resources: {limits: {cpus: "1", memory: 1G}}}
""",
            note="extensions, both forms, variables, an item twice, and a `version` that nobody reads",
        ),
        bad(
            """\
services:
  api:  # <-- here
  web ui:  # <-- here
    image: web:1
""",
            note="a name with a space, and a service that was commented out up to its name",
        ),
        good({"docker-compose.override.yml": "services: {api: , web: {image: 'web:2'}}\n"}),
        good({"docker-compose.override.yml": "services: {api: {ports: !reset [], build: !reset null}}\n"}),
        good({"playbooks/compose.yml": "- hosts: all\n  tasks: []\n"}, note="another program's file"),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report what compose refuses, and a file of the first version, which it refuses as a whole."""
    for problem in document.problems:
        if problem.code == "compose-v1":
            message = "services stand at the top level, as in the first version, which compose refuses"
            yield rule.finding(problem.span, message, subject="version 1")
    for name in _without_content(document):
        message = f"service `{name}` is nothing, where compose takes a mapping"
        yield rule.finding(document.key_span(("services", name)), message, subject=f"services.{name}")
    seen = set()
    for refusal in refusals(document):
        span = _place(document, refusal)
        subject = ".".join(str(part) for part in refusal.route if isinstance(part, str))
        if (span, refusal.sentence) not in seen:  # services that share a mapping share its faults
            seen.add((span, refusal.sentence))
            yield rule.finding(span, refusal.sentence, subject=subject or "file")


def _without_content(document: Document) -> Iterator[str]:
    """Services without a value; what overrides or includes another file may leave them to it."""
    data, tag = document.data, getattr(document.nodes, "tag", None)
    if posixpath.basename(document.path) not in MAIN_FILES or not isinstance(data, dict) or "include" in data:
        return
    services = data.get("services")
    for name, service in services.items() if isinstance(services, dict) else ():
        if service is None and not ((tag is not None and tag(("services", name))) or "").startswith("!"):
            yield name


def _place(document: Document, refusal: Refusal) -> Span:
    """A scalar where it is written, anything else at its key; an item of a list at its first line."""
    node = document.nodes.get(refusal.route)
    if node is None or (node.key is not None and (refusal.at_key or node.raw is None)):
        return document.key_span(refusal.route)
    line = document.text.find("\n", node.value.start, node.value.end)
    return node.value if line < 0 else Span(document.path, node.value.start, line)
