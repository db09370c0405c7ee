"""What the API server refuses though each field has a value of its type: ranges, names, fields that exclude others.

After the validation of Kubernetes: pkg/apis/{core,apps,batch,networking,autoscaling,policy,rbac}/validation. Defaults
of pkg/apis/*/v1/defaults.go come first there, so a field that they fill in is never missed. What depends on feature
gates, or on what the cluster holds already, is left out.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.model import Route
from lintkit.parse.cron import fault_in_schedule
from lintkit.parse.kubernetes import at, is_windows, pod_spec_route
from lintkit.parse.kubernetes_apis import is_filled_in, type_of
from lintkit.parse.quantities import value_of_quantity

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_IN_CAPITALS = re.compile(r"[A-Z0-9_-]+")
_HIGHEST_PORT = 65_535

_CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_REFERENCES = ("configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef", "fileKeyRef")
_COMPARED = ("cpu", "memory", "ephemeral-storage")

_ONE_OF: Mapping[str, tuple[str, ...]] = {
    "imagePullPolicy": ("Always", "IfNotPresent", "Never"),
    "dnsPolicy": ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
    "protocol": ("TCP", "UDP", "SCTP"),
    "type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    "sessionAffinity": ("ClientIP", "None"),
    "pathType": ("Exact", "Prefix", "ImplementationSpecific"),
    "concurrencyPolicy": ("Allow", "Forbid", "Replace"),
    "scheme": ("HTTP", "HTTPS"),
    "accessModes": ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"),
}
_NAMED = frozenset(
    (
        *(
            "Pod",
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "Job",
            "CronJob",
            "ConfigMap",
            "Secret",
        ),
        *(
            "Service",
            "ServiceAccount",
            "Ingress",
            "NetworkPolicy",
            "PersistentVolumeClaim",
            "PersistentVolume",
        ),
        *("HorizontalPodAutoscaler", "PodDisruptionBudget", "Namespace", "StorageClass", "PriorityClass"),
    )
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that the API server refuses.

    message  what is wrong with it, in a clause without a full stop
    at_key   it is about the key at `route`, and not about its value
    """

    route: Route
    message: str
    at_key: bool = False


def refusals(data: Any, *, whole: bool = True) -> Iterator[Refusal]:
    """What the API server refuses of an object; nothing for kinds that are not Kubernetes' own.

    whole  False for a patch, where what it lacks may stand in the object that it changes
    """
    if not type_of(data):
        return
    kind = data["kind"]
    yield from _metadata(data, kind, whole)
    route = pod_spec_route(data)
    if route is not None and isinstance(at(data, *route), dict):
        claims = [at(claim, "metadata", "name") for claim in _items(at(data, "spec", "volumeClaimTemplates"))]
        yield from _pod(at(data, *route), route, claims, whole)
    check = _CHECKS.get(kind)
    if check is not None:
        yield from check(data, whole)


def _items(data: Any) -> list[Any]:
    return data if isinstance(data, list) else []


def _mappings(data: Any, route: Route) -> Iterator[tuple[Route, dict[Any, Any]]]:
    """The mappings of a list, and where they stand."""
    for index, item in enumerate(_items(data)):
        if isinstance(item, dict):
            yield (*route, index), item


def _text(data: Any) -> str:
    """A text that is written as it is meant; empty for everything else."""
    return data if isinstance(data, str) and not is_filled_in(data) else ""


def _number(data: Any) -> int | None:
    return data if isinstance(data, int) and not isinstance(data, bool) else None


def _given(data: Mapping[Any, Any], keys: Iterable[str]) -> list[str]:
    return [key for key in keys if data.get(key) is not None]


# --- single fields --------------------------------------------------------------------------------------------------


def _one_of(data: Mapping[Any, Any], route: Route, key: str) -> Iterator[Refusal]:
    value = _text(data.get(key))
    if value and value not in _ONE_OF[key]:
        yield Refusal((*route, key), f"`{key}` is `{value[:60]}`, which is none of {_listed(_ONE_OF[key])}")


def _listed(words: Iterable[str]) -> str:
    *first, last = (f"`{word}`" for word in words)
    return f"{', '.join(first)} and {last}"


def _port(data: Mapping[Any, Any], route: Route, *keys: str) -> Iterator[Refusal]:
    for key in keys:
        number = _number(data.get(key))
        if number is not None and not 1 <= number <= _HIGHEST_PORT:
            yield Refusal((*route, key), f"`{key}` is {number}, and ports are from 1 to {_HIGHEST_PORT}")


