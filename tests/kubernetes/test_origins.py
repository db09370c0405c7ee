"""What a kustomization deploys is a document whose nodes stand where each part of it is written."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import pytest

from lintkit.formats.origins import Origins
from lintkit.formats.plain import at
from lintkit.kinds.extract import extract_document
from lintkit.kinds.kubernetes.cluster_facts import ObjectDefined, PodsDefined
from lintkit.kinds.kubernetes.kustomize import Kustomizations
from lintkit.kinds.kubernetes.objects import parse
from lintkit.model import Document, Route, SourceFile

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  template:
    spec:
      containers:
        - {name: proxy, image: "envoy:1"}
        - name: api
          image: "shop:1"
          args: [serve, --fast]
          env: [{name: A, value: "1"}]
"""
API: Route = ("spec", "template", "spec", "containers", 1)
PATCH = """\
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers:
        - name: api
          env: [{name: B, value: "two"}]
          securityContext: {privileged: true}
"""
INLINE = "".join(f"      {line}\n" for line in PATCH.splitlines())
FILES = {
    "base/kustomization.yaml": "resources: [shop.yaml]\n",
    "base/shop.yaml": SHOP,
    "over/patch.yaml": PATCH,
}


def deployed(overlay: str, files: Mapping[str, str] = FILES) -> tuple[Document, dict[str, str]]:
    """The Deployment of an overlay of the base, and the texts of all files."""
    texts = {**files, "over/kustomization.yaml": f"resources: [../base]\n{overlay}"}

    def read(path: str) -> tuple[Document, ...]:
        return parse(SourceFile(path, "kubernetes", texts[path].encode())) if path in texts else ()

    folders = {
        posixpath.dirname(path): path for path in texts if posixpath.basename(path) == "kustomization.yaml"
    }
    (built,) = Kustomizations(folders, read).build("over")
    return built.document, texts


def written(document: Document, texts: Mapping[str, str], *route: str | int) -> tuple[str, str]:
    """The file that a part comes from, and what stands there."""
    span = document.span(route)
    return span.path, texts[span.path][span.start : span.end]


def raw(document: Document, *route: str | int) -> str | None:
    """The text of a scalar as the consumer reads it."""
    return document.nodes[route].raw


def test_what_nothing_changes_stands_in_its_own_file() -> None:
    document, texts = deployed("namespace: prod\n")
    assert written(document, texts, *API, "args", 1) == ("base/shop.yaml", "--fast")
    assert written(document, texts, "spec", "replicas") == ("base/shop.yaml", "3")
    assert written(document, texts, "metadata", "namespace") == ("over/kustomization.yaml", "prod")
    assert (document.path, document.text, document.derived) == ("base/shop.yaml", SHOP, True)


@pytest.mark.parametrize(
    ("patches", "path"),
    [
        ("patches: [{path: patch.yaml}]\n", "over/patch.yaml"),
        (f"patches:\n  - patch: |\n{INLINE}", "over/kustomization.yaml"),
        (f"patchesStrategicMerge:\n  - |-\n{INLINE}", "over/kustomization.yaml"),
    ],
)
def test_what_a_patch_adds_stands_in_the_patch(patches: str, path: str) -> None:
    document, texts = deployed(patches)
    assert written(document, texts, *API, "securityContext", "privileged") == (path, "true")
    assert written(document, texts, *API, "env", 1, "value") == (path, '"two"')
    assert raw(document, *API, "env", 1, "value") == "two"
    assert written(document, texts, *API, "env", 0, "value") == ("base/shop.yaml", '"1"')
    assert written(document, texts, "metadata", "name") == ("base/shop.yaml", "shop")


@pytest.mark.parametrize(
    ("operation", "route", "text"),
    [
        ("{op: replace, path: /spec/replicas, value: 5}", ("spec", "replicas"), "5"),
        ("{op: add, path: /spec/template/spec/containers/1/args/0, value: now}", (*API, "args", 0), "now"),
        ("{op: add, path: /spec/template/spec/containers/1/args/-, value: now}", (*API, "args", 2), "now"),
        ("{op: replace, path: /spec/template/spec/containers/1/args/1, value: s}", (*API, "args", 1), "s"),
        ("{op: add, path: /spec/x, value: {a: [b, c]}}", ("spec", "x", "a", 1), "c"),
    ],
)
def test_what_an_operation_puts_in_stands_in_it(operation: str, route: Route, text: str) -> None:
    document, texts = deployed(
        f"patches:\n  - target: {{kind: Deployment}}\n    patch: |-\n      - {operation}\n"
    )
    assert str(at(document.data, *route)) == text
    assert written(document, texts, *route) == ("over/kustomization.yaml", text)


