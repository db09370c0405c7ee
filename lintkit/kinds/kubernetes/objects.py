"""Kubernetes manifests: one document per object, and the pods, containers and variables in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from lintkit.formats.json import parse_stream
from lintkit.formats.plain import at, each_mapping, list_at, mapping_at, mappings_at, text_at
from lintkit.formats.yaml import parse_as
from lintkit.formats.yaml_nodes import NodeTree
from lintkit.kinds.kubernetes.apis import lacking
from lintkit.model import Document, Problem, Route, SourceFile, Span

ContainerKind = Literal["container", "init", "ephemeral"]

_CONTAINER_LISTS: tuple[tuple[str, ContainerKind], ...] = (
    ("initContainers", "init"),
    ("containers", "container"),
    ("ephemeralContainers", "ephemeral"),
)

_POD_SPECS: dict[str, Route] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_TEMPLATE: Route = ("spec", "template", "spec")
_WORKLOADS = frozenset(
    {
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "ReplicationController",
        "DeploymentConfig",
        "Rollout",
        "Job",
    }
)


PATCH_NAME = re.compile(r"(?i)patch[^/]*\.ya?ml$|(?:^|/)patches/")
"""What files are called that hold patches."""

_DIRECTIVE = re.compile(
    r"^[ -]*[\"']?\$(?:patch|retainKeys|setElementOrder|deleteFromPrimitiveList)\b", re.MULTILINE
)
_TEMPLATE_VERSIONS = ("template.openshift.io/v1", "v1")
_CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod; the name and the image are empty where none is written."""

    name: str
    route: Route
    kind: ContainerKind
    image: str = ""

    @property
    def called(self) -> str:
        """The container in words: by its name, else by its image."""
        name = self.name or self.image
        return f"container `{name}`" if name else "a container"


@dataclass(frozen=True, slots=True)
class EnvEntry:
    """One item of the `env` of a container.

    value        the text of `value:` as written; None where there is none
    route        the item
    source       "" for a literal, else the key in `valueFrom` (secretKeyRef, configMapKeyRef, fieldRef, …)
    source_name  the Secret or ConfigMap, and source_key the key in it; empty for other sources
    """

    name: str
    value: str | None
    route: Route
    name_span: Span
    container: Container
    source: str = ""
    source_name: str = ""
    source_key: str = ""


def parse(source: SourceFile) -> tuple[Document, ...]:
    """Read a file of manifests. A list gives one document per item, whose routes begin at the item.

    So does a `Template` of OpenShift for each of its `objects`. Items of a `PodList` are Pods, also where they do not
    say so. JSON holds one object, or several one after the other. Documents that are no objects (empty, a list,
    `kind: 3`) are documents all the same. Raises ParseError.
    """
    documents: list[Document] = []
    read = parse_stream(source) if source.path.lower().endswith(".json") else parse_as(source, "kubernetes")
    for document in read:
        documents.extend(_objects(document))
    return tuple(replace(document, index=index) for index, document in enumerate(documents))


def _objects(document: Document) -> Iterator[Document]:
    pending = [document]
    while pending:
        current = pending.pop()
        field, items = _listed(current.data)
        if not items:
            yield current
            continue
        problems = sorted(current.problems, key=_start)
        parts = [_item(current, (field, index), data, problems) for index, data in enumerate(items)]
        if field == "objects":  # its parameters are no part of an object
            rest = {key: value for key, value in current.data.items() if key != field}
            parts.insert(0, replace(current, data=rest, problems=()))
        placed = {problem for part in parts for problem in part.problems}
        outside = tuple(problem for problem in problems if problem not in placed)
        parts[0] = replace(parts[0], problems=(*outside, *parts[0].problems))
        pending.extend(reversed(parts))


def _listed(data: Any) -> tuple[str, list[Any]]:
    """The key that holds the objects of a list or a template, and the objects as they are once taken out."""
    if not isinstance(data, dict) or not isinstance(kind := data.get("kind"), str):
        return "", []
    version = data.get("apiVersion")
    if kind == "Template" and version in _TEMPLATE_VERSIONS:
        objects = data.get("objects")
        return "objects", list_at(objects)
    items = data.get("items")
    if not kind.endswith("List") or "spec" in data or not isinstance(items, list):
        return "", []
    inherited = {"apiVersion": version, "kind": kind.removesuffix("List")} if kind != "List" else {}
    return "items", [{**inherited, **item} if isinstance(item, dict) else item for item in items]


