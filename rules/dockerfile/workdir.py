"""dockerfile/workdir: a working directory that is relative to one that nobody sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.formats import unquote

RULE = define(
    summary="a working directory is relative to one that nobody sees",
    why="""
A relative `WORKDIR` counts from the one before. Where the file has none, that is the one of the base image, and the day
that one changes, the program and its files are somewhere else.
""",
    remedy="Write the path from the root, `WORKDIR /app/web`.",
    severity="note",
    kinds=("dockerfile",),
    tags=("reliability",),
    equivalents=(
        "kics:workdir_path_not_absolute",
        "checkov:CKV_DOCKER_10",
        "semgrep:use-absolute-workdir",
        "hadolint:DL3000",
        "sonar-iac:docker/WorkdirAbsolutPathCheck",
    ),
    packs=("strict",),
    examples=(
        bad(
            """\
FROM python:3.12
ENV HOME=srv
WORKDIR app  # <-- here
WORKDIR ${HOME}/app  # <-- here
"""
        ),
        bad(
            """\
FROM python:3.12 AS base
WORKDIR /app
FROM node:22
WORKDIR web  # <-- here
ONBUILD WORKDIR src
""",
            note="the absolute one is in another image",
        ),
        good(
            """\
FROM python:3.12 AS base
WORKDIR /app
WORKDIR web
FROM base
WORKDIR "src"
FROM mcr.microsoft.com/windows/nanoserver
WORKDIR C:\\app
FROM debian:12
WORKDIR $HOME/app
WORKDIR "/my app"
""",
            note="counted from a folder that the file names",
        ),
    ),
)

_ABSOLUTE = re.compile(r"[/\\$]|[A-Za-z]:")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each relative folder in front of which its stage, and those that it builds on, name no absolute one."""
    known: list[bool] = []
    for stage in document.data["stages"]:
        parent = stage["parent"]
        known.append(parent is not None and known[parent])
        for index in stage["instructions"]:
            item = document.data["instructions"][index]
            if item["keyword"] != "WORKDIR" or not item["value"] or known[-1]:
                continue
            folder = unquote(item["resolved"], document.data["directives"].get("escape") or "\\")
            if _ABSOLUTE.match(folder):
                known[-1] = True
                continue
            span = document.span(("instructions", index, "arguments", 0))
            message = f"`{folder}` counts from a directory that the base image decides"
            yield rule.finding(span, message, subject=folder)
