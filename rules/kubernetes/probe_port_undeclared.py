"""kubernetes/probe-port-undeclared: a probe asks for a number that is none of the declared ports."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.formats import whole_number
from lintkit.api.kubernetes import at, containers

RULE = define(
    summary="a probe asks for a port that is not declared",
    why="""
`ports` only informs, so the probe works where the program does listen there. Where it does not, a port was changed in
one place and forgotten in the other, and the container is restarted for ever.
""",
    remedy="Declare the port with a name, and let the probe ask for the name.",
    severity="note",
    confidence="low",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=(
        "kube-linter:liveness-port",
        "kube-linter:readiness-port",
        "kube-linter:startup-port",
    ),
    packs=("strict",),
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
      livenessProbe: {tcpSocket: {port: 8000}}
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
      livenessProbe: {tcpSocket: {port: 8000}}
    - name: proxy
      image: proxy:1
      ports: [{containerPort: 8080}]
      livenessProbe: {httpGet: {path: /, port: "8080"}}
""",
            note="a container that declares no ports; a number in quotes",
        ),
    ),
)

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report numbers that are missing among the ports of a container that declares some."""
    for container in containers(document):
        declared = at(document.data, *container.route, "ports")
        numbers = [at(port, "containerPort") for port in declared] if isinstance(declared, list) else []
        if not numbers:
            continue
        for probe in _PROBES:
            for how in ("httpGet", "tcpSocket", "grpc"):
                route: Route = (*container.route, probe, how, "port")
                port = at(document.data, *route)
                number = whole_number(port) if isinstance(port, str) else port
                if not isinstance(number, int) or isinstance(number, bool) or number in numbers:
                    continue
                yield rule.finding(
                    document.span(route),
                    f"`{probe}` asks for port `{number}`, which {container.called} does not declare",
                    subject=f"{container.name} {probe}",
                )
