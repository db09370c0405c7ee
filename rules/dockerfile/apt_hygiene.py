"""dockerfile/apt-hygiene: apt-get without the options that a build needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="apt is used as on a desk, not as in a build",
    why="""
Without `-y` the build stops at a question that nobody can answer. An `apt-get update` in a step of its own is cached,
and the next step installs from a list that is weeks old, or that the mirror no longer serves. Recommended packages and
the lists themselves make the image larger for every host that pulls it, and `apt` says of itself that its options and
output may change.
""",
    remedy="Write `apt-get update`, `apt-get install -y --no-install-recommends …` and `rm -rf /var/lib/apt/lists/*` "
    "in one step.",
    severity="note",
    kinds=("dockerfile",),
    tags=("reliability", "size"),
    equivalents=(
        "kics:apt_get_install_lists_were_not_deleted",
        "kics:apt_get_missing_flags_to_avoid_manual_input",
        "kics:apt_get_not_avoiding_additional_packages",
        "kics:run_using_apt",
        "kics:update_instruction_alone",
        "checkov:CKV_DOCKER_5",
        "checkov:CKV_DOCKER_9",
        "semgrep:missing-no-install-recommends",
        "semgrep:prefer-apt-get",
        "semgrep:missing-assume-yes-switch",
        "semgrep:remove-package-lists",
        "semgrep:remove-package-cache",
        "hadolint:DL3009",
        "hadolint:DL3014",
        "hadolint:DL3015",
        "hadolint:DL3027",
        "hadolint:DL3005",
    ),
    packs=("strict",),
    examples=(
        bad(
            """\
