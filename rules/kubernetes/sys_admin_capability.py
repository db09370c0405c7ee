"""kubernetes/sys-admin-capability: a capability that is as good as all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import DOCS, EXAMPLES, NOT_DEPLOYED, TESTS, Document, Finding, RuleContext, bad, define, good
from lintkit.api.kubernetes import at, pod_containers, works_on_its_node

RULE = define(
    summary="a container is given CAP_SYS_ADMIN",
    why="""
CAP_SYS_ADMIN lets a process mount filesystems, enter namespaces and load eBPF programs: it is `privileged` under
another name. Known ways out of a container begin with it. An agent of the node whose manifest shows that work is not
reported, nor a container that is privileged anyway.
""",
    remedy="Remove it, or find the narrower capability that the program needs (`strace` shows the call that fails).",
    severity="error",
    kinds=("kubernetes",),
    tags=("security", "CWE-250"),
    equivalents=("kics:containers_with_sys_admin_capabilities", "checkov:CKV_K8S_39"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*TESTS, *EXAMPLES, *DOCS, *NOT_DEPLOYED),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  containers:
    - name: agent
      image: agent:1
      securityContext:
        capabilities:
          add: [NET_ADMIN, SYS_ADMIN]  # <-- here
    - name: other
      image: agent:1
      securityContext:
        capabilities:
          add: [cap_sys_admin]  # <-- here
    - name: third
      image: agent:1
      securityContext:
        capabilities:
          add: ["all"]  # <-- here
"""
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  containers:
    - name: agent
      image: agent:1
      securityContext:
        capabilities: {add: [NET_BIND_SERVICE]}
    - name: other
      image: agent:1
      securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}
""",
            note="the second is privileged, which another rule reports and which holds this capability",
        ),
        good(
            """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: exporter}
spec:
  template:
    spec:
      hostPID: true
      containers:
        - name: exporter
          image: exporter:1
          securityContext: {capabilities: {add: [SYS_ADMIN]}}
          volumeMounts: [{name: sys, mountPath: /host/sys}]
      volumes: [{name: sys, hostPath: {path: /sys}}]
""",
            note="an agent that reads what the kernel shows of the node",
        ),
    ),
)

_AS_GOOD_AS_ALL = re.compile(r"(?i:ALL|(?:CAP_)?SYS_ADMIN)")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report SYS_ADMIN and ALL under `add`, where nothing shows what for."""
    for container in pod_containers(document.data):
        context = container.data.get("securityContext")
        added = at(context, "capabilities", "add")
        if not isinstance(added, list) or at(context, "privileged") in (True, "true"):
            continue
        for index, name in enumerate(added):
            if not isinstance(name, str) or _AS_GOOD_AS_ALL.fullmatch(name) is None:
                continue
            if works_on_its_node(container):
                break
            route = (*container.route, "securityContext", "capabilities", "add", index)
            yield rule.finding(
                document.span(route),
                f"the capability `{name}` amounts to root on the node",
                subject=f"{container.called} {name}",
            )
