"""A repository that means harm: no crash, no hang, nothing executed, and a sentence for what was left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SECONDS = 120
"""Far more than any of this takes; a run that needs it hangs."""


def check(root: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, report and stderr of `lintkit check` in `root`."""
    done = subprocess.run(
        [sys.executable, "-m", "lintkit", "check", "--output-format", "json", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def said_about(report: dict[str, Any], path: str) -> list[str]:
    """What the report says of a file, in findings and in notifications."""
    return [
        entry["message"] for entry in (*report["findings"], *report["notifications"]) if entry["path"] == path
    ]


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)

HOSTILE: dict[str, bytes] = {
    "compose.yaml": b"services: {web: {image: shop}}\n" + BOMB.encode(),
    "deep.k8s.yaml": b"apiVersion: v1\nkind: ConfigMap\ndata: " + b"[" * 50_000 + b"]" * 50_000 + b"\n",
    "circle.k8s.yaml": b"apiVersion: v1\nkind: ConfigMap\ndata: &a [*a]\n",
    "tabs.k8s.yaml": b"apiVersion: v1\nkind: ConfigMap\ndata:\n\tkey: value\n",
    "nul.py": b"x = 1\x00\n",
    "brackets.py": b"x = " + b"(" * 20_000 + b")" * 20_000 + b"\n",
    "chain.py": b"import os\nx = " + b"+".join([b"os.getenv('A')"] * 20_000) + b"\n",
    "nots.py": b"x = " + b"not " * 50_000 + b"1\n",
    "broken.py": b"def broken(:\n    pass\n",
    "latin.py": b"# coding: latin-9\nname = '\xa4'\n",
    "lying.py": b"# coding: utf-8\nname = '\xff\xfe'\n",
    "unknown.py": b"# coding: no-such-codec\nname = 1\n",
    "Dockerfile": b"FROM python:3.12\n" + b"RUN a \\\n" * 100_000 + b'CMD ["python", "app.py"]\n',
    ".env": b"KEY='unterminated\n" + b"=\n" * 1_000,
    ".gitignore": b"*" * 2_000 + b"nothing\n" + b"[" * 2_000 + b"\n" + b"a/" * 2_000 + b"\n",
    ".dockerignore": b"**/" * 2_000 + b"x\n",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder, without git, that holds all of it."""
    root = tmp_path_factory.mktemp("hostile")
    for path, data in HOSTILE.items():
        (root / path).write_bytes(data)
    (root / "fine.py").write_text(
        "import redis\n\nURL = redis.from_url('redis://localhost:6379')\n", encoding="utf-8"
    )
    os.mkfifo(root / "pipe.py")
    (root / "loop").symlink_to(".")
    (root / "outside.py").symlink_to("/etc/passwd")
    (root / "dangling.py").symlink_to("nowhere.py")
    return root


def test_every_bad_file_is_named_and_the_others_are_checked(hostile: Path) -> None:
    code, report, _ = check(hostile)
    assert code in {1, 2}
    assert "python/localhost-default" in {f["rule"] for f in report["findings"] if f["path"] == "fine.py"}
    for path in (
        "deep.k8s.yaml",
        "tabs.k8s.yaml",
        "brackets.py",
        "nots.py",
        "broken.py",
        "lying.py",
        "unknown.py",
    ):
        assert said_about(report, path), f"nothing is said about {path}"
    failed = [f["message"] for f in report["findings"] if f["rule"] == "lintkit/rule-failed"]
    assert all("was stopped: " in message for message in failed), failed


def test_what_cannot_be_read_has_a_line(hostile: Path) -> None:
    _, report, _ = check(hostile)
    lines = {
        f["path"]: f["start"]["line"] for f in report["findings"] if f["rule"] == "lintkit/unparseable-file"
    }
    assert lines["broken.py"] == 1
    assert lines["tabs.k8s.yaml"] == 4


def test_a_line_of_50_megabytes_is_skipped_with_a_word(tmp_path: Path) -> None:
    (tmp_path / "huge.py").write_bytes(b"x = '" + b"a" * 50_000_000 + b"'\n")
    (tmp_path / "wide.py").write_bytes(b"x = '" + b"a" * 4_000_000 + b"'\nimport os\ny = os.getenv('A')\n")
    (tmp_path / "wide.env").write_bytes(b"A=" + b"password " * 400_000 + b"\n")
    code, report, _ = check(tmp_path)
    assert code == 0, report["findings"]
    assert said_about(report, "huge.py")


def test_links_and_pipes_are_never_followed_out(hostile: Path) -> None:
    _, report, stderr = check(hostile)
    assert "root:" not in json.dumps(report) + stderr
    assert said_about(report, "outside.py")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "locked.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "locked.py").chmod(0)
    _, report, _ = check(tmp_path)
    assert said_about(report, "locked.py")


def test_programs_of_the_repository_are_not_run(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    canary = tmp_path / "canary"
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {canary}\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    (root / "app.py").write_text("import os\nopen('ran', 'w')\n", encoding="utf-8")
    # Not what Python itself imports for `-m` before it comes to lintkit; only `-I` keeps that out.
    for name in ("yaml", "click", "libcst", "jsonschema", "pathlib", "json", "subprocess", "tomllib"):
        (root / f"{name}.py").write_text(f"open({str(canary)!r}, 'w')\n", encoding="utf-8")
    (root / "conftest.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    (root / "sitecustomize.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    (root / ".gitattributes").write_text("* filter=trap diff=trap\n", encoding="utf-8")
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    with (root / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write(
            f"[core]\n\tfsmonitor = {trap}\n\thooksPath = {tmp_path}\n\tpager = {trap}\n\tsshCommand = {trap}\n"
            f'[filter "trap"]\n\tclean = {trap}\n\tsmudge = {trap}\n\tprocess = {trap}\n'
            f'[diff "trap"]\n\ttextconv = {trap}\n\tcommand = {trap}\n[alias]\n\tls-files = "!{trap}"\n'
        )
    (root / "lintkit.toml").write_text('rules = ["policies"]\n', encoding="utf-8")
    (root / "policies" / "own").mkdir(parents=True)
    (root / "policies" / "own" / "evil.py").write_text(f"open({str(canary)!r}, 'w')\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "lintkit", "check"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "--allow-code" in done.stderr
    assert not canary.exists()
    assert not (root / "ran").exists()
    (root / "lintkit.toml").unlink()
    code, _, _ = check(root)
    assert code in {0, 1}
    assert not canary.exists()


KILLER = """\
import os, signal
from lintkit.api import bad, define, good

RULE = define(
    summary="kills its process", why="As the kernel does where memory runs out.", remedy="Not to.",
    severity="note", kinds=("dotenv",),
    examples=(bad("A=1  # <-- here\\n"), good("B=1\\n")),
)

def check(document, rule):
    if "KILL" in document.text:
        os.kill(os.getpid(), signal.SIGKILL)
    return ()
"""


def test_a_worker_that_is_killed_loses_its_file_and_not_the_report(tmp_path: Path) -> None:
    (tmp_path / "policies" / "own").mkdir(parents=True)
    (tmp_path / "policies" / "own" / "killer.py").write_text(KILLER, encoding="utf-8")
    (tmp_path / "lintkit.toml").write_text('rules = ["policies"]\nexclude = ["policies"]\n', encoding="utf-8")
    for number in range(40):
        (tmp_path / f"{number}.env").write_text("KILL=1\n" if number == 7 else "A=1\n", encoding="utf-8")
    (tmp_path / "fine.py").write_text(
        "import redis\n\nURL = redis.from_url('redis://localhost:6379')\n", encoding="utf-8"
    )
    code, report, _ = check(tmp_path, "--allow-code", "-j", "2")
    assert code == 2
    failed = [f for f in report["findings"] if f["rule"] == "lintkit/rule-failed"]
    assert [f["path"] for f in failed] == ["7.env"]
    assert "was killed by SIGKILL, as happens where memory runs out" in failed[0]["message"]
    assert "python/localhost-default" in {f["rule"] for f in report["findings"]}
    assert report["summary"]["files"] == 42
