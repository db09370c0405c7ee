"""Facts of Kubernetes objects that refer to each other: pods, Services, policies, budgets, accounts, kustomizations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.facts import Count, Fact
from lintkit.formats.plain import at, list_at, mapping_at, text_at, whole_number_at
from lintkit.kinds.kubernetes.cluster_facts import (
    BackendUsed,
    BindingDefined,
    BudgetDefined,
    EgressRule,
    KeyMounted,
    KustomizationDefined,
    Labels,
    ObjectDefined,
    PodsDefined,
    PolicyDefined,
    RoleDefined,
    Selector,
    ServiceDefined,
)
from lintkit.kinds.kubernetes.external_calls import is_external_endpoint
from lintkit.kinds.kubernetes.kustomize import is_kustomization
from lintkit.kinds.kubernetes.labels import read_labels, read_selector
from lintkit.kinds.kubernetes.objects import env_entries, is_patch, pod_spec_route
from lintkit.kinds.kubernetes.rbac import all_grants
from lintkit.model import Document, Route, Span

_SCALED = frozenset(("Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "DeploymentConfig", "Rollout"))
_EVERY_VERB = frozenset(("get", "list", "watch", "create", "update", "patch", "delete"))
_PRIVATE = re.compile(
    r"^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|127\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd])"
)


def extract(document: Document) -> Iterator[Fact]:
    """The facts of one object."""
    data = document.data
    if not isinstance(data, dict):
        return
    kind, version = data.get("kind"), data.get("apiVersion")
    if is_kustomization(document):
        yield _kustomization(document, data)
        return
    if not isinstance(kind, str) or not isinstance(version, str):
        return
    named = "name" if at(data, "metadata", "name") else "generateName"
    name, namespace = text_at(data, "metadata", named), text_at(data, "metadata", "namespace")
    span = document.span(("metadata", named))
    group = version.rpartition("/")[0]
    automount = data.get("automountServiceAccountToken")
    custom = _is_custom(group) and pod_spec_route(data) is None
    yield ObjectDefined(
        span,
        kind,
        name,
        namespace,
        group,
        automount if isinstance(automount, bool) else None,
        document.span(("metadata", "namespace")) if namespace else None,
        _made_labels(data) if custom else (),
        custom,
    )
    pods = _pods(document, kind, name, namespace, span)
    if pods is not None:
        yield pods
        yield from _mounted_keys(document, f"{kind}/{name}", namespace)
    if kind == "Service" and group == "":
        yield _service(document, name, namespace, span)
    elif kind in ("Ingress", "HTTPRoute", "GRPCRoute", "IngressRoute"):
        yield from _backends(document, kind, name, namespace)
    elif kind == "NetworkPolicy" and group in ("networking.k8s.io", "extensions"):
        yield _policy(document, name, namespace, span)
    elif kind == "PodDisruptionBudget":
        yield _budget(document, name, namespace, span)
    elif kind in ("Role", "ClusterRole"):
        everything = any(_allows_everything(rule) for rule in list_at(data, "rules"))
        makes_pods = any(grant.makes_pods for grant in all_grants(document))
        yield RoleDefined(span, kind, name, namespace, everything, document.key_span(("rules",)), makes_pods)
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        yield _binding(document, kind, name, namespace, span)


def _is_custom(group: str) -> bool:
    """Whether an API group is that of a custom resource, whose operator may make pods."""
    return "." in group and not group.endswith(("k8s.io", "openshift.io"))


def _made_labels(data: Any) -> Labels:
    """The labels of a custom resource and of what it holds as the metadata of its pods: operators hand both on."""
    held: tuple[Route, ...] = (("metadata",), ("spec", "podMetadata"), ("spec", "template", "metadata"))
    return tuple(pair for where in held for pair in read_labels(at(data, *where, "labels")))


def _pods(document: Document, kind: str, name: str, namespace: str, span: Span) -> PodsDefined | None:
    data = document.data
    route = pod_spec_route(data)
    labels_only = False
    if route is None:
        # A patch may speak of replicas or labels alone.
        if kind not in _SCALED or not isinstance(data.get("spec"), dict):
            return None
        route = ("spec", "template", "spec")
        labels_only = not isinstance(at(data, "spec", "template", "metadata", "labels"), dict)
    spec = mapping_at(data, *route)
    selector = at(data, "spec", "selector") if kind != "Pod" else None
    own = None
    if isinstance(selector, dict):
        plain = "matchLabels" not in selector and "matchExpressions" not in selector
        own = Selector(read_labels(selector)) if plain else read_selector(selector)
    count = whole_number_at(data, "spec", "replicas")
    replicas = None
    if count is not None:
        replicas = Count(count, document.span(("spec", "replicas")), f"replicas: {count}")
    automount = spec.get("automountServiceAccountToken")
    return PodsDefined(
        span,
        kind,
        name,
        namespace,
        read_labels(at(data, *route[:-1], "metadata", "labels")),
        own,
        document.key_span(route),
        ports=tuple(_ports(spec)),
        replicas=replicas,
        service=text_at(data, "spec", "serviceName"),
        service_span=document.span(("spec", "serviceName")),
        service_account=text_at(spec, "serviceAccountName") or text_at(spec, "serviceAccount"),
        account_span=document.span((*route, "serviceAccountName")),
        automount=automount if isinstance(automount, bool) else None,
        patch=labels_only or is_patch(data),
        images=tuple(_images(spec)),
        reaches_out=_reaches_out(document),
        host_network=spec.get("hostNetwork") is True,
        namespace_span=document.span(("metadata", "namespace")) if namespace else None,
        containers=tuple(_side_by_side(spec)),
        injected=any(
            "inject" in str(key) or str(key).startswith(("dapr.io/", "linkerd.io/"))
            for where in (route[:-1], ())
            for key in mapping_at(data, *where, "metadata", "annotations")
        ),
    )


def _mounted_keys(document: Document, owner: str, namespace: str) -> Iterator[KeyMounted]:
    route = pod_spec_route(document.data)
    if route is None:
        return
    for index, volume in enumerate(list_at(document.data, *route, "volumes")):
        place: Route = (*route, "volumes", index)
        for key, source, name in (("configMap", "configmap", "name"), ("secret", "secret", "secretName")):
            yield from _items_of(document, (*place, key), at(volume, key), source, name, owner, namespace)
        for number, part in enumerate(list_at(volume, "projected", "sources")):
            for key, source in (("configMap", "configmap"), ("secret", "secret")):
                where = (*place, "projected", "sources", number, key)
                yield from _items_of(document, where, at(part, key), source, "name", owner, namespace)


def _items_of(
    document: Document, route: Route, data: Any, source: Any, name: str, owner: str, namespace: str
) -> Iterator[KeyMounted]:
    if at(data, "optional") is True or not text_at(data, name):
        return
    for index, item in enumerate(list_at(data, "items")):
        key = text_at(item, "key")
        if key:
            span = document.span((*route, "items", index, "key"))
            yield KeyMounted(span, owner, namespace, source, data[name], key)


def _containers(spec: Mapping[Any, Any]) -> Iterator[Mapping[Any, Any]]:
    for field in ("initContainers", "containers"):
        yield from (mapping_at(each) for each in list_at(spec, field))


def _running(spec: Mapping[Any, Any]) -> list[Mapping[Any, Any]]:
    """The containers that stay: all but the init containers that end before the others start."""
    sidecars = [each for each in list_at(spec, "initContainers") if at(each, "restartPolicy") == "Always"]
    return [mapping_at(each) for each in (*list_at(spec, "containers"), *sidecars)]


def _side_by_side(spec: Mapping[Any, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The containers that run at the same time: sidecars are init containers that are always restarted."""
    for index, container in enumerate(_running(spec)):
        ports = (at(port, "containerPort") for port in list_at(container, "ports"))
        name = text_at(container, "name") or str(index)
        yield name, tuple(port for port in ports if isinstance(port, int))


