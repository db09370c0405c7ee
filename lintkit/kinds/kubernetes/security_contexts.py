"""The `securityContext` of pods and containers, wherever an object has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lintkit.kinds.kubernetes.objects import is_policy
from lintkit.model import Route

_DEEPEST = 14
_DESCRIBED = frozenset(("CustomResourceDefinition", "PodSecurityPolicy", "SecurityContextConstraints"))
"""Kinds that say what contexts may look like and have none of their own."""


@dataclass(frozen=True, slots=True)
class SecurityContext:
    """A security context: what it says, and the pod spec or container around it."""

    route: Route
    data: dict[str, Any]
    owner: dict[str, Any]

    @property
    def container(self) -> str:
        """The name of the container; empty for the context of a pod."""
        name = self.owner.get("name")
        return name if isinstance(name, str) and "containers" not in self.owner else ""


def security_contexts(data: Any) -> Iterator[SecurityContext]:
    """Every security context of an object, in order; those in the pods of a custom resource as well."""
    if not isinstance(data, dict) or str(data.get("kind")) in _DESCRIBED or is_policy(data):
        return
    stack: list[tuple[Route, Any]] = [((), data)]
    while stack:
        route, node = stack.pop()
        if isinstance(node, dict) and isinstance(node.get("securityContext"), dict):
            yield SecurityContext((*route, "securityContext"), node["securityContext"], node)
        if len(route) < _DEEPEST:
            children: Any = node.items() if isinstance(node, dict) else enumerate(node)
            below = [((*route, key), child) for key, child in children if isinstance(child, (dict, list))]
            stack.extend(reversed(below))
