"""Patches that are written as a text inside of their kustomization, with the places in that file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lintkit.formats.errors import ParseError
from lintkit.formats.plain import at
from lintkit.formats.scalar_spans import parts_of
from lintkit.kinds.kubernetes.objects import parse
from lintkit.model import Document, NodeSpans, Route, SourceFile, Span

INLINE = "patch.yaml"
"""The path of a patch that is written into its kustomization."""

_HIDDEN = 200
"""By how many characters a place may be longer than what it is the place of, before the key says more."""


def inline_patches(kustomization: Document, route: Route) -> tuple[Document, ...]:
    """The patches in the text at `route`, whose nodes stand in the kustomization; none where it is no YAML."""
    text = at(kustomization.data, *route)
    node = kustomization.nodes.get(route)
    if not isinstance(text, str) or node is None:
        return ()
    try:
        documents = parse(SourceFile(INLINE, "kubernetes", text.encode("utf-8", "replace")))
    except ParseError:
        return ()
    part = parts_of(kustomization.text, node.value, text, node.style)
    key = kustomization.key_span(route)

    def place(span: Span) -> Span:
        found = part(span.start, span.end)
        hidden = found.end - found.start > span.end - span.start + _HIDDEN
        return key if hidden else found

    return tuple(replace(each, nodes=_Placed(each.nodes, place)) for each in documents)


class _Placed(Mapping[Route, NodeSpans]):
    """Nodes of a text, each of them where `place` says that it stands in a file."""

    __slots__ = ("_nodes", "_place", "_placed")

    def __init__(self, nodes: Mapping[Route, NodeSpans], place: Callable[[Span], Span]) -> None:
        self._nodes = nodes
        self._place = place
        self._placed: dict[Route, NodeSpans] = {}

    def get(self, route: Route, default: Any = None) -> Any:
        """The spans at `route`, or `default`."""
        known = self._placed.get(route)
        if known is None:
            node = self._nodes.get(route)
            if node is None:
                return default
            spans = (None if each is None else self._place(each) for each in (node.key, node.alias))
            key, alias = spans
            known = NodeSpans(self._place(node.value), key, alias, node.raw, node.style)
            self._placed[route] = known
        return known

    def __getitem__(self, route: Route) -> NodeSpans:
        found: NodeSpans | None = self.get(route)
        if found is None:
            raise KeyError(route)
        return found

    def __contains__(self, route: object) -> bool:
        return route in self._nodes

    def __iter__(self) -> Iterator[Route]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)
