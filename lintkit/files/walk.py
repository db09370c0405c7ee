"""Listing a folder that is no git work tree, as git would list it if it were one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lintkit.budget import RuleLimitError
from lintkit.files.disk import Disk, DiskError, sentence
from lintkit.files.names import shown
from lintkit.globs.git import GitMatcher

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
    ignores = _Ignores(disk, report)
    pending = [top]
    while pending:
        folder = pending.pop()
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
            ignores.read(folder)
        for entry in entries:
            if entry.name == b".git":
                continue
            name = folder + entry.name
            link = entry.is_symlink()
            is_folder = not link and entry.is_dir(follow_symlinks=False)
            if is_folder and entry.name in JUNK:
                continue
            if ignores.ignores(name, is_folder):
                continue
            if is_folder:
                pending.append(name + b"/")
            else:
                yield Listed(name, link, not link and not entry.is_file(follow_symlinks=False))


class _Ignores:
    """The ignore files that the walk has come by; those of folders that it has not entered count nowhere."""

    def __init__(self, disk: Disk, report: Callable[[bytes, str], None]) -> None:
        self._disk = disk
        self._report = report
        self._lines: dict[str, Sequence[str]] = {}
        self._matcher: GitMatcher | None = GitMatcher(self._lines)

    def read(self, folder: bytes) -> None:
        """Read the one in `folder`, which ends in `/` or is empty."""
        name = folder + b".gitignore"
        try:
            text = shown(self._disk.read(name, _LARGEST_IGNORE_FILE))
        except DiskError as error:
            self._report(name, f"{error} Nothing is ignored by it.")
            return
        self._lines[shown(folder.rstrip(b"/"))] = text.split("\n")

    def ignores(self, name: bytes, is_folder: bool) -> bool:
        """Whether a name, whose folders are not, is ignored."""
        if not self._lines or self._matcher is None:
            return False
        try:
            found = self._matcher.decides(shown(name), is_folder=is_folder)
        except RuleLimitError:
            self._matcher = None
            self._report(
                name.rpartition(b"/")[0],
                "So many lines of its ignore files have nothing but wildcards in them that they are not compared with "
                "the rest of its files: nothing more is ignored.",
            )
            return False
        return found is not None and found.ignored
