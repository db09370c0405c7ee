"""A kustomize overlay that sets a base right silences what was said of the base."""

from __future__ import annotations

import pytest

from lintkit.model import Finding
from tests.views import deployed

BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, labels: {app: shop}}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: api
          image: registry.example.com/shop
        - name: proxy
          image: proxy:1
          resources: {limits: {memory: 1Gi}}
"""
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: api, resources: {limits: {memory: 1Gi}}}]}}}
"""
INLINE = "\n".join("      " + line for line in PATCH.splitlines())
OPERATIONS = """\
  - target: {kind: Deployment, name: sh.*}
    patch: |-
      - op: add
        path: /spec/template/spec/containers/0/resources
        value: {limits: {memory: 1Gi}}
"""


def findings(rule: str, files: dict[str, str]) -> tuple[Finding, ...]:
    return deployed.findings([rule], files)


def tree(overlay: str, **more: str) -> dict[str, str]:
    return {
        "base/kustomization.yaml": "resources: [shop.yaml]\n",
        "base/shop.yaml": BASE,
        "overlays/prod/kustomization.yaml": overlay,
        **{name.replace("__", "/"): text for name, text in more.items()},
    }


def test_a_base_without_overlays_is_deployed_as_it_is() -> None:
    files = {"base/kustomization.yaml": "resources: [shop.yaml]\n", "base/shop.yaml": BASE}
    assert len(findings("memory-limits", files)) == 1


@pytest.mark.parametrize(
    "patches",
    [
        f"patches:\n  - patch: |-\n{INLINE}\n",
        f"patchesStrategicMerge:\n  - |-\n{INLINE}\n",
        f"patches:\n  - target: {{kind: Deployment}}\n    patch: |-\n{INLINE}\n",
        f"patches:\n{OPERATIONS}",
        f"patchesJson6902:\n{OPERATIONS}",
    ],
    ids=["inline", "strategic-merge", "target", "operations", "json6902"],
)
def test_a_patch_of_the_only_overlay_silences_the_base(patches: str) -> None:
    assert findings("memory-limits", tree(f"resources: [../../base]\n{patches}")) == ()


@pytest.mark.parametrize("key", ["patches: [{path: limits.yaml}]", "patchesStrategicMerge: [limits.yaml]"])
def test_a_patch_in_a_file_silences_the_base(key: str) -> None:
    files = tree(f"resources: [../../base]\n{key}\n")
    files["overlays/prod/limits.yaml"] = PATCH
    assert findings("memory-limits", files) == ()


def test_a_patch_of_something_else_silences_nothing() -> None:
    other = INLINE.replace("name: shop", "name: cart")
    files = tree(f"resources: [../../base]\npatches:\n  - patch: |-\n{other}\n")
    assert len(findings("memory-limits", files)) == 1


@pytest.mark.parametrize(
    "overlay",
    [
        "patchesStrategicMerge: [delete.yaml]\n",
        "patches: [{path: delete.yaml}]\n",
        "patches:\n  - target: {kind: Deployment}\n    path: delete.yaml\n",
        "patches: [{path: delete.yaml}]\nnamespace: shop\ncommonLabels: {a: b}\nreplicas: [{name: shop, count: 1}]\n",
    ],
)
def test_what_the_only_overlay_deletes_is_no_defect_of_the_base(overlay: str) -> None:
    files = tree(f"resources: [../../base]\n{overlay}")
    files["overlays/prod/delete.yaml"] = "$patch: delete\n" + PATCH.partition("spec:")[0]
    assert findings("memory-limits", files) == ()
    files["overlays/dev/kustomization.yaml"] = "resources: [../../base]\n"
    assert len(findings("memory-limits", files)) == 1


