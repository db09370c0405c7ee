"""Regular expressions that are compiled when they are first used.

There are many here, compiling them takes longer than everything else about a small run, and most runs need few.
"""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


class _LazyPattern:
    """Stands for a compiled pattern until one of its methods is asked for, and then holds them all itself."""

    def __init__(self, expression: str, flags: int) -> None:
        self._arguments = (expression, flags)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        compiled = re.compile(*self._arguments)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def pattern(expression: str, flags: int = 0) -> re.Pattern[str]:
    """`expression` as `re.compile` would give it, but compiled on first use."""
    return cast("re.Pattern[str]", _LazyPattern(expression, flags))
