"""dockerfile/source-before-dependencies: the whole source is copied before the dependencies are installed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lintkit.api import EXAMPLES, LESSONS, Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.formats import whole_number
from lintkit.api.words import environment_of_path, is_development_stage

RULE = define(
    summary="the source is copied before the dependencies are installed",
    why="""
A layer is built again when anything before it changed. With the source in front, every commit installs all
dependencies again: builds take minutes instead of seconds, and packages without an exact version change under a fix
that was to change one line. People then add cache-bust comments and caches where an order would do.
""",
    remedy="Copy the list of dependencies first (`COPY requirements.txt .`), install them, then copy the source.",
    severity="note",
    kinds=("dockerfile",),
    tags=("build", "cost"),
    packs=("recommended",),
    paths_ignore=(*EXAMPLES, *LESSONS),
    examples=(
        bad(
            """\
FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt  # <-- here
CMD ["python", "-u", "main.py"]
"""
        ),
        bad(
            """\
FROM node:22 AS build
COPY . /app
WORKDIR /app
RUN npm ci && npm run build  # <-- here
FROM nginx:1.27
COPY --from=build /app/dist /usr/share/nginx/html
""",
            note="a stage of a build",
        ),
        good(
            """\
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
RUN pip install --no-cache-dir -r requirements.txt && pip install --no-deps .
""",
            note="the second run finds everything installed",
        ),
        good(
            """\
FROM node:22
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm ci --omit=dev
"""
        ),
        good(
            """\
FROM python:3.12-slim
RUN --mount=type=bind,source=requirements.txt,target=/r.txt pip install -r /r.txt
COPY . .
RUN pip install .
RUN pip install -r /opt/tools.txt
""",
            note="the project itself needs its source, and another list has nothing to do with it",
        ),
        good(
            """\
FROM python:3.12-slim
COPY . .
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked
""",
            note="a cache across builds does the same",
        ),
        good(
            """\
FROM python:3.12-slim AS build
COPY pyproject.toml uv.lock ./
RUN uv sync
FROM python:3.12-slim
COPY . .
COPY --from=build /.venv .venv
RUN uv sync
FROM build
COPY . .
RUN uv sync
""",
            note="another stage has installed them from their list alone",
        ),
        bad(
            """\
FROM node:22 AS build
COPY . .
RUN npm ci  # <-- here
FROM node:22
COPY . .
COPY --from=build /node_modules node_modules
RUN npm ci  # <-- here
""",
            note="another stage has the same fault",
        ),
    ),
)

_LISTS: Mapping[str, tuple[str, ...]] = {
    "npm": ("package.json",),
    "pnpm": ("package.json",),
    "yarn": ("package.json",),
    "bun": ("package.json",),
    "poetry": ("pyproject.toml",),
    "uv": ("pyproject.toml",),
    "pipenv": ("Pipfile",),
    "pdm": ("pyproject.toml",),
    "bundle": ("Gemfile",),
    "go": ("go.mod",),
    "composer": ("composer.json",),
}
_INSTALL: Mapping[str, frozenset[str]] = {
    "npm": frozenset(("ci", "install", "i")),
    "pnpm": frozenset(("install", "i")),
    "yarn": frozenset(("install", "")),
    "bun": frozenset(("install", "i")),
    "poetry": frozenset(("install",)),
    "uv": frozenset(("sync",)),
    "pipenv": frozenset(("install", "sync")),
    "pdm": frozenset(("install", "sync")),
    "bundle": frozenset(("install",)),
    "go": frozenset(("mod",)),
    "composer": frozenset(("install",)),
}

Command = Mapping[str, Any]


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the first installation of each stage that a copy of everything stands in front of."""
    installed_in: set[int] = set()
    if not rule.strict and environment_of_path(document.path) == "development":
        return  # an image that is built seldom, and runs what is mounted into it
    for number, stage in enumerate(document.data["stages"]):
        folder, copied, reported = "/", None, False
        asked = rule.strict or not is_development_stage(stage["name"])
        seen = stage["parent"] in installed_in
        for index in stage["instructions"]:
            item = document.data["instructions"][index]
            if item["keyword"] == "WORKDIR":
                folder = posixpath.join(folder, item["resolved"])
            elif item["keyword"] in ("COPY", "ADD") and "from" in item["flags"]:
                seen = seen or _stage_of(document, item["flags"]["from"]) in installed_in
            elif item["keyword"] in ("COPY", "ADD"):
                copied = copied if copied is not None or not _takes_all(item) else index
            elif item["keyword"] == "RUN":
                for place, command in enumerate(item["commands"]):
                    installed = _lists(command)
                    if not installed:
                        continue
                    if asked and copied is not None and not seen and not item["flags"].get("mount"):
                        reported = True
                        what = f"{command['name']} {_action(command)}".strip()
                        yield rule.finding(
                            document.span(("instructions", index, "commands", place, "text")),
                            f"`{what}` runs again after a change of any file, because all are copied before",
                            subject=f"{stage['name'] or f'stage {number}'} {what}",
                            related=(
                                Location(
                                    document.span(("instructions", copied)), "everything is copied here"
                                ),
                            ),
                        )
                    seen = True
        if seen and not reported:
            installed_in.add(number)


def _action(command: Command) -> str:
    """What a package manager is asked for, behind its own options: `install` of `composer --no-ansi install`."""
    return next((each for each in command["arguments"] if not each.startswith("-")), "")


def _stage_of(document: Document, name: str) -> int | None:
    """The stage that `COPY --from` names."""
    stages = document.data["stages"]
    index = whole_number(name)
    if index is not None:
        return index
    return next((n for n, stage in enumerate(stages) if (stage["name"] or "").lower() == name.lower()), None)


def _takes_all(item: Mapping[str, Any]) -> bool:
    return any(source in (".", "./", "*", "./*", "/") for source in item["arguments"][:-1])


def _lists(command: Command) -> Sequence[str]:
    """The lists of dependencies that a command installs; none for one that installs something else."""
    name, arguments = command["name"], command["arguments"]
    words = [each for each in arguments if not each.startswith("-")]
    if name.rstrip("0123456789.") == "pip" and words[:1] == ["install"]:
        return _requirements(arguments)
    if name == "uv" and words[:2] == ["pip", "install"]:
        return _requirements(arguments)
    action = words[0] if words else ""
    if name not in _INSTALL or action not in _INSTALL[name]:
        return ()
    if any(each in ("-g", "--global", "--location=global") for each in arguments):
        return ()
    if name == "go":
        return _LISTS[name] if words[1:2] == ["download"] else ()
    return _LISTS[name] if len(words) < 2 else ()


def _requirements(arguments: Sequence[str]) -> list[str]:
    """The files behind `-r` that are part of what was copied."""
    found = []
    for index, each in enumerate(arguments):
        if each in ("-r", "--requirement") and index + 1 < len(arguments):
            found.append(arguments[index + 1])
        elif each.startswith(("-r", "--requirement=")) and len(each) > 2:
            found.append(each.removeprefix("--requirement=").removeprefix("-r"))
    return [each for each in found if not posixpath.isabs(each) or each.startswith(("/app", "/code", "/src"))]
