"""kubernetes/helm-release-secret: a credential in what Flux, Argo CD or k3s hand to a chart or a kustomization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import NOT_A_SERVICE, Document, Finding, Route, RuleContext, Span, bad, define, good
from lintkit.api.formats import list_at, scalar_span
from lintkit.api.kubernetes import at
from lintkit.api.secrets import Verdict, chart_secrets, chart_secrets_of_text, value_secret
from lintkit.api.words import is_for_developers

RULE = define(
    summary="a credential is handed to a chart as plain text",
    why="""
Whoever reads the repository has the credential, and so does whoever may read the release or the application in the
cluster, which are shown to many more people than Secrets are.
""",
    remedy="""
Refer to a Secret that the repository does not hold (`existingSecret`, `valuesFrom`, `substituteFrom`), and replace the
credential: it is in the history.
""",
    severity="error",
    kinds=("kubernetes",),
    tags=("security", "secrets", "helm", "CWE-798"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/.ci/**", "**/.github/**"),
    examples=(
        bad(
            """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: db}
spec:
  chart: {spec: {chart: postgresql}}
  values:
    auth:
      username: shop
      postgresPassword: blue-whale-41  # <-- here
""",
            note="a release of Flux",
        ),
        bad(
            """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: db}
spec:
  source:
    chart: postgresql
    helm:
      parameters:
        - name: auth.password
          value: blue-whale-41  # <-- here
        - {name: auth.username, value: shop}
  sources:
    - helm:
        valuesObject: {auth: {password: blue-whale-41}}  # <-- here
    - helm:
        values: |
          auth:
            username: shop
            password: blue-whale-41  # <-- here
""",
            note="an application of Argo CD: parameters, an object, and a text that is YAML",
        ),
        bad(
            """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop}
spec:
  path: ./shop
  postBuild:
    substitute:
      region: eu
      db_password: blue-whale-41  # <-- here
""",
            note="a variable of a kustomization of Flux",
        ),
        bad(
            """\
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: db}
spec:
  set: {auth.password: blue-whale-41}  # <-- here
  valuesContent: |-
    auth: {password: blue-whale-42}  # <-- here
""",
            note="a chart of k3s",
        ),
        bad(
            {
                "kustomization.yaml": """\
helmCharts:
  - name: postgresql
    releaseName: db
    valuesInline:
      auth: {username: shop, password: blue-whale-41}  # <-- here
      existingSecret: db
"""
            },
            note="a chart that a kustomization inflates",
        ),
        good(
            """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: db}
spec:
  valuesFrom: [{kind: Secret, name: db}]
  values:
    auth:
      existingSecret: db
      secretKeys: {adminPasswordKey: postgres-password}
      password: ${db_password}
      passwordFile: /run/secrets/db
      configSecret: k8s-db2-credentials
    api: {env: [{name: LOG_LEVEL, value: info}]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: db}
spec:
  source:
    helm:
      parameters: [{name: auth.existingSecret, value: db}, {name: auth.password, value: $DB_PASSWORD}]
      values: "auth: {password: <path:kv/db#password>}"
""",
            note="Secrets by name, variables, and what a plugin fills in",
        ),
        good(
            """\
apiVersion: example.com/v1
kind: Shop
metadata: {name: shop}
spec: {values: {password: blue-whale-41}}
""",
            note="a resource that no chart takes values from",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the values that are a credential, where the object hands them on."""
    data = document.data
    if not isinstance(data, dict) or "sops" in data:
        return
    for verdict, finding in _found(document, rule):
        if rule.strict or not verdict.reason.is_made_up or not is_for_developers(document.path):
            yield finding


