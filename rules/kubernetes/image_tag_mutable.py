"""kubernetes/image-tag-mutable: an image without a version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import DOCS, EXAMPLES, NOT_DEPLOYED, TESTS, Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import is_official
from lintkit.api.kubernetes import at, containers, triggered_images

RULE = define(
    summary="an image is named without a version",
    why="""
Nodes pull at different times, so pods of one Deployment run different code, and a restart at night is an upgrade that
nobody asked for. Rolling back does nothing, because the old version has the same name.
Names of branches, which pipelines deploy on purpose, names that no registry has, and an operator's own image are told
where `strict` is selected.
""",
    remedy="Write a version or a digest, and let a bot or the pipeline update it.",
    severity="warning",
    kinds=("kubernetes",),
    tags=("reliability",),
    equivalents=(
        "kics:invalid_image",
        "kube-linter:latest-tag",
        "checkov:CKV_K8S_14",
        "kube-score:container-image-tag",
        "polaris:tagNotSpecified",
        "sonar-iac:k8s/SpecificVersionTagCheck",
        "kyverno:disallow-latest-tag",
        "gatekeeper:disallowedtags",
    ),
    packs=("recommended", "production"),
    paths_ignore=(
        *TESTS,
        *EXAMPLES,
        *DOCS,
        *NOT_DEPLOYED,
        "**/hack/**",
        "**/local/**",
        "**/.local/**",
        "**/config/manager/**",
        "**/config/base/manager/**",
        "**/config/default/**",
        "**/config/install*.yaml",
        "**/config/installation/**",
        "**/config/metrics-server/**",
        "**/config/webhook*/**",
    ),
    examples=(
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      initContainers:
        - name: migrate
          image: registry.example.com:5000/shop  # <-- here
      containers:
        - name: api
          image: shop:latest  # <-- here
        - name: proxy
          image: proxy:cpu-latest  # <-- here
        - name: worker
          image: shop:staging  # <-- here
"""
        ),
        bad(
            """\
apiVersion: apps.openshift.io/v1
kind: DeploymentConfig
metadata: {name: shop}
spec:
  triggers: [{type: ImageChange, imageChangeParams: {containerNames: [api], from: {kind: ImageStreamTag, name: "a:1"}}}]
  template:
    spec:
      containers:
        - name: api
          image: shop:latest
        - name: proxy
          image: proxy:latest  # <-- here
""",
            note="the trigger sets the image of another container",
        ),
        bad(
            """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  annotations:
    image.openshift.io/triggers: >-
      [{"from": {"kind": "ImageStreamTag", "name": "shop:1"}, "paused": "true",
        "fieldPath": "spec.template.spec.containers[0].image"}]
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop:latest  # <-- here
""",
            note="a trigger that is paused",
        ),
        good(
            """\
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: registry.example.com:5000/shop:1.4.2
    - name: proxy
      image: proxy@sha256:9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d9f2a7c1d
    - name: variant
      image: shop:1.4-dev
    - name: newest
      image: proxy:v1.37-latest
    - name: filled
      image: ${IMAGE}
    - name: built
      image: shop
    - name: scaffolded
      image: controller:latest
    - name: loaded
      image: registry.example.com/shop:latest
      imagePullPolicy: Never
    - name: blank
      image: registry.example.com/<your-registry>/shop:latest
    - name: nobody
      image: docker.io/your-name/shop
    - name: called
      image: example/shop:latest
""",
            note="also what a tool such as Skaffold builds and fills in, what is never pulled, and a blank to fill in",
        ),
        good(
            {
                "config/manager/manager.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop-operator}
spec: {template: {spec: {containers: [{name: manager, image: "registry.example.com/shop-operator:latest"}]}}}
"""
            },
            note="where kubebuilder's `make deploy` sets the image",
        ),
        good(
            """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  annotations:
    image.openshift.io/triggers: >-
      [{"from": {"kind": "ImageStreamTag", "name": "shop:1"}, "fieldPath": "spec.template.spec.containers[0].image"},
       {"from": {"kind": "ImageStreamTag", "name": "proxy:1"},
        "fieldPath": "spec.template.spec.containers[?(@.name==\\"proxy\\")].image"},
       {"from": {"kind": "ImageStreamTag", "name": "shop:1"},
        "fieldPath": "spec.template.spec.initContainers[0].image"}]
spec:
  template:
    spec:
      initContainers: [{name: migrate, image: "shop:latest"}]
      containers: [{name: api, image: "${NAME}:latest"}, {name: proxy, image: "proxy:latest"}]
---
apiVersion: apps.openshift.io/v1
kind: DeploymentConfig
metadata: {name: db}
spec:
  triggers:
    - type: ImageChange
      imageChangeParams: {automatic: true, containerNames: [db], from: {kind: ImageStreamTag, name: "postgresql:16"}}
  template: {spec: {containers: [{name: db, image: postgresql}]}}
""",
            note="OpenShift writes the digest of an image stream's tag there",
        ),
    ),
)

_UNTAGGED = re.compile(r"[\w.-]+(:\d+)?(/[\w.-]+)+")
_PUBLISHED = frozenset(
    """alpine busybox cassandra debian elasticsearch fedora golang grafana haproxy httpd influxdb java kafka kibana
    mariadb memcached minio mongo mongodb mysql nats neo4j nginx node openjdk php postgres postgresql prometheus python
    rabbitmq redis registry ruby rust tomcat traefik ubuntu vault wordpress zookeeper""".split()  # noqa: SIM905
)
"""Names without a namespace and a tag that are no image which a tool builds and fills in."""
_SCAFFOLDED = "controller:latest"
"""What kubebuilder writes into config/manager/manager.yaml; `make deploy` puts the image that was built there by
`kustomize edit set image controller=...` (pkg/plugins/common/kustomize/v2/scaffolds of kubebuilder)."""
_BLANK = re.compile(
    r"[<>]|(?:^|[/_.-])your(?=[/_.-])|^(?:docker\.io/)?(?:example|username|user)/", re.IGNORECASE
)
"""What the reader of a tutorial puts his own registry or name for."""
_OF_BRANCH = re.compile(r":(?:[\w.-]+-)?(?:main|master|develop|dev|head|trunk)$")
"""Whoever deploys what a branch is at has a pipeline that builds it, and does so on purpose."""
_OPERATOR = re.compile(r"(?:operator|controller|manager)(?::[\w.-]+)?$")
"""In an operator's own repository its release names a version."""
_MOVING = re.compile(
    r":((?!v?\d[\d.]*-)[\w.-]+-)?(latest|main|master|develop|head|edge|nightly)$|:(canary|dev|rolling|stable|staging|trunk|unstable)$"
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each image with neither a version nor a digest, but for those that a trigger sets."""
    triggered = triggered_images(document.data)
    told: set[str] = set()
    for container in containers(document):
        image = container.image
        if _UNTAGGED.fullmatch(image) is None and image not in _PUBLISHED and _MOVING.search(image) is None:
            continue
        if container.route in triggered or image == _SCAFFOLDED or _BLANK.search(image):
            continue
        if not rule.strict and ("${" in image or _OF_BRANCH.search(image) or _OPERATOR.search(image)):
            continue
        if not rule.strict and (image in told or ("/" not in image and not is_official(image))):
            continue  # once for an object, and not for what no registry has
        told.add(image)
        if at(document.data, *container.route, "imagePullPolicy") == "Never":
            continue
        yield rule.finding(
            document.span((*container.route, "image")),
            f"`{image}` names no version, so every pull may bring another image",
            subject=f"{container.name or container.image} image",
        )
