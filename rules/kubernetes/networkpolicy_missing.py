"""kubernetes/networkpolicy-missing: pods that everything in the cluster may talk to."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Project, RuleContext, bad, define, good

_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop  # <-- here
  namespace: shop
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: api, image: "shop:1"}]}
"""
_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
"""
_FINE = _PODS.replace("  # <-- here", "")

RULE = define(
    summary="pods are not isolated by any NetworkPolicy",
    why="""
Every pod of the cluster may open every port of these, also one that was broken into in another namespace: databases
answer, and metrics and debug ports are read.
""",
    remedy="Add a NetworkPolicy that denies ingress to the whole namespace, and one that lets the known callers in.",
    severity="note",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("security", "network", "CWE-668"),
    equivalents=(
        "kics:pod_misconfigured_network_policy",
        "kube-linter:non-isolated-pod",
        "checkov:CKV2_K8S_6",
        "kube-score:pod-networkpolicy",
        "polaris:missingNetworkPolicy",
        "kyverno:require-netpol",
    ),
    packs=("strict", "security"),
    examples=(
        bad(_PODS),
        bad(
            {"shop.yaml": _PODS, "policy.yaml": _POLICY.replace("[Ingress]", "[Egress]")},
            note="a policy for egress alone lets everybody in",
        ),
        bad({"shop.yaml": _PODS, "policy.yaml": _POLICY.replace("namespace: shop", "namespace: cart")}),
        good({"apps/shop.yaml": _FINE, "network/policy.yaml": _POLICY}, note="a policy of another folder"),
        good(
            {
                "kustomization.yaml": "namespace: shop\nresources: [shop.yaml, policy.yaml]\n",
                "shop.yaml": _FINE.replace("  namespace: shop\n", ""),
                "policy.yaml": _POLICY.replace(", namespace: shop", ""),
            },
            note="the kustomization says the namespace",
        ),
        good(
            _FINE.replace("{containers: ", "{hostNetwork: true, containers: "),
            note="no policy holds on the host's network",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report what makes pods that no policy of the repository isolates for ingress."""
    cluster = project.cluster
    for pods in cluster.pods:
        if pods.host_network or not pods.images or cluster.is_open(pods.path):
            continue
        if not any(policy.ingress for policy in cluster.policies(pods)):
            yield rule.finding(
                pods.span,
                f"no NetworkPolicy isolates the pods of {pods.kind} `{pods.name}`, so any pod may reach them",
                subject=f"{pods.kind} {pods.name}",
            )
