"""A step that raises, wherever between checking and reporting it stands, is told, and the rest is reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import lintkit.graph.join
import lintkit.kinds.kubernetes.cluster
import lintkit.run.redact
import lintkit.run.settle
import lintkit.views.check
import lintkit.views.defaults
from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import RuleSet, load_rules
from lintkit.cli.check import exit_code
from lintkit.config import Config
from lintkit.kinds.kubernetes.kustomize import Kustomizations
from lintkit.model import Report
from lintkit.rule.definition import Rule
from lintkit.run.engine import Request, run
from lintkit.views.file_rules import FileRules
from lintkit.views.project_rules import ProjectRules

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec: {containers: [{name: api, image: "registry.example.com/NAME:1.4", securityContext: {privileged: true}}]}
"""
FILES = {
    "app.py": "import os\nimport redis\n\nURL = os.getenv('REDIS_URL')\nCLIENT = redis.Redis.from_url('redis://localhost')\n",
    "compose.yaml": (
        "services: {web: {image: shop, environment: {DB_PASSWORD: hunter2-hunter2}}}"
        "  # lintkit: ignore[compose/image-tag]\n"
    ),
    "base/kustomization.yaml": "resources: [shop.yaml]\n",
    "base/shop.yaml": DEPLOYMENT.replace("NAME", "shop"),
    "base/limits.yaml": (
        "apiVersion: v1\nkind: LimitRange\nmetadata: {name: all}\n"
        "spec: {limits: [{type: Container, default: {memory: 1Gi}}]}\n"
    ),
    "good/kustomization.yaml": "resources: [../base]\nreplicas: [{name: shop, count: 2}]\n",
    "wrong/kustomization.yaml": "resources: [../base]\nreplicas: [{name: shop, count: 3}]\n",
}
"""Something for each step to do."""


def check(files: dict[str, str], **changes: Any) -> Report:
    rules = load_rules()
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return run(Request(tree, Config(select=("*",)), rules, rules.ids(), jobs=1, **changes))


def failed(report: Report) -> list[tuple[str, str]]:
    return [(f.path, f.subject) for f in report.findings if f.rule == "lintkit/rule-failed"]


def told(report: Report) -> set[tuple[str, str]]:
    return {(f.rule, f.path) for f in report.findings}


def fail(*_: object, **__: object) -> Any:
    raise KeyError("hunter2-hunter2")


STEPS: dict[str, tuple[Any, str, str]] = {
    "join": (lintkit.graph.join, "join", "lintkit/graph"),
    "cluster": (lintkit.kinds.kubernetes.cluster, "build_cluster", "lintkit/cluster"),
    "roots": (Kustomizations, "roots", "lintkit/kustomize"),
    "build": (Kustomizations, "build", "lintkit/kustomize"),
    "view": (lintkit.views.check, "view_of", "lintkit/kustomize"),
    "rules for files": (FileRules, "ask", "lintkit/kustomize"),
    "rules for projects": (ProjectRules, "ask", "lintkit/kustomize"),
    "settle": (lintkit.views.check, "settled", "lintkit/kustomize"),
    "excuses": (lintkit.views.defaults, "_finds", "lintkit/excuses"),
    "suppressions": (lintkit.run.settle, "apply", "lintkit/suppressions"),
    "secrets": (lintkit.run.redact, "secret_spans", "lintkit/secrets"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_raises_is_told_and_the_rest_goes_on(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = told(check(FILES))
    owner, name, subject = STEPS[step]
    monkeypatch.setattr(owner, name, fail)
    report = check(FILES)
    assert subject in {found for _, found in failed(report)}
    assert exit_code(report, Config()) == 2
    assert ("kubernetes/privileged-container", "base/shop.yaml") in told(report)
    files = {entry for entry in whole if not entry[0].startswith("project/") and entry[1] == "app.py"}
    assert files and files <= told(report)
    assert "hunter2" not in repr(report)


def test_nothing_fails_where_nothing_raises() -> None:
    assert failed(check(FILES)) == []


def test_a_kustomization_that_cannot_be_followed_silences_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    repaired = FILES["good/kustomization.yaml"] + (
        "patches:\n- target: {kind: Deployment}\n  patch: |-\n"
        "    - {op: replace, path: /spec/template/spec/containers/0/securityContext/privileged, value: false}\n"
    )
    files = {**FILES, "good/kustomization.yaml": repaired, "wrong/kustomization.yaml": repaired}
    finding = ("kubernetes/privileged-container", "base/shop.yaml")
    assert finding not in told(check(files))
    build: Callable[..., Any] = Kustomizations.build

    def fail_on_one(self: Kustomizations, root: str, **arguments: Any) -> Any:
        return fail() if root == "wrong" else build(self, root, **arguments)

    monkeypatch.setattr(Kustomizations, "build", fail_on_one)
    report = check(files)
    assert finding in told(report)
    assert failed(report) == [("wrong/kustomization.yaml", "lintkit/kustomize")]


def test_a_rule_that_fails_on_what_is_deployed_alone_is_told() -> None:
    whole = load_rules()
    rules = RuleSet(tuple(picky(rule) for rule in whole.rules))
    tree = MemoryTree({path: text.encode() for path, text in FILES.items()})
    report = run(Request(tree, Config(select=("*",)), rules, rules.ids(), jobs=1))
    assert ("base/shop.yaml", "kubernetes/privileged-container") in failed(report)
    assert ("kubernetes/privileged-container", "base/shop.yaml") in told(report)


def picky(rule: Rule) -> Rule:
    """The rule that fails on objects which a kustomization has given more replicas."""
    if rule.id != "kubernetes/privileged-container":
        return rule

    def checked(document: Any, context: Any) -> Any:
        return fail() if document.data["spec"].get("replicas") else rule.check(document, context)

    return Rule(rule.meta, checked, rule.looks_at)


def test_two_rules_that_fail_on_one_file_are_both_told() -> None:
    rules = load_rules()
    broken = RuleSet(tuple(Rule(rule.meta, fail, rule.looks_at) for rule in rules.rules))
    tree = MemoryTree({"compose.yaml": FILES["compose.yaml"].encode()})
    report = run(Request(tree, Config(select=("compose/*",)), broken, rules.ids(), jobs=1))
    assert {("compose.yaml", "compose/image-tag"), ("compose.yaml", "compose/port-quoting")} <= set(
        failed(report)
    )


def test_what_fails_for_the_whole_repository_is_told_in_the_part_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lintkit.graph.join, "join", fail)
    report = check(FILES, only=frozenset({"compose.yaml"}))
    assert ("compose.yaml", "lintkit/graph") in failed(report)


def test_where_secrets_cannot_be_found_all_of_the_text_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lintkit.run.redact, "secret_spans", fail)
    report = check(FILES)
    assert set(report.texts["base/shop.yaml"]) <= {"*", "\n", "\r"}
    quoting = [f.message for f in report.findings if "`" in f.message and f.rule != "lintkit/rule-failed"]
    assert quoting and all("`*****`" in message for message in quoting)
