"""kubernetes/rbac-port-forward: a role can forward ports of pods."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import CORE, grants

_WAYS = ((CORE, ("pods/portforward", "pods/*", "*/*", "*"), ("create", "get", "*")),)

RULE = define(
    summary="a role can forward ports of pods",
    why="""
A forwarded port goes past Services, ingress and NetworkPolicies straight to the process, for instance to a database
that listens for its own pod only.
""",
    remedy="Give `pods/portforward` to people for the time of a search, not to service accounts.",
    severity="note",
    kinds=("kubernetes",),
    tags=(
        "security",
        "CWE-269",
    ),
    equivalents=("kics:rbac_roles_with_portforwarding_permissions",),
    packs=(
        "strict",
        "security",
    ),
    examples=(
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: debug}
rules:
  - apiGroups: [""]  # <-- here
    resources: [pods/portforward]
    verbs: [create]
""",
        ),
        good(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get, list]}
  - {apiGroups: [apps], resources: ["*"], verbs: ["*"]}
""",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report rules by which a program reaches the ports of pods."""
    for grant in grants(document):
        way = grant.way_among(_WAYS)
        if way:
            text = f"{way} lets {grant.role} reach every port of the pods, past NetworkPolicies"
            if way.startswith("`get`"):
                text += " (through a websocket, before Kubernetes 1.35)"
            yield rule.finding(grant.span, text, subject=f"{grant.role} {way}")