def _item(document: Document, route: Route, data: Any, problems: list[Problem]) -> Document:
    nodes = document.nodes
    assert isinstance(nodes, NodeTree)
    below = nodes.below(route)
    where = below[()].value
    first = bisect_left(problems, where.start, key=_start)
    last = bisect_left(problems, where.end, key=_start)
    return replace(document, data=data, nodes=below, problems=tuple(problems[first:last]))


def _start(problem: Problem) -> int:
    return problem.span.start


def pod_spec_route(data: Any) -> Route | None:
    """Where the pod spec of an object stands; None if it has none.

    Pods, PodTemplates, CronJobs, all workloads, and objects of any other kind with containers at
    spec.template.spec (Argo Rollouts, Knative services, …).
    """
    if not isinstance(data, dict) or is_policy(data):
        return None
    kind = data.get("kind")
    if not isinstance(kind, str):
        return None
    route = _POD_SPECS.get(kind, _TEMPLATE)
    spec: Any = data
    for part in route:
        spec = spec.get(part) if isinstance(spec, dict) else None
    if not isinstance(spec, dict):
        return None
    known = kind in _POD_SPECS or kind in _WORKLOADS
    return route if known or isinstance(spec.get("containers"), list) else None


def pod_spec_routes(data: Any) -> tuple[Route, ...]:
    """Where the pod specs of an object stand: its own, or those that a custom resource embeds."""
    route = pod_spec_route(data)
    return tuple(_embedded_pods(data)) if route is None else (route,)


def _embedded_pods(data: Any) -> Iterator[Route]:
    """Pod specs of a custom resource: every `spec` with a list of containers, at most eight levels down."""
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        return
    if data["kind"] in ("List", "CustomResourceDefinition") or is_policy(
        data
    ):  # what these describe is no pod
        return
    stack: list[tuple[Route, Any]] = [((), data)]
    while stack:
        route, node = stack.pop()
        containers = node.get("containers") if isinstance(node, dict) else None
        if route and route[-1] == "spec" and isinstance(containers, list):
            if any(isinstance(item, dict) and "image" in item for item in containers):
                yield route
            continue
        if len(route) < 8:
            children: Any = node.items() if isinstance(node, dict) else enumerate(node)
            below = [((*route, key), child) for key, child in children if isinstance(child, (dict, list))]
            stack.extend(reversed(below))


def is_policy(data: Any) -> bool:
    """Whether an object says what others may look like, in their form: a policy of Kyverno or Gatekeeper."""
    group = text_at(data, "apiVersion").rpartition("/")[0]
    return group.endswith(("kyverno.io", "gatekeeper.sh", "kubewarden.io", "jspolicy.com"))


def is_patch(data: Any) -> bool:
    """Whether an object changes another one (a kustomize patch) rather than being deployed as it is written.

    A patch selects no pods and names no image of a container; an object that is deployed cannot do without both. Pods
    are not made of bases, but those of the control plane are patched by kubeadm; and containers of which nothing but
    the name is said are not changed.
    """
    if isinstance(data, dict) and "$patch" in data:
        return True
    route = pod_spec_route(data)
    if route is None or (data["kind"] == "Pod" and at(data, "metadata", "name") not in _CONTROL_PLANE):
        return False
    items = _unselected(data, route)
    return not any(item.get("image") for item in items or ()) and not (
        items is None or (items and all(len(item) == 1 for item in items))
    )


def adds_containers(data: Any) -> bool:
    """Whether an object is a patch that adds containers, so that those without an image are described elsewhere."""
    route = pod_spec_route(data)
    if route is None or data["kind"] == "Pod":
        return False
    return any(item.get("image") for item in _unselected(data, route) or ())


