"""kubernetes/rbac-impersonate: a role can act as another user."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import grants

_WAYS = (
    (
        ("", "authentication.k8s.io", "*"),
        ("users", "groups", "uids", "serviceaccounts", "*"),
        ("impersonate", "*"),
    ),
)

RULE = define(
    summary="a role can act as another user",
    why="""
With `impersonate` a program acts as anybody, also as `system:masters`, whatever its own role says. The audit log
shows the other name.
""",
    remedy="Remove the verb, or name the one user in `resourceNames`.",
    severity="warning",
    kinds=("kubernetes",),
    tags=(
        "security",
        "CWE-269",
    ),
    equivalents=(
        "kics:rbac_roles_with_impersonate_permission",
        "checkov:CKV2_K8S_3",
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
    resources: [users]
    verbs: [impersonate]
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
    verbs: [impersonate]
  - apiGroups: [""]
    resources: [users]
    verbs: [deletecollection]
""",
        ),
        good(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: shop}
rules:
  - {apiGroups: [shop.example.com], resources: ["*"], verbs: ["*"]}
  - {apiGroups: [""], resources: [serviceaccounts], resourceNames: [deployer], verbs: [impersonate]}
""",
            note="a group of one's own that has no users, and one account by name",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report rules by which a program acts as somebody else."""
    for grant in grants(document):
        if grant.named:
            continue
        way = grant.way_among(_WAYS)
        if way:
            text = f"{way} lets {grant.role} act as another user"
            yield rule.finding(grant.span, text, subject=f"{grant.role} {way}")
