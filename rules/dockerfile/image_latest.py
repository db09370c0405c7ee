"""dockerfile/image-latest: a build takes something from `latest`."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import LESSONS, NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import is_local
from lintkit.api.dotenv import is_for_a_desk
from lintkit.api.formats import foreign_images

RULE = define(
    summary="an image is built from `latest`",
    why="""
The next build brings another base: a new distribution, a new major version of the language. It fails or behaves
differently on a day when nobody changed anything, and the old image cannot be built again.
""",
    remedy="Write the version, such as `python:3.12-slim`, and let a bot update it.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("reliability",),
    equivalents=(
        "kics:image_version_using_latest",
        "checkov:CKV_DOCKER_7",
        "semgrep:avoid-latest-version",
        "hadolint:DL3007",
    ),
    packs=("recommended", "production"),
    paths_ignore=(*NOT_A_SERVICE, *LESSONS, "**/.devcontainer/**"),
    examples=(
        bad('FROM python:latest  # <-- here\nCMD ["python", "-u", "app.py"]\n'),
        bad(
            """\
ARG TAG=latest
FROM node:${TAG} AS build  # <-- here
FROM nginx:1.27
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/  # <-- here
RUN --mount=type=bind,from=shop/tools:latest,target=/tools /tools/setup  # <-- here
RUN --mount=type=bind,from=shop/tools:latest,target=/tools /tools/check
""",
            note="through a variable, and what is copied or, once for all steps, mounted from an image",
        ),
        good("FROM nginx:1.27-alpine\n"),
        good(
            "FROM node:latest@sha256:9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d\n",
            note="the digest decides",
        ),
        good(
            {"03-images/web/Dockerfile": "FROM node:latest\n", "tests/Dockerfile": "FROM ubuntu:latest\n"},
            note="a lesson, and what tests run in",
        ),
        good("FROM shop-base:latest\n", note="no registry has such a name: it is built beside this one"),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each image with the tag `latest` that the build begins with or takes files from."""
    if is_for_a_desk(document.path, rule.environment):
        return
    for image, span in foreign_images(document):
        if image.endswith(":latest") and not is_local(image):
            yield rule.finding(span, f"`{image}` is another image after each release", subject=image)
