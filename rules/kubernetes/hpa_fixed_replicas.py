"""kubernetes/hpa-fixed-replicas: a number of replicas beside an autoscaler, or bounds that leave it no choice."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Finding, Location, Project, RuleContext, Span, bad, define, good
from lintkit.api.facts import Autoscaler

RULE = define(
    summary="replicas are fixed for a Deployment that an autoscaler scales",
    why="""
Each `kubectl apply` sets the number back, in the middle of the load that it was scaled up for. Requests fail until
the autoscaler has noticed and new pods have started. An autoscaler whose bounds are equal never scales: under load
the pods stay as many as they are, although everybody believes that more will come.
""",
    remedy="Remove `replicas` from the workload, the autoscaler decides; and let `maxReplicas` be above `minReplicas`.",
    severity="warning",
    confidence="high",
    scope="project",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kics:hpa_targeted_deployments_with_configured_replica_count",
        "kube-score:deployment-targeted-by-hpa-does-not-have-replicas-configured",
        "polaris:hpaMaxAvailability",
    ),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS),
    examples=(
        bad(
            {
                "k8s/deployment.yaml": (
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: 3  # <-- here\n"
                ),
                "k8s/hpa.yaml": (
                    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: shop}\n"
                    "spec: {scaleTargetRef: {kind: Deployment, name: shop}}\n"
                ),
            },
        ),
        good(
            {
                "base/kustomization.yaml": "resources: [deployment.yaml]\n",
                "base/deployment.yaml": (
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: 3\n"
                ),
                "other/hpa.yaml": (
                    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: shop}\n"
                    "spec: {scaleTargetRef: {kind: Deployment, name: shop}}\n"
                ),
            },
            note="the two are not deployed together",
        ),
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
        bad(
            """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  minReplicas: 4
  maxReplicas: 4  # <-- here
  scaleTargetRef: {kind: Deployment, name: shop}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: cart}
spec:
  minReplicas: 6
  maxReplicas: 4  # <-- here
  scaleTargetRef: {kind: Deployment, name: cart}
""",
            note="nothing between the bounds",
        ),
        good(
            {
                "base/kustomization.yaml": "resources: [hpa.yaml]\n",
                "base/hpa.yaml": (
                    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: shop}\n"
                    "spec: {minReplicas: 2, maxReplicas: 2, scaleTargetRef: {kind: Deployment, name: shop}}\n"
                ),
                "overlays/live/kustomization.yaml": "resources: [../../base]\npatches: [{path: hpa.yaml}]\n",
                "overlays/live/hpa.yaml": (
                    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: shop}\n"
                    "spec: {maxReplicas: 9}\n"
                ),
            },
            note="the overlay that deploys it gives it room",
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


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report `replicas` of what an autoscaler of the repository scales, and bounds without room between them."""
    cluster = project.cluster
    seen: set[Span] = set()
    for scaler in cluster.facts(Autoscaler):
        yield from _bounds(scaler, rule)
        for pods in cluster.scaled(scaler.target_kind, scaler.target):
            if pods.replicas is None or pods.replicas.value == 0 or not cluster.same_namespace(pods, scaler):
                continue
            if pods.replicas.span in seen or not cluster.deployed_together(pods.path, scaler.path):
                continue
            seen.add(pods.replicas.span)
            yield rule.finding(
                pods.replicas.span,
                f"`replicas` is set back at each apply, although an autoscaler scales `{pods.name}`",
                subject=f"{pods.kind} {pods.name}",
                related=(Location(scaler.target_span or scaler.span, "scales it"),),
            )


def _bounds(scaler: Autoscaler, rule: RuleContext) -> Iterator[Finding]:
    low, high = scaler.minimum, scaler.maximum
    if low is None or high is None or high.value > low.value:
        return
    if high.value == low.value:
        text = f"`{high.text}` equals the minimum, so `{scaler.target}` is never scaled"
    else:
        text = f"`{high.text}` is below the minimum, so the API server refuses the autoscaler"
    yield rule.finding(
        high.span,
        text,
        subject=f"autoscaler {scaler.name}",
        related=(Location(low.span, low.text),),
        # Equal bounds may be meant to hold the number for a while.
        severity="note" if high.value == low.value else None,
    )
