"""What the objects of a repository are to each other, asked of the cluster without any rule."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lintkit.kinds.kubernetes.cluster import Cluster, build_cluster
from lintkit.kinds.kubernetes.cluster_facts import PodsDefined, Requirement, Selector, ServiceDefined
from tests.graph.trees import facts_of


def deployment(name: str, namespace: str = "", label: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}{where}}}\nspec:\n"
        f"  selector: {{matchLabels: {{app: {label or name}}}}}\n  template:\n"
        f"    metadata: {{labels: {{app: {label or name}}}}}\n"
        "    spec: {containers: [{name: api, image: 'shop:1'}]}\n"
    )


def service(name: str, label: str, namespace: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{where}}}\n"
        f"spec: {{selector: {{app: {label}}}, ports: [{{port: 80}}]}}\n"
    )


def cluster(files: Mapping[str, str]) -> Cluster:
    by_type: dict[type, tuple[object, ...]] = {}
    for fact in facts_of(files):
        by_type[type(fact)] = (*by_type.get(type(fact), ()), fact)
    return build_cluster(by_type, frozenset(files))


def only_service(made: Cluster) -> ServiceDefined:
    (found,) = made.facts(ServiceDefined)
    return found


def selects(made: Cluster) -> list[str]:
    """The names of the pods that the one Service of the cluster finds."""
    asked = only_service(made)
    assert asked.selector is not None
    return sorted(pods.name for pods in made.selected(asked.selector, asked))


@pytest.mark.parametrize(
    ("requirement", "found"),
    [
        (Requirement("app", "In", ("shop", "web")), True),
        (Requirement("app", "NotIn", ("shop",)), False),
        (Requirement("app", "NotIn", ("web",)), True),
        (Requirement("tier", "NotIn", ("web",)), True),
        (Requirement("tier", "Exists"), False),
        (Requirement("tier", "DoesNotExist"), True),
        (Requirement("tier", "unknown"), True),
    ],
)
def test_expressions_select_as_the_api_server_does(requirement: Requirement, found: bool) -> None:
    assert Selector(expressions=(requirement,)).matches({"app": "shop"}) is found


def test_a_selector_finds_pods_of_its_own_namespace_only() -> None:
    made = cluster(
        {
            "a.yaml": service("shop", "shop", "one"),
            "b.yaml": deployment("here", "one", "shop"),
            "c.yaml": deployment("there", "two", "shop"),
            "d.yaml": deployment("anywhere", "", "shop"),
            "e.yaml": deployment("other", "one"),
        }
    )
    assert selects(made) == ["anywhere", "here"]


def test_a_kustomization_says_the_namespace_of_its_files() -> None:
    made = cluster(
        {
            "k/kustomization.yaml": "namespace: one\nresources: [service.yaml, shop.yaml]\n",
            "k/service.yaml": service("shop", "shop"),
            "k/shop.yaml": deployment("shop"),
            "other.yaml": deployment("there", "two", "shop"),
        }
    )
    assert made.namespace(only_service(made)) == "one"
    assert selects(made) == ["shop"]


def test_a_selector_that_finds_nothing_is_known_where_pods_stand_beside_it() -> None:
    made = cluster({"app/service.yaml": service("shop", "shopp"), "app/shop.yaml": deployment("shop")})
    asked = only_service(made)
    assert asked.selector is not None
    assert made.finds_nothing(asked.selector, asked)
    nearest = made.nearest(asked.selector, asked)
    assert nearest is None or nearest.name == "shop"


@pytest.mark.parametrize(
    "more",
    [
        {"app/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n"},
        {
            "app/kustomization.yaml": "resources: [service.yaml, shop.yaml, 'https://example.com/more?ref=v1']\n",
        },
    ],
)
def test_nothing_is_said_of_a_selector_where_what_is_deployed_is_not_all_known(more: dict[str, str]) -> None:
    files = {"app/service.yaml": service("shop", "shopp"), "app/shop.yaml": deployment("shop"), **more}
    made = cluster(files)
    asked = only_service(made)
    assert asked.selector is not None
    assert not made.finds_nothing(asked.selector, asked)


def test_files_are_deployed_together_by_a_kustomization_or_from_one_folder() -> None:
    made = cluster(
        {
            "one/kustomization.yaml": "resources: [../shared/a.yaml, b.yaml]\n",
            "one/b.yaml": deployment("b"),
            "two/kustomization.yaml": "resources: [c.yaml]\n",
            "two/c.yaml": deployment("c"),
            "shared/a.yaml": deployment("a"),
            "plain/d.yaml": deployment("d"),
            "plain/below/e.yaml": deployment("e"),
            "side/f.yaml": deployment("f"),
        }
    )
    assert made.deployed_together("one/b.yaml", "shared/a.yaml")
    assert not made.deployed_together("one/b.yaml", "two/c.yaml")
    assert made.deployed_together("plain/d.yaml", "plain/below/e.yaml")
    assert not made.deployed_together("plain/d.yaml", "side/f.yaml")
    assert made.near("plain/d.yaml", "side/f.yaml")
    assert not made.near("one/b.yaml", "side/f.yaml")


def test_what_is_deployed_with_a_file_is_what_its_kustomizations_reach() -> None:
    made = cluster(
        {
            "base/kustomization.yaml": "resources: [a.yaml]\n",
            "base/a.yaml": deployment("a"),
            "base/unused.yaml": deployment("unused"),
            "over/kustomization.yaml": "resources: [../base, b.yaml]\n",
            "over/b.yaml": deployment("b"),
        }
    )
    assert sorted(pods.name for pods in made.beside("over/b.yaml", PodsDefined)) == ["a", "b"]


def test_a_label_that_an_elected_pod_gets_is_not_asked_of_its_manifest() -> None:
    elected = service("shop", "shop").replace("{app: shop}", "{app: shop, role: leader}")
    assert selects(cluster({"a.yaml": elected, "b.yaml": deployment("shop")})) == ["shop"]
    written = deployment("other").replace("labels: {app: other}", "labels: {app: other, role: follower}")
    assert selects(cluster({"a.yaml": elected, "b.yaml": deployment("shop"), "c.yaml": written})) == []
