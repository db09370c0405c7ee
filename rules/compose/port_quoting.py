"""compose/port-quoting: a port mapping that readers of YAML 1.1 take for a number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good, replacement
from lintkit.api.compose import services
from lintkit.api.formats import list_at

RULE = define(
    summary="a port mapping without quotes is a number to some readers",
    why="""
YAML 1.1 reads `22:22` as a number to the base of 60, where the part after the colon is below 60. `docker compose` reads
text, but docker-compose 1.x, and whatever reads the file with PyYAML or Ruby, publishes port 1342, and nothing says so.
""",
    remedy="Put port mappings in quotes.",
    severity="note",
    kinds=("compose",),
    tags=("correctness",),
    equivalents=("dclint:require-quotes-in-ports",),
    packs=("strict",),
    fixable=True,
    examples=(
        bad(
            """\
services:
  git:
    image: git:1
    ports:
      - 22:22  # <-- here
      - 2222:22  # <-- here
""",
            fixed="""\
services:
  git:
    image: git:1
    ports:
      - "22:22"
      - "2222:22"
""",
        ),
        good(
            """\
services:
  git:
    image: git:1
    ports:
      - "22:22"
      - 8080:80
      - 127.0.0.1:22:22
      - 22:22/tcp
      - 022:22
      - 8000
      - target: 22
""",
            note="in quotes, or text to every reader, or no mapping",
        ),
    ),
)

_BASE_60 = re.compile(r"[1-9][0-9_]*(?::[0-5]?[0-9])+")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each plain mapping of `ports` that is a number to the base of 60."""
    for service in services(document):
        ports = service.data.get("ports")
        for index, item in enumerate(list_at(ports)):
            route: Route = (*service.route, "ports", index)
            node = document.nodes[route]
            if (
                isinstance(item, str)
                and node.style == "plain"
                and len(item) < 12
                and _BASE_60.fullmatch(item)
            ):
                number = 0
                for digits in item.replace("_", "").split(":"):
                    number = number * 60 + int(digits)
                yield rule.finding(
                    document.span(route),
                    f"readers of YAML 1.1 take `{item}` for the number {number}",
                    subject=f"{service.name} {item}",
                    fix=replacement("put it in quotes", node.value, f'"{item}"', safe=True),
                )
