"""The named selectors of Procfiles."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.kinds.selected import Selected
from lintkit.model import Document


def each_process(document: Document) -> Iterator[Selected]:
    """Every process, as its command."""
    for name, command in document.data["processes"].items():
        yield Selected(("processes", name), command, {"name": name, "kind": "process"})
