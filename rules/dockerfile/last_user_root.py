"""dockerfile/last-user-root: an image that goes back to root and stays there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.formats import final_stage, stage_chain, stage_instructions

RULE = define(
    summary="the last user of the image is root",
    why="""
The program runs as the last `USER`. Where that is root, mostly because a package had to be installed on top of a base
that was not, a fault in the program ends as root in the container and is one kernel bug away from the host.
""",
    remedy="Switch back after the step that needs root: `USER app`.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("security", "CWE-250"),
    equivalents=(
        "kics:last_user_is_root",
        "checkov:CKV_DOCKER_8",
        "semgrep:last-user-is-root",
        "hadolint:DL3002",
        "sonar-iac:docker/PrivilegedUserCheck",
    ),
    packs=("strict", "security"),
    examples=(
        bad(
            """\
FROM jenkins/jenkins:2.479
USER root  # <-- here
RUN apt-get update && apt-get install -y make
"""
        ),
        good(
            """\
FROM jenkins/jenkins:2.479
USER root
RUN apt-get update && apt-get install -y make
USER jenkins
"""
        ),
        good(
            """\
FROM node:22 AS build
USER root
RUN npm ci
FROM nginx:1.27
USER nginx
""",
            note="a stage that is not shipped",
        ),
    ),
)

_ROOT = re.compile(r"(?:root|0+)(?::.*)?|ContainerAdministrator", re.IGNORECASE)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the last USER in force in the final stage when it is root."""
    final = final_stage(document)
    if final is None:
        return
    for stage in stage_chain(document, final):
        users = stage_instructions(document, stage, "USER")
        if not users:
            continue
        user = document.data["instructions"][users[-1]]["resolved"].strip().strip("\"'")
        if _ROOT.fullmatch(user):
            yield rule.finding(
                document.span(("instructions", users[-1])),
                f"the image runs as `{user}`: no later instruction leaves it",
                subject=document.data["stages"][final]["name"] or "final stage",
            )
        return
