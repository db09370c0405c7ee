"""kubernetes/topology-spread: pods that nothing spreads over zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Location, Route, RuleContext, bad, define, good
from lintkit.api.formats import list_at
from lintkit.api.kubernetes import at, is_patch, pod_spec_route, read_labels, read_selector

_SPREAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {app: shop}
      containers: [{name: api, image: "shop:1"}]
"""

RULE = define(
    summary="nothing spreads the pods over zones",
    why="""
Replicas that happen to run in one zone are gone with it. The scheduler's own preference is weak, and upgrades of nodes
pile the pods up over time.
""",
    remedy="Add `topologySpreadConstraints` over `topology.kubernetes.io/zone` with a `labelSelector` of the pods.",
    severity="note",
    kinds=("kubernetes",),
    tags=("reliability",),
    equivalents=(
        "kube-score:pod-topology-spread-constraints",
        "polaris:topologySpreadConstraint",
        "kyverno:topologyspreadconstraints-policy",
    ),
    packs=("strict",),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  template:
    spec:  # <-- here
      containers: [{name: api, image: "shop:1"}]
"""
        ),
        bad(_SPREAD.replace("maxSkew: 1", "maxSkew: 0  # <-- here")),
        bad(_SPREAD.replace("ScheduleAnyway", "scheduleanyway  # <-- here")),
        bad(
            _SPREAD.replace("{matchLabels: {app: shop}}", "{matchLabels: {app: cart}}")
            .replace("labels: {app: shop}", "labels: {app: cart}")
            .replace("labelSelector:", "labelSelector:  # <-- here"),
            note="it counts other pods",
        ),
        bad(
            _SPREAD.replace("          labelSelector:\n            matchLabels: {app: shop}\n", "").replace(
                "- maxSkew: 1", "- maxSkew: 1  # <-- here"
            ),
            note="without a selector it counts no pods",
        ),
        good(_SPREAD),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 1
  template:
    spec:
      containers: [{name: api, image: "shop:1"}]
""",
            note="one pod is in one zone",
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: shop}}
    spec:
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              podAffinityTerm:
                topologyKey: topology.kubernetes.io/zone
                labelSelector: {matchLabels: {app: shop}}
      containers: [{name: api, image: "shop:1"}]
""",
            note="another way to say it",
        ),
    ),
)

_HOST = "kubernetes.io/hostname"
_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report constraints that spread nothing, and several replicas without any."""
    pod = pod_spec_route(document.data)
    if pod is None or is_patch(document.data):
        return
    spec = at(document.data, *pod)
    name = f"{document.data['kind']}/{at(document.data, 'metadata', 'name')}"
    constraints = spec.get("topologySpreadConstraints")
    if isinstance(constraints, list) and constraints:
        for index, constraint in enumerate(constraints):
            if isinstance(constraint, dict):
                yield from _constraint(document, rule, pod, index, constraint)
        return
    replicas = at(document.data, "spec", "replicas")
    several = isinstance(replicas, int) and not isinstance(replicas, bool) and replicas > 1
    if document.data["kind"] in ("Deployment", "StatefulSet") and several and not _apart(spec):
        where = document.key_span(pod)
        message = f"nothing spreads the {replicas} pods, so that they may all land in one zone"
        yield rule.finding(where, message, subject=name)


def _constraint(
    document: Document, rule: RuleContext, pod: Route, index: int, constraint: dict[str, Any]
) -> Iterator[Finding]:
    place: Route = (*pod, "topologySpreadConstraints", index)
    subject = (
        f"{document.data['kind']}/{at(document.data, 'metadata', 'name')} {constraint.get('topologyKey')}"
    )
    for field, right in (
        ("maxSkew", _at_least_one(constraint.get("maxSkew"))),
        ("minDomains", "minDomains" not in constraint or _at_least_one(constraint["minDomains"])),
        ("topologyKey", isinstance(constraint.get("topologyKey"), str) and constraint["topologyKey"] != ""),
        ("whenUnsatisfiable", constraint.get("whenUnsatisfiable") in _ACTIONS),
    ):
        if right:
            continue
        if field in constraint:
            span = document.span((*place, field))
            message = f"the API server refuses the pod, because `{field}` may not be `{constraint[field]}`"
        else:
            span, message = (
                document.span(place),
                f"the API server refuses the pod, because `{field}` is missing",
            )
        yield rule.finding(span, message, subject=f"{subject} {field}")
    labels = dict(read_labels(at(document.data, *pod[:-1], "metadata", "labels")))
    selector = constraint.get("labelSelector")
    if selector is None:
        message = "the constraint spreads nothing, because without a `labelSelector` it counts no pods"
        yield rule.finding(document.span(place), message, subject=f"{subject} labelSelector")
    elif labels and not read_selector(selector).matches(labels):
        yield rule.finding(
            document.key_span((*place, "labelSelector")),
            "the constraint spreads nothing, because it counts other pods than those that it is written for",
            subject=f"{subject} labelSelector",
            related=(
                Location(document.key_span((*pod[:-1], "metadata", "labels")), "the labels of the pods"),
            ),
        )


def _at_least_one(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _apart(spec: dict[str, Any]) -> bool:
    """Whether anti-affinity over something larger than a node keeps pods apart."""
    affinity = at(spec, "affinity", "podAntiAffinity")
    terms: list[Any] = []
    for field in (
        "requiredDuringSchedulingIgnoredDuringExecution",
        "preferredDuringSchedulingIgnoredDuringExecution",
    ):
        terms += list_at(affinity, field)
    keys = [at(term, "topologyKey") or at(term, "podAffinityTerm", "topologyKey") for term in terms]
    return any(isinstance(key, str) and key != _HOST for key in keys)
