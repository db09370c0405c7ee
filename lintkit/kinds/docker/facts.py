"""Facts of Dockerfiles: stages, what they copy, the variables they set, and what they start."""

from __future__ import annotations

import posixpath
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from lintkit.facts import CopyInstruction, Fact, ImageCommand, ImageStage, VariableProvided
from lintkit.formats.plain import text_at
from lintkit.kinds.docker.python_output import extract_image
from lintkit.model import Document, Route
from lintkit.secrets.masked import DYNAMIC, NONE, value_of


def extract(document: Document) -> Iterator[Fact]:
    """The facts of one Dockerfile."""
    yield from extract_image(document)
    instructions = document.data["instructions"]
    folders: dict[str, str] = {}
    for index, stage in enumerate(document.data["stages"]):
        numbers = stage["instructions"]
        base = str(stage["resolved_base"] or stage["base"] or "")
        span = document.span(("instructions", numbers[0])) if numbers else document.span(())
        checked = any(instructions[number]["keyword"] == "HEALTHCHECK" for number in numbers)
        yield ImageStage(span, index, stage["name"] or "", base, checked)
        folder = folders.get(base.lower(), "/")
        for number in numbers:
            folder = yield from _instruction(document, number, instructions[number], index, folder)
        folders[str(index)] = folder
        if stage["name"]:
            folders[stage["name"].lower()] = folder


def _instruction(
    document: Document, number: int, instruction: Mapping[str, Any], stage: int, folder: str
) -> Generator[Fact, None, str]:
    """Yield the facts of one instruction; return the working directory after it."""
    keyword = instruction["keyword"]
    arguments = [str(each) for each in instruction["arguments"]]
    span = document.span(("instructions", number))
    if keyword == "WORKDIR":
        place = str(instruction["resolved"] or instruction["value"]).strip()
        return folder if "$" in place else posixpath.normpath(posixpath.join(folder, place))
    if keyword in {"COPY", "ADD"} and len(arguments) > 1:
        resolved = _resolved(instruction, arguments)
        yield CopyInstruction(
            span, stage, tuple(resolved[:-1]), _destination(folder, resolved[-1]), _flag(instruction, "from")
        )
    elif keyword in {"CMD", "ENTRYPOINT"}:
        shell = instruction["form"] != "exec"
        words = (str(instruction["value"]),) if shell else tuple(arguments)
        yield ImageCommand(span, stage, keyword, words, shell, folder)
    elif keyword in {"ENV", "ARG"}:
        for index, (name, text) in enumerate(instruction["pairs"]):
            route: Route = ("instructions", number, "pairs", index)
            value = NONE if text is None else value_of(str(name), str(text), interpolates=True)
            yield VariableProvided(
                document.span(route) if route in document.nodes else span,
                str(name),
                value if value.kind != "none" or keyword == "ENV" else DYNAMIC,
                "dockerfile-env" if keyword == "ENV" else "dockerfile-arg",
                str(stage),
            )
    return folder


def _resolved(instruction: Mapping[str, Any], arguments: list[str]) -> list[str]:
    """The arguments with `ARG` and `ENV` expanded, where that leaves as many words."""
    if not any("$" in argument for argument in arguments):
        return arguments
    words = str(instruction["resolved"] or "").split()
    words = [word for word in words if not word.startswith("--")]
    return words if len(words) == len(arguments) else arguments


def _flag(instruction: Mapping[str, Any], name: str) -> str:
    return text_at(instruction, "flags", name)


def _destination(folder: str, written: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, written))
    return joined.rstrip("/") + "/" if written.endswith("/") or written in {".", "./"} else joined