def _found(document: Document, rule: RuleContext) -> Iterator[tuple[Verdict, Finding]]:
    data = document.data
    yield from _inflated(document, rule)
    if "kind" not in data:
        return
    name = at(data, "metadata", "name")
    for place in _mappings(data):
        yield from _of(document, rule, place, f"{data['kind']}/{name}")
    for place in _texts(data):
        yield from _of_text(document, rule, place, f"{data['kind']}/{name}")
    for place in _parameters(data):
        key, value = at(data, *place, "name"), at(data, *place, "value")
        verdict = value_secret(key.rpartition(".")[2], value) if isinstance(key, str) else None
        if verdict is not None:
            span = scalar_span(document, (*place, "value"), verdict.start, verdict.end)
            yield verdict, _finding(rule, span, key, verdict, f"{data['kind']}/{name} {key}")


def _inflated(document: Document, rule: RuleContext) -> Iterator[tuple[Verdict, Finding]]:
    """The `valuesInline` with which a kustomization inflates charts."""
    for index, chart in enumerate(list_at(document.data, "helmCharts")):
        owner = f"kustomization/{at(chart, 'releaseName') or at(chart, 'name')}"
        yield from _of(document, rule, ("helmCharts", index, "valuesInline"), owner)


def _of(document: Document, rule: RuleContext, place: Route, owner: str) -> Iterator[tuple[Verdict, Finding]]:
    for route, key, verdict in chart_secrets(at(document.data, *place)):
        if len(route) > 2 and route[-3] == "env":
            continue  # the variables of a container, which have a rule of their own
        span = scalar_span(document, (*place, *route), verdict.start, verdict.end)
        yield verdict, _finding(rule, span, key, verdict, f"{owner} {'.'.join(map(str, route))}")


def _of_text(
    document: Document, rule: RuleContext, place: Route, owner: str
) -> Iterator[tuple[Verdict, Finding]]:
    """The values in a text that is YAML itself."""
    node = document.nodes.get(place)
    for route, key, verdict in chart_secrets_of_text(node.raw or "") if node is not None else ():
        span = scalar_span(document, place, verdict.start, verdict.end)
        yield verdict, _finding(rule, span, key, verdict, f"{owner} {'.'.join(map(str, route))}")


def _finding(rule: RuleContext, span: Span, key: str, verdict: Verdict, subject: str) -> Finding:
    kind = subject.partition("/")[0]
    message = f"`{key}` of this {kind} is a literal that {verdict.description}"
    return rule.finding(span, message, subject=subject, secret=True)


def _mappings(data: Any) -> Iterator[Route]:
    """Where an object holds values as they are."""
    version, kind = str(data.get("apiVersion")), data.get("kind")
    if version.startswith("helm.toolkit.fluxcd.io/") and kind == "HelmRelease":
        yield "spec", "values"
    elif version.startswith("kustomize.toolkit.fluxcd.io/") and kind == "Kustomization":
        yield "spec", "postBuild", "substitute"
    elif version.startswith("helm.cattle.io/") and kind == "HelmChart":
        yield "spec", "set"
    for source in _sources(data):
        yield *source, "helm", "valuesObject"


def _texts(data: Any) -> Iterator[Route]:
    """Where an object holds values as a text."""
    if str(data.get("apiVersion")).startswith("helm.cattle.io/"):
        yield "spec", "valuesContent"
    for source in _sources(data):
        yield *source, "helm", "values"


def _parameters(data: Any) -> Iterator[Route]:
    for source in _sources(data):
        found = at(data, *source, "helm", "parameters")
        for index in range(len(found) if isinstance(found, list) else 0):
            yield *source, "helm", "parameters", index


def _sources(data: Any) -> Iterator[Route]:
    """The sources of an application of Argo CD, or of those that an ApplicationSet makes."""
    if not str(data.get("apiVersion")).startswith("argoproj.io/"):
        return
    roots: dict[Any, Route] = {"Application": ("spec",), "ApplicationSet": ("spec", "template", "spec")}
    root = roots.get(str(data.get("kind")))
    if root is None:
        return
    yield *root, "source"
    several = at(data, *root, "sources")
    for index in range(len(several) if isinstance(several, list) else 0):
        yield *root, "sources", index
