"""Manifests that are broken, strange or huge: a clear word or silence, never a crash, a wrong line or a long wait."""

# ruff: noqa: E501

from __future__ import annotations

from functools import cache, partial

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, builtin_folder, load_rule, rule_files
from lintkit.config.model import Config
from lintkit.model import Report
from lintkit.run.engine import Request, run
from lintkit.source import Lines
from tests.stepping import steps


@cache
def rules() -> RuleSet:
    folder = builtin_folder()
    return RuleSet(tuple(load_rule(f, folder) for f in rule_files(folder) if f.parent.name == "kubernetes"))


def check(files: dict[str, str], *, scope: str = "") -> Report:
    config = Config().with_flags(select=("*",), extend_select=(), ignore=(), fail_on=None)
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    chosen = RuleSet(tuple(rule for rule in rules().rules if scope in ("", rule.meta.scope)))
    return run(Request(tree, config, chosen, chosen.ids(), jobs=1))


def told(report: Report) -> list[tuple[str, int]]:
    found = []
    for finding in report.findings:
        line = Lines(report.texts[finding.path]).position(finding.primary.span.start).line
        found.append((finding.rule, line))
    return found


HEAD = "apiVersion: v1\nkind: "


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "3\nspec: {containers: [{name: a}]}\n",
        HEAD + "[Pod]\nmetadata: 3\n",
        HEAD + "Unknown\nmetadata: {name: [1]}\nspec: [1, {containers: 3}]\n",
        HEAD + "Pod\nmetadata:\nspec:\n",
        HEAD + "Pod\nmetadata: [a]\nspec: {containers: {a: b}, volumes: 3, initContainers: [3, null]}\n",
        HEAD
        + "Pod\nmetadata: {name: 3, labels: [a], annotations: 3, namespace: {}}\nspec: {containers: [{env: 3}]}\n",
        HEAD + "Service\nmetadata: {name: a}\nspec: {selector: [a], ports: [3, {port: a}]}\n",
        HEAD + "Secret\nmetadata: {name: a}\ndata: {a: [1], 3: x, b: null}\nstringData: 3\n",
        HEAD + "ConfigMap\nmetadata: {name: a}\ndata: [1]\n",
        HEAD + "List\nitems: [3, null, {kind: Pod}, {apiVersion: v1, kind: List, items: []}]\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {podSelector: 3, egress: [3, {to: 3, ports: [a]}]}\n",
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {rules: [3, {http: {paths: [3, {backend: 3}]}}], tls: 3}\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {metadata: {labels: 3}, spec: 3}, selector: 3}\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {template: 3, replicas: many}\n",
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec: {scaleTargetRef: 3, minReplicas: [1]}\n",
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nspec: {minAvailable: [1], selector: {matchExpressions: [3, {}]}}\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nrules: [3, {verbs: 3, resources: [1], apiGroups: a}]\n",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nroleRef: 3\nsubjects: [3, {name: [1]}]\n",
        "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{image: 3}]}}}}}\n",
        "apiVersion: 3\nkind: Pod\nspec: {}\n",
        "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1\nresources: [3]\nimages: 3\npatches: [3]\n",
    ],
)
def test_what_makes_no_sense_is_no_crash(text: str) -> None:
    report = check(
        {"object.yaml": text, "kustomization.yaml": "resources: [object.yaml]\nimages: [{name: a}]\n"}
    )
    assert [each for each in report.findings if each.rule == "lintkit/rule-failed"] == []


def test_empty_documents_keep_the_lines() -> None:
    pod = (
        HEAD + "Pod\nmetadata: {name: shop}\nspec:\n  containers:\n    - {name: api, image: 'shop:latest'}\n"
    )
    report = check({"pods.yaml": "---\n---\n# nothing\n---\n\n---\n" + pod + "---\n"})
    assert ("kubernetes/image-tag-mutable", 12) in told(report)


