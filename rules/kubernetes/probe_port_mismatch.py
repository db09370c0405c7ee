"""kubernetes/probe-port-mismatch: a probe that asks for a port which the container does not have."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.formats import is_digits, mappings_at
from lintkit.api.kubernetes import at, containers

RULE = define(
    summary="a probe names a port that the container does not have",
    why="""
The kubelet cannot find the named port, so the probe never succeeds: the container is restarted for ever or never gets
traffic, although the program works.
""",
    remedy="Use the name of one of the container's `ports`.",
    severity="error",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kube-linter:liveness-port",
        "kube-linter:readiness-port",
        "kube-linter:startup-port",
    ),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS),
    examples=(
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      ports: [{name: http, containerPort: 8000}]
      livenessProbe:
        httpGet: {path: /, port: web}  # <-- here
      readinessProbe:
        tcpSocket:
          port: grpc  # <-- here
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
      ports: [{name: http, containerPort: 8000}]
      livenessProbe: {httpGet: {path: /, port: http}}
      readinessProbe: {tcpSocket: {port: 8081}}
    - name: patched
      livenessProbe: {tcpSocket: {port: http}}
""",
            note="a number need not be declared; a patch, whose ports are those of what it changes",
        ),
    ),
)

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report names of ports in probes that none of the container's ports has."""
    for container in containers(document):
        data = at(document.data, *container.route)
        ports = mappings_at(data, "ports")
        if not data.get("image") and not ports:
            continue  # a patch, whose ports are those of the object that it changes
        names = [port.get("name") for port in ports]
        for probe in _PROBES:
            for how in ("httpGet", "tcpSocket"):
                route: Route = (*container.route, probe, how, "port")
                port = at(document.data, *route)
                if not isinstance(port, str) or port in names or is_digits(port) or set("${") & set(port):
                    continue
                yield rule.finding(
                    document.span(route),
                    f"`{probe}` asks for port `{port}`, but no port of {container.called} has that name",
                    subject=f"{container.name} {probe}",
                )