FROM debian:12
RUN apt-get update  # <-- here
RUN apt-get install -y --no-install-recommends curl \\
 && rm -rf /var/lib/apt/lists/*
""",
            note="the list of packages is as old as the first layer",
        ),
        bad(
            """\
FROM debian:12
RUN set -eux; \\
    sudo apt-get update; \\
    sudo apt-get install git  # <-- here
""",
            note="a question, recommended packages, and the lists, in one finding",
        ),
        bad(
            """\
FROM debian:12
RUN apt update && \\  # <-- here
    apt install -y --no-install-recommends git && \\  # <-- here
    rm -rf /var/lib/apt/lists/*
RUN ["apt-get", "dist-upgrade", "-y"]  # <-- here
""",
            note="apt itself, and a step to another release",
        ),
        good(
            """\
FROM debian:12
RUN apt-get update \\
 && apt-get install --no-install-recommends -qqy \\
    curl \\
    git \\
 && rm -rf /var/lib/apt/lists/*
"""
        ),
        good(
            """\
FROM debian:12
RUN --mount=type=cache,target=/var/lib/apt,sharing=locked \\
    --mount=type=cache,target=/var/cache/apt,sharing=locked \\
    apt-get update && apt-get --yes install --no-install-recommends curl
""",
            note="the lists are in a cache, not in the image",
        ),
        good(
            """\
FROM debian:12 AS build
RUN apt-get update && apt-get install -y --no-install-recommends make
FROM debian:12
COPY --from=build /app /app
""",
            note="lists of a stage that is not shipped",
        ),
        good(
            """\
FROM debian:12
RUN echo 'APT::Install-Recommends "false";' > /etc/apt/apt.conf.d/99build
RUN <<EOF
apt-get update
apt-get install -y curl
apt-get clean
EOF
""",
            note="recommended packages are off for the whole image",
        ),
    ),
)

_YES = re.compile(r"-(?!-)\w*y\w*|-(?!-)\w*qq\w*|--yes|--assume-yes|--quiet=2|-q=2")
_SETTING = re.compile(r"(?i)Install-Recommends[\s=\"']+(?:0|no|false|off)")
_ANSWERED = re.compile(r"(?i)APT::Get::Assume-Yes[\s=\"']+(?:1|yes|true|on)")
_INSTALLS = {"apt-get": "install", "apt": "install", "apk": "add", "zypper": "install"}
_UPDATES = {"apt-get": ("update",), "apt": ("update",), "apk": ("update",), "zypper": ("refresh", "ref")}
_FAMILY: Mapping[str, str] = {"apt": "apt-get"}
_OTHER_RELEASE = frozenset(("dist-upgrade", "full-upgrade"))

Command = Mapping[str, Any]


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each command of apt that a build should not hold, with all that is wrong with it."""
    instructions = document.data["instructions"]
    text = " ".join(item["value"] for item in instructions if item["keyword"] in ("RUN", "ENV"))
    text += " ".join(each["content"] for item in instructions for each in item["heredocs"])
    recommends, answered = _SETTING.search(text) is None, _ANSWERED.search(text) is not None
    steps = [_step(item) for item in instructions]
    for index, item in enumerate(instructions):
        if item["keyword"] != "RUN":
            continue
        lonely = {each for each in steps[index].updates if _is_alone(each, steps, index)}
        cleans = _cleans(item) or not steps[index].updates or not item["shipped"]
        for number, command in enumerate(item["commands"]):
            faults = []
            if command["name"] in ("apt", "apt-get"):
                fed = number > 0 and item["commands"][number - 1]["piped"]
                faults = list(_faults(command, recommends, answered or fed, cleans))
            if _updates(command) and _family(command) in lonely and not item["flags"].get("mount"):
                faults.append(
                    "in a step of its own is cached, and what is installed later is from an old list"
                )
            if faults:
                action = _action(command["arguments"])
                yield rule.finding(
                    document.span(("instructions", index, "commands", number, "text")),
                    f"`{command['name']} {action}` " + ", and ".join(faults),
                    subject=f"{command['name']} {action} {' '.join(_packages(command['arguments']))}"[
                        :80
                    ].strip(),
                )


def _faults(command: Command, recommends: bool, answered: bool, cleans: bool) -> Iterator[str]:
    arguments = command["arguments"]
    action = _action(arguments)
    if command["name"] == "apt" and action:
        yield "is for people, whose options and output may change; scripts call `apt-get`"
    if action in _OTHER_RELEASE:
        yield "may replace what the base image stands for"
    if action != "install" or not _packages(arguments):
        return
    lacks = []
    if not answered and not any(map(_YES.fullmatch, arguments)):
        lacks.append("`-y`")
    if recommends and not any("no-install-recommends" in each for each in arguments):
        lacks.append("`--no-install-recommends`")
    if lacks:
        yield f"has no {' and no '.join(lacks)}"
    if not cleans:
        yield "leaves the package lists in the image"


def _cleans(item: Mapping[str, Any]) -> bool:
    if any(name == "mount" and "/apt" in value for name, value in item["flag_list"]):
        return True
    in_lib = False
    for command in item["commands"]:
        arguments = command["arguments"]
        if command["name"] == "cd":
            in_lib = any(each.startswith("/var/lib") for each in arguments)
        if command["name"] in ("rm", "find") and (
            in_lib or any("/var/lib/apt" in each for each in arguments)
        ):
            return True
        if command["name"] in ("apt-get", "apt") and {"clean", "dist-clean", "distclean"} & {*arguments}:
            return True
    return False


def _updates(command: Command) -> bool:
    return _action(command["arguments"]) in _UPDATES.get(command["name"], ())


@dataclass(frozen=True, slots=True)
class _Step:
    """What an instruction does with package managers, by their families."""

    stage: int
    updates: frozenset[str]
    installs: frozenset[str]


def _step(item: Mapping[str, Any]) -> _Step:
    commands = item["commands"] if item["keyword"] == "RUN" else ()
    return _Step(
        item["stage"],
        frozenset(_family(each) for each in commands if _updates(each)),
        frozenset(
            _family(each) for each in commands if _action(each["arguments"]) == _INSTALLS.get(each["name"])
        ),
    )


def _is_alone(family: str, steps: Sequence[_Step], index: int) -> bool:
    """Whether the step installs nothing, and a later one of its stage does without a fresh list."""
    if family in steps[index].installs:
        return False
    for step in steps[index + 1 :]:
        if step.stage != steps[index].stage or family in step.updates:
            return False
        if family in step.installs:
            return True
    return False


def _family(command: Command) -> str:
    name: str = command["name"]
    return _FAMILY.get(name, name)


def _action(arguments: Sequence[str]) -> str:
    return next((each for each in arguments if each.isalpha() or each in _OTHER_RELEASE), "")


def _packages(arguments: Sequence[str]) -> list[str]:
    return [each for each in arguments if not each.startswith("-")][1:]
