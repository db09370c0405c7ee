"""A company's policy in rules of its own: their examples pass, and each finds the one place that breaks it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
POLICY = ROOT / "fixtures" / "company-policy"

EXPECTED = [
    ("harbour/base-from-registry", "Dockerfile"),
    ("harbour/deployment-has-owner", "deploy.yaml"),
    ("harbour/http-through-wrapper", "app.py"),
    ("harbour/image-from-registry", "compose.yaml"),
    ("harbour/job-has-timeout", ".github/workflows/ci.yml"),
    ("harbour/no-debug-log", "settings.env"),
]


def lintkit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lintkit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return Path(shutil.copytree(POLICY, tmp_path / "company-policy"))


def test_examples_of_the_policy_hold(repository: Path) -> None:
    run = lintkit(repository, "test", "policies/")
    assert run.returncode == 0, run.stdout + run.stderr


def test_each_rule_reports_its_one_file(repository: Path) -> None:
    run = lintkit(repository, "check", "--output-format", "json")
    assert run.returncode == 1, run.stdout + run.stderr
    findings = json.loads(run.stdout)["findings"]
    assert sorted((finding["rule"], finding["path"]) for finding in findings) == EXPECTED


def test_rules_are_short() -> None:
    files = sorted((POLICY / "policies").rglob("*.yaml"))
    assert len(files) == len(EXPECTED)
    for file in files:
        assert len(file.read_text(encoding="utf-8").splitlines()) < 40, file.name
