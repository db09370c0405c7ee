"""The marks in examples: `# <-- here` at the end of a line says that a finding is expected there."""

from __future__ import annotations

import re
from collections.abc import Mapping

_MARK = re.compile(r"[ \t]*(?:#|//|<!--)[ \t]*<-- here(?: x([1-9]))?(?:[ \t]*-->)?[ \t]*$", re.MULTILINE)


def read_marks(files: Mapping[str, str]) -> tuple[dict[str, str], tuple[tuple[str, int], ...]]:
    """Take the marks out of a file tree.

    Returns the files without them, and the marked places as (path, line from 1), in order; a mark that ends in
    `x2` gives its place twice, because two findings are expected on that line.
    """
    clean: dict[str, str] = {}
    places: list[tuple[str, int]] = []
    for path, text in files.items():
        for mark in _MARK.finditer(text):
            places.extend([(path, text.count("\n", 0, mark.start()) + 1)] * int(mark[1] or 1))
        clean[path] = _MARK.sub("", text)
    return clean, tuple(places)
