"""kubernetes/service-account-token-automount: a key to the API server in a pod that has no use for it."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, bad, define, good
from lintkit.api.kubernetes import BindingDefined, ObjectDefined, PodsDefined

_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:  # <-- here
  serviceAccountName: shop
  containers: [{name: api, image: "shop:1"}]
"""
_FINE = _POD.replace("  # <-- here", "")

RULE = define(
    summary="a pod is given a token for the Kubernetes API",
    why="""
Most programs never talk to the API server, yet the token lies in their filesystem. A path traversal or a leaked dump
then holds a key to the cluster.
""",
    remedy="Set `automountServiceAccountToken` to false; mount a token only into pods that use the API.",
    severity="note",
    scope="project",
    kinds=("kubernetes",),
    tags=("security", "CWE-306"),
    equivalents=(
        "kics:service_account_token_automount_not_disabled",
        "checkov:CKV_K8S_38",
        "polaris:automountServiceAccountToken",
        "sonar-iac:k8s/AutomountServiceAccountTokenCheck",
        "kyverno:restrict-automount-sa-token",
        "kyverno:restrict-sa-automount-sa-token",
        "gatekeeper:automount-serviceaccount-token",
    ),
    packs=("strict", "security"),
    examples=(
        bad(_POD),
        bad(
            """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: shop  # <-- here
automountServiceAccountToken: true
""",
            note="an account that gives its token to all its pods",
        ),
        good(_FINE.replace("spec:\n", "spec:\n  automountServiceAccountToken: false\n")),
        good(
            {
                "shop.yaml": _FINE,
                "account.yaml": (
                    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop, namespace: shop}\n"
                    "automountServiceAccountToken: false\n"
                ),
            },
            note="the account says no for its pods",
        ),
        good(
            {
                "shop.yaml": _FINE,
                "rbac.yaml": (
                    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
                    "metadata: {name: shop, namespace: shop}\n"
                    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: shop}\n"
                    "subjects: [{kind: ServiceAccount, name: shop, namespace: shop}]\n"
                ),
            },
            note="it is given rights, so it uses the API",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report pods with a token that neither they nor their account refuse, and that have no rights to use it for."""
    cluster = project.cluster
    bound = {
        name
        for binding in cluster.facts(BindingDefined)
        for kind, _, name, _ in binding.subjects
        if kind == "ServiceAccount"
    }
    refused = {pods.service_account for pods in cluster.pods if pods.automount is False}
    for account in cluster.facts(ObjectDefined):
        if account.kind != "ServiceAccount" or account.name in bound | refused:
            continue
        if account.automount is True:
            text = f"ServiceAccount `{account.name}` gives its token to every pod that runs under it"
            yield rule.finding(account.span, text, subject=f"ServiceAccount {account.name}")
    for pods in cluster.pods:
        if not pods.images or pods.automount is False or _is_settled(project, pods, bound):
            continue
        text = f"the pods of {pods.kind} `{pods.name}` are given a token for the API server"
        yield rule.finding(
            pods.spec_span,
            f"{text}, and no binding here gives it rights",
            subject=f"{pods.kind} {pods.name}",
        )


def _is_settled(project: Project, pods: PodsDefined, bound: set[str]) -> bool:
    account = pods.service_account or "default"
    if account in bound and account != "default":
        return True
    found = project.cluster.named("ServiceAccount", account, pods)
    return pods.automount is None and found is not None and found.automount is not None
