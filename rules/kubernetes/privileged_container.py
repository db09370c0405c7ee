"""kubernetes/privileged-container: a container with all rights on its node, for no reason that shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import DOCS, EXAMPLES, NOT_DEPLOYED, TESTS, Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import PodContainer, at, pod_containers, works_on_its_node

_AGENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      containers:
        - name: agent
          image: agent:1
          securityContext: {privileged: true}
          volumeMounts: [{name: host, mountPath: /host}]
      volumes: [{name: host, hostPath: {path: /var/lib/kubelet/device-plugins}}]
"""

RULE = define(
    summary="a container runs privileged",
    why="""
A privileged container has every capability and all devices of its node. Whoever breaks into it owns the node, and with
the node's credentials every pod and Secret on it. Drivers of storage, networks and devices cannot do without it; what
the manifest shows to be one (folders of the kubelet or the kernel in a pod of each node, mounts that go back to the
node, programs such as `nsenter`) is not reported.
Runtimes and builders of containers (`dind`, BuildKit) are told where `strict` is selected.
""",
    remedy="Remove `privileged` and add the one capability that is needed under `capabilities.add`.",
    severity="error",
    kinds=("kubernetes",),
    tags=("security", "CWE-250"),
    equivalents=(
        "kics:container_is_privileged",
        "kube-linter:privileged-container",
        "checkov:CKV_K8S_16",
        "semgrep:privileged-container",
        "kube-score:container-security-context-privileged",
        "polaris:runAsPrivileged",
        "sonar-iac:k8s/ContainerPrivilegedModeCheck",
        "kyverno:disallow-privileged-containers",
        "gatekeeper:privileged-containers",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=(*TESTS, *EXAMPLES, *DOCS, *NOT_DEPLOYED, "**/hack/**"),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: agent}
spec:
  template:
    spec:
      containers:
        - name: agent
          image: agent:1.4
          securityContext:
            privileged: true  # <-- here
"""
        ),
        bad(
            _AGENT.replace("kind: DaemonSet", "kind: Deployment").replace(
                "{privileged: true}", "{privileged: true}  # <-- here"
            ),
            note="a pod that runs anywhere, with a folder of the kubelet",
        ),
        bad(
            _AGENT.replace("/var/lib/kubelet/device-plugins", "/srv/data").replace(
                "{privileged: true}", "{privileged: true}  # <-- here"
            ),
            note="a folder of its own on each node needs no such rights",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  containers:
    - name: agent
      image: agent:1.4
      securityContext:
        privileged: false
"""
        ),
        good(_AGENT, note="a plugin of the kubelet on each node"),
        good(
            """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: driver}
spec:
  template:
    spec:
      initContainers:
        - name: kernel
          image: busybox:1.37
          command: [sysctl, -w, vm.max_map_count=262144]
          securityContext: {privileged: true}
      containers:
        - name: driver
          image: driver:1
          securityContext: {privileged: true}
          volumeMounts: [{name: pods, mountPath: /pods, mountPropagation: Bidirectional}]
      volumes: [{name: pods, hostPath: {path: /data/pods}}]
""",
            note="a setting of the node's kernel, and mounts that the node is to see",
        ),
    ),
)


_RUNS_CONTAINERS = re.compile(r"(?<![a-z])(?:dind|dockerd|buildkitd?)(?![a-z])")
"""Runtimes and builders of containers, which cannot do without all rights (docs.docker.com, image `docker`)."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report `privileged: true` of containers whose manifest does not show work on the node."""
    for container in pod_containers(document.data):
        value = at(container.data, "securityContext", "privileged")
        if value not in (True, "true") or works_on_its_node(container):
            continue
        if not rule.strict and _RUNS_CONTAINERS.search(_words(container)):
            continue
        route = (*container.route, "securityContext", "privileged")
        yield rule.finding(
            document.span(route),
            f"`privileged: {str(value).lower()}` gives the container every capability and all devices of its node",
            subject=f"{container.called} privileged",
        )


def _words(container: PodContainer) -> str:
    """The image of a container and what it runs."""
    data = container.data
    parts = (data.get("image"), *(at(data, "command") or ()), *(at(data, "args") or ()))
    return "\n".join(part for part in parts if isinstance(part, str))[:20_000]
