"""dockerfile/image-untagged: a base image without a tag."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="an image is built from a base without a tag",
    why="""
No tag means `latest`: the next build brings another base, a new distribution or a new major version of the language. It
fails or behaves differently on a day when nobody changed anything, and the old image cannot be built again.
""",
    remedy="Write the version, such as `python:3.12-slim`, and let a bot update it.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("reliability",),
    equivalents=(
        "kics:image_version_not_explicit",
        "semgrep:missing-image-version",
        "hadolint:DL3006",
        "sonar-iac:docker/SpecificVersionTagCheck",
    ),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
FROM node AS build  # <-- here
RUN npm ci
FROM registry.example.com:5000/web  # <-- here
COPY --from=build /app /app
"""
        ),
        good(
            """\
ARG BASE
FROM node:22-alpine AS build
FROM build AS test
FROM ${BASE} AS other
FROM scratch
COPY --from=build /app /app
""",
            note="a tag, a stage of the file, a variable, and `scratch`",
        ),
        good(
            "FROM node@sha256:9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d\n",
            note="a digest says more than a tag",
        ),
    ),
)

_UNTAGGED = re.compile(r"(?:[\w.-]+(?::\d+)?/)?[\w.-]+(?:/[\w.-]+)*")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the base of every stage that names an image without tag and digest."""
    for index, stage in enumerate(document.data["stages"]):
        base = stage["resolved_base"]
        if stage["parent"] is not None or base.lower() == "scratch" or not _UNTAGGED.fullmatch(base):
            continue
        yield rule.finding(
            document.span(("stages", index, "base")),
            f"`{base}` has no tag, so it is another image after each release",
            subject=base,
        )
