"""dockerfile/image-untagged: a base image without a tag."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from lintkit.api import LESSONS, NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import is_local
from lintkit.api.dotenv import is_for_a_desk
from lintkit.api.formats import foreign_images

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
    paths_ignore=(*NOT_A_SERVICE, *LESSONS, "**/.devcontainer/**"),
    examples=(
        bad(
            """\
FROM node:22 AS build
FROM biuld AS test  # <-- here
""",
            note="a stage that is not there",
        ),
        bad(
            """\
FROM node AS build  # <-- here
RUN npm ci
FROM registry.example.com:5000/web  # <-- here
COPY --from=build /app /app
COPY --from=nginx /etc/nginx/mime.types /etc/  # <-- here
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
        bad("FROM build AS test  # <-- here\nFROM node:22 AS build\n", note="a stage that comes later"),
        good(
            "FROM shop-base AS base\nFROM node:22 AS build\n",
            note="the image of another build, by another name",
        ),
        good(
            "FROM node:22 AS builder-dashboard\nCOPY --from=src-dashboard / /src\n",
            note="a context that the build is given by name",
        ),
        good("FROM shop-base\n", note="no registry has such a name: it is built beside this one"),
    ),
)

_UNTAGGED = re.compile(r"(?:[\w.-]+(?::\d+)?/)?[\w.-]+(?:/[\w.-]+)*")

_MOST_STAGES = 200
"""How many names of stages are compared."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each image without tag and digest that the build begins with or takes files from."""
    stages = [stage["name"].lower() for stage in document.data["stages"] if stage["name"]]
    if is_for_a_desk(document.path, rule.environment):
        return
    for image, span in foreign_images(document):
        if not _UNTAGGED.fullmatch(image):
            continue
        if not is_local(image):
            yield rule.finding(
                span, f"`{image}` has no tag, so it is another image after each release", subject=image
            )
        elif near := _misspelt(image.lower(), stages[:_MOST_STAGES]):
            message = f"no stage above is called `{image}`, and as the name of an image it has no tag"
            if near == image.lower():
                message = (
                    f"the stage `{image}` stands below, so this is an image of that name, which has no tag"
                )
            yield rule.finding(span, message, subject=image)


def _misspelt(name: str, stages: list[str]) -> str:
    """The stage that a name was to be; empty where it is another one: a context that the build is given by name."""
    near = difflib.get_close_matches(name, stages, 1, 0.75)
    return near[0] if near and abs(len(near[0]) - len(name)) <= 2 else ""
