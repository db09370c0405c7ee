"""The marks in examples: `# <-- here` at the end of a line says that a finding is expected there."""

from __future__ import annotations

import re
from collections.abc import Mapping

_MARK = re.compile(r"[ \t]*(?:#|//|<!--)[ \t]*<-- here(?:[ \t]*-->)?[ \t]*$", re.MULTILINE)


def read_marks(files: Mapping[str, str]) -> tuple[dict[str, str], tuple[tuple[str, int], ...]]:
    """Take the marks out of a file tree.

    Returns the files without them, and the marked places as (path, line from 1), in order.
    """
    clean: dict[str, str] = {}
    places: list[tuple[str, int]] = []
    for path, text in files.items():
        places.extend((path, text.count("\n", 0, mark.start()) + 1) for mark in _MARK.finditer(text))
        clean[path] = _MARK.sub("", text)
    return clean, tuple(places)
