"""Rules that are loaded when they are needed say and find what whole rules do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from lintkit.catalog.compiled import compiled_rules
from lintkit.catalog.load import RuleSet, builtin_folder, load_rule, load_rules, rule_files
from lintkit.cli.storage import cache_folder
from lintkit.config.model import Config
from lintkit.files.tree import open_tree
from lintkit.rule.definition import Rule
from lintkit.run.engine import Request, run

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("storage")
    compiled(builtin_folder(), folder)
    return folder


def compiled(folder: Path, storage: Path, only: str = "") -> tuple[Rule, ...]:
    files = [file for file in rule_files(folder) if file.match(only or "*")]
    return compiled_rules(folder, files, storage, partial(load_rule, folder=folder))


def test_every_rule_is_compiled_and_says_what_it_says_whole(storage: Path) -> None:
    rules = compiled(builtin_folder(), storage)
    whole = {rule.id: rule for rule in load_rules().rules}
    assert len(rules) == len(whole)
    for rule in rules:
        assert rule.whole is not None
        assert rule.meta == replace(whole[rule.id].meta, examples=())
        assert (rule.origin, rule.notes) == (whole[rule.id].origin, whole[rule.id].notes)
        literals = [trigger.literals() for trigger in rule.looks_at]
        assert literals == [trigger.literals() for trigger in whole[rule.id].looks_at]
        assert rule.whole().meta.examples


@pytest.mark.parametrize("incident", sorted(FIXTURES.glob("*/before")), ids=lambda path: path.parent.name)
def test_findings_are_the_same(incident: Path, storage: Path) -> None:
    whole = load_rules()
    rules = RuleSet(tuple(sorted(compiled(builtin_folder(), storage), key=lambda rule: rule.id)))
    asked = Request(open_tree(incident), Config(), whole, whole.ids())
    findings = run(asked).findings
    assert findings
    assert run(replace(asked, rules=rules)).findings == findings


def test_a_file_that_no_rule_can_match_loads_no_rule(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    program = (
        "import sys; from lintkit.cli.main import run; run(['check', '.', '--scope', 'file']); "
        "print([name for name in sys.modules if name.startswith('lintkit.rules.')])"
    )
    environment = {**os.environ, "LINTKIT_CACHE_DIR": str(tmp_path.parent / "kept")}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.splitlines() == ["No problems in 1 file.", "[]"]


def test_a_changed_rule_is_compiled_again(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    (folder / "dockerfile").mkdir(parents=True)
    file = folder / "dockerfile" / "exec-form.yaml"
    shutil.copy(builtin_folder() / "dockerfile" / "exec-form.yaml", file)
    (first,) = compiled(folder, tmp_path / "storage")
    (again,) = compiled(folder, tmp_path / "storage")
    assert first.whole is None
    assert again.whole is not None
    text = file.read_text(encoding="utf-8").replace("severity: note", "severity: error")
    file.write_text(text, encoding="utf-8")
    (changed,) = compiled(folder, tmp_path / "storage")
    assert (first.meta.severity, changed.meta.severity) == ("note", "error")


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "[" * 200_000, '{"key": 1}', "null", "other rules", "other fields", "writable"]
)
def test_a_file_that_is_not_what_was_written_is_replaced(damage: str, tmp_path: Path) -> None:
    folder = builtin_folder()
    compiled(folder, tmp_path, "dockerfile/*")
    (place,) = tmp_path.glob("rules-*.json")
    content = json.loads(place.read_bytes())
    if damage == "other rules":
        content["rules"].pop()
    elif damage == "other fields":
        content["rules"][0]["meta"].append("more")
    if damage == "writable":
        place.chmod(0o666)
    else:
        place.write_text(json.dumps(content) if damage.startswith("other") else damage, encoding="utf-8")
    assert all(rule.whole is None for rule in compiled(folder, tmp_path, "dockerfile/*"))
    assert all(rule.whole is not None for rule in compiled(folder, tmp_path, "dockerfile/*"))


def test_where_nothing_can_be_kept_rules_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    rules = compiled(builtin_folder(), tmp_path / "file" / "below", "dockerfile/e*")
    assert rules
    assert all(rule.whole is None for rule in rules)


def test_a_repository_cannot_bring_compiled_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "repository"
    (root / "below").mkdir(parents=True)
    monkeypatch.setenv("LINTKIT_CACHE_DIR", str(root / ".cache"))
    assert cache_folder(root) is None
    assert cache_folder(root / ".cache" / "checkout") is None
    assert cache_folder(tmp_path / "other") == root / ".cache"
    monkeypatch.setenv("LINTKIT_CACHE_DIR", "cache")
    assert cache_folder(root) is None
    monkeypatch.delenv("LINTKIT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if sys.platform == "linux":
        assert cache_folder(root) == tmp_path / "cache" / "lintkit"


@pytest.mark.parametrize("name", ["sarif", "json"])
def test_a_report_is_the_same_before_and_after_rules_are_compiled_and_without(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: shop}}\n")
    (tmp_path / "app.py").write_text("import requests\n\nrequests.get('http://shop.example.com')\n")
    environment = {**os.environ, "LINTKIT_CACHE_DIR": str(tmp_path.parent / f"reports-{name}")}

    def report(*arguments: str) -> str:
        command = [
            sys.executable,
            "-m",
            "lintkit",
            "check",
            "--output-format",
            name,
            "--select",
            "*",
            *arguments,
        ]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1, done.stderr
        return done.stdout

    cold = report()
    assert cold == report() == report("--no-cache") == report("-j", "2")
    assert name != "sarif" or "Reported" in cold
