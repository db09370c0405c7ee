"""kubernetes/run-as-root: a container that may run as root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.kubernetes import at, containers, is_windows, pod_spec_route

RULE = define(
    summary="a container may run as root",
    why="""
Root in a container is root for the kernel: a bug in the runtime, or a directory of the node that is mounted, and it is
root on the node. With `runAsNonRoot` the kubelet refuses to start an image that would run as root.
""",
    remedy="Set `runAsNonRoot: true` for the pod, and a numeric `runAsUser` if the image names its user.",
    severity="note",
    kinds=("kubernetes",),
    tags=("security", "CWE-250"),
    equivalents=(
        "kics:containers_running_as_root",
        "kube-linter:run-as-non-root",
        "checkov:CKV_K8S_23",
        "semgrep:run-as-non-root",
        "semgrep:run-as-non-root-container-level",
        "semgrep:run-as-non-root-container-level-missing-security-context",
        "semgrep:run-as-non-root-security-context-pod-level",
        "semgrep:run-as-non-root-unsafe-value",
        "polaris:runAsRootAllowed",
        "kyverno:require-run-as-nonroot",
        "kyverno:require-run-as-non-root-user",
        "gatekeeper:users",
    ),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: api  # <-- here
          image: shop:1
        - name: proxy
          image: proxy:1
          securityContext:
            runAsUser: 0  # <-- here
        - name: worker
          image: shop:1
          securityContext:
            runAsNonRoot: false  # <-- here
"""
        ),
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext:
    runAsNonRoot: false  # <-- here
  containers:
    - name: api
      image: shop:1
    - name: worker
      image: shop:1
""",
            note="once, where it is written",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext:
    runAsNonRoot: true
  containers:
    - name: api
      image: shop:1
"""
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
      securityContext: {runAsUser: 10001}
    - name: patched
""",
            note="a user that is not root; a patch that names no image",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  hostUsers: false
  containers: [{name: api, image: "shop:1"}]
""",
            note="in a user namespace root is nobody on the node",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  os: {name: windows}
  containers: [{name: api, image: "shop:1"}]
""",
            note="on Windows there is no root",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report what makes a container root, or the container where nothing forbids it."""
    pod = pod_spec_route(document.data)
    if pod is None or at(document.data, *pod, "hostUsers") is False or is_windows(at(document.data, *pod)):
        return
    seen: set[Route] = set()
    for container in containers(document):
        data = at(document.data, *container.route)
        field, value, route = "", None, container.route
        values: dict[str, tuple[Any, Route]] = {}
        for owner in (pod, container.route):  # the container's own setting wins
            context = at(document.data, *owner, "securityContext")
            if isinstance(context, dict):
                for name in ("runAsNonRoot", "runAsUser"):
                    if context.get(name) is not None:
                        values[name] = (context[name], (*owner, "securityContext", name))
        if values.get("runAsNonRoot", (None,))[0] is True:
            continue
        user = values.get("runAsUser")
        if user is not None and (user[0] != 0 or isinstance(user[0], bool)):
            continue
        if user is not None:
            field, (value, route) = "runAsUser", user
        elif "runAsNonRoot" in values:
            field, (value, route) = "runAsNonRoot", values["runAsNonRoot"]
        elif not data.get("image"):
            continue
        if route in seen:
            continue
        seen.add(route)
        shown = "false" if value is False else value
        message = (
            f"`{field}: {shown}` lets the container run as root"
            if field
            else f"nothing keeps {container.called} from running as root"
        )
        yield rule.finding(document.span(route), message, subject=f"{container.name} {field}".rstrip())