def test_a_secret_with_bad_base64_is_silent_about_its_value() -> None:
    text = HEAD + "Secret\nmetadata: {name: shop}\ndata:\n  password: blue whale 41!\n  token: //8=\n"
    rules_told = {rule for rule, _ in told(check({"secret.yaml": text}))}
    assert "kubernetes/secret-manifest-committed" not in rules_told
    assert "lintkit/rule-failed" not in rules_told


def test_tabs_are_a_word_with_a_line() -> None:
    report = check({"pod.yaml": HEAD + "Pod\nmetadata:\n  name: shop\nspec:\n\tcontainers: []\n"})
    assert ("lintkit/unparseable-file", 6) in told(report)


def test_a_helm_template_is_skipped_with_a_word() -> None:
    text = (
        HEAD
        + 'Pod\nmetadata:\n  name: {{ include "shop.name" . }}\nspec:\n  {{- if .Values.a }}\n  hostPID: true\n  {{- end }}\n'
    )
    report = check({"chart/Chart.yaml": "name: shop\nversion: 1.0.0\n", "chart/templates/pod.yaml": text})
    assert report.findings == ()
    assert [note.path for note in report.notifications if note.rule == "lintkit/skipped-file"] == [
        "chart/templates/pod.yaml"
    ]


def test_a_template_inside_of_values_is_no_wrong_finding() -> None:
    text = (
        HEAD
        + "Pod\nmetadata: {name: shop}\nspec:\n  containers:\n    - {name: api, image: 'shop:{{ .Tag }}'}\n"
    )
    rules_told = {rule for rule, _ in told(check({"pod.yaml": text}))}
    assert not rules_told & {
        "kubernetes/image-tag-mutable",
        "kubernetes/schema-validation",
        "lintkit/rule-failed",
    }


def test_an_alias_bomb_ends() -> None:
    lines = ["a0: &a0 {image: x}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    bomb = HEAD + "Pod\n" + "\n".join(lines) + "\nspec: {containers: *a8}\n"
    assert steps(lambda: check({"bomb.yaml": bomb})) < 3_000_000


def test_a_bundle_of_definitions_is_read_in_one_go() -> None:
    field = "          {0}: {{type: object, properties: {{env: {{type: array}}}}}}\n"
    crd = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: shops.example.com}\n"
        "spec:\n  versions:\n    - name: v1\n      schema:\n        openAPIV3Schema:\n"
    )

    def bundle(count: int) -> str:
        return "---\n".join(
            crd + "".join(field.format(f"field{n}") for n in range(150)) for _ in range(count)
        )

    def read(text: str) -> None:
        report = check({"crds.yaml": text})
        assert report.findings == () and report.notifications == ()

    read(bundle(1))
    small, large = (steps(partial(read, bundle(count))) for count in (10, 20))
    assert large < 2.2 * small


def test_many_services_and_pods_are_compared_in_few_steps() -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {{name: s{0}}}\nspec: {{selector: {{app: a, part: x{0}}}}}\n"
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{0}, labels: {{app: a, part: p{0}}}}}\nspec: {{containers: [{{name: a, image: 'a:1'}}]}}\n"

    def compare(count: int) -> None:
        text = "---\n".join([each.format(n) for each in (service, pod) for n in range(count)])
        report = check({"all.yaml": text}, scope="project")
        assert [found.rule for found in report.findings].count("kubernetes/dangling-service") == count

    compare(4)
    small, large = (steps(partial(compare, count)) for count in (220, 440))
    assert large < 2.4 * small


def test_objects_that_are_all_alike_are_a_limit_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lintkit.kinds.kubernetes.cluster._MOST_COMPARISONS", 500)
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {{name: s{0}}}\nspec: {{selector: {{app: a, part: x}}}}\n"
    )
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{0}, labels: {{app: a, part: p{0}}}}}\nspec: {{containers: [{{name: a, image: 'a:1'}}]}}\n"
    same = pod.replace("part: p{0}", "part: x").replace("app: a", "app: b")
    text = "---\n".join(each.format(n) for each in (service, pod, same) for n in range(40))
    report = check({"all.yaml": text}, scope="project")
    failed = [found.message for found in report.findings if found.rule == "lintkit/rule-failed"]
    assert any("comparing the objects of so many manifests" in message for message in failed)
