"""Single values of a compose file that compose refuses, though they are of the right type: ports, mounts, sizes, …

Each function takes a value as text, after interpolation, and returns why it is refused, as the end of a sentence that
begins with the value; empty for what is accepted. The sources are compose-go (format/volume.go, types/bytes.go,
types/duration.go, loader/interpolate.go), the libraries it calls (docker/go-connections nat/nat.go, docker/go-units
size.go), and for `restart` the specification (services.restart), Docker Compose (pkg/compose/create.go,
getRestartPolicy) and the engine (api/types/container, ValidateRestartPolicy).
"""

from __future__ import annotations

import ipaddress
import math
import re

from lintkit.formats.durations import nanoseconds, refusal_of_time
from lintkit.formats.numbers import whole_number
from lintkit.kinds.compose.service import mount_parts

HIGHEST_PORT = 65_535
"""The highest port that there is."""

_PROTOCOLS = ("tcp", "udp", "sctp")
_RANGE = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_DIGITS = r"[0-9](?:_?[0-9])*"
_HEX_DIGITS = r"[0-9a-f](?:_?[0-9a-f])*"
_FLOAT = re.compile(
    rf"[+-]?(?:(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:e[+-]?{_DIGITS})?"
    rf"|0x_?(?:{_HEX_DIGITS}(?:\.(?:{_HEX_DIGITS})?)?|\.{_HEX_DIGITS})p[+-]?{_DIGITS})",
    re.IGNORECASE,
)
_UNIT = re.compile(r"(?:[kmgtp](?:i?b)?|b)?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")
_POLICY = re.compile(r"no|always|unless-stopped|on-failure(?::[0-9]+)?")
_WORDS_OF_DEPLOY = {"none": "no", "any": "always"}


def port_refusal(text: str) -> str:
    """Why a mapping in the short form of `ports` is refused.

    >>> port_refusal("8080:80"), port_refusal("localhost:80:80")
    ('', 'names the address `localhost`, where the engine takes numbers only')
    """
    mapping, _, protocol = text.partition("/")
    if protocol and protocol.lower() not in _PROTOCOLS:
        return f"has the protocol `{protocol[:20]}`, which is none of `tcp`, `udp` and `sctp`"
    rest, _, container = mapping.rpartition(":")
    address, _, host = rest.rpartition(":")
    if not container:
        return "names no port of the container"
    if address and not _is_address(address.removeprefix("[").removesuffix("]")):
        return f"names the address `{address[:60]}`, where the engine takes numbers only"
    for part in (host, container):
        if part and (why := _range_refusal(part)):
            return why
    ours, theirs = _length(host), _length(container)
    if host and theirs > 1 and ours != theirs:
        return f"maps {ours} ports of the host to {theirs} of the container"
    return ""


def _range_refusal(text: str) -> str:
    match = _RANGE.fullmatch(text)
    if match is None:
        return f"has `{text[:20]}` where a port belongs"
    if any(number and is_above_ports(number) for number in match.groups()):
        return f"names a port above {HIGHEST_PORT}, the highest that there is"
    first, last = _ends(match)
    return f"counts backwards, from {first} to {last}" if first > last else ""


def _length(text: str) -> int:
    match = _RANGE.fullmatch(text)
    if match is None:
        return 1
    first, last = _ends(match)
    return last - first + 1


def _ends(match: re.Match[str]) -> tuple[int, int]:
    """The first and the last port of a range of which neither is above the highest port."""
    first = whole_number(match[1]) or 0
    return first, first if match[2] is None else whole_number(match[2]) or 0


def is_above_ports(digits: str) -> bool:
    """Whether ASCII digits, however many, are a number above the highest port."""
    number = whole_number(digits, longest=5)
    return number is None or number > HIGHEST_PORT


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def address_refusal(text: str) -> str:
    """Why the `host_ip` of a port is refused."""
    return "" if _is_address(text) else "is no address; the engine takes numbers only"


