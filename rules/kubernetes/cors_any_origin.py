"""kubernetes/cors-any-origin: an ingress, route or middleware that lets every web site call the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import DOCS, NOT_DEPLOYED, TESTS, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.formats import list_at, mapping_at
from lintkit.api.kubernetes import at
from lintkit.api.words import has_open_end, lets_strangers_in

RULE = define(
    summary="an ingress allows every origin to call the service",
    why="""
Every web site that a signed-in user visits may call the API and read the answers. With credentials allowed it does so
as that user. The ingress answers before the program does, so the program's own list of origins is never asked.
""",
    remedy="List the origins of your front ends, without wildcards and regular expressions.",
    severity="warning",
    kinds=("kubernetes",),
    tags=("security", "cors", "CWE-942"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*TESTS, *DOCS, *NOT_DEPLOYED),
    examples=(
        bad(
            """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "*"  # <-- here
spec: {rules: []}
""",
            note="ingress-nginx",
        ),
        bad(
            """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"  # <-- here
spec: {rules: []}
""",
            note="without a list ingress-nginx allows every origin",
        ),
        bad(
            """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop]
  http:
    - corsPolicy:
        allowOrigins:
          - regex: ".*"  # <-- here
          - regex: 'https?://.+'  # <-- here
          - regex: 'https://([a-z]+\\.)?example\\.com'
          - exact: https://shop.example.com
        allowCredentials: true
""",
            note="Istio: an expression has to match all of the origin",
        ),
        bad(
            """\
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: cors}
spec:
  headers:
    accessControlAllowOriginList:
      - "*"  # <-- here
    accessControlAllowOriginListRegex:
      - ".*"  # <-- here
      - '^https://shop\\.example\\.com'  # <-- here
      - '^https://[a-z]+\\.example\\.com$'
""",
            note="Traefik: without a `$` at its end an expression allows `https://shop.example.com.attacker.test`",
        ),
        bad(
            """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec:
  rules:
    - filters:
        - type: CORS
          cors:
            allowOrigins: ["*"]  # <-- here
""",
            note="Gateway API",
        ),
        good(
            """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/enable-cors: "true"
    nginx.ingress.kubernetes.io/cors-allow-origin: "https://shop.example.com, https://admin.example.com"
spec: {rules: []}
"""
        ),
        good(
            """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations: {nginx.ingress.kubernetes.io/enable-cors: "false", nginx.ingress.kubernetes.io/cors-allow-origin: "*"}
spec: {rules: []}
""",
            note="CORS is off",
        ),
    ),
)

_NGINX = re.compile(r"^nginx\.(?:ingress\.kubernetes\.io|org)/")
_LISTS = {
    "Middleware": (("accessControlAllowOriginList", False), ("accessControlAllowOriginListRegex", True)),
    "HTTPRoute": (("allowOrigins", False),),
    "KongPlugin": (("origins", False),),
    "KongClusterPlugin": (("origins", False),),
}
_MOST_NODES = 2_000


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report wildcards, and expressions that match a stranger, where the origins of a request are listed."""
    data = document.data
    kind = data.get("kind") if isinstance(data, dict) else None
    found: Iterator[tuple[Route, str, bool]] = iter(())
    if kind == "Ingress":
        found = _annotations(data)
    elif kind == "VirtualService":
        found = _istio(data)
    elif isinstance(kind, str) and kind in _LISTS:
        found = _listed(data, kind)
    for route, pattern, credentials in found:
        everything = pattern == "*"
        who = "every origin" if everything else "every origin that begins so"
        because = "" if everything else ", because nothing ends the expression"
        as_user = " with credentials" if credentials else ""
        yield rule.finding(
            document.span(route),
            f"{who} may call {kind} `{at(data, 'metadata', 'name')}`{as_user}{because}",
            subject=f"{kind} {at(data, 'metadata', 'name')} {route[-1] if isinstance(route[-1], str) else 'origins'}",
            severity="error" if credentials and everything else None,
        )


def _annotations(data: Any) -> Iterator[tuple[Route, str, bool]]:
    annotations = mapping_at(data, "metadata", "annotations")
    named = {_NGINX.sub("", key): key for key in annotations if isinstance(key, str) and _NGINX.match(key)}
    if not named or str(annotations.get(named.get("enable-cors", ""), "")).lower() != "true":
        return
    # ingress-nginx allows credentials unless it is told not to.
    credentials = str(annotations.get(named.get("cors-allow-credentials", ""), "true")).lower() == "true"
    key = named.get("cors-allow-origin")
    if key is None:
        yield ("metadata", "annotations", named["enable-cors"]), "*", credentials
    elif any(part.strip() in ("*", "http://*", "https://*") for part in str(annotations[key]).split(",")):
        yield ("metadata", "annotations", key), "*", credentials


def _istio(data: Any) -> Iterator[tuple[Route, str, bool]]:
    for i, each in enumerate(list_at(data, "spec", "http")):
        policy = at(each, "corsPolicy")
        credentials = at(policy, "allowCredentials") is True
        where: Route = ("spec", "http", i, "corsPolicy")
        for field in ("allowOrigins", "allowOrigin"):
            for j, origin in enumerate(list_at(policy, field)):
                if origin == "*" or at(origin, "exact") == "*":
                    yield (
                        (*where, field, j, *(("exact",) if isinstance(origin, dict) else ())),
                        "*",
                        credentials,
                    )
                elif isinstance(regex := at(origin, "regex"), str) and lets_strangers_in(regex, whole=True):
                    yield (*where, field, j, "regex"), "*", credentials
                elif at(origin, "prefix") in ("", "http", "https", "http://", "https://"):
                    yield (*where, field, j, "prefix"), "*", credentials


def _listed(data: Any, kind: str) -> Iterator[tuple[Route, str, bool]]:
    """Lists of origins anywhere in the object, at most a few thousand nodes down."""
    stack: list[tuple[Route, Any]] = [((), data)]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        route, node = stack.pop()
        children = (
            node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        )
        for key, child in children:
            if isinstance(child, (dict, list)):
                stack.append(((*route, key), child))
        if not isinstance(node, dict):
            continue
        credentials = any(
            node.get(each) is True
            for each in ("accessControlAllowCredentials", "allowCredentials", "credentials")
        )
        for field, is_regex in _LISTS[kind]:
            for index, origin in enumerate(list_at(node, field)):
                if not isinstance(origin, str):
                    continue
                if origin == "*" or (is_regex and lets_strangers_in(origin, whole=False)):
                    yield (*route, field, index), "*", credentials
                elif is_regex and has_open_end(origin):
                    yield (*route, field, index), origin, credentials
