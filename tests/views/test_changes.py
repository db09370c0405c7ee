"""What a kustomization makes wrong of a base that is right is told where the kustomization says it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from lintkit.model import Finding
from tests.views import deployed

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - {name: proxy, image: "proxy:1"}
        - {name: api, image: "shop:1", securityContext: {privileged: false}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
"""
PRIVILEGED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: api
          image: shop:latest
          securityContext:
            privileged: true
"""
INLINE = "\n".join("      " + line for line in PRIVILEGED.splitlines())
OPERATIONS = """\
  - target: {kind: Deployment, name: shop}
    patch: |-
      - op: add
        path: /spec/template/spec/containers/1/securityContext
        value:
          privileged: true
      - {op: replace, path: /spec/template/spec/containers/1/image, value: "shop:latest"}
"""
RULES = ("privileged-container", "image-tag-mutable", "replicas-minimum", "schema-validation")
PROD = "overlays/prod/kustomization.yaml"


class Told(NamedTuple):
    """A finding, its file, and what is written there."""

    finding: Finding
    path: str
    text: str


def findings(overlay: str, **more: str) -> dict[str, Told]:
    """Rule -> its one finding."""
    files = {
        "base/kustomization.yaml": "resources: [shop.yaml]\n",
        "base/shop.yaml": BASE,
        PROD: "resources: [../../base]\n" + overlay,
        **{f"overlays/{name}": text for name, text in more.items()},
    }
    found = deployed.findings(RULES, files)
    assert len({each.rule for each in found}) == len(found), found
    return {
        each.rule.removeprefix("kubernetes/"): Told(
            each, each.path, files[each.path][each.primary.span.start : each.primary.span.end]
        )
        for each in found
    }


def test_an_overlay_that_changes_nothing_makes_nothing_wrong() -> None:
    assert findings("namespace: shop\n") == {}


@pytest.mark.parametrize(
    "patches",
    [
        f"patches:\n  - patch: |\n{INLINE}\n",
        f"patchesStrategicMerge:\n  - |-\n{INLINE}\n",
        f"patches:\n{OPERATIONS}",
        f"patchesJson6902:\n{OPERATIONS}",
    ],
    ids=["inline", "strategic-merge", "operations", "json6902"],
)
def test_a_patch_inside_of_a_kustomization_is_told_at_its_value(patches: str) -> None:
    found = findings(patches)
    assert set(found) == {"privileged-container", "image-tag-mutable"}
    privileged = found["privileged-container"]
    assert (privileged.path, privileged.text) == (PROD, "true")
    assert [(each.span.path, each.label) for each in privileged.finding.locations[1:]] == [
        ("base/shop.yaml", "Deployment shop is changed")
    ]
    assert found["image-tag-mutable"].text.strip('"') == "shop:latest"
    assert all(each.finding.fix is None for each in found.values())


def test_operations_in_a_file_are_told_there() -> None:
    operations = (
        "- {op: add, path: /spec/template/spec/containers/1/securityContext/privileged, value: true}\n"
    )
    patches = "patches: [{target: {kind: Deployment}, path: p.yaml}]\n"
    (told,) = findings(patches, **{"prod/p.yaml": operations}).values()
    assert (told.path, told.text) == ("overlays/prod/p.yaml", "true")


def test_what_is_said_of_a_patch_in_a_file_is_not_said_twice() -> None:
    found = findings("patches: [{path: p.yaml}]\n", **{"prod/p.yaml": PRIVILEGED})
    assert {each.path for each in found.values()} == {"overlays/prod/p.yaml"}
    assert all(len(each.finding.locations) == 1 for each in found.values())


def test_images_and_replicas_are_told_at_their_entry() -> None:
    found = findings("images: [{name: shop, newTag: latest}]\nreplicas: [{name: shop, count: 1}]\n")
    assert {rule: each.text for rule, each in found.items()} == {
        "image-tag-mutable": "latest",
        "replicas-minimum": "1",
    }


def test_a_later_patch_that_sets_it_right_leaves_nothing_to_say() -> None:
    remove = "[{op: remove, path: /spec/template/spec/containers/1}]"
    right = f"  - target: {{kind: Deployment}}\n    patch: '{remove}'\n"
    assert findings(f"patches:\n{OPERATIONS}{right}") == {}


def test_every_kustomization_is_told_once() -> None:
    patches = f"patches:\n{OPERATIONS}"
    more = {
        "eu/kustomization.yaml": "resources: [../prod]\n",
        "us/kustomization.yaml": "resources: [../prod]\n",
    }
    assert {each.path for each in findings(patches, **more).values()} == {PROD}


def test_a_comment_in_the_kustomization_suppresses() -> None:
    patches = "replicas:  # lintkit: ignore[kubernetes/replicas-minimum] -- a queue with one reader\n"
    assert findings(patches + "  - {name: shop, count: 1}\n") == {}


@pytest.mark.parametrize(
    "overlay",
    [
        "patches: [3, {path: 3}, {patch: '{'}, {patch: 'a: b'}, {patch: '- 3', target: {}}, {patch: a}]\n",
        "patches: [{target: {kind: Deployment}, patch: '[{op: add, path: /spec/template, value: 3}]'}]\n",
        "images: [{name: shop, newTag: [latest]}]\nreplicas: [{name: shop, count: x}]\n",
        "patches: {a: b}\nimages: 3\n",
    ],
)
def test_changes_that_make_no_sense_do_no_harm(overlay: str) -> None:
    assert "lintkit/rule-failed" not in findings(overlay)
