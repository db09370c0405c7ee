"""What a kustomization deploys, object by object, without any rule."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

import pytest

from lintkit.budget import LeftOutError
from lintkit.formats.plain import at
from lintkit.kinds.kubernetes.kustomize import Kustomizations
from lintkit.kinds.kubernetes.objects import parse
from lintkit.model import Document, SourceFile

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 1
  template:
    spec:
      containers:
        - {name: api, image: "registry.example.com/shop:1", env: [{name: A, value: "1"}]}
        - {name: proxy, image: "envoy:1"}
"""


def kustomizations(files: Mapping[str, str]) -> Kustomizations:
    def read(path: str) -> tuple[Document, ...]:
        return parse(SourceFile(path, "kubernetes", files[path].encode())) if path in files else ()

    folders = {
        posixpath.dirname(path): path for path in files if posixpath.basename(path) == "kustomization.yaml"
    }
    return Kustomizations(folders, read)


def built(overlay: str, **more: str) -> Any:
    """The Deployment as the overlay deploys it; None where it is deleted or not reached."""
    files = {
        "base/kustomization.yaml": "resources: [shop.yaml]\n",
        "base/shop.yaml": SHOP,
        "over/kustomization.yaml": overlay,
        **more,
    }
    objects = [each.data for each in kustomizations(files).build("over")]
    return objects[0] if objects else None


def container(data: Any, name: str) -> Any:
    return next(each for each in data["spec"]["template"]["spec"]["containers"] if each["name"] == name)


def test_a_strategic_patch_merges_containers_by_name_and_leaves_the_others() -> None:
    data = built(
        "resources: [../base]\npatches:\n  - path: more.yaml\n",
        **{
            "over/more.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n"
            "spec: {template: {spec: {containers: [{name: api, env: [{name: B, value: '2'}]}]}}}\n"
        },
    )
    assert [each["name"] for each in container(data, "api")["env"]] == ["A", "B"]
    assert container(data, "api")["image"] == "registry.example.com/shop:1"
    assert container(data, "proxy") == {"name": "proxy", "image": "envoy:1"}


def test_a_patch_by_operations_is_made_in_order() -> None:
    data = built(
        "resources: [../base]\npatches:\n  - target: {kind: Deployment}\n    patch: |-\n"
        "      - {op: replace, path: /spec/replicas, value: 3}\n"
        "      - {op: remove, path: /spec/template/spec/containers/1}\n"
        "      - {op: add, path: /spec/template/spec/containers/-, value: {name: late, image: 'late:1'}}\n"
    )
    assert data["spec"]["replicas"] == 3
    assert [each["name"] for each in data["spec"]["template"]["spec"]["containers"]] == ["api", "late"]


@pytest.mark.parametrize(
    "target", ["{kind: Service}", "{name: shopping}", "{kind: Deployment, name: other.*}"]
)
def test_a_patch_for_something_else_changes_nothing(target: str) -> None:
    data = built(
        f"resources: [../base]\npatches:\n  - target: {target}\n"
        "    patch: '[{op: replace, path: /spec/replicas, value: 3}]'\n"
    )
    assert data["spec"]["replicas"] == 1


def test_images_and_replicas_are_named_anew() -> None:
    data = built(
        "resources: [../base]\nreplicas: [{name: shop, count: 4}]\n"
        "images: [{name: registry.example.com/shop, newTag: '2'}, "
        "{name: envoy, newName: mirror/envoy, digest: 'sha256:ab'}]\n"
    )
    assert data["spec"]["replicas"] == 4
    assert container(data, "api")["image"] == "registry.example.com/shop:2"
    assert container(data, "proxy")["image"] == "mirror/envoy@sha256:ab"


def test_a_deleted_object_is_kept_without_data() -> None:
    data = built(
        "resources: [../base]\npatches:\n  - patch: |-\n"
        "      {apiVersion: apps/v1, kind: Deployment, metadata: {name: shop}, $patch: delete}\n"
    )
    assert data is None


def test_a_component_changes_what_stands_before_it() -> None:
    data = built(
        "resources: [../base]\ncomponents: [../part]\n",
        **{
            "part/kustomization.yaml": "kind: Component\nreplicas: [{name: shop, count: 7}]\n",
        },
    )
    assert data["spec"]["replicas"] == 7


def test_the_base_itself_is_never_changed() -> None:
    files = {
        "base/kustomization.yaml": "resources: [shop.yaml]\n",
        "base/shop.yaml": SHOP,
        "one/kustomization.yaml": "resources: [../base]\nreplicas: [{name: shop, count: 2}]\n",
        "two/kustomization.yaml": "resources: [../base]\n",
    }
    all_of_them = kustomizations(files)
    counts = [at(all_of_them.build(root)[0].data, "spec", "replicas") for root in ("one", "two", "one")]
    assert counts == [2, 1, 2]


def test_roots_are_what_no_other_builds_on_and_components_are_none() -> None:
    all_of_them = kustomizations(
        {
            "base/kustomization.yaml": "resources: [shop.yaml]\n",
            "part/kustomization.yaml": "kind: Component\n",
            "one/kustomization.yaml": "resources: [../base]\n",
            "two/kustomization.yaml": "bases: [../base]\n",
        }
    )
    assert all_of_them.roots() == ["one", "two"]
    assert all_of_them.tree("two") == {"two", "base"}
    assert all_of_them.reached("one") == {"base/shop.yaml"}


def test_kustomizations_that_build_on_each_other_end() -> None:
    all_of_them = kustomizations(
        {
            "a/kustomization.yaml": "resources: [../b, shop.yaml]\n",
            "a/shop.yaml": SHOP,
            "b/kustomization.yaml": "resources: [../a]\n",
        }
    )
    assert {each.path for each in all_of_them.build("a")} == {"a/shop.yaml"}
    assert all_of_them.roots() == []


def test_each_level_that_names_the_next_twice_is_left_out_with_a_word() -> None:
    files = {
        f"l{level}/kustomization.yaml": f"resources: [../l{level + 1}, ../l{level + 1}/]\n"
        for level in range(14)
    }
    files["l14/kustomization.yaml"] = "resources: [shop.yaml]\n"
    files["l14/shop.yaml"] = SHOP
    with pytest.raises(LeftOutError, match="was not followed"):
        kustomizations(files).build("l0")
