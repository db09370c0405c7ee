"""Fingerprints: what lets two reports of a changed repository recognise the same finding."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable
from itertools import accumulate
from operator import mul

from lintkit.source import BOM

LINE_HASH = "primaryLocationLineHash"
"""The name under which code scanning reads the hash of the primary location's line."""

STABLE = "lintkit/v1"
"""The name of `stable_fingerprint`; a change of its recipe takes a new number."""

_WINDOW = 100
_MODULUS = 1 << 64
_POWERS = tuple(pow(37, _WINDOW - 1 - i, _MODULUS) for i in range(_WINDOW))
_END = "\uffff"
_CARRIAGE_RETURN = re.compile("\r\n?")
_BLANKS = str.maketrans("", "", " \t")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def line_hashes(text: str, bom: bool = False) -> list[str]:
    """The `primaryLocationLineHash` of every line of `text`; entry `i` belongs to line `i + 1`.

    `text` is decoded and without its byte order mark; `bom` says whether the file has one, since it counts.
    Lines are those of `lintkit.source.Lines`: a text that ends in a newline has an empty last one.

    An entry is `<hash>:<n>`: lowercase hex without padding, and which line with this hash it is, from 1. The
    hash covers 100 UTF-16 units from the line's beginning, without spaces and tabs, whatever the newlines are.
    Code scanning's upload action computes the same values.
    """
    kept, starts = _line_starts(text, bom)
    hashes: dict[str, str] = {}
    seen: dict[str, int] = {}
    entries = []
    for start in starts:
        window = _window(kept, start)
        known = hashes.get(window)
        if known is None:
            known = hashes[window] = _hash(window)
        count = seen[window] = seen.get(window, 0) + 1
        entries.append(f"{known}:{count}")
    return entries


def line_hashes_at(text: str, bom: bool, lines: Iterable[int]) -> dict[int, str]:
    """The entries of `line_hashes` for some lines (from 1), many times faster; unknown lines are left out."""
    kept, starts = _line_starts(text, bom)
    wanted = {line: _window(kept, starts[line - 1]) for line in set(lines) if 1 <= line <= len(starts)}
    seen = dict.fromkeys(wanted.values(), 0)
    entries: dict[int, str] = {}
    for line, start in enumerate(starts, 1):
        window = _window(kept, start)
        if window in seen:
            seen[window] += 1
            if line in wanted:
                entries[line] = f"{_hash(window)}:{seen[window]}"
    return entries


def stable_fingerprint(rule: str, path: str, subject: str, occurrence: int = 1) -> str:
    """32 hex digits that stay the same when lines move and neighbours change.

    `occurrence` counts, from 1, the findings of a report that agree in everything else, in the file's order.
    """
    # Lengths keep ("a", "bc") and ("ab", "c") apart; paths may hold undecodable bytes as lone surrogates.
    encoded = [part.encode("utf-8", "surrogatepass") for part in (rule, path, subject, str(occurrence))]
    data = b"".join(b"%d:%b" % (len(part), part) for part in encoded)
    return hashlib.sha256(data).hexdigest()[:32]


def _line_starts(text: str, bom: bool) -> tuple[str, list[int]]:
    """What the hash sees of a text, one character for each UTF-16 unit, and where its lines begin in that."""
    kept = _CARRIAGE_RETURN.sub("\n", BOM + text if bom else text).translate(_BLANKS) + _END
    if _ASTRAL.search(kept):
        kept = "".join(map(chr, array("H", kept.encode(_UTF16, "surrogatepass"))))
    lengths = [len(line) + 1 for line in kept.split("\n")]
    lengths.pop()
    return kept, list(accumulate(lengths, initial=0))


_UTF16 = "utf-16-le" if array("H", b"\1\0")[0] == 1 else "utf-16-be"


def _window(kept: str, start: int) -> str:
    return kept[start : start + _WINDOW]


def _hash(window: str) -> str:
    # A window at the end of the text is padded with zeros, which add nothing.
    return f"{sum(map(mul, map(ord, window), _POWERS)) % _MODULUS:x}"
