"""The named selectors over a whole cluster: what the objects of all manifests are to one another.

What a repository does not show may exist all the same. So what is deployed with something that is not followed (a Helm
chart, a remote base) is left out, and of a reference it is said where nothing can be known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.facts import Autoscaler
from lintkit.kinds.kubernetes.cluster import Cluster
from lintkit.kinds.kubernetes.cluster_facts import (
    BackendUsed,
    BindingDefined,
    BudgetDefined,
    ObjectDefined,
    PodsDefined,
    PolicyDefined,
    RoleDefined,
    Selector,
    ServiceDefined,
)
from lintkit.kinds.selected import Across
from lintkit.model import Location, Span

_MOST_RELATED = 5


def each_namespace(cluster: Cluster) -> Iterator[Across]:
    """Every namespace that manifests put pods or volume claims into, as `{"name", "kinds"}`.

    Each once, at the first of those: its namespace, or its name where a kustomization says that. `kinds` are those of
    the objects that are in it, or that name none and may be meant for any.
    """
    kinds: dict[str, set[str]] = {}
    for made in cluster.facts(ObjectDefined):
        kinds.setdefault(cluster.namespace(made), set()).add(made.kind)
    placed: list[PodsDefined | ObjectDefined] = [each for each in cluster.pods if each.images]
    placed += [each for each in cluster.facts(ObjectDefined) if each.kind == "PersistentVolumeClaim"]
    seen = {""}
    for each in placed:
        name = cluster.namespace(each)
        if name not in seen and not cluster.is_open(each.path):
            seen.add(name)
            value = {"name": name, "kinds": sorted(kinds.get(name, set()) | kinds.get("", set()))}
            yield Across(value, each.namespace_span or each.span, {"name": name, "kind": "Namespace"})


def each_deployed_pods(cluster: Cluster) -> Iterator[Across]:
    """Every object that makes pods, with what other objects say of them.

    kind, name, replicas (null where nothing says it), hostNetwork
    scaled          an autoscaler changes their number
    policies        how many NetworkPolicies of the same deployment select them
    ingress         one of all that select them isolates them in this direction; so does egress
    budgets         how many PodDisruptionBudgets select them; budgetsBeside: others have one
    """
    scaled = {(each.target_kind, each.target) for each in cluster.facts(Autoscaler)}
    for pods in cluster.pods:
        if not pods.images or cluster.is_open(pods.path):
            continue
        policies = cluster.policies(pods)
        value = {
            "kind": pods.kind,
            "name": pods.name,
            "replicas": None if pods.replicas is None else pods.replicas.value,
            "hostNetwork": pods.host_network,
            "scaled": (pods.kind, pods.name) in scaled,
            "policies": sum(cluster.together(each, pods) for each in policies),
            "ingress": any(each.ingress for each in policies),
            "egress": any(each.egress for each in policies),
            "budgets": len(cluster.budgets(pods)),
            "budgetsBeside": any(True for _ in cluster.beside(pods.path, BudgetDefined)),
        }
        extra = {"kind": pods.kind, "name": pods.name, "pods": f"{pods.kind} `{pods.name}`"}
        ingress_only = [Location(each.span, "isolates ingress only") for each in policies[:_MOST_RELATED]]
        yield Across(value, pods.span, extra, others={"egress": tuple(ingress_only)})


def each_pod_selector(cluster: Cluster) -> Iterator[Across]:
    """Every selector of a Service or of a NetworkPolicy.

    kind, name  of the object that selects
    part        `selector`; `peer` of a NetworkPolicy, with labels that pods of the repository have
    state       `missing`: pods stand beside it, and none in the repository has these labels; else `unknown`
    near        whether the nearest of the pods beside it has one of the keys
    operated    of a NetworkPolicy, whether a program beside it may start pods that no manifest shows
    """
    for service in cluster.facts(ServiceDefined):
        if service.selector is not None and not service.external:
            owner = "Service", service.name
            yield _selector(cluster, service, owner, "selector", service.selector, service.selector_span)
    makers = {(role.kind, role.name) for role in cluster.facts(RoleDefined) if role.makes_pods}
    operators = {
        name
        for binding in cluster.facts(BindingDefined)
        if binding.role in makers
        for kind, _, name, _ in binding.subjects
        if kind == "ServiceAccount" and name
    }
    for policy in cluster.facts(PolicyDefined):
        operated = any(each.service_account in operators for each in cluster.beside(policy.path, PodsDefined))
        selectors = [("selector", policy.selector, policy.selector_span)]
        selectors += [("peer", peer, at) for peer, at in policy.peers if cluster.knows_labels(peer)]
        for part, selector, at in selectors:
            owner = "NetworkPolicy", policy.name
            yield _selector(cluster, policy, owner, part, selector, at, operated=operated)


def _selector(
    cluster: Cluster,
    fact: ServiceDefined | PolicyDefined,
    owner: tuple[str, str],
    part: str,
    selector: Selector,
    span: Span,
    *,
    operated: bool = False,
) -> Across:
    missing = cluster.finds_nothing(selector, fact)
    near = cluster.nearest(selector, fact) if missing else None
    value = {
        "kind": owner[0],
        "name": owner[1],
        "part": part,
        "state": "missing" if missing else "unknown",
        "near": near is not None and any(key in cluster.labels(near) for key, _ in selector.labels),
        "operated": operated,
    }
    meant = () if near is None else (Location(near.span, f"{near.kind} `{near.name}` has other labels"),)
    return Across(value, span, {"kind": owner[0], "name": owner[1]}, others={"state": meant})


def each_reference(cluster: Cluster) -> Iterator[Across]:
    """Every place where an autoscaler, a pod, a StatefulSet, an Ingress or a route names another object.

    kind, name  of the object that names the other one: `target`, with its kind and its name
    state       `found`; `missing`: the repository has none, and others of its kind beside; `unknown`; `unnamed`: of a
                StatefulSet without a Service
    port        of a Service, in the same words
    headless    whether a Service is; null where nobody can say that it is the one that is meant
    """
    for scaler in cluster.facts(Autoscaler):
        at = scaler.target_span or scaler.span
        target = scaler.target_kind, scaler.target
        yield from _object(cluster, scaler, ("HorizontalPodAutoscaler", scaler.name), target, at)
    for pods in cluster.pods:
        owner = pods.kind, pods.name
        if pods.account_span is not None and pods.service_account != "default":
            account = "ServiceAccount", pods.service_account
            yield from _object(cluster, pods, owner, account, pods.account_span)
        if pods.kind == "StatefulSet":
            at = pods.service_span if pods.service and pods.service_span is not None else pods.span
            yield from _service(cluster, pods, owner, pods.service, at)
    for backend in cluster.facts(BackendUsed):
        kind, _, name = backend.owner.partition(" ")
        yield from _service(cluster, backend, (kind, name), backend.service, backend.span)


def _object(
    cluster: Cluster, fact: Any, owner: tuple[str, str], target: tuple[str, str], span: Span
) -> Iterator[Across]:
    """What one names by kind and name, of which nothing more is known."""
    kind, name = target
    if not name or "$" in name or cluster.is_open(fact.path):
        return
    state = "found"
    if cluster.named(kind, name, fact) is None:
        is_known = any(each.kind == kind for each in cluster.beside(fact.path, ObjectDefined))
        state = "missing" if is_known else "unknown"
    yield Across(*_reference(owner, target, state, span))


def _service(
    cluster: Cluster, fact: PodsDefined | BackendUsed, owner: tuple[str, str], name: str, span: Span
) -> Iterator[Across]:
    """A Service that one names, with the port."""
    if "$" in name or cluster.is_open(fact.path):
        return
    port, port_span = (fact.port, fact.port_span) if isinstance(fact, BackendUsed) else ("", None)
    service = cluster.service(name, fact) if name else None
    state, port_state, headless = "found" if name else "unnamed", "unknown", None
    if name and service is None:
        state = "missing" if any(True for _ in cluster.beside(fact.path, ServiceDefined)) else "unknown"
    # One of the same name far away may be another program's.
    if service is not None and not service.external and cluster.near(service.path, fact.path):
        headless = service.headless
        known = {text for name, number in service.ports for text in (name, str(number))}
        if known and port_span is not None and port not in ("", "use-annotation"):
            port_state = "found" if port in known else "missing"
    value, span, extra = _reference(owner, ("Service", name), state, span)
    places, others = {}, {}
    if port_span is not None:
        places["port"] = port_span
    if service is not None:
        others["port"] = (Location(service.span, "the Service"),)
        others["headless"] = (Location(service.span, "has an address of its own"),)
    yield Across(
        {**value, "port": port_state, "headless": headless}, span, {**extra, "port": port}, places, others
    )


def _reference(
    owner: tuple[str, str], target: tuple[str, str], state: str, span: Span
) -> tuple[dict[str, Any], Span, Mapping[str, str]]:
    kind, name = target
    value = {"kind": owner[0], "name": owner[1], "target": {"kind": kind, "name": name}, "state": state}
    return value, span, {"kind": owner[0], "name": owner[1], "target": f"{kind} `{name}`"}
