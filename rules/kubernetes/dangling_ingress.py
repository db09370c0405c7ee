"""kubernetes/dangling-ingress: an Ingress or route that sends requests to a Service that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.kubernetes import BackendUsed, ServiceDefined

_INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: shop-web  # <-- here
                port:
                  number: 80
"""
_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports: [{name: http, port: 80}]
"""
_FINE = _INGRESS.replace("shop-web  # <-- here", "shop")

RULE = define(
    summary="an Ingress sends requests to a Service that is not there",
    why="""
The controller has nowhere to send the requests and answers 503, or 404 from its default backend. The object is
accepted all the same, so it shows only when somebody calls.
""",
    remedy="Name the Service and one of its ports as they are called there.",
    severity="warning",
    confidence="medium",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("correctness",),
    equivalents=(
        "kube-linter:dangling-ingress",
        "kube-score:ingress-targets-service",
        "gatekeeper:uniqueingresshost",
    ),
    packs=("strict", "production"),
    examples=(
        bad(_INGRESS + "---\n" + _SERVICE),
        bad({"k8s/ingress.yaml": _INGRESS, "k8s/service.yaml": _SERVICE}),
        bad(
            {
                "k8s/ingress.yaml": _FINE.replace("number: 80", "number: 8080  # <-- here"),
                "k8s/service.yaml": _SERVICE,
            },
            note="the Service has no such port",
        ),
        bad(
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec:
  rules:
    - backendRefs:
        - name: shop-web  # <-- here
          port: 80
---
"""
            + _SERVICE,
        ),
        good({"edge/ingress.yaml": _FINE, "apps/service.yaml": _SERVICE}),
        good({"k8s/ingress.yaml": _FINE.replace("number: 80", "name: http"), "k8s/service.yaml": _SERVICE}),
        good(_INGRESS.replace("  # <-- here", ""), note="no manifest shows any Service"),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report Services that the repository does not have, where others are deployed beside; then ports."""
    cluster = project.cluster
    for backend in cluster.facts(BackendUsed):
        if cluster.is_open(backend.path) or "$" in backend.service:
            continue
        service = cluster.service(backend.service, backend)
        if service is None:
            if any(cluster.beside(backend.path, ServiceDefined)):
                yield rule.finding(
                    backend.span,
                    f"`{backend.owner}` sends requests to Service `{backend.service}`, which is not there",
                    subject=f"{backend.owner} {backend.service}",
                )
            continue
        known = {text for name, number in service.ports for text in (name, str(number))}
        if service.external or not service.ports or backend.port in ("", "use-annotation"):
            continue
        if not cluster.near(service.path, backend.path):
            continue  # one of the same name may be another program's
        if backend.port_span is not None and backend.port not in known:
            yield rule.finding(
                backend.port_span,
                f"Service `{backend.service}` has no port `{backend.port}` for `{backend.owner}`",
                subject=f"{backend.owner} {backend.service} {backend.port}",
                related=(Location(service.span, "the Service"),),
            )
