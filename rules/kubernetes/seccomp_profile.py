"""kubernetes/seccomp-profile: a container without the filter of system calls."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.kubernetes import at, containers, is_windows, pod_spec_route

# How profiles were named before there was a field for them.
_OF_POD = "seccomp.security.alpha.kubernetes.io/pod"
_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"

RULE = define(
    summary="a container runs without the system call filter",
    why="""
Kubernetes runs containers without the runtime's seccomp filter unless it is asked for, so some 50 system calls that
exploits of the kernel begin with are open. One unpatched bug is then enough to leave the container.
""",
    remedy="Set `securityContext.seccompProfile.type: RuntimeDefault` for the pod.",
    severity="note",
    kinds=("kubernetes",),
    tags=("security",),
    equivalents=(
        "kics:seccomp_profile_is_not_configured",
        "checkov:CKV_K8S_31",
        "semgrep:seccomp-confinement-disabled@k8s",
        "kube-score:container-seccomp-profile",
        "polaris:linuxHardening",
        "kyverno:restrict-seccomp",
        "kyverno:restrict-seccomp-strict",
        "gatekeeper:seccomp",
        "gatekeeper:seccompv2",
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
    - name: worker
      image: shop:1
      securityContext:
        seccompProfile:
          type: Unconfined  # <-- here
"""
        ),
        bad(
            """\
apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations:
    seccomp.security.alpha.kubernetes.io/defaultProfileName: runtime/default
    container.seccomp.security.alpha.kubernetes.io/worker: runtime/default
spec:
  containers:
    - name: api  # <-- here
      image: shop:1
    - name: worker
      image: shop:1
""",
            note="the first annotation is one of policies, the second is for another container",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata:
  name: shop
  annotations:
    seccomp.security.alpha.kubernetes.io/pod: runtime/default
spec:
  containers: [{name: api, image: "shop:1"}]
""",
            note="the annotation of older clusters",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext:
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: api
      image: shop:1
    - name: worker
      image: shop:1
      securityContext:
        seccompProfile: {type: Localhost, localhostProfile: worker.json}
"""
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  nodeSelector: {kubernetes.io/os: windows}
  containers: [{name: api, image: "shop:1"}]
""",
            note="Windows has no such filter",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report `Unconfined` where it is written, and containers for which nothing is."""
    pod = pod_spec_route(document.data)
    if pod is None or is_windows(at(document.data, *pod)):
        return
    pod_field: Route = (*pod, "securityContext", "seccompProfile", "type")
    pod_type = at(document.data, *pod_field)
    if pod_type == "Unconfined":
        yield rule.finding(
            document.span(pod_field),
            "`Unconfined` switches the system call filter off for the pod",
            subject="pod",
        )
    annotations = at(document.data, *pod[:-1], "metadata", "annotations")
    named = {str(name) for name in annotations} if isinstance(annotations, dict) else set()
    for container in containers(document):
        field: Route = (*container.route, "securityContext", "seccompProfile", "type")
        own = at(document.data, *field)
        if own == "Unconfined":
            yield rule.finding(
                document.span(field),
                f"`Unconfined` switches the system call filter off for {container.called}",
                subject=container.name,
            )
        elif (
            own is None
            and pod_type is None
            and not {_OF_POD, _OF_CONTAINER + container.name} & named
            and at(document.data, *container.route, "image")
        ):
            yield rule.finding(
                document.span(container.route),
                f"{container.called} runs without the system call filter of the runtime",
                subject=container.name,
            )
