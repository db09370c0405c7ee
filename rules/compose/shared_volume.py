"""compose/shared-volume: several services write to one folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.api import Document, Finding, Location, Route, RuleContext, Span, bad, define, good
from lintkit.api.compose import mount_parts, services
from lintkit.api.formats import list_at

RULE = define(
    summary="several services write to one folder",
    why="""
What one service writes, the other reads or runs: a break-in into the first is one into the second, and two programs
that do not know of each other write over each other's files. Mounts that are handed on (`propagation`) do the same with
the host.
""",
    remedy="Give each service a volume of its own, or mount the shared one read-only where it is only read.",
    severity="note",
    confidence="low",
    kinds=("compose",),
    tags=("security", "CWE-668"),
    equivalents=("kics:shared_volumes_between_containers", "kics:volume_mounted_in_multiple_containers"),
    packs=("strict",),
    examples=(
        bad(
            """\
services:
  web:
    image: shop:1
    volumes:
      - ./data:/data  # <-- here
  worker:
    image: shop:1
    volumes:
      - type: bind  # <-- here
        source: ./data/
        target: /app/data
  backup:
    image: backup:1
    volumes:
      - ./data:/data:ro
""",
            note="the last one only reads",
        ),
        bad(
            """\
services:
  web:
    image: shop:1
    volumes:
      - type: bind
        source: /srv
        target: /srv
        bind:
          propagation: rshared  # <-- here
""",
            note="mounts that one side makes appear on the other",
        ),
        good(
            """\
services:
  web:
    image: shop:1
    volumes: ["web:/data", "./web:/conf", "/var/cache", "${DATA:-/mnt}/web:/mnt"]
  worker:
    image: shop:1
    volumes: ["worker:/data", "./worker:/conf", "/var/cache", "${DATA:-/mnt}/worker:/mnt"]
"""
        ),
        good(
            """\
services:
  cpu:
    image: shop:1
    profiles: [cpu]
    volumes: ["./models:/models"]
  gpu:
    image: shop:1-gpu
    profiles: [gpu]
    volumes: ["./models:/models"]
""",
            note="variants of which one runs",
        ),
        good(
            """\
services:
  web:
    image: shop:1
    volumes: [{type: bind, source: ./a, target: /srv, bind: {propagation: {of: shared}}}]
""",
            note="a propagation that is no word",
        ),
    ),
)

_HANDED_ON = ("shared", "rshared", "slave", "rslave")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every mount of what another service mounts as well, unless it is read-only."""
    mounts: defaultdict[str, list[tuple[str, Route]]] = defaultdict(list)
    profiles: dict[str, frozenset[str]] = {}
    for service in services(document):
        named = service.data.get("profiles")
        profiles[service.name] = frozenset(map(str, named)) if isinstance(named, list) else frozenset()
        volumes = service.data.get("volumes")
        for index, item in enumerate(list_at(volumes)):
            route = (*service.route, "volumes", index)
            source = _written_source(item)
            if source and all(name != service.name for name, _ in mounts[source]):
                mounts[source].append((service.name, route))
            bind = item.get("bind") if isinstance(item, dict) else None
            if isinstance(bind, dict) and bind.get("propagation") in _HANDED_ON:
                yield rule.finding(
                    document.span((*route, "bind", "propagation")),
                    f"mounts below this folder become visible on the other side (`{bind['propagation']}`)",
                    subject=f"{service.name} propagation",
                )
    for source, users in mounts.items():
        for name, route in users if len(users) > 1 else ():
            found = next((user for user in users if _run_together(profiles, name, user[0])), None)
            if found is None:
                continue
            other, other_route = found
            yield rule.finding(
                _place(document, route),
                f"`{source}` is mounted by service `{other}` as well, and both may write to it",
                subject=f"{name} {source}",
                related=(Location(_place(document, other_route), "the other one"),),
            )


def _run_together(profiles: Mapping[str, frozenset[str]], one: str, other: str) -> bool:
    """Whether these are two services that no profiles keep apart."""
    apart = profiles[one] and profiles[other] and not profiles[one] & profiles[other]
    return one != other and not apart


def _place(document: Document, route: Route) -> Span:
    """The text of a short mount, the first key of a long one."""
    node = document.nodes[route]
    keys = (document.key_span((*route, name)) for name in ("type", "source", "target", "bind"))
    inside = (key for key in keys if node.value.start <= key.start < node.value.end)
    return node.value if node.raw is not None else min(inside, key=lambda key: key.start, default=node.value)


def _written_source(item: Any) -> str:
    """What a mount takes its files from, if the service may write there."""
    if isinstance(item, str):
        parts = mount_parts(item)
        options = parts[2].split(",") if len(parts) > 2 else []
        source = parts[0] if len(parts) > 1 and "ro" not in options else ""
    elif isinstance(item, dict):
        found = item.get("source")
        source = found if isinstance(found, str) and not item.get("read_only") else ""
    else:
        return ""
    return "" if source.endswith(".sock") else source.rstrip("/") or source
