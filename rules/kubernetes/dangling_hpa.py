"""kubernetes/dangling-hpa: an autoscaler whose target is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="an autoscaler scales an object that is not there",
    why="""
The autoscaler cannot read the scale of its target, so nothing is scaled: under load the pods stay as few as they
are. The only sign is an event that nobody reads.
""",
    remedy="Name the Deployment in `scaleTargetRef`, with its kind and API version.",
    severity="warning",
    confidence="medium",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kics:hpa_targets_invalid_object",
        "kube-linter:dangling-horizontalpodautoscaler",
        "kube-score:horizontalpodautoscaler-has-target",
    ),
    packs=("strict", "production"),
    examples=(
        bad(
            """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef:
    kind: Deployment
    name: shop-api  # <-- here
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
""",
        ),
        good(
            """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef:
    kind: Deployment
    name: shop
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
""",
        ),
        good(
            """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {kind: Deployment, name: shop}
""",
            note="the target is in another file",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report a target that the file does not have, when it has others of that kind."""
    data = document.data
    if _at(data, "kind") != "HorizontalPodAutoscaler":
        return
    kind, name = (_at(data, "spec", "scaleTargetRef", each) for each in ("kind", "name"))
    own = _namespace(data)
    same = [each for each in _objects(rule) if each.get("kind") == kind]
    if not same or not isinstance(name, str):
        return
    if any(_at(each, "metadata", "name") == name and _namespace(each) == own for each in same):
        return
    yield rule.finding(
        document.span(("spec", "scaleTargetRef", "name")),
        f"there is no {kind} `{name}` in this file to scale",
        subject=str(_at(data, "metadata", "name")),
    )


def _namespace(data: dict[str, Any]) -> str:
    namespace = _at(data, "metadata", "namespace")
    return namespace if isinstance(namespace, str) else "default"


def _objects(rule: RuleContext) -> tuple[dict[str, Any], ...]:
    """All objects of the file; what stands in other files is not known here."""
    return tuple(each.data for each in rule.documents if isinstance(each.data, dict))


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
