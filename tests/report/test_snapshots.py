"""The whole output of every reporter. LINTKIT_UPDATE_SNAPSHOTS=1 writes the snapshots anew; read the difference."""

import io
import os
from pathlib import Path
from typing import Literal

import pytest

from lintkit.report.options import RenderOptions
from lintkit.report.rules import render_rules
from tests.report.rendering import rendered
from tests.report.sample import CLEAN, MANY, REPORT, RULES

SNAPSHOTS = Path(__file__).parent / "snapshots"

CASES = {
    "report-80.txt": lambda: rendered(REPORT, "text", RenderOptions(width=80)),
    "report-120-verbose.txt": lambda: rendered(
        REPORT, "text", RenderOptions(width=120, verbose=True, show_suppressed=True, statistics=True)
    ),
    "report-color.txt": lambda: rendered(REPORT, "text", RenderOptions(width=100, color=True)),
    "clean.txt": lambda: rendered(CLEAN, "text"),
    "report.json": lambda: rendered(REPORT, "json"),
    "report-suppressed.json": lambda: rendered(REPORT, "json", RenderOptions(show_suppressed=True)),
    "report.sarif": lambda: rendered(REPORT, "sarif"),
    "report-suppressed.sarif": lambda: rendered(REPORT, "sarif", RenderOptions(show_suppressed=True)),
    "clean.sarif": lambda: rendered(CLEAN, "sarif"),
    "report-concise.txt": lambda: rendered(REPORT, "concise", RenderOptions(show_suppressed=True)),
    "report-github.txt": lambda: rendered(MANY, "github"),
    "report.md": lambda: rendered(REPORT, "markdown"),
    "clean.md": lambda: rendered(CLEAN, "markdown"),
    "report-gitlab.json": lambda: rendered(REPORT, "gitlab"),
    "report-junit.xml": lambda: rendered(REPORT, "junit"),
    "clean-junit.xml": lambda: rendered(CLEAN, "junit"),
    "report-checkstyle.xml": lambda: rendered(REPORT, "checkstyle"),
    "report-rdjson.json": lambda: rendered(REPORT, "rdjson"),
    "rules.txt": lambda: _rules("text"),
    "rules.json": lambda: _rules("json"),
}


def _rules(format: Literal["text", "json"]) -> str:
    stream = io.StringIO()
    render_rules(RULES, stream, format)
    return stream.getvalue()


@pytest.mark.parametrize("name", CASES)
def test_output_is_the_snapshot(name: str) -> None:
    output = CASES[name]().encode("utf-8")
    snapshot = SNAPSHOTS / name
    if os.environ.get("LINTKIT_UPDATE_SNAPSHOTS") == "1":
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_bytes(output)
    assert output == snapshot.read_bytes()


def test_every_snapshot_has_its_case() -> None:
    assert {path.name for path in SNAPSHOTS.iterdir()} == set(CASES)
