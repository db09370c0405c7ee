"""Facts of workflows: their variables, and the images that their steps build."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from lintkit.facts import Fact, ImageBuild, VariableProvided
from lintkit.formats.plain import at, each_mapping, mapping_at, text_at
from lintkit.kinds.docker.build_commands import builds
from lintkit.model import Document, Route
from lintkit.secrets.masked import value_of

_BUILD_ACTIONS = ("docker/build-push-action", "depot/build-push-action", "useblacksmith/build-push-action")


def extract(document: Document) -> Iterator[Fact]:
    """Variables of a workflow, its jobs and steps, and the images that its steps build."""
    data = mapping_at(document.data)
    yield from _environment(document, ("env",), data.get("env"), "")
    for name, job in mapping_at(data, "jobs").items():
        if not isinstance(job, dict):
            continue
        route: Route = ("jobs", name)
        yield from _environment(document, (*route, "env"), job.get("env"), str(name))
        for below, step in each_mapping(job, "steps"):
            place = (*route, *below)
            yield from _environment(document, (*place, "env"), step.get("env"), str(name))
            yield from _build(document, place, step)
            yield from _commands(document, place, step, _folder(data, job, step))


def _environment(document: Document, route: Route, data: Any, unit: str) -> Iterator[VariableProvided]:
    for key in mapping_at(data):
        place = (*route, key)
        node = document.nodes.get(place)
        text = node.raw if node is not None else None
        yield VariableProvided(
            document.span(place),
            str(key),
            value_of(str(key), "" if text is None else text),
            "workflow-env",
            unit,
            document.key_span(place),
        )


def _build(document: Document, route: Route, step: dict[Any, Any]) -> Iterator[ImageBuild]:
    uses, given = step.get("uses"), step.get("with")
    if not isinstance(uses, str) or not uses.startswith(_BUILD_ACTIONS) or not isinstance(given, dict):
        return
    context, file, tags, target = (given.get(key) for key in ("context", "file", "tags", "target"))
    written = (
        [str(tag) for tag in tags]
        if isinstance(tags, list)
        else str(tags or "").replace(",", "\n").split("\n")
    )
    yield ImageBuild(
        document.span(route),
        context if isinstance(context, str) and "${{" not in context else ".",
        file if isinstance(file, str) and "${{" not in file else "",
        tuple(tag.strip() for tag in written if tag.strip() and "${{" not in tag.rpartition(":")[0]),
        text_at(target),
        not any("${{" in str(written) for written in (context, file)),
    )


def _folder(workflow: dict[Any, Any], job: dict[Any, Any], step: dict[Any, Any]) -> str | None:
    """The folder in which a step's commands run, relative to the root; None when it is computed."""
    given = step.get("working-directory")
    for owner in (job, workflow):
        given = at(owner, "defaults", "run", "working-directory") if given is None else given
    if given is None:
        return ""
    return given if isinstance(given, str) and "$" not in given else None


def _commands(
    document: Document, route: Route, step: dict[Any, Any], folder: str | None
) -> Iterator[ImageBuild]:
    script = step.get("run")
    if not isinstance(script, str) or folder is None or "build" not in script:
        return
    for built in builds(script):
        yield ImageBuild(
            document.span((*route, "run")),
            posixpath.join(folder, built.context),
            posixpath.join(folder, built.dockerfile) if built.dockerfile else "",
            built.tags,
            built.target,
        )
