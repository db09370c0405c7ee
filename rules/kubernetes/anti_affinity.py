"""kubernetes/anti-affinity: replicas that may all run on one node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Location, Route, RuleContext, bad, define, good
from lintkit.api.formats import list_at, whole_number_at
from lintkit.api.kubernetes import at, is_patch, read_labels, read_selector

_OTHERS = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db, tier: data}}
    spec:
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                topologyKey: kubernetes.io/hostname
                labelSelector:  # <-- here
                  matchExpressions: [{key: app, operator: In, values: [database]}]
      containers: [{name: db, image: "db:1"}]
"""

RULE = define(
    summary="replicas may all run on one node",
    why="""
The scheduler may put all replicas on one node, and then losing that node is the outage that the replicas were to
prevent.
""",
    remedy="Add `topologySpreadConstraints` over `kubernetes.io/hostname`, or `podAntiAffinity`, that select the pods.",
    severity="note",
    kinds=("kubernetes",),
    tags=("reliability",),
    equivalents=(
        "kics:deployment_has_no_pod_anti_affinity",
        "kics:statefulset_has_no_pod_anti_affinity",
        "kube-linter:no-anti-affinity",
        "kube-score:deployment-has-host-podantiaffinity",
        "kube-score:statefulset-has-host-podantiaffinity",
    ),
    packs=("strict",),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  template:
    spec:  # <-- here
      containers: [{name: api, image: "shop:1"}]
"""
        ),
        bad(_OTHERS, note="the pods keep away from others than their own"),
        good(_OTHERS.replace("[database]", "[db]").replace("  # <-- here", "")),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  template:
    spec:
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway}
      containers: [{name: api, image: "shop:1"}]
"""
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers: [{name: api, image: "shop:1"}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  template:
    spec:
      containers: [{name: api, env: [{name: MODE, value: fast}]}]
""",
            note="one pod, or as many as something else sets; a patch, which says nothing but what it changes",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report workloads with several replicas that nothing keeps apart."""
    data = document.data
    if not isinstance(data, dict) or data.get("kind") not in ("Deployment", "StatefulSet") or is_patch(data):
        return
    replicas = whole_number_at(data, "spec", "replicas")
    template: Route = ("spec", "template")
    spec = at(data, *template, "spec")
    if replicas is None or replicas < 2:
        return
    if not isinstance(spec, dict) or not spec.get("containers") or "topologySpreadConstraints" in spec:
        return
    name = f"{data['kind']}/{at(data, 'metadata', 'name')}"
    terms = list(_terms(spec, (*template, "spec")))
    if not terms:
        where = document.key_span((*template, "spec"))
        yield rule.finding(where, f"nothing keeps the {replicas} replicas on different nodes", subject=name)
        return
    labels = dict(read_labels(at(data, *template, "metadata", "labels")))
    if not labels or any(_selects(at(data, *term), labels) for term in terms):
        return
    yield rule.finding(
        document.key_span((*terms[0], "labelSelector")),
        f"the {replicas} replicas keep away from other pods only, and may all run on one node",
        subject=name,
        related=(
            Location(document.key_span((*template, "metadata", "labels")), "the labels of the replicas"),
        ),
    )


def _terms(spec: dict[str, Any], pod: Route) -> Iterator[Route]:
    """Where the terms of the pod's anti-affinity stand, the required ones first."""
    affinity: Route = ("affinity", "podAntiAffinity")
    for field, inner in (
        ("requiredDuringSchedulingIgnoredDuringExecution", ()),
        ("preferredDuringSchedulingIgnoredDuringExecution", ("podAffinityTerm",)),
    ):
        for index, _ in enumerate(list_at(spec, *affinity, field)):
            yield (*pod, *affinity, field, index, *inner)


def _selects(term: Any, labels: dict[str, str]) -> bool:
    """Whether a term speaks of pods with `labels`; one without a selector speaks of none."""
    selector = at(term, "labelSelector")
    return isinstance(selector, dict) and read_selector(selector).matches(labels)