def _ports(spec: Mapping[Any, Any]) -> Iterator[tuple[str, int]]:
    for container in _running(spec):
        for port in list_at(container, "ports"):
            number = at(port, "containerPort")
            if isinstance(number, int):
                yield text_at(port, "name"), number


def _images(spec: Mapping[Any, Any]) -> Iterator[str]:
    for container in _containers(spec):
        if text_at(container, "image"):
            yield container["image"]


def _reaches_out(document: Document) -> Span | None:
    for entry in env_entries(document):
        if is_external_endpoint(entry.name, entry.value or ""):
            return entry.name_span
    return None


def _service(document: Document, name: str, namespace: str, span: Span) -> ServiceDefined:
    spec = mapping_at(document.data, "spec")
    selector = spec.get("selector")
    ports: list[tuple[str, int]] = []
    targets: list[tuple[str | int, Span]] = []
    for index, port in enumerate(list_at(spec, "ports")):
        number = at(port, "port")
        if not isinstance(number, int):
            continue
        ports.append((text_at(port, "name"), number))
        key = "targetPort" if at(port, "targetPort") else "port"
        target = mapping_at(port)[key]
        if isinstance(target, (int, str)):
            targets.append((target, document.span(("spec", "ports", index, key))))
    return ServiceDefined(
        span,
        name,
        namespace,
        Selector(read_labels(selector)) if isinstance(selector, dict) and selector else None,
        document.key_span(("spec", "selector")),
        tuple(ports),
        headless=spec.get("clusterIP") == "None",
        external=spec.get("type") == "ExternalName",
        targets=tuple(targets),
    )


