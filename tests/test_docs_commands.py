"""The commands of the guides do what is said of them."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from lintkit.cli.main import run
from lintkit.report.formats import FORMATS
from tests.discover.repositories import git, repository

ROOT = Path(__file__).parent.parent
GUIDES = ("adoption.md", "output-formats.md")
BROKEN = (
    "orders/config.py:11:22: error: Deployment `orders` runs this in production and is given no `ORDERS_QUEUE_URL`, "
    "so it uses the default: `amqp://localhost:5672/` [project/default-reaches-production]\n"
)


def commands(guide: str) -> list[str]:
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    return [
        line.partition("#")[0].strip()
        for line in re.findall(r"^(?:    |\$ )(lintkit .*)$", text, re.MULTILINE)
    ]


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The incident of the guide: its last commit takes a line out of a ConfigMap."""
    root = tmp_path / "orders"
    shutil.copytree(ROOT / "fixtures" / "fallback-in-production" / "before", root)
    configmap = root / "k8s" / "configmap.yaml"
    text = configmap.read_text(encoding="utf-8")
    configmap.write_text(text + "  ORDERS_QUEUE_URL: amqp://rabbitmq.shop.svc:5672/\n", encoding="utf-8")
    repository(root, {})
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    configmap.write_text(text, encoding="utf-8")
    git(root, "commit", "-q", "-a", "-m", "second")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    return root


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_runs(
    guide: str, orders: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = commands(guide)
    assert len(told) >= 3
    for command in told:
        arguments = shlex.split(command.replace("$GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md")))[1:]
        code = run(arguments)
        sys.stdout.flush()
        assert code in (0, 1), f"{command}: {capfd.readouterr().err}"


def test_a_change_of_one_file_breaks_another(orders: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert git(orders, "diff", "--name-only", "HEAD~1") == b"k8s/configmap.yaml\n"
    capfd.readouterr()
    assert run(["check", "--since", "HEAD~1", "--output-format", "concise"]) == 1
    sys.stdout.flush()
    assert capfd.readouterr().out == BROKEN
    text = (ROOT / "docs" / "adoption.md").read_text(encoding="utf-8")
    start, _, end = BROKEN.partition(", so it uses the default: `amqp://localhost:5672/`")
    assert f"{start}, ...{end}" in text


def test_every_format_is_described() -> None:
    text = (ROOT / "docs" / "output-formats.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(FORMATS)
