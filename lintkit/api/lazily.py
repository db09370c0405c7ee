"""Names that stand in other modules, each of which is imported when its name is first asked for.

A rule loads what it uses and nothing else: all of Python's idioms take longer to import than a small check takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def attributes(module: str, places: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """The `__getattr__` of a module (PEP 562) that offers names of others.

    module  the name of the module that offers them
    places  module -> the names that stand in it; a name that is a module itself stands behind its package
    """
    where = {name: place for place, names in places.items() for name in names}

    def attribute(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        place = import_module(where[name])
        return getattr(place, name) if hasattr(place, name) else import_module(f"{where[name]}.{name}")

    return attribute
