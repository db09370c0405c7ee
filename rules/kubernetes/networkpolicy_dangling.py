"""kubernetes/networkpolicy-dangling: a NetworkPolicy whose selector matches no pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.parse.kubernetes import pod_spec_route

RULE = define(
    summary="a NetworkPolicy selects no pod",
    why="""
The policy protects nothing: the pods it was written for are open. Nothing reports it, because a selector that
matches no pod is valid.
""",
    remedy="Use the labels of the pod template in `spec.podSelector`.",
    severity="warning",
    confidence="medium",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kics:network_policy_is_not_targeting_any_pod",
        "kube-linter:dangling-networkpolicy",
        "kube-linter:dangling-networkpolicypeer-podselector",
        "kube-score:networkpolicy-targets-pod",
    ),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec:
  podSelector:  # <-- here
    matchLabels: {app: shop-api}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop}}
spec: {containers: [{name: api, image: "shop:1"}]}
""",
        ),
        good(
            """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec:
  podSelector: {}
---
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop}}
spec: {containers: [{name: api, image: "shop:1"}]}
""",
            note="every pod of the namespace",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report a pod selector that no pod of the same file matches, when there are pods in it."""
    data = document.data
    selector = _at(data, "spec", "podSelector", "matchLabels")
    expressions = _at(data, "spec", "podSelector", "matchExpressions")
    if _at(data, "kind") != "NetworkPolicy" or not isinstance(selector, dict) or not selector or expressions:
        return
    pods = [(_namespace(each), _pod_labels(each)) for each in _objects(rule)]
    known = [(namespace, labels) for namespace, labels in pods if labels is not None]
    wanted = selector.items()
    own = _namespace(data)
    if not known or any(n == own and wanted <= labels.items() for n, labels in known):
        return
    yield rule.finding(
        document.key_span(("spec", "podSelector")),
        "no pod of this file carries the labels that the policy selects, so it protects none of them",
        subject=str(_at(data, "metadata", "name")),
    )


def _namespace(data: dict[str, Any]) -> str:
    namespace = _at(data, "metadata", "namespace")
    return namespace if isinstance(namespace, str) else "default"


def _pod_labels(data: dict[str, Any]) -> dict[str, Any] | None:
    """The labels of the pods that an object makes; None if it makes none."""
    route = pod_spec_route(data)
    if route is None:
        return None
    labels = _at(data, *map(str, route[:-1]), "metadata", "labels")
    return labels if isinstance(labels, dict) else {}


def _objects(rule: RuleContext) -> tuple[dict[str, Any], ...]:
    """All objects of the file; what stands in other files is not known here."""
    return tuple(each.data for each in rule.documents if isinstance(each.data, dict))


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
