"""File names as text: every path lintkit hands around is valid Unicode, whatever bytes the disk holds."""

from __future__ import annotations

import os
import unicodedata

TEMPORARY = (".lintkit-", ".tmp")
"""How the names of files begin and end that lintkit writes before they take another one's place."""


def is_temporary(name: bytes) -> bool:
    """Whether a file is one that lintkit was writing when it was killed."""
    last = name.rpartition(b"/")[2]
    return last.startswith(os.fsencode(TEMPORARY[0])) and last.endswith(os.fsencode(TEMPORARY[1]))


def shown(name: bytes) -> str:
    r"""The path for bytes of a file name or path, with `/` between its parts.

    Bytes that are not UTF-8 become `\xNN`, so that paths can be printed, sorted and written to JSON; a tree
    remembers the bytes of such a name, because this cannot be taken back when a name has a real backslash.
    """
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("utf-8", "backslashreplace")


def printable(path: str) -> str:
    r"""`path` for a sentence: line breaks, control characters and direction marks become escapes (`\n`)."""
    if path.isprintable():
        return path
    return "".join(
        char.encode("unicode_escape").decode("ascii")
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else char
        for char in path
    )


def stays_inside(name: bytes) -> bool:
    """Whether a name from git, relative to the root, is a file below it and no part of a `.git`.

    A made-up index or tree object can hold `../../etc/passwd`; git refuses to write such a name, not to read it.
    """
    if os.name == "nt" and (b"\\" in name or b":" in name):
        return False
    if name[:1] not in (b"", b".", b"/") and b"/." not in name and b"//" not in name and name[-1:] != b"/":
        return True
    return not any(part in (b"", b".", b"..") or part.lower() == b".git" for part in name.split(b"/"))
