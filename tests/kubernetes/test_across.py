"""What the objects of several manifests are to one another, as rules in YAML see it."""

from __future__ import annotations

from typing import Any

import pytest

from lintkit.kinds.kubernetes.across import (
    each_deployed_pods,
    each_namespace,
    each_pod_selector,
    each_reference,
)
from lintkit.kinds.selected import Across
from tests.kubernetes.test_cluster import cluster

PODS = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: shop, namespace: one}
spec:
  serviceName: shop
  template:
    metadata: {labels: {app: shop}}
    spec: {serviceAccountName: shop, containers: [{name: api, image: "shop:1"}]}
"""
SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: one}\nspec: {selector: {app: shop}}\n"
)
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %s, namespace: one}\n"
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop, namespace: one}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""


def values(found: list[Across], *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(each.value[key] for key in keys) for each in found]


@pytest.mark.parametrize(
    ("service", "account", "states"),
    [
        ("", "", ["unknown", "unknown"]),
        (SERVICE % "shop", ACCOUNT % "shop", ["found", "found"]),
        (SERVICE % "cart", ACCOUNT % "cart", ["missing", "missing"]),
        (SERVICE % "cart", ACCOUNT.replace("one", "two") % "shop", ["missing", "missing"]),
    ],
)
def test_a_reference_is_missing_only_where_others_of_its_kind_are_known(
    service: str, account: str, states: list[str]
) -> None:
    files = {"a.yaml": PODS, "b.yaml": service or "a: 1\n", "c.yaml": account or "a: 1\n"}
    found = list(each_reference(cluster(files)))
    assert [each.extra["target"] for each in found] == ["ServiceAccount `shop`", "Service `shop`"]
    assert [each.value["state"] for each in found] == states


def test_nothing_is_said_of_what_a_chart_deploys_as_well() -> None:
    made = cluster({"shop/Chart.yaml": "name: shop\n", "shop/a.yaml": PODS, "shop/b.yaml": SERVICE % "cart"})
    assert [*each_reference(made), *each_deployed_pods(made), *each_namespace(made)] == []


def test_pods_know_what_selects_them() -> None:
    keys = ("kind", "policies", "ingress", "egress", "budgets", "budgetsBeside")
    alone = list(each_deployed_pods(cluster({"a.yaml": PODS})))
    assert values(alone, *keys) == [("StatefulSet", 0, False, False, 0, False)]
    (guarded,) = each_deployed_pods(cluster({"a.yaml": PODS, "b.yaml": POLICY}))
    assert values([guarded], *keys) == [("StatefulSet", 1, True, False, 0, False)]
    assert [each.span.path for each in guarded.others["egress"]] == ["b.yaml"]


def test_a_namespace_has_what_names_it_and_what_names_none() -> None:
    files = {"a.yaml": PODS, "b.yaml": POLICY, "c.yaml": SERVICE.replace(", namespace: one", "") % "cart"}
    found = list(each_namespace(cluster(files)))
    assert values(found, "name", "kinds") == [("one", ["NetworkPolicy", "Service", "StatefulSet"])]


def test_a_selector_is_missing_where_pods_stand_beside_it_and_none_has_its_labels() -> None:
    keys = ("kind", "part", "state", "near")
    wrong = {"a.yaml": PODS, "b.yaml": (SERVICE % "shop").replace("app: shop", "app: shpo")}
    (found,) = each_pod_selector(cluster(wrong))
    assert values([found], *keys) == [("Service", "selector", "missing", True)]
    assert [each.span.path for each in found.others["state"]] == ["a.yaml"]
    right = each_pod_selector(cluster({"a.yaml": PODS, "b.yaml": SERVICE % "shop"}))
    assert values(list(right), *keys) == [("Service", "selector", "unknown", False)]
    alone = each_pod_selector(cluster({"b.yaml": SERVICE % "shop"}))
    assert values(list(alone), *keys) == [("Service", "selector", "unknown", False)]
