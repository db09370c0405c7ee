"""Facts of Kubernetes manifests: containers of workloads, ConfigMaps, Secrets, autoscalers, kustomizations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lintkit.facts import (
    Autoscaler,
    ConfigObject,
    ContainerDefined,
    Count,
    EnvFrom,
    Fact,
    OpaquePatch,
    ReplicasOverride,
    VariableProvided,
)
from lintkit.formats.plain import at, list_at, mapping_at, mappings_at, text_at, whole_number_at
from lintkit.kinds.kubernetes.kustomize import is_kustomization
from lintkit.kinds.kubernetes.object_facts import extract as extract_objects
from lintkit.kinds.kubernetes.objects import pod_spec_route
from lintkit.model import Document, Route
from lintkit.secrets.masked import DYNAMIC, NONE, value_of

_INJECTED = ("vault.hashicorp.com/agent-inject", "secrets.infisical.com", "instrumentation.opentelemetry.io")

Source = Literal["configmap", "secret"]


def extract(document: Document) -> Iterator[Fact]:
    """The facts of one Kubernetes object."""
    yield from extract_objects(document)
    data = mapping_at(document.data)
    kind = data.get("kind")
    if kind is not None and not isinstance(kind, str):
        return
    metadata = mapping_at(data, "metadata")
    name = text_at(metadata, "name")
    namespace = text_at(metadata, "namespace")
    place = pod_spec_route(data)
    if place is not None and kind != "PodTemplate":
        yield from _workload(document, data, place, str(kind), name, namespace)
    elif kind in {"ConfigMap", "Secret"}:
        yield from _config(document, data, "configmap" if kind == "ConfigMap" else "secret", name, namespace)
    elif kind == "SealedSecret":
        span = document.key_span(("metadata", "name"))
        yield ConfigObject(span, "secret", name, namespace)
        encrypted: Route = ("spec", "encryptedData")
        for key in mapping_at(data, *encrypted):
            place = (*encrypted, key)
            yield VariableProvided(document.key_span(place), str(key), DYNAMIC, "secret", f"secret/{name}")
        rendered: Route = ("spec", "template", "data")
        for key in mapping_at(data, *rendered):
            place = (*rendered, key)
            yield VariableProvided(document.key_span(place), str(key), DYNAMIC, "secret", f"secret/{name}")
    elif kind == "ExternalSecret":
        yield from _external_secret(document, data, name, namespace)
    elif kind in {"HorizontalPodAutoscaler", "ScaledObject"}:
        yield from _autoscaler(document, data, str(kind), namespace)
    elif is_kustomization(document):
        yield from _kustomization(document, data)


def _words(data: Any) -> tuple[str, ...] | None:
    return tuple(str(each) for each in data if each is not None) if isinstance(data, list) else None


def _count(document: Document, route: Route) -> Count | None:
    number = whole_number_at(document.data, *route)
    return None if number is None else Count(number, document.span(route), f"{route[-1]}: {number}")


def _workload(
    document: Document, data: Mapping[Any, Any], place: Route, kind: str, name: str, namespace: str
) -> Iterator[Fact]:
    pod = mapping_at(data, *place)
    containers = mappings_at(pod, "containers")
    sidecars = [each for each in mappings_at(pod, "initContainers") if each.get("restartPolicy") == "Always"]
    annotations = mapping_at(data, *place[:-1], "metadata", "annotations")
    injected = any(str(key).startswith(_INJECTED[:2]) for key in annotations)
    for index, container in enumerate(list_at(pod, "containers")):
        if not isinstance(container, dict):
            continue
        route = (*place, "containers", index)
        unit = ContainerDefined(
            document.key_span((*route, "name")) if "name" in container else document.span(route),
            name,
            kind,
            container=text_at(container, "name") or str(index),
            namespace=namespace,
            image=text_at(container, "image"),
            entrypoint=_words(container.get("command")),
            command=_words(container.get("args")),
            replicas=_count(document, ("spec", "replicas")),
            working_dir=text_at(container, "workingDir"),
            command_span=next(
                (document.span((*route, key)) for key in ("args", "command") if container.get(key)), None
            ),
            shares_network=len(containers) + len(sidecars) > 1 or pod.get("hostNetwork") is True,
            opaque="an agent injects variables into its pod" if injected else "",
        )
        yield unit
        yield from _environment(document, route, unit.unit, container)
    for index, container in enumerate(list_at(pod, "initContainers")):
        if isinstance(container, dict):
            label = f"{kind}/{name}/{text_at(container.get('name')) or index}"
            found = _environment(document, (*place, "initContainers", index), label, container)
            yield from (fact for fact in found if isinstance(fact, EnvFrom))


def _environment(document: Document, route: Route, unit: str, container: Mapping[Any, Any]) -> Iterator[Fact]:
    for index, entry in enumerate(list_at(container, "env")):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            continue
        place = (*route, "env", index)
        name = entry["name"]
        key_span = document.span((*place, "name"))
        source = mapping_at(entry, "valueFrom")
        if source:
            yield VariableProvided(
                document.span((*place, "valueFrom")), name, DYNAMIC, "kubernetes-env", unit, key_span
            )
            yield from _value_from(document, (*place, "valueFrom"), unit, name, source)
            continue
        node = document.nodes.get((*place, "value"))
        text = node.raw if node is not None and node.raw is not None else entry.get("value", "")
        value = value_of(name, str(text) if text is not None else "")
        span = document.span((*place, "value")) if "value" in entry else key_span
        yield VariableProvided(span, name, value, "kubernetes-env", unit, key_span)
    for index, entry in enumerate(list_at(container, "envFrom")):
        for key, kind in (("configMapRef", "configmap"), ("secretRef", "secret")):
            reference = mapping_at(entry, key)
            if reference:
                yield EnvFrom(
                    document.span((*route, "envFrom", index, key)),
                    unit,
                    kind,  # type: ignore[arg-type]
                    text_at(reference, "name"),
                    prefix=text_at(entry, "prefix"),
                    optional=reference.get("optional") is True,
                )


def _value_from(
    document: Document, route: Route, unit: str, name: str, source: Mapping[Any, Any]
) -> Iterator[EnvFrom]:
    for key, kind in (("configMapKeyRef", "configmap"), ("secretKeyRef", "secret")):
        reference = mapping_at(source, key)
        if reference:
            yield EnvFrom(
                document.span((*route, key)),
                unit,
                kind,  # type: ignore[arg-type]
                text_at(reference, "name"),
                key=text_at(reference, "key"),
                variable=name,
                optional=reference.get("optional") is True,
                key_span=document.span((*route, key, "key")),
            )


def _config(
    document: Document, data: Mapping[Any, Any], source: Source, name: str, namespace: str
) -> Iterator[Fact]:
    yield ConfigObject(document.key_span(("metadata", "name")), source, name, namespace)
    for section in ("data", "stringData", "binaryData"):
        for key in mapping_at(data, section):
            place = (section, key)
            node = document.nodes.get(place)
            text = node.raw if node is not None else None
            plain = section == "stringData" or (section == "data" and source == "configmap")
            value = value_of(str(key), text) if plain and text is not None else DYNAMIC
            yield VariableProvided(
                document.span(place), str(key), value, source, f"{source}/{name}", document.key_span(place)
            )


def _external_secret(
    document: Document, data: Mapping[Any, Any], name: str, namespace: str
) -> Iterator[Fact]:
    spec = mapping_at(data, "spec")
    target = text_at(spec, "target", "name") or name
    complete = not spec.get("dataFrom") and not at(spec, "target", "template")
    yield ConfigObject(document.key_span(("metadata", "name")), "secret", target, namespace, complete)
    for index, entry in enumerate(list_at(spec, "data")):
        key = text_at(entry, "secretKey")
        if key:
            span = document.span(("spec", "data", index, "secretKey"))
            yield VariableProvided(span, key, DYNAMIC, "secret", f"secret/{target}")


def _autoscaler(
    document: Document, data: Mapping[Any, Any], kind: str, namespace: str
) -> Iterator[Autoscaler]:
    target = mapping_at(data, "spec", "scaleTargetRef")
    names = (
        ("minReplicas", "maxReplicas")
        if kind == "HorizontalPodAutoscaler"
        else ("minReplicaCount", "maxReplicaCount")
    )
    yield Autoscaler(
        document.span(("spec", "scaleTargetRef")),
        text_at(target, "kind") or "Deployment",
        text_at(target, "name"),
        namespace,
        _count(document, ("spec", names[0])),
        _count(document, ("spec", names[1])),
        text_at(data, "metadata", "name"),
        document.span(("spec", "scaleTargetRef", "name")),
    )


def _kustomization(document: Document, data: Mapping[Any, Any]) -> Iterator[Fact]:
    for index, entry in enumerate(list_at(data, "replicas")):
        count = _count_in(document, entry, ("replicas", index, "count"))
        if count is not None:
            yield ReplicasOverride(document.span(("replicas", index)), text_at(entry, "name"), count)
    for section, source in (("configMapGenerator", "configmap"), ("secretGenerator", "secret")):
        for index, entry in enumerate(list_at(data, section)):
            yield from _generated(document, (section, index), mapping_at(entry), source)  # type: ignore[arg-type]
    for section in ("patches", "patchesJson6902"):
        for index, entry in enumerate(list_at(data, section)):
            patch = mapping_at(entry)
            text = text_at(patch, "patch")
            inline_env = "env" in text
            outside = section == "patchesJson6902" and "path" in patch
            if inline_env or outside or ("path" in patch and mapping_at(patch, "target")):
                target = text_at(patch.get("target"), "name")
                yield OpaquePatch(document.span((section, index)), target)
    if data.get("components") or data.get("transformers"):
        yield OpaquePatch(document.span(()), "")


def _count_in(document: Document, entry: Any, route: Route) -> Count | None:
    number = whole_number_at(entry, "count")
    return None if number is None else Count(number, document.span(route), f"replicas: {number}")


def _generated(document: Document, route: Route, entry: Mapping[Any, Any], source: Source) -> Iterator[Fact]:
    name = text_at(entry, "name")
    files = [*list_at(entry, "envs"), *([entry["env"]] if "env" in entry else [])]
    span = document.span((*route, "name"))
    yield ConfigObject(span, source, name, files=tuple(each for each in files if isinstance(each, str)))
    unit = f"{source}/{name}"
    for index, literal in enumerate(list_at(entry, "literals")):
        key, equals, text = text_at(literal).partition("=")
        value = value_of(key, text) if equals else NONE
        yield VariableProvided(document.span((*route, "literals", index)), key, value, source, unit)
    for index, each in enumerate(list_at(entry, "files")):
        key = text_at(each).partition("=")[0].rpartition("/")[2]
        yield VariableProvided(document.span((*route, "files", index)), key, DYNAMIC, source, unit)
