"""kubernetes/probe-port-mismatch: a probe that asks for a port which the container does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import DOCS, TESTS, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.parse.kubernetes import containers

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
        "gatekeeper:host-probes-lifecycle",
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
          port: 9000  # <-- here
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
      readinessProbe: {tcpSocket: {port: 8000}}
    - name: undeclared
      image: shop:1
      livenessProbe: {tcpSocket: {port: 8000}}
    - name: patched
      livenessProbe: {tcpSocket: {port: http}}
""",
            note="numbers need not be declared where no port is",
        ),
    ),
)

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report probe ports that are neither the name nor the number of a declared port."""
    for container in containers(document):
        data = _at(document.data, container.route)
        declared = data.get("ports")
        ports = [port for port in declared if isinstance(port, dict)] if isinstance(declared, list) else []
        names = {port.get("name") for port in ports}
        numbers = {port.get("containerPort") for port in ports}
        if not data.get("image") and not ports:
            continue  # a patch, whose ports are those of the object that it changes
        for probe in _PROBES:
            for how in ("httpGet", "tcpSocket", "grpc"):
                route: Route = (*container.route, probe, how, "port")
                port = _at(document.data, route)
                if port is None or isinstance(port, bool) or port in names or port in numbers:
                    continue
                if isinstance(port, str) and port.isdigit() and int(port) in numbers:
                    continue
                named = isinstance(port, str) and not port.isdigit() and "$" not in port and "{" not in port
                if not named and (not ports or not isinstance(port, int)):
                    continue
                yield rule.finding(
                    document.span(route),
                    f"`{probe}` asks for port `{port}`, which container `{container.name}` does not declare",
                    subject=f"{container.name} {probe}",
                    severity=None if named else "note",
                    confidence=None if named else "low",
                )


def _at(data: Any, route: Route) -> Any:
    for part in route:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data
