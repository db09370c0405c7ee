"""What compose or the engine refuses of one service, though each part of it is of the right type.

Sources: compose-go, loader/validate.go (what does not fit together), and what `lintkit.kinds.compose.values` names
(single values); for the network of another container moby, runconfig/hostconfig_unix.go (validateNetContainerMode).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from lintkit.formats.node import Node, text_of
from lintkit.formats.numbers import is_digits
from lintkit.kinds.compose.values import (
    HIGHEST_PORT,
    address_refusal,
    duration_refusal,
    is_above_ports,
    is_restart_read,
    memory_refusal,
    mount_refusal,
    port_refusal,
    restart_refusal,
)
from lintkit.model import Route
from lintkit.secrets.masked import MASK

_BYTES = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([bkmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_LIMITS = (
    ("cpus", ("deploy", "resources", "limits", "cpus")),
    ("mem_limit", ("deploy", "resources", "limits", "memory")),
    ("mem_reservation", ("deploy", "resources", "reservations", "memory")),
    ("pids_limit", ("deploy", "resources", "limits", "pids")),
)
_SIZES: tuple[Route, ...] = (
    ("mem_limit",),
    ("mem_reservation",),
    ("memswap_limit",),
    ("shm_size",),
    ("build", "shm_size"),
    ("deploy", "resources", "limits", "memory"),
    ("deploy", "resources", "reservations", "memory"),
)
_DURATIONS: tuple[Route, ...] = (
    ("stop_grace_period",),
    *(("healthcheck", key) for key in ("interval", "timeout", "start_period", "start_interval")),
    *(("deploy", "restart_policy", key) for key in ("delay", "window")),
    *(("deploy", part, key) for part in ("update_config", "rollback_config") for key in ("delay", "monitor")),
)
_OF_THE_OTHER = (
    ("hostname", "a host name"),
    ("ports", "published ports"),
    ("expose", "exposed ports"),
    ("links", "links"),
    ("dns", "name servers"),
    ("extra_hosts", "host entries"),
    ("mac_address", "a MAC address"),
)
"""What a container has no say in where it uses the network of another one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is refused: its name, where it is in the service (nowhere: the service itself), and a sentence.

    refused  False for what compose starts all the same, though not as it is written
    """

    name: str
    route: Route
    sentence: str
    refused: bool = True


def faults_of(node: Node) -> Iterator[Fault]:
    """What is refused of a service; nothing that only a variable of the environment decides."""
    yield from _pairs(node)
    yield from _counts(node)
    for key, route in _LIMITS:
        own, other = _amount(key, node.child(key)), _amount(key, node.at(*route))
        if own is not None and other is not None and own != other:
            sentence = f"`{key}` and `{'.'.join(route)}` are not the same, which compose refuses"
            yield Fault(key, (key,), sentence)
    yield from _ports(node.child("ports"))
    yield from _values(node)


def _pairs(node: Node) -> Iterator[Fault]:
    networks, mode = node.child("networks"), node.child("network_mode")
    if text_of(mode) and networks is not None and (networks.mapping or networks.sequence):
        yield Fault(
            "network_mode", ("network_mode",), "compose takes `network_mode` or `networks`, never both"
        )
    kind, colon, _ = text_of(mode).partition(":")
    if colon and kind in ("service", "container"):
        for key, what in _OF_THE_OTHER:
            if _is_said(node.child(key)):
                sentence = (
                    f"`{text_of(mode)[:60]}` shares its network, so the engine refuses {what} of this service"
                )
                yield Fault(key, (key,), sentence)
    build = node.child("build")
    if build is not None and build.child("dockerfile") and build.child("dockerfile_inline"):
        sentence = "compose takes `dockerfile` or `dockerfile_inline`, never both"
        yield Fault("dockerfile", ("build", "dockerfile"), sentence)
    test = node.at("healthcheck", "test")
    words = [text_of(item) for item in (test.sequence or ())] if test is not None else []
    if words and words[0] not in ("CMD", "CMD-SHELL", "NONE") and "$" not in words[0]:
        sentence = (
            f"a list in `test` begins with `CMD`, `CMD-SHELL` or `NONE`; compose refuses `{words[0][:40]}`"
        )
        yield Fault("healthcheck", ("healthcheck", "test", 0), sentence)


def _is_said(node: Node | None) -> bool:
    return node is not None and bool(
        node.mapping or node.sequence or (text_of(node) and "$" not in text_of(node))
    )


def _is_open(text: str) -> bool:
    """Whether the environment decides what a text becomes, or a part of it is masked, being a secret elsewhere."""
    return "$" in text or MASK in text


def _values(node: Node) -> Iterator[Fault]:
    """Single values in a form that nobody reads."""
    for route in _DURATIONS:
        yield from _value(node, route, duration_refusal)
    for route in _SIZES:
        yield from _value(node, route, memory_refusal)
    if node.at("deploy", "restart_policy") is None:  # it is read in the place of `restart`
        for fault in _value(node, ("restart",), restart_refusal):
            yield replace(fault, refused=not is_restart_read(text_of(node.child("restart"))))
    volumes = node.child("volumes")
    for index, item in enumerate((volumes.sequence or ()) if volumes is not None else ()):
        if item.mapping is not None:
            yield from _value(node, ("volumes", index, "tmpfs", "size"), memory_refusal)
        else:
            yield from _value(node, ("volumes", index), mount_refusal)


def _value(node: Node, route: Route, refusal: Callable[[str], str]) -> Iterator[Fault]:
    found = node.at(*route)
    if found is None or not isinstance(found.scalar, str) or _is_open(found.scalar):
        return  # another type is the schema's business
    why = refusal(found.scalar)
    if why:
        name = next(part for part in reversed(route) if isinstance(part, str))
        yield Fault(name, route, f"`{found.scalar[:60]}` {why}")


def _counts(node: Node) -> Iterator[Fault]:
    scale, replicas = _amount("scale", node.child("scale")), _amount("scale", node.at("deploy", "replicas"))
    if scale is not None and replicas is not None and scale != replicas:
        sentence = "`scale` and `deploy.replicas` are not the same, which compose refuses"
        yield Fault("scale", ("scale",), sentence)
    count = scale if node.child("scale") is not None else replicas
    name = text_of(node.child("container_name"))
    if name and count is not None and count > 1:
        sentence = (
            f"{count} containers cannot all be named `{name}`, so compose refuses `container_name` here"
        )
        yield Fault("container_name", ("container_name",), sentence)


def _amount(key: str, node: Node | None) -> Decimal | None:
    """A number or an amount of memory; None where none is written, or where it is not known."""
    text = text_of(node)
    if not key.startswith("mem_"):
        try:
            number = Decimal(text) if len(text) < 20 else None
        except InvalidOperation:
            return None
        return number if number is not None and number.is_finite() else None
    match = _BYTES.fullmatch(text)
    return Decimal(match[1]) * _UNITS[match[2].lower()] if match is not None else None


def _ports(ports: Node | None) -> Iterator[Fault]:
    for index, item in enumerate((ports.sequence or ()) if ports is not None else ()):
        route: Route = ("ports", index)
        if item.mapping is not None:
            for key in ("published", "target"):
                text = text_of(item.child(key))
                if is_digits(text) and is_above_ports(text):
                    sentence = f"`{text[:20]}` is above {HIGHEST_PORT}, the highest port that there is"
                    yield Fault(text[:20], (*route, key), sentence)
            address = text_of(item.child("host_ip"))
            if address and not _is_open(address) and (why := address_refusal(address)):
                yield Fault(address[:60], (*route, "host_ip"), f"`{address[:60]}` {why}")
            continue
        text = text_of(item)
        why = "" if not text or _is_open(text) else port_refusal(text)
        if why:
            yield Fault(text[:60], route, f"`{text[:60]}` {why}")
