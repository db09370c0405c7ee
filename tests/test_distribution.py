"""The rules are the same from a checkout, from a wheel, and as a pre-commit hook."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import lintkit

CHECKOUT = Path(lintkit.__file__).parent.parent
REQUIRED = bool(os.environ.get("LINTKIT_REQUIRE_ALL"))

pytestmark = pytest.mark.skipif(
    not (CHECKOUT / ".pre-commit-hooks.yaml").is_file(), reason="these tests need a checkout of lintkit"
)


def call(command: Sequence[str | Path], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHONPATH"))
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=480,
        check=False,
    )


def missing(what: str) -> None:
    """Skip, or fail where nothing may be skipped."""
    if REQUIRED:
        pytest.fail(f"{what}, and LINTKIT_REQUIRE_ALL is set")
    pytest.skip(what)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built with hatchling from here or from the package registry."""
    folder = tmp_path_factory.mktemp("wheel")
    if importlib.util.find_spec("hatchling"):
        built = call([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], CHECKOUT)
    else:
        built = call(
            [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, CHECKOUT], folder
        )
        if "No matching distribution found for hatchling" in built.stderr:
            missing("the package registry cannot be reached, so that no wheel can be built")
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_rules_and_the_schemas(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    rules = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "rules").rglob("*")
        if path.suffix in (".py", ".yaml") and "__pycache__" not in path.parts
    }
    assert rules
    assert {f"lintkit/{path}" for path in rules} <= names
    assert {"lintkit/data/config.schema.json", "lintkit/data/rule.schema.json", "lintkit/py.typed"} <= names
    assert not [name for name in names if name.startswith(("tests/", "fixtures/"))]


def test_the_wheel_lists_the_rules_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "env")}))
    site.mkdir(parents=True, exist_ok=True)
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies are those of this interpreter; an editable lintkit among them must not be found first.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = tmp_path / "env" / "bin" / "python"
    where = call([python, "-c", "import lintkit; print(lintkit.__file__)"], tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(site), where.stderr
    listed = call([python, "-m", "lintkit", "rules", "--output-format", "json"], tmp_path)
    expected = call(
        [sys.executable, "-m", "lintkit", "rules", "--output-format", "json"],
        tmp_path,
        PYTHONPATH=str(CHECKOUT),
    )
    assert listed.returncode == 0, listed.stderr
    assert json.loads(listed.stdout) == json.loads(expected.stdout)
    (tmp_path / "app.py").write_text(
        "from flask import Flask\nfrom flask_cors import CORS\nCORS(Flask(__name__))\n"
    )
    checked = call([python, "-m", "lintkit", "check"], tmp_path)
    assert checked.returncode == 1, checked.stderr
    assert "python/cors-wildcard" in checked.stdout


def test_the_hooks_run_by_pre_commit(tmp_path: Path) -> None:
    pre_commit = shutil.which("pre-commit") or shutil.which("pre-commit", path=sysconfig.get_path("scripts"))
    if pre_commit is None:
        missing("pre-commit is not installed")
        return
    if call(["git", "rev-parse", "--verify", "HEAD"], CHECKOUT).returncode:
        missing("the checkout is no git repository")
    repository = tmp_path / "repository"
    repository.mkdir()
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    bad = "from flask import Flask\nfrom flask_cors import CORS\nCORS(Flask(__name__))\n"
    (repository / "app.py").write_text(bad)
    (repository / "good.py").write_text("x = 1\n")
    shutil.copytree(CHECKOUT / "fixtures" / "fallback-in-production" / "before", repository / "orders")
    call(["git", "init", "-q"], repository)
    call(["git", "add", "."], repository)
    call(["git", *identity, "commit", "-qm", "Start"], repository)
    home = {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit"), "GIT_CONFIG_COUNT": "0"}

    def try_repo(hook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        result = call([pre_commit, "try-repo", CHECKOUT, hook, "--verbose", *arguments], repository, **home)
        if "CalledProcessError" in result.stdout + result.stderr:
            missing(f"pre-commit could not install the hook: {(result.stdout + result.stderr)[-1500:]}")
        return result

    everything = try_repo("lintkit-repo", "--all-files")
    assert everything.returncode == 1, everything.stdout + everything.stderr
    assert "project/default-reaches-production" in everything.stdout
    assert "app.py:3" not in everything.stdout  # the other hook says it
    assert "- exit code: 1" in everything.stdout
    one = try_repo("lintkit", "--files", "good.py")
    assert one.returncode == 0, one.stdout + one.stderr
    both = try_repo("lintkit", "--files", "good.py", "app.py")
    assert both.returncode == 1, both.stdout + both.stderr
    assert "python/cors-wildcard" in both.stdout
