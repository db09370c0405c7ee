"""kubernetes/low-uid: a user id that may be somebody's on the node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.kubernetes import at, security_contexts

RULE = define(
    summary="a container runs under a user id that may be one of the node",
    why="""
A user id below 10000 is likely to be somebody on the node as well, such as a daemon with files of its own. Should the
process leave the container, or write to a directory of the node, it is that user there.
""",
    remedy="Build the image with a user id of 10000 or more, and name it in `runAsUser`.",
    severity="note",
    kinds=("kubernetes",),
    tags=("security",),
    equivalents=(
        "kics:containers_run_with_low_uid",
        "checkov:CKV_K8S_40",
        "kube-score:container-security-context-user-group-id",
    ),
    packs=("strict",),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext:
    runAsUser: 1000  # <-- here
  containers:
    - name: api
      image: shop:1
      securityContext:
        runAsUser: 0  # <-- here
        runAsGroup: 33  # <-- here
    - name: worker
      image: shop:1
"""
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext: {runAsUser: 10001, runAsGroup: 10001}
  containers: [{name: api, image: "shop:1"}]
"""
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext: {runAsUser: 1000}
  containers: [{name: api, image: "shop:1", securityContext: {runAsUser: 10001}}]
""",
            note="every container has a user of its own",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  hostUsers: false
  securityContext: {runAsUser: 0}
  containers: [{name: api, image: "shop:1"}]
""",
            note="in a user namespace no id is one of the node",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the ids that some container really runs under, wherever an object holds a pod."""
    for context in security_contexts(document.data):
        if _own_users(document.data, context.route):
            continue
        for field in ("runAsUser", "runAsGroup"):
            value = context.data.get(field)
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10_000:
                continue
            if _all_override(context.owner, field):
                continue
            what = "user" if field == "runAsUser" else "group"
            yield rule.finding(
                document.span((*context.route, field)),
                f"`{field}: {value}` may be a {what} of the node as well",
                subject=f"{context.container or 'pod'} {field}",
            )


def _own_users(data: Any, route: Route) -> bool:
    """Whether the pod around a security context has a user namespace of its own."""
    pods = (at(data, *route[:end]) for end in range(len(route)))
    return any(isinstance(pod, dict) and pod.get("hostUsers") is False for pod in pods)


def _all_override(owner: dict[str, Any], field: str) -> bool:
    """Whether a pod's own setting reaches none of its containers."""
    lists = (owner.get(name) for name in ("initContainers", "containers"))
    items = [item for found in lists if isinstance(found, list) for item in found]
    return bool(items) and all(at(item, "securityContext", field) is not None for item in items)
