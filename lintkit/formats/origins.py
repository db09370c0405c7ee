"""Where the parts of plain data come from that was made out of documents.

Data that is merged, patched or filled in from several files stays plain data. Beside it `Origins` remembers, for each
mapping and list, in which document it was written, and of each part that was put in later where that stands. So the
result is a document like any other, whose nodes have the spans of the files they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lintkit.model import Document, NodeSpans, Route

Nodes = Mapping[Route, NodeSpans]


@dataclass(slots=True)
class _Written:
    """A mapping or a list, where it is written, and what stands in it besides.

    container  itself, so that its identity is not given to another one
    parts      the origins of what was put into a mapping; of a list that was changed those of all items
    """

    container: Any
    nodes: Nodes
    route: Route
    parts: dict[Any, NodeSpans] | list[NodeSpans] | None = None


class Origins:
    """What is known of the mappings and lists that were copied with it. They are changed through it alone."""

    def __init__(self) -> None:
        self._written: dict[int, _Written] = {}

    def copied(self, data: Any, nodes: Nodes, route: Route = ()) -> Any:
        """A copy of what stands at `route` of the data of `nodes`; what is one there through an alias stays one."""

        def of(value: Any, route: Route) -> Any:
            return _Written(value, nodes, route)

        return self._copy(data, route, of)

    def snapshot(self, data: Any) -> Any:
        """A copy with the same origins."""

        def of(value: Any, _: Route) -> _Written | None:
            known = self._written.get(id(value))
            if known is None:
                return None
            parts = None if known.parts is None else known.parts.copy()
            return _Written(value, known.nodes, known.route, parts)

        return self._copy(data, (), of)

    def _copy(self, data: Any, route: Route, of: Callable[[Any, Route], _Written | None]) -> Any:
        done: dict[int, Any] = {}

        def copy(value: Any, route: Route) -> Any:
            if not isinstance(value, (dict, list)):
                return value
            if id(value) in done:
                return done[id(value)]
            fresh: Any = {} if isinstance(value, dict) else []
            done[id(value)] = fresh
            written = of(value, route)
            if written is not None:
                written.container = fresh
                self._written[id(fresh)] = written
            if isinstance(value, dict):
                for key, item in value.items():
                    fresh[key] = copy(item, (*route, key)) if isinstance(item, (dict, list)) else item
            else:
                for index, item in enumerate(value):
                    fresh.append(copy(item, (*route, index)) if isinstance(item, (dict, list)) else item)
            return fresh

        return copy(data, route)

    def put(self, mapping: dict[Any, Any], key: Any, value: Any, spans: NodeSpans) -> None:
        """Set a key. A mapping or list that is put in keeps its own origins, and a key that is there its place."""
        before = self.spans(mapping, key) if key in mapping else None
        if before is not None and before.key is not None:
            spans = replace(spans, key=before.key)
        mapping[key] = value
        written = self._known(mapping, spans)
        if not isinstance(written.parts, dict):
            written.parts = {}
        written.parts[key] = spans

    def made(self, mapping: dict[Any, Any], key: Any, spans: NodeSpans) -> dict[Any, Any]:
        """The mapping at a key, which is made where there is none."""
        found = mapping.get(key)
        if isinstance(found, dict):
            return found
        fresh: dict[Any, Any] = {}
        self._known(fresh, spans)
        self.put(mapping, key, fresh, spans)
        return fresh

    def insert(self, items: list[Any], index: int, value: Any, spans: NodeSpans) -> None:
        """Put a value before the item at an index."""
        parts = self._parts(items)
        parts.insert(index, replace(spans, key=None))
        items.insert(index, value)

    def set(self, items: list[Any], index: int, value: Any, spans: NodeSpans) -> None:
        """Put a value in place of an item."""
        self._parts(items)[index] = replace(spans, key=None)
        items[index] = value

    def keep(self, items: list[Any], kept: Collection[int]) -> None:
        """Leave out all items of a list but those at some indexes."""
        if len(kept) < len(items):
            parts = self._parts(items)
            parts[:] = [parts[index] for index in kept]
            items[:] = [items[index] for index in kept]

    def spans(self, container: Any, part: Any) -> NodeSpans | None:
        """Where what stands in a mapping or list under a key or an index comes from; None where that is not known."""
        written = self._written.get(id(container))
        if written is None:
            return None
        found: NodeSpans | None = None
        if isinstance(written.parts, list):
            found = written.parts[part]
        else:
            found = written.parts.get(part) if written.parts is not None else None
            found = found or written.nodes.get((*written.route, part))
        value = container[part]
        if not isinstance(value, (dict, list)):
            return found
        whole = self.whole(value)
        if whole is None or found is None:
            return found or whole
        return replace(whole, key=found.key, alias=found.alias or whole.alias)

    def whole(self, container: Any) -> NodeSpans | None:
        """Where a mapping or list stands as a whole."""
        written = self._written.get(id(container))
        return None if written is None else written.nodes.get(written.route) or written.nodes.get(())

    def document(self, data: Any, base: Document) -> Document:
        """`data` as a document that was made of `base`: its path and its text are those of that one."""
        nodes = DerivedNodes(data, self, base.nodes[()])
        return replace(base, data=data, nodes=nodes, problems=(), comments=(), derived=True)

    def _known(self, container: Any, spans: NodeSpans) -> _Written:
        known = self._written.get(id(container))
        if known is None:
            known = _Written(container, {(): spans}, ())
            self._written[id(container)] = known
        return known

    def _parts(self, items: list[Any]) -> list[NodeSpans]:
        written = self._written.get(id(items))
        assert written is not None, "a list that was not copied"
        if not isinstance(written.parts, list):
            whole = self.whole(items)
            assert whole is not None
            written.parts = [self.spans(items, index) or whole for index in range(len(items))]
        return written.parts


class DerivedNodes(Mapping[Route, NodeSpans]):
    """`Document.nodes` of data with origins. What has none of its own has those of what it stands in."""

    __slots__ = ("_data", "_origins", "_root")

    def __init__(self, data: Any, origins: Origins, root: NodeSpans) -> None:
        self._data = data
        self._origins = origins
        self._root = root

    def get(self, route: Route, default: Any = None) -> Any:
        """The spans at `route`, or `default` where the data has nothing there."""
        node, spans = self._data, self._root
        for part in route:
            if isinstance(node, dict):
                if part not in node:
                    return default
            elif not isinstance(node, list) or type(part) is not int or not 0 <= part < len(node):
                return default
            node, spans = node[part], self._below(node, part, spans)
        return _shown(node, spans)

    def _below(self, node: Any, part: str | int, spans: NodeSpans) -> NodeSpans:
        """Where a part of a node comes from, which stands at `spans`."""
        found = self._origins.spans(node, part)
        return found or NodeSpans(spans.value, alias=spans.alias)

    def items(self) -> ItemsView[Route, NodeSpans]:
        """All routes with their spans, in one walk."""
        return _Items(self)

    def walk(self) -> Iterator[tuple[Route, NodeSpans]]:
        """All routes with their spans, each before those below it, in the order of the data."""
        stack: list[tuple[Route, Any, NodeSpans]] = [((), self._data, self._root)]
        while stack:
            route, node, spans = stack.pop()
            yield route, _shown(node, spans)
            parts: Iterable[str | int] = ()
            if isinstance(node, dict):
                parts = reversed(node)
            elif isinstance(node, list):
                parts = range(len(node) - 1, -1, -1)
            stack.extend(((*route, part), node[part], self._below(node, part, spans)) for part in parts)

    def __getitem__(self, route: Route) -> NodeSpans:
        found: NodeSpans | None = self.get(route)
        if found is None:
            raise KeyError(route)
        return found

    def __contains__(self, route: object) -> bool:
        return isinstance(route, tuple) and self.get(route) is not None

    def __iter__(self) -> Iterator[Route]:
        return (route for route, _ in self.walk())

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Items(ItemsView[Route, NodeSpans]):
    """The items of derived nodes: asked one by one, each would be looked for from the root."""

    _mapping: DerivedNodes

    def __iter__(self) -> Iterator[tuple[Route, NodeSpans]]:
        return self._mapping.walk()


def _shown(node: Any, spans: NodeSpans) -> NodeSpans:
    """The spans of a node with its text, if it is a scalar."""
    if isinstance(node, (dict, list)):
        return spans if spans.raw is None else replace(spans, raw=None)
    return spans if spans.raw is not None else replace(spans, raw=_text(node))


def _text(value: Any) -> str:
    """A scalar as the text that reads as it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
