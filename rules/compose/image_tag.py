"""compose/image-tag: an image without a tag, or with one that moves."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.compose import resolve, services, variables
from lintkit.api.docker import is_moving_tag

RULE = define(
    summary="an image is named without a tag, or with one that moves",
    why="""
The next pull brings whatever was published last: a new major version of the database, or a release with a fault,
on a day when nobody changed anything. Going back is not possible either, because the old version has no name.
""",
    remedy="Write the version, such as `redis:7.4`, and let a bot update it.",
    severity="warning",
    kinds=("compose",),
    tags=("reliability",),
    equivalents=("dclint:service-image-require-explicit-tag",),
    packs=("strict", "production"),
    examples=(
        bad(
            """\
services:
  cache:
    image: redis  # <-- here
  proxy:
    image: registry.example.com:5000/proxy:latest  # <-- here
"""
        ),
        bad(
            """\
services:
  api:
    image: ${REGISTRY}/shop/api  # <-- here
  web:
    image: $REGISTRY:5000/shop/web  # <-- here
  worker:
    image: ${REGISTRY:-ghcr.io/acme}/worker:${TAG:-latest}  # <-- here
  cache:
    image: ${CACHE:-redis}  # <-- here
  mail:
    image: ghcr.io/acme/mail:main  # <-- here
""",
            note="variables that name the registry, and what they become unless somebody sets them",
        ),
        good(
            """\
services:
  cache:
    image: redis:7.4-alpine
  proxy:
    image: proxy@sha256:9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d
  api:
    image: ${IMAGE:?set IMAGE}
  web:
    image: shop/web${SUFFIX}
  mail:
    image: ${REGISTRY}/mail:${TAG:?}
  worker:
    image: shop
    build: .
  cron:
    image: shop
""",
            note="the name of what is built here is no dependency, and what a variable says is not known",
        ),
        good(
            """\
services:
  web:
    build: .
    image: [shop]
""",
            note="an image that is no name",
        ),
    ),
)

_UNKNOWN = "\0"


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each image that is pulled and has neither a digest nor a tag that stays."""
    every = services(document)
    named = [service.data.get("image") for service in every if service.data.get("build") is not None]
    built = frozenset(image for image in named if isinstance(image, str))
    for service in every:
        image = service.data.get("image")
        if not isinstance(image, str) or image in built:
            continue
        fault = _fault(image)
        if fault:
            message = f"`{image}` {fault}, so every pull may bring another image"
            yield rule.finding(document.span((*service.route, "image")), message, subject=service.name)


def _fault(image: str) -> str:
    """What lets an image change under its name; empty for a digest, for a tag that stays, and for an unknown one."""
    unknown = {each.name: _UNKNOWN for each in variables(image) if not each.operator.endswith("-")}
    name = resolve(image, unknown).rpartition("/")[2]
    if not name or "@" in name or any(char.isspace() for char in name):
        return ""
    name, colon, tag = name.partition(":")
    if colon:
        return "has a tag that moves" if is_moving_tag(tag) else ""
    return "" if _UNKNOWN in name else "has no tag"
