"""Dockerfiles inside of compose files."""

from __future__ import annotations

from pathlib import Path

import pytest

from lintkit.cli.main import run
from lintkit.kinds.compose.service import parse
from lintkit.kinds.docker.inline import inline_dockerfiles
from lintkit.model import SourceFile

COMPOSE = """\
services:
  # the first one
  api:
    build:
      context: .
      dockerfile_inline: |
        FROM debian AS base
        RUN apt-get update \\
            && apt-get install git
        CMD ['api']
    image: shop:1
"""


def test_places_are_those_of_the_file() -> None:
    (document,) = parse(SourceFile("compose.yaml", "compose", COMPOSE.encode()))
    (inner,) = inline_dockerfiles(document)
    assert [item["keyword"] for item in inner.data["instructions"]] == ["FROM", "RUN", "CMD"]
    span = inner.span(("instructions", 1, "commands", 1, "text"))
    assert COMPOSE[span.start : span.end] == "apt-get install git"
    assert inner.path == "compose.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {build: {dockerfile_inline: 'FROM x'}}}\n",
        "services:\n  a:\n    build:\n      dockerfile_inline: >\n        FROM x\n",
        "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM x\n        RUN <<E\n        E\n",
        "services: {a: {build: {dockerfile_inline: [FROM]}}, b: {build: .}, c: 3}\n",
        "services: {a: {build: {dockerfile_inline: }}}\n",
        "x-d: &d |\n  FROM x\nservices: {a: {build: {dockerfile_inline: *d}}}\n",
    ],
)
def test_what_cannot_be_placed_is_left_out(text: str) -> None:
    (document,) = parse(SourceFile("compose.yaml", "compose", text.encode()))
    assert list(inline_dockerfiles(document)) == []


def test_rules_of_dockerfiles_look_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    monkeypatch.chdir(tmp_path)
    selected = ["--select", "dockerfile/image-untagged", "--select", "dockerfile/exec-form-not-json"]
    run(["check", ".", "--root", ".", *selected, "--output-format", "concise"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[0] for line in lines if "[dockerfile/" in line] == [
        "compose.yaml:7:14",
        "compose.yaml:10:13",
    ]
