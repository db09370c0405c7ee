"""From a pull request's diff to the review on the server, and on to the next push."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.review.github_server import TOKEN, GitHub, serving
from tests.review.sarif_log import log, result

MAIN = {
    "app/config.py": """\
import os

QUEUE_URL = os.getenv("ORDERS_QUEUE_URL", "amqp://localhost:5672/")  # lintkit: ignore[python/localhost-default] -- dev
""",
    "docker-compose.yml": """\
services:
  orders:
    image: shop/orders:1.4
    build: .
    environment:
      ENVIRONMENT: production
      ORDERS_QUEUE_URL: amqp://broker:5672/
""",
    "Dockerfile": 'FROM python:3.12-slim\nCOPY app app\nUSER 1000\nCMD ["python", "-m", "app.config"]\n',
    ".dockerignore": "*\n!app\n",
    "lintkit.toml": 'select = ["project/default-reaches-production", "python/cors-wildcard"]\n',
}


class Pull:
    """A git repository whose branch `topic` is the pull request, and the server that shows it."""

    def __init__(self, folder: Path, github: GitHub) -> None:
        self.folder, self.github = folder, github
        self.git("init", "-q", "-b", "main")
        self.commit(MAIN)
        self.git("checkout", "-q", "-b", "topic")

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout

    def commit(self, files: dict[str, str]) -> None:
        for path, text in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")

    def push(self, files: dict[str, str]) -> None:
        self.commit(files)
        patches: list[dict[str, Any]] = []
        for line in self.git("diff", "--name-status", "main...topic").splitlines():
            status, path = line.split("\t")
            text = self.git("diff", "main...topic", "--", path)
            patches.append(
                {
                    "filename": path,
                    "status": {"A": "added", "M": "modified", "D": "removed"}[status],
                    "patch": text[text.index("@@") :].rstrip("\n"),
                }
            )
        self.github.push(self.git("rev-parse", "HEAD").strip(), patches)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    server = GitHub()
    with serving(server) as api:
        for name in ("GH_TOKEN", "GITHUB_EVENT_PATH", "GITHUB_SERVER_URL", "GITHUB_STEP_SUMMARY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", api)
        monkeypatch.setenv("GITHUB_REPOSITORY", "shop/orders")
        monkeypatch.setattr("lintkit.review.client.time.sleep", lambda seconds: None)
        yield server


@pytest.fixture
def pull(shell: Shell, github: GitHub) -> Pull:
    return Pull(shell.root, github)


def review(shell: Shell, *arguments: str) -> Any:
    return shell("review", "--pull-request", "7", "--since", "main", *arguments)


def test_a_change_that_breaks_another_file_and_the_push_that_repairs_it(
    shell: Shell, github: GitHub, pull: Pull
) -> None:
    """The compose file loses a variable; the default that then runs in production stands in code nobody touched."""
    without = MAIN["docker-compose.yml"].replace("      ORDERS_QUEUE_URL: amqp://broker:5672/\n", "")
    cors = 'from flask_cors import CORS\n\nCORS(app, origins="*", supports_credentials=True)\n'
    pull.push({"docker-compose.yml": without, "app/web.py": cors})

    first = review(shell)
    assert first.code == 1, first.err
    ((method, _, body),) = github.log
    assert method == "POST"
    beside = {(comment["path"], comment["line"]): comment["body"] for comment in body["comments"]}
    assert ("app/web.py", 3) in beside
    everything = body["body"] + "".join(beside.values())
    assert "project/default-reaches-production" in everything
    assert "app/config.py#L3" in everything

    assert review(shell).code == 1
    assert len(github.log) == 1

    pull.push({"docker-compose.yml": MAIN["docker-compose.yml"]})
    assert review(shell).code == 1
    texts = github.reviews[-1]["body"] + "".join(comment["body"] for comment in github.comments)
    assert "default-reaches-production" not in texts
    assert [comment["path"] for comment in github.comments] == ["app/web.py"]

    pull.push({"app/web.py": "from flask_cors import CORS\n"})
    assert review(shell).code == 0
    assert github.comments == []
    assert "nothing to say" in github.reviews[-1]["body"]


def test_what_main_has_already_is_not_spoken_of(shell: Shell, github: GitHub, pull: Pull) -> None:
    pull.git("checkout", "-q", "main")
    cors = 'from flask_cors import CORS\n\nCORS(app, origins="*", supports_credentials=True)\n'
    pull.commit({"app/web.py": cors})
    pull.git("checkout", "-q", "topic")
    pull.git("merge", "-q", "main")
    pull.push({"app/other.py": "x = 1\n", "app/web.py": "\n\n" + cors})
    assert review(shell).code == 0
    assert github.log == []


def test_a_dry_run_prints_what_it_would_send(shell: Shell, github: GitHub) -> None:
    github.files = [{"filename": "a.py", "status": "added", "patch": "@@ -0,0 +1,1 @@\n+x"}]
    shell.write("found.sarif", json.dumps(log(result("a.py", 1, "ä is wrong"))))
    done = shell("review", "--sarif", "found.sarif", "--pull-request", "7", "--dry-run")
    assert done.code == 1
    head, _, body = done.out.partition("\n")
    assert head == "POST /repos/shop/orders/pulls/7/reviews"
    assert "ä is wrong" in json.loads(body)["comments"][0]["body"]
    assert github.log == []
    assert TOKEN not in done.out + done.err


def test_a_fork_without_the_right_to_write_gets_commands_and_a_summary(
    shell: Shell, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.read_only = True
    github.files = [{"filename": "a,b.py", "status": "added", "patch": "@@ -0,0 +1,1 @@\n+x"}]
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(shell.root / "summary.md"))
    results = [result("a,b.py", 1, f"100% wrong\n::error::{n}") for n in range(12)]
    shell.write("found.sarif", json.dumps(log(*results)))
    done = shell("review", "--sarif", "found.sarif", "--pull-request", "7")
    assert done.code == 1
    assert "pull-requests: write" in done.err
    lines = done.out.splitlines()
    assert (
        lines[0] == "::warning file=a%2Cb.py,line=1,endLine=1,title=python/wrong::100%25 wrong\\n::error::0"
    )
    assert len(lines) == 11
    assert "2 more findings" in lines[-1]
    summary = (shell.root / "summary.md").read_text()
    assert summary.count("100% wrong") == 12


def test_an_outdated_run_posts_nothing_and_does_not_fail(shell: Shell, github: GitHub) -> None:
    shell.write("found.sarif", json.dumps(log()))
    done = shell("review", "--sarif", "found.sarif", "--pull-request", "7", "--commit", "d" * 40)
    assert done.code == 0
    assert "moved on" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--sarif", "absent.sarif"), "cannot be read"),
        (("--sarif", "text.sarif"), "is not JSON"),
        (("--sarif", "other.sarif"), "not a SARIF 2.1.0 log"),
        (("--sarif", "good.sarif", "--since", "main"), "up to the run that wrote it"),
        (("--sarif", "good.sarif", "--pull-request", "8"), "knows no such repository or pull request"),
    ],
)
def test_what_cannot_be_done_is_said(
    shell: Shell, github: GitHub, arguments: tuple[str, ...], message: str
) -> None:
    shell.write("text.sarif", "hello")
    shell.write("other.sarif", "{}")
    shell.write("good.sarif", json.dumps(log()))
    number = () if "--pull-request" in arguments else ("--pull-request", "7")
    done = shell("review", *number, *arguments)
    assert done.code == 2
    assert message in done.err
    assert TOKEN not in done.err


def test_a_token_is_needed_to_post(shell: Shell, github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    shell.write("good.sarif", json.dumps(log()))
    done = shell("review", "--sarif", "good.sarif", "--pull-request", "7")
    assert done.code == 2
    assert "GITHUB_TOKEN" in done.err
