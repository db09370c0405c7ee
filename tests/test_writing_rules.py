"""The tutorial can be typed along: its files are written, its commands are run, and they print what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TUTORIAL = (ROOT / "docs" / "writing-rules.md").read_text(encoding="utf-8")

_STEP = re.compile(
    r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def steps() -> Iterator[tuple[str, str, str]]:
    """(path, language, text) of every block, in order."""
    return ((step["path"] or "", step["language"], step["text"]) for step in _STEP.finditer(TUTORIAL))


def pattern_of(shown: str) -> str:
    """A line `...` stands for any lines, a `...` at its beginning for any text."""
    lines = []
    for line in shown.splitlines():
        if line == "...":
            lines.append(r"(?:.*\n)*?")
        elif line.startswith("... "):
            lines.append(f".*{re.escape(line[4:])}\n")
        else:
            lines.append(f"{re.escape(line)}\n")
    return "".join(lines)


def test_every_step_works(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    ran = 0
    for path, language, text in steps():
        if path:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        elif language == "console":
            command, _, shown = text.partition("\n")
            done = subprocess.run(
                [sys.executable, "-m", *command.removeprefix("$ ").split()],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=60,
                check=False,
            )
            assert done.stderr == ""
            assert re.fullmatch(pattern_of(shown), done.stdout), f"{command}\n{done.stdout}"
            ran += 1
    assert ran == 5


def test_the_pages_it_names_exist() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", TUTORIAL):
        assert (ROOT / "docs" / link).exists(), link
