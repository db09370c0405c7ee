"""kubernetes/hpa-fixed-replicas: a number of replicas beside an autoscaler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="replicas are fixed for a Deployment that an autoscaler scales",
    why="""
Each `kubectl apply` sets the number back, in the middle of the load that it was scaled up for. Requests fail until
the autoscaler has noticed and new pods have started.
""",
    remedy="Remove `replicas` from the workload; the autoscaler decides.",
    severity="warning",
    confidence="high",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kics:hpa_targeted_deployments_with_configured_replica_count",
        "kube-score:deployment-targeted-by-hpa-does-not-have-replicas-configured",
    ),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3  # <-- here
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {kind: Deployment, name: shop}
""",
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
spec:
  replicas: 3
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {kind: Deployment, name: shop}
""",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report `replicas` of a workload that an autoscaler of the same file names."""
    data = document.data
    if _at(data, "kind") not in ("Deployment", "StatefulSet") or _at(data, "spec", "replicas") is None:
        return
    name = _at(data, "metadata", "name")
    for each in _objects(rule):
        target = _at(each, "spec", "scaleTargetRef")
        if each.get("kind") != "HorizontalPodAutoscaler" or _namespace(each) != _namespace(data):
            continue
        if _at(target, "name") == name and _at(target, "kind") == data["kind"]:
            yield rule.finding(
                document.span(("spec", "replicas")),
                f"`replicas` is set back at each apply, although an autoscaler scales `{name}`",
                subject=f"{data['kind']} {name}",
            )
            return


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
