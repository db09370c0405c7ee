"""The named selectors of Kubernetes objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lintkit.formats.numbers import is_digits, whole_number
from lintkit.formats.plain import at, list_at, mappings_at
from lintkit.kinds.kubernetes.objects import (
    adds_containers,
    is_patch,
    is_windows,
    keeps_running,
    pod_spec_routes,
)
from lintkit.kinds.selected import Selected
from lintkit.model import Document, Route

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


def each_probe(document: Document) -> Iterator[Selected]:
    """Every port that a probe asks for, as `{"probe", "port", "by", "state"}`.

    by     `name` or `number`
    state  `found` or `missing` among the ports of the container; `unknown` where a template says it, and of a container
           that declares none: ports only inform, and a patch has those of what it changes
    """
    for container in each_container(document):
        ports = mappings_at(container.value, "ports")
        called = container.extra["name"]
        extra = {"name": called, "owner": f"container `{called}`" if called else "a container"}
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            for how in ("httpGet", "tcpSocket", "grpc"):
                port = at(container.value, probe, how, "port")
                if not isinstance(port, (str, int)) or isinstance(port, bool):
                    continue
                number = whole_number(port) if isinstance(port, str) else port
                by = "name" if isinstance(port, str) and not is_digits(port) else "number"
                state = _numbered(number, ports)
                if by == "name":  # that of grpc has to be a number
                    state = "unknown" if how == "grpc" else _called(port, ports, container.value)
                value = {"probe": probe, "port": port, "by": by, "state": state}
                place: Route = (*container.route, probe, how, "port")
                yield Selected(place, value, {**extra, "port": port})


def _called(name: Any, ports: list[dict[str, Any]], container: dict[str, Any]) -> str:
    """Whether a container has a port of that name."""
    if (not container.get("image") and not ports) or set("${") & set(name):
        return "unknown"
    return "found" if any(port.get("name") == name for port in ports) else "missing"


def _numbered(number: int | None, ports: list[dict[str, Any]]) -> str:
    """Whether a container declares a port."""
    if not ports or number is None:
        return "unknown"
    return "found" if any(port.get("containerPort") == number for port in ports) else "missing"


def each_service(document: Document) -> Iterator[Selected]:
    """A Service, whole."""
    data = document.data
    if isinstance(data, dict) and data.get("kind") == "Service":
        yield Selected((), data, {"name": at(data, "metadata", "name"), "kind": "Service"})
