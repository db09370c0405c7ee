"""kubernetes/default-service-account: a pod that shares the account of all that name none."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import at, pod_spec_routes

RULE = define(
    summary="a pod runs under the default service account",
    why="""
All pods of a namespace that name none share `default`, so a right that one of them needs is given to all. A token that
leaks does not say which program lost it.
""",
    remedy="""
Create a ServiceAccount for the program and name it in `serviceAccountName`. Where `default` itself is written down, set
its `automountServiceAccountToken` to false, so that no pod gets a token by accident.
""",
    severity="note",
    kinds=("kubernetes",),
    tags=("security",),
    equivalents=(
        "kics:service_account_name_undefined_or_empty",
        "kube-linter:default-service-account",
        "checkov:CKV_K8S_41",
    ),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:  # <-- here
  containers: [{name: api, image: "shop:1"}]
"""
        ),
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers: [{name: api, image: "shop:1"}]
  serviceAccountName: ""  # <-- here
---
apiVersion: v1
kind: Pod
metadata: {name: cart}
spec:
  serviceAccountName: default  # <-- here
  containers: [{name: api, image: "cart:1"}]
"""
        ),
        bad(
            """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: default  # <-- here
imagePullSecrets: [{name: registry}]
""",
            note="the account itself, which gives its token to whoever names none",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  serviceAccountName: shop
  containers: [{name: api, image: "shop:1"}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default}
automountServiceAccountToken: false
"""
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  automountServiceAccountToken: false
  containers: [{name: api, image: "shop:1"}]
""",
            note="without a token the account is only a name",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report pods that name no account of their own, and the account `default` where it gives its token away."""
    data = document.data
    if (
        at(data, "kind") == "ServiceAccount"
        and at(data, "metadata", "name") == "default"
        and data.get("automountServiceAccountToken") is not False
    ):
        yield rule.finding(
            document.span(("metadata", "name")),
            "`default` gives its token to every pod that names no account",
            subject="ServiceAccount/default",
        )
    for route in pod_spec_routes(data):
        pod = at(data, *route)
        containers = pod.get("containers")
        deployed = isinstance(containers, list) and any(at(item, "image") for item in containers)
        if not deployed or pod.get("automountServiceAccountToken") is False:
            continue
        field = "serviceAccountName" if "serviceAccountName" in pod else "serviceAccount"
        if pod.get(field) not in (None, "", "default"):
            continue
        yield rule.finding(
            document.span((*route, field)) if field in pod else document.key_span(route),
            "the pod shares the service account `default` with every other pod that names none",
            subject=f"{data['kind']}/{at(data, 'metadata', 'name')}",
        )
