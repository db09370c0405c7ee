"""kubernetes/dangling-hpa: an autoscaler whose target is not there."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Project, RuleContext, bad, define, good
from lintkit.api.facts import Autoscaler
from lintkit.api.kubernetes import ObjectDefined

_AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef:
    kind: Deployment
    name: shop-api  # <-- here
"""
_TARGET = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n"
_FINE = _AUTOSCALER.replace("shop-api  # <-- here", "shop")

RULE = define(
    summary="an autoscaler scales an object that is not there",
    why="""
The autoscaler cannot read the scale of its target, so nothing is scaled: under load the pods stay as few as they
are. The only sign is an event that nobody reads.
""",
    remedy="Name the Deployment in `scaleTargetRef`, with its kind and API version.",
    severity="warning",
    confidence="medium",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("correctness",),
    equivalents=(
        "kics:hpa_targets_invalid_object",
        "kube-linter:dangling-horizontalpodautoscaler",
        "kube-score:horizontalpodautoscaler-has-target",
    ),
    packs=("strict", "production"),
    examples=(
        bad(_AUTOSCALER + "---\n" + _TARGET),
        bad({"k8s/hpa.yaml": _AUTOSCALER, "k8s/deployment.yaml": _TARGET}),
        good(_FINE + "---\n" + _TARGET),
        good({"hpa/hpa.yaml": _FINE, "apps/deployment.yaml": _TARGET}),
        good(_FINE, note="no manifest shows any Deployment"),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report targets that the repository does not have, where others of that kind are deployed beside."""
    cluster = project.cluster
    for scaler in cluster.facts(Autoscaler):
        if not scaler.target or cluster.is_open(scaler.path):
            continue
        if cluster.named(scaler.target_kind, scaler.target, scaler) is not None:
            continue
        if not any(each.kind == scaler.target_kind for each in cluster.beside(scaler.path, ObjectDefined)):
            continue
        yield rule.finding(
            scaler.target_span or scaler.span,
            f"there is no {scaler.target_kind} `{scaler.target}` to scale",
            subject=scaler.name,
        )
