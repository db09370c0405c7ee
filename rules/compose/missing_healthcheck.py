"""compose/missing-healthcheck: nobody can tell whether a service works."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, Span, bad, define, good
from lintkit.api.compose import ComposeFolders, compose_projects
from lintkit.api.docker import Dockerfile, normal
from lintkit.api.facts import ComposeFile, ComposeService, ImageStage
from lintkit.api.formats import Node, text_of

RULE = define(
    summary="a service has no health check",
    why="""
Without a check a container that hangs counts as running, and nothing restarts or replaces it. Services that wait for
it with `depends_on` begin before it can answer.
""",
    remedy="""
Add `healthcheck` with a command that asks the service itself, and wait for it with `condition: service_healthy`.
""",
    severity="note",
    scope="project",
    kinds=("compose", "dockerfile"),
    tags=("reliability",),
    equivalents=("kics:healthcheck_not_set",),
    packs=("strict",),
    examples=(
        bad(
            """\
services:
  api:  # <-- here
    image: shop:1
  worker:
    image: shop:1
    healthcheck:  # <-- here
      disable: true
  web:
    image: web:1
    healthcheck:
      test: [NONE]  # <-- here
"""
        ),
        bad(
            {
                "compose.yaml": """\
services:
  api:  # <-- here
    build:
      context: api
      target: base
""",
                "api/Dockerfile": "FROM shop:1 AS base\nFROM base\nHEALTHCHECK CMD /healthy\n",
            },
            note="the stage that it builds has none",
        ),
        good(
            """\
services:
  api:
    image: shop:1
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/health"]
"""
        ),
        good(
            {
                "compose.yaml": """\
services:
  api:
    build: ./api
    image: shop/api:1
  worker:
    image: shop/api:1
  web:
    build:
      dockerfile_inline: |
        FROM web:1
        HEALTHCHECK CMD /healthy
""",
                "api/Dockerfile": "FROM shop:1 AS base\nHEALTHCHECK CMD /healthy\nFROM base\n",
            },
            note="the image that is built here has one",
        ),
        good(
            {
                "compose.yaml": "services: {api: {image: 'shop:1'}}\n",
                "compose.prod.yaml": "services: {api: {healthcheck: {test: [CMD, /healthy]}}}\n",
            },
            note="the file for production has one",
        ),
    ),
)

_IN_LINES = re.compile(r"(?mi)^\s*HEALTHCHECK\s")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each service none of whose forms has a check, unless the image that is built for it has one."""
    projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
    stages: defaultdict[str, list[ImageStage]] = defaultdict(list)
    for stage in project.facts(ImageStage):
        stages[stage.path].append(stage)
    dockerfiles = {path: Dockerfile(path, tuple(found)) for path, found in stages.items()}
    built: dict[str, bool] = {}
    for service in projects.services:
        image, build = text_of(service.node.child("image")), service.node.child("build")
        if image and build is not None:
            built[image] = _is_checked(build, projects.folders, dockerfiles) is True
    seen: set[Span] = set()
    for service in projects.services:
        node = service.node
        image, build = text_of(node.child("image")), node.child("build")
        if service.partial or (not image and build is None) or not all(map(_lacks, service.forms)):
            continue
        written = node.child("healthcheck")
        checked = _is_checked(build, projects.folders, dockerfiles) if build is not None else None
        if written is None and (checked or built.get(image)):
            continue
        own = node.at("healthcheck", "test")
        route = ("healthcheck", "test") if own is not None else ("healthcheck",)
        place = node.place(route, missing=written is None)
        if place not in seen:  # what two services take from one place is one defect
            seen.add(place)
            unless = ", unless its image has a check" if checked is None and written is None else ""
            sentence = f"a container of `{service.name}` that hangs counts as running{unless}"
            yield rule.finding(place, sentence, subject=f"services.{service.name}")


def _lacks(form: Node) -> bool:
    """Whether a form of a service has no check, or switches it off."""
    check = form.child("healthcheck")
    if check is None or (check.mapping is None and check.scalar is None):
        return True
    test = check.child("test")
    words = [text_of(item) for item in test.sequence or (test,)] if test is not None else []
    return text_of(check.child("disable")) == "true" or words == ["NONE"]


def _is_checked(build: Node, folders: ComposeFolders, dockerfiles: dict[str, Dockerfile]) -> bool | None:
    """Whether what is built has a HEALTHCHECK of this repository; None where its Dockerfile is not known."""
    inline = text_of(build.child("dockerfile_inline"))
    if inline:
        return _IN_LINES.search(inline) is not None
    context = text_of(build.child("context")) or text_of(build) or "."
    name = text_of(build.child("dockerfile")) or "Dockerfile"
    path = normal(folders.place(build.span.path, context), name)
    found = dockerfiles.get(path)
    if found is None:
        return None
    wanted = set(found.lineage(found.stage(text_of(build.child("target")))))
    return any(stage.healthcheck for stage in found.stages if stage.index in wanted)
