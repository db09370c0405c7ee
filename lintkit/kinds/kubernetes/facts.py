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
    data = _mapping(document.data)
    kind = data.get("kind")
    if kind is not None and not isinstance(kind, str):
        return
    metadata = _mapping(data.get("metadata"))
    name = _text(metadata.get("name"))
    namespace = _text(metadata.get("namespace"))
    place = pod_spec_route(data)
    if place is not None and kind != "PodTemplate":
        yield from _workload(document, data, place, str(kind), name, namespace)
    elif kind in {"ConfigMap", "Secret"}:
        yield from _config(document, data, "configmap" if kind == "ConfigMap" else "secret", name, namespace)
    elif kind == "SealedSecret":
        span = document.key_span(("metadata", "name"))
        yield ConfigObject(span, "secret", name, namespace)
        encrypted: Route = ("spec", "encryptedData")
        for key in _mapping(_at(data, encrypted)):
            place = (*encrypted, key)
            yield VariableProvided(document.key_span(place), str(key), DYNAMIC, "secret", f"secret/{name}")
        rendered: Route = ("spec", "template", "data")
        for key in _mapping(_at(data, rendered)):
            place = (*rendered, key)
            yield VariableProvided(document.key_span(place), str(key), DYNAMIC, "secret", f"secret/{name}")
    elif kind == "ExternalSecret":
        yield from _external_secret(document, data, name, namespace)
    elif kind in {"HorizontalPodAutoscaler", "ScaledObject"}:
        yield from _autoscaler(document, data, str(kind), namespace)
    elif is_kustomization(document):
        yield from _kustomization(document, data)


def _mapping(data: Any) -> Mapping[Any, Any]:
    return data if isinstance(data, dict) else {}


def _list(data: Any) -> list[Any]:
    return data if isinstance(data, list) else []


def _text(data: Any) -> str:
    return data if isinstance(data, str) else ""


def _at(data: Any, route: Route) -> Any:
    for step in route:
        data = _mapping(data).get(step)
    return data


def _words(data: Any) -> tuple[str, ...] | None:
    return tuple(str(each) for each in data if each is not None) if isinstance(data, list) else None


def _count(document: Document, route: Route) -> Count | None:
    number = _at(document.data, route)
    if isinstance(number, bool) or not isinstance(number, int):
        return None
    return Count(number, document.span(route), f"{route[-1]}: {number}")


def _workload(
    document: Document, data: Mapping[Any, Any], place: Route, kind: str, name: str, namespace: str
) -> Iterator[Fact]:
    pod = _mapping(_at(data, place))
    containers = [each for each in _list(pod.get("containers")) if isinstance(each, dict)]
    sidecars = [
        each
        for each in _list(pod.get("initContainers"))
        if isinstance(each, dict) and each.get("restartPolicy") == "Always"
    ]
    annotations = _mapping(_at(data, (*place[:-1], "metadata", "annotations")))
    injected = any(str(key).startswith(_INJECTED[:2]) for key in annotations)
    for index, container in enumerate(_list(pod.get("containers"))):
        if not isinstance(container, dict):
            continue
        route = (*place, "containers", index)
        unit = ContainerDefined(
            document.key_span((*route, "name")) if "name" in container else document.span(route),
            name,
            kind,
            container=_text(container.get("name")) or str(index),
            namespace=namespace,
            image=_text(container.get("image")),
            entrypoint=_words(container.get("command")),
            command=_words(container.get("args")),
            replicas=_count(document, ("spec", "replicas")),
            working_dir=_text(container.get("workingDir")),
            command_span=next(
                (document.span((*route, key)) for key in ("args", "command") if container.get(key)), None
            ),
            shares_network=len(containers) + len(sidecars) > 1 or pod.get("hostNetwork") is True,
            opaque="an agent injects variables into its pod" if injected else "",
        )
        yield unit
        yield from _environment(document, route, unit.unit, container)
    for index, container in enumerate(_list(pod.get("initContainers"))):
        if isinstance(container, dict):
            label = f"{kind}/{name}/{_text(container.get('name')) or index}"
            found = _environment(document, (*place, "initContainers", index), label, container)
            yield from (fact for fact in found if isinstance(fact, EnvFrom))


def _environment(document: Document, route: Route, unit: str, container: Mapping[Any, Any]) -> Iterator[Fact]:
    for index, entry in enumerate(_list(container.get("env"))):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            continue
        place = (*route, "env", index)
        name = entry["name"]
        key_span = document.span((*place, "name"))
        source = _mapping(entry.get("valueFrom"))
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
    for index, entry in enumerate(_list(container.get("envFrom"))):
        for key, kind in (("configMapRef", "configmap"), ("secretRef", "secret")):
            reference = _mapping(_mapping(entry).get(key))
            if reference:
                yield EnvFrom(
                    document.span((*route, "envFrom", index, key)),
                    unit,
                    kind,  # type: ignore[arg-type]
                    _text(reference.get("name")),
                    prefix=_text(_mapping(entry).get("prefix")),
                    optional=reference.get("optional") is True,
                    ref_span=document.span((*route, "envFrom", index, key, "name")),
                )