def test_deleting_one_object_leaves_what_is_said_of_the_others() -> None:
    files = tree("resources: [../../base]\npatchesStrategicMerge: [delete.yaml]\n")
    files["base/shop.yaml"] = BASE + "---\n" + BASE.replace("shop", "cart")
    files["overlays/prod/delete.yaml"] = "$patch: delete\n" + PATCH.partition("spec:")[0]
    (finding,) = findings("memory-limits", files)
    assert "cart" in finding.subject


def test_an_overlay_that_leaves_the_base_as_it_is_is_named() -> None:
    files = tree(f"resources: [../../base]\npatches:\n  - patch: |-\n{INLINE}\n")
    files["overlays/dev/kustomization.yaml"] = "resources: [../../base]\n"
    (finding,) = findings("memory-limits", files)
    assert finding.path == "base/shop.yaml"
    assert [(each.span.path, each.label) for each in finding.locations[1:]] == [
        ("overlays/dev/kustomization.yaml", "deploys it as it is")
    ]


def test_a_component_patches_what_the_overlay_deploys() -> None:
    files = tree("resources: [../../base]\ncomponents: [../../limits]\n")
    files["limits/kustomization.yaml"] = (
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - patch: |-\n"
        + INLINE
        + "\n"
    )
    assert findings("memory-limits", files) == ()


@pytest.mark.parametrize(
    ("image", "paths"),
    [
        ("{name: registry.example.com/shop, newTag: 1.4.2}", []),
        ("{name: registry.example.com/shop, digest: 'sha256:0f2c3b1e'}", []),
        ("{name: registry.example.com/shop, newName: shop, newTag: latest}", ["kustomization.yaml"]),
        ("{name: registry.example.com/cart, newTag: 1.4.2}", ["shop.yaml"]),
    ],
)
def test_an_image_that_the_kustomization_names_is_what_is_deployed(image: str, paths: list[str]) -> None:
    files = {"kustomization.yaml": f"resources: [shop.yaml]\nimages: [{image}]\n", "shop.yaml": BASE}
    assert [each.path for each in findings("image-tag-mutable", files)] == paths


REPLACED = """\
resources: [shop.yaml, versions.yaml]
replacements:
- source: {kind: ConfigMap, name: versions, fieldPath: data.shop}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ["spec.template.spec.containers.*.image"]
    options: {delimiter: ":", index: 1}
"""
VERSIONS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: versions}\ndata: {shop: 1.4.2}\n"


@pytest.mark.parametrize(
    ("change", "count"),
    [
        (("", ""), 0),
        (("containers.*", "containers.[name=api]"), 0),
        (("containers.*", "containers.0"), 0),
        (("containers.*", "containers.[name=other]"), 1),
        (("select: {kind: Deployment}", "select: {kind: Deployment}, reject: [{name: shop}]"), 1),
        (("kind: Deployment", "kind: StatefulSet"), 1),
        (("name: versions,", "name: elsewhere,"), 0),
        (("index: 1", "index: 7"), 0),
        (('options: {delimiter: ":", index: 1}', "options: 3"), 0),
    ],
)
def test_what_a_replacement_copies_is_what_is_deployed(change: tuple[str, str], count: int) -> None:
    text = REPLACED.replace(*change) if change[0] else REPLACED
    if "reject" in text:
        text = text.replace("}, reject: [", "}\n    reject: [")
    files = {
        "kustomization.yaml": text,
        "shop.yaml": BASE.replace("example.com/shop", "example.com/shop:latest"),
        "versions.yaml": VERSIONS,
    }
    assert len([each for each in findings("image-tag-mutable", files) if each.path == "shop.yaml"]) == count


def test_replacements_may_stand_in_a_file() -> None:
    replacements = REPLACED.partition("replacements:\n")[2]
    files = {
        "kustomization.yaml": "resources: [shop.yaml, versions.yaml]\nreplacements: [{path: r.yaml}]\n",
        "r.yaml": replacements,
        "shop.yaml": BASE.replace("example.com/shop", "example.com/shop:latest"),
        "versions.yaml": VERSIONS,
    }
    assert findings("image-tag-mutable", files) == ()


