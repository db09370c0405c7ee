"""kubernetes/rbac-wildcard: a role that allows more than anybody can list."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import all_grants

RULE = define(
    summary="a role allows everything by a wildcard",
    why="""
`*` also means what a later release or a newly installed operator adds, such as reading every Secret of the cluster.
Whoever gets hold of the service account's token has all of it.
""",
    remedy="List the verbs and resources that the program uses (`kubectl auth can-i --list` shows what it has).",
    severity="warning",
    kinds=("kubernetes",),
    tags=("security", "CWE-250"),
    equivalents=(
        "kics:rbac_wildcard_in_rule",
        "kube-linter:wildcard-in-rules",
        "checkov:CKV_K8S_49",
        "semgrep:legacy-api-clusterrole-excessive-permissions",
        "sonar-iac:k8s/RBACWildcardCheck",
        "kyverno:restrict-wildcard-verbs",
        "kyverno:restrict-wildcard-resources",
    ),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer}
rules:
  - apiGroups: [apps]
    resources: ["*"]  # <-- here
    verbs:
      - get
      - "*"  # <-- here
""",
        ),
        bad(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: deployer}
rules:
  - apiGroups:
      - "*"
    resources:
      - "*"  # <-- here
    verbs:
      - "*"
  - nonResourceURLs: ["*"]
    verbs: ["*"]  # <-- here
""",
            note="everything is one finding, and the other rules about roles say nothing more of it",
        ),
        good(
            """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer}
rules:
  - apiGroups: [apps]
    resources: [deployments]
    verbs: [get, patch]
""",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each `*` of a role, and what allows everything once."""
    for grant in all_grants(document):
        if grant.everything:
            place = grant.resources.index("*")
            yield rule.finding(
                document.span(("rules", grant.index, "resources", place)),
                f"{grant.role} may do everything with every object, Secrets and roles included",
                subject=f"{grant.role} everything",
            )
            continue
        subject = ", ".join(grant.resources[:3]) or "URLs"
        for field, words in (
            ("apiGroups", grant.groups),
            ("resources", grant.resources),
            ("verbs", grant.verbs),
        ):
            if "*" in words:
                yield rule.finding(
                    document.span(("rules", grant.index, field, words.index("*"))),
                    f"`*` in `{field}` of {grant.role} also allows what later releases and operators add",
                    subject=f"{grant.role} {field} of {subject}",
                )
