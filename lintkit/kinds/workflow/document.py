"""GitHub workflows and actions:

YAML whose scalars are read by the YAML 1.2 core schema, so `on` is a key like any other.
"""

from __future__ import annotations

from lintkit.formats.yaml import parse_as
from lintkit.model import Document, SourceFile


def parse(source: SourceFile) -> tuple[Document, ...]:
    """Read a workflow. `<<` is an ordinary key there and a problem (`merge-key`). Raises ParseError."""
    return parse_as(source, "workflow")