def test_a_namespace_and_labels_are_set() -> None:
    files = {
        "kustomization.yaml": "namespace: shop\ncommonLabels: {app.kubernetes.io/name: shop}\nresources: [shop.yaml]\n",
        "shop.yaml": BASE.replace("name: shop,", "name: shop, namespace: default,"),
    }
    assert findings("default-namespace", files) == ()
    assert findings("required-metadata", files) == ()


@pytest.mark.parametrize(
    "kustomization",
    [
        "resources: [../base, .]\n",
        "resources: [a, b, 3, {a: b}]\npatches: [3, {path: 3}, {patch: '{'}, {patch: 'a: b'}]\n",
        "resources: 3\nimages: 3\npatches: {a: b}\n",
        "resources: [base, shop.yaml]\nimages: [3, {name: 3}, {name: proxy, newTag: [1]}]\nreplicas: [3]\n",
        "[1, 2]\n",
        "",
    ],
)
def test_kustomizations_that_make_no_sense_are_passed_over(kustomization: str) -> None:
    files = {"base/kustomization.yaml": kustomization, "base/shop.yaml": BASE}
    assert len(findings("memory-limits", files)) == 1
    files["kustomization.yaml"] = kustomization
    assert len(findings("memory-limits", files)) == 1


ADDED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: sidecar
          image: registry.example.com/sidecar
"""


@pytest.mark.parametrize(("image", "count"), [("registry.example.com/sidecar", 0), ("other", 1)])
def test_an_image_in_a_patch_is_the_one_that_the_kustomization_names(image: str, count: int) -> None:
    files = tree(
        "resources: [../../base]\npatches: [{path: sidecar.yaml}]\n"
        f"images: [{{name: {image}, newTag: 1.4.2}}]\n"
    )
    files["overlays/prod/sidecar.yaml"] = ADDED
    found = findings("image-tag-mutable", files)
    assert len([each for each in found if each.path == "overlays/prod/sidecar.yaml"]) == count


def test_a_patch_of_nothing_that_is_deployed_is_judged_by_itself() -> None:
    files = tree(
        "resources: [../../base]\npatches: [{path: sidecar.yaml}]\n"
        "images: [{name: registry.example.com/sidecar, newTag: 1.4.2}]\n"
    )
    files["overlays/prod/sidecar.yaml"] = ADDED.replace("name: shop", "name: cart")
    found = findings("image-tag-mutable", files)
    assert [each.path for each in found if each.path.startswith("overlays")] == ["overlays/prod/sidecar.yaml"]


def test_a_patch_of_a_base_elsewhere_has_the_images_of_its_kustomization() -> None:
    overlay = (
        "resources: ['https://example.com/shop.yaml']\npatches: [{path: sidecar.yaml}]\n"
        "images: [{name: registry.example.com/sidecar, newTag: 1.4.2}]\n"
    )
    files = {"prod/kustomization.yaml": overlay, "prod/sidecar.yaml": ADDED}
    assert findings("image-tag-mutable", files) == ()
    files["prod/kustomization.yaml"] = overlay.replace("registry", "mirror")
    assert len(findings("image-tag-mutable", files)) == 1


def test_an_object_that_is_named_anew_is_not_told_again() -> None:
    overlay = (
        "resources: [../../base]\npatches:\n"
        "  - {target: {kind: Deployment, name: shop}, patch: '[{op: replace, path: /metadata/name, value: cart}]'}\n"
    )
    files = tree(overlay)
    files["base/shop.yaml"] = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {template: {spec: {containers: "
        "[{name: api, image: 'shop:1', env: [{name: DB_PASSWORD, value: blue-whale-41}]}]}}}\n"
    )
    assert [each.path for each in findings("hardcoded-secret", files)] == ["base/shop.yaml"]


def test_of_an_object_whose_kind_a_later_patch_changes_the_kind_at_last_counts() -> None:
    overlay = (
        "resources: [../../base]\npatches:\n  - path: service.yaml\n"
        "  - {target: {kind: Deployment, name: shop}, patch: '[{op: replace, path: /kind, value: StatefulSet}]'}\n"
    )
    files = tree(overlay)
    files["overlays/prod/service.yaml"] = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {serviceName: shop}\n"
    )
    assert [each for each in findings("schema-validation", files) if "serviceName" in each.message] == []


def test_a_patch_of_a_base_elsewhere_is_not_asked_for_what_it_lacks() -> None:
    files = {
        "prod/kustomization.yaml": "resources: [https://example.com/base]\npatches: [{path: patches/shop.yaml}]\n",
        "prod/patches/shop.yaml": PATCH.replace("name: api, resources: {limits: {memory: 1Gi}}", "name: api"),
    }
    assert findings("memory-limits", files) == ()


@pytest.mark.parametrize(
    ("new", "told"),
    [("{newName: other/shop, newTag: latest}", 1), ("{newTag: latest}", 1), ("{newTag: 1.4.2}", 0)],
)
def test_a_replaced_image_is_told_where_it_is_named(new: str, told: int) -> None:
    image = "{name: registry.example.com/shop, " + new[1:]
    files = tree("resources: [../../base]\nimages: [" + image + "]\n")
    found = deployed.findings(["image-tag-mutable", "kustomize-image-tag-mutable"], files)
    assert [each.path for each in found] == ["overlays/prod/kustomization.yaml"] * told


NAMED_ANEW = """\
resources: [../../base]
patches:
  - target: {kind: Deployment, name: shop}
    options: {allowNameChange: true}
    patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: cart}
  - target: {kind: Deployment, name: TARGET}
    patch: |-
      - op: add
        path: /spec/template/spec/containers/0/resources
        value: {limits: {memory: 1Gi}}