def _value_from(
    document: Document, route: Route, unit: str, name: str, source: Mapping[Any, Any]
) -> Iterator[EnvFrom]:
    for key, kind in (("configMapKeyRef", "configmap"), ("secretKeyRef", "secret")):
        reference = _mapping(source.get(key))
        if reference:
            yield EnvFrom(
                document.span((*route, key)),
                unit,
                kind,  # type: ignore[arg-type]
                _text(reference.get("name")),
                key=_text(reference.get("key")),
                variable=name,
                optional=reference.get("optional") is True,
                key_span=document.span((*route, key, "key")),
                ref_span=document.span((*route, key, "name")),
            )


def _config(
    document: Document, data: Mapping[Any, Any], source: Source, name: str, namespace: str
) -> Iterator[Fact]:
    yield ConfigObject(document.key_span(("metadata", "name")), source, name, namespace)
    for section in ("data", "stringData", "binaryData"):
        for key in _mapping(data.get(section)):
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
    spec = _mapping(data.get("spec"))
    target = _text(_at(spec, ("target", "name"))) or name
    complete = not spec.get("dataFrom") and not _at(spec, ("target", "template"))
    yield ConfigObject(document.key_span(("metadata", "name")), "secret", target, namespace, complete)
    for index, entry in enumerate(_list(spec.get("data"))):
        key = _text(_mapping(entry).get("secretKey"))
        if key:
            span = document.span(("spec", "data", index, "secretKey"))
            yield VariableProvided(span, key, DYNAMIC, "secret", f"secret/{target}")


def _autoscaler(
    document: Document, data: Mapping[Any, Any], kind: str, namespace: str
) -> Iterator[Autoscaler]:
    target = _mapping(_at(data, ("spec", "scaleTargetRef")))
    names = (
        ("minReplicas", "maxReplicas")
        if kind == "HorizontalPodAutoscaler"
        else ("minReplicaCount", "maxReplicaCount")
    )
    yield Autoscaler(
        document.span(("spec", "scaleTargetRef")),
        _text(target.get("kind")) or "Deployment",
        _text(target.get("name")),
        namespace,
        _count(document, ("spec", names[0])),
        _count(document, ("spec", names[1])),
        _text(_at(data, ("metadata", "name"))),
        document.span(("spec", "scaleTargetRef", "name")),
    )


def _kustomization(document: Document, data: Mapping[Any, Any]) -> Iterator[Fact]:
    for index, entry in enumerate(_list(data.get("replicas"))):
        count = _count_in(document, entry, ("replicas", index, "count"))
        if count is not None:
            yield ReplicasOverride(
                document.span(("replicas", index)), _text(_mapping(entry).get("name")), count
            )
    for section, source in (("configMapGenerator", "configmap"), ("secretGenerator", "secret")):
        for index, entry in enumerate(_list(data.get(section))):
            yield from _generated(document, (section, index), _mapping(entry), source)  # type: ignore[arg-type]
    for section in ("patches", "patchesJson6902"):
        for index, entry in enumerate(_list(data.get(section))):
            patch = _mapping(entry)
            text = _text(patch.get("patch"))
            inline_env = "env" in text
            outside = section == "patchesJson6902" and "path" in patch
            if inline_env or outside or ("path" in patch and _mapping(patch.get("target"))):
                target = _text(_mapping(patch.get("target")).get("name"))
                yield OpaquePatch(document.span((section, index)), target)
    if data.get("components") or data.get("transformers"):
        yield OpaquePatch(document.span(()), "")


def _count_in(document: Document, entry: Any, route: Route) -> Count | None:
    number = _mapping(entry).get("count")
    if isinstance(number, bool) or not isinstance(number, int):
        return None
    return Count(number, document.span(route), f"replicas: {number}")


def _generated(document: Document, route: Route, entry: Mapping[Any, Any], source: Source) -> Iterator[Fact]:
    name = _text(entry.get("name"))
    files = [*_list(entry.get("envs")), *([entry["env"]] if "env" in entry else [])]
    span = document.span((*route, "name"))
    yield ConfigObject(span, source, name, files=tuple(each for each in files if isinstance(each, str)))
    unit = f"{source}/{name}"
    for index, literal in enumerate(_list(entry.get("literals"))):
        key, equals, text = _text(literal).partition("=")
        value = value_of(key, text) if equals else NONE
        yield VariableProvided(document.span((*route, "literals", index)), key, value, source, unit)
    for index, each in enumerate(_list(entry.get("files"))):
        key = _text(each).partition("=")[0].rpartition("/")[2]
        yield VariableProvided(document.span((*route, "files", index)), key, DYNAMIC, source, unit)