def test_what_stands_behind_something_that_is_removed_keeps_its_place() -> None:
    document, texts = deployed(
        "patches:\n  - target: {kind: Deployment}\n    patch: |-\n"
        "      - {op: remove, path: /spec/template/spec/containers/1/args/0}\n"
        "      - {op: remove, path: /spec/template/spec/containers/0}\n"
    )
    api = (*API[:-1], 0)
    assert written(document, texts, *api, "args", 0) == ("base/shop.yaml", "--fast")
    assert written(document, texts, *api, "image") == ("base/shop.yaml", '"shop:1"')


def test_images_replicas_labels_and_replacements_say_where_they_stand() -> None:
    document, texts = deployed(
        "images: [{name: shop, newTag: late}]\n"
        "replicas: [{name: shop, count: 7}]\n"
        "commonLabels: {team: cart}\n"
        "replacements:\n"
        "  - source: {kind: Deployment, name: shop, fieldPath: 'spec.template.spec.containers.0.image'}\n"
        "    targets: [{select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.1.env.0.value']}]\n"
    )
    here = "over/kustomization.yaml"
    assert (at(document.data, *API, "image"), raw(document, *API, "image")) == ("shop:late",) * 2
    assert written(document, texts, *API, "image") == (here, "late")
    assert written(document, texts, "spec", "replicas") == (here, "7")
    assert written(document, texts, "metadata", "labels", "team") == (here, "cart")
    assert written(document, texts, *API, "env", 0, "value") == ("base/shop.yaml", '"envoy:1"')


def test_a_fact_of_a_changed_object_is_said_of_its_file() -> None:
    rename = "{op: replace, path: /metadata/name, value: cart}"
    document, _ = deployed(
        "patches:\n  - target: {kind: Deployment}\n    options: {allowNameChange: true}\n"
        f"    patch: |-\n      - {rename}\n"
    )
    found = [each for each in extract_document(document) if isinstance(each, (ObjectDefined, PodsDefined))]
    assert {(each.name, each.path, each.span.path) for each in found} == {
        ("cart", "base/shop.yaml", "over/kustomization.yaml")
    }


def test_every_part_of_a_derived_document_has_a_node() -> None:
    document, _ = deployed("patches: [{path: patch.yaml}]\ncommonLabels: {team: cart}\nnamePrefix: x\n")
    routes = list(document.nodes)
    assert len(routes) == len(document.nodes) > 20
    for route in routes:
        node = document.nodes[route]
        assert (node.raw is None) == isinstance(at(document.data, *route), (dict, list))
    assert ("spec", "none") not in document.nodes
    assert document.nodes.get((*API, "args", 9)) is None


def test_a_snapshot_keeps_what_is_changed_later() -> None:
    (document,) = parse(SourceFile("a.yaml", "kubernetes", b"{a: [x, y], b: {c: z}}"))
    origins = Origins()
    data = origins.copied(document.data, document.nodes)
    before = origins.snapshot(data)
    origins.keep(data["a"], [1])
    origins.put(data["b"], "c", "new", document.nodes["a", 0])
    assert before == document.data != data
    spans = origins.spans(before["a"], 1), origins.spans(data["a"], 0)
    assert spans == (document.nodes["a", 1],) * 2
    now = origins.document(data, document)
    assert (now.span(("b", "c")), now.key_span(("b", "c"))) == (
        document.span(("a", 0)),
        document.key_span(("b", "c")),
    )


def test_items_are_what_each_route_gives() -> None:
    anchored = PATCH.replace("env:", "args: &a [now]\n          command: *a\n          env:")
    document, _ = deployed("patches: [{path: patch.yaml}]\n", {**FILES, "over/patch.yaml": anchored})
    nodes = document.nodes
    assert len(nodes) > 20
    assert dict(nodes.items()) == {route: nodes[route] for route in nodes}
    assert [route for route, _ in nodes.items()] == list(nodes)
