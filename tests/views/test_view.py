"""What a view is made of, and what rules say of it: with rules of three lines, and no run around them."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from lintkit.facts import Fact
from lintkit.formats.plain import at
from lintkit.kinds.extract import extract_document
from lintkit.kinds.kubernetes.cluster import build_cluster
from lintkit.kinds.kubernetes.cluster_facts import PodsDefined, ServiceDefined
from lintkit.kinds.kubernetes.kustomize import Kustomizations
from lintkit.kinds.kubernetes.objects import parse
from lintkit.model import Document, Finding, RuleMeta, SourceFile
from lintkit.rule.definition import Project, Rule, RuleContext
from lintkit.run.file import Task
from lintkit.run.guard import Guard
from lintkit.views.check import Checks, settled
from lintkit.views.view import View, tree_of, view_of

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {replicas: 3, template: {spec: {containers: []}}}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {}
"""
ONE = SHOP.replace("replicas: 3", "replicas: 1")
BASE = {"base/kustomization.yaml": "resources: [shop.yaml]\n", "base/shop.yaml": SHOP}
ON_BASE = "resources: [../base]\n"
SCALED = ON_BASE + "replicas: [{name: shop, count: %s}]\n"
META = RuleMeta("a/replicas", "few replicas", "", "", "warning", "high", "file", ("kubernetes",))
PAIR = RuleMeta("a/pair", "a Service for each", "", "", "warning", "high", "project", ("kubernetes",))


def kustomizations(files: Mapping[str, str]) -> Kustomizations:
    documents = {path: parse(SourceFile(path, "kubernetes", text.encode())) for path, text in files.items()}
    folders = {posixpath.dirname(path): path for path in files if path.endswith("kustomization.yaml")}
    return Kustomizations(folders, lambda path: documents.get(path, ()))


def view(files: Mapping[str, str], root: str = "over", *, changes: bool = True) -> View:
    all_of_them = kustomizations(files)
    return view_of(all_of_them, root, tree_of(all_of_them, root), changes=changes)


class Asked:
    """A rule about replicas that counts how often it is asked of an object with so many.

    secret  what it finds is a secret
    """

    def __init__(self, *, secret: bool = False) -> None:
        self.secret = secret
        self.counts: Counter[tuple[str, int]] = Counter()

    def check(self, document: Document, rule: RuleContext) -> Iterator[Finding]:
        assert document in rule.documents
        count = at(document.data, "spec", "replicas")
        if count is None:
            return
        self.counts[document.path, count] += 1
        if count < 2:
            name, tier = (at(document.data, "metadata", key) for key in ("name", "tier"))
            span = document.span(("spec", "replicas"))
            yield rule.finding(span, "few", subject=f"{name} {tier} replicas", secret=self.secret)


def of_files(
    files: Mapping[str, str], asked: Asked | None = None, meta: RuleMeta = META
) -> tuple[list[Finding], Guard]:
    """What becomes of what the rule says of each file by itself."""
    rule = Rule(meta, (asked or Asked()).check)
    task, guard = Task(rule, RuleContext(meta)), Guard()
    all_of_them = kustomizations(files)
    read = (all_of_them.read(path) for path in files)
    found = [each for documents in read for one in documents for each in task.findings(one, documents)]
    return settled(all_of_them, Checks(lambda _: (task,)), found, guard), guard


def places(findings: list[Finding], files: Mapping[str, str]) -> list[tuple[str, str]]:
    spans = [finding.primary.span for finding in findings]
    return [(span.path, files[span.path][span.start : span.end]) for span in spans]


def test_a_view_has_the_documents_of_each_file_with_its_changes() -> None:
    found = view({**BASE, "over/kustomization.yaml": SCALED % 5 + "namespace: live\n"})
    (path,) = found.documents
    deployment, service = found.documents[path]
    assert (path, found.file, found.changes) == ("base/shop.yaml", "over/kustomization.yaml", True)
    assert (deployment.path, deployment.index, service.index) == ("base/shop.yaml", 0, 1)
    assert at(deployment.data, "spec", "replicas") == 5
    assert deployment.span(("spec", "replicas")).path == "over/kustomization.yaml"
    assert deployment.span(("metadata", "name")).path == "base/shop.yaml"
    assert {at(each.data, "metadata", "namespace") for each in (deployment, service)} == {"live"}


