"""Names that stand in other modules, each of which is imported when its name is first asked for.

A rule loads what it uses and nothing else: all of Python's idioms take longer to import than a small check takes.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any


def attributes(module: str) -> Callable[[str], Any]:
    """The `__getattr__` (PEP 562) of a module whose imports stand below `if TYPE_CHECKING:`."""

    def attribute(name: str) -> Any:
        place = places(module).get(name)
        if place is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        found = import_module(place)
        return getattr(found, name) if hasattr(found, name) else import_module(f"{place}.{name}")

    return attribute


@cache
def places(module: str) -> Mapping[str, str]:
    """Name -> the module it stands in, of all that an imported module imports below `if TYPE_CHECKING:`.

    A name that is a module itself stands behind its package.
    """
    loader: Any = sys.modules[module].__spec__.loader  # type: ignore[union-attr]
    return {
        name.name: block.module
        for node in ast.parse(loader.get_source(module)).body
        if isinstance(node, ast.If)
        for block in node.body
        if isinstance(block, ast.ImportFrom) and block.module
        for name in block.names
    }
