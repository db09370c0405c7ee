"""kubernetes/schema-validation: a field that its kind does not have, or a value of the wrong type."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DOCS, TESTS, Document, Finding, RuleContext, bad, define, good
from lintkit.parse.kubernetes_apis import misfits

RULE = define(
    summary="an object does not follow the schema of its kind",
    why="""
The API server refuses the object, or drops the field with a warning that nobody sees in a pipeline: a probe, a limit or
a security context that is written one level too deep is simply not there.
""",
    remedy="Correct the name, move the field to where it belongs (`kubectl explain` shows it), or quote the value.",
    severity="error",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=("kube-linter:schema-validation",),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: "3"  # <-- here
  selector: {matchLabels: {app: shop}}
  template:
    metadata:
      labels: {app: shop}
      annotations:
        prometheus.io/scrape: true  # <-- here
    spec:
      containers:
        - name: api
          image: shop:1
          imagePullPolice: Always  # <-- here
          env:
            - name: PORT
              value: 8000  # <-- here
      livenessProbe:  # <-- here
        httpGet: {path: /, port: 8000}
""",
            note="a slip of the pen, unquoted values, and a probe of the pod that belongs to the container",
        ),
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      args:
        - --port
        - 8000  # <-- here
      ports:
        - 8000  # <-- here
""",
            note="entries of another type than their list holds",
        ),
        bad(
            """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              serviceName: shop  # <-- here
              servicePort: 80  # <-- here
""",
            note="fields of an older version",
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, creationTimestamp: null}
spec:
  replicas: ${REPLICAS}
  minReadySeconds: <seconds>
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - $patch: replace
        - name: api
          image: shop:1
          ports: [{containerPort: 8000}]
          resources: {limits: {cpu: 1, memory: 1Gi}}
          livenessProbe: {httpGet: {path: /, port: http}}
""",
            note="variables and placeholders, directives of patches, quantities and ports by name",
        ),
        good(
            "apiVersion: example.com/v1\nkind: Shop\nmetadata: {name: shop}\nspec: {anything: [1]}\n",
            note="your own",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report what the published schema of the kind does not allow."""
    data = document.data
    for misfit in misfits(data):
        key = next((part for part in reversed(misfit.route) if isinstance(part, str)), "")
        if misfit.wanted:
            span = document.span(misfit.route)
            place = f"`{key}`"
            if isinstance(misfit.route[-1], int):
                place = f"entry {misfit.route[-1] + 1} of `{key}`"
            message = f"{place} of this {data['kind']} must be {misfit.wanted}"
        else:
            span = document.key_span(misfit.route)
            hint = f"; did you mean `{misfit.nearest}`?" if misfit.nearest else ""
            message = f"a {data['kind']} has no field `{key}` here{hint}"
        name = data["metadata"].get("name") if isinstance(data.get("metadata"), dict) else ""
        subject = f"{data['kind']}/{name} {'.'.join(part for part in misfit.route if isinstance(part, str))}"
        yield rule.finding(span, message, subject=subject)
