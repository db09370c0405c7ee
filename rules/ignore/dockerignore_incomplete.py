"""ignore/dockerignore-incomplete: a `.dockerignore` lets through what has no place in the image."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lintkit.api import (
    LESSONS,
    NOT_A_SERVICE,
    Finding,
    Location,
    Project,
    RuleContext,
    Span,
    bad,
    define,
    good,
)
from lintkit.api.docker import (
    BuildContext,
    Paths,
    Unwanted,
    build_contexts,
    copied_secrets,
    in_words,
    secret_files,
    unwanted,
)
from lintkit.api.facts import CopyInstruction, IgnoreRules
from lintkit.api.ignore import appended, place_in
from lintkit.api.words import environment_of_path, is_development_stage

_IMAGE = "FROM python:3.12\nWORKDIR /app\nCOPY . .\n"

RULE = define(
    summary="a .dockerignore lets through what has no place in the image",
    why="""
The image is copied whole from its build context, so what the ignore file forgets ships: the history in `.git`,
credentials in `.env`, a `node_modules` or virtual environment of another system that hides the one that was built. Its
patterns begin at the root of the context: `node_modules` does not match `web/node_modules`, `**/node_modules` does.
""",
    remedy="Add the patterns that are missing, with `**/` in front where the files may lie deeper.",
    severity="warning",
    scope="project",
    kinds=("dockerignore",),
    tags=("docker", "security", "CWE-538"),
    packs=("recommended", "security", "production"),
    fixable=True,
    paths_ignore=(*NOT_A_SERVICE, *LESSONS, "**/.devcontainer/**"),
    examples=(
        bad(
            {"Dockerfile": _IMAGE, ".dockerignore": "*.log\n__pycache__  # <-- here\n", "app/main.py": ""},
            fixed={
                "Dockerfile": _IMAGE,
                ".dockerignore": "*.log\n__pycache__\n.git\n**/__pycache__\n",
                "app/main.py": "",
            },
            note="a pattern without `**/` speaks of the first level only",
        ),
        bad(
            {
                "Dockerfile": _IMAGE,
                ".dockerignore": ".git\n**/__pycache__  # <-- here",
                "app.py": "",
                ".env.local": "DB_PASSWORD=k3Vw9-not-a-live-one\n",
                "api/.env.example": "DB_PASSWORD=\n",
            },
            fixed={
                "Dockerfile": _IMAGE,
                ".dockerignore": ".git\n**/__pycache__\n**/.env\n**/.env.*\n",
                "app.py": "",
                ".env.local": "DB_PASSWORD=k3Vw9-not-a-live-one\n",
                "api/.env.example": "DB_PASSWORD=\n",
            },
            note="credentials: the file that is there, and the one that an example speaks of",
        ),
        bad(
            {
                "Dockerfile": _IMAGE,
                ".dockerignore": ".git\n**/__pycache__  # <-- here\n",
                ".gitignore": "/.env\n",
                "app.py": "",
            },
            note="credentials: the file that a `.gitignore` names",
        ),
        good(
            {
                "Dockerfile": _IMAGE,
                ".dockerignore": ".git\n**/__pycache__\n",
                ".gitignore": ".env\n.venv\nenv/\nenv.bak/\nvenv.bak/\n",
                "app.py": "",
            },
            note="a `.gitignore` that is a copy of the template for every project in Python",
        ),
        bad(
            {
                "Dockerfile": _IMAGE,
                ".dockerignore": ".git\n**/__pycache__\n.venv\n*.md  # <-- here\n",
                "app.py": "",
                "docs/setup.md": "",
                "tests/test_app.py": "",
                "scripts/test_login.py": "",
                "README.md": "",
            },
            fixed={
                "Dockerfile": _IMAGE,
                ".dockerignore": ".git\n**/__pycache__\n.venv\n*.md\nscripts/test_*\ntests\ndocs\n",
                "app.py": "",
                "docs/setup.md": "",
                "tests/test_app.py": "",
                "scripts/test_login.py": "",
                "README.md": "",
            },
            note="tests and documents alone, of which `*.md` matches those at the root: a note, under `strict`",
        ),
        bad(
            {
                "compose.yaml": "services:\n  web:\n    build: ./web\n",
                "web/Dockerfile": "FROM node:22\nCOPY . /web\n",
                "web/.dockerignore": "dist  # <-- here\n",
                "web/package.json": "{}\n",
            },
            note="a context below the root",
        ),
        good(
            {
                "Dockerfile": _IMAGE,
                ".dockerignore": "*\n!app\n**/__pycache__\n",
                "app/main.py": "",
                "tests/test_app.py": "",
                "README.md": "",
            },
            note="everything but what is named",
        ),
        good(
            {
                "Dockerfile": _IMAGE,
                ".dockerignore": ".git\n**/__pycache__\n*.md\n!README.md\n**/.venv\n",
                "app.py": "",
                "pyproject.toml": "",
                "README.md": "",
            },
            note="the description that the package is built with",
        ),
        good(
            {
                "Dockerfile": "FROM golang:1.24 AS build\nCOPY . /src\nFROM scratch\nCOPY --from=build /src/shop /\n",
                ".dockerignore": ".git\n",
                "main.go": "",
                "main_test.go": "",
                "docs/a.md": "",
                "tests/a.txt": "",
            },
            note="of the stage that copies everything, one file goes into the image",
        ),
        good(
            {
                "Dockerfile": _IMAGE,
                ".dockerignore": ".git\n**/__pycache__\n",
                "app.py": "",
                ".env": "DB_PASSWORD=k3Vw9-not-a-live-one\n",
            },
            note="what dockerfile/secret-copied says of the same file",
        ),
        good(
            {
                "Dockerfile": "FROM python:3.12\nCOPY app /app\n",
                ".dockerignore": "*.log\n",
                "app/main.py": "",
            },
            note="nothing copies the whole context",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each ignore file once, with all that the images built with it take along."""
    paths = Paths(project.paths)
    by_file: defaultdict[str, list[tuple[BuildContext, CopyInstruction]]] = defaultdict(list)
    ignores: dict[str, IgnoreRules] = {}
    secrets = secret_files(project.facts, project.tracked)
    for context in build_contexts(project.facts, paths):
        copies = context.copies_of_everything()
        if context.ignore is not None and copies:
            copy = next((each for each in copies if context.reaches_image(each)), copies[0])
            ignores[context.ignore.path] = context.ignore
            by_file[context.ignore.path].append((context, copy))
    for path, users in by_file.items():
        context, copy = min(users, key=_weight)
        named = copied_secrets(context, secrets, paths)
        found = [
            *_unnamed(unwanted(context, project.facts, paths, git=bool(project.tracked)), named),
        ]
        if not context.reaches_image(copy):
            found = [each for each in found if each.sort in _overwritten(context, copy)]
        elif _is_for_development(context, copy):
            found = [each for each in found if each.sort in ("environment", "key") and each.there]
        elif all(each.sort == "cache" for each in found):
            found = []  # a few files that the interpreter writes anew
        elif not rule.strict and not any(each.weighs for each in found):
            found = []  # tests and documents: some kilobytes that nothing reads
        if found:
            yield _finding(rule, ignores[path], context, copy, found)