def test_without_its_changes_a_view_keeps_namespace_and_labels() -> None:
    found = view({**BASE, "over/kustomization.yaml": SCALED % 5 + "namespace: live\n"}, changes=False)
    deployment = found.documents["base/shop.yaml"][0]
    assert at(deployment.data, "spec", "replicas") == 3
    assert at(deployment.data, "metadata", "namespace") == "live"
    assert not found.changes


def test_definitions_refer_to_nothing_and_what_is_deleted_is_not_there() -> None:
    patch = "patches: [{patch: '{kind: Service, metadata: {name: shop}, $patch: delete}'}]\n"
    files = {**BASE, "over/kustomization.yaml": ON_BASE + patch}
    files["base/shop.yaml"] += "---\nkind: CustomResourceDefinition\nmetadata: {name: carts}\n"
    found = view(files)
    assert [at(each.data, "kind") for each in found.documents["base/shop.yaml"]] == [
        "Deployment",
        None,
        "CustomResourceDefinition",
    ]
    assert [at(each.data, "kind") for each in found.referring()] == ["Deployment"]


@pytest.mark.parametrize(
    ("base", "overlays", "left"),
    [
        (ONE, {}, [("base/shop.yaml", "1")]),
        (ONE, {"dev": SCALED % 2}, []),
        (ONE, {"dev": SCALED % 2, "prod": ON_BASE}, [("base/shop.yaml", "1")]),
        (SHOP, {"dev": SCALED % 2}, []),
        (SHOP, {"dev": SCALED % 1}, [("dev/kustomization.yaml", "1")]),
        (SHOP, {"dev": SCALED % 1, "prod": ON_BASE}, [("dev/kustomization.yaml", "1")]),
        (ONE, {"dev": SCALED % 0}, [("dev/kustomization.yaml", "0")]),
        (ONE, {"dev": SCALED % 0, "prod": SCALED % 2}, [("dev/kustomization.yaml", "0")]),
        (
            ONE,
            {"dev": SCALED % 0, "prod": ON_BASE},
            [("base/shop.yaml", "1"), ("dev/kustomization.yaml", "0")],
        ),
        (ONE, {"dev": SCALED % 1}, [("base/shop.yaml", "1")]),
    ],
    ids=[
        *("no view", "repaired", "shown by one", "right", "made wrong", "made wrong by one"),
        *("still wrong", "still wrong in one", "wrong in two places", "said again"),
    ],
)
def test_a_finding_stands_where_the_wrong_line_is(
    base: str, overlays: dict[str, str], left: list[tuple[str, str]]
) -> None:
    files = {**BASE, "base/shop.yaml": base}
    files |= {f"{name}/kustomization.yaml": text for name, text in overlays.items()}
    found, guard = of_files(files)
    assert places(found, files) == left
    assert guard.findings() == []


def test_a_secret_stays_in_the_base_whatever_is_put_into_its_place() -> None:
    files = {**BASE, "base/shop.yaml": ONE, "over/kustomization.yaml": SCALED % 0}
    found, _ = of_files(files, Asked(secret=True))
    assert places(found, files) == [("base/shop.yaml", "1"), ("over/kustomization.yaml", "0")]


def test_what_a_patch_says_only_with_its_base_is_told_in_place_of_what_it_says_alone() -> None:
    base = SHOP.replace("{name: shop}", "{name: shop, tier: web}", 1)
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec: {replicas: 1}\n"
    files = {**BASE, "base/shop.yaml": base, "over/patch.yaml": patch}
    files["over/kustomization.yaml"] = ON_BASE + "patches: [{path: patch.yaml}]\n"
    found, _ = of_files(files)
    assert [each.subject for each in found] == ["shop web replicas"]
    assert places(found, files) == [("over/patch.yaml", "1")]


