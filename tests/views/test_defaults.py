"""A LimitRange of the namespace gives the limits that containers do not set."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from lintkit.declared.mistakes import find_mistakes
from lintkit.formats.yaml import parse
from lintkit.model import SourceFile
from tests.views import deployed


def _pod(name: str = "shop", namespace: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}{where}}}\n"
        "spec: {containers: [{name: api, image: 'shop:1'}]}\n"
    )


def _limits(namespace: str = "", limit: str = "{type: Container, default: {memory: 1Gi}}") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: v1\nkind: LimitRange\nmetadata: {{name: defaults{where}}}\nspec: {{limits: [{limit}]}}\n"


def _told(files: dict[str, str], only: Iterable[str] | None = None) -> list[str]:
    narrowed = None if only is None else frozenset(only)
    return [finding.path for finding in deployed.findings(["memory-limits"], files, narrowed)]


@pytest.mark.parametrize(
    ("pod", "limits"),
    [
        (("k8s/shop.yaml", ""), ("k8s/limits.yaml", "")),
        (("k8s/shop.yaml", "shop"), ("namespaces/shop.yaml", "shop")),
        (("k8s/shop.yaml", ""), ("k8s/limits.yaml", "shop")),
        (("k8s/shop.yaml", "shop"), ("k8s/limits.yaml", "")),
    ],
)
def test_defaults_of_the_same_namespace_excuse(pod: tuple[str, str], limits: tuple[str, str]) -> None:
    assert _told({pod[0]: _pod(namespace=pod[1]), limits[0]: _limits(limits[1])}) == []


@pytest.mark.parametrize(
    ("pod", "limits"),
    [
        (("k8s/shop.yaml", "shop"), ("k8s/limits.yaml", "cart")),
        (("k8s/shop.yaml", ""), ("cart/limits.yaml", "")),
        (("k8s/shop.yaml", ""), ("cart/limits.yaml", "shop")),
    ],
)
def test_defaults_of_another_namespace_do_not(pod: tuple[str, str], limits: tuple[str, str]) -> None:
    assert _told({pod[0]: _pod(namespace=pod[1]), limits[0]: _limits(limits[1])}) == [pod[0]]


def test_each_object_of_a_file_is_judged_by_its_own_namespace() -> None:
    pods = _pod("shop", "shop") + "---\n" + _pod("cart", "cart")
    assert _told({"pods.yaml": pods, "limits.yaml": _limits("shop")}) == ["pods.yaml"]


@pytest.mark.parametrize(
    "limit",
    ["{type: Container, max: {memory: 1Gi}}", "{type: Pod, default: {memory: 1Gi}}", "3", "{type: {}}"],
)
def test_what_gives_no_default_excuses_nothing(limit: str) -> None:
    assert _told({"k8s/shop.yaml": _pod(), "k8s/limits.yaml": _limits(limit=limit)}) == ["k8s/shop.yaml"]


def test_a_report_on_some_files_knows_the_others() -> None:
    files = {"k8s/shop.yaml": _pod(), "k8s/limits.yaml": _limits()}
    assert _told(files, only=["k8s/shop.yaml"]) == []


def test_it_is_for_manifests_only() -> None:
    text = (
        "summary: a service has an x\nwhy: It is there and should not be.\nseverity: note\nkind: compose\n"
        "each: service\nforbid: {required: [x]}\nmessage: the service has an x\n"
        "excused-by: {kind: LimitRange, select: $.spec}\nexamples: [{bad: 'x: 1'}, {good: 'y: 1'}]\n"
    )
    (document,) = parse(SourceFile("rule.yaml", "yaml", text.encode()))
    assert ("excused-by",) in {route for route, _ in find_mistakes(document)}
