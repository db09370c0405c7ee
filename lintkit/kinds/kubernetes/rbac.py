"""What the rules of a Role or ClusterRole allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lintkit.formats.plain import at
from lintkit.kinds.selected import Selected
from lintkit.model import Document, Span

_ITS_OWN = ("system:", "gce:")
_FOR_PEOPLE = ("cluster-admin", "admin", "edit", "view")
"""How the roles are called that the cluster makes: for its own parts, and for people."""

_MAKERS = (
    "pods",
    "deployments",
    "daemonsets",
    "statefulsets",
    "replicasets",
    "replicationcontrollers",
    "jobs",
    "cronjobs",
    "*",
)
"""What starts pods, itself or what makes them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One rule of a role, as it is written.

    role   the role in words: "ClusterRole `shop`"
    index  its place among the rules of the role
    span   where the rule begins
    named  it holds for the objects only that it names
    """

    role: str
    index: int
    span: Span
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    named: bool

    @property
    def everything(self) -> bool:
        """Whether it allows every verb on every resource of every group."""
        return "*" in self.groups and "*" in self.resources and "*" in self.verbs and not self.named

    @property
    def makes_pods(self) -> bool:
        """Whether it allows to start pods, by themselves or through what makes them."""
        groups = not {"", "apps", "batch", "extensions", "*"}.isdisjoint(self.groups)
        return (
            groups
            and not {*_MAKERS}.isdisjoint(self.resources)
            and not {"create", "*"}.isdisjoint(self.verbs)
        )


def grants(document: Document) -> Iterator[Grant]:
    """The rules of a role that allow something; what allows everything is told once, as that."""
    return (grant for grant in all_grants(document) if not grant.everything)


def all_grants(document: Document) -> Iterator[Grant]:
    """The rules of the role that a document is; none of those that the cluster makes itself."""
    data = document.data
    if not isinstance(data, dict) or data.get("kind") not in ("Role", "ClusterRole"):
        return
    name, labels, rules = at(data, "metadata", "name"), at(data, "metadata", "labels"), data.get("rules")
    if not isinstance(rules, list) or (isinstance(name, str) and name.startswith(_ITS_OWN)):
        return
    if data["kind"] == "ClusterRole" and name in _FOR_PEOPLE:
        return
    if isinstance(labels, dict) and "kubernetes.io/bootstrapping" in labels:
        return
    for index, rule in enumerate(rules):
        if not isinstance(rule, dict) or not rule:
            continue
        yield Grant(
            f"{data['kind']} `{name}`" if isinstance(name, str) else f"the {data['kind']}",
            index,
            document.key_span(("rules", index, next(iter(rule)))),
            _words(rule.get("apiGroups")),
            _words(rule.get("resources")),
            _words(rule.get("verbs")),
            bool(rule.get("resourceNames")),
        )


def each_rule(document: Document) -> Iterator[Selected]:
    """The named selector `rbac-rule`: each rule of a role that allows something, and not everything."""
    for grant in grants(document):
        route = ("rules", grant.index)
        value = {
            "apiGroups": list(grant.groups),
            "resources": list(grant.resources),
            "verbs": list(grant.verbs),
            "named": grant.named,
        }
        yield Selected(route, value, {"role": grant.role})


def _words(data: Any) -> tuple[str, ...]:
    return tuple(each for each in data if isinstance(each, str)) if isinstance(data, list) else ()
