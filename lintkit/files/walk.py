"""Listing a folder that is no git work tree, as git would list it if it were one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lintkit.files.disk import Disk, DiskError, sentence
from lintkit.files.names import shown
from lintkit.files.patterns import NestedIgnores

JUNK = frozenset(
    {
        b".git",
        b".hg",
        b".svn",
        b".bzr",
        b".jj",
        b"node_modules",
        b"bower_components",
        b"__pycache__",
        b"__pypackages__",
        b"site-packages",
        b".venv",
        b".direnv",
        b".tox",
        b".nox",
        b".eggs",
        b".mypy_cache",
        b".pytest_cache",
        b".ruff_cache",
        b".terraform",
    }
)
"""Folders that a walk does not enter: version control, installed packages, caches. A work tree of git needs
no such list, because there `.gitignore` says what is not the project's own."""

_LARGEST_IGNORE_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One name that a walk found; `link` for a symbolic link, `special` for a pipe, socket or device."""

    name: bytes
    link: bool = False
    special: bool = False


def walk(disk: Disk, start: bytes, report: Callable[[bytes, str], None]) -> Iterator[Listed]:
    """All files below the folder `start` (relative to the disk's root; empty for the root) that are not
    ignored.

    Nested `.gitignore` files count from `start` downwards, as git reads them; links are listed and not
    followed; a folder with a `pyvenv.cfg` is a virtual environment and not entered, unless it is `start`.
    `report` is told of a path and a sentence where something could not be read. Order is that of the disk.
    """
    top = start.rstrip(b"/") + b"/" if start else b""
    pending: list[tuple[bytes, NestedIgnores]] = [(top, NestedIgnores())]
    while pending:
        folder, ignores = pending.pop()
        try:
            with os.scandir(disk.location(folder)) as found:
                entries = list(found)
        except OSError as error:
            report(folder.rstrip(b"/"), sentence(error))
            continue
        names = {entry.name for entry in entries}
        if b"pyvenv.cfg" in names and folder != top:
            continue
        # Ignore files are read as text in the names' own form, so that a name with odd bytes can still be
        # compared.
        if b".gitignore" in names:
            ignores = _with_ignore_file(disk, folder, ignores, report)
        for entry in entries:
            if entry.name == b".git":
                continue
            name = folder + entry.name
            link = entry.is_symlink()
            is_folder = not link and entry.is_dir(follow_symlinks=False)
            if is_folder and entry.name in JUNK:
                continue
            if ignores.ignores(shown(name), shown(entry.name), is_folder=is_folder):
                continue
            if is_folder:
                pending.append((name + b"/", ignores))
            else:
                yield Listed(name, link, not link and not entry.is_file(follow_symlinks=False))


def _with_ignore_file(
    disk: Disk, folder: bytes, ignores: NestedIgnores, report: Callable[[bytes, str], None]
) -> NestedIgnores:
    name = folder + b".gitignore"
    try:
        text = shown(disk.read(name, _LARGEST_IGNORE_FILE))
    except DiskError as error:
        report(name, f"{error} Nothing is ignored by it.")
        return ignores
    inner, passed_over = ignores.within(shown(folder), text.replace("\r\n", "\n").split("\n"))
    if passed_over:
        report(
            name, f"{passed_over} of its lines have too many wildcards to be matched, and were passed over."
        )
    return inner
