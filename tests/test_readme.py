"""The README shows what lintkit really prints."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_output_shown_is_the_output(tmp_path: Path) -> None:
    shown = re.search(r"```text\n\$ lintkit check\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    shutil.copytree(ROOT / "fixtures" / "fallback-in-production" / "before", tmp_path / "orders")
    done = subprocess.run(
        [sys.executable, "-m", "lintkit", "check"],
        cwd=tmp_path / "orders",
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert shown[1] == done.stdout.rstrip("\n")


def test_every_hook_that_is_shown_exists() -> None:
    hooks = {
        hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    }
    shown = set(re.findall(r"- id: (lintkit[\w-]*)", README))
    assert shown == hooks


def test_the_rule_that_is_shown_passes_its_examples(tmp_path: Path) -> None:
    rule = re.search(r"```yaml\n# policies/(\S+)\n(.*?)```", README, re.DOTALL)
    assert rule is not None
    file = tmp_path / "policies" / rule[1]
    file.parent.mkdir(parents=True)
    file.write_text(rule[2], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "lintkit", "test", "policies/"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "lintkit.toml").write_text('rules = ["policies/"]\n', encoding="utf-8")
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'shop/web:1.4'}}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "lintkit", "check", "--output-format", "concise"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert "`web` has no restart policy" in done.stdout, done.stdout + done.stderr


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target
