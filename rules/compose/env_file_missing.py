"""compose/env-file-missing: an `env_file` that no checkout has and that nothing explains."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from lintkit.api import EXAMPLES, TESTS, Finding, Project, RuleContext, Span, bad, define, good
from lintkit.api.compose import ComposeProjects, compose_folders, compose_projects, fragments
from lintkit.api.facts import ComposeFile, ComposeService, IgnoreRules
from lintkit.api.formats import Node, text_of
from lintkit.api.ignore import git_ignores

RULE = define(
    summary="a service needs a file of variables that does not exist",
    why="""
`docker compose` refuses to start when an `env_file` is missing. A file that is neither in the repository nor kept out
of it on purpose is mostly one that was renamed, so the next deployment, or the next colleague, stands before an error.
""",
    remedy="Correct the path, write `required: false`, or add a `.env.example` that says what belongs into it.",
    severity="warning",
    scope="project",
    kinds=("compose",),
    tags=("correctness",),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *EXAMPLES),
    examples=(
        good(
            {
                "compose.yaml": "services: {db: {image: 'postgres:17'}}\n",
                "deploy/compose.ci.yaml": "services: {web: {image: 'shop:1', env_file: web.env}}\n",
                "web.env": "PORT=8000\n",
            },
            note="a layer, given with `-f` after the file of the folder above",
        ),
        good(
            {
                "docker/default.yml": "services:\n  web: {image: 'shop:1', env_file: [app.env]}\n",
                "docker/app.env.example": "PORT=1\n",
                "plugins/scan/compose.yml": (
                    "services:\n  scan: {image: 'scan:1', depends_on: [web], env_file: [plugins.env]}\n"
                ),
                "plugins/mail/compose.yml": "services:\n  mail: {image: 'mail:1', depends_on: [web]}\n",
            },
            note="paths count from the folder of the file that is given before this piece",
        ),
        bad(
            {
                "deploy/compose.yaml": """\
services:
  api:
    build: ..
    env_file: ../api.env  # <-- here
  worker:
    build: ..
    env_file:
      - path: worker.env  # <-- here
""",
                "deploy/api.env": "A=1\n",
            },
            note="paths count from the folder of the file",
        ),
        bad(
            {
                "compose.yaml": """\
include:
  - path: infra/db.yaml
    env_file:
      - infra.env
      - infra/db.env  # <-- here
""",
                "infra/db.yaml": "services: {db: {image: 'postgres:${VERSION}'}}\n",
                "infra.env": "VERSION=17\n",
            },
            note="the variables of what is included",
        ),
        good(
            {
                "compose.yaml": """\
include:
  - path: [infra/db.yaml, infra/db.local.yaml]
    project_directory: .
""",
                "infra/db.yaml": "services: {db: {image: 'postgres:17', env_file: db.env}}\n",
                "infra/db.local.yaml": "services: {db: {env_file: [{path: local.env, required: 'false'}]}}\n",
                "db.env": "A=1\n",
            },
            note="where it is included, paths count from another folder",
        ),
        good(
            {
                "compose.yaml": """\
services:
  api:
    build: .
    env_file: [.env, api.env, "${STAGE}.env", stack.env]
  worker:
    build: .
    env_file:
      - path: worker.env
        required: false
  web:
    build: .
    env_file: web.env
""",
                ".gitignore": ".env\n",
                "api.env": "A=1\n",
                "web.env.example": "A=\n",
            },
            note="kept out by git, there, not known, written by Portainer, not required, and explained by an example",
        ),
    ),
)

_WRITTEN_BY_PORTAINER = "stack.env"


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each required `env_file` that is not there, not ignored and not explained."""
    ignores = git_ignores(project.facts(IgnoreRules))
    seen = set()
    projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
    together = fragments(projects)
    for named in (*_of_services(projects, project.paths), *_of_includes(project.facts(ComposeFile))):
        place = named.place
        if named.span.path in together:
            continue
        if "$" in named.written or posixpath.isabs(named.written) or named.span in seen:
            continue
        if posixpath.basename(place) == _WRITTEN_BY_PORTAINER or place.startswith(("..", "~")):
            continue
        if place in project.paths or _is_explained(place, project.paths) or ignores.ignores(place):
            continue
        seen.add(named.span)
        message = f"there is no file `{place}`, and `.gitignore` expects none"
        yield rule.finding(named.span, message, subject=f"{named.owner} {named.written}")


@dataclass(frozen=True, slots=True)
class _Named:
    """A file of variables that has to exist: who names it, as written and where, and its path below the root."""

    owner: str
    written: str
    place: str
    span: Span


def _of_services(projects: ComposeProjects, paths: frozenset[str]) -> Iterator[_Named]:
    for service in projects.services:
        for node, required in _env_files(service.node.child("env_file")):
            written = text_of(node)
            if required and written:
                place = projects.folders.found(node.span.path, written, paths)
                yield _Named(service.name, written, place, node.span)


def _of_includes(files: tuple[ComposeFile, ...]) -> Iterator[_Named]:
    """What the entries of `include` name: it counts from the folder of the file that includes."""
    folders = compose_folders(files)
    for file in files:
        for include in file.includes:
            for each in include.env_files:
                if each.path and each.path != "/dev/null":
                    yield _Named("include", each.path, folders.place(file.path, each.path), each.span)


def _env_files(node: Node | None) -> Iterator[tuple[Node, bool]]:
    if node is None:
        return
    for item in node.sequence if node.sequence is not None else (node,):
        if item.mapping is None:
            yield item, True
        elif (path := item.child("path")) is not None:
            required = item.child("required")
            yield path, required is None or required.scalar not in (False, "false")


def _is_explained(path: str, paths: frozenset[str]) -> bool:
    """Whether an example beside the file says what belongs into it."""
    folder, name = posixpath.split(path)
    stem = name.removesuffix(".env") or "env"
    marks = ("example", "sample", "template", "tpl", "dist", "default", "defaults")
    names = [f"{name}.{mark}" for mark in marks] + [f"{name}-{mark}" for mark in marks]
    names += [f"{stem}.{mark}.env" for mark in marks] + [f"{mark}.env" for mark in marks]
    names += [f"{name.lstrip('.')}.{mark}" for mark in marks] + [f".env.{mark}" for mark in marks]
    return any(posixpath.join(folder, each) in paths for each in names)
