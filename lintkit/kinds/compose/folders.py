"""From which folder the paths in a compose file count: its own, or the one that says so where it is included."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lintkit.facts import ComposeFile, ComposeInclude
from lintkit.kinds.docker.images import normal

MAIN_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""What is started in a folder, the first of them that is there."""


@dataclass(frozen=True, slots=True)
class ComposeFolders:
    """`moved` holds the files whose paths count from another folder than their own, and that folder."""

    moved: Mapping[str, str]

    def of(self, path: str) -> str:
        """The folder from which paths in the file `path` count; any other file than compose has its own."""
        return self.moved.get(path, posixpath.dirname(path))

    def place(self, path: str, written: str) -> str:
        """What `written` in the file `path` names, relative to the root."""
        return normal(self.of(path), written)

    def found(self, path: str, written: str, paths: Collection[str]) -> str:
        """What `written` in the file `path` names, relative to the root, where it is there.

        A file may be given with `-f` on top of the one that is started in a folder above, whose paths then count. It is
        so where only the path from there is one of the tree.

        paths  of all files of the tree
        """
        place = self.place(path, written)
        folder, name = posixpath.split(path)
        if place in paths or path in self.moved or name in MAIN_FILES:
            return place
        while folder:
            folder = posixpath.dirname(folder)
            above = normal(folder, written)
            if above in paths and any(posixpath.join(folder, main) in paths for main in MAIN_FILES):
                return above
        return place


def included_groups(file: ComposeFile) -> Iterator[tuple[ComposeInclude, tuple[str, ...]]]:
    """Each entry of `include` whose files are known, with these files relative to the root."""
    folder = posixpath.dirname(file.path)
    for include in file.includes:
        group = tuple(normal(folder, name) for name in include.paths if name and "$" not in name)
        if group:
            yield include, group


def compose_folders(files: Iterable[ComposeFile]) -> ComposeFolders:
    """Read `project_directory` of all entries of `include`; without one, the folder of its first file counts."""
    moved: dict[str, str] = {}
    for file in sorted(files, key=lambda each: each.path):
        for include, group in included_groups(file):
            written = include.directory
            if "$" in written or posixpath.isabs(written):
                continue
            folder = normal(posixpath.dirname(file.path), written) if written else posixpath.dirname(group[0])
            for path in group:
                if folder != posixpath.dirname(path):
                    moved.setdefault(path, folder)
    return ComposeFolders(moved)
