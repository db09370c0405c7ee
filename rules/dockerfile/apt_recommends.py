"""dockerfile/apt-recommends: packages that nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import action, packages, subject
from lintkit.api.formats import build_steps

RULE = define(
    summary="apt installs recommended packages as well",
    why="""
On Debian and Ubuntu `install` brings what the packages recommend, which is meant for desks: often as much again as what
was asked for, pulled by every host and scanned for holes for ever.
""",
    remedy="Write `apt-get install -y --no-install-recommends …`, and name what is missing then.",
    severity="note",
    kinds=("dockerfile",),
    tags=("size",),
    equivalents=(
        "kics:apt_get_not_avoiding_additional_packages",
        "semgrep:missing-no-install-recommends",
        "hadolint:DL3015",
    ),
    packs=("strict",),
    examples=(
        bad("FROM debian:12\nRUN apt-get update && apt-get install -y git  # <-- here\n"),
        bad(
            "FROM debian:12\nONBUILD RUN apt-get install -y git  # <-- here\n",
            note="in the images built on it",
        ),
        good(
            """\
FROM debian:12 AS build
RUN apt-get update && apt-get install -y make
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends git
COPY --from=build /app /app
""",
            note="what an earlier stage installs is not shipped",
        ),
        good(
            """\
FROM debian:12
RUN echo 'APT::Install-Recommends "false";' > /etc/apt/apt.conf.d/99build
RUN <<EOF
apt-get update
apt-get install -y curl
EOF
RUN apt-get -o APT::Install-Recommends=0 install -y git
""",
            note="off for the whole image",
        ),
    ),
)

_SETTING = re.compile(r"(?i)Install-Recommends[\s=\"']+(?:0|no|false|off)")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each installation of the shipped image that takes recommended packages along."""
    if _SETTING.search(document.text):
        return
    for step, item in build_steps(document):
        if item["keyword"] != "RUN" or not item["shipped"]:
            continue
        for number, command in enumerate(item["commands"]):
            arguments = command["arguments"]
            if command["name"] not in ("apt", "apt-get") or action(command) != "install":
                continue
            if packages(arguments) and not any("no-install-recommends" in each for each in arguments):
                yield rule.finding(
                    document.span((*step, "commands", number, "text")),
                    f"`{command['name']} install` brings recommended packages too, without `--no-install-recommends`",
                    subject=subject(command),
                )
