"""Data that survives its document: a value in which every part knows where it is written.

A `Node` is frozen and picklable, so a fact can hold one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lintkit.model import Route, Span

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value, where it is written, and the key it stands behind; `items` of a mapping are `(name, node)`."""

    span: Span
    key: Span | None = None
    tag: str = ""
    scalar: Scalar = None
    mapping: tuple[tuple[str, Node], ...] | None = None
    sequence: tuple[Node, ...] | None = None

    def child(self, part: str | int) -> Node | None:
        """What stands below this node under a name or an index."""
        if self.mapping is not None:
            return next((node for name, node in self.mapping if name == part), None)
        if self.sequence is not None and isinstance(part, int) and 0 <= part < len(self.sequence):
            return self.sequence[part]
        return None

    def at(self, *route: str | int) -> Node | None:
        """What stands at a route below this node."""
        node: Node | None = self
        for part in route:
            node = None if node is None else node.child(part)
        return node

    def data(self) -> Any:
        """The node as plain data."""
        if self.mapping is not None:
            return {name: node.data() for name, node in self.mapping}
        if self.sequence is not None:
            return [node.data() for node in self.sequence]
        return self.scalar

    def place(self, route: Route, *, missing: bool = False) -> Span:
        """Where a finding about `route` is shown: a scalar where it is written, anything else at its key."""
        node = self
        for part in route:
            below = node.child(part)
            if below is None:
                break
            node = below
        if node.mapping is None and node.sequence is None and not missing:
            return node.span
        if node.key is not None:
            return node.key
        first = next((inner.key for _, inner in node.mapping or () if inner.key is not None), None)
        return first if first is not None and node.span.start <= first.start < node.span.end else node.span

    def names(self) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping, and the items of a list by what stands before their `=`."""
        if self.mapping is not None:
            yield from self.mapping
        for node in self.sequence or ():
            if isinstance(node.scalar, str):
                yield node.scalar.partition("=")[0].strip(), node


def text_of(node: Node | None) -> str:
    """A scalar as its text; empty for what is none."""
    if node is None or node.scalar is None:
        return ""
    if isinstance(node.scalar, bool):
        return "true" if node.scalar else "false"
    return str(node.scalar)
