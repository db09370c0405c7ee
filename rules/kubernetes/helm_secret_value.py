"""kubernetes/helm-secret-value: a credential in the values of a Helm chart."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.formats import scalar_span
from lintkit.api.secrets import chart_secrets, said_of, severity_of
from lintkit.api.words import is_for_developers

RULE = define(
    summary="a credential is written into the values of a Helm chart",
    why="""
The values are in the repository, in the release's Secret of every cluster and in the output of `helm get values`. A
default that nobody overrides is the password of every installation.
""",
    remedy="Refer to an existing Secret (`existingSecret`), or pass the value at install time, and replace a real one.",
    severity="error",
    kinds=("yaml",),
    tags=("security", "secrets", "helm", "CWE-798"),
    packs=("recommended", "security", "production"),
    paths=("**/values.yaml", "**/values.yml", "**/values-*.yaml", "**/values.*.yaml", "**/*-values.yaml"),
    paths_ignore=(*NOT_A_SERVICE, "**/testdata/**", "**/ci/**", "**/*values-ci.*", "**/*values-local*.*"),
    examples=(
        bad(
            {
                "chart/values.yaml": """\
postgresql:
  auth:
    username: shop
    password: blue-whale-41  # <-- here
env:
  - name: API_TOKEN
    value: ghp_mF3kQ9xT2bW7rY5uV8nL1sD4gH6jK0pZcXaE  # <-- here
databaseUrl: postgresql://shop:blue-whale-41@db/shop  # <-- here
"""
            }
        ),
        bad(
            {
                "chart/values.yaml": """\
auth:
  password: postgres  # <-- here
  redis_password: password  # <-- here
  secretKeys:
    password: password
  existingSecret:
    password: postgres-password
imagePullSecret: registry-login
MESH_KUBE_SECRET: mesh
sessionSecret: shop-session
"""
            },
            note="what everybody tries first; the keys and the names of Secrets are none",
        ),
        good("hosts: {arm: {user: root, secret: build-arm64-ssh-key-north}}\n", note="the name of a Secret"),
        good(
            {
                "chart/values.yaml": """\
auth:
  existingSecret: shop
  secretKey: redis_password
  password: ""
  passwordFile: /run/secrets/db
  tokenExpiration: 3600
  adminPassword: changeme
  existingSecretAdminKey: ShopAdmin1Password
  secret: shopkeys
"""
            },
            note="references, settings, and a placeholder that asks to be replaced",
        ),
        good({"config.yaml": "password: blue-whale-41\n"}, note="not the values of a chart"),
        good(
            {
                "chart/values-ci.yaml": "password: blue-whale-41\n",
                "chart/values-local.yaml": "password: blue-whale-41\n",
                "chart/values-staging.yaml": "env: {GOOGLE_TAG_MANAGER_AUTH: wFyiBTovFhDv5qMe_LXt7Q}\n",
            },
            note="what tests the chart and runs on one's own machine, and what every visitor sees",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report strings that are a credential by their key, or by what they look like."""
    if isinstance(document.data, dict) and "sops" in document.data:
        return
    for route, name, verdict in chart_secrets(document.data):
        if not rule.strict and verdict.reason.is_made_up and is_for_developers(document.path):
            continue
        node = document.nodes.get(route)
        value = (node.raw if node is not None else None) or ""
        yield rule.finding(
            scalar_span(document, route, verdict.start, verdict.end),
            f"`{name}` in the values of the chart is written in the file and {said_of(value, verdict)}",
            subject=".".join(map(str, route)),
            severity=severity_of(name, value, verdict),
            secret=True,
        )
