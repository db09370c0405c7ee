"""Where a path leads, and whether a link of an untrusted folder has a part in it."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

_MOST = 40
"""Links on one way before it counts as a circle, as in Linux."""

_OPAQUE = "/proc"
"""Links below are doors that only the system can open: `/proc/self/fd/1` says `pipe:[4711]`."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A path without links, or with links of `/proc` alone.

    location  absolute; it need not exist
    link      the first link on the way that lies in the folder that was asked about; None without one
    """

    location: Path
    link: Path | None


def follow(path: Path, folder: Path) -> Followed:
    """Follow `path` (relative to the current folder) link by link, and tell the first one that lies in `folder`.

    folder  resolved
    Raises OSError for links that run in a circle, or where the current folder is gone.
    """
    start = Path.cwd() / path
    here, rest = Path(start.anchor), list(reversed(start.parts[1:]))
    found: Path | None = None
    count = 0
    while rest:
        part = rest.pop()
        if part == "..":
            here = here.parent
            continue
        place = here / part
        if here.as_posix().startswith(_OPAQUE) or not _is_link(place):
            here = place
            continue
        count += 1
        if count > _MOST:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if found is None and _lies_in(place, folder):
            found = place
        target = Path(os.readlink(place))  # noqa: PTH115
        rest += reversed(target.parts[1:] if target.is_absolute() else target.parts)
        here = Path(target.anchor) if target.is_absolute() else here
    return Followed(here, found)


def leads_out(path: Path, root: Path) -> bool:
    """Whether a link in the repository around `root` takes `path` out of it; also true of links in a circle."""
    folder = repository_around(root.resolve())
    try:
        followed = follow(path, folder)
    except OSError:
        return True
    return followed.link is not None and not followed.location.is_relative_to(folder)


def repository_around(root: Path) -> Path:
    """The nearest folder at or above `root` (resolved) with a `.git`, whose links come with `root`; else `root`."""
    return next((folder for folder in (root, *root.parents) if os.path.lexists(folder / ".git")), root)


def _lies_in(link: Path, folder: Path) -> bool:
    """Whether a repository in `folder` may have brought `link`; `/dev` of a root `/` is the system's."""
    return link.is_relative_to(folder) and not link.is_relative_to("/dev")


def _is_link(path: Path) -> bool:
    """Whether `path` is a symbolic link, or a junction of Windows."""
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return False
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_reparse_tag", 0) == 0xA0000003)
