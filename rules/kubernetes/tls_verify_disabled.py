"""kubernetes/tls-verify-disabled: a kubeconfig or an APIService that takes any certificate for the server's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.kubernetes import at

RULE = define(
    summary="a kubeconfig or APIService does not check the server's certificate",
    why="""
Everybody on the way can answer as the API server and read the token that is sent to it. For an aggregated API the
answer is trusted by the whole cluster. Adapters of metrics are installed so by their makers; that is told where
`strict` is selected.
""",
    remedy="Set `certificate-authority-data` or `caBundle` and remove the option.",
    severity="error",
    kinds=("kubernetes",),
    tags=("security", "CWE-295"),
    equivalents=("semgrep:skip-tls-verify-cluster", "semgrep:skip-tls-verify-service"),
    packs=("recommended", "security", "production"),
    paths_ignore=(
        "**/testdata/**",
        "**/tests/**",
        "**/test/**",
        "**/unittests/**",
        "**/e2e/**",
        "**/fixtures/**",
        "**/examples/**",
        "**/samples/**",
        "**/docs/**",
        "vendor/**",
        "**/third_party/**",
    ),
    examples=(
        bad(
            """\
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  insecureSkipTLSVerify: true  # <-- here
"""
        ),
        bad(
            """\
apiVersion: v1
kind: Config
clusters:
  - name: shop
    cluster:
      server: https://cluster.example.net
      insecure-skip-tls-verify: true  # <-- here
"""
        ),
        good(
            """\
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec:
  insecureSkipTLSVerify: false
"""
        ),
        good(
            """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.example.com}
spec: {default: {insecureSkipTLSVerify: true}}
""",
            note="what a resource may say",
        ),
    ),
)

_OPTIONS = ("insecureSkipTLSVerify", "insecure-skip-tls-verify")
_METRICS = re.compile(r"v\w+\.(?:custom\.|external\.)?metrics\.k8s\.io")
_MOST_NODES = 200_000


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each of the two options that is true, wherever an object has it."""
    data = document.data
    kind, name = at(data, "kind"), at(data, "metadata", "name")
    if kind == "CustomResourceDefinition" or not any(option in document.text for option in _OPTIONS):
        return
    if not rule.strict and kind == "APIService" and isinstance(name, str) and _METRICS.fullmatch(name):
        return
    for route in _disabled(data):
        yield rule.finding(
            document.span(route),
            f"`{route[-1]}: true` trusts whoever answers",
            subject=f"{kind}/{name}.{'.'.join(map(str, route))}",
        )


def _disabled(data: Any) -> Iterator[Route]:
    """Where an option is true, in the order of the document."""
    stack: list[tuple[Route, Any]] = [((), data)]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        route, node = stack.pop()
        if route and route[-1] in _OPTIONS and node is True:
            yield route
        children: Any = (
            node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        )
        stack.extend(reversed([((*route, key), child) for key, child in children]))
