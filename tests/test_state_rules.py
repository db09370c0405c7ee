"""The warning about state in one process gives way to the error that proves several."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lintkit.cli.main import run

APP = """\
from fastapi import FastAPI

app = FastAPI()
challenges = {}


@app.post("/login/begin")
def begin(user: str):
    challenges[user] = 1


@app.post("/login/finish")
def finish(user: str):
    return challenges.pop(user, None)
"""
DOCKERFILE = (
    'FROM python:3.12-slim\nWORKDIR /srv\nCOPY app app\nCMD ["gunicorn", "-w", "{}", "app.main:app"]\n'
)


@pytest.mark.parametrize(
    ("workers", "expected"),
    [(1, "python/in-process-session-state"), (9, "project/in-process-state-replicated")],
)
def test_there_is_one_finding(
    workers: int,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text(APP)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.format(workers))
    monkeypatch.chdir(tmp_path)
    run(["check", ".", "--root", ".", "--select", "*in-process*", "--output-format", "json", "--exit-zero"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(each["rule"], each["start"]["line"]) for each in found] == [(expected, 9)]
