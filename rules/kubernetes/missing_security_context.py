"""kubernetes/missing-security-context: a container for which nobody decided what it may do."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.parse.kubernetes import at
from lintkit.select import select_each

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
    for container in select_each(document, "deployed-container"):
        pod = at(document.data, *container.route[:-2])
        if not container.value.get("securityContext") and not at(pod, "securityContext"):
            name = container.extra["name"]
            yield rule.finding(
                document.key_span(container.route),
                f"nothing is decided about what container `{name}` may do: it has no `securityContext`",
                subject=f"{document.data['kind']}/{at(document.data, 'metadata', 'name')} {name}",
            )