def _backends(document: Document, kind: str, name: str, namespace: str) -> Iterator[BackendUsed]:
    for route in _backend_routes(document.data, kind):
        backend = mapping_at(document.data, *route)
        if isinstance(backend.get("service"), dict):
            service, where = backend["service"], (*route, "service")
            port_at: Route = next(
                ((*where, "port", key) for key in ("name", "number") if key in mapping_at(service, "port")),
                (),
            )
            name_at: Route = (*where, "name")
        elif kind == "Ingress":
            name_at, port_at = (*route, "serviceName"), (*route, "servicePort")
        elif backend.get("kind", "Service") != "Service" or backend.get("group"):
            continue
        else:
            name_at, port_at = (*route, "name"), (*route, "port")
        target = text_at(document.data, *name_at)
        if not target:
            continue
        port = at(document.data, *port_at) if port_at else None
        other = text_at(backend, "namespace")
        yield BackendUsed(
            document.span(name_at),
            f"{kind} {name}",
            target,
            other or namespace,
            str(port) if isinstance(port, (str, int)) else "",
            document.span(port_at) if port is not None else None,
        )


def _backend_routes(data: Any, kind: str) -> Iterator[Route]:
    if kind == "Ingress":
        for field in ("defaultBackend", "backend"):
            if isinstance(at(data, "spec", field), dict):
                yield ("spec", field)
        for i, rule in enumerate(list_at(data, "spec", "rules")):
            for j, _ in enumerate(list_at(rule, "http", "paths")):
                yield ("spec", "rules", i, "http", "paths", j, "backend")
        return
    field = "services" if kind == "IngressRoute" else "backendRefs"
    outer = "routes" if kind == "IngressRoute" else "rules"
    for i, rule in enumerate(list_at(data, "spec", outer)):
        for j, _ in enumerate(list_at(rule, field)):
            yield ("spec", outer, i, field, j)


