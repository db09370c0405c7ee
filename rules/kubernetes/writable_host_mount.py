"""kubernetes/writable-host-mount: a directory of the node that a container may write to."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.formats import each_mapping
from lintkit.api.kubernetes import at, containers, pod_spec_route

RULE = define(
    summary="a container may write to a directory of its node",
    why="""
What a container writes on the node outlives it and is seen by every other pod with the path: an intruder leaves a
program for cron or the kubelet there. Reading is mostly all that an agent needs.
""",
    remedy="Set `readOnly: true` on the mount, or use a PersistentVolumeClaim.",
    severity="note",
    kinds=("kubernetes",),
    tags=("security", "CWE-668"),
    equivalents=(
        "kics:volume_mount_with_os_directory_write_permissions",
        "kube-linter:writable-host-mount",
        "kyverno:ensure-readonly-hostpath",
    ),
    packs=("strict", "security"),
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
      volumeMounts:
        - name: logs  # <-- here
          mountPath: /logs
  volumes:
    - name: logs
      hostPath: {path: /srv/logs}
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
      volumeMounts:
        - {name: logs, mountPath: /logs, readOnly: true}
        - {name: data, mountPath: /data}
  volumes:
    - name: logs
      hostPath: {path: /srv/logs}
    - name: data
      emptyDir: {}
"""
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report mounts of `hostPath` volumes that are not read-only."""
    pod = pod_spec_route(document.data)
    if pod is None:
        return
    volumes = each_mapping(document.data, *pod, "volumes")
    host = {str(v.get("name")): route for route, v in volumes if isinstance(v.get("hostPath"), dict)}
    for container in containers(document):
        for route, mount in each_mapping(document.data, *container.route, "volumeMounts"):
            volume = host.get(str(mount.get("name")))
            if volume is None or mount.get("readOnly") is True:
                continue
            path = at(document.data, *volume, "hostPath", "path")
            yield rule.finding(
                document.span(route),
                f"{container.called} may write to `{path}` of its node",
                subject=f"{container.name} {mount.get('name')}",
                related=(Location(document.span((*volume, "hostPath")), "the directory"),),
            )
