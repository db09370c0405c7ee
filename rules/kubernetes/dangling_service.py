"""kubernetes/dangling-service: a Service whose selector matches no pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.parse.kubernetes import pod_spec_route

RULE = define(
    summary="a Service selects no pod",
    why="""
The Service has no endpoints, so every connection to it is refused or hangs. Nothing reports it: the object is
valid, and a typo in one label is enough.
""",
    remedy="Use the labels of the pod template in `spec.selector`.",
    severity="warning",
    confidence="medium",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kics:service_does_not_target_pod",
        "kube-linter:dangling-service",
        "kube-score:service-targets-pod",
        "gatekeeper:uniqueserviceselector",
    ),
    packs=("strict", "production"),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector:  # <-- here
    app: shop-api
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: api, image: "shop:1"}]}
""",
        ),
        good(
            """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    metadata: {labels: {app: shop, tier: web}}
    spec: {containers: [{name: api, image: "shop:1"}]}
""",
        ),
        good(
            """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
""",
            note="the pods are in another file",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report a selector that no pod of the same file matches, when there are pods in it."""
    data = document.data
    selector = _at(data, "spec", "selector")
    if _at(data, "kind") != "Service" or not isinstance(selector, dict) or not selector:
        return
    pods = [(_namespace(each), _pod_labels(each)) for each in _objects(rule)]
    known = [(namespace, labels) for namespace, labels in pods if labels is not None]
    wanted = selector.items()
    own = _namespace(data)
    if not known or any(n == own and wanted <= labels.items() for n, labels in known):
        return
    yield rule.finding(
        document.key_span(("spec", "selector")),
        "no pod of this file carries the labels that the Service selects",
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
