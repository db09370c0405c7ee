"""kubernetes/schema-validation: an object that the API server refuses, or a field that it drops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import DOCS, NOT_DEPLOYED, TESTS, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.formats import text_at
from lintkit.api.kubernetes import at, is_partial, misfits, refusals

RULE = define(
    summary="the API server refuses an object, or drops a field of it",
    why="""
An object without a field that its kind needs, with a value that is out of its range, or with two names that are the
same is refused, and the deployment stops there. A field that does not exist is dropped with a warning that nobody sees
in a pipeline: a probe, a limit or a security context that is written one level too deep is simply not there.
""",
    remedy=(
        "Correct the name or the value, or move the field to where it belongs: `kubectl explain` shows it, and "
        "`kubectl apply --dry-run=server` asks the API server."
    ),
    severity="error",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=("kube-linter:schema-validation",),
    packs=("recommended", "production"),
    paths_ignore=(*TESTS, *DOCS, *NOT_DEPLOYED),
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
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:  # <-- here
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - image: shop:1  # <-- here
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:  # <-- here
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - http:
        paths:
          - path: /  # <-- here
            backend: {service: {name: shop, port: {number: 80}}}
""",
            note="a selector, the name of a container, a maximum and the type of a path are missing",
        ),
        bad(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  initContainers:
    - name: migrate
      image: shop:1
      readinessProbe: {tcpSocket: {port: 80}}  # <-- here
    - name: proxy
      image: proxy:1
      restartPolicy: Always
      readinessProbe: {tcpSocket: {port: 80}}
  containers:
    - name: api
      image: shop:1
      imagePullPolicy: always  # <-- here
      ports: [{name: http, containerPort: 80800}]  # <-- here
      resources:
        limits: {cpu: 1, memory: 1g}  # <-- here
        requests: {cpu: 1500m}  # <-- here
      livenessProbe:
        httpGet: {port: 0}  # <-- here
        successThreshold: 2  # <-- here
      env:
        - name: A=B  # <-- here
        - {name: TOKEN, value: a, valueFrom: {secretKeyRef: {name: shop, key: token}}}  # <-- here
      volumeMounts:
        - {name: cache, mountPath: /cache}
        - {name: data, mountPath: /data}  # <-- here
        - {name: cache, mountPath: /cache}  # <-- here
        - {name: cache, mountPath: /other, subPath: /a}  # <-- here
      securityContext:
        privileged: true
        allowPrivilegeEscalation: false  # <-- here
    - name: api  # <-- here
      image: shop:1
  volumes:
    - name: cache
      emptyDir: {}
      hostPath: {path: /cache}  # <-- here
""",
            note="what no pod may have",
        ),
        bad(
            """\
apiVersion: v1
kind: Service
metadata: {name: shop.api}  # <-- here
spec:
  type: nodeport  # <-- here
  selector: {app: shop}
  ports:
    - port: 80  # <-- here
    - {name: metrics, port: 80}  # <-- here
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:  # <-- here
  selector: {app: shop}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 3 * * 7"  # <-- here
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: report, image: "report:1"}]}}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: shop}
spec:
  accessModes: [ReadWrite]  # <-- here
  resources: {requests: {storage: 10GB}}  # <-- here
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  minAvailable: 1
  maxUnavailable: 1  # <-- here
---
apiVersion: v1
kind: Secret
metadata: {name: shop}
data:
  file name: c2hvcA==  # <-- here
  greeting: good morning!  # <-- here