def is_partial(document: Document) -> bool:
    """Whether an object may leave out what the API server asks for, because another one is completed by it.

    That is a patch: by its content, its directives or the name of its file, by containers of which some have no image,
    or because it lacks more than one thing that its spec cannot do without. And a Pod without a name, from which a
    program makes pods of its own (Spark, Jenkins, GitLab).
    """
    data = document.data
    if is_patch(data) or PATCH_NAME.search(document.path) or _has_directive(document.text):
        return True
    metadata = at(data, "metadata")
    if at(data, "kind") == "Pod" and not (at(metadata, "name") or at(metadata, "generateName")):
        return True
    route = pod_spec_route(data)
    if route is not None and data["kind"] != "Pod":
        items = _unselected(data, route) or ()
        if any(item.get("image") for item in items) and not all(item.get("image") for item in items):
            return True
    return len(lacking(data)) > 1


@lru_cache(maxsize=1)
def _has_directive(text: str) -> bool:
    """Whether a file says how it is merged; asked once, however many documents it has."""
    return _DIRECTIVE.search(text) is not None


def _unselected(data: Any, route: Route) -> list[dict[str, Any]] | None:
    """The containers of an object that selects no pods; None where it selects some."""
    if at(data, "spec", "selector"):
        return None
    return [item for field, _ in _CONTAINER_LISTS for item in mappings_at(data, *route, field)]


def is_windows(spec: Any) -> bool:
    """Whether a pod spec asks for a Windows node, where there are no capabilities, system calls and ports of root."""
    return "windows" in (at(spec, "os", "name"), at(spec, "nodeSelector", "kubernetes.io/os"))


def keeps_running(data: Any) -> bool:
    """Whether the pods of an object run until they are stopped: no Job, no Pod that ends by itself."""
    route = pod_spec_route(data)
    if route is None or data["kind"] in ("Job", "CronJob", "PodTemplate"):
        return False
    return at(data, *route, "restartPolicy") not in ("Never", "OnFailure")


def containers(document: Document) -> tuple[Container, ...]:
    """All containers of the object's pod: init containers, containers, ephemeral containers."""
    return containers_of(document.data)


def containers_of(data: Any) -> tuple[Container, ...]:
    """All containers of the pod of an object."""
    return tuple(container for container, _ in _containers(data))


def _containers(data: Any) -> Iterator[tuple[Container, dict[str, Any]]]:
    route = pod_spec_route(data)
    if route is None:
        return
    for field, kind in _CONTAINER_LISTS:
        for place, item in each_mapping(data, *route, field):
            yield Container(text_at(item, "name"), place, kind, text_at(item, "image")), item


def env_entries(document: Document) -> tuple[EnvEntry, ...]:
    """The `env` items of all containers of the object that have a name, in order."""
    found: list[EnvEntry] = []
    for container, data in _containers(document.data):
        for place, item in each_mapping(data, "env"):
            if isinstance(item.get("name"), str):
                route = (*container.route, *place)
                value_at = (*route, "value")
                value = document.nodes[value_at].raw if item.get("value") is not None else None
                source = next(map(str, mapping_at(item, "valueFrom")), "") if "value" not in item else ""
                named = (text_at(item, "valueFrom", source, each) for each in ("name", "key"))
                span = document.span((*route, "name"))
                found.append(EnvEntry(item["name"], value, route, span, container, source, *named))
    return tuple(found)


def embedded_env(document: Document) -> Iterator[tuple[Route, str, str]]:
    """(route of the value, name, value) in every list `env` of names and values, at most twelve levels down."""
    stack: list[tuple[Route, Any]] = [((), document.data)] if isinstance(document.data, (dict, list)) else []
    if at(document.data, "kind") == "CustomResourceDefinition" or is_policy(document.data):
        return  # it describes variables and gives none
    while stack:
        route, node = stack.pop()
        children: Any = node.items() if isinstance(node, dict) else enumerate(node)
        for key, child in children:
            place = (*route, key)
            if key == "env" and isinstance(child, list):
                for index, item in enumerate(child):
                    if isinstance(item, dict) and isinstance(item.get("name"), str):
                        value = document.nodes.get((*place, index, "value"))
                        if value is not None and value.raw:
                            yield (*place, index, "value"), item["name"], value.raw
            elif isinstance(child, (dict, list)) and len(place) < 12:
                stack.append((place, child))
