"""What is generated has not drifted, and what the pages name exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import lintkit.api
import lintkit.facts
from lintkit.authoring.examples import run_example
from lintkit.catalog.load import builtin_folder, load_rules, rule_files, rule_id
from lintkit.config.model import Config, RuleConfig
from lintkit.graph.join import ConfigGraph, Unit
from lintkit.model import Document
from lintkit.python.code import Call, Code, Expression
from lintkit.python.match import Match
from lintkit.rule.definition import Project, RuleContext
from lintkit.rule.own import OWN_RULES
from lintkit.run.fingerprint import STABLE
from tests.test_layering import LAYERS

ROOT = Path(__file__).parent.parent
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
FOR_PEOPLE = [
    *sorted((ROOT / "docs" / "development").rglob("*.md")),
    *(ROOT / name for name in ("CONTRIBUTING.md", "RELEASING.md", "SECURITY.md") if (ROOT / name).is_file()),
]

pytestmark = pytest.mark.skipif(
    not (ROOT / ".pre-commit-hooks.yaml").is_file(), reason="these tests need a checkout of lintkit"
)

_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?:lintkit|tests|scripts|rules|docs|fixtures|\.ci|\.github)/[\w./-]*")
_MODULE = re.compile(r"lintkit(?:\.[a-z_]+)+")
_LAYERS = re.compile(r"<!-- layers -->\n```text\n(.*?)```", re.DOTALL)


RULES = {rule_id(builtin_folder(), file) for file in rule_files(builtin_folder())}
NAMES = {STABLE, *RULES, *(meta.id for meta in OWN_RULES)}
_RULE = re.compile(rf"(?:{'|'.join(sorted({rule.split('/')[0] for rule in RULES}))})/[a-z0-9-]+")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in _HEADING.findall(text)
    }


def test_generated_documentation_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "generate-docs"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = _CODE.sub("", _BLOCK.sub("", page.read_text(encoding="utf-8")))
    for target, anchor in _LINK.findall(text):
        there = (page.parent / target) if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


@pytest.mark.parametrize("page", FOR_PEOPLE, ids=name_of)
def test_files_modules_and_rules_that_a_page_names_exist(page: Path) -> None:
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    for word in (word for code in _CODE.findall(text) for word in code.split()):
        if re.search("FAMILY|NAME", word) or word in NAMES:
            continue
        assert not _RULE.fullmatch(word), f"{word} is no rule"
        if _PATH.fullmatch(word):
            assert (ROOT / word).exists(), word
        elif _MODULE.fullmatch(word) and word != "lintkit.toml":
            file = ROOT / word.replace(".", "/")
            assert file.is_dir() or file.with_suffix(".py").is_file(), word


def test_the_rooms_are_those_that_the_imports_keep_to() -> None:
    text = (ROOT / "docs" / "development" / "architecture.md").read_text(encoding="utf-8")
    shown = _LAYERS.search(text)
    assert shown is not None
    floors = [tuple(re.split(r" {3,}", line)[0].split()) for line in shown[1].splitlines()]
    assert floors == list(LAYERS)


def test_every_decision_is_listed_and_has_its_parts() -> None:
    folder = ROOT / "docs" / "development" / "decisions"
    records = sorted(folder.glob("0*.md"))
    listed = re.findall(
        r"^\| \[(\d+)\]\(([^)]+)\) \| (.+) \|$", (folder / "README.md").read_text(), re.MULTILINE
    )
    assert listed
    assert [(f"{number:04}", record.name) for number, record in enumerate(records, 1)] == [
        (number, name) for number, name, _ in listed
    ]
    for record, (number, _, title) in zip(records, listed, strict=True):
        text = record.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(number)}. {title}\n")
        assert _HEADING.findall(text)[1:] == ["Context", "Decision", "Consequences"]


PYTHON_RULES = ROOT / "docs" / "python-rules.md"
TYPES = {
    "call": Call,
    "code": Code,
    "document": Document,
    "expression": Expression,
    "match": Match,
    "project": Project,
    "project.graph": ConfigGraph,
    "rule": RuleContext,
    "unit": Unit,
}


def test_rules_in_python_that_a_page_shows_pass_their_examples(tmp_path: Path) -> None:
    shown = re.findall(
        r"^`policies/([^`\n]+)`:\n\n```python\n(.*?)^```$", PYTHON_RULES.read_text(), re.MULTILINE | re.DOTALL
    )
    assert len(shown) == 2
    for path, text in shown:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    rules = load_rules((tmp_path,), allow_code=True, builtin=False).rules
    assert {rule.meta.scope for rule in rules} == {"file", "project"}
    for rule in rules:
        for example in rule.meta.examples:
            config = Config(select=("*",), rules={rule.id: RuleConfig(options=example.options)})
            outcome = run_example(rule, example, config)
            assert outcome.passed, outcome.explain()


def test_what_rules_in_python_are_told_to_ask_exists() -> None:
    text = _BLOCK.sub("", PYTHON_RULES.read_text(encoding="utf-8"))
    asked = [
        (owner, name)
        for code in _CODE.findall(text)
        for owner, name in re.findall(r"\b((?:project\.)?[a-z]+)\.([a-z_]+)\b", code)
        if owner in TYPES and (owner, name) != ("project", "graph")
    ]
    assert len(asked) > 30
    for owner, name in asked:
        kind = TYPES[owner]
        assert name in dir(kind) or name in kind.__annotations__, f"{owner}.{name}"
    for name in re.findall(r"^\| `([A-Z]\w+)\(", text, re.MULTILINE):
        assert name in lintkit.api.__all__, name
    for name in re.findall(r"project\.facts\((\w+)\)", text):
        assert hasattr(lintkit.facts, name)
