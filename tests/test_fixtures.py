"""The incidents, replayed: each repository before its repair shows exactly the findings, and none after it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from lintkit.catalog.load import load_rules
from lintkit.config import Config
from lintkit.files.tree import open_tree
from lintkit.rule.definition import Rule
from lintkit.run.engine import Request, run
from lintkit.source import Lines

FIXTURES = Path(__file__).parent.parent / "fixtures"
INCIDENTS = sorted(folder.name for folder in FIXTURES.iterdir() if (folder / "expected.json").is_file())


def recommended() -> tuple[Rule, ...]:
    """The rules that run when nobody chooses any."""
    return tuple(rule for rule in load_rules().rules if "recommended" in rule.meta.packs)


def as_repository(source: Path, target: Path) -> Path:
    """A git work tree that holds a copy of `source`, everything tracked."""
    shutil.copytree(source, target)
    subprocess.run(["git", "init", "-q", str(target)], check=True)
    subprocess.run(["git", "-C", str(target), "add", "-A", "-f"], check=True)
    return target


def places(root: Path) -> list[tuple[str, str, int]]:
    """(path, rule, line) of every finding of the recommended rules, sorted."""
    from lintkit.catalog.load import RuleSet

    report = run(Request(open_tree(root), Config(), RuleSet(recommended()), load_rules().ids()))
    return sorted(
        (
            finding.path,
            finding.rule,
            Lines(report.texts[finding.path]).position(finding.primary.span.start).line,
        )
        for finding in report.findings
    )


@pytest.mark.parametrize("state", ["before", "after"])
@pytest.mark.parametrize("incident", INCIDENTS)
def test_incident(incident: str, state: str, tmp_path: Path) -> None:
    expected = json.loads((FIXTURES / incident / "expected.json").read_text(encoding="utf-8"))[state]
    root = as_repository(FIXTURES / incident / state, tmp_path / "repository")
    assert places(root) == sorted((entry["path"], entry["rule"], entry["line"]) for entry in expected)


def test_every_incident_tells_its_story() -> None:
    for incident in INCIDENTS:
        data = json.loads((FIXTURES / incident / "expected.json").read_text(encoding="utf-8"))
        assert data["story"].endswith(".")
        assert data["before"], f"{incident} shows nothing before its repair"
