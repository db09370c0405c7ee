"""dockerfile/missing-user: an image that never leaves root."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.parse.dockerfile import final_stage, stage_chain, stage_instructions

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
        good('ARG BASE\nFROM ${BASE}\nCMD ["/app"]\n', note="a base that is not known"),
    ),
)

_NOT_ROOT = re.compile(
    r"(?i)nonroot|non-root|rootless|unprivileged|(?:^|/)(?:bitnami|chainguard)(?:/|$)|^cgr\.dev/|^dhi\.io/|/ubi\d*-micro"
    r"|(?:^|/)(?:haproxy|memcached|jenkins/jenkins|grafana/grafana|prom/prometheus|prom/alertmanager|elasticsearch|kibana|selenium/\S+)(?::|@|$)"
)


_SHELL = re.compile(r"(?:\S*/)?(?:ba|da|a|z|k)?sh(?: -[il])?|R|python3?|irb|node")
_DROPS_ROOT = re.compile(
    r"(?:^|[\s/;&|(\"])(?:gosu|su-exec|setpriv|runuser|s6-setuidgid|chpst|docker-entrypoint\.sh)(?:$|[\s\"])"
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the FROM of the final stage when no stage that it builds on sets a user."""
    final = final_stage(document)
    if final is None:
        return
    chain = stage_chain(document, final)
    if any(stage_instructions(document, stage, "USER") for stage in chain):
        return
    if any(_drops_root(document, stage) for stage in chain):
        return
    base = document.data["stages"][chain[-1]]["resolved_base"]
    if "$" in base or _NOT_ROOT.search(base):
        return
    yield rule.finding(
        document.span(("stages", final)),
        "the image runs as root, because no instruction sets a user",
        subject=document.data["stages"][final]["name"] or "final stage",
    )


def _drops_root(document: Document, stage: int) -> bool:
    """Whether what a stage starts is a shell for a person, or gives up root by itself."""
    for index in document.data["stages"][stage]["instructions"]:
        instruction = document.data["instructions"][index]
        words = " ".join(instruction["arguments"])
        if instruction["keyword"] in ("CMD", "ENTRYPOINT") and _SHELL.fullmatch(words):
            return True
        if instruction["keyword"] in ("CMD", "ENTRYPOINT", "RUN") and _DROPS_ROOT.search(words):
            return True
    return False
