"""The command line, run in this process in an empty repository."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lintkit.cli.main import run


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    root: Path
    read: Callable[[], tuple[str, str]]

    def __call__(self, *arguments: str) -> Said:
        self.read()
        code = run(arguments)
        sys.stdout.flush()
        return Said(code, *self.read())

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file


@pytest.fixture
def shell(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    for name in ("NO_COLOR", "FORCE_COLOR", "LINTKIT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "repo"
    root.mkdir()
    (root / "lintkit.toml").touch()
    monkeypatch.chdir(root)
    return Shell(root, lambda: tuple(capfd.readouterr()))  # type: ignore[arg-type, return-value]
