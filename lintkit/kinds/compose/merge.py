"""What a compose file says of a service, merged with what overrides it.

Merging two nodes gives what `docker compose` makes of a service in a file and in one that overrides it (compose-go,
override/merge.go), each part still knowing where it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lintkit.formats.node import Node, text_of
from lintkit.kinds.compose.service import mount_parts
from lintkit.model import Span

_REPLACED = frozenset((("command",), ("entrypoint",), ("healthcheck", "test")))
"""Lists that an override replaces; it adds to all others."""

_NAMED = frozenset(
    (
        *(("environment",), ("labels",), ("annotations",), ("depends_on",), ("networks",)),
        *(("build", "args"), ("build", "labels")),
    )
)
"""What may be a list of `NAME` or `NAME=value`, or a mapping; compose merges by name."""


def merged(base: Node, over: Node, route: tuple[str, ...] = ()) -> Node:
    """The service that `over` makes of `base`."""
    if over.tag == "!override":
        return over
    if route in _NAMED:
        base, over = _named(base), _named(over)
    if base.mapping is not None and over.mapping is not None:
        entries: dict[str, Node] = dict(base.mapping)
        for name, node in over.mapping:
            if node.tag == "!reset":
                entries.pop(name, None)
            else:
                entries[name] = merged(entries[name], node, (*route, name)) if name in entries else node
        return replace(base, mapping=tuple(entries.items()))
    if base.sequence is not None and over.sequence is not None and route not in _REPLACED:
        kept = _other_mounts(base, over) if route == ("volumes",) else base.sequence
        return replace(base, sequence=(*kept, *over.sequence))
    if route == ("build",) and base.mapping is not None and isinstance(over.scalar, str):
        return merged(base, replace(over, mapping=(("context", over),), scalar=None), route)
    if route == ("build",) and over.mapping is not None and isinstance(base.scalar, str):
        return merged(replace(base, mapping=(("context", base),), scalar=None), over, route)
    if over.mapping is None and over.sequence is None and over.scalar is None and route:
        return base  # a key without a value says nothing
    return over


def _other_mounts(base: Node, over: Node) -> tuple[Node, ...]:
    """The mounts of `base` but those at whose target `over` mounts something else."""
    taken = {target for item in over.sequence or () if (target := mount_of(item)[1])}
    return tuple(item for item in base.sequence or () if mount_of(item)[1] not in taken)


def mount_of(item: Node) -> tuple[str, str]:
    """What an item of `volumes` mounts and where; what is mounted is empty where it has no name."""
    if item.mapping is not None:
        return text_of(item.child("source")), text_of(item.child("target")).rstrip("/")
    parts = mount_parts(text_of(item))
    return ("", parts[0].rstrip("/")) if len(parts) < 2 else (parts[0], parts[1].rstrip("/"))


def _named(node: Node) -> Node:
    if node.sequence is None:
        return node
    entries: dict[str, Node] = {}
    for item in node.sequence:
        if isinstance(item.scalar, str):
            name, equals, value = item.scalar.partition("=")
            entries[name.strip()] = replace(item, scalar=value if equals else None, key=item.span)
    return replace(node, mapping=tuple(entries.items()), sequence=None)


def environment(node: Node) -> Mapping[str, Node]:
    """The variables of a service by name, each with its value, whichever form they are written in."""
    found = node.child("environment")
    return dict(_named(found).mapping or ()) if found is not None else {}


@dataclass(frozen=True, slots=True)
class Dependency:
    """A service that another one needs, where that is written, and whether it has to exist."""

    name: str
    span: Span
    required: bool = True


def dependencies(node: Node) -> Iterator[Dependency]:
    """The services that compose starts before this one (compose-go, loader/normalize.go)."""
    depends = node.child("depends_on")
    for name, entry in depends.names() if depends is not None else ():
        required = entry.child("required")
        span = entry.span if entry.mapping is None else entry.key or entry.span
        yield Dependency(name, span, required is None or required.scalar is not False)
    for key in ("links", "volumes_from"):
        found = node.child(key)
        for item in (found.sequence or ()) if found is not None else ():
            name = text_of(item).partition(":")[0]
            if name and name != "container":
                yield Dependency(name, item.span)
    for key in ("network_mode", "ipc", "pid"):
        mode = node.child(key)
        kind, colon, name = text_of(mode).partition(":")
        if mode is not None and kind == "service" and colon:
            yield Dependency(name, mode.span)