def _not_negative(data: Mapping[Any, Any], route: Route, *keys: str) -> Iterator[Refusal]:
    for key in keys:
        number = _number(data.get(key))
        if number is not None and number < 0:
            yield Refusal((*route, key), f"`{key}` is {number}, and it cannot be negative")


def _label(data: Mapping[Any, Any], route: Route, what: str) -> Iterator[Refusal]:
    name = _text(data.get("name"))
    if name and _LABEL.fullmatch(name) is None and _IN_CAPITALS.fullmatch(name) is None:
        rule = "at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends"
        yield Refusal((*route, "name"), f"`{name[:80]}` is no name for {what}: {rule}")


def _unique(found: Iterable[tuple[Route, Any]], what: str) -> Iterator[Refusal]:
    """Each value once; values that are None count for nothing."""
    seen: set[Any] = set()
    for route, value in found:
        if value is None or isinstance(value, (dict, list)):
            continue
        if value in seen:
            yield Refusal(route, f"{what} `{value}` stands here for the second time")
        seen.add(value)


def _only_one(data: Mapping[Any, Any], route: Route, keys: Iterable[str], what: str) -> Iterator[Refusal]:
    given = _given(data, keys)
    if len(given) > 1:
        yield Refusal(
            (*route, given[1]), f"{what} has both `{given[0]}` and `{given[1]}`, and may have one", True
        )


# --- every object ---------------------------------------------------------------------------------------------------


def _metadata(data: Mapping[Any, Any], kind: str, whole: bool) -> Iterator[Refusal]:
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        if whole and metadata is None:
            yield Refusal((), f"this {kind} has no name", True)
        return
    if whole and metadata.get("name") is None and metadata.get("generateName") is None:
        yield Refusal(("metadata",), f"this {kind} has no name", True)
    name = _text(metadata.get("name"))
    if kind not in _NAMED or not name or _IN_CAPITALS.fullmatch(name):
        return
    if kind in ("Service", "Namespace"):
        yield from _label(metadata, ("metadata",), f"a {kind}")
    elif _SUBDOMAIN.fullmatch(name) is None:
        rule = "lower-case letters, digits, `-` and `.`, with a letter or digit at both ends"
        yield Refusal(("metadata", "name"), f"`{name[:80]}` is no name for a {kind}: {rule}")
    elif kind == "CronJob" and len(name) > 52:
        yield Refusal(
            ("metadata", "name"), f"the name of a CronJob has at most 52 characters, and this one {len(name)}"
        )


# --- pods -----------------------------------------------------------------------------------------------------------


def _pod(spec: Mapping[Any, Any], route: Route, claims: list[Any], whole: bool) -> Iterator[Refusal]:
    containers = [
        (place, container, field)
        for field in _CONTAINER_LISTS
        for place, container in _mappings(spec.get(field), (*route, field))
    ]
    names = (((*place, "name"), _text(each.get("name")) or None) for place, each, _ in containers)
    yield from _unique(names, "the container")
    volumes = list(_mappings(spec.get("volumes"), (*route, "volumes")))
    yield from _unique(
        (((*place, "name"), _text(each.get("name")) or None) for place, each in volumes), "the volume"
    )
    for place, volume in volumes:
        yield from _label(volume, place, "a volume")
        yield from _only_one(volume, place, (key for key in volume if key != "name"), "a volume")
    known = [name for name in (*(each.get("name") for _, each in volumes), *claims) if isinstance(name, str)]
    mountable = frozenset(known) if whole and not any(map(is_filled_in, known)) else None
    for place, container, field in containers:
        yield from _container(container, place, mountable)
        if field == "initContainers" and container.get("restartPolicy") != "Always" and whole:
            for key in (*_PROBES, "lifecycle"):
                if container.get(key) is not None:
                    message = f"an init container may have `{key}` only if its `restartPolicy` is `Always`"
                    yield Refusal((*place, key), message, True)
        if spec.get("hostNetwork") is True:
            yield from _ports_of_the_host(container, place)
    yield from _one_of(spec, route, "dnsPolicy")
    yield from _not_negative(spec, route, "terminationGracePeriodSeconds")
    yield from _resources(spec.get("resources"), (*route, "resources"))
    if not is_windows(spec):
        for place, container, _ in containers:
            yield from _privileges(container, place)


