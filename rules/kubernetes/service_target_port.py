"""kubernetes/service-target-port: a Service sends to a port that no container of its pods has."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.formats import is_digits
from lintkit.api.kubernetes import PodsDefined, ServiceDefined

_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  selector: {app: shop}
  ports:
    - port: 80
      targetPort: web  # <-- here
"""
_PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: api
          image: shop:1
          ports: [{name: http, containerPort: 8000}]
"""
_FINE = _SERVICE.replace("web  # <-- here", "http")

RULE = define(
    summary="a Service sends to a port that no container of its pods has",
    why="""
A name that no container port has gives the Service no endpoints, and a number on which nothing listens refuses every
connection. The pods are ready and the Service is valid, so the first sign is a 502 of the ingress.
""",
    remedy="Give `targetPort` the name or the number of a port that the containers declare.",
    severity="error",
    scope="project",
    kinds=("kubernetes",),
    tags=("correctness", "reliability"),
    equivalents=("kics:service_does_not_target_pod",),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS),
    examples=(
        bad({"k8s/service.yaml": _SERVICE, "k8s/deployment.yaml": _PODS}),
        bad(
            _SERVICE.replace("targetPort: web", "targetPort: 8080") + "---\n" + _PODS,
            note="a number, where the containers declare another one",
        ),
        bad(
            {
                "service.yaml": _SERVICE.replace(
                    "port: 80\n      targetPort: web  # <-- here", "port: 80  # <-- here"
                ),
                "deployment.yaml": _PODS,
            },
            note="without `targetPort` it is the port of the Service",
        ),
        good({"k8s/service.yaml": _FINE, "k8s/deployment.yaml": _PODS}),
        good({"k8s/service.yaml": _FINE.replace(": http", ": 8000"), "k8s/deployment.yaml": _PODS}),
        good(
            _FINE.replace(": http", ": 8080")
            + "---\n"
            + _PODS.replace("          ports: [{name: http, containerPort: 8000}]\n", ""),
            note="a number need not be declared",
        ),
        good(
            _FINE.replace(": http", ": 9100\n    - port: 8000") + "---\n" + _PODS,
            note="the ports of the containers are not declared in full, as the other port shows",
        ),
        good(
            _FINE.replace(": http", ": 9100")
            + "---\n"
            + _FINE.replace("name: shop", "name: shop-http")
            + "---\n"
            + _PODS,
            note="nor are they where another Service uses the port that is declared",
        ),
        good(
            _FINE.replace(": http", ": 8080")
            + "---\n"
            + _PODS.replace(
                "    metadata: {labels: {app: shop}}\n",
                '    metadata: {labels: {app: shop}, annotations: {sidecar.istio.io/inject: "true"}}\n',
            ),
            note="an injected container listens there",
        ),
        good({"service.yaml": _SERVICE.replace("  # <-- here", "")}, note="no manifest shows the pods"),
        good(
            {"small/k8s/service.yaml": _SERVICE.replace("  # <-- here", ""), "large/k8s/shop.yaml": _PODS},
            note="the pods of another variant",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report target ports of Services whose pods are known, and none of whose containers declares them."""
    cluster = project.cluster
    for service in cluster.facts(ServiceDefined):
        # Who calls a headless Service gets the addresses of the pods, and no port is translated.
        if service.selector is None or service.headless or cluster.is_open(service.path):
            continue
        pods = list(cluster.selected(service.selector, service))
        if not pods or any(each.injected or each.host_network or not each.images for each in pods):
            continue
        if cluster.made_elsewhere(service.selector):
            continue
        if not any(cluster.together(each, service) for each in pods):
            continue
        missing = [each for each in service.targets if not _is_declared(each[0], pods)]
        if not missing:
            continue
        numbers_known = _declare_all(pods, cluster.selecting(pods))
        for target, span in missing:
            named = isinstance(target, str) and not is_digits(target)
            if not named and not numbers_known:
                continue
            first = pods[0]
            has = f"no port called `{target}`" if named else f"other ports than {target}"
            text = f"Service `{service.name}` reaches nobody: the containers of {first.kind} `{first.name}` have {has}"
            yield rule.finding(
                span,
                text,
                subject=f"Service {service.name} {target}",
                related=[Location(each.span, _ports(each)) for each in pods[:3]],
                severity=None if named else "warning",
                confidence=None if named else "medium",
            )


def _is_declared(target: str | int, pods: list[PodsDefined]) -> bool:
    if isinstance(target, str) and ("$" in target or "{" in target):
        return True  # a template says it
    return any(target in (name, number, str(number)) for each in pods for name, number in each.ports)


def _declare_all(pods: list[PodsDefined], services: list[ServiceDefined]) -> bool:
    """Whether the numbers that containers declare can be taken for all on which they listen.

    They are no more than a hint: where every container declares some, and none of them is the target of any Service of
    these pods, one of the two is wrong.
    """
    declared = {
        value for each in pods for name, number in each.ports for value in (name, number, str(number))
    }
    every = all(each.containers and all(ports for _, ports in each.containers) for each in pods)
    return every and not any(target in declared for service in services for target, _ in service.targets)


def _ports(pods: PodsDefined) -> str:
    shown = ", ".join(f"`{name}` ({number})" if name else str(number) for name, number in pods.ports[:5])
    return f"declares {shown}" if shown else "declares no port"
