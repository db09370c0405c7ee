"""Identifiers, read as the words that they are made of."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")


@lru_cache(maxsize=8192)
def split_words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case: `dbPassword`, `DB_PASSWORD` and `db-password` give `db`, `password`."""
    return tuple(word.lower() for word in _WORD.findall(name[:200]))
