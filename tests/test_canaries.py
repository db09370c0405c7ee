"""Secrets never come out: not in a report of any format, not on stderr, not in an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lintkit.kinds.recognise import kind_of
from lintkit.report.formats import FORMATS
from lintkit.run.redact import redact
from tests.canaries import PLACES, Canary, Repository, repository
from tests.review.github_server import TOKEN, GitHub, serving

SEEDS = (1, 2, 3)


def leaks(repository: Repository, output: str) -> list[Canary]:
    """The canaries of which a part stands in `output`."""
    return [canary for canary in repository.canaries if any(part in output for part in canary.parts)]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_secret_is_masked_in_its_file(seed: int) -> None:
    planted = repository(seed, 3 * len(PLACES))
    masked = {
        path: redact(text, kind_of(path, text.encode()) or "text") for path, text in planted.files.items()
    }
    leaked = [
        f"{canary.place}: {part} in {masked[canary.path]!r}"
        for canary in planted.canaries
        for part in canary.parts
        if part in masked[canary.path]
    ]
    assert leaked == []
    assert {canary.place for canary in planted.canaries} == {place.name for place in PLACES}


def test_the_repository_is_what_it_claims() -> None:
    planted = repository()
    assert len(planted.canaries) == 300
    assert sum(canary.near for canary in planted.canaries) == 150
    for canary in planted.canaries:
        text = planted.files[canary.path]
        assert any(part in text or part in canary.path for part in canary.parts)
    assert (
        len({part for canary in planted.canaries for part in canary.parts if "KEY-----" not in part}) >= 300
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, Path]:
    root = tmp_path_factory.mktemp("canaries")
    made = repository()
    for path, text in made.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    # Files that cannot be read, so that error messages have something to quote.
    secret = made.canaries[0].parts[0]
    (root / "broken.py").write_text(f'PASSWORD = "{secret}\nx = (\n', encoding="utf-8")
    (root / "compose.broken.yaml").write_text(
        f"services:\n  a: {{password: {secret}\n  b: [\n", encoding="utf-8"
    )
    (root / "deep").mkdir()
    (root / "deep" / "Dockerfile").write_text(
        f"FROM a\nENV PASSWORD={secret}\nNOTHING {secret}\n", encoding="utf-8"
    )
    return made, root


@pytest.mark.parametrize(
    "arguments",
    [
        ("--output-format", "text"),
        ("--output-format", "text", "--verbose", "--show-suppressed"),
        ("--output-format", "text", "--color", "always"),
        ("--output-format", "json"),
        ("--output-format", "sarif", "--show-suppressed"),
        ("--output-format", "concise", "--show-suppressed"),
        ("--output-format", "github"),
        ("--output-format", "markdown", "--verbose"),
        ("--output-format", "gitlab"),
        ("--output-format", "junit"),
        ("--output-format", "checkstyle"),
        ("--output-format", "rdjson"),
        ("--diff", "--unsafe-fixes"),
        ("--statistics",),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_no_secret_in_any_output(planted: tuple[Repository, Path], arguments: tuple[str, ...]) -> None:
    made, root = planted
    result = subprocess.run(
        [sys.executable, "-m", "lintkit", "check", "--select", "*", *arguments, str(root)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert result.returncode == 1, result.stderr
    assert result.stdout
    assert leaks(made, result.stdout) == []
    assert leaks(made, result.stderr) == []


def test_no_secret_in_the_report_on_standard_input(planted: tuple[Repository, Path]) -> None:
    made, root = planted
    secret = made.canaries[0].parts[0]
    result = subprocess.run(
        [sys.executable, "-m", "lintkit", "check", "--stdin-filename", str(root / "compose.yaml")],
        input=f"services:\n  a:\n    environment:\n      POSTGRES_PASSWORD: {secret}\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
        timeout=300,
    )
    assert result.returncode == 1, result.stderr
    assert secret not in result.stdout + result.stderr


def test_every_format_is_asked() -> None:
    (mark,) = test_no_secret_in_any_output.pytestmark  # type: ignore[attr-defined]
    asked = {arguments[1] for arguments in mark.args[1] if arguments[0] == "--output-format"}
    assert asked == set(FORMATS)


def test_no_secret_in_a_baseline(planted: tuple[Repository, Path], tmp_path: Path) -> None:
    made, root = planted
    file = tmp_path / "baseline.json"
    command = [sys.executable, "-m", "lintkit", "baseline", "--select", "*", "--root", str(root)]
    result = subprocess.run(
        [*command, "--output", str(file)], capture_output=True, text=True, check=False, timeout=300
    )
    assert result.returncode == 0, result.stderr
    assert file.read_text(encoding="ascii").count("count") > 20
    assert leaks(made, file.read_text(encoding="ascii") + result.stderr) == []


def test_no_secret_in_the_requests_of_a_review(
    planted: tuple[Repository, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line of the repository is new, so that every finding may become a comment and every fix a suggestion."""
    made, root = planted
    file = tmp_path / "found.sarif"
    check = [sys.executable, "-m", "lintkit", "check", "--select", "*", "--output-format", "sarif"]
    subprocess.run([*check, "--output", str(file), str(root)], capture_output=True, check=False, timeout=300)
    github = GitHub()
    for path, text in made.files.items():
        lines = text.splitlines()
        patch = "\n".join([f"@@ -0,0 +1,{len(lines)} @@", *(f"+{line}" for line in lines)])
        github.files.append({"filename": path, "status": "added", "patch": patch})
    monkeypatch.setattr("tests.review.github_server.PAGE", 100)
    with serving(github) as api:
        command = [sys.executable, "-m", "lintkit", "review", "--sarif", str(file), "--pull-request", "7"]
        command += ["--repository", "shop/orders", "--api-url", api, "--max-comments", "100"]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "GITHUB_TOKEN": TOKEN},
            timeout=300,
        )
    assert done.returncode == 1, done.stderr
    sent = json.dumps(github.log, ensure_ascii=False)
    assert len(github.log[0][2]["comments"]) > 50
    assert leaks(made, sent) == []
    assert leaks(made, done.stdout + done.stderr) == []
