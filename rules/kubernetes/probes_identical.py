"""kubernetes/probes-identical: liveness asks the same question as readiness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.kubernetes import at, containers

RULE = define(
    summary="the liveness probe asks what the readiness probe asks",
    why="""
Readiness fails when a dependency is away, and should then only take the pod out of the load balancer. With the same
question for liveness, asked as impatiently, all pods are restarted at once, which makes a short outage of the database
a long one.
""",
    remedy="Ask for liveness only whether the process itself still works, or give it a much higher `failureThreshold`.",
    severity="note",
    kinds=("kubernetes",),
    tags=("reliability",),
    equivalents=("kube-score:pod-probes-identical", "kyverno:ensure-probes-different"),
    packs=("strict",),
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
      readinessProbe: {httpGet: {path: /health, port: 8000}, initialDelaySeconds: 5}
      livenessProbe:  # <-- here
        httpGet: {path: /health, port: 8000}
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
      readinessProbe: {httpGet: {path: /ready, port: 8000}}
      livenessProbe: {httpGet: {path: /live, port: 8000}}
    - name: proxy
      image: proxy:1
      livenessProbe: {tcpSocket: {port: 80}}
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
      readinessProbe: {httpGet: {path: /health, port: 8000}, periodSeconds: 5}
      livenessProbe: {httpGet: {path: /health, port: 8000}, periodSeconds: 10, failureThreshold: 6}
""",
            note="the pod is out of the load balancer long before it is restarted",
        ),
    ),
)

_HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Compare what the two probes of each container ask, and for how long they may fail."""
    for container in containers(document):
        ready, live = (
            at(document.data, *container.route, probe) for probe in ("readinessProbe", "livenessProbe")
        )
        if not isinstance(ready, dict) or not isinstance(live, dict):
            continue
        if _patience(live) >= 2 * _patience(ready):
            continue
        asked = [(ready.get(handler), live.get(handler)) for handler in _HANDLERS]
        if any(one for one, _ in asked) and all(one == other for one, other in asked):
            yield rule.finding(
                document.key_span((*container.route, "livenessProbe")),
                f"{container.called} is restarted whenever it is not ready: both probes ask the same",
                subject=container.name,
                related=(
                    Location(document.key_span((*container.route, "readinessProbe")), "the other probe"),
                ),
            )


def _patience(probe: dict[str, Any]) -> int:
    """For how many seconds a probe may fail."""
    period, failures = probe.get("periodSeconds"), probe.get("failureThreshold")
    return (period if isinstance(period, int) else 10) * (failures if isinstance(failures, int) else 3)