"""


@pytest.mark.parametrize("name", ["cart", "shop", "c.*"])
def test_a_patch_finds_what_another_one_named_anew(name: str) -> None:
    assert findings("memory-limits", tree(NAMED_ANEW.replace("TARGET", name))) == ()


def test_without_the_option_a_patch_changes_no_name() -> None:
    kept = NAMED_ANEW.replace("allowNameChange: true", "allowNameChange: false").replace("TARGET", "cart")
    assert len(findings("memory-limits", tree(kept))) == 1


PROBED = BASE.replace("/shop\n", "/shop:1\n          livenessProbe: {httpGet: {path: /, port: 80}}\n")
PROBE_PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {template: {spec: {containers: [{name: api, livenessProbe: {exec: {command: [a]}, httpGet: {$patch: delete}}}]}}}
"""


@pytest.mark.parametrize("base", [PROBED, PROBED.replace("httpGet: {path: /, port: 80}", "periodSeconds: 5")])
def test_a_mapping_is_deleted_by_its_directive(base: str) -> None:
    files = tree("resources: [../../base]\npatches: [{path: probe.yaml}]\n")
    files["base/shop.yaml"] = base
    files["overlays/prod/probe.yaml"] = PROBE_PATCH
    assert not [each for each in findings("schema-validation", files) if "both" in each.message]
    files["overlays/prod/probe.yaml"] = PROBE_PATCH.replace("{$patch: delete}", "{port: 80}")
    assert [each for each in findings("schema-validation", files) if "both" in each.message]


def test_a_list_is_replaced_by_its_directive() -> None:
    files = tree("resources: [../../base]\npatches: [{path: only.yaml}]\n")
    files["overlays/prod/only.yaml"] = PATCH.replace(
        "[{name: api,", "[{$patch: replace}, {name: api, image: 'shop:1',"
    )
    files["base/shop.yaml"] = BASE.replace("          resources: {limits: {memory: 1Gi}}\n", "")
    assert findings("memory-limits", files) == ()
