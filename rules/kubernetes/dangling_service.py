"""kubernetes/dangling-service: a Service whose selector matches no pod."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, NOT_DEPLOYED, TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.kubernetes import ServiceDefined

_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector:  # <-- here
    app: shop-api
"""
_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop, tier: web}}
    spec: {containers: [{name: api, image: "shop:1"}]}
"""
_FINE = _SERVICE.replace("  # <-- here", "").replace("shop-api", "shop")

RULE = define(
    summary="a Service selects no pod",
    why="""
The Service has no endpoints, so every connection to it is refused or hangs. Nothing reports it: the object is
valid, and a typo in one label is enough.
""",
    remedy="Use the labels of the pod template in `spec.selector`.",
    severity="warning",
    confidence="medium",
    scope="project",
    kinds=("kubernetes",),
    paths_ignore=(*TESTS, *DOCS, *NOT_DEPLOYED),
    tags=("correctness",),
    equivalents=(
        "kics:service_does_not_target_pod",
        "kube-linter:dangling-service",
        "kube-score:service-targets-pod",
        "gatekeeper:uniqueserviceselector",
    ),
    packs=("recommended", "production"),
    examples=(
        bad(_SERVICE + "---\n" + _PODS),
        bad(
            {"k8s/service.yaml": _SERVICE, "k8s/deployment.yaml": _PODS}, note="across the files of a folder"
        ),
        bad(
            {
                "k8s/service.yaml": _SERVICE,
                "k8s/deployment.yaml": _PODS,
                "k8s/monitor.yaml": (
                    "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: shop}\n"
                ),
            },
            note="a resource beside it that speaks of something else",
        ),
        bad(
            {
                "base/kustomization.yaml": "resources: [service.yaml, pods/deployment.yaml]\n",
                "base/service.yaml": _SERVICE,
                "base/pods/deployment.yaml": _PODS,
            },
            note="across what a kustomization deploys",
        ),
        bad(
            _SERVICE.replace("app: shop-api", "app: shop\n    teir: web") + "---\n" + _PODS,
            note="a slip of the pen in the key of a label",
        ),
        good(
            _FINE + '    shop-active: "true"\n---\n' + _PODS,
            note="a label that a program writes, beside those that lead to the pods",
        ),
        good(_FINE + "---\n" + _PODS),
        good(
            {"k8s/shop/service.yaml": _FINE, "k8s/pods/deployment.yaml": _PODS}, note="the pods are elsewhere"
        ),
        good(_SERVICE.replace("  # <-- here", ""), note="no manifest shows any pods"),
        good(
            {
                "metrics/service.yaml": _FINE.replace("app: shop\n", "app.kubernetes.io/name: exporter\n"),
                "metrics/shop.yaml": _PODS,
            },
            note="a chart that the repository does not hold makes the pods",
        ),
        good(
            {
                "pkg/testdata/service.yaml": _SERVICE.replace("  # <-- here", ""),
                "pkg/testdata/deployment.yaml": _PODS,
            },
            note="data of a test, deployed nowhere",
        ),
        good(
            {
                "db/service.yaml": _FINE.replace("app: shop\n", "cnpg.io/cluster: shop\n"),
                "db/deployment.yaml": _PODS,
            },
            note="an operator makes the pods",
        ),
        good(
            {
                "metrics/service.yaml": _SERVICE.replace("  # <-- here", ""),
                "metrics/shop.yaml": _PODS,
                "metrics/collector.yaml": (
                    "apiVersion: monitoring.example.com/v1\nkind: Collector\n"
                    "metadata: {name: shop, labels: {app: shop-api}}\nspec: {replicas: 2}\n"
                ),
            },
            note="an operator makes pods for a resource with these labels",
        ),
        good(
            {
                "store/dashboard.yaml": _SERVICE.replace("  # <-- here", "").replace(
                    "shop-api", "rook-ceph-mgr"
                ),
                "store/tools.yaml": _PODS,
                "store/cluster.yaml": (
                    "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata: {name: shop}\nspec: {mgr: {count: 2}}\n"
                ),
            },
            note="pods of the resource beside it, as the words of its kind tell",
        ),
        good(
            {
                "shop/service.yaml": _SERVICE.replace("  # <-- here", ""),
                "shop/deployment.yaml": _PODS,
                "shop/release.yaml": (
                    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop-api}\n"
                    "spec: {chart: {spec: {chart: shop-api}}}\n"
                ),
            },
            note="a release of a chart makes more pods",
        ),
        good(
            {
                "shop/service.yaml": _SERVICE.replace("  # <-- here", ""),
                "shop/deployment.yaml": _PODS,
                "shop/api.jsonnet": "{ kind: 'Deployment' }\n",
            },
            note="a program writes more manifests",
        ),
        good(
            {
                "chart/Chart.yaml": "name: shop\nversion: 1.0.0\n",
                "chart/templates/service.yaml": _SERVICE.replace("  # <-- here", ""),
                "chart/templates/job.yaml": _PODS,
            },
            note="other objects of a Helm chart are templates",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report selectors that no pod of the repository matches, where pods are deployed beside the Service."""
    cluster = project.cluster
    for service in cluster.facts(ServiceDefined):
        if service.external or service.selector is None:
            continue
        if not cluster.finds_nothing(service.selector, service):
            continue
        near = cluster.nearest(service.selector, service)
        # Pods with none of the labels are of other programs: those that the selector means come from elsewhere.
        if near is None or not any(key in cluster.labels(near) for key, _ in service.selector.labels):
            continue
        yield rule.finding(
            service.selector_span,
            f"no pod carries the labels that Service `{service.name}` selects, so it has no endpoints",
            subject=f"Service {service.name}",
            related=(Location(near.span, f"{near.kind} `{near.name}` has other labels"),),
        )
