from __future__ import annotations

from typing import Any

import pytest

from lintkit.kinds.kubernetes import objects as kubernetes
from lintkit.kinds.kubernetes.objects import containers, env_entries, pod_spec_route
from lintkit.kinds.workflow import document as workflow
from lintkit.model import Document, SourceFile, Span


def load(text: str) -> tuple[Document, ...]:
    return kubernetes.parse(SourceFile("k.yaml", "kubernetes", text.encode()))


def cut(document: Document, span: Span) -> str:
    return document.text[span.start : span.end]


POD = """\
kind: Deployment
spec:
  template:
    spec:
      initContainers:
      - name: init
      containers:
      - name: app
        env:
        - name: A
          value: "one"
        - {name: B, value: 3}
        - name: C
          valueFrom: {secretKeyRef: {name: s, key: k}}
        - name: D
        - name: E
          valueFrom: {fieldRef: {fieldPath: x}}
        - value: nameless
        - broken
        envFrom:
        - configMapRef: {name: cm}
          prefix: P_
        - secretRef: {name: sec}
        - 3
      - broken
      ephemeralContainers:
      - {image: x}
"""


@pytest.mark.parametrize(
    "kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"]
)
def test_workloads_have_their_pod_spec_in_a_template(kind: str) -> None:
    data = {"kind": kind, "spec": {"template": {"spec": {}}}}
    assert pod_spec_route(data) == ("spec", "template", "spec")


@pytest.mark.parametrize(
    ("data", "route"),
    [
        ({"kind": "Pod", "spec": {}}, ("spec",)),
        ({"kind": "PodTemplate", "template": {"spec": {}}}, ("template", "spec")),
        (
            {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {}}}}}},
            ("spec", "jobTemplate", "spec", "template", "spec"),
        ),
        (
            {"kind": "Rollout", "spec": {"template": {"spec": {"containers": []}}}},
            ("spec", "template", "spec"),
        ),
        ({"kind": "Other", "spec": {"template": {"spec": {}}}}, None),
        ({"kind": 3, "spec": {}}, None),
        ({"kind": "Pod", "spec": []}, None),
        ({"kind": "Deployment", "spec": {"template": None}}, None),
        ({}, None),
        ([], None),
        (None, None),
        ("Pod", None),
    ],
)
def test_pod_spec(data: Any, route: object) -> None:
    assert pod_spec_route(data) == route


def test_containers_of_all_lists() -> None:
    (document,) = load(POD)
    assert [(c.name, c.kind) for c in containers(document)] == [
        ("init", "init"),
        ("app", "container"),
        ("", "ephemeral"),
    ]
    assert containers(document)[1].route == ("spec", "template", "spec", "containers", 0)


def test_variables_of_containers() -> None:
    (document,) = load(POD)
    entries = env_entries(document)
    assert [(e.name, e.value) for e in entries] == [
        ("A", "one"),
        ("B", "3"),
        ("C", None),
        ("D", None),
        ("E", None),
    ]
    assert [cut(document, e.name_span) for e in entries] == list("ABCDE")
    assert entries[0].container.name == "app"


def test_list_gives_a_document_per_item() -> None:
    first, second, third = load("kind: List\nitems:\n- kind: A\n  x: 1\n  x: 2\n- kind: B\n---\nkind: C\n")
    assert [d.data["kind"] for d in (first, second, third)] == ["A", "B", "C"]
    assert [d.index for d in (first, second, third)] == [0, 1, 2]
    assert cut(second, second.nodes[("kind",)].value) == "B"
    assert cut(first, first.nodes[()].value) == "kind: A\n  x: 1\n  x: 2"
    assert [len(d.problems) for d in (first, second, third)] == [1, 0, 0]


def test_problem_outside_of_the_items_is_not_lost() -> None:
    first, second = load("kind: List\nkind: List\nitems: [{kind: A}, {kind: B}]\n")
    assert [len(first.problems), len(second.problems)] == [1, 0]


def test_list_with_many_problems_is_read_in_linear_time() -> None:
    documents = load("kind: List\nitems:\n" + "- {a: 1, a: 2}\n" * 5_000)
    assert {len(d.problems) for d in documents} == {1}


def test_lists_in_lists_are_taken_apart() -> None:
    documents = load("kind: List\nitems:\n- kind: ConfigMapList\n  items: [{kind: A}]\n- kind: B\n")
    assert [d.data["kind"] for d in documents] == ["A", "B"]


def test_items_of_a_typed_list_have_its_kind() -> None:
    first, second = load(
        "apiVersion: v1\nkind: PodList\nitems:\n- {spec: {}}\n- {kind: Pod, apiVersion: v2}\n"
    )
    assert first.data == {"apiVersion": "v1", "kind": "Pod", "spec": {}}
    assert second.data == {"apiVersion": "v2", "kind": "Pod"}
    assert cut(first, first.nodes[("spec",)].value) == "{}"


def test_objects_of_a_template_are_taken_out_of_it() -> None:
    text = "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- {kind: A}\n- {kind: B}\nparameters: []\n"
    template, first, second = load(text)
    assert template.data == {"apiVersion": "template.openshift.io/v1", "kind": "Template", "parameters": []}
    assert [first.data, second.data] == [{"kind": "A"}, {"kind": "B"}]
    assert cut(second, second.nodes[("kind",)].value) == "B"
    assert len(load(text.replace("template.openshift.io", "policy.example.com"))) == 1


def test_json_holds_objects_one_after_the_other() -> None:
    text = '\ufeff{"kind": "A", "x": 1, "x": 2}\n{"kind": "List",\t"items": [{"kind": "B", "s": "\\ud83d\\ude00"}]}'
    first, second = kubernetes.parse(SourceFile("k.json", "kubernetes", text.encode()))
    assert [d.data["kind"] for d in (first, second)] == ["A", "B"]
    assert [d.index for d in (first, second)] == [0, 1]
    assert [len(d.problems) for d in (first, second)] == [1, 0]
    assert cut(second, second.nodes[("kind",)].value) == '"B"'


def test_aliased_item_keeps_its_use() -> None:
    first, second = load("kind: List\nitems:\n- &x {kind: A}\n- *x\n")
    assert first.nodes[("kind",)].alias is None
    alias = second.nodes[("kind",)].alias
    assert alias is not None
    assert cut(second, alias) == "*x"


@pytest.mark.parametrize(
    "text", ["", "---\n---\n", "- a\n", "kind: 3\n", "kind: List\nitems: 3\n", "kind: [List]\n", "x"]
)
def test_what_is_no_object_is_silent(text: str) -> None:
    for document in load(text):
        assert [*containers(document), *env_entries(document)] == []
        assert document.problems == ()


def test_yes_is_a_boolean_in_a_manifest_and_a_string_in_a_workflow() -> None:
    (manifest,) = load("a: yes\n")
    (flow,) = workflow.parse(SourceFile("w.yml", "workflow", b"a: yes\n"))
    assert [manifest.data, flow.data] == [{"a": True}, {"a": "yes"}]
