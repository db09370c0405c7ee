"""What metavariables stand for in a match, and when two of them are the same code."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeAlias

import libcst as cst

from lintkit.python import values
from lintkit.python.names import identifier
from lintkit.python.tree import walk

_LISTS = (
    "args",
    "elements",
    "targets",
    "comparisons",
    "body",
    "handlers",
    "items",
    "slice",
    "ifs",
    "relative",
)


class Bound:
    """What one metavariable stands for: nodes in order, or characters of a string.

    nodes  one node for `$X`, any number for `$...X`; for characters the string literal they are part of
    text   the characters, None otherwise
    """

    __slots__ = ("_code", "nodes", "text")

    def __init__(self, nodes: tuple[cst.CSTNode, ...], text: str | None = None) -> None:
        self.nodes = nodes
        self.text = text
        self._code: Hashable = None

    @property
    def code(self) -> Hashable:
        """Equal for the same code, whatever its layout, comments, parentheses and quotes."""
        if self._code is None:
            self._code = ("text", self.text) if self.text is not None else code_of(self.nodes)
        return self._code

    @property
    def place(self) -> Hashable:
        """Equal for the same place of a file."""
        return (*map(id, self.nodes), self.text)


def code_of(nodes: Iterable[cst.CSTNode]) -> Hashable:
    """A value that is equal for the same code."""
    found: list[Hashable] = []
    for root in nodes:
        if isinstance(root, cst.Expr):
            root = root.value
        for node in walk(root):
            kind = type(node).__name__
            value = getattr(node, "value", None)
            if isinstance(node, cst.SimpleString):
                found.append((kind, values.string_value(node)))
            elif isinstance(node, cst.Name):
                found.append((kind, identifier(node.value)))
            elif isinstance(value, str):
                found.append((kind, value))
            else:
                # The number of children keeps `f(a, b)` and `f(a)(b)` apart.
                found.append((kind, sum(1 for name in _sizes(node) for _ in name), getattr(node, "star", "")))
        found.append(None)
    return tuple(found)


def _sizes(node: cst.CSTNode) -> list[tuple[object, ...]]:
    return [tuple(value) for name in _LISTS if isinstance(value := getattr(node, name, None), tuple | list)]


Bindings: TypeAlias = Mapping[str, Bound]
"""The metavariables of a match. Never changed once it is made."""

NONE: Bindings = {}


def join(left: Bindings, right: Bindings) -> Bindings | None:
    """Both together; None where a metavariable would stand for different code."""
    if not right:
        return left
    if not left:
        return right
    for name, bound in right.items():
        other = left.get(name)
        if other is not None and other is not bound and other.code != bound.code:
            return None
    return {**right, **left}


def distinct(found: Iterable[Bindings]) -> list[Bindings]:
    """Each combination of places once, in order."""
    unique: dict[Hashable, Bindings] = {}
    for bindings in found:
        unique.setdefault(
            frozenset((name, bound.place) for name, bound in bindings.items()) if bindings else None, bindings
        )
    return list(unique.values())
