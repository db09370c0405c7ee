"""compose/schema: what the compose specification does not allow."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, Route, RuleContext, Span, bad, define, good
from lintkit.api.compose import MAIN_FILES, Refusal, invalid_parts, refusal, refusals
from lintkit.api.formats import mapping_at, part_span

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
services: {api: {image: 'shop:1', secrets: [key], volumes: ['data:/data']}}
secrets:
  key:
    file: ./key
    environment: KEY  # <-- here
volumes:
  data:
    external: true
    driver: local  # <-- here
  other: {external: true, name: shared, x-owner: us}
""",
            note="two sources of one secret, and settings of a volume that somebody else makes",
        ),
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
        bad(
            """\
x-image: &image shop:${TAG  # <-- here
services:
  api:
    image: *image
    environment:
      - A=${1ST}  # <-- here
      - B=${}  # <-- here
      - C=${D:-${E F}}  # <-- here
    command: |
      echo $$HOME
      curl ${{ secrets.URL }}  # <-- here
    labels:
      rule: "Host(`${HOST/www/}`)"  # <-- here
"""
        ),
        good(
            """\
services:
  api:
    image: shop:${TAG:-1}
    command: "awk '{ print $1 }' $@ $$$${x} ^a$ 5$ ${A:+${B:-c}} ${C?set C} ${D-}"
    environment: {"a${b": c}
""",
            note="every form, dollars that stand for themselves, and a key",
        ),
        good({"docker-compose.override.yml": "services: {api: , web: {image: 'web:2'}}\n"}),
        good({"docker-compose.override.yml": "services: {api: {ports: !reset [], build: !reset null}}\n"}),
        good({"playbooks/compose.yml": "- hosts: all\n  tasks: []\n"}, note="another program's file"),
    ),
)

_TO_ITS_END = re.compile(r"[^${}\n]{0,200}\}")
_MOST_PARTS = 20
"""How many faults of one value are told of."""


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
    for found in refusals(document):
        span = _place(document, found)
        if (span, found.sentence) not in seen:  # services that share a mapping share its faults
            seen.add((span, found.sentence))
            yield rule.finding(span, found.sentence, subject=_subject(found.route))
    for route, span, why in _uninterpolated(document):
        if (span, why) not in seen:
            seen.add((span, why))
            message = f"{why}, so compose refuses the file; `$${{` stands for the characters themselves"
            yield rule.finding(span, message, subject=_subject(route))


def _subject(route: Route) -> str:
    return ".".join(str(part) for part in route if isinstance(part, str)) or "file"


def _uninterpolated(document: Document) -> Iterator[tuple[Route, Span, str]]:
    """Every `${` that compose cannot read: it interpolates all values of the file, extensions too, and no keys."""
    if "${" not in document.text or not isinstance(document.data, dict):
        return
    for route, node in document.nodes.items():
        if node.raw is None or "${" not in node.raw or node.alias is not None:
            continue
        for start, end in invalid_parts(node.raw)[:_MOST_PARTS]:
            closed = _TO_ITS_END.match(node.raw, end)
            end = end if closed is None else closed.end()
            span = part_span(document.text, node.value, node.raw, node.style, start, end)
            yield route, span, refusal(node.raw, start)


def _without_content(document: Document) -> Iterator[str]:
    """Services without a value; what overrides or includes another file may leave them to it."""
    data, tag = document.data, getattr(document.nodes, "tag", None)
    if posixpath.basename(document.path) not in MAIN_FILES or not isinstance(data, dict) or "include" in data:
        return
    services = data.get("services")
    for name, service in mapping_at(services).items():
        if service is None and not ((tag is not None and tag(("services", name))) or "").startswith("!"):
            yield name


def _place(document: Document, refusal: Refusal) -> Span:
    """A scalar where it is written, anything else at its key; an item of a list at its first line."""
    node = document.nodes.get(refusal.route)
    if node is None or (node.key is not None and (refusal.at_key or node.raw is None)):
        return document.key_span(refusal.route)
    line = document.text.find("\n", node.value.start, node.value.end)
    return node.value if line < 0 else Span(document.path, node.value.start, line)
