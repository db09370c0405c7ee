"""kubernetes/pdb-blocks-eviction: a budget that lets no pod go, or that says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import DOCS, NOT_DEPLOYED, TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.facts import Autoscaler, Count
from lintkit.api.kubernetes import BudgetDefined, Cluster, PodsDefined

_BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec:
  maxUnavailable: 0  # <-- here
  selector: {matchLabels: {app: shop}}
"""
_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: api, image: "shop:1"}]}
"""

_AMOUNT = re.compile(r"[0-9]{1,9}%?", re.ASCII)

RULE = define(
    summary="a PodDisruptionBudget lets no pod be evicted",
    why="""
Draining a node waits for the budget, and it never gives way: the upgrade of the cluster hangs until somebody deletes
the budget at night.
""",
    remedy="Set `maxUnavailable: 1`, or a `minAvailable` below the number of replicas.",
    severity="warning",
    scope="project",
    kinds=("kubernetes",),
    tags=("reliability", "correctness"),
    equivalents=(
        "kube-linter:pdb-max-unavailable",
        "kube-linter:pdb-min-available",
        "kube-score:poddisruptionbudget-has-policy",
        "polaris:pdbDisruptionsIsZero",
        "polaris:pdbMinAvailableGreaterThanHPAMinReplicas",
        "kyverno:pdb-minavailable",
        "kyverno:pdb-maxunavailable",
        "kyverno:require-reasonable-pdbs",
        "gatekeeper:poddisruptionbudget",
    ),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS, *NOT_DEPLOYED),
    examples=(
        bad(_BUDGET),
        bad(_BUDGET.replace("maxUnavailable: 0", "minAvailable: 100%")),
        bad({"budget.yaml": _BUDGET.replace("maxUnavailable: 0", "minAvailable: 2"), "shop.yaml": _PODS}),
        bad(
            {
                "budget.yaml": _BUDGET.replace("maxUnavailable: 0", "minAvailable: 2"),
                "shop.yaml": _PODS.replace("  replicas: 2\n", ""),
                "hpa.yaml": (
                    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: shop}\n"
                    "spec: {minReplicas: 2, maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: shop}}\n"
                ),
            },
            note="in a quiet hour the autoscaler leaves two",
        ),
        bad(
            {
                "budget.yaml": _BUDGET.replace("maxUnavailable: 0", "minAvailable: 80%"),
                "shop.yaml": _PODS.replace("replicas: 2", "replicas: 3"),
            },
            note="a share is rounded up, so 80% of three are all three",
        ),
        bad(
            """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: shop  # <-- here
spec:
  selector: {matchLabels: {app: shop}}
""",
            note="it says nothing, so it keeps nothing",
        ),
        good(_BUDGET.replace("maxUnavailable: 0  # <-- here", "maxUnavailable: 1")),
        good(
            {
                "small/k8s/budget.yaml": _BUDGET.replace("maxUnavailable: 0  # <-- here", "minAvailable: 2"),
                "large/k8s/shop.yaml": _PODS,
            },
            note="the pods of another variant",
        ),
        good(
            {
                "budget.yaml": _BUDGET.replace("maxUnavailable: 0  # <-- here", "minAvailable: 50%"),
                "shop.yaml": _PODS.replace("replicas: 2", "replicas: 3"),
            },
            note="two of three stay",
        ),
        good(
            {
                "budget.yaml": _BUDGET.replace("maxUnavailable: 0  # <-- here", "minAvailable: 1"),
                "shop.yaml": _PODS,
            }
        ),
        good(
            {
                "budget.yaml": _BUDGET.replace("maxUnavailable: 0  # <-- here", "minAvailable: 1"),
                "shop.yaml": _PODS.replace("  replicas: 2\n", ""),
            },
            note="the number of replicas is set elsewhere",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report amounts that leave no pod to evict, also compared with the replicas of what the budget selects."""
    cluster = project.cluster
    for budget in cluster.facts(BudgetDefined):
        subject = f"PodDisruptionBudget {budget.name}"
        if budget.maximum in ("0", "0%") and budget.maximum_span:
            text = f"`maxUnavailable: {budget.maximum}` lets no pod be evicted, so draining a node waits for ever"
            yield rule.finding(budget.maximum_span, text, subject=subject)
        elif budget.minimum == "100%" and budget.minimum_span:
            text = "`minAvailable: 100%` lets no pod be evicted, so draining a node waits for ever"
            yield rule.finding(budget.minimum_span, text, subject=subject)
        elif not budget.minimum and not budget.maximum and not budget.selector.selects_all:
            text = f"PodDisruptionBudget `{budget.name}` has neither `minAvailable` nor `maxUnavailable`"
            yield rule.finding(budget.span, text, subject=subject)
        elif _AMOUNT.fullmatch(budget.minimum) and budget.minimum_span:
            for pods in cluster.selected(budget.selector, budget):
                # Folders without a kustomization are variants of one install; kustomizations are deployed side by side.
                kustomized = cluster.groups(pods.path) and cluster.groups(budget.path)
                named = cluster.namespace(pods) and cluster.namespace(budget)
                if not kustomized and not named and not cluster.deployed_together(pods.path, budget.path):
                    continue
                count = _fewest(cluster, pods)
                if count is not None and 0 < count.value <= _needed(budget.minimum, count.value):
                    yield rule.finding(
                        budget.minimum_span,
                        f"`minAvailable: {budget.minimum}` lets no pod of {pods.kind} `{pods.name}` be evicted while "
                        f"it has {count.value}, so draining a node waits for ever",
                        subject=subject,
                        related=(Location(count.span, count.text),),
                    )
                    break


def _needed(minimum: str, count: int) -> int:
    """How many of `count` pods must stay; a share of them is rounded up, so 80% of three are all three."""
    if minimum.endswith("%"):
        return -(-count * int(minimum[:-1]) // 100)
    return int(minimum)


def _fewest(cluster: Cluster, pods: PodsDefined) -> Count | None:
    """How many pods there are at least; None where nothing says it for certain."""
    scalers = [
        each
        for each in cluster.facts(Autoscaler)
        if (each.target_kind, each.target) == (pods.kind, pods.name) and cluster.same_namespace(each, pods)
    ]
    if scalers:
        return scalers[0].minimum if len(scalers) == 1 else None
    others = [
        each
        for each in cluster.scaled(pods.kind, pods.name)
        if each.replicas is not None and each.replicas != pods.replicas
    ]
    return None if others else pods.replicas
