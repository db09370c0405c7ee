"""compose/duplicate-container-name: two services that ask for the same container name."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.compose import services

RULE = define(
    summary="two services ask for the same container name",
    why="""
The second container cannot be made: `docker compose up` stops with a conflict, after it has already replaced some of
the others. It shows at the next deployment and not before.
""",
    remedy="Leave `container_name` out, or give every service its own.",
    severity="error",
    kinds=("compose",),
    tags=("correctness",),
    equivalents=("dclint:no-duplicate-container-names",),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
services:
  api:
    image: shop:1
    container_name: shop
  worker:
    image: shop:1
    container_name: shop  # <-- here
"""
        ),
        good(
            """\
services:
  api:
    image: shop:1
    container_name: shop-api
  worker:
    image: shop:1
    container_name: shop-worker
"""
        ),
        good(
            """\
services:
  cpu:
    image: shop:1
    container_name: shop
    profiles: [cpu]
  gpu:
    image: shop:1-gpu
    container_name: shop
    profiles: [gpu]
""",
            note="variants of which one runs",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the later of two services with one container name that no profiles keep apart."""
    seen: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for service in services(document):
        name = service.data.get("container_name")
        if not isinstance(name, str) or "$" in name:
            continue
        profiles = service.data.get("profiles")
        own = frozenset(map(str, profiles)) if isinstance(profiles, list) else frozenset[str]()
        for other, others in seen.setdefault(name, []):
            if own and others and not own & others:
                continue
            yield rule.finding(
                document.span((*service.route, "container_name")),
                f"services `{other}` and `{service.name}` both ask for the container name `{name}`",
                subject=f"{service.name} container_name",
                related=(
                    Location(document.span((*service.route[:-1], other, "container_name")), "the other one"),
                ),
            )
            break
        seen[name].append((service.name, own))
