"""JSON that is quick to write, pleasant to compare and the same on every system."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\ud[89a-f]")
# ASCII only: no stream's encoding can change or refuse it, and a terminal sees no control character.
_encode = json.JSONEncoder(ensure_ascii=True, separators=(", ", ": ")).encode


def encode(value: Any) -> str:
    """`value` as JSON on one line, keys in their order.

    A lone surrogate becomes U+FFFD, since strict readers refuse it.
    """
    text = _encode(value)
    # Pairs of escapes are proper characters; only when any is present is the slow way taken.
    if _ESCAPED_SURROGATE.search(text):
        return _encode(_repaired(value))
    return text


def array(items: Iterable[Any], indent: str) -> Iterator[str]:
    """The pieces of a JSON array with one item a line, each behind `indent`; `[]` for none."""
    before = f"[\n{indent}"
    for item in items:
        yield before
        yield encode(item)
        before = f",\n{indent}"
    yield "[]" if before[0] == "[" else f"\n{indent[:-2]}]"


def _repaired(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("�", value)
    if isinstance(value, dict):
        return {_repaired(key): _repaired(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_repaired(item) for item in value]
    return value
