"""dockerfile/python-unbuffered: a Python image whose output waits in a buffer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import Document, Edit, Finding, Fix, Location, RuleContext, Span, bad, define, good
from lintkit.graph.commands import started
from lintkit.graph.environments import environment_of_path
from lintkit.parse.dockerfile import effective_environment, environment_routes, stage_chain

RULE = define(
    summary="a Python image buffers its output",
    why="""
Python writes to a pipe in blocks of some kilobytes, and a container's stdout is a pipe. What the service printed last
stays in the buffer, and a crash, an OOM kill or a SIGKILL throws it away: the log ends before the interesting line.
On a quiet service even healthy output appears minutes late.
""",
    remedy="Set `ENV PYTHONUNBUFFERED=1` in the final stage, or start Python with `-u`.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("logging", "python"),
    packs=("recommended", "production"),
    fixable=True,
    paths_ignore=("**/testdata/**", "**/fixtures/**"),
    examples=(
        bad(
            """\
FROM python:3.12-slim  # <-- here
WORKDIR /app
COPY . .
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
""",
            fixed="""\
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY . .
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
""",
        ),
        bad(
            """\
FROM python:3.12 AS build
ENV PYTHONUNBUFFERED=1
RUN pip install --prefix=/install .

FROM python:3.12-slim  # <-- here
COPY --from=build /install /usr/local
ENTRYPOINT ["python3"]
CMD ["-m", "service"]
""",
            note="only the final stage counts",
        ),
        bad(
            """\
FROM ubuntu:24.04  # <-- here
RUN apt-get update && apt-get install -y python3
CMD exec python3 -m worker -u
""",
            note="an option behind the module is the module's",
        ),
        bad(
            """\
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=""  # <-- here
CMD ["celery", "-A", "tasks", "worker"]
""",
            fixed="""\
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
CMD ["celery", "-A", "tasks", "worker"]
""",
            note="an empty value leaves the buffer on",
        ),
        good(
            """\
FROM python:3.12-slim
ENV PYTHONDONTWRITEBYTECODE=1 \\
    PYTHONUNBUFFERED=1
CMD ["python", "app.py"]
"""
        ),
        good(
            'FROM python:3.12 AS base\nENV PYTHONUNBUFFERED 1\nFROM base\nCMD ["python", "app.py"]\n',
            note="inherited from an earlier stage",
        ),
        good('FROM python:3.12-slim\nCMD ["python", "-Bu", "app.py"]\n', note="`-u`"),
        good(
            'FROM python:3.12-slim\nENTRYPOINT ["python", "-u"]\nCMD ["app.py"]\n',
            note="`-u` in the other half of the command",
        ),
        good(
            "FROM python:3.12\nCMD PYTHONUNBUFFERED=x exec python app.py\n", note="set by the command itself"
        ),
        good(
            """\
FROM python:3.12 AS build
RUN python build.py
FROM nginx:1.27
COPY --from=build /site /srv
CMD ["nginx"]
""",
            note="Python only builds; the final image runs something else",
        ),
        good("FROM python:3.12-slim\nRUN pip install black\n", note="a base image that starts nothing"),
        good('FROM python:3.12-slim\nCMD ["./start.sh"]\n', note="a script may set it"),
        good({"Dockerfile.dev": 'FROM python:3.12\nCMD ["python", "app.py"]\n'}, note="for development"),
        good('ARG BASE\nFROM $BASE\nCMD ["python", "app.py"]\n', note="a base image that is not known"),
    ),
)

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
_UNSHIPPED = re.compile(r"(?i)^(?:dev|devel|development|test|tests|testing|debug|ci|lint|docs)(?:$|[-_.])")
_PYTHON = re.compile(r"(?:.*/)?(?:python[\d.]*t?|pypy3?)")
_OPTIONS_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the FROM of the stage that ships, when what it starts is Python and nothing switches the buffer off."""
    if environment_of_path(document.path) == "development":
        return
    stage = _shipped_stage(document)
    if stage is None or effective_environment(document, stage).get("PYTHONUNBUFFERED"):
        return
    base = _base_image(document, stage)
    instruction, arguments, shell = _command(document, stage)
    if instruction is None or "$" in base:
        return
    words = " ".join(arguments)
    program = next((each for each in started(arguments, shell=shell) if each.program in _PROGRAMS), None)
    if program is None or (program.program == "python" and not program.targets):
        return
    if "PYTHONUNBUFFERED" in words or _is_unbuffered(words.split()):
        return
    route = environment_routes(document, stage).get("PYTHONUNBUFFERED")
    span = document.span(("stages", stage)) if route is None else document.span(route)
    plain = base.rpartition("/")[2].partition("@")[0].partition(":")[0].lower() in _PLAIN_IMAGES
    yield rule.finding(
        span,
        f"the image runs `{program.program}` with buffered output: neither `PYTHONUNBUFFERED` nor `-u` is set",
        subject=document.data["stages"][stage]["name"] or "final stage",
        related=(Location(document.span(("instructions", instruction)), "what the image runs"),),
        fix=_fix(document, span, inserts=route is None),
        confidence="high" if plain and not program.opaque else "medium",
    )


def _shipped_stage(document: Document) -> int | None:
    """The last stage whose name does not say that it is for development or tests."""
    stages: list[dict[str, Any]] = document.data["stages"]
    shipped = [index for index, stage in enumerate(stages) if not _UNSHIPPED.match(stage["name"] or "")]
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
    """Whether a Python interpreter among the words is given `-u`, before the module or file that it runs."""
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


def _fix(document: Document, span: Span, *, inserts: bool) -> Fix:
    title = "set PYTHONUNBUFFERED in the final stage"
    if not inserts:
        return Fix(title, (Edit(span, "PYTHONUNBUFFERED=1"),), safe=True)
    newline = "\r\n" if "\r\n" in document.text else "\n"
    keyword = "env" if document.text[span.start : span.start + 4] == "from" else "ENV"
    line_end = document.text.find("\n", span.end)
    end = len(document.text) if line_end < 0 else line_end
    end -= len(document.text[span.end : end]) - len(document.text[span.end : end].rstrip("\r"))
    edit = Edit(Span(span.path, end, end), f"{newline}{keyword} PYTHONUNBUFFERED=1")
    return Fix(title, (edit,), safe=True)