def _policy(document: Document, name: str, namespace: str, span: Span) -> PolicyDefined:
    spec = mapping_at(document.data, "spec")
    named = [each for each in list_at(spec, "policyTypes") if isinstance(each, str)]
    peers = []
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for i, rule in enumerate(list_at(spec, direction)):
            for j, peer in enumerate(list_at(rule, side)):
                if isinstance(at(peer, "podSelector"), dict) and "namespaceSelector" not in peer:
                    where = document.key_span(("spec", direction, i, side, j, "podSelector"))
                    peers.append((read_selector(peer["podSelector"]), where))
    return PolicyDefined(
        span,
        name,
        namespace,
        read_selector(spec.get("podSelector")),
        document.key_span(("spec", "podSelector")),
        ingress="Ingress" in named if named else True,
        egress="Egress" in named if named else "egress" in spec,
        egress_rules=tuple(_egress(rule) for rule in list_at(spec, "egress")),
        egress_span=document.key_span(("spec", "egress")),
        peers=tuple(peers),
    )


def _egress(rule: Any) -> EgressRule:
    rule = mapping_at(rule)
    peers = list_at(rule, "to")
    everywhere = not peers or any(
        "ipBlock" in mapping_at(peer) and not _PRIVATE.match(text_at(peer, "ipBlock", "cidr"))
        for peer in peers
    )
    ports, is_named = [], False
    for port in list_at(rule, "ports"):
        number, last = at(port, "port"), at(port, "endPort")
        protocol = text_at(port, "protocol") or "TCP"
        if number is None:
            ports.append((protocol, 0, 65535))
        elif isinstance(number, int):
            ports.append((protocol, number, last if isinstance(last, int) else number))
        else:
            is_named = True
    return EgressRule(everywhere, tuple(ports), is_named)


def _allows_everything(rule: Any) -> bool:
    groups, resources, verbs = (
        frozenset(text_at(each) for each in list_at(rule, key)) for key in ("apiGroups", "resources", "verbs")
    )
    return "*" in groups and "*" in resources and ("*" in verbs or verbs >= _EVERY_VERB)


def _binding(document: Document, kind: str, name: str, namespace: str, span: Span) -> BindingDefined:
    subjects = tuple(
        (
            text_at(subject, "kind"),
            text_at(subject, "namespace"),
            text_at(subject, "name"),
            document.span(("subjects", index, "name")),
        )
        for index, subject in enumerate(list_at(document.data, "subjects"))
        if isinstance(subject, dict)
    )
    role = mapping_at(document.data, "roleRef")
    return BindingDefined(
        span,
        kind,
        name,
        namespace,
        (text_at(role, "kind"), text_at(role, "name")),
        document.span(("roleRef", "name")),
        subjects,
    )


def _budget(document: Document, name: str, namespace: str, span: Span) -> BudgetDefined:
    spec = mapping_at(document.data, "spec")
    amounts = {
        key: str(value)
        for key, value in spec.items()
        if isinstance(value, (int, str)) and isinstance(key, str)
    }
    return BudgetDefined(
        span,
        name,
        namespace,
        read_selector(spec.get("selector")),
        document.key_span(("spec", "selector")),
        amounts.get("minAvailable", ""),
        document.span(("spec", "minAvailable")),
        amounts.get("maxUnavailable", ""),
        document.span(("spec", "maxUnavailable")),
    )


def _kustomization(document: Document, data: Mapping[Any, Any]) -> KustomizationDefined:
    resources = [
        each
        for field in ("resources", "bases", "components")
        for each in list_at(data, field)
        if isinstance(each, str)
    ]
    patches = [
        each
        for field in ("patchesStrategicMerge", "patches")
        for each in list_at(data, field)
        if isinstance(each, str)
    ]
    patches += [
        each["path"]
        for field in ("patches", "patchesJson6902")
        for each in list_at(data, field)
        if isinstance(each, dict) and isinstance(each.get("path"), str)
    ]
    opaque = any(
        data.get(key) for key in ("helmCharts", "helmChartInflationGenerator", "generators", "transformers")
    )
    opaque = opaque or any(
        "://" in each or "?ref=" in each or each.startswith(("git@", "github.com/")) for each in resources
    )
    return KustomizationDefined(
        document.span(()), tuple(resources), tuple(patches), text_at(data, "namespace"), opaque
    )
