"""What becomes of findings of files and of views, without any rule."""

from __future__ import annotations

import pytest

from lintkit.model import Finding, Location, Span
from lintkit.views.settle import Said, Told, judged

FILES = {"dev": "dev/kustomization.yaml", "prod": "prod/kustomization.yaml"}
SHOWN: Said = {("a/b", "api")}
REPAIRED: Said = set()
FAILED: Said = {("a/b", "")}


def finding(start: int = 5, end: int = 9, subject: str = "api", path: str = "base/shop.yaml") -> Finding:
    return Finding("a/b", "it is wrong", (Location(Span(path, start, end)),), subject, "warning")


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({}, ["base/shop.yaml"]),
        ({"dev": REPAIRED, "prod": REPAIRED}, []),
        ({"dev": SHOWN, "prod": SHOWN}, ["base/shop.yaml"]),
        ({"dev": REPAIRED, "prod": SHOWN}, ["base/shop.yaml", "prod/kustomization.yaml"]),
        ({"dev": REPAIRED, "prod": None}, ["base/shop.yaml"]),
        ({"dev": REPAIRED, "prod": FAILED}, ["base/shop.yaml"]),
    ],
    ids=["no view", "repaired", "shown", "shown by one", "not known", "failed"],
)
def test_what_every_view_repairs_is_dropped(told: dict[str, Said | None], left: list[str]) -> None:
    found = judged(finding(), told, FILES)
    assert [each.span.path for each in found.locations] == left if found is not None else left == []


def test_the_finding_of_a_view_is_told_once_and_not_where_something_stands() -> None:
    told = Told([finding()])
    assert not told.add(finding(8, 12, "proxy"))
    assert told.add(finding(9, 12, "proxy"))
    assert not told.add(finding(20, 22, "proxy"))
    assert told.add(finding(20, 22, "other"))
    assert told.add(finding(path="dev/kustomization.yaml"))
