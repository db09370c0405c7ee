"""kubernetes/limit-range: a namespace in which a container without limits gets all it can."""

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
_LIMITS = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: limits, namespace: shop}\nspec: {limits: []}\n"

RULE = define(
    summary="a namespace has no LimitRange",
    why="""
A container that forgets its limits gets none at all, and one such container takes the memory of its node. A LimitRange
gives a default to everybody who forgets.
""",
    remedy="Add a LimitRange with defaults for requests and limits to the namespace.",
    severity="note",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("reliability", "CWE-770"),
    equivalents=("kics:pod_or_container_without_limit_range",),
    packs=("strict",),
    examples=(
        bad(_POD),
        good({"shop.yaml": _POD.replace("  # <-- here", ""), "limits.yaml": _LIMITS}),
        bad(
            """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: uploads
  namespace: shop  # <-- here
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
""",
            note="the limits of a namespace hold for volumes as well",
        ),
        good(_POD.replace("  namespace: shop  # <-- here\n", ""), note="no namespace is named"),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each namespace once, at the first object that it would hold for."""
    for namespace, span in without(project.cluster, "LimitRange"):
        yield rule.finding(
            span,
            f"namespace `{namespace}` has no LimitRange, so a container that forgets its limits has none",
            subject=f"Namespace {namespace}",
        )
