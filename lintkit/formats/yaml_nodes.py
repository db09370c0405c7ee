"""Where the nodes of a YAML document stand: compact tuples, and the mapping that turns them into spans on
demand.

An alias refers to the node of its anchor, so a document takes memory for what is written and not for what it
expands to.

    scalar      (start, end, text, style, tag)
    mapping     (start, end, {key: (key_start, key_end, node, use)}, tag)
    sequence    (start, end, [node or Aliased(node, use)], tag)

`use` is the (start, end) of the `*alias`, or of the value of the `<<` entry, through which the node is
reached; else None. Offsets are code points of the file's text. `tag` is None where none is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lintkit.model import NodeSpans, Route, Span

Node = tuple[Any, ...]
Use = tuple[int, int]


class Aliased(NamedTuple):
    """An item of a sequence that is written as an alias."""

    node: Node
    use: Use


class NodeTree(Mapping[Route, NodeSpans]):
    """`Document.nodes` of a YAML document: a route costs as many steps as it is long, and nothing until it is
    asked for.

    `key` is the span of the key that the root is the value of, and `use` that of the alias it is reached
    through; both are None for a whole document.
    """

    __slots__ = ("_key", "_path", "_root", "_use")

    def __init__(self, path: str, root: Node, key: Use | None = None, use: Use | None = None) -> None:
        self._path = path
        self._root = root
        self._key = key
        self._use = use

    def _find(self, route: Route) -> tuple[Node, Use | None, Use | None] | None:
        node, key, use = self._root, self._key, self._use
        for part in route:
            children = node[2]
            if type(children) is dict:
                entry = children.get(part)
                if entry is None:
                    return None
                key = (entry[0], entry[1])
                node = entry[2]
                use = use or entry[3]
            elif type(children) is list:
                if type(part) is not int or not 0 <= part < len(children):
                    return None
                key = None
                node = children[part]
                if type(node) is Aliased:
                    use = use or node.use
                    node = node.node
            else:
                return None
        return node, key, use

    def _spans(self, node: Node, key: Use | None, use: Use | None) -> NodeSpans:
        path = self._path
        scalar = type(node[2]) is str
        return NodeSpans(
            Span(path, node[0], node[1]),
            None if key is None else Span(path, key[0], key[1]),
            None if use is None else Span(path, use[0], use[1]),
            node[2] if scalar else None,
            node[3] if scalar else "",
        )

    def __getitem__(self, route: Route) -> NodeSpans:
        found = self._find(route)
        if found is None:
            raise KeyError(route)
        return self._spans(*found)

    def get(self, route: Route, default: Any = None) -> Any:
        """The spans at `route`, or `default`."""
        found = self._find(route)
        return default if found is None else self._spans(*found)

    def __contains__(self, route: object) -> bool:
        return isinstance(route, tuple) and self._find(route) is not None

    def __iter__(self) -> Iterator[Route]:
        """All routes, each before those below it, in the order of the data."""
        stack: list[tuple[Route, Node]] = [((), self._root)]
        while stack:
            route, node = stack.pop()
            yield route
            children = node[2]
            if type(children) is dict:
                stack.extend(((*route, key), entry[2]) for key, entry in reversed(children.items()))
            elif type(children) is list:
                for index in range(len(children) - 1, -1, -1):
                    item = children[index]
                    stack.append(((*route, index), item.node if type(item) is Aliased else item))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def tag(self, route: Route) -> str | None:
        """The explicit tag at `route` (`!reset`, `tag:yaml.org,2002:str` for `!!str`), or None."""
        found = self._find(route)
        return None if found is None else found[0][-1]

    def below(self, route: Route) -> NodeTree:
        """The same nodes with routes that begin at `route`. Raises KeyError if nothing stands there."""
        found = self._find(route)
        if found is None:
            raise KeyError(route)
        return NodeTree(self._path, *found)
