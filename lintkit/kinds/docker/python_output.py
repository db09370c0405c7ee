"""What keeps the output of Python in a buffer: images that start it, and the shell scripts that images start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lintkit.facts import BufferedStart, ShellScript
from lintkit.formats.dockerfile import effective_environment, environment_routes, stage_chain
from lintkit.kinds.docker.commands import started
from lintkit.model import Document, Edit, Span
from lintkit.words.environments import environment_of_path, is_development_stage

_PROGRAMS = frozenset(
    """python manage.py uvicorn gunicorn hypercorn daphne fastapi flask granian litestar quart sanic waitress-serve
    celery rq rqworker dramatiq arq taskiq saq faststream huey_consumer streamlit chainlit locust scrapy""".split()  # noqa: SIM905
)
"""Programs that are Python and write what the service prints."""

# Images that are known not to set the variable; `python-311` of UBI and others do.
_PLAIN_IMAGES = frozenset(
    """python pypy uv debian ubuntu alpine fedora centos rockylinux almalinux amazonlinux buildpack-deps cuda pytorch
    tensorflow ubi8 ubi9 ubi-minimal miniconda3 micromamba playwright""".split()  # noqa: SIM905
)
_PYTHON = re.compile(r"(?:.*/)?(?:python[\d.]*t?|pypy3?)")
_OPTIONS_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")


_SHELL_SUFFIXES = (".sh", ".bash", ".zsh")
_SHEBANG = re.compile(r"#![^\n]*\b(?:ba|da|a|z)?sh\b")
_COMMENT = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_STATEMENTS = re.compile(r"[;\n]")
_CONTINUED = re.compile(r"\\\r?\n")
_BY_VALUE = re.compile(r"""\$\{?[A-Za-z_]\w*[^\s=]{0,40}\s+={1,2}\s+["']?[A-Za-z]""")
_CASE_OF = re.compile(r"""\s*(?:(?:then|do|else)\s+)?case\s+["']?\$\{?[A-Za-z_]""")
_INTO_FILE = re.compile(r"""(?<![0-9&>=-])>>?[ \t]*(?!/dev/(?:std|fd)|/proc/)["'$/\w.]""")


def extract_image(document: Document) -> Iterator[BufferedStart]:
    """What the image of a Dockerfile that ships starts, where nothing in the Dockerfile switches the buffer off."""
    if environment_of_path(document.path) == "development":
        return
    stage = _shipped_stage(document)
    if stage is None or effective_environment(document, stage).get("PYTHONUNBUFFERED"):
        return
    base = _base_image(document, stage)
    instruction, arguments, shell = _command(document, stage)
    if instruction is None or "$" in base:
        return
    words = " ".join(arguments).split()
    if _switches_off(words):
        return
    program, opaque = _python_program(arguments, shell=shell)
    route = environment_routes(document, stage).get("PYTHONUNBUFFERED")
    span = document.span(("stages", stage)) if route is None else document.span(route)
    plain = base.rpartition("/")[2].partition("@")[0].partition(":")[0].lower() in _PLAIN_IMAGES
    yield BufferedStart(
        span,
        program,
        tuple(word.strip("\"'") for word in words[:_MOST_WORDS]),
        document.data["stages"][stage]["name"] or "final stage",
        document.span(("instructions", instruction)),
        _edit(document, span, inserts=route is None),
        plain and not opaque,
        "" if plain else base,
    )


def extract_script(document: Document) -> Iterator[ShellScript]:
    """What a shell script starts, and whether it switches the buffer off."""
    text = document.text[:_LONGEST]
    if not document.path.endswith(_SHELL_SUFFIXES) and not _SHEBANG.match(text):
        return
    text = _COMMENT.sub("", text)
    programs = _python_programs([_what_always_runs(text)], shell=True)
    program = programs[-1][0] if programs else ""
    unbuffered = _switches_off(text.split())
    if program or unbuffered:
        yield ShellScript(document.span(()), program, unbuffered)


_MOST_WORDS = 12
_LONGEST = 20_000


def _python_program(arguments: Sequence[str], *, shell: bool) -> tuple[str, bool]:
    """The program of Python that a command starts, empty for none; and whether it is started through something else."""
    return next(iter(_python_programs(arguments, shell=shell)), ("", False))


def _python_programs(arguments: Sequence[str], *, shell: bool) -> list[tuple[str, bool]]:
    return [
        (each.program, bool(each.opaque))
        for each in started(list(arguments), shell=shell)
        if each.program in _PROGRAMS and (each.program != "python" or each.targets)
    ]


def _what_always_runs(script: str) -> str:
    """A script without the branches that a variable chooses by its value, and without what is written into a file.

    Images share a script and choose their branch of it (`if [ "$ROLE" = worker ]`, `case $ROLE in`). The arguments of
    the script are no such variables: they are the command of the image.
    """
    kept: list[str] = []
    chosen: list[bool] = []
    for statement in _STATEMENTS.split(_CONTINUED.sub(" ", script)):
        words = statement.split(None, 2)
        first = words[1] if len(words) > 1 and words[0] in ("then", "do", "else") else "".join(words[:1])
        if first == "if":
            chosen.append(_BY_VALUE.search(statement) is not None)
        elif first == "case":
            chosen.append(_CASE_OF.match(statement) is not None)
        elif first in ("fi", "esac"):
            chosen = chosen[:-1]
        elif first == "elif" and chosen:
            chosen[-1] = chosen[-1] or _BY_VALUE.search(statement) is not None
        elif not any(chosen) and not _INTO_FILE.search(statement):
            kept.append(statement)
    return "\n".join(kept)


def _switches_off(words: list[str]) -> bool:
    return any("PYTHONUNBUFFERED" in word for word in words) or _is_unbuffered(words)


def _shipped_stage(document: Document) -> int | None:
    """The last stage whose name does not say that it is for development or tests."""
    stages: list[dict[str, Any]] = document.data["stages"]
    shipped = [index for index, stage in enumerate(stages) if not is_development_stage(stage["name"])]
    return shipped[-1] if shipped else None


def _base_image(document: Document, stage: int) -> str:
    """The image below all stages of the file."""
    return str(document.data["stages"][stage_chain(document, stage)[-1]]["resolved_base"])


def _command(document: Document, stage: int) -> tuple[int | None, list[str], bool]:
    """What an image of `stage` starts: the instruction that says so, its words, and whether a shell reads them."""
    entry: int | None = None
    command: int | None = None
    instructions = document.data["instructions"]
    for member in reversed(stage_chain(document, stage)):
        own_command = False
        for index in document.data["stages"][member]["instructions"]:
            keyword = instructions[index]["keyword"]
            if keyword == "CMD":
                command, own_command = index, True
            elif keyword == "ENTRYPOINT":
                # An ENTRYPOINT resets the CMD that it inherits.
                entry, command = index, command if own_command else None
    if entry is None:
        return (None, [], False) if command is None else (command, *_words(instructions[command]))
    words, shell = _words(instructions[entry])
    if shell or command is None:
        return entry, words, shell
    more, shell = _words(instructions[command])
    return entry, words + (["/bin/sh", "-c", *more] if shell else more), False


def _words(instruction: dict[str, Any]) -> tuple[list[str], bool]:
    shell = instruction["form"] == "shell"
    return ([instruction["value"]] if shell else list(instruction["arguments"])), shell


def _is_unbuffered(words: list[str]) -> bool:
    """Whether a Python interpreter among the words is given `-u`, before the module or file that it runs.

    `python -m awslambdaric` has none: it puts an unbuffered stdout in the place of its own (its `bootstrap.py`).
    """
    if "awslambdaric" in (word.strip("\"'") for word in words):
        return True
    for start, word in enumerate(words):
        if not _PYTHON.fullmatch(word.strip("\"'")):
            continue
        index = start + 1
        while index < len(words) and words[index].startswith("-"):
            option = words[index].strip("\"'")
            if not option.startswith("--") and "u" in re.split("[cmWX]", option)[0]:
                return True
            if re.match(r"-[a-zA-Z]*[cm]", option):
                break
            index += 2 if option in _OPTIONS_WITH_VALUE else 1
    return False


def _edit(document: Document, span: Span, *, inserts: bool) -> Edit:
    if not inserts:
        return Edit(span, "PYTHONUNBUFFERED=1")
    newline = "\r\n" if "\r\n" in document.text else "\n"
    keyword = "env" if document.text[span.start : span.start + 4] == "from" else "ENV"
    line_end = document.text.find("\n", span.end)
    end = len(document.text) if line_end < 0 else line_end
    end -= len(document.text[span.end : end]) - len(document.text[span.end : end].rstrip("\r"))
    return Edit(Span(span.path, end, end), f"{newline}{keyword} PYTHONUNBUFFERED=1")