def _overwritten(context: BuildContext, copy: CopyInstruction) -> frozenset[str]:
    """What does harm in a stage that the image is only made from.

    What was installed elsewhere hides what that stage installs, if it is of the same language.
    """
    stages = {stage.index: stage for stage in context.dockerfile.stages}
    bases = " ".join(
        stages[index].base for index in context.dockerfile.lineage(copy.stage) if index in stages
    )
    node = "dependencies" if _NODE.search(bases) else ""
    return frozenset(
        {"environment", "key", "virtualenv" if "python" in bases or "/uv" in bases else "", node}
    )


_NODE = re.compile(r"(?<![a-z])(?:node|bun|deno|playwright|cypress)(?![a-z])|\$")


def _unnamed(found: Iterable[Unwanted], named: frozenset[str]) -> Iterator[Unwanted]:
    """What is left of it when dockerfile/secret-copied has named the files with credentials that the image has."""
    for each in found:
        there = tuple(path for path in each.there if path not in named)
        if there or each.expected or not each.there:
            yield replace(each, there=there)


def _is_for_development(context: BuildContext, copy: CopyInstruction) -> bool:
    """Whether an image stays with developers and tests, where the rest of the repository belongs into it."""
    image = context.image
    names = {stage.index: stage.name for stage in context.dockerfile.stages}
    return (
        environment_of_path(image.dockerfile) == "development"
        or is_development_stage(image.target)
        or is_development_stage(names.get(copy.stage))
    )


def _weight(user: tuple[BuildContext, CopyInstruction]) -> tuple[bool, bool, int, str]:
    """Of several images that an ignore file serves, the one that is released speaks for them."""
    context, copy = user
    path = context.image.dockerfile
    return (
        not context.reaches_image(copy),
        _is_for_development(context, copy),
        path.count("/"),
        path,
    )


def _finding(
    rule: RuleContext,
    ignore: IgnoreRules,
    context: BuildContext,
    copy: CopyInstruction,
    found: list[Unwanted],
) -> Finding:
    leaks = [path for each in found if each.sort in {"environment", "key"} for path in each.there]
    weighs = any(each.weighs for each in found)
    return rule.finding(
        place_in(ignore),
        f"the build of `{context.image.dockerfile}` {in_words(found, context)}",
        subject=ignore.path,
        related=(
            Location(copy.span, "copies the whole context"),
            *(Location(Span(path, 0, 0), "goes along") for path in leaks[:5]),
        ),
        severity="warning" if weighs else "note",
        confidence="high" if context.stated else "medium",
        fix=appended(ignore, (pattern for each in found for pattern in each.patterns), safe=False),
    )
