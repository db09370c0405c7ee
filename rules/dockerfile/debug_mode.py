"""dockerfile/debug-mode: a debug mode that an image switches on."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import is_debug_mode
from lintkit.api.formats import final_stage, stage_instructions
from lintkit.api.words import environment_of_path, is_development_stage

RULE = define(
    summary="an image is built with a debug mode switched on",
    why="""
Debug modes show tracebacks with settings and source to every visitor, and some, such as Werkzeug's console, run what
the visitor types. A default in the image is what production gets when nobody sets the variable.
""",
    remedy="Leave it out of the image, and set it where the program is developed.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("security", "CWE-489"),
    equivalents=("sonar-iac:docker/DebugModeCheckTest",),
    packs=("recommended", "security", "production"),
    examples=(
        bad(
            """\
FROM node:22 AS build
ENV NODE_ENV=development
FROM python:3.12-slim
ARG MODE=dev
ENV FLASK_ENV=development  # <-- here
ENV A=1 \\
    DEBUG=true  # <-- here
ENV APP_ENV=${MODE}  # <-- here
CMD ["flask", "run"]
"""
        ),
        good(
            """\
FROM python:3.12-slim
ENV FLASK_ENV=production DEBUG=false LOG_LEVEL=debug
"""
        ),
        bad({"locale-service/device.Dockerfile": "FROM python:3.12\nENV FLASK_DEBUG=1  # <-- here\n"}),
        good(
            {
                "dev.Dockerfile": "FROM python:3.12\nENV DEBUG=1\n",
                "local/Dockerfile": "FROM python:3.12\nENV DEBUG=1\n",
            }
        ),
        good("FROM python:3.12-slim AS development\nENV DEBUG=1\n", note="a stage for development"),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report variables of the final stage, and of the stages that it builds on, that switch a debug mode on."""
    if environment_of_path(document.path) == "development":
        return
    final = final_stage(document)
    if final is None or is_development_stage(document.data["stages"][final]["name"]):
        return
    for index in stage_instructions(document, final, "ENV"):
        instruction = document.data["instructions"][index]
        resolved = instruction.get("resolved_pairs") or instruction["pairs"]
        for place, (pair, value) in enumerate(zip(instruction["pairs"], resolved, strict=False)):
            name, text = str(value[0] or pair[0]), str(value[1] or "")
            if is_debug_mode(name, text):
                yield rule.finding(
                    document.span(("instructions", index, "pairs", place)),
                    f"`{name}={text}` starts the image in a debug mode unless somebody switches it off",
                    subject=name,
                )