def test_a_rule_is_asked_once_of_an_object_of_a_view() -> None:
    asked = Asked()
    found, _ = of_files({**BASE, "base/shop.yaml": ONE, "over/kustomization.yaml": SCALED % 2}, asked)
    assert (found, asked.counts) == ([], Counter({("base/shop.yaml", 1): 1, ("base/shop.yaml", 2): 1}))


def test_a_rule_that_said_nothing_is_not_asked_of_what_nothing_changes() -> None:
    asked = Asked()
    of_files({**BASE, "over/kustomization.yaml": ON_BASE + "namespace: live\n"}, asked)
    assert asked.counts == Counter({("base/shop.yaml", 3): 1})


def test_changes_that_are_too_many_are_applied_and_told() -> None:
    many = "".join(f"- {{name: shop, count: {count}}}\n" for count in (*range(2, 1_002), 4))
    files = {**BASE, "base/shop.yaml": ONE, "over/kustomization.yaml": f"{ON_BASE}replicas:\n{many}"}
    found, guard = of_files(files)
    assert found == []
    (note,) = guard.findings()
    assert (note.rule, note.path) == ("lintkit/skipped-file", "over/kustomization.yaml")
    assert "1,000 changes or more" in note.message


SCALER = "apiVersion: v1\nkind: Scaler\nmetadata: {name: all%s}\nspec: {most: 5}\n"


@pytest.mark.parametrize(
    ("place", "overlay", "left"),
    [
        ("", "resources: [../base, scaler.yaml]\n", []),
        ("", "resources: [../base, scaler.yaml]\nnamespace: live\n", []),
        (", namespace: cart", "resources: [../base, scaler.yaml]\nnamespace: live\n", []),
        (", namespace: cart", "resources: [../base, scaler.yaml]\n", ["base/shop.yaml"]),
        ("", ON_BASE, ["base/shop.yaml"]),
    ],
    ids=["beside it", "one namespace", "put into it", "another namespace", "not deployed"],
)
def test_what_a_namespace_gives_in_a_view_is_not_missed(place: str, overlay: str, left: list[str]) -> None:
    files = {**BASE, "base/shop.yaml": ONE.replace("{name: shop}", "{name: shop, namespace: shop}", 1)}
    if not place:
        files["base/shop.yaml"] = ONE
    files |= {"over/kustomization.yaml": overlay, "over/scaler.yaml": SCALER % place}
    found, _ = of_files(files, meta=replace(META, excused_by=("Scaler", "$.spec.most")))
    assert [each.path for each in found] == left


def pairs(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """There is a Service for each replica."""
    for pods in project.facts(PodsDefined):
        if pods.replicas is not None and pods.replicas.value != len(project.facts(ServiceDefined)):
            yield rule.finding(pods.span, "not a pair", subject=pods.name)


@pytest.mark.parametrize(
    ("base", "overlay", "left"),
    [
        (ONE, ON_BASE, []),
        (ONE, SCALED % 2, ["over/kustomization.yaml"]),
        (SHOP, ON_BASE, ["base/shop.yaml"]),
        (SHOP, SCALED % 1, []),
    ],
)
def test_rules_about_several_objects_see_those_of_one_view(base: str, overlay: str, left: list[str]) -> None:
    files = {**BASE, "base/shop.yaml": base, "over/kustomization.yaml": overlay}
    all_of_them = kustomizations(files)
    by_type: dict[type, tuple[Fact, ...]] = {}
    for path in files:
        for document in all_of_them.read(path):
            for fact in extract_document(document):
                by_type[type(fact)] = (*by_type.get(type(fact), ()), fact)
    cluster = build_cluster(by_type, frozenset(files))
    project = Project(frozenset(files), frozenset(), None, by_type, cluster)  # type: ignore[arg-type]
    rule, context = Rule(PAIR, pairs), RuleContext(PAIR)
    checks = Checks(lambda _: (), project, {rule.id: (rule, context)})
    found = settled(all_of_them, checks, list(pairs(project, context)), Guard())
    assert [each.path for each in found] == left
