"""dockerfile/cache-bust-comment: a comment that is changed to make a build run again."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, Span, bad, define, good

RULE = define(
    summary="a comment is changed by hand to build a layer again",
    why="""
The comment is there because the builder reused a layer that should have been made anew: what the step fetches is
named without a version, or is copied too late. Until somebody remembers to edit the comment, the image holds the old
state, and after each edit everything behind it is built again.
""",
    remedy="Name what changes (a version, a lock file, a digest) or copy it before the step, and remove the comment.",
    severity="note",
    kinds=("dockerfile", "text"),
    tags=("build", "cost"),
    packs=("recommended",),
    examples=(
        bad(
            """\
FROM python:3.12-slim
# Cache bust: 2024-05-01  # <-- here
RUN pip install -r requirements.txt
"""
        ),
        bad(
            {"backend/requirements.txt": "fastapi==0.115.0\n# cache-buster v7  # <-- here\nredis==5.0.0\n"},
            note="the list of dependencies, touched to install them again",
        ),
        good(
            """\
FROM node:22
# The hash in the file's name busts the browser's cache.
COPY dist /app/dist
ARG CACHEBUST=1
RUN --mount=type=cache,target=/cache npm ci --cache /cache
""",
            note="another cache, and an argument that a script sets",
        ),
        good(
            """\
FROM python:3.12-slim
# Cache bust: raise it to install from branches again, 1 for the first time
# (the pipeline passes the hash of the commit)
ARG CACHEBUST=1
RUN echo "$CACHEBUST" && pip install -r requirements.txt
""",
            note="an argument that the comment explains",
        ),
        good({"notes.txt": "# cache bust: 3\n"}, note="no list of dependencies"),
    ),
)

_COMMENT = re.compile(
    r"#[ \t]*(?:docker[ \t]+)?cache[ _-]?bust(?:er|ing)?\b(?:[ \t]*[:=#v(-]|[ \t]+\d|[ \t]*$)", re.IGNORECASE
)
_ARGUMENT = re.compile(r"\s*(?:#[^\n]*\n\s*){0,20}(?:ARG|ENV)\s+\w*bust", re.IGNORECASE)
_LIST = re.compile(r"(?:requirements|constraints)[\w.-]*\.txt", re.IGNORECASE)
_MESSAGE = "the comment is changed by hand so that what follows is built again"


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report such comments of Dockerfiles and lists of dependencies."""
    if document.kind == "text":
        folder, name = posixpath.split(document.path)
        if not _LIST.fullmatch(name) and not (folder.endswith("requirements") and name.endswith(".txt")):
            return
        for match in re.finditer(r"^[ \t]*(#.*)$", document.text, re.MULTILINE):
            if _COMMENT.match(match[1]):
                yield rule.finding(
                    Span(document.path, match.start(1), match.end(1)), _MESSAGE, subject="cache bust"
                )
        return
    for comment in document.comments:
        if _COMMENT.match(document.text[comment.start : comment.end].strip()):
            if _ARGUMENT.match(document.text, comment.end):
                continue  # it explains a variable, which is what is changed
            yield rule.finding(comment, _MESSAGE, subject="cache bust")
