"""kubernetes/dashboard: the Kubernetes dashboard is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.formats import list_at
from lintkit.api.kubernetes import at, pod_spec_route

RULE = define(
    summary="the Kubernetes dashboard is deployed",
    why="""
The dashboard acts with its own service account for whoever reaches it. Clusters have been taken over through one that
was open, and the project is archived.
""",
    remedy="Remove it, and use `kubectl` or a dashboard that signs its users in.",
    severity="note",
    kinds=("kubernetes",),
    tags=("security",),
    equivalents=("kics:dashboard_is_enabled", "checkov:CKV_K8S_33"),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: dashboard}
spec:
  template:
    spec:
      containers:
        - name: dashboard
          image: kubernetesui/dashboard:v2.7.0  # <-- here
"""
        ),
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: dashboard}
spec:
  selector: {matchLabels: {k8s-app: kubernetes-dashboard}}
  template:
    metadata:
      labels:
        k8s-app: kubernetes-dashboard  # <-- here
    spec:
      containers: [{name: board, image: "registry.example.com/mirror/board:2.7"}]
""",
            note="a copy of its image under another name, with the label of its manifest",
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: dashboard}
spec:
  template:
    metadata: {labels: {app: dashboard}}
    spec: {containers: [{name: board, image: "grafana/grafana:11.2.0"}]}
""",
            note="another dashboard",
        ),
    ),
)

_IMAGE = re.compile(
    r"(?:^|/)(?:kubernetes-dashboard(?:-(?:amd64|arm64|web|api))?(?:[:@/]|$)|kubernetesui(?:[:@/]|$))"
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report containers of its image, and pods with its label where no image tells."""
    pod = pod_spec_route(document.data)
    if pod is None:
        return
    told = False
    for field in ("initContainers", "containers"):
        for index, item in enumerate(list_at(document.data, *pod, field)):
            image = at(item, "image")
            if isinstance(image, str) and _IMAGE.search(image):
                told = True
                span = document.span((*pod, field, index, "image"))
                message = f"`{image}` is the dashboard, which acts for everyone who reaches it"
                yield rule.finding(span, message, subject=str(at(item, "name")))
    label = (*pod[:-1], "metadata", "labels", "k8s-app")
    if not told and at(document.data, *label) == "kubernetes-dashboard":
        message = "these pods are the dashboard, which acts for everyone who reaches it"
        yield rule.finding(document.span(label), message, subject="k8s-app")
