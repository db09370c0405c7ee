"""dockerfile/missing-healthcheck: an image that cannot say whether it works."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.formats import final_stage, stage_chain, stage_instructions

RULE = define(
    summary="the image has no health check",
    why="""
Docker and Swarm take a container for well as long as its process exists, so one that hangs gets traffic for ever.
Kubernetes has its own probes and ignores the instruction.
""",
    remedy="Add `HEALTHCHECK CMD …` that asks the service itself, or define it in the compose file.",
    severity="note",
    kinds=("dockerfile",),
    tags=("reliability",),
    equivalents=(
        "kics:healthcheck_instruction_missing",
        "checkov:CKV_DOCKER_2",
        "hadolint:DL3057",
    ),
    packs=("strict",),
    paths_ignore=("**/.devcontainer/**",),
    examples=(
        bad('FROM nginx:1.27  # <-- here\nCMD ["nginx"]\n'),
        good('FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD ["nginx"]\n'),
        good("FROM nginx:1.27\nHEALTHCHECK NONE\n", note="said on purpose"),
        good(
            {
                "compose.yaml": """\
services:
  web:
    healthcheck: {test: curl -f http://localhost}
    build:
      dockerfile_inline: |
        FROM nginx:1.27
        CMD ["nginx"]
"""
            },
            note="the only service that runs it has one",
        ),
        bad(
            {
                "compose.yaml": """\
services:
  web:
    build:
      dockerfile_inline: |
        FROM nginx:1.27  # <-- here
        CMD ["nginx"]
"""
            }
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the FROM of the final stage when no stage that it builds on has a HEALTHCHECK."""
    final = final_stage(document)
    if final is None or "healthcheck" in document.data.get("service", ()):
        return
    if any(stage_instructions(document, stage, "HEALTHCHECK") for stage in stage_chain(document, final)):
        return
    yield rule.finding(
        document.span(("stages", final)),
        "nothing tells Docker whether a container of this image works",
        subject=document.data["stages"][final]["name"] or "final stage",
    )
