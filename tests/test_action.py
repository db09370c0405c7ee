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


def run(
    action: Any,
    clone: Path,
    github: GitHub | None = None,
    *,
    installed: bool = False,
    base: str = "",
    pythonpath: str = "",
    **inputs: str,
) -> tuple[str, str, str]:
    """Run the step `Check` as a runner would; returns the log, the outputs and the summary.

    installed  with the environment below RUNNER_TEMP, and not with the command beside this interpreter
    """
    temporary = clone.parent
    values = {name: str(entry.get("default", "")) for name, entry in action["inputs"].items()} | inputs
    (step,) = (step for step in action["runs"]["steps"] if step.get("id") == "check")
    filled = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], value)
        for name, value in step["env"].items()
    }
    filled["LINTKIT_BASE"] = base or git(clone, "rev-parse", "HEAD~1")
    if pythonpath:
        filled["PYTHONPATH"] = pythonpath
    if not installed:
        command = shutil.which("lintkit", path=str(Path(sys.executable).parent))
        assert command is not None
        filled["LINTKIT_COMMAND"] = command
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
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "GIT_", "LINTKIT_"))}
    done = subprocess.run(
        ["bash", str(CHECKOUT / "scripts" / "action-check")],
        cwd=clone,
        env={
            **inherited,
            **filled,
            **{name: str(temporary / file) for name, file in places.items()},
            "RUNNER_TEMP": str(temporary),
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


STUB = """\
#!/bin/sh
{ echo "$*"; pwd -P; env | grep -E '^(PYTHON|PIP_)' | sort; echo --; } >>"$RUNNER_TEMP/calls"
[ "$3" != venv ] || { mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && cp "$0" "$4/bin/pip"; }
"""


def test_no_interpreter_of_the_installation_starts_in_the_checkout(action: Any, tmp_path: Path) -> None:
    clone, temporary = tmp_path / "clone", tmp_path / "temp"
    clone.mkdir()
    temporary.mkdir()
    python = tmp_path / "python"
    python.write_text(STUB)
    python.chmod(0o755)
    (step,) = (step for step in action["runs"]["steps"] if "LINTKIT_PYTHON" in step.get("env", {}))
    workflow = {
        "PYTHONPATH": ".",
        "PYTHONSTARTUP": "start.py",
        "PIP_TARGET": "packages",
        "PIP_CONSTRAINT": str(clone / "constraints.txt"),
        "PIP_CONFIG_FILE": str(clone / "pip.conf"),
        "PIP_CERT": "ca.pem",
        "PIP_INDEX_URL": "https://packages.shop.example/simple",
    }
    folder = str(step.get("working-directory", clone)).replace("${{ runner.temp }}", str(temporary))
    done = subprocess.run(
        ["bash", "-c", step["run"]],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            **workflow,
            "LINTKIT_PYTHON": str(python),
            "RUNNER_TEMP": str(temporary),
            "GITHUB_WORKSPACE": str(clone),
            "GITHUB_ACTION_PATH": str(CHECKOUT),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    calls = [call.strip().split("\n") for call in (temporary / "calls").read_text().split("--\n") if call]
    assert [call[0].split(" ")[:3] for call in calls] == [["-I", "-m", "venv"], ["-I", "-m", "pip"]]
    for _, place, *variables in calls:
        assert not Path(place).is_relative_to(clone)
        assert variables == ["PIP_INDEX_URL=https://packages.shop.example/simple"]


def test_no_interpreter_of_the_check_imports_from_the_checkout(action: Any, clone: Path) -> None:
    canary = clone.parent / "canary"
    for name in ("sitecustomize", "usercustomize", "pathlib", "runpy", "click", "yaml"):
        (clone / f"{name}.py").write_text(f"open({str(canary)!r}, 'w')\n")
    folder = clone.parent / "lintkit" / "bin"
    folder.mkdir(parents=True)
    # It stands for the environment that the action makes.
    (folder / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (folder / "python").chmod(0o755)
    _, output, _ = run(action, clone, installed=True, pythonpath=".")
    assert output == "exit-code=1\n"
    assert not canary.exists()


def test_a_program_that_the_clone_names_is_not_started(action: Any, clone: Path) -> None:
    canary = clone.parent / "canary"
    trap = clone.parent / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {canary}\nexit 1\n")
    trap.chmod(0o755)
    # A partial clone fetches what it lacks, by the program that its configuration names.
    for name, value in {
        "core.sshCommand": str(trap),
        "remote.origin.url": "ssh://git@shop.example/orders",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "extensions.partialClone": "origin",
    }.items():
        git(clone, "config", name, value)
    log, _, _ = run(action, clone, base="0123456789" * 4)
    assert "not in this clone" in log
    assert not canary.exists()


def started(text: str) -> list[str]:
    """The interpreters with `-m` that a script or a page starts, as they are written."""
    return re.findall(r"[^\s`=(]*python[\w.\"}]*(?: +-[\w]+)* +-m +[\w.]+", text)


@pytest.mark.parametrize(
    "path",
    sorted(
        path.relative_to(CHECKOUT).as_posix()
        for pattern in ("*.md", "docs/*.md", "action.yml", ".pre-commit-hooks.yaml", "scripts/*", ".ci/*")
        for path in CHECKOUT.glob(pattern)
        if path.is_file() and path.name != "CHANGELOG.md"
    ),
)
def test_every_interpreter_is_isolated_from_the_current_folder(path: str) -> None:
    bare = [call for call in started((CHECKOUT / path).read_text(encoding="utf-8")) if " -I " not in call]
    assert not bare


def test_the_scripts_and_hooks_do_start_interpreters() -> None:
    for path in ("scripts/action-install", "scripts/action-check", ".pre-commit-hooks.yaml", "README.md"):
        assert started((CHECKOUT / path).read_text(encoding="utf-8")), path


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
