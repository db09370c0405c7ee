"""The named selectors of Kubernetes objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lintkit.formats.plain import at, list_at
from lintkit.kinds.kubernetes.objects import (
    adds_containers,
    is_patch,
    is_windows,
    keeps_running,
    pod_spec_routes,
)
from lintkit.kinds.selected import Selected
from lintkit.model import Document

_CONTAINER_LISTS = (
    ("initContainers", "init"),
    ("containers", "container"),
    ("ephemeralContainers", "ephemeral"),
)


def each_container(document: Document) -> Iterator[Selected]:
    """Every container of a pod, wherever the object has it; `kind` is `init`, `container` or `ephemeral`."""
    for pod in each_pod(document):
        for key, kind in _CONTAINER_LISTS:
            for index, item in enumerate(list_at(pod.value, key)):
                if isinstance(item, dict):
                    called = item.get("name") or item.get("image")
                    yield Selected((*pod.route, key, index), item, {"name": called, "kind": kind})


def each_pod(document: Document) -> Iterator[Selected]:
    """The pod spec, wherever the object has it, custom resources included."""
    data = document.data
    for found in pod_spec_routes(data):
        name = at(data, "metadata", "name")
        yield Selected(found, at(data, *found), {"kind": data["kind"], "name": name})


def each_deployed_container(document: Document) -> Iterator[Selected]:
    """Every container that is deployed as it is written, with the `resources` of its pod where it has none."""
    if is_patch(document.data):
        return
    adds = adds_containers(document.data)
    shared = {pod.route: pod.value.get("resources") for pod in each_pod(document)}
    for container in each_container(document):
        if container.extra["kind"] != "ephemeral" and (container.value.get("image") or not adds):
            resources = shared.get(container.route[:-2])
            yield (
                replace(container, value=_with_resources(container.value, resources))
                if resources
                else container
            )


def _with_resources(container: dict[str, Any], pod: Any) -> dict[str, Any]:
    """A container with the requests and limits of its pod, which hold for all containers together (KEP-2837)."""
    own = container.get("resources", {})
    if not isinstance(pod, dict) or not isinstance(own, dict):
        return container
    merged = dict(own)
    for key in ("requests", "limits"):
        below, above = own.get(key, {}), pod.get(key)
        if isinstance(above, dict) and isinstance(below, dict):
            merged[key] = {name: value for name, value in above.items() if name in ("cpu", "memory")} | below
    return {**container, "resources": merged}


def each_linux_container(document: Document) -> Iterator[Selected]:
    """Of the deployed containers, the ones in pods that do not ask for a Windows node."""
    windows = [pod.route for pod in each_pod(document) if is_windows(pod.value)]
    for container in each_deployed_container(document):
        if container.route[:-2] not in windows:
            yield container


def each_serving_container(document: Document) -> Iterator[Selected]:
    """Of the deployed containers, those that run until they are stopped."""
    if keeps_running(document.data):
        for container in each_deployed_container(document):
            if container.extra["kind"] == "container":
                yield container


def each_workload(document: Document) -> Iterator[Selected]:
    """An object that makes pods, whole."""
    for pod in each_pod(document):
        if pod.extra["kind"] not in ("Pod", "PodTemplate"):
            yield Selected((), document.data, pod.extra)
            return


def each_env_var(document: Document) -> Iterator[Selected]:
    """Every variable of a container, as `{"name", "value"}` or `{"name", "valueFrom"}`."""
    for container in each_container(document):
        for index, item in enumerate(list_at(container.value, "env")):
            if not isinstance(item, dict) or not isinstance(item.get("name"), str):
                continue
            value = {"name": item["name"]}
            if "valueFrom" in item and "value" not in item:
                value["valueFrom"] = item["valueFrom"]
            else:
                value["value"] = item.get("value")
            extra = {"container": container.extra["name"], "name": item["name"]}
            yield Selected((*container.route, "env", index), value, extra)


def each_service(document: Document) -> Iterator[Selected]:
    """A Service, whole."""
    data = document.data
    if isinstance(data, dict) and data.get("kind") == "Service":
        yield Selected((), data, {"name": at(data, "metadata", "name"), "kind": "Service"})
