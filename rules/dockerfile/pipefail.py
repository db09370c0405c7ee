"""dockerfile/pipefail: a build step that hides the failure of a download."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="a build step hides that a part of its pipe failed",
    why="""
A pipe has the status of its last command, so a download that fails in front of `tar` or `sh` counts as done. The image
is built without what was to be in it.
""",
    remedy='Write `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` before, or begin the step with `set -o pipefail`.',
    severity="note",
    kinds=("dockerfile",),
    tags=("correctness",),
    equivalents=(
        "kics:shell_running_a_pipe_without_pipefail_flag",
        "semgrep:set-pipefail",
        "hadolint:DL4006",
    ),
    packs=("strict",),
    examples=(
        bad(
            """\
FROM debian:12
RUN set -eux; \\
    mkdir /app; \\
    curl -fsSL https://example.com/app.tgz | tar xz -C /app  # <-- here
RUN wget -qO- https://example.com/key.asc | gpg --dearmor | tee /key.gpg  # <-- here
RUN <<EOF
curl -fsSL https://example.com/setup | bash  # <-- here
EOF
"""
        ),
        bad(
            """\
FROM debian:12 AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -fsSL https://example.com/app.tgz | tar xz
FROM alpine:3.20
RUN curl -fsSL https://example.com/app.tgz | tar xz  # <-- here
""",
            note="the shell of another stage",
        ),
        good(
            """\
FROM debian:12 AS base
RUN set -o pipefail; curl -fsSL https://example.com/app.tgz | tar xz
RUN make || exit 1
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
FROM base
RUN curl -fsSL https://example.com/app.tgz | tar xz
""",
            note="said in the step, and by the stage below",
        ),
        good(
            """\
FROM debian:12
RUN sed -i 's#CustomLog .*#CustomLog "|/bin/cat" combined#' /etc/apache2/apache2.conf
RUN echo app:app | cut -d: -f1 > /user; dpkg -l | awk '{print $2}' > /packages
RUN curl -fsS https://example.com/versions | grep -q 1.2; curl -fsS https://example.com/list | head -n 1 > /first
""",
            note="no pipe at all, what does not fail, a reader that notices, and one that stops early",
        ),
        good(
            """\
FROM mcr.microsoft.com/windows/servercore:ltsc2022
RUN curl https://example.com/list | find "x"
SHELL ["pwsh", "-Command"]
RUN Get-Content x | Out-Null
""",
            note="shells that have no such option",
        ),
    ),
)

_HARMLESS = frozenset(
    """echo printf yes true : cat ls find awk gawk sed cut tr sort uniq head tail grep egrep id uname arch dpkg date
    basename dirname env set export type command which hostname getent nproc pwd seq test
    ldd scanelf readelf objdump nm file stat du""".split()  # noqa: SIM905
)
"""What writes without asking anybody: it does not fail on some days only."""

_NOTICES = frozenset(("grep", "egrep", "fgrep", "head", "true"))
_OTHER_SHELLS = re.compile(r"(?i)pwsh|powershell|cmd(?:\.exe)?\b|pipefail")
_WINDOWS = re.compile(r"(?i)windows|nanoserver|servercore")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the first command of each pipe whose failure nobody sees."""
    data = document.data
    covered: dict[int, bool] = {}
    for number, stage in enumerate(data["stages"]):
        parent = stage["parent"]
        shell = covered[parent] if parent is not None else _WINDOWS.search(stage["resolved_base"]) is not None
        for index in stage["instructions"]:
            item = data["instructions"][index]
            if item["keyword"] == "SHELL":
                shell = _OTHER_SHELLS.search(item["value"]) is not None
            elif item["keyword"] == "RUN" and not shell and not _is_set(item):
                for place, reader in _pipes(item["commands"]):
                    name = item["commands"][place]["name"]
                    yield rule.finding(
                        document.span(("instructions", index, "commands", place, "text")),
                        f"a failure of `{name}` is not noticed: without `pipefail`, only that of `{reader}` counts",
                        subject=item["commands"][place]["text"][:80],
                    )
        covered[number] = shell


def _is_set(item: Mapping[str, Any]) -> bool:
    return "pipefail" in item["value"] or any("pipefail" in each["content"] for each in item["heredocs"])


def _pipes(commands: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """(its first command, the program at its end) of each pipe that can hide a failure."""
    start = 0
    while start < len(commands):
        end = start
        while end + 1 < len(commands) and commands[end]["piped"]:
            end += 1
        names = [each["name"] for each in commands[start : end + 1]]
        # What stands in the middle may fail as well, but it is the start that asks somebody else.
        if end > start and names[0] not in _HARMLESS and _NOTICES.isdisjoint(names[1:]):
            yield start, names[-1]
        start = end + 1
