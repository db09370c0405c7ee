"""kubernetes/statefulset-service: a StatefulSet whose pods have no names in DNS."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.kubernetes import ServiceDefined

_SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db  # <-- here
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "postgres:16"}]}
"""
_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
"""
_FINE = _SET.replace("  # <-- here", "")

RULE = define(
    summary="a StatefulSet has no headless Service",
    why="""
The pods of a StatefulSet get their names in DNS from its headless Service. Without one `db-0.db` does not resolve, and
a cluster of databases never finds its members.
""",
    remedy="Set `serviceName` to a Service with `clusterIP: None`.",
    severity="warning",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=TESTS,
    tags=("reliability", "correctness"),
    equivalents=("kics:statefulset_without_service_name", "kube-score:statefulset-has-servicename"),
    packs=("strict", "production"),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db  # <-- here
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "postgres:16"}]}
"""
        ),
        bad({"db.yaml": _SET, "service.yaml": _SERVICE}, note="the Service is not headless"),
        bad(
            {"db.yaml": _SET, "service.yaml": _SERVICE.replace("name: db}", "name: data}")},
            note="it is not there",
        ),
        good(
            {
                "db.yaml": _FINE,
                "services/db.yaml": _SERVICE.replace("{selector", "{clusterIP: None, selector"),
            }
        ),
        good(_FINE, note="no manifest shows any Service"),
        good(
            {"shop/k8s/db.yaml": _FINE, "blog/manifests/service.yaml": _SERVICE},
            note="a Service of the same name that is deployed elsewhere",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report StatefulSets that name no Service, or one that is not headless, or one that is not there."""
    cluster = project.cluster
    for pods in cluster.pods:
        if pods.kind != "StatefulSet" or cluster.is_open(pods.path):
            continue
        subject = f"StatefulSet {pods.name}"
        if not pods.service or pods.service_span is None:
            text = f"the pods of StatefulSet `{pods.name}` have no names in DNS, because it names no `serviceName`"
            yield rule.finding(pods.span, text, subject=subject)
            continue
        service = cluster.service(pods.service, pods)
        if service is None:
            if any(cluster.beside(pods.path, ServiceDefined)):
                text = f"there is no Service `{pods.service}`, so the pods of the StatefulSet have no names in DNS"
                yield rule.finding(pods.service_span, text, subject=subject, confidence="medium")
        elif not service.headless and not service.external and cluster.near(service.path, pods.path):
            yield rule.finding(
                pods.service_span,
                f"Service `{pods.service}` is not headless, so the pods of the StatefulSet have no names in DNS",
                subject=subject,
                related=(Location(service.span, "has an address of its own"),),
            )
