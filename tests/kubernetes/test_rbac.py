"""What the rules of a role allow, and how it is told."""

from __future__ import annotations

import pytest

from lintkit.kinds.kubernetes.objects import parse
from lintkit.kinds.kubernetes.rbac import Grant, grants
from lintkit.model import SourceFile


def read(rules: str, name: str = "shop", kind: str = "Role") -> list[Grant]:
    text = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: '{name}'}}\nrules: {rules}\n"
    (document,) = parse(SourceFile("role.yaml", "kubernetes", text.encode()))
    return list(grants(document))


@pytest.mark.parametrize(
    ("rule", "makes"),
    [
        ("{apiGroups: [''], resources: [pods], verbs: [get, create]}", True),
        ("{apiGroups: [batch], resources: [cronjobs], verbs: ['*']}", True),
        ("{apiGroups: [shop.example.com], resources: ['*'], verbs: ['*']}", False),
        ("{apiGroups: [''], resources: [secrets], verbs: [create]}", False),
        ("{apiGroups: [''], resources: ['*'], verbs: [delete]}", False),
        ("{nonResourceURLs: ['/metrics'], verbs: [get]}", False),
    ],
)
def test_who_starts_pods(rule: str, makes: bool) -> None:
    (grant,) = read(f"[{rule}]")
    assert grant.makes_pods is makes
    assert grant.role == "Role `shop`"


def test_roles_of_the_cluster_itself_are_left_alone() -> None:
    rules = "[{apiGroups: [''], resources: [secrets], verbs: [get]}]"
    assert read(rules, name="system:controller:token-cleaner") == []
    assert read(rules, name="admin", kind="ClusterRole") == []
    assert read(rules, kind="ClusterRole") != []


@pytest.mark.parametrize("rules", ["3", "[]", "[3, {}, [a]]", "{a: b}", ""])
def test_rules_that_make_no_sense_are_passed_over(rules: str) -> None:
    assert read(rules) == []


def test_lists_that_are_none_are_empty() -> None:
    (grant,) = read("[{apiGroups: 3, resources: {a: b}, verbs: [1, null, get]}]")
    assert (grant.groups, grant.resources, grant.verbs) == ((), (), ("get",))


def test_what_allows_everything_is_told_once() -> None:
    everything = "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"
    assert read(f"[{everything}]") == []
    (grant,) = read("[{apiGroups: ['*'], resources: ['*'], verbs: [get]}]")
    assert not grant.everything
    (grant,) = read("[{apiGroups: ['*'], resources: ['*'], verbs: ['*'], resourceNames: [shop]}]")
    assert grant.named
