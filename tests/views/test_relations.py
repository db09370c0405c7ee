"""What is said of how objects refer to each other is asked again of what each kustomize overlay deploys."""

from __future__ import annotations

import pytest

from lintkit.model import Finding
from tests.views import deployed

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: api, image: "shop:1"}]}
"""
BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: shop}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop, stage: live}, ports: [{port: 80}]}
"""
BASE = {
    "base/kustomization.yaml": "resources: [shop.yaml, budget.yaml]\n",
    "base/shop.yaml": SHOP,
    "base/budget.yaml": BUDGET,
}
LIVE, DEV = "overlays/live/kustomization.yaml", "overlays/dev/kustomization.yaml"
THREE = "resources: [../../base]\nreplicas: [{name: shop, count: 3}]\n"
AS_IT_IS = "resources: [../../base]\n"


def findings(rule: str, files: dict[str, str]) -> tuple[Finding, ...]:
    return deployed.findings([rule], files)


def test_a_base_without_overlays_is_deployed_as_it_is() -> None:
    assert len(findings("pdb-blocks-eviction", BASE)) == 1


def test_an_overlay_that_adds_replicas_silences_what_was_said_of_the_base() -> None:
    assert findings("pdb-blocks-eviction", {**BASE, LIVE: THREE}) == ()


def test_an_overlay_that_leaves_the_base_as_it_is_is_named() -> None:
    (finding,) = findings("pdb-blocks-eviction", {**BASE, LIVE: THREE, DEV: AS_IT_IS})
    assert finding.path == "base/budget.yaml"
    assert (DEV, "deploys it as it is") in [(each.span.path, each.label) for each in finding.locations[1:]]
    assert LIVE not in [each.span.path for each in finding.locations]


def test_the_labels_of_one_overlay_do_not_help_the_other() -> None:
    base = {
        "base/kustomization.yaml": "resources: [shop.yaml, service.yaml]\n",
        "base/shop.yaml": SHOP,
        "base/service.yaml": SERVICE,
    }
    labels = "labels: [{includeTemplates: true, pairs: {stage: live}}]\n"
    assert findings("dangling-service", {**base, LIVE: AS_IT_IS + labels}) == ()
    (finding,) = findings("dangling-service", {**base, LIVE: AS_IT_IS + labels, DEV: AS_IT_IS})
    assert [each.span.path for each in finding.locations if "kustomization" in each.span.path] == [DEV]


def test_what_the_only_overlay_deletes_is_not_missed() -> None:
    delete = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: shop}\n$patch: delete\n"
    overlay = AS_IT_IS + "patches: [{path: delete.yaml}]\n"
    files = {**BASE, LIVE: overlay, "overlays/live/delete.yaml": delete}
    assert findings("pdb-blocks-eviction", files) == ()


def test_a_finding_in_a_patch_is_asked_of_the_overlay_that_applies_it() -> None:
    scaler = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: shop}\n"
        "spec: {minReplicas: 2, maxReplicas: 2, scaleTargetRef: {kind: Deployment, name: shop}}\n"
    )
    files = {
        "base/kustomization.yaml": "resources: [hpa.yaml]\n",
        "base/hpa.yaml": scaler.replace("maxReplicas: 2", "maxReplicas: 9"),
        "overlays/live/hpa.yaml": scaler,
        LIVE: "resources: [../../base]\npatches: [{path: hpa.yaml}]\n",
    }
    (finding,) = findings("hpa-fixed-replicas", files)
    assert finding.path == "overlays/live/hpa.yaml"


PATCHED = "resources: [../../base]\npatches:\n  - target: {kind: %s, name: shop}\n    patch: |-\n      - %s\n"


@pytest.mark.parametrize(
    ("rule", "overlay", "text"),
    [
        ("pdb-blocks-eviction", "resources: [../../base]\nreplicas: [{name: shop, count: 2}]\n", "2"),
        (
            "dangling-service",
            PATCHED % ("Service", "{op: replace, path: /spec/selector/app, value: cart}"),
            "cart",
        ),
        (
            "service-target-port",
            PATCHED % ("Service", "{op: replace, path: /spec/ports/0/targetPort, value: web}"),
            "web",
        ),
    ],
)
def test_what_an_overlay_makes_wrong_is_told_at_its_change(rule: str, overlay: str, text: str) -> None:
    pods = SHOP.replace('image: "shop:1"', 'image: "shop:1", ports: [{name: http, containerPort: 80}]')
    right = {
        "base/kustomization.yaml": "resources: [shop.yaml, budget.yaml, service.yaml]\n",
        "base/shop.yaml": pods.replace("replicas: 1", "replicas: 3"),
        "base/budget.yaml": BUDGET.replace("minAvailable: 1", "minAvailable: 2"),
        "base/service.yaml": SERVICE.replace(", stage: live", "").replace(
            "port: 80", "port: 80, targetPort: http"
        ),
    }
    assert findings(rule, {**right, DEV: AS_IT_IS}) == ()
    (finding,) = findings(rule, {**right, LIVE: overlay, DEV: AS_IT_IS})
    span = finding.primary.span
    assert (span.path, overlay[span.start : span.end]) == (LIVE, text)
    assert finding.locations[1].label.endswith(" is changed")


def test_kustomizations_that_share_nothing_are_deployed_beside_each_other() -> None:
    files = {
        "apps/kustomization.yaml": "resources: [shop.yaml]\n",
        "apps/shop.yaml": SHOP,
        "budgets/kustomization.yaml": "resources: [shop.yaml]\n",
        "budgets/shop.yaml": BUDGET,
    }
    assert len(findings("pdb-blocks-eviction", files)) == 1


@pytest.mark.parametrize(
    "overlay", ["resources: [../../base, .]\n", "resources: [../../base, 3]\npatches: 3\n"]
)
def test_kustomizations_that_make_no_sense_are_passed_over(overlay: str) -> None:
    assert len(findings("pdb-blocks-eviction", {**BASE, LIVE: overlay})) == 1