""",
            note="what no Service, schedule, claim, budget and Secret may have",
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 2
  template: {spec: {containers: [{name: api, volumeMounts: [{name: data, mountPath: /data}]}]}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {type: LoadBalancer}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec: {minReplicas: 2}
""",
            note="patches leave out what the objects have that they change",
        ),
        good(
            """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop}
spec:
  serviceName: shop
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: api
          image: shop:1
          resources: {limits: {cpu: 0.5, memory: 3500m}, requests: {cpu: 500m, ephemeral-storage: 1e9}}
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1.5Gi}}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  clusterIP: None
  selector: {app: shop}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "*/15 0-6/2 1,15 jan-mar MON"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: report, image: "report:1"}]}}}}
---
apiVersion: v1
kind: Secret
metadata: {name: shop}
data: {token: <token>, name: c2hvcA==, key: "ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]", pin: CHANGE_ME}
sops: {version: 3.9.0}
""",
            note="mounts of claims, odd quantities, a headless Service, and what sops and people fill in",
        ),
        good(
            """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {clusterIP: None, selector: {app: shop}, ports: [{port: 55555, targetPort: 0, nodePort: 0}]}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec: {containers: [{name: api, image: "shop:1", ports: [{containerPort: 8000, hostPort: 0}]}]}
""",
            note="zero says of these ports that they are left out",
        ),
        good(
            'apiVersion: v1\nkind: Secret\nmetadata: {name: "shop-((SHOP_NAME))"}\n',
            note="a name that a template fills in",
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
            """\
apiVersion: v1
kind: Namespace
metadata: {name: _}
---
apiVersion: batch/v1
kind: Job
metadata: {name: clean-<node-name>}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: clean, image: "shop:1", ports: [{containerPort: PORT}]}]
---
apiVersion: v1
kind: Secret
metadata: {name: cloud}
data: {key: [YOUR_BASE64_KEY]}
""",
            note="what kustomize or a reader of the file writes there",
        ),
        good(
            "apiVersion: example.com/v1\nkind: Shop\nmetadata: {name: shop}\nspec: {anything: [1]}\n",
            note="your own",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report what the published schema of the kind does not allow, and what the API server refuses besides."""
    data = document.data
    kind = str(data.get("kind")) if isinstance(data, dict) else ""
    whole = not is_partial(document)
    told: set[Route] = set()
    for misfit in misfits(data, whole=whole):
        told.add(misfit.route)
        key = next((part for part in reversed(misfit.route) if isinstance(part, str)), "")
        if misfit.missing:
            span = document.key_span(misfit.route)
            names = " and ".join(f"`{name}`" for name in misfit.missing)
            message = f"{_place(misfit.route, kind)} has no {names}"
        elif misfit.wanted:
            span = document.span(misfit.route)
            place = f"`{key}`"
            if isinstance(misfit.route[-1], int):
                place = f"entry {misfit.route[-1] + 1} of `{key}`"
            message = f"{place} of this {kind} must be {misfit.wanted}"
        else:
            span = document.key_span(misfit.route)
            hint = f"; did you mean `{misfit.nearest}`?" if misfit.nearest else ""
            article = "an" if kind[:1] in "AEIOU" else "a"
            message = f"{article} {kind} has no field `{key}` here{hint}"
        yield rule.finding(span, message, subject=_subject(data, misfit.route))
    for refusal in refusals(data, whole=whole):
        if refusal.route not in told:
            span = document.key_span(refusal.route) if refusal.at_key else document.span(refusal.route)
            yield rule.finding(span, refusal.message, subject=_subject(data, refusal.route))


def _place(route: Route, kind: str) -> str:
    """What stands at a route, in words."""
    if not route:
        return f"this {kind}"
    last = route[-1]
    if isinstance(last, int):
        return f"entry {last + 1} of `{route[-2]}` of this {kind}"
    return f"`{last}` of this {kind}"


def _subject(data: dict[str, Any], route: Route) -> str:
    name = at(data, "metadata", "name")
    parts = [
        part if isinstance(part, str) else _name_of(at(data, *route[: end + 1]))
        for end, part in enumerate(route)
    ]
    return f"{data['kind']}/{name} {'.'.join(part for part in parts if part)}"


def _name_of(item: Any) -> str:
    """What an item of a list is called, which its number would not say for long."""
    return text_at(item, "name") if isinstance(item, dict) else text_at(item)
