"""kubernetes/rbac-pod-exec: a role can run commands in other pods."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import CORE, grants

_WAYS = (
    (CORE, ("pods/exec", "pods/attach", "pods/*", "*/exec", "*/attach", "*/*", "*"), ("create", "get", "*")),
    (CORE, ("nodes/proxy",), ("create", "get", "*")),
)

RULE = define(
    summary="a role can run commands in other pods",
    why="""
`pods/exec` is a shell in every pod of the namespace, with its environment, its Secrets and its service account. It
leaves no trace in the workload's own logs. `get` is enough for it before Kubernetes 1.35, through a websocket, and
the resource `*` means subresources as well.
""",
    remedy="Remove it from service accounts, and give it to people for a limited time.",
    severity="warning",
    kinds=("kubernetes",),
    tags=(
        "security",
        "CWE-269",
    ),
    equivalents=(
        "kics:rbac_roles_with_exec_permission",
        "kics:rbac_roles_with_attach_permission",
        "checkov:CKV2_K8S_2",
        "polaris:clusterrolePodExecAttach",
        "polaris:clusterrolebindingPodExecAttach",
        "polaris:rolePodExecAttach",
        "polaris:rolebindingClusterRolePodExecAttach",
        "polaris:rolebindingRolePodExecAttach",
        "sonar-iac:k8s/CommandExecutionCheck",
        "kyverno:restrict-clusterrole-nodesproxy",
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
    resources: [pods/exec]
    verbs: [create]
""",
        ),
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: viewer}
rules:
  - apiGroups: [""]  # <-- here
    resources: ["*"]
    verbs: [get, list]
""",
            note="a role that seems to read only",
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
    resources: [pods/exec]
    verbs: [deletecollection]
  - apiGroups: [apps]
    resources: ["*"]
    verbs: ["*"]
  - apiGroups: [""]
    resources: [pods/exec]
    resourceNames: [backup-0]
    verbs: [create]
""",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report rules by which a program opens a shell in pods, of their namespace or through a node."""
    for grant in grants(document):
        if grant.named:
            continue
        way = grant.way_among(_WAYS)
        if way:
            text = f"{way} lets {grant.role} run commands in other pods"
            if way.startswith("`get`") and "nodes/proxy" not in way:
                text += " (through a websocket, before Kubernetes 1.35)"
            yield rule.finding(grant.span, text, subject=f"{grant.role} {way}")
