"""Which compose services and projects are a developer's own: how they run says so, whatever the file is called."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from lintkit.formats.node import Node, text_of
from lintkit.kinds.compose.interpolation import resolve
from lintkit.kinds.compose.merge import environment, mount_of
from lintkit.kinds.compose.project import ComposeProjects, RunService
from lintkit.kinds.compose.service import mount_parts, services
from lintkit.kinds.dotenv.debug_modes import is_debug_mode
from lintkit.model import Document
from lintkit.words.environments import environment_of_value, is_development_stage

_WATCHES = re.compile(
    r"(?<!\S)(?:--reload(?=\s|$)|--debug(?=\s|$)|(?:manage\.py\s+)?runserver(?:_plus)?(?=\s|$)|nodemon(?=\s|$)"
    r"|(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:dev|develop|watch|start:dev)(?=\s|$)|watchmedo|watchfiles|air(?=\s|$))"
)
_LONGEST = 2_000


def is_developed(service: RunService) -> bool:
    """Whether the service runs the source of the one who starts it, or is for developers by its profile or stage."""
    node = service.node
    profiles = node.child("profiles")
    words = [text_of(item) for item in (profiles.sequence or ())] if profiles is not None else []
    if _is_for_developers(node) or any(environment_of_value(word) == "development" for word in words):
        return True
    return node.child("build") is not None and any(source.startswith(".") for source in _sources(node))


def runs_for_development(projects: ComposeProjects, service: RunService) -> bool:
    """Whether a service is started with one that reloads changed code, is debugged, or mounts what it is built from.

    Raises RuleLimitError where the services of a project are too many.
    """
    return any(_develops(each.node) for each in projects.others(service).values())


def is_developers_file(document: Document) -> bool:
    """Whether a compose file runs a program that reloads changed code, or that mounts what it is built from.

    One that is brought back whenever it ends is no such program: it serves somebody.
    """
    return any(_develops_alone(service.data) for service in services(document)[:_MOST_SERVICES])


_MOST_SERVICES = 500


def _develops_alone(service: dict[str, Any]) -> bool:
    if "profiles" in service or str(service.get("restart", "")) in ("always", "unless-stopped"):
        return False
    for key in ("command", "entrypoint"):
        value = service.get(key)
        words = " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        if _WATCHES.search(words[:_LONGEST]):
            return True
    build, volumes = service.get("build"), service.get("volumes")
    whole = build if isinstance(build, dict) else {"context": build}
    if "develop" in service or is_development_stage(str(whole.get("target") or "")):
        return True
    items = volumes if isinstance(volumes, list) else []
    sources = [
        str(item.get("source", "")) if isinstance(item, dict) else mount_parts(str(item))[0] for item in items
    ]
    return _is_mounted(str(whole.get("context") or ""), sources)


def _is_for_developers(node: Node) -> bool:
    target = text_of(node.at("build", "target"))
    return (
        node.child("develop") is not None
        or environment_of_value(target) == "development"
        or is_development_stage(target)
    )


def _sources(node: Node) -> list[str]:
    volumes = node.child("volumes")
    return [mount_of(item)[0] for item in (volumes.sequence or ())] if volumes is not None else []


def _develops(node: Node) -> bool:
    if node.child("profiles") is not None:
        return False  # a tool beside the stack
    for key in ("command", "entrypoint"):
        command = node.child(key)
        words = " ".join(map(text_of, command.sequence or (command,))) if command is not None else ""
        if _WATCHES.search(words[:_LONGEST]):
            return True
    if _is_for_developers(node) or _mounts_its_source(node):
        return True
    return any(is_debug_mode(name, resolve(text_of(value), {})) for name, value in environment(node).items())


def _mounts_its_source(node: Node) -> bool:
    build = node.child("build")
    return _is_mounted(text_of(build.child("context") or build) if build is not None else "", _sources(node))


def _is_mounted(context: str, sources: list[str]) -> bool:
    return bool(context) and posixpath.normpath(context) in {
        posixpath.normpath(source) for source in sources if source.startswith(".")
    }
