"""Text from a checked repository, made safe to print: nothing in it acts on the terminal or hides."""

from __future__ import annotations

import re

# Control characters, line and paragraph separators, bidirectional controls, invisible characters, tags, and
# lone surrogates. Joiners and variation selectors stay: scripts and emoji need them, and they move nothing.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\x1b"}


def printable(text: str) -> str:
    r"""`text` with whatever a terminal would obey or hide spelled out: `\x1b`, `\n`, `<U+202E>`."""
    return _HIDDEN.sub(_spelled, text)


def shortened(text: str, limit: int) -> str:
    """`text` printable and no longer than about `limit` code points: names in a message can be of any length."""
    return printable(text) if len(text) <= limit else f"{printable(text[:limit])}..."


def _spelled(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"<U+{code:04X}>"
