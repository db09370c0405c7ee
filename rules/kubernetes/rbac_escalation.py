"""kubernetes/rbac-escalation: a role can give itself more rights."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import grants

_ANY = ("rbac.authorization.k8s.io", "certificates.k8s.io", "admissionregistration.k8s.io", "", "*")
_CHANGE = ("create", "update", "patch", "*")
_MORE = "give itself more rights than it has"
_CERTIFICATE = "sign a certificate with which it is any user"
_WAYS = (
    (_ANY, ("roles", "clusterroles", "rolebindings", "clusterrolebindings"), ("bind", "escalate"), _MORE),
    (_ANY, ("roles", "clusterroles"), ("*",), _MORE),
    (_ANY, ("signers",), ("approve", "sign"), _CERTIFICATE),
    (_ANY, ("certificatesigningrequests/approval",), ("update", "patch", "*"), _CERTIFICATE),
    (_ANY, ("mutatingwebhookconfigurations",), _CHANGE, "rewrite every object on its way into the cluster"),
    (_ANY, ("validatingwebhookconfigurations",), _CHANGE, "read and refuse every object that is written"),
    (_ANY, ("serviceaccounts/token",), ("create", "*"), "act as every service account that it reaches"),
    (_ANY, ("nodes/proxy",), ("get", "create", "*"), "run commands in every pod, past the audit log"),
)

RULE = define(
    summary="a role can give itself more rights",
    why="""
Who can bind or escalate roles, approve certificates, mint tokens or change admission webhooks can make itself an
administrator. Every other limit of the role is then without meaning.
""",
    remedy="Remove the verb, or restrict it to named roles with `resourceNames`.",
    severity="warning",
    kinds=("kubernetes",),
    tags=(
        "security",
        "CWE-269",
    ),
    equivalents=(
        "kics:rbac_roles_allow_privilege_escalation",
        "checkov:CKV_K8S_155",
        "checkov:CKV_K8S_156",
        "checkov:CKV_K8S_157",
        "checkov:CKV_K8S_158",
        "checkov:CKV2_K8S_1",
        "checkov:CKV2_K8S_4",
        "kyverno:restrict-escalation-verbs-roles",
        "kyverno:restrict-clusterrole-csr",
        "kyverno:restrict-clusterrole-mutating-validating-admission-webhooks",
        "gatekeeper:block-endpoint-edit-default-role",
        "gatekeeper:disallowanonymous",
        "gatekeeper:noupdateserviceaccount",
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
    resources: [clusterroles]
    verbs: [escalate]
  - apiGroups: [rbac.authorization.k8s.io]  # <-- here
    resources: [roles]
    verbs: ["*"]
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
    verbs: [escalate]
  - apiGroups: [""]
    resources: [clusterroles]
    verbs: [deletecollection]
  - apiGroups: [admissionregistration.k8s.io]
    resources: [validatingwebhookconfigurations]
    resourceNames: [shop]
    verbs: [update]
""",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report rules by which a program gets rights that its role does not have."""
    for grant in grants(document):
        if grant.named:
            continue
        for *what, gain in _WAYS:
            way = grant.way(*what)
            if way:
                yield rule.finding(
                    grant.span, f"{way} lets {grant.role} {gain}", subject=f"{grant.role} {way}"
                )
                break
