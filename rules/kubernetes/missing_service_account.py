"""kubernetes/missing-service-account: a pod names a service account that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Project, RuleContext, bad, define, good
from lintkit.api.kubernetes import ObjectDefined

_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      serviceAccountName: shop-api  # <-- here
      containers: [{name: api, image: "shop:1"}]
"""
_ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop}\n"
_FINE = _PODS.replace("shop-api  # <-- here", "shop")

RULE = define(
    summary="a pod runs under a service account that is not there",
    why="""
The API server refuses to create the pods. The Deployment itself is accepted, so the rollout just never makes progress,
and the old pods hide it until they are gone.
""",
    remedy="Name a ServiceAccount that exists, or add it.",
    severity="warning",
    confidence="medium",
    scope="project",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=("kube-linter:non-existent-service-account",),
    packs=("strict", "production"),
    paths_ignore=TESTS,
    examples=(
        bad(_PODS + "---\n" + _ACCOUNT),
        bad({"k8s/shop.yaml": _PODS, "k8s/account.yaml": _ACCOUNT}),
        good({"apps/shop.yaml": _FINE, "rbac/account.yaml": _ACCOUNT}),
        good(_PODS.replace("  # <-- here", ""), note="no manifest shows any ServiceAccount"),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report accounts that the repository does not have, where others are deployed beside."""
    cluster = project.cluster
    for pods in cluster.pods:
        name = pods.service_account
        if name in ("", "default") or pods.account_span is None or cluster.is_open(pods.path) or "$" in name:
            continue
        if cluster.named("ServiceAccount", name, pods) is not None:
            continue
        if any(each.kind == "ServiceAccount" for each in cluster.beside(pods.path, ObjectDefined)):
            yield rule.finding(
                pods.account_span,
                f"there is no ServiceAccount `{name}`, so the pods of {pods.kind} `{pods.name}` are not created",
                subject=f"{pods.kind} {pods.name}",
            )
