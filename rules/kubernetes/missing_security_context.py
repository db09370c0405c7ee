"""kubernetes/missing-security-context: a container for which nobody decided what it may do."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.formats import list_at
from lintkit.api.kubernetes import at, is_patch, pod_spec_routes

RULE = define(
    summary="a container has no security context",
    why="""
Without one the container runs as the image says, mostly as root, with all default capabilities and a writable image.
Nobody has decided that; it is what happens when nothing is written.
""",
    remedy="Add a `securityContext` to the container, or to the pod for what all of its containers share.",
    severity="note",
    kinds=("kubernetes",),
    tags=("security",),
    equivalents=(
        "kics:pod_or_container_without_security_context",
        "checkov:CKV_K8S_29",
        "checkov:CKV_K8S_30",
    ),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api  # <-- here
      image: shop:1
    - name: worker  # <-- here
      image: shop:1
      securityContext: {}
    - name: proxy
      image: proxy:1
      securityContext: {runAsNonRoot: true}
""",
            note="an empty one decides nothing",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      securityContext: {runAsNonRoot: true}
"""
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers: [{name: api, image: "shop:1"}]
""",
            note="the pod's counts for all of its containers",
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: api, env: [{name: MODE, value: fast}]}]}}}
""",
            note="a patch, which sets nothing but what it changes",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report deployed containers without a setting of their own or of their pod."""
    data = document.data
    for pod in () if is_patch(data) else pod_spec_routes(data):
        if at(data, *pod, "securityContext"):
            continue
        for field in ("initContainers", "containers"):
            for index, item in enumerate(list_at(data, *pod, field)):
                if not isinstance(item, dict) or item.get("securityContext"):
                    continue
                name = item.get("name") or item.get("image") or index
                yield rule.finding(
                    document.key_span((*pod, field, index)),
                    f"nothing is decided about what container `{name}` may do: it has no `securityContext`",
                    subject=f"{data['kind']}/{at(data, 'metadata', 'name')} {name}",
                )
