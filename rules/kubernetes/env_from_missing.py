"""kubernetes/env-from-missing: a variable from a key that its ConfigMap or Secret does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.parse.kubernetes import env_entries

RULE = define(
    summary="a variable is taken from a key that does not exist",
    why="""
The kubelet does not start the container (`CreateContainerConfigError`), so the rollout hangs until it times out.
The old pods go on, and the mistake shows when they are gone.
""",
    remedy="Correct the key, add it to the ConfigMap, or mark the reference `optional`.",
    severity="error",
    confidence="high",
    kinds=("kubernetes",),
    tags=("correctness",),
    equivalents=("kube-linter:env-value-from",),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data: {region: eu}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      env:
        - name: REGION
          valueFrom:
            configMapKeyRef:
              name: shop
              key: regoin  # <-- here
""",
        ),
        good(
            """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shop}
data: {region: eu}
---
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: api
      image: shop:1
      env:
        - name: REGION
          valueFrom: {configMapKeyRef: {name: shop, key: region}}
        - name: ZONE
          valueFrom: {configMapKeyRef: {name: shop, key: zone, optional: true}}
        - name: TOKEN
          valueFrom: {secretKeyRef: {name: made-elsewhere, key: token}}
""",
            note="also an optional one, and an object that is not in the file",
        ),
    ),
)


_SOURCES = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report keys that the named object of the same file does not have."""
    for entry in env_entries(document):
        kind = _SOURCES.get(entry.source)
        if kind is None or not entry.source_key:
            continue
        item = document.data
        for part in (*entry.route, "valueFrom", entry.source):
            item = item[part]
        found = [
            each
            for each in _objects(rule)
            if each.get("kind") == kind
            and _at(each, "metadata", "name") == entry.source_name
            and _namespace(each) == _namespace(document.data)
        ]
        if not found or item.get("optional") is True:
            continue
        keys = {
            key
            for each in found
            for part in ("data", "stringData", "binaryData")
            for key in _at(each, part) or ()
        }
        if entry.source_key not in keys:
            yield rule.finding(
                document.span((*entry.route, "valueFrom", entry.source, "key")),
                f"{kind} `{entry.source_name}` has no key `{entry.source_key}`, so the container does not start",
                subject=f"{entry.container.name} {entry.name}",
            )


def _namespace(data: dict[str, Any]) -> str:
    namespace = _at(data, "metadata", "namespace")
    return namespace if isinstance(namespace, str) else "default"


def _objects(rule: RuleContext) -> tuple[dict[str, Any], ...]:
    """All objects of the file; what stands in other files is not known here."""
    return tuple(each.data for each in rule.documents if isinstance(each.data, dict))


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
