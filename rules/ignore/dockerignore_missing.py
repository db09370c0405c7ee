"""ignore/dockerignore-missing: an image copies a whole folder that has no `.dockerignore`."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import LESSONS, NOT_A_SERVICE, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.docker import BuildContext, Paths, build_contexts, in_words, unwanted
from lintkit.api.words import environment_of_path

RULE = define(
    summary="an image copies a whole build context that has no .dockerignore",
    why="""
Whatever lies in the folder on the day of the build goes along: `.git`, `.env` files with credentials, virtual
environments and `node_modules` of another system that overwrite what the build installed. Each edit of a README
rebuilds the layers after it.
""",
    remedy="""
Write a `.dockerignore` in the build context (or `Dockerfile.dockerignore` beside the Dockerfile) that names what the
image has no use for: `.git`, `**/.env*`, `**/node_modules`, `**/__pycache__`, tests and documents.
""",
    severity="warning",
    scope="project",
    kinds=("dockerfile",),
    tags=("docker", "security", "CWE-538"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, *LESSONS, "**/.devcontainer/**"),
    examples=(
        bad(
            {
                "Dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY . .  # <-- here\n",
                "app.py": "print(1)\n",
            }
        ),
        bad(
            {
                "compose.yaml": "services:\n  api:\n    build: {context: ., dockerfile: docker/api.Dockerfile}\n",
                "docker/api.Dockerfile": "FROM node:22\nCOPY package.json /app/\nCOPY ./ /app  # <-- here\n",
                "docker/.dockerignore": "node_modules\n",
                "package.json": "{}\n",
            },
            note="the context is where the compose file says; nobody reads an ignore file beside the Dockerfile",
        ),
        bad(
            {
                "web/Dockerfile": "FROM node:22 AS build\nCOPY . /web  # <-- here\nFROM nginx:1.27\n"
                "COPY --from=build /web/dist /usr/share/nginx/html\n",
                "web/package.json": "{}\n",
            },
            note="in a stage before the last one it still overwrites what the build installs",
        ),
        bad(
            {
                "Dockerfile": "FROM python:3.12\nCOPY . .\n",
                "Dockerfile.prod": "FROM python:3.12\nCOPY . .  # <-- here\n",
                "Dockerfile.test": "FROM python:3.12\nCOPY . .\nRUN pytest\n",
                "compose.prod.yaml": "services: {web: {build: {context: ., dockerfile: Dockerfile.prod}}}\n",
                "app.py": "",
            },
            note="several images of one folder are one finding, at the one that is released",
        ),
        good(
            {"Dockerfile.test": "FROM python:3.12\nCOPY . .\nRUN pytest\n", "app.py": ""},
            note="an image for tests, which wants all of it",
        ),
        good(
            {
                "Dockerfile": "FROM python:3.12\nCOPY . .\n",
                ".dockerignore": "**\n!app.py\n",
                "app.py": "print(1)\n",
            }
        ),
        good(
            {
                "docker/api.Dockerfile": "FROM python:3.12\nCOPY . .\n",
                "docker/api.Dockerfile.dockerignore": ".git\n",
                "compose.yaml": "services:\n  api:\n    build: {context: ., dockerfile: docker/api.Dockerfile}\n",
                "app.py": "",
            },
            note="an ignore file of the one Dockerfile",
        ),
        good(
            {
                "Dockerfile": "FROM python:3.12\nCOPY app.py requirements.txt /app/\nCOPY src /app/src\n",
                "app.py": "",
            },
            note="what the image needs, by name",
        ),
        good(
            {
                "site/Dockerfile": "FROM nginx:1.27\nCOPY . /usr/share/nginx/html\n",
                "site/index.html": "<p>Hello\n",
            },
            note="a folder with nothing in it that could do harm",
        ),
        good(
            {"build/Dockerfile": "FROM python:3.12\nCOPY . .\n", "build/make.sh": "", "app.py": ""},
            note="nobody says from which folder it is built",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each context once, at the first instruction that copies everything into the image that is released."""
    paths = Paths(project.paths)
    by_folder: defaultdict[str, dict[str, BuildContext]] = defaultdict(dict)
    for context in build_contexts(project.facts, paths):
        if context.ignore is not None or not context.copies_of_everything():
            continue
        if context.stated or not _ignored_above(context, project.paths):
            by_folder[context.folder].setdefault(context.image.dockerfile, context)
    for images in by_folder.values():
        context, *others = sorted(images.values(), key=_weight)
        found = [*unwanted(context, project.facts, paths, git=bool(project.tracked))]
        if _is_for_development(context):
            found = [each for each in found if each.sort in ("environment", "key")]
        if not any(each.weighs or each.sort == "cache" for each in found):
            continue
        yield rule.finding(
            context.copies_of_everything()[0].span,
            f"{context.name} has no .dockerignore, and copying all of it {in_words(found, context)}",
            subject=context.image.dockerfile,
            related=[
                Location(other.copies_of_everything()[0].span, "copies all of it as well")
                for other in others[:_MOST]
            ],
            confidence="high" if context.stated else "medium",
        )


_MOST = 10


def _weight(context: BuildContext) -> tuple[bool, bool, int, str]:
    """Of several images of one context, the one that is released speaks for them."""
    path = context.image.dockerfile
    return _is_for_development(context), not context.stated, path.count("/"), path


def _is_for_development(context: BuildContext) -> bool:
    return environment_of_path(context.image.dockerfile) == "development"


def _ignored_above(context: BuildContext, paths: frozenset[str]) -> bool:
    """Whether a folder above has an ignore file: perhaps the image is built from there."""
    folder = context.folder
    while folder:
        folder = posixpath.dirname(folder)
        if posixpath.join(folder, ".dockerignore") in paths:
            return True
    return False
