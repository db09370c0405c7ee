"""The configuration graph: units, who provides a variable, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.graph.calls import StateUse as StateUse
    from lintkit.graph.join import Unit as Unit
    from lintkit.graph.kept_state import kept_for_requests as kept_for_requests

PLACES = {
    "lintkit.graph.calls": ("StateUse",),
    "lintkit.graph.join": ("Unit",),
    "lintkit.graph.kept_state": ("kept_for_requests",),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
