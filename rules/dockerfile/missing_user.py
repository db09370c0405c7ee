"""dockerfile/missing-user: an image that never leaves root."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import is_official
from lintkit.api.formats import final_stage, stage_chain, stage_instructions

RULE = define(
    summary="the image runs as root, because it names no user",
    why="""
Without `USER` the program is root in its container, and root for the kernel. A fault in the program or the runtime then
ends as root on the host, and files that it writes to a volume belong to root.
""",
    remedy="Create a user and end the final stage with `USER app` (a number, if Kubernetes shall check it).",
    severity="note",
    kinds=("dockerfile",),
    tags=("security", "CWE-250"),
    equivalents=(
        "kics:missing_user_instruction",
        "checkov:CKV_DOCKER_3",
        "semgrep:missing-user",
        "semgrep:missing-user-entrypoint",
        "sonar-iac:docker/PrivilegedUserCheck",
    ),
    packs=("strict", "security"),
    paths_ignore=("**/.devcontainer/**",),
    examples=(
        bad(
            """\
FROM golang:1.23 AS build
USER nobody
RUN go build -o /app .
FROM debian:12-slim  # <-- here
COPY --from=build /app /app
CMD ["/app"]
"""
        ),
        good(
            """\
FROM debian:12-slim AS base
USER 10001
FROM base
CMD ["/app"]
""",
            note="inherited from an earlier stage",
        ),
        good(
            'FROM gcr.io/distroless/static-debian12:nonroot\nCMD ["/app"]\n', note="a base that is not root"
        ),
        good(
            'FROM postgres:17\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["postgres"]\n',
            note="an entry point that starts as root and gives it up",
        ),
        bad(
            """\
FROM debian:12  # <-- here
RUN apt-get update && apt-get install -y gosu
ENTRYPOINT ["bash"]
CMD ["serve.sh"]
""",
            note="`gosu` is there, but nothing uses it",
        ),
        good(
            'FROM debian:12\nCOPY app /app\nCMD ["gosu", "app", "/app"]\n',
            note="the command gives up root by itself",
        ),
        good(
            {
                "compose.yaml": """\
services:
  web:
    user: "10001"
    build:
      dockerfile_inline: |
        FROM debian:12
        CMD ["/app"]
"""
            },
            note="the only service that runs it says who it is",
        ),
        good("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n", note="Windows has no root"),
        good('ARG BASE\nFROM ${BASE}\nCMD ["/app"]\n', note="a base that is not known"),
    ),
)

_NOT_ROOT = re.compile(
    r"(?i)nonroot|non-root|rootless|unprivileged|(?:^|/)(?:bitnami|chainguard)(?:/|$)|^cgr\.dev/|^dhi\.io/|/ubi\d*-micro"
    r"|(?:^|/)(?:haproxy|memcached|jenkins/jenkins|grafana/grafana|prom/prometheus|prom/alertmanager|elasticsearch|kibana|selenium/\S+)(?::|@|$)"
)


_WINDOWS = re.compile(r"(?i)windows|nanoserver|servercore")
_SHELL = re.compile(r"(?:\S*/)?(?:ba|da|a|z|k)?sh(?: -[il])?|R|python3?|irb|node")
_DROP_ROOT = frozenset(
    ("gosu", "su-exec", "setpriv", "runuser", "s6-setuidgid", "chpst", "docker-entrypoint.sh")
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the FROM of the final stage when no stage that it builds on sets a user."""
    final = final_stage(document)
    user = str(document.data.get("service", {}).get("user", ""))
    if final is None or user.partition(":")[0] not in ("", "0", "root"):
        return
    chain = stage_chain(document, final)
    if any(stage_instructions(document, stage, "USER") for stage in chain):
        return
    if _drops_root(document, final):
        return
    base = document.data["stages"][chain[-1]]["resolved_base"]
    if "$" in base or _NOT_ROOT.search(base) or _WINDOWS.search(base):
        return
    known = base == "scratch" or is_official(base)
    yield rule.finding(
        document.span(("stages", final)),
        "the image runs as root, because no instruction sets a user"
        if known
        else f"no instruction sets a user: the image runs as root, unless `{base}` leaves it",
        subject=document.data["stages"][final]["name"] or "final stage",
    )


def _drops_root(document: Document, final: int) -> bool:
    """Whether what the image starts is a shell for a person, or gives up root by itself."""
    started: dict[str, list[str]] = {}
    for index in stage_instructions(document, final):
        instruction = document.data["instructions"][index]
        if any(command["name"] in _DROP_ROOT for command in instruction["commands"]):
            return True
        if instruction["keyword"] in ("CMD", "ENTRYPOINT"):
            started[instruction["keyword"]] = instruction["arguments"]
    words = [*started.get("ENTRYPOINT", ()), *started.get("CMD", ())]
    return _SHELL.fullmatch(" ".join(words)) is not None
