"""The configuration graph: units, who provides a variable, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.graph.calls import StateUse
    from lintkit.graph.join import Unit
    from lintkit.graph.kept_state import kept_for_requests
else:
    __getattr__ = attributes(__name__)
