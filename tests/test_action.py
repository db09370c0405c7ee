"""The action: inputs reach no shell, other actions are pinned, and its script checks, reports and reviews."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import lintkit
from tests.review.github_server import TOKEN, GitHub, serving

CHECKOUT = Path(lintkit.__file__).parent.parent
BAD = 'from flask_cors import CORS\n\nCORS(app, origins="*", supports_credentials=True)\n'

pytestmark = pytest.mark.skipif(
    not (CHECKOUT / "action.yml").is_file(), reason="these tests need a checkout of lintkit"
)


@pytest.fixture(scope="module")
def action() -> Any:
    return yaml.safe_load((CHECKOUT / "action.yml").read_text())


def test_nothing_is_put_into_a_shell_but_through_the_environment(action: Any) -> None:
    scripts = [step["run"] for step in action["runs"]["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_other_actions_are_pinned_to_a_commit(action: Any) -> None:
    uses = [step["uses"] for step in action["runs"]["steps"] if "uses" in step]
    assert uses
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use) for use in uses)


def test_every_input_is_used_and_described(action: Any) -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(action["runs"])))
    assert used == set(action["inputs"])
    assert all(entry["description"] for entry in action["inputs"].values())


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "lintkit.toml").write_text('select = ["python/cors-wildcard"]\n')
    (folder / "old.py").write_text(BAD)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
    (folder / "new.py").write_text(BAD)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "two")
    return folder


def run(action: Any, clone: Path, github: GitHub | None = None, **inputs: str) -> tuple[str, str, str]:
    """Run the step `Check` as a runner would; returns the log, the outputs and the summary."""
    temporary = clone.parent
    values = {name: str(entry.get("default", "")) for name, entry in action["inputs"].items()} | inputs
    (step,) = (step for step in action["runs"]["steps"] if step.get("id") == "check")
    filled = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], value)
        for name, value in step["env"].items()
    }
    filled["LINTKIT_BASE"] = git(clone, "rev-parse", "HEAD~1")
    if github is not None:
        event = {"pull_request": {"number": 7, "head": {"sha": git(clone, "rev-parse", "HEAD")}}}
        (temporary / "event.json").write_text(json.dumps(event))
        filled |= {
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_API_URL": github.api,
            "GITHUB_REPOSITORY": "shop/orders",
            "GITHUB_EVENT_PATH": str(temporary / "event.json"),
        }
    (temporary / "summary.md").touch()
    places = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary.md"}
    command = shutil.which("lintkit", path=str(Path(sys.executable).parent))
    assert command is not None
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "GIT_", "LINTKIT_"))}
    done = subprocess.run(
        ["bash", str(CHECKOUT / "scripts" / "action-check")],
        cwd=clone,
        env={
            **inherited,
            **filled,
            **{name: str(temporary / file) for name, file in places.items()},
            "RUNNER_TEMP": str(temporary),
            "LINTKIT_COMMAND": command,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return (
        done.stdout + done.stderr,
        (temporary / "output").read_text(),
        (temporary / "summary.md").read_text(),
    )


def test_a_pull_request_is_judged_by_what_it_brings(action: Any, clone: Path) -> None:
    log, output, summary = run(action, clone)
    assert "exit-code=1" in output
    assert "new.py" in log
    assert "old.py" not in log
    assert "new.py" in summary
    results = json.loads((clone / "lintkit.sarif").read_text())["runs"][0]["results"]
    # Code scanning gets everything, or it would take what is left out for repaired.
    assert [
        (r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], r["baselineState"])
        for r in results
    ] == [
        ("new.py", "new"),
        ("old.py", "unchanged"),
    ]


def test_everything_counts_where_that_is_asked(action: Any, clone: Path) -> None:
    log, output, _ = run(action, clone, since="none")
    assert "exit-code=1" in output
    assert "old.py" in log


def test_it_need_not_fail(action: Any, clone: Path) -> None:
    never: Any = {"fail-on": "never"}
    assert "exit-code=0" in run(action, clone, **never)[1]


def test_inputs_are_never_run(action: Any, clone: Path) -> None:
    hostile = "$(touch pwned); `touch pwned`; touch pwned"
    run(action, clone, paths=f"new.py\n{hostile}", select=hostile)
    assert not list(clone.glob("**/pwned*"))


def test_the_review_is_posted(action: Any, clone: Path) -> None:
    patch = "@@ -0,0 +1,3 @@\n" + "\n".join(f"+{line}" for line in BAD.splitlines())
    github = GitHub(head=git(clone, "rev-parse", "HEAD"))
    github.files = [{"filename": "new.py", "status": "added", "patch": patch}]
    with serving(github):
        log, output, _ = run(action, clone, github, review="true")
    assert "exit-code=1" in output
    ((method, _, body),) = github.log
    assert method == "POST"
    assert [(comment["path"], comment["line"]) for comment in body["comments"]] == [("new.py", 3)]
    assert "old.py" not in body["body"]
    assert TOKEN not in log
