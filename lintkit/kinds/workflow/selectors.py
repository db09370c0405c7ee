"""The named selectors of workflows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.formats.plain import list_at, mapping_at
from lintkit.kinds.selected import Selected
from lintkit.model import Document, Route


def each_container(document: Document) -> Iterator[Selected]:
    """The container of a job and the services beside it."""
    for name, job in _jobs(document):
        if isinstance(job.get("container"), (str, dict)):
            yield Selected(("jobs", name, "container"), job["container"], {"name": name, "kind": "container"})
    yield from each_service(document)


def each_service(document: Document) -> Iterator[Selected]:
    """The services of every job."""
    for job, data in _jobs(document):
        for name, service in mapping_at(data, "services").items():
            if isinstance(service, dict):
                yield Selected(("jobs", job, "services", name), service, {"name": name, "kind": "service"})


def _jobs(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in mapping_at(document.data, "jobs").items():
        if isinstance(job, dict):
            yield name, job


def each_env_var(document: Document) -> Iterator[Selected]:
    """Every variable of the workflow, its jobs, steps, containers and services."""
    holders: list[tuple[Route, Any]] = [((), document.data)]
    for name, job in _jobs(document):
        holders.append((("jobs", name), job))
        holders.extend((("jobs", name, "steps", i), step) for i, step in enumerate(list_at(job, "steps")))
        if isinstance(job.get("container"), dict):
            holders.append((("jobs", name, "container"), job["container"]))
        services = mapping_at(job, "services").items()
        holders.extend((("jobs", name, "services", service), data) for service, data in services)
    for holder, data in holders:
        for name, value in mapping_at(data, "env").items():
            route = (*holder, "env", name)
            places = {"name": (route, True), "value": (route, False)}
            yield Selected(route, {"name": name, "value": value}, {"name": name}, places)
