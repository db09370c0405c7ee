"""kubernetes/pdb-missing: replicas that may all be evicted at once."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Project, RuleContext, bad, define, good
from lintkit.api.facts import Autoscaler
from lintkit.api.kubernetes import BudgetDefined, PodsDefined

_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop  # <-- here
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: api, image: "shop:1"}]}
"""
_BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {app: shop}}
"""
_FINE = _PODS.replace("  # <-- here", "")

RULE = define(
    summary="replicas have no PodDisruptionBudget",
    why="""
An upgrade of the nodes drains them one after the other and waits for nobody: without a budget all replicas may be
evicted within a minute, and the service that has three of them is down.
""",
    remedy="Add a PodDisruptionBudget with `maxUnavailable: 1` and the labels of the pods.",
    severity="note",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("reliability",),
    equivalents=(
        "kics:deployment_without_pod_disruption_budget",
        "kics:statefulset_without_pod_disruption_budget",
        "kube-score:deployment-has-poddisruptionbudget",
        "kube-score:statefulset-has-poddisruptionbudget",
        "polaris:missingPodDisruptionBudget",
        "kyverno:require-pdb",
    ),
    packs=("strict",),
    examples=(
        bad(_PODS),
        bad({"shop.yaml": _PODS, "budget.yaml": _BUDGET.replace("app: shop", "app: cart")}),
        good({"apps/shop.yaml": _FINE, "budgets/shop.yaml": _BUDGET}),
        good(
            _FINE.replace("replicas: 3", "replicas: 1"),
            note="a budget for one replica would block every drain",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report Deployments and StatefulSets of several replicas that no budget of the repository selects."""
    cluster = project.cluster
    scaled = {(each.target_kind, each.target) for each in cluster.facts(Autoscaler)}
    for pods in cluster.pods:
        if pods.kind not in ("Deployment", "StatefulSet") or not pods.images or cluster.is_open(pods.path):
            continue
        # Who has budgets beside means to have one here; the number may come from elsewhere.
        is_meant = pods.replicas is None and any(cluster.beside(pods.path, BudgetDefined))
        if not is_meant and not _is_replicated(pods, (pods.kind, pods.name) in scaled):
            continue
        if not cluster.budgets(pods):
            yield rule.finding(
                pods.span,
                f"no PodDisruptionBudget keeps the replicas of {pods.kind} `{pods.name}` from being evicted together",
                subject=f"{pods.kind} {pods.name}",
            )


def _is_replicated(pods: PodsDefined, is_scaled: bool) -> bool:
    return is_scaled or (pods.replicas is not None and pods.replicas.value > 1)
