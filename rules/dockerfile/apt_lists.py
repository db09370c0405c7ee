"""dockerfile/apt-lists: the lists of packages stay in the image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.docker import family, subject, updates
from lintkit.api.formats import build_steps

RULE = define(
    summary="the lists of packages stay in the image",
    why="""
`apt-get update` leaves some 20 to 50 MB of lists in its layer. A later step cannot take them out of it, and every host
that pulls the image carries them.
""",
    remedy="End the step with `&& rm -rf /var/lib/apt/lists/*`, or mount a cache there.",
    severity="note",
    kinds=("dockerfile",),
    tags=("size",),
    equivalents=(
        "kics:apt_get_install_lists_were_not_deleted",
        "semgrep:remove-package-lists",
        "semgrep:remove-package-cache",
        "hadolint:DL3009",
    ),
    packs=("strict",),
    examples=(
        bad(
            "FROM debian:12\nONBUILD RUN apt-get update && apt-get install -y git  # <-- here\n",
            note="in the images built on it",
        ),
        bad(
            """\
FROM debian:12
RUN apt-get update && \\  # <-- here
    apt-get install -y git
RUN rm -rf /var/lib/apt/lists/*
""",
            note="the layer before holds them already",
        ),
        good(
            """\
FROM debian:12
RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
RUN apt-get update; apt-get install -y jq; cd /var/lib; rm -r apt/lists
RUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y curl
"""
        ),
        good(
            """\
FROM debian:12 AS build
RUN apt-get update && apt-get install -y make
FROM debian:12
COPY --from=build /app /app
""",
            note="lists of a stage that is not shipped",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the first update of each step that leaves its lists in the shipped image."""
    for step, item in build_steps(document):
        if item["keyword"] != "RUN" or not item["shipped"] or _cleans(item):
            continue
        for number, command in enumerate(item["commands"]):
            if updates(command) and family(command) == "apt-get":
                yield rule.finding(
                    document.span((*step, "commands", number, "text")),
                    f"the lists that `{command['name']} update` fetches stay in this layer of the image",
                    subject=subject(command),
                )
                break


def _cleans(item: Mapping[str, Any]) -> bool:
    if any(name == "mount" and ("/apt" in value or "/var/lib" in value) for name, value in item["flag_list"]):
        return True
    in_lib = False
    for command in item["commands"]:
        arguments = command["arguments"]
        if command["name"] == "cd":
            in_lib = any(each.startswith("/var/lib") for each in arguments)
        if command["name"] in ("rm", "find") and (in_lib or any("/var/lib/" in each for each in arguments)):
            return True
        if command["name"] in ("apt-get", "apt") and {"clean", "dist-clean", "distclean"} & {*arguments}:
            return True
    return False
