"""kubernetes/resource-quota: a namespace that may take the whole cluster."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Project, RuleContext, bad, define, good
from lintkit.api.kubernetes import without

_POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: shop
  namespace: shop  # <-- here
spec: {containers: [{name: api, image: "shop:1"}]}
"""
_QUOTA = """\
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: shop}
spec: {hard: {pods: 50}}
"""

RULE = define(
    summary="a namespace has no ResourceQuota",
    why="""
A loop that makes Jobs, or an autoscaler without a sensible maximum, takes every node of the cluster, and the other
namespaces cannot start a pod.
""",
    remedy="Add a ResourceQuota for CPU, memory and the number of pods to the namespace.",
    severity="note",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("reliability", "CWE-770"),
    equivalents=("kics:pod_or_container_without_resource_quota",),
    packs=("strict",),
    examples=(
        bad(_POD),
        good({"shop.yaml": _POD.replace("  # <-- here", ""), "quota.yaml": _QUOTA}),
        bad(
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: uploads
  namespace: shop  # <-- here
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
""",
            note="a quota counts storage as well",
        ),
        good(_POD.replace("  namespace: shop  # <-- here\n", ""), note="no namespace is named"),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each namespace once, at the first object that it would hold for."""
    for namespace, span in without(project.cluster, "ResourceQuota"):
        yield rule.finding(
            span,
            f"namespace `{namespace}` has no ResourceQuota, so one runaway program takes the cluster",
            subject=f"Namespace {namespace}",
        )
