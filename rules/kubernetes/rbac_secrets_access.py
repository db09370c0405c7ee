"""kubernetes/rbac-secrets-access: a role can read Secrets."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import CORE, grants

_WAYS = ((CORE, ("secrets", "*"), ("get", "list", "watch", "*")),)

RULE = define(
    summary="a role can read Secrets",
    why="""
The role's service account can read the credentials of every program in the namespace, and with a ClusterRole those
of the cluster. One stolen token then opens all of them.
""",
    remedy="Mount the one Secret that is needed, or restrict the rule with `resourceNames`.",
    severity="note",
    kinds=("kubernetes",),
    tags=(
        "security",
        "CWE-269",
    ),
    equivalents=(
        "kics:rbac_roles_with_read_secrets_permissions",
        "kics:service_account_allows_access_secrets",
        "kube-linter:access-to-secrets",
        "checkov:CKV2_K8S_5",
        "kyverno:restrict-secret-role-verbs",
    ),
    packs=(
        "strict",
        "security",
    ),
    examples=(
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: viewer}
rules:
  - apiGroups: ["*"]  # <-- here
    resources: ["*"]
    verbs: [get, list, watch]
""",
            note="whoever may read everything may read Secrets",
        ),
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: shop}
rules:
  - apiGroups: [""]  # <-- here
    resources: [secrets]
    verbs: [get]
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
    verbs: [get]
  - apiGroups: [""]
    resources: [secrets]
    verbs: [deletecollection]
""",
        ),
        good(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: shop}
rules:
  - {apiGroups: [""], resources: [secrets], resourceNames: [shop-tls], verbs: [get]}
  - {apiGroups: [shop.example.com], resources: ["*"], verbs: ["*"]}
""",
            note="one Secret by name, and a group of one's own",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report rules by which a program reads Secrets that it does not name."""
    for grant in grants(document):
        if grant.named:
            continue
        way = grant.way_among(_WAYS)
        if way:
            text = f"{way} lets {grant.role} read Secrets"
            yield rule.finding(grant.span, text, subject=f"{grant.role} {way}")
