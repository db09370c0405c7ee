"""dockerfile/apt-assume-yes: a build step that stops at a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import action, packages, subject
from lintkit.api.formats import build_steps

RULE = define(
    summary="apt asks a question that no build can answer",
    why="""
Without `-y` the step stops at `Do you want to continue? [Y/n]`, reads nothing and aborts, as soon as the package needs
another one that the base image does not bring. So the build breaks on the day the base changes.
""",
    remedy="Write `apt-get install -y …`.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("reliability",),
    equivalents=(
        "kics:apt_get_missing_flags_to_avoid_manual_input",
        "semgrep:missing-assume-yes-switch",
        "hadolint:DL3014",
    ),
    packs=("strict", "production"),
    examples=(
        bad(
            """\
FROM debian:12
RUN set -eux; \\
    sudo apt-get update; \\
    sudo apt-get install git  # <-- here
RUN ["apt-get", "install", "--no-install-recommends", "curl"]  # <-- here
ONBUILD RUN apt-get install git  # <-- here
"""
        ),
        bad(
            """\
FROM debian:12
RUN <<EOF
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install git  # <-- here
EOF
""",
            note="the variable silences the packages, not apt",
        ),
        good(
            """\
FROM debian:12
RUN apt-get update && apt-get -y install git && apt-get install -qqy curl && apt-get install -q=2 jq
RUN yes | apt-get install make
""",
            note="each way to say yes, and one that is fed",
        ),
        good(
            """\
FROM debian:12
RUN echo 'APT::Get::Assume-Yes "true";' > /etc/apt/apt.conf.d/99build
RUN apt-get install git
""",
            note="said for the whole image",
        ),
    ),
)

_YES = re.compile(
    r"-(?!-)\w*y\w*|-(?!-)\w*qq\w*|--yes|--assume-yes|--quiet=2|-q=2|--help|--print-uris|--dry-run|-s"
)
_ANSWERED = re.compile(r"(?i)APT::Get::Assume-Yes[\s=\"']+(?:1|yes|true|on)")
_ASKS = frozenset(
    ("install", "upgrade", "dist-upgrade", "full-upgrade", "remove", "purge", "autoremove", "build-dep")
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each command of apt that changes packages and may ask."""
    if _ANSWERED.search(document.text):
        return
    for step, item in build_steps(document):
        if item["keyword"] != "RUN":
            continue
        for number, command in enumerate(item["commands"]):
            verb = action(command)
            if command["name"] not in ("apt", "apt-get") or verb not in _ASKS:
                continue
            if verb == "install" and not packages(command["arguments"]):
                continue
            fed = number > 0 and item["commands"][number - 1]["piped"]
            if not fed and not any(map(_YES.fullmatch, command["arguments"])):
                yield rule.finding(
                    document.span((*step, "commands", number, "text")),
                    f"`{command['name']} {verb}` without `-y` asks, and nobody answers it in a build",
                    subject=subject(command),
                )
