"""kubernetes/shared-service-account: several programs run under one account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.kubernetes import PodsDefined

_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      serviceAccountName: shop
      containers: [{name: api, image: "shop:1"}]
"""
_OTHER = _PODS.replace("name: shop}", "name: cart}")

RULE = define(
    summary="several programs share a service account",
    why="""
What one of them may do, all may: the rights add up over time, and in the audit log nobody can tell which of the
programs read the Secret.
""",
    remedy="Give each program a ServiceAccount of its own.",
    severity="note",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("security",),
    equivalents=("kics:shared_service_account",),
    packs=("strict",),
    examples=(
        bad(
            {
                "a.yaml": _PODS,
                "b.yaml": _OTHER.replace("serviceAccountName: shop", "serviceAccountName: shop  # <-- here"),
            }
        ),
        good(
            {
                "a.yaml": _PODS,
                "b.yaml": _OTHER.replace("serviceAccountName: shop", "serviceAccountName: cart"),
            }
        ),
        good({"blue/a.yaml": _PODS, "green/a.yaml": _PODS}, note="the same program twice"),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report the second and each further workload of a folder with one account."""
    cluster = project.cluster
    sharing: defaultdict[tuple[str, str, str], dict[str, PodsDefined]] = defaultdict(dict)
    for pods in cluster.pods:
        if pods.service_account not in ("", "default") and pods.account_span is not None:
            place = pods.path.rpartition("/")[0]
            key = (place, cluster.namespace(pods), pods.service_account)
            sharing[key].setdefault(pods.name, pods)
    for (_, _, account), users in sharing.items():
        first, *others = users.values()
        for pods in others:
            yield rule.finding(
                pods.account_span or pods.span,
                f"{pods.kind} `{pods.name}` has the service account `{account}` of {first.kind} `{first.name}`",
                subject=f"{pods.kind} {pods.name}",
                related=(Location(first.account_span or first.span, "the first that uses it"),),
            )
