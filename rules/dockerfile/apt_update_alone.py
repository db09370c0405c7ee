"""dockerfile/apt-update-alone: packages are installed from a list that an earlier layer holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lintkit.api import Document, Finding, Location, RuleContext, bad, define, good
from lintkit.api.docker import action, brings_lists, family, installs, subject, updates

RULE = define(
    summary="the lists of packages are fetched in a step of their own",
    why="""
The builder keeps that layer. When somebody adds a package to the step after it, the install runs with a list that is
weeks old: the build fails with `404 Not Found`, because the mirror no longer serves those versions, or brings versions
whose holes are known.
""",
    remedy="Join the steps: `RUN apt-get update && apt-get install -y …`.",
    severity="warning",
    kinds=("dockerfile",),
    tags=("reliability",),
    equivalents=("kics:update_instruction_alone", "checkov:CKV_DOCKER_5", "hadolint:DL3009"),
    packs=("strict", "production"),
    examples=(
        bad(
            """\
FROM debian:12
RUN apt-get update  # <-- here
COPY sources.txt /
RUN apt-get install -y --no-install-recommends curl \\
 && rm -rf /var/lib/apt/lists/*
"""
        ),
        bad(
            """\
FROM alpine:3.20
RUN apk update && apk upgrade  # <-- here
RUN apk add curl
""",
            note="apk keeps its list where it is not told otherwise",
        ),
        good(
            """\
FROM debian:12 AS build
RUN apt-get update && apt-get install -y make
FROM debian:12
RUN apt-get update && apt-get upgrade -y
RUN apt-get update -qq && apt-get install -y curl
""",
            note="each installation has a fresh list",
        ),
        good(
            """\
FROM alpine:3.20
RUN apk update
RUN apk add --no-cache curl
RUN apk -U add git
""",
            note="these fetch the list themselves",
        ),
        good(
            """\
FROM debian:12
RUN --mount=type=cache,target=/var/lib/apt apt-get update
RUN --mount=type=cache,target=/var/lib/apt apt-get install -y curl
""",
            note="the list is in a cache, not in a layer",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Step:
    """What an instruction does with package managers, by their families."""

    stage: int
    updates: frozenset[str]
    installs: Mapping[str, int]


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each update after which a later step installs from the same list."""
    instructions = document.data["instructions"]
    steps = [_step(item) for item in instructions]
    for index, item in enumerate(instructions):
        if item["keyword"] != "RUN" or item["flags"].get("mount"):
            continue
        for number, command in enumerate(item["commands"]):
            if not updates(command):
                continue
            user = _later_user(family(command), steps, index)
            if user is None:
                continue
            place = ("instructions", user, "commands", steps[user].installs[family(command)], "text")
            yield rule.finding(
                document.span(("instructions", index, "commands", number, "text")),
                f"`{command['name']} {action(command)}` is a layer of its own: what a later step installs comes from "
                "an old list",
                subject=subject(command),
                related=(Location(document.span(place), "installed from it"),),
            )
            break


def _step(item: Mapping[str, Any]) -> _Step:
    commands = item["commands"] if item["keyword"] == "RUN" else ()
    installing = {
        family(command): number
        for number, command in reversed(list(enumerate(commands)))
        if installs(command) and not brings_lists(command)
    }
    return _Step(item["stage"], frozenset(family(each) for each in commands if updates(each)), installing)


def _later_user(manager: str, steps: Sequence[_Step], index: int) -> int | None:
    """The step that installs from the list of this one; None where this one or a fresh list serves."""
    if manager in steps[index].installs:
        return None
    for later, step in enumerate(steps[index + 1 :], index + 1):
        if step.stage != steps[index].stage or manager in step.updates:
            return None
        if manager in step.installs:
            return later
    return None