def mount_refusal(text: str) -> str:
    """Why a mount in the short form of `volumes` is refused.

    >>> mount_refusal(":/data"), mount_refusal("./a:/a:ro"), mount_refusal("/a")
    ('has nothing before its first colon', '', '')
    """
    if not text:
        return "is empty"
    if len(text) < 3:
        return ""
    parts = _joined_drives(mount_parts(text))
    where = ("before its first colon", "between its colons", "behind its last colon")
    for index, part in enumerate(parts):
        if not part:
            last = index == len(parts) - 1
            return f"has nothing {where[0] if index == 0 else where[2] if last else where[1]}"
    if len(parts) > 3:
        return "has too many colons"
    return ""


def _joined_drives(parts: list[str]) -> list[str]:
    """`C` and `\\data` are one path of Windows."""
    joined: list[str] = []
    for part in parts:
        if joined and len(joined[-1]) == 1 and joined[-1].isalpha():
            joined[-1] += f":{part}"
        else:
            joined.append(part)
    return joined


def size_refusal(text: str) -> str:
    """Why an amount of memory is refused (go-units, RAMInBytes): a number of Go, and a unit behind one space or none.

    >>> size_refusal("512m"), size_refusal("1.5 GiB"), size_refusal("1e6"), size_refusal("5x")
    ('', '', '', 'is no amount of memory; its unit is one of `b`, `k`, `m`, `g`, `t` and `p`')
    >>> size_refusal("-1"), size_refusal("1e400")
    ('is less than nothing', 'is larger than any number that is read')
    """
    number, space, unit = text.partition(" ")
    if not space:
        end = max(text.rfind(char) for char in "0123456789.") + 1
        number, unit = text[:end], text[end:]
    if not _FLOAT.fullmatch(number) or not _UNIT.fullmatch(unit):
        return "is no amount of memory; its unit is one of `b`, `k`, `m`, `g`, `t` and `p`"
    try:
        value = float.fromhex(number.replace("_", "")) if "x" in number.lower() else float(number)
    except OverflowError:
        value = math.inf
    if value == math.inf:
        return "is larger than any number that is read"
    return "is less than nothing" if value < 0 else ""


def memory_refusal(text: str) -> str:
    """Why an amount of memory of a compose file is refused, where `-1` and other whole numbers stand for no limit.

    compose-go reads a whole number of 64 bits first (types/bytes.go, parseString), and go-units all else.

    >>> memory_refusal("-1"), memory_refusal("64m"), memory_refusal("-1k")
    ('', '', 'is less than nothing')
    """
    return "" if _is_64_bits(text) else size_refusal(text)


def _is_64_bits(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and -(2**63) <= int(text) < 2**63


def duration_refusal(text: str) -> str:
    """Why a time is refused.

    >>> duration_refusal("1m30s"), duration_refusal("0"), duration_refusal("30")
    ('', '', 'is no time: a unit is missing, such as in `30s`')
    """
    return "" if nanoseconds(text, days=True) is not None else refusal_of_time(text)


def restart_refusal(text: str) -> str:
    """Why a `restart` is refused, or means something else than it says; the empty text stands for none.

    >>> restart_refusal("on-failure:3"), restart_refusal("always:3")
    ('', 'counts tries, which only `on-failure` does')
    """
    if not text or _POLICY.fullmatch(text):
        return ""
    name, colon, count = text.partition(":")
    if text in _WORDS_OF_DEPLOY:
        meant = _WORDS_OF_DEPLOY[text]
        return f"is a word of `deploy.restart_policy`, which Docker Compose reads as `{meant}`; write that"
    if colon and name == "on-failure":
        after = "" if count[:1] == "-" else ", so that nothing limits them"
        return f"has `{count[:20]}` where the number of tries belongs{after}"
    if colon and _POLICY.fullmatch(name):
        return "counts tries, which only `on-failure` does"
    return "is no restart policy: there are `no`, `always`, `on-failure[:tries]` and `unless-stopped`"


def is_restart_read(text: str) -> bool:
    """Whether Docker Compose starts a service although `restart_refusal` has something to say of its policy.

    `none` and `any` are read as `no` and `always`, and a number of tries that is none as no limit.

    >>> is_restart_read("any"), is_restart_read("on-failure:x"), is_restart_read("on-failure:-1")
    (True, True, False)
    """
    name, _, count = text.partition(":")
    return text in _WORDS_OF_DEPLOY or (name == "on-failure" and not count.startswith("-"))
