"""dockerfile/debug-mode: a debug mode that an image switches on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.parse.dockerfile import final_stage, stage_instructions

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
    paths_ignore=(
        "**/*dev*",
        "**/*dev*/**",
        "**/*debug*",
        "**/*test*",
        "**/*local*",
        "**/tests/**",
        "**/docs/**",
    ),
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
        good("FROM python:3.12-slim AS development\nENV DEBUG=1\n", note="a stage for development"),
    ),
)

_KINDS = (
    (re.compile(r"(?i)[a-z_$]*env(?:ironment)?"), re.compile(r"(?i)dev|devel|develop|development")),
    (re.compile(r"(?i)(?:[a-z]+_)?debug"), re.compile(r"(?i)1|true|yes|on")),
    (re.compile(r"(?i)xdebug_mode"), re.compile(r"(?i)1|true|yes|on|.*\b(?:debug|develop)\b.*")),
    (re.compile(r"(?i)xdebug_config"), re.compile(r"(?i).*remote_enable=(?:1|true|yes|on).*")),
)
_DEVELOPMENT = re.compile(r"(?i)^(?:dev|devel|development|test|tests|debug|local)(?:$|[-_.])")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report variables of the final stage, and of the stages that it builds on, that switch a debug mode on."""
    final = final_stage(document)
    if final is None or _DEVELOPMENT.match(document.data["stages"][final]["name"] or ""):
        return
    for index in stage_instructions(document, final, "ENV"):
        instruction = document.data["instructions"][index]
        resolved = instruction.get("resolved_pairs") or instruction["pairs"]
        for place, (pair, value) in enumerate(zip(instruction["pairs"], resolved, strict=False)):
            name, text = str(value[0] or pair[0]), str(value[1] or "")
            if any(names.fullmatch(name) and values.fullmatch(text) for names, values in _KINDS):
                yield rule.finding(
                    document.span(("instructions", index, "pairs", place)),
                    f"`{name}={text}` starts the image in a debug mode unless somebody switches it off",
                    subject=name,
                )
