"""Where a check begins when nobody says so."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lintkit.files.disk import Disk, DiskError

_LINTKIT_TABLE = re.compile(
    rb"^[ \t]*\[{1,2}[ \t]*tool[ \t]*\.[ \t]*[\"']?lintkit[\"']?[ \t]*[\].]", re.MULTILINE
)
_LARGEST_PYPROJECT = 1_000_000


def find_root(start: Path) -> Path:
    """The folder to check for `start` (a file or folder), resolved.

    The nearest folder at or above it with a `.git`; else the nearest with a `lintkit.toml` or a
    `pyproject.toml` that has a table `tool.lintkit`; else `start` itself, or the folder of a file. A `.git`
    that belongs neither to the current user nor to the owner of `start` does not count: in a shared folder
    such as `/tmp` anybody can lay one.
    """
    folder = start.resolve()
    if not folder.is_dir():
        folder = folder.parent
    candidates = (folder, *folder.parents)
    for candidate in candidates:
        if is_trusted(candidate / ".git", folder):
            return candidate
    for candidate in candidates:
        if _is_configured(candidate):
            return candidate
    return folder


def is_trusted(dot_git: Path, start: Path) -> bool:
    """Whether a `.git` at or above the folder `start` exists and belongs to the user, or to the owner of `start`."""
    try:
        owner = dot_git.lstat().st_uid
    except OSError:
        return False
    if not hasattr(os, "geteuid"):
        return True
    return dot_git.parent == start or owner in (os.geteuid(), start.stat().st_uid)


def _is_configured(folder: Path) -> bool:
    if os.path.isfile(folder / "lintkit.toml"):  # noqa: PTH113
        return True
    if not os.path.lexists(folder / "pyproject.toml"):
        return False
    try:
        return bool(
            _LINTKIT_TABLE.search(Disk(os.fsencode(folder)).read(b"pyproject.toml", _LARGEST_PYPROJECT))
        )
    except DiskError:
        return False
