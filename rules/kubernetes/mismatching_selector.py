"""kubernetes/mismatching-selector: a workload whose selector does not select its own pods."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Document, Finding, Location, Route, RuleContext, bad, define, good
from lintkit.api.formats import mapping_at
from lintkit.api.kubernetes import at

RULE = define(
    summary="a selector does not match the labels of its own pods",
    why="""
The API server refuses the object (`selector does not match template labels`), so the rollout stops there. Where a patch
or a copy changed only one of the two, everything that was applied before it is live and the rest is not.
""",
    remedy="Write the same labels in `spec.selector.matchLabels` and `spec.template.metadata.labels`.",
    severity="error",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kube-linter:mismatching-selector",
        "kube-score:deployment-pod-selector-labels-match-template-metadata-labels",
        "kube-score:statefulset-pod-selector-labels-match-template-metadata-labels",
    ),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector:
    matchLabels:
      app: shop-api  # <-- here
      tier: web
  template:
    metadata:
      labels: {app: shop, tier: web}
    spec:
      containers: [{name: api, image: "shop:1"}]
"""
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop, tier: web}
    spec:
      containers: [{name: api, image: "shop:1"}]
"""
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector:
    matchLabels: {app: shop}
""",
            note="a patch that speaks of no pods",
        ),
    ),
)

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_PLAIN = ("DeploymentConfig", "ReplicationController")  # the selector is the labels


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each label of the selector that the template does not have."""
    data = document.data
    if not isinstance(data, dict) or data.get("kind") not in (*_KINDS, *_PLAIN):
        return
    template = at(data, "spec", "template")
    containers = at(template, "spec", "containers")
    plain = data["kind"] in _PLAIN
    place: Route = ("spec", "selector") if plain else ("spec", "selector", "matchLabels")
    wanted = at(data, *place)
    if not isinstance(wanted, dict) or not isinstance(containers, list):
        return
    labels = mapping_at(template, "metadata", "labels")
    for name, value in wanted.items():
        if labels.get(name) == value:
            continue
        there = f"`{labels[name]}` there" if name in labels else "missing there"
        yield rule.finding(
            document.span((*place, name)),
            f"the pods of the template do not carry `{name}: {value}`: it is {there}",
            subject=f"{data['kind']} {name}",
            related=(Location(document.key_span(("spec", "template", "metadata", "labels")), "the labels"),),
        )
