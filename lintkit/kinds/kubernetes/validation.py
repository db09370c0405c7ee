"""What the API server refuses though each field has a value of its type: ranges, names, fields that exclude others.

Each check names the function of Kubernetes that it rests on, which is in `validation/validation.go` below pkg/apis of
its group (core, apps, batch, networking, autoscaling, policy, rbac); core, autoscaling and rbac were read as of
release 1.34, of the others older releases. Defaults of pkg/apis/*/v1/defaults.go come first there, so a field that
they fill in is never missed; 0 and an empty text are read as a field that is not there. What depends on feature gates,
or on what the cluster holds already, is left out. Where releases differ, the most lenient one counts. Templates of
pods and claims are checked by some kinds only when the pod or the claim is made, which then fails: that counts as
refused too.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.formats.plain import at, list_at, mapping_at
from lintkit.kinds.kubernetes.apis import fields_of, is_filled_in, type_of
from lintkit.kinds.kubernetes.cron import fault_in_schedule
from lintkit.kinds.kubernetes.objects import is_windows, pod_spec_route
from lintkit.kinds.kubernetes.quantities import value_of_quantity
from lintkit.model import Route

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?")
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_NO_SMALL_LETTERS = re.compile(r"[A-Z0-9_-]+")
"""What is hardly base64 of a secret, but a word that a person is to replace."""
_BLANK = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_NO_NAME = re.compile(r"[-_.]+|.*[()\[\]{}<>$%@].*")
"""What stands where kustomize writes the name, as that of a Namespace by `namespace`, and the marks of templates."""
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_HIGHEST_PORT = 65_535
_PORTS = f"ports are from 1 to {_HIGHEST_PORT}"

_CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_REFERENCES = ("configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef", "fileKeyRef")
_JOB_NUMBERS = (
    *("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex"),
    *("maxFailedIndexes", "ttlSecondsAfterFinished"),
)
_GENERATED = re.compile(r"(?:batch\.kubernetes\.io/)?(?:controller-uid|job-name)")
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
    "persistentVolumeReclaimPolicy": ("Delete", "Recycle", "Retain"),
}
_SUBJECTS = ("User", "Group", "ServiceAccount")
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
        *("HorizontalPodAutoscaler", "Namespace", "StorageClass", "PriorityClass"),
    )
)
"""Kinds whose names are subdomains or labels of DNS; those of budgets and of roles may be any part of a path."""
_NAMELESS = ("authentication.k8s.io/", "authorization.k8s.io/")
"""Groups of questions that are answered and not stored, so they have no name."""
_KEY = re.compile(r"(?:[^/]+/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]")
_VOLUME = "core.v1.Volume"
_PERSISTENT_VOLUME = "core.v1.PersistentVolumeSpec"
_NO_PERSISTENT_SOURCES = (
    *("accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy"),
    *("storageClassName", "volumeAttributesClassName", "volumeMode"),
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
        claims = [at(claim, "metadata", "name") for claim in list_at(data, "spec", "volumeClaimTemplates")]
        yield from _pod(at(data, *route), route, claims, whole)
    check = _CHECKS.get(kind)
    if check is not None:
        yield from check(data, whole)


def _mappings(data: Any, route: Route) -> Iterator[tuple[Route, dict[Any, Any]]]:
    """The mappings of a list, and where they stand."""
    for index, item in enumerate(list_at(data)):
        if isinstance(item, dict):
            yield (*route, index), item


def _text(data: Any) -> str:
    """A text that is written as it is meant; empty for everything else."""
    return data if isinstance(data, str) and not is_filled_in(data) else ""


def _number(data: Any) -> int | None:
    return data if isinstance(data, int) and not isinstance(data, bool) else None


def _given(data: Mapping[Any, Any], keys: Iterable[str]) -> list[str]:
    """The keys that have a value, and not one by which a patch deletes them."""
    return [key for key in keys if data.get(key) is not None and at(data, key, "$patch") != "delete"]


# --- single fields --------------------------------------------------------------------------------------------------


def _one_of(data: Mapping[Any, Any], route: Route, key: str) -> Iterator[Refusal]:
    value = _text(data.get(key))
    if value and value not in _ONE_OF[key]:
        yield Refusal((*route, key), f"`{key}` is `{value[:60]}`, which is none of {_listed(_ONE_OF[key])}")


def _listed(words: Iterable[str]) -> str:
    *first, last = (f"`{word}`" for word in words)
    return f"{', '.join(first)} and {last}"


def _port(data: Mapping[Any, Any], route: Route, *keys: str) -> Iterator[Refusal]:
    """IsValidPortNum of apimachinery; 0 is a port that is not given."""
    for key in keys:
        number = _number(data.get(key))
        if number and not 1 <= number <= _HIGHEST_PORT:
            yield Refusal((*route, key), f"`{key}` is {number}, and {_PORTS}")


def _not_negative(data: Mapping[Any, Any], route: Route, *keys: str) -> Iterator[Refusal]:
    for key in keys:
        number = _number(data.get(key))
        if number is not None and number < 0:
            yield Refusal((*route, key), f"`{key}` is {number}, and it cannot be negative")


def _is_blank(name: str) -> bool:
    """Whether a name, or a part of it, is one that a script fills in: `disk-wipe-HOSTNAME`, `_`."""
    if _NO_NAME.fullmatch(name):
        return True
    return any(_BLANK.fullmatch(part) for part in name.replace(".", "-").split("-"))


def _label(data: Mapping[Any, Any], route: Route, what: str) -> Iterator[Refusal]:
    """IsDNS1123Label of apimachinery."""
    name = _text(data.get("name"))
    if name and _LABEL.fullmatch(name) is None and not _is_blank(name):
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
    """ValidateObjectMeta of apimachinery (pkg/api/validation/objectmeta.go) with the names of each kind."""
    if str(data.get("apiVersion")).startswith(_NAMELESS):
        return
    metadata = data.get("metadata")
    yield from _keys(metadata, ("metadata",))
    yield from _keys(at(data, "spec", "template", "metadata"), ("spec", "template", "metadata"))
    if not isinstance(metadata, dict):
        if whole and metadata is None:
            yield Refusal((), f"this {kind} has no name", True)
        return
    if whole and metadata.get("name") is None and metadata.get("generateName") is None:
        yield Refusal(("metadata",), f"this {kind} has no name", True)
    name = _text(metadata.get("name"))
    if kind not in _NAMED or not name or _is_blank(name):
        return
    if not whole:  # a patch that kustomize applies to a `target` may have any name
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


def _keys(metadata: Any, route: Route) -> Iterator[Refusal]:
    """IsQualifiedName of apimachinery, for the keys of labels, and in lower case for those of annotations."""
    rule = (
        "a name of at most 63 letters, digits, `-`, `_` and `.`, with a domain and `/` before it if you like"
    )
    for section in ("labels", "annotations"):
        for key in mapping_at(metadata, section):
            if isinstance(key, str) and key and not is_filled_in(key) and _KEY.fullmatch(key) is None:
                yield Refusal((*route, section, key), f"`{key[:80]}` is no key for {section}: {rule}", True)


# --- pods -----------------------------------------------------------------------------------------------------------


def _pod(spec: Mapping[Any, Any], route: Route, claims: list[Any], whole: bool) -> Iterator[Refusal]:
    """ValidatePodSpec, ValidateVolumes, validateContainers, validateInitContainers and validatePodHostNetworkDeps."""
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
        yield from _only_one(volume, place, sorted(fields_of(_VOLUME) - {"name"}), "a volume")
    known = [name for name in (*(each.get("name") for _, each in volumes), *claims) if isinstance(name, str)]
    mountable = frozenset(known) if whole and not any(map(is_filled_in, known)) else None
    for place, container, field in containers:
        yield from _container(container, place, mountable)
        if field == "initContainers" and container.get("restartPolicy") != "Always" and whole:
            for key in (*_PROBES, "lifecycle"):
                if container.get(key) is not None:
                    message = f"an init container may have `{key}` only if its `restartPolicy` is `Always`"
                    yield Refusal((*place, key), message, True)
        if spec.get("hostNetwork") is True and field == "containers":
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
    """validateContainerCommon, validateContainerPorts, ValidateEnvFrom and ValidateVolumeMounts."""
    yield from _label(container, route, "a container")
    yield from _one_of(container, route, "imagePullPolicy")
    ports = list(_mappings(container.get("ports"), (*route, "ports")))
    for place, port in ports:
        yield from _port(port, place, "containerPort", "hostPort")
        if _number(port.get("containerPort")) == 0:
            yield Refusal((*place, "containerPort"), f"`containerPort` is 0, and {_PORTS}")
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
        elif ".." in below.split("/"):
            yield Refusal(
                (*place, "subPath"), f"`subPath` is `{below[:80]}`, and it cannot lead up with `..`"
            )
    for key in _PROBES:
        if isinstance(container.get(key), dict):
            yield from _probe(container[key], (*route, key), key, volumes is not None)
    yield from _resources(container.get("resources"), (*route, "resources"))


def _variable(entry: Mapping[Any, Any], route: Route) -> Iterator[Refusal]:
    """ValidateEnv and validateEnvVarValueFrom; names after IsRelaxedEnvVarName, which counts since release 1.34."""
    name = entry.get("name")
    if (
        isinstance(name, str)
        and not is_filled_in(name)
        and (not name or "=" in name or not name.isascii() or not name.isprintable())
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


def _probe(probe: Mapping[Any, Any], route: Route, key: str, whole: bool) -> Iterator[Refusal]:
    """validateProbe, validateHandler, validateLivenessProbe, validateReadinessProbe and validateHTTPGetAction."""
    yield from _only_one(probe, route, _HANDLERS, f"`{key}`")
    if whole and not any(handler in probe for handler in _HANDLERS):
        yield Refusal(route, f"this {key} says nothing to ask: it has none of {_listed(_HANDLERS)}", True)
    for handler in ("httpGet", "tcpSocket", "grpc"):
        if isinstance(probe.get(handler), dict):
            yield from _port(probe[handler], (*route, handler), "port")
            if _number(probe[handler].get("port")) == 0:
                yield Refusal((*route, handler, "port"), f"`port` is 0, and {_PORTS}")
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
    """validateResourceRequirements."""
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
    """validatePodHostNetworkDeps, after the default that copies the port of the container."""
    for place, port in _mappings(container.get("ports"), (*route, "ports")):
        own, host = _number(port.get("containerPort")), _number(port.get("hostPort"))
        if own and host and own != host:
            words = f"in the network of the host it is the same as `containerPort`, which is {own}"
            yield Refusal((*place, "hostPort"), f"`hostPort` is {host}, and {words}")


def _privileges(container: Mapping[Any, Any], route: Route) -> Iterator[Refusal]:
    """ValidateSecurityContext."""
    context = container.get("securityContext")
    if at(context, "allowPrivilegeEscalation") is not False:
        return
    place = (*route, "securityContext", "allowPrivilegeEscalation")
    if at(context, "privileged") is True:
        yield Refusal(place, "`allowPrivilegeEscalation` cannot be false where `privileged` is true")
    elif "CAP_SYS_ADMIN" in list_at(context, "capabilities", "add"):
        yield Refusal(place, "`allowPrivilegeEscalation` cannot be false where `CAP_SYS_ADMIN` is added")


# --- other kinds ----------------------------------------------------------------------------------------------------


def _service(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """validateService and validateServicePort."""
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    kind = _text(spec.get("type")) or "ClusterIP"
    yield from _one_of(spec, ("spec",), "type")
    yield from _one_of(spec, ("spec",), "sessionAffinity")
    headless = spec.get("clusterIP") == "None" or list_at(spec, "clusterIPs") == ["None"]
    ports = list(_mappings(spec.get("ports"), ("spec", "ports")))
    if whole and spec.get("selector") and not headless and kind != "ExternalName" and not spec.get("ports"):
        yield Refusal(("spec",), "this Service has no `ports`", True)
    if headless and kind in ("LoadBalancer", "NodePort"):
        key = "clusterIP" if "clusterIP" in spec else "clusterIPs"
        yield Refusal(("spec", key), f"`{key}` cannot be `None` in a Service of the type `{kind}`")
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
    """validateIngressRules, validateHTTPIngressPath and validateIngressBackend."""
    if data.get("apiVersion") != "networking.k8s.io/v1":
        return
    for rule_at, rule in _mappings(at(data, "spec", "rules"), ("spec", "rules")):
        host = _text(rule.get("host"))
        if _ADDRESS.fullmatch(host):
            yield Refusal(
                (*rule_at, "host"), f"`host` is `{host}`, and it is a name of DNS and not an address"
            )
        elif ":" in host or "/" in host:
            yield Refusal(
                (*rule_at, "host"), f"`host` is `{host[:80]}`, and it is a name without scheme, port and path"
            )
        for place, path in _mappings(at(rule, "http", "paths"), (*rule_at, "http", "paths")):
            yield from _one_of(path, place, "pathType")
            written = _text(path.get("path"))
            if path.get("pathType") in _ONE_OF["pathType"] and written and not written.startswith("/"):
                yield Refusal((*place, "path"), f"`path` is `{written[:80]}`, and it begins with `/`")
            elif whole and path.get("pathType") in ("Exact", "Prefix") and path.get("path") in (None, ""):
                kind = path["pathType"]
                yield Refusal(place, f"a path of the type `{kind}` needs `path`, which begins with `/`")
            yield from _backend(path.get("backend"), (*place, "backend"), whole)
    yield from _backend(at(data, "spec", "defaultBackend"), ("spec", "defaultBackend"), whole)


def _backend(backend: Any, route: Route, whole: bool) -> Iterator[Refusal]:
    """validateIngressBackend."""
    if not isinstance(backend, dict):
        return
    yield from _only_one(backend, route, ("service", "resource"), "a backend")
    service = backend.get("service")
    port = at(service, "port")
    where = (*route, "service")
    if isinstance(port, dict):
        yield from _port(port, (*where, "port"), "number")
        yield from _only_one(port, (*where, "port"), ("name", "number"), "a port")
    if whole and isinstance(service, dict) and not port:
        yield Refusal(where, "the backend names no port of its Service", True)


def _cron_job(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """validateCronJobSpec and validateScheduleFormat."""
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
    route = ("spec", "jobTemplate", "spec")
    job = at(data, *route)
    if isinstance(job, dict):
        yield from _job_numbers(job, route, whole)
        if job.get("selector") is not None:
            words = "the selector of a job is made for it, and the jobs of a CronJob may have no other"
            yield Refusal((*route, "selector"), words, True)


def _job_numbers(spec: Mapping[Any, Any], route: Route, whole: bool) -> Iterator[Refusal]:
    yield from _not_negative(spec, route, *_JOB_NUMBERS)
    if whole and spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        words = "`maxFailedIndexes` needs `backoffLimitPerIndex` beside it"
        yield Refusal((*route, "maxFailedIndexes"), words, True)


def _job(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """validateJobSpec and validateGeneratedSelector."""
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    yield from _job_numbers(spec, ("spec",), whole)
    chosen = at(spec, "selector", "matchLabels")
    own = isinstance(chosen, dict) and any(_GENERATED.fullmatch(str(key)) is None for key in chosen)
    if whole and own and spec.get("manualSelector") in (None, False):
        words = "the selector of a Job is made for it; one of your own needs `manualSelector: true`"
        yield Refusal(("spec", "selector"), words, True)


def _autoscaler(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """validateHorizontalPodAutoscalerSpec; a minimum of 0 depends on the feature gate HPAScaleToZero."""
    least, most = _number(at(data, "spec", "minReplicas")), _number(at(data, "spec", "maxReplicas"))
    if most is not None and most < 1:
        yield Refusal(("spec", "maxReplicas"), f"`maxReplicas` is {most}, and at least one is allowed")
    elif least is not None and most is not None and least > most:
        yield Refusal(
            ("spec", "maxReplicas"), f"`maxReplicas` is {most}, less than `minReplicas`, which is {least}"
        )


def _budget(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """ValidatePodDisruptionBudgetSpec."""
    spec = data.get("spec")
    if isinstance(spec, dict):
        yield from _only_one(spec, ("spec",), ("minAvailable", "maxUnavailable"), "a PodDisruptionBudget")


def _workload(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """ValidateDeploymentSpec, ValidateStatefulSetSpec, ValidateDaemonSetSpec, ValidateReplicaSetSpec."""
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    yield from _not_negative(spec, ("spec",), "replicas", "minReadySeconds", "revisionHistoryLimit")
    selector = spec.get("selector")
    if whole and isinstance(selector, dict) and not any(selector.values()):
        yield Refusal(
            ("spec", "selector"),
            f"the selector of this {data['kind']} is empty, and it has to select its pods",
            True,
        )
    strategy = spec.get("strategy")
    rolling = at(strategy, "rollingUpdate")
    if data["kind"] == "Deployment" and at(strategy, "type") == "Recreate" and rolling is not None:
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


def _access_modes(spec: Mapping[Any, Any], route: Route) -> Iterator[Refusal]:
    modes = list_at(spec, "accessModes")
    for index, mode in enumerate(modes):
        if _text(mode) and mode not in _ONE_OF["accessModes"]:
            words = f"`{mode[:60]}` is none of {_listed(_ONE_OF['accessModes'])}"
            yield Refusal((*route, "accessModes", index), words)
    if "ReadWriteOncePod" in modes and any(mode in _ONE_OF["accessModes"][:3] for mode in modes):
        yield Refusal((*route, "accessModes"), "`ReadWriteOncePod` allows no other access mode beside it")


def _persistent_volume(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """ValidatePersistentVolumeSpec."""
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    yield from _access_modes(spec, ("spec",))
    yield from _one_of(spec, ("spec",), "persistentVolumeReclaimPolicy")
    sources = sorted(fields_of(_PERSISTENT_VOLUME) - set(_NO_PERSISTENT_SOURCES))
    yield from _only_one(spec, ("spec",), sources, "a PersistentVolume")
    if whole and spec.keys() <= {*_NO_PERSISTENT_SOURCES}:
        yield Refusal(
            ("spec",), "this PersistentVolume does not say where it is stored (`csi`, `nfs`, …)", True
        )
    capacity = spec.get("capacity")
    if whole and isinstance(capacity, dict) and capacity and "storage" not in capacity:
        yield Refusal(("spec", "capacity"), "the capacity has no `storage`", True)


def _claim_spec(spec: Mapping[Any, Any], route: Route, whole: bool) -> Iterator[Refusal]:
    """ValidatePersistentVolumeClaimSpec."""
    yield from _access_modes(spec, route)
    resources = spec.get("resources")
    if whole and isinstance(resources, dict) and at(resources, "requests", "storage") is None:
        yield Refusal((*route, "resources"), "the claim requests no `storage`", True)


def _binding(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """ValidateRoleBinding, ValidateClusterRoleBinding and ValidateRoleBindingSubject."""
    role = _text(at(data, "roleRef", "kind"))
    known = ("ClusterRole",) if data["kind"] == "ClusterRoleBinding" else ("Role", "ClusterRole")
    if role and role not in known:
        yield Refusal(
            ("roleRef", "kind"),
            f"a {data['kind']} refers to a {' or a '.join(known)}, and not to a {role[:60]}",
        )
    for place, subject in _mappings(data.get("subjects"), ("subjects",)):
        yield from _one_of_kinds(subject, place)
        everywhere = data["kind"] == "ClusterRoleBinding" and subject.get("kind") == "ServiceAccount"
        if whole and everywhere and not subject.get("namespace"):
            yield Refusal(place, "a ServiceAccount in a ClusterRoleBinding needs its `namespace`", True)


def _one_of_kinds(subject: Mapping[Any, Any], route: Route) -> Iterator[Refusal]:
    kind = _text(subject.get("kind"))
    if kind and kind not in _SUBJECTS:
        yield Refusal((*route, "kind"), f"`kind` is `{kind[:60]}`, which is none of {_listed(_SUBJECTS)}")


def _config_map(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """ValidateConfigMap, with IsConfigMapKey of apimachinery."""
    for section in ("data", "binaryData", "stringData"):
        values = data.get(section)
        for key in mapping_at(values):
            if isinstance(key, str) and not is_filled_in(key) and _CONFIG_KEY.fullmatch(key) is None:
                words = "a key has letters, digits, `-`, `_` and `.`, and at most 253 of them"
                yield Refusal(
                    (section, key), f"a key of `{section}` is written with other characters: {words}", True
                )


def _secret(data: Mapping[Any, Any], whole: bool) -> Iterator[Refusal]:
    """ValidateSecret; `data` is decoded by the standard encoding before that."""
    yield from _config_map(data, whole)
    values = data.get("data")
    for key, value in values.items() if isinstance(values, dict) and "sops" not in data else ():
        if isinstance(value, str) and not is_filled_in(value) and _is_no_base64(value):
            words = "the value is no base64, which `data` needs; plain text belongs into `stringData`"
            yield Refusal(("data", key), words)


def _is_no_base64(text: str) -> bool:
    if _BASE64.fullmatch(text) is None:
        # Something that a person or a program is to replace: `<password>`, `ref+vault://`, `CHANGE_ME`.
        return "<" not in text and ":" not in text and _NO_SMALL_LETTERS.fullmatch(text) is None
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return _NO_SMALL_LETTERS.fullmatch(text) is None
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
    "Job": _job,
    "PersistentVolume": _persistent_volume,
    "PersistentVolumeClaim": _claim,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _binding,
    "ConfigMap": _config_map,
    "Secret": _secret,
}
