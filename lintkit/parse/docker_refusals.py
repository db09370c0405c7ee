"""What BuildKit refuses of a single Dockerfile instruction that is read without a problem.

Source: github.com/moby/buildkit, frontend/dockerfile/instructions (parse.go, bflag.go, commands_run*.go) and
dockerfile2llb/convert_copy.go.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lintkit.model import Route
from lintkit.parse.numbers import is_digits

_NEEDED = {
    "COPY": 2,
    "ADD": 2,
    **dict.fromkeys(("RUN", "USER", "WORKDIR", "EXPOSE", "VOLUME", "STOPSIGNAL", "ARG", "ENV", "LABEL"), 1),
    **dict.fromkeys(("MAINTAINER", "ONBUILD", "HEALTHCHECK", "SHELL"), 1),
}
_COPY = ("chmod", "chown", "exclude", "link")
_FLAGS: Mapping[str, tuple[str, ...]] = {
    "ADD": (*_COPY, "checksum", "keep-git-dir", "unpack"),
    "COPY": (*_COPY, "from", "parents"),
    "FROM": ("platform",),
    "HEALTHCHECK": ("interval", "retries", "start-interval", "start-period", "timeout"),
    "RUN": ("device", "mount", "network", "security"),
}
_SWITCHES = frozenset(("link", "keep-git-dir", "unpack", "parents"))
_REPEATED = frozenset(("mount", "device", "exclude"))
_VALUES = {"network": ("default", "host", "none"), "security": ("insecure", "sandbox")}
_MOUNT_TYPES = ("bind", "cache", "secret", "ssh", "tmpfs")
_DURATION = re.compile(r"[-+]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_TIMES = frozenset(("interval", "timeout", "start-period", "start-interval"))
_COUNT = re.compile(r"\+?[0-9]{1,10}")
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
_URL = re.compile(r"https?://", re.IGNORECASE)
_OWN_FRONTEND = re.compile(r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?:[:@].*)?")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is refused: where it stands below the instruction, and a sentence."""

    route: Route
    sentence: str


def refusals(data: Mapping[str, Any]) -> Iterator[tuple[int, Refusal]]:
    """What BuildKit refuses of the instructions of a Dockerfile's data, each with the index of its instruction.

    What ONBUILD holds is refused when another image is built on this one. Flags are not judged where the file chooses
    a frontend of its own, which may know more of them.
    """
    syntax = data["directives"].get("syntax", "")
    with_flags = not syntax or _OWN_FRONTEND.fullmatch(syntax) is not None
    for index, item in enumerate(data["instructions"]):
        trigger = item.get("trigger")
        for inner, route in ((item, ()), (trigger, ("trigger",))):
            if inner is not None:
                found = (*_of_arguments(inner), *(_of_flags(inner) if with_flags else ()))
                yield from ((index, Refusal((*route, *each.route), each.sentence)) for each in found)


def _of_arguments(item: Mapping[str, Any]) -> Iterator[Refusal]:
    keyword, arguments = item["keyword"], item["arguments"]
    needed = _NEEDED.get(keyword, 0)
    if (len(arguments) < needed and not item["heredocs"] and item["form"] != "exec") or _is_blank(item):
        what = (
            "a source and a target" if needed > 1 else "an instruction" if keyword == "ONBUILD" else "a value"
        )
        yield Refusal(("keyword",), f"{keyword} needs {what}; builders refuse it")
        return
    if keyword == "ONBUILD":
        inner = item["value"].split(None, 1)[0].upper()
        if inner in ("ONBUILD", "FROM", "MAINTAINER"):
            yield Refusal(("value",), f"ONBUILD may not hold {inner}; builders refuse it")
    elif keyword == "SHELL" and item["form"] != "exec":
        yield Refusal(
            ("value",), 'SHELL takes a JSON list, such as `["/bin/sh", "-c"]`; builders refuse anything else'
        )
    elif keyword == "SHELL" and not arguments:
        yield Refusal(("keyword",), "SHELL needs a program in its list; builders refuse it")
    elif keyword == "HEALTHCHECK":
        yield from _of_healthcheck(item)
    elif keyword == "FROM" and len(arguments) == 3 and arguments[1].lower() == "as":
        if _STAGE_NAME.fullmatch(arguments[2].lower()) is None:
            sentence = f"`{arguments[2][:60]}` is no name for a stage, which begins with a letter"
            yield Refusal(("arguments", 2), f"{sentence} and has letters, digits, `-`, `_` and `.`")
    elif keyword == "COPY" and "from" not in item["flags"]:
        for number, source in enumerate(arguments[:-1]):
            if _URL.match(source):
                yield Refusal(
                    ("arguments", number), "COPY takes no URL; builders refuse it, and ADD downloads"
                )


