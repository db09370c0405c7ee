"""kubernetes/rbac-create-pods: a role can create pods."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import MAKING_PODS, grants

RULE = define(
    summary="a role can create pods",
    why="""
Who can create a pod can mount every Secret of the namespace into it, use every service account there, and ask for a
privileged one. Creating workloads is the usual way from a stolen token to the node.
""",
    remedy="Leave it to the deployment pipeline, and enforce the restricted Pod Security Standard in the namespace.",
    severity="note",
    kinds=("kubernetes",),
    tags=(
        "security",
        "CWE-269",
    ),
    equivalents=(
        "kics:permissive_access_to_create_pods",
        "kube-linter:access-to-create-pods",
    ),
    packs=(
        "strict",
        "security",
    ),
    examples=(
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: shop}
rules:
  - apiGroups: [""]  # <-- here
    resources: [pods]
    verbs: [create]
""",
        ),
        good(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: shop}
rules:
  - apiGroups: [""]
    resources: [services]
    verbs: [create]
  - apiGroups: [""]
    resources: [pods]
    verbs: [deletecollection]
  - apiGroups: [shop.example.com]
    resources: ["*"]
    verbs: ["*"]
""",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report rules by which a program starts pods, by itself or through what makes them."""
    for grant in grants(document):
        way = grant.way(*MAKING_PODS)
        if way:
            text = f"{way} lets {grant.role} start pods, and each may use every Secret and account of the namespace"
            yield rule.finding(grant.span, text, subject=f"{grant.role} {way}")
