"""A run reads each file once and parses it once, however many steps ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

import lintkit.formats.yaml
import lintkit.python.screen
import lintkit.python.statements
from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import load_rules
from lintkit.config.model import Config
from lintkit.files.once import ReadOnce
from lintkit.files.tree import TreeError
from lintkit.kinds.kubernetes.kustomize import BuiltObject, Kustomizations
from lintkit.model import Document, Report
from lintkit.run.engine import Request, run

FILES = {
    ".env": "DB_PASSWORD=hunter2hunter2\n",
    "app/main.py": "import os\n\nimport requests\n\nrequests.get(os.environ['API_URL'])\n",
    "app/requirements.txt": "requests==2.32.0\n",
    "app/Dockerfile": "FROM python\nCOPY . .\n",
    "compose.yaml": "services:\n  api:\n    build: app\n    environment: {DB: 'postgres://u:hunter2hunter2@db/x'}\n",
    "compose.override.yaml": "services:\n  api:\n    ports: ['80:80']  # lintkit: ignore[compose/privileged-port]\n",
    "k8s/limits.yaml": (
        "apiVersion: v1\nkind: LimitRange\nmetadata: {name: limits, namespace: shop}\n"
        "spec: {limits: [{type: Container, default: {memory: 1Gi}}]}\n"
    ),
    "k8s/pod.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: shop, namespace: shop}\n"
        "spec: {containers: [{name: api, image: shop, env: [{name: PASSWORD, value: hunter2hunter2}]}]}\n"
    ),
}


KUSTOMIZED = {
    "base/kustomization.yaml": "resources: [shop.yaml]\n",
    "base/shop.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n"
        "spec:\n  replicas: 3\n  selector: {matchLabels: {app: shop}}\n  template:\n"
        "    metadata: {labels: {app: shop}}\n    spec: {containers: [{name: api, image: shop}]}\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\n"
        "spec: {selector: {app: cart}, ports: [{port: 80}]}\n"
    ),
    "dev/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
    "dev/patch.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n"
        "spec: {template: {spec: {containers: [{name: api, securityContext: {privileged: true}}]}}}\n"
    ),
    "prod/kustomization.yaml": "resources: [../base]\nreplicas: [{name: shop, count: 1}]\n",
}


@dataclass
class Counts:
    """How often each path was read, and each path was parsed."""

    reads: Counter[str] = field(default_factory=Counter)
    parses: Counter[str] = field(default_factory=Counter)

    def check(self, files: dict[str, str], jobs: int = 1) -> Report:
        """All built-in rules over a tree of texts."""
        rules = load_rules()
        tree = Counted({path: text.encode() for path, text in files.items()}, counts=self.reads)
        return run(Request(tree, Config(select=("*",)), rules, rules.ids(), jobs=jobs))


@dataclass(frozen=True, slots=True)
class Counted(MemoryTree):
    """A tree that counts what is read of it."""

    counts: Counter[str] = field(default_factory=Counter)

    def read(self, path: str) -> bytes:
        self.counts[path] += 1
        return MemoryTree.read(self, path)


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counts]:
    """Counts of what is done from now on."""
    counted = Counts()
    load, parse = lintkit.formats.yaml.load_documents, lintkit.python.statements.parse

    def load_counted(text: str, path: str, *arguments: str) -> tuple[Document, ...]:
        counted.parses[path] += 1
        return load(text, path, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(lintkit.formats.yaml, "load_documents", load_counted)
    for module in (lintkit.python.statements, lintkit.python.screen):
        monkeypatch.setattr(
            module, "parse", lambda text, path: counted.parses.update([path]) or parse(text, path)
        )
    yield counted


def test_each_file_is_read_and_parsed_once(counts: Counts) -> None:
    report = counts.check(FILES)
    assert {path: number for path, number in counts.reads.items() if path in FILES} == dict.fromkeys(FILES, 1)
    assert {path: counts.parses[path] for path in FILES if path.endswith((".yaml", ".py"))} == {
        path: 1 for path in FILES if path.endswith((".yaml", ".py"))
    }
    told = {(finding.rule, finding.path) for finding in report.findings}
    assert ("kubernetes/hardcoded-secret", "k8s/pod.yaml") in told
    assert ("kubernetes/memory-limits", "k8s/pod.yaml") not in told
    assert "hunter2" not in repr(report)


def test_what_is_deployed_is_made_without_reading_or_parsing_again(counts: Counts) -> None:
    report = counts.check(KUSTOMIZED)
    once = dict.fromkeys(KUSTOMIZED, 1)
    assert {path: number for path, number in counts.reads.items() if path in KUSTOMIZED} == once
    assert {path: counts.parses[path] for path in KUSTOMIZED} == once
    told = {(finding.rule, finding.path) for finding in report.findings}
    assert ("kubernetes/replicas-minimum", "prod/kustomization.yaml") in told
    assert ("kubernetes/dangling-service", "base/shop.yaml") in told


def test_what_cannot_be_read_is_tried_once() -> None:
    read: Counter[str] = Counter()
    tree = ReadOnce(Counted({}, counts=read))
    for _ in range(2):
        with pytest.raises(TreeError, match="not in this tree"):
            tree.read("gone.yaml")
    assert read == {"gone.yaml": 1}


def test_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lintkit.files.once.LARGEST_KEPT", 10)
    read: Counter[str] = Counter()
    tree = ReadOnce(Counted({"a": b"12345678", "b": b"12345678"}, counts=read))
    assert [tree.read(path) for path in "abab"] == [b"12345678"] * 4
    assert read == {"a": 1, "b": 2}


def test_each_view_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: Counter[tuple[str, bool]] = Counter()
    build = Kustomizations.build

    def counted(self: Kustomizations, root: str, *, changes: bool = True) -> list[BuiltObject]:
        built[root, changes] += 1
        return build(self, root, changes=changes)

    monkeypatch.setattr(Kustomizations, "build", counted)
    report = Counts().check(KUSTOMIZED)
    assert built == {("dev", True): 1, ("prod", True): 1}
    told = {(finding.rule, finding.path) for finding in report.findings}
    assert ("kubernetes/privileged-container", "dev/patch.yaml") in told
