"""kubernetes/egress-unrestricted: pods that are isolated for ingress and may send anything anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Location, Project, RuleContext, bad, define, good

_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop  # <-- here
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: api, image: "shop:1"}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec:
  podSelector: {matchLabels: {app: shop}}
  policyTypes: [Ingress]
"""

RULE = define(
    summary="the NetworkPolicies of a pod leave its egress open",
    why="""
Whoever breaks into the pod fetches tools from anywhere and sends what was found to anywhere: the policies look at who
comes in and not at what goes out.
""",
    remedy="Add `Egress` to `policyTypes` with rules for DNS and for what the program calls.",
    severity="note",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("security", "network", "k8s-egress-unrestricted"),
    packs=("strict", "security"),
    examples=(
        bad(_PODS),
        good(_PODS.replace("  # <-- here", "").replace("[Ingress]", "[Ingress, Egress]")),
        good(
            {
                "shop.yaml": _PODS.replace("  # <-- here", ""),
                "deny.yaml": (
                    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\n"
                    "spec: {podSelector: {}, policyTypes: [Egress]}\n"
                ),
            },
            note="another policy restricts the egress of the namespace",
        ),
        good(
            {
                "shop/k8s/pods.yaml": _PODS.replace("  # <-- here", "").partition("---")[0],
                "blog/network/policy.yaml": _PODS.partition("---\n")[2].replace(
                    "{matchLabels: {app: shop}}", "{}"
                ),
            },
            note="a policy of another program",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report pods that policies select, but none for egress."""
    cluster = project.cluster
    for pods in cluster.pods:
        policies = cluster.policies(pods)
        if (
            not any(cluster.together(each, pods) for each in policies)
            or not pods.images
            or pods.host_network
            or cluster.is_open(pods.path)
        ):
            continue
        if not any(policy.egress for policy in policies):
            yield rule.finding(
                pods.span,
                f"the NetworkPolicies of {pods.kind} `{pods.name}` let its pods send anything anywhere",
                subject=f"{pods.kind} {pods.name}",
                related=tuple(Location(each.span, "isolates ingress only") for each in policies[:5]),
            )
