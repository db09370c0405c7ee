"""How a rule reads the scalars of a document: typed, as written, or with variables replaced.

value     as the consumer types them; the default
raw       every scalar as its text: `1e3`, `no`, `${TAG:-latest}`
resolved  variables replaced as far as the file itself says: compose's defaults (`${TAG:-latest}` is `latest`,
          `${TAG}` is empty), Dockerfiles by ARG and ENV, `.env` files by the entries above
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lintkit.kinds.kind import named
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Document, NodeSpans, Route


def read(document: Document, how: str) -> Any:
    """The data of a document as `how` reads it."""
    kind = FILE_KIND[document.kind]
    if how == "raw" and kind.raw:
        return _raw(document.data, (), document.nodes)
    return named(kind.resolved)(document.data) if how == "resolved" and kind.resolved else document.data


def _raw(data: Any, route: Route, nodes: Mapping[Route, NodeSpans]) -> Any:
    if isinstance(data, dict):
        return {key: _raw(value, (*route, key), nodes) for key, value in data.items()}
    if isinstance(data, list):
        return [_raw(item, (*route, index), nodes) for index, item in enumerate(data)]
    node = nodes.get(route)
    return data if node is None or node.raw is None else node.raw
