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

from lintkit.formats.durations import nanoseconds, refusal_of_time
from lintkit.formats.numbers import whole_number
from lintkit.kinds.compose.values import size_refusal
from lintkit.model import Route

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
_SHARING = ("locked", "private", "shared")
_MOUNT_SWITCHES = frozenset(("readonly", "ro", "readwrite", "rw", "required"))
_MOUNT_KEYS = _MOUNT_SWITCHES | {
    *("type", "from", "source", "src", "target", "dst", "destination"),
    *("id", "sharing", "size", "mode", "uid", "gid", "env"),
}
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "required": ("secret", "ssh"),
    "size": ("tmpfs",),
    "sharing": ("cache",),
    **dict.fromkeys(("mode", "uid", "gid"), ("secret", "ssh", "cache")),
}
"""Keys of a mount that some types of it have."""
_MOST_PARTS = 1_000
_TIMES = frozenset(("interval", "timeout", "start-period", "start-interval"))
_SHORTEST = 10**6
_MOST_TRIES = 2**31 - 1
_MODE = re.compile(r"[0-9]+")
_HIGHEST_MODE = 0o7777
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
_URL = re.compile(r"https?://", re.IGNORECASE)
_GIT = re.compile(r"(?:git|ssh)://|[\w.-]{1,100}@[\w.-]{1,200}:[^\s:]", re.IGNORECASE)
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
            if _URL.match(source) or _GIT.match(source):
                yield Refusal(
                    ("arguments", number), "COPY takes no URL; builders refuse it, and ADD downloads"
                )
    elif keyword == "ADD" and item["flags"].get("checksum"):
        yield from _of_checksum(item)
    elif keyword == "VOLUME" and "" in (argument.strip() for argument in arguments):
        yield Refusal(("value",), "VOLUME takes no empty path; builders refuse it")
    elif keyword in ("ENV", "LABEL", "ARG"):
        for number, (name, value) in enumerate(item.get("pairs", ())):
            if not name and value is not None:
                yield Refusal(("pairs", number), f"{keyword} needs a name before the `=`; builders refuse it")


def _of_checksum(item: Mapping[str, Any]) -> Iterator[Refusal]:
    sources = item["arguments"][:-1]
    where: Route = ("flags", "checksum")
    if len(sources) > 1:
        yield Refusal(where, "`--checksum` is for one source only; builders refuse it for several")
    elif "$" not in sources[0] and not (_URL.match(sources[0]) or _GIT.match(sources[0])):
        yield Refusal(where, "`--checksum` is for what is downloaded; builders refuse it for a file")


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
        if value == "true" and name not in _SWITCHES:  # how a flag without `=` is read
            yield Refusal(where, f"`--{name}` needs a value, as in `--{name}=…`; builders refuse it")
            continue
        if name == "mount":
            yield from _of_mount(where, value)
            continue
        why = _flag_refusal(name, value)
        if why:
            yield Refusal(where, f"`--{name}={value[:60]}` {why}; builders refuse it")


def _flag_refusal(name: str, value: str) -> str:
    if name in _SWITCHES:
        return "" if value.lower() in ("true", "false") or "$" in value else "is neither `true` nor `false`"
    if name in _TIMES and value:
        time = nanoseconds(value)
        if time is None:
            return refusal_of_time(value)
        return "" if not time or time >= _SHORTEST else "is less than a thousandth of a second"
    if name == "retries" and value:
        tries = whole_number(value.removeprefix("-" if value == "-0" else "+"), longest=10)
        return "" if tries is not None and tries <= _MOST_TRIES else "is no number of tries"
    if name in _VALUES and value not in _VALUES[name]:  # variables are not expanded here
        return f"is none of {', '.join(f'`{each}`' for each in _VALUES[name])}"
    if name == "chmod" and _MODE.fullmatch(value):
        octal = len(value) < 20 and not set(value) & {"8", "9"} and int(value, 8) <= _HIGHEST_MODE
        return "" if octal else "is no octal number up to 7777"
    if name == "from" and _is_expanded(value):
        return "has a variable, which is not filled in here: put it into the FROM of a stage, and name that stage"
    return ""


def _is_expanded(value: str) -> bool:
    return "$" in value[:-1]


def _of_mount(where: Route, value: str) -> Iterator[Refusal]:
    parts = value.split(",", _MOST_PARTS)
    if '"' in value or len(parts) > _MOST_PARTS:
        return  # quoted fields of CSV, which may hold commas
    kind = next((part[5:].lower() for part in parts if part.lower().startswith("type=")), "bind")
    if "$" in kind:
        return
    if kind not in _MOUNT_TYPES:
        allowed = ", ".join(f"`{each}`" for each in _MOUNT_TYPES)
        yield Refusal(where, f"`{kind[:40]}` is no type of a mount: there are {allowed}; builders refuse it")
        return
    for part in parts:
        key, equals, text = part.partition("=")
        why = _mount_refusal(kind, key.lower(), text if equals else None)
        if why:
            yield Refusal(where, f"`{part[:60]}` {why}; builders refuse it")


def _mount_refusal(kind: str, key: str, value: str | None) -> str:
    """Why one part of a mount is refused; `value` is None for a word without `=`."""
    if key not in _MOUNT_KEYS:
        near = difflib.get_close_matches(key, sorted(_MOUNT_KEYS), 1)
        return "is nothing that a mount has" + (f"; did you mean `{near[0]}`?" if near else "")
    if value is None and key not in _MOUNT_SWITCHES:
        return f"needs a value, as in `{key}=…`"
    if key in _ONLY_FOR and kind not in _ONLY_FOR[key]:
        kinds = " and ".join(f"`{each}`" for each in _ONLY_FOR[key])
        return f"is for mounts of the type {kinds}, not `{kind}`"
    if value is None:
        return ""
    if key == "from":
        return _flag_refusal("from", value)
    if "$" in value:
        return ""
    if key == "sharing" and value.lower() not in _SHARING:
        return f"is none of {', '.join(f'`{each}`' for each in _SHARING)}"
    return size_refusal(value) if key == "size" else ""