def _container(
    container: Mapping[Any, Any], route: Route, volumes: frozenset[str] | None
) -> Iterator[Refusal]:
    yield from _label(container, route, "a container")
    yield from _one_of(container, route, "imagePullPolicy")
    ports = list(_mappings(container.get("ports"), (*route, "ports")))
    for place, port in ports:
        yield from _port(port, place, "containerPort", "hostPort")
        yield from _one_of(port, place, "protocol")
    yield from _unique(
        (((*place, "name"), _text(port.get("name")) or None) for place, port in ports), "the port"
    )
    for place, entry in _mappings(container.get("env"), (*route, "env")):
        yield from _variable(entry, place)
    for place, entry in _mappings(container.get("envFrom"), (*route, "envFrom")):
        yield from _only_one(entry, place, ("configMapRef", "secretRef"), "an entry of `envFrom`")
    mounts = list(_mappings(container.get("volumeMounts"), (*route, "volumeMounts")))
    paths = (((*place, "mountPath"), _text(mount.get("mountPath")) or None) for place, mount in mounts)
    yield from _unique(paths, "the path")
    for place, mount in mounts:
        name = _text(mount.get("name"))
        if name and volumes is not None and name not in volumes:
            yield Refusal((*place, "name"), f"there is no volume `{name[:80]}` in this pod")
        below = _text(mount.get("subPath"))
        if below.startswith("/"):
            yield Refusal((*place, "subPath"), f"`subPath` is `{below[:80]}`, and it cannot be absolute")
    for key in _PROBES:
        if isinstance(container.get(key), dict):
            yield from _probe(container[key], (*route, key), key)
    yield from _resources(container.get("resources"), (*route, "resources"))


def _variable(entry: Mapping[Any, Any], route: Route) -> Iterator[Refusal]:
    name = entry.get("name")
    if (
        isinstance(name, str)
        and not is_filled_in(name)
        and (not name or "=" in name or not name.isprintable())
    ):
        yield Refusal((*route, "name"), f"`{name[:80]}` is no name for a variable")
    source = entry.get("valueFrom")
    if isinstance(source, dict):
        if entry.get("value") not in (None, ""):
            yield Refusal(
                (*route, "valueFrom"),
                "a variable has either `value` or `valueFrom`, and this one has both",
                True,
            )
        yield from _only_one(source, (*route, "valueFrom"), _REFERENCES, "a variable")


def _probe(probe: Mapping[Any, Any], route: Route, key: str) -> Iterator[Refusal]:
    yield from _only_one(probe, route, _HANDLERS, f"`{key}`")
    for handler in ("httpGet", "tcpSocket", "grpc"):
        if isinstance(probe.get(handler), dict):
            yield from _port(probe[handler], (*route, handler), "port")
            yield from _one_of(probe[handler], (*route, handler), "scheme")
    numbers = (
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    )
    yield from _not_negative(probe, route, *numbers)
    successes = _number(probe.get("successThreshold"))
    if key != "readinessProbe" and successes is not None and successes > 1:
        yield Refusal(
            (*route, "successThreshold"), f"`successThreshold` of a {key} is {successes}, and must be 1"
        )


def _resources(resources: Any, route: Route) -> Iterator[Refusal]:
    requests, limits = at(resources, "requests"), at(resources, "limits")
    if not isinstance(requests, dict) or not isinstance(limits, dict):
        return
    for name in _COMPARED:
        asked, most = _quantity(requests.get(name)), _quantity(limits.get(name))
        if asked is not None and most is not None and asked > most:
            words = f"more than the limit, which is `{limits[name]}`"
            yield Refusal((*route, "requests", name), f"`{name}` requests `{requests[name]}`, {words}")


def _quantity(data: Any) -> Any:
    return (
        value_of_quantity(str(data))
        if isinstance(data, (str, int, float)) and not isinstance(data, bool)
        else None
    )


def _ports_of_the_host(container: Mapping[Any, Any], route: Route) -> Iterator[Refusal]:
    for place, port in _mappings(container.get("ports"), (*route, "ports")):
        own, host = _number(port.get("containerPort")), _number(port.get("hostPort"))
        if own and host and own != host:
            words = f"in the network of the host it is the same as `containerPort`, which is {own}"
            yield Refusal((*place, "hostPort"), f"`hostPort` is {host}, and {words}")


