"""kubernetes/networkpolicy-dangling: a NetworkPolicy that selects no pod, or lets pods in that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.kubernetes import BindingDefined, PodsDefined, PolicyDefined, RoleDefined

_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec:
  podSelector:  # <-- here
    matchLabels: {app: shop-api}
"""
_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop}}
spec: {containers: [{name: api, image: "shop:1"}]}
"""

RULE = define(
    summary="a NetworkPolicy selects no pod",
    why="""
The policy protects nothing, although everybody who reads it thinks so. A peer that no pod matches is traffic that is
dropped, and nothing logs it.
""",
    remedy="Use the labels of the pod template in the selector.",
    severity="warning",
    confidence="medium",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("correctness", "security"),
    equivalents=(
        "kics:network_policy_is_not_targeting_any_pod",
        "kube-linter:dangling-networkpolicy",
        "kube-linter:dangling-networkpolicypeer-podselector",
        "kube-score:networkpolicy-targets-pod",
    ),
    packs=("strict", "production"),
    examples=(
        bad(_POLICY + "---\n" + _POD),
        bad({"k8s/policy.yaml": _POLICY, "k8s/pod.yaml": _POD}),
        bad(
            """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec:
  podSelector: {}
  ingress:
    - from:
        - podSelector:  # <-- here
            matchLabels: {app: proxy}
        - podSelector: {matchLabels: {role: elsewhere}}
        - podSelector: {matchExpressions: [{key: role, operator: Exists}]}
        - namespaceSelector: {}
          podSelector: {matchLabels: {app: elsewhere}}
---
"""
            + _POD,
            note="a peer of the same namespace; those of other namespaces are not known",
        ),
        good(_POLICY.replace("  # <-- here", "").replace("shop-api", "shop") + "---\n" + _POD),
        good(
            _POLICY.replace("  # <-- here", "").replace("matchLabels: {app: shop-api}", "matchLabels: {}")
            + "---\n"
            + _POD,
            note="every pod of the namespace",
        ),
        good(
            """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [shop, cart]}]}
---
"""
            + _POD
        ),
        good(
            _POLICY.replace("  # <-- here", "")
            + """---
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop}}
spec: {serviceAccountName: shop, containers: [{name: operator, image: "shop:1"}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: shop}
rules: [{apiGroups: [apps], resources: [daemonsets], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: shop}
subjects: [{kind: ServiceAccount, name: shop}]
""",
            note="the program that is deployed here may start the pods that the policy is for",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report selectors that no pod of the repository matches, where pods are deployed beside the policy."""
    cluster = project.cluster
    operators = _operators(project)
    for policy in cluster.facts(PolicyDefined):
        selectors = [(policy.selector, policy.selector_span, "so it protects none of them")]
        selectors += [(peer, where, "so this rule lets nobody through") for peer, where in policy.peers]
        for selector, where, result in selectors:
            # A peer with labels of a kind that no pod here has is one of another repository.
            if selector is not policy.selector and not cluster.knows_labels(selector):
                continue
            if not cluster.finds_nothing(selector, policy):
                continue
            if any(pods.service_account in operators for pods in cluster.beside(policy.path, PodsDefined)):
                continue  # a program beside the policy starts pods that no manifest shows
            near = cluster.nearest(selector, policy)
            yield rule.finding(
                where,
                f"no pod of this repository carries the labels that this selector asks for, {result}",
                subject=f"NetworkPolicy {policy.name}",
                related=(Location(near.span, f"{near.kind} `{near.name}` has other labels"),) if near else (),
            )


def _operators(project: Project) -> set[str]:
    """The service accounts that may start pods."""
    cluster = project.cluster
    makers = {(role.kind, role.name) for role in cluster.facts(RoleDefined) if role.makes_pods}
    return {
        name
        for binding in cluster.facts(BindingDefined)
        if binding.role in makers
        for kind, _, name, _ in binding.subjects
        if kind == "ServiceAccount" and name
    }