def _is_blank(item: Mapping[str, Any]) -> bool:
    """Whether the only argument of an instruction that takes one text is empty."""
    return item["keyword"] in ("USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER") and not item["value"]


def _of_healthcheck(item: Mapping[str, Any]) -> Iterator[Refusal]:
    kind, *rest = item["arguments"]
    if kind not in ("CMD", "NONE"):
        yield Refusal(
            ("value",), f"HEALTHCHECK takes `CMD` or `NONE`, and no `{kind[:40].lower()}`; builders refuse it"
        )
    elif kind == "CMD" and not rest:
        yield Refusal(("keyword",), "HEALTHCHECK CMD needs a command; builders refuse it")
    elif kind == "NONE" and rest:
        yield Refusal(("value",), "HEALTHCHECK NONE takes nothing more; builders refuse it")


def _of_flags(item: Mapping[str, Any]) -> Iterator[Refusal]:
    keyword = item["keyword"]
    known = _FLAGS.get(keyword, ())
    if keyword == "HEALTHCHECK" and item["arguments"][:1] == ["NONE"]:
        return  # BuildKit does not look at them
    seen: set[str] = set()
    for number, (name, value) in enumerate(item["flag_list"]):
        where: Route = ("flag_list", number)
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean `--{near[0]}`?" if near else ""
            yield Refusal(where, f"{keyword} has no flag `--{name[:40]}`{hint}; builders refuse it")
            continue
        if name in seen and name not in _REPEATED:
            yield Refusal(where, f"{keyword} takes `--{name}` once; builders refuse the second one")
        seen.add(name)
        if name == "mount":
            yield from _of_mount(where, value)
            continue
        why = _flag_refusal(name, value)
        if why:
            yield Refusal(where, f"`--{name}={value[:60]}` {why}; builders refuse it")


def _flag_refusal(name: str, value: str) -> str:
    if name in _SWITCHES:
        return "" if value.lower() in ("true", "false") or "$" in value else "is neither `true` nor `false`"
    if name in _TIMES:
        unit = f", such as in `{value}s`" if is_digits(value) and len(value) < 10 else ""
        return "" if not value or _DURATION.fullmatch(value) else f"is no time: a unit is missing{unit}"
    if name == "retries":
        return "" if not value or _COUNT.fullmatch(value) else "is no number of tries"
    if name in _VALUES and "$" not in value and value not in _VALUES[name]:
        return f"is none of {', '.join(f'`{each}`' for each in _VALUES[name])}"
    return ""


def _of_mount(where: Route, value: str) -> Iterator[Refusal]:
    for part in value.split(","):
        key, equals, kind = part.strip().partition("=")
        if (
            key.lower() == "type"
            and equals
            and "$" not in kind
            and kind.lower().strip("\"'") not in _MOUNT_TYPES
        ):
            allowed = ", ".join(f"`{each}`" for each in _MOUNT_TYPES)
            yield Refusal(
                where, f"`{kind[:40]}` is no type of a mount: there are {allowed}; builders refuse it"
            )