def _privileges(container: Mapping[Any, Any], route: Route) -> Iterator[Refusal]:
    context = container.get("securityContext")
    if at(context, "allowPrivilegeEscalation") is not False:
        return
    place = (*route, "securityContext", "allowPrivilegeEscalation")
    if at(context, "privileged") is True:
        yield Refusal(place, "`allowPrivilegeEscalation` cannot be false where `privileged` is true")
    elif "CAP_SYS_ADMIN" in _items(at(context, "capabilities", "add")):
        yield Refusal(place, "`allowPrivilegeEscalation` cannot be false where `CAP_SYS_ADMIN` is added")


# --- other kinds ----------------------------------------------------------------------------------------------------


def _service(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    kind = _text(spec.get("type")) or "ClusterIP"
    yield from _one_of(spec, ("spec",), "type")
    yield from _one_of(spec, ("spec",), "sessionAffinity")
    headless = spec.get("clusterIP") == "None"
    ports = list(_mappings(spec.get("ports"), ("spec", "ports")))
    if whole and spec.get("selector") and not headless and kind != "ExternalName" and not spec.get("ports"):
        yield Refusal(("spec",), "this Service has no `ports`", True)
    if headless and kind in ("LoadBalancer", "NodePort"):
        yield Refusal(
            ("spec", "clusterIP"), f"`clusterIP` cannot be `None` in a Service of the type `{kind}`"
        )
    if whole and kind == "ExternalName" and "type" in spec and not spec.get("externalName"):
        yield Refusal(("spec",), "a Service of the type `ExternalName` needs `externalName`", True)
    for place, port in ports:
        yield from _port(port, place, "port", "targetPort", "nodePort")
        yield from _one_of(port, place, "protocol")
        if whole and len(ports) > 1 and port.get("name") in (None, ""):
            yield Refusal(place, "a Service with several ports needs a name for each, and this one has none")
        if whole and kind == "ClusterIP" and _number(port.get("nodePort")):
            yield Refusal((*place, "nodePort"), "a Service of the type `ClusterIP` cannot have a `nodePort`")
    yield from _unique(
        (((*place, "name"), _text(port.get("name")) or None) for place, port in ports), "the port"
    )
    numbers = (
        ((*place, "port"), f"{number}/{port.get('protocol') or 'TCP'}" if number else None)
        for place, port in ports
        for number in (_number(port.get("port")),)
    )
    yield from _unique(numbers, "the port")


def _ingress(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    if data.get("apiVersion") != "networking.k8s.io/v1":
        return
    for rule_at, rule in _mappings(at(data, "spec", "rules"), ("spec", "rules")):
        host = _text(rule.get("host"))
        if ":" in host or "/" in host:
            yield Refusal(
                (*rule_at, "host"), f"`host` is `{host[:80]}`, and it is a name without scheme, port and path"
            )
        for place, path in _mappings(at(rule, "http", "paths"), (*rule_at, "http", "paths")):
            yield from _one_of(path, place, "pathType")
            written = _text(path.get("path"))
            if path.get("pathType") in ("Exact", "Prefix") and written and not written.startswith("/"):
                yield Refusal((*place, "path"), f"`path` is `{written[:80]}`, and it begins with `/`")
            if isinstance(path.get("backend"), dict):
                yield from _only_one(
                    path["backend"], (*place, "backend"), ("service", "resource"), "a backend"
                )
            service = at(path, "backend", "service")
            port = at(service, "port")
            where = (*place, "backend", "service")
            if isinstance(port, dict):
                yield from _port(port, (*where, "port"), "number")
                yield from _only_one(port, (*where, "port"), ("name", "number"), "a port")
            if whole and isinstance(service, dict) and not port:
                yield Refusal(where, "the backend names no port of its Service", True)


def _cron_job(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    schedule = spec.get("schedule")
    if isinstance(schedule, str) and not is_filled_in(schedule):
        fault = fault_in_schedule(schedule)
        if fault:
            yield Refusal(("spec", "schedule"), f"the schedule `{schedule[:80]}` {fault}")
    yield from _one_of(spec, ("spec",), "concurrencyPolicy")
    limits = ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    yield from _not_negative(spec, ("spec",), *limits)


def _autoscaler(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    least, most = _number(at(data, "spec", "minReplicas")), _number(at(data, "spec", "maxReplicas"))
    if most is not None and most < 1:
        yield Refusal(("spec", "maxReplicas"), f"`maxReplicas` is {most}, and at least one is allowed")
    elif least is not None and most is not None and least > most:
        yield Refusal(
            ("spec", "maxReplicas"), f"`maxReplicas` is {most}, less than `minReplicas`, which is {least}"
        )


def _budget(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    spec = data.get("spec")
    if isinstance(spec, dict):
        yield from _only_one(spec, ("spec",), ("minAvailable", "maxUnavailable"), "a PodDisruptionBudget")


def _workload(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    yield from _not_negative(spec, ("spec",), "replicas", "minReadySeconds", "revisionHistoryLimit")
    selector = spec.get("selector")
    if isinstance(selector, dict) and not any(selector.values()):
        yield Refusal(
            ("spec", "selector"),
            f"the selector of this {data['kind']} is empty, and it has to select its pods",
            True,
        )
    strategy = spec.get("strategy")
    if isinstance(strategy, dict) and strategy.get("type") == "Recreate" and strategy.get("rollingUpdate"):
        yield Refusal(
            ("spec", "strategy", "rollingUpdate"),
            "`rollingUpdate` cannot stand beside the strategy `Recreate`",
            True,
        )
    claims = list(_mappings(spec.get("volumeClaimTemplates"), ("spec", "volumeClaimTemplates")))
    for place, claim in claims:
        if isinstance(claim.get("spec"), dict):
            yield from _claim_spec(claim["spec"], (*place, "spec"), whole)


def _claim(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    if isinstance(data.get("spec"), dict):
        yield from _claim_spec(data["spec"], ("spec",), whole)


def _claim_spec(spec: Mapping[Any, Any], route: Route, whole: bool) -> Iterator[Refusal]:
    for index, mode in enumerate(_items(spec.get("accessModes"))):
        if _text(mode) and mode not in _ONE_OF["accessModes"]:
            words = f"`{mode[:60]}` is none of {_listed(_ONE_OF['accessModes'])}"
            yield Refusal((*route, "accessModes", index), words)
    resources = spec.get("resources")
    if whole and isinstance(resources, dict) and at(resources, "requests", "storage") is None:
        yield Refusal((*route, "resources"), "the claim requests no `storage`", True)


def _binding(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    role = _text(at(data, "roleRef", "kind"))
    known = ("ClusterRole",) if data["kind"] == "ClusterRoleBinding" else ("Role", "ClusterRole")
    if role and role not in known:
        yield Refusal(
            ("roleRef", "kind"),
            f"a {data['kind']} refers to a {' or a '.join(known)}, and not to a {role[:60]}",
        )


def _config_map(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    for section in ("data", "binaryData", "stringData"):
        values = data.get(section)
        for key in values if isinstance(values, dict) else ():
            if isinstance(key, str) and not is_filled_in(key) and _CONFIG_KEY.fullmatch(key) is None:
                words = "a key has letters, digits, `-`, `_` and `.`, and at most 253 of them"
                yield Refusal(
                    (section, key), f"a key of `{section}` is written with other characters: {words}", True
                )


def _secret(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    yield from _config_map(data, whole)
    values = data.get("data")
    for key, value in values.items() if isinstance(values, dict) and "sops" not in data else ():
        if isinstance(value, str) and not is_filled_in(value) and _is_no_base64(value):
            words = "the value is no base64, which `data` needs; plain text belongs into `stringData`"
            yield Refusal(("data", key), words)


def _is_no_base64(text: str) -> bool:
    if _BASE64.fullmatch(text) is None:
        # Something that a person or a program is to replace: `<password>`, `ref+vault://`, `CHANGE_ME`.
        return "<" not in text and ":" not in text and _IN_CAPITALS.fullmatch(text) is None
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return _IN_CAPITALS.fullmatch(text) is None
    return False


_CHECKS: Mapping[str, Callable[[Mapping[Any, Any], bool], Iterator[Refusal]]] = {
    "Service": _service,
    "Ingress": _ingress,
    "CronJob": _cron_job,
    "HorizontalPodAutoscaler": _autoscaler,
    "PodDisruptionBudget": _budget,
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "ReplicaSet": _workload,
    "PersistentVolumeClaim": _claim,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _binding,
    "ConfigMap": _config_map,
    "Secret": _secret,
}
