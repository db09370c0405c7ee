"""A tree some of whose files have other bytes than the tree says: fixes are tried before they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lintkit.files.tree import Tree, TreeEntry, notifications_of
from lintkit.model import Notification, Revision


@dataclass(frozen=True, slots=True)
class OverlayTree:
    """`below` with the bytes of `files` over it; a path that `below` lacks is an untracked file."""

    below: Tree
    files: Mapping[str, bytes]

    @property
    def root(self) -> Path:
        """The root of the tree below."""
        return self.below.root

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """What the tree below says about its listing."""
        return notifications_of(self.below)

    def paths(self) -> Sequence[TreeEntry]:
        """All files, sorted."""
        entries = list(self.below.paths())
        known = {entry.path for entry in entries}
        new = [TreeEntry(path, tracked=False) for path in self.files if path not in known]
        return sorted([*entries, *new], key=lambda entry: entry.path)

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises TreeError where there is none."""
        return self.files[path] if path in self.files else self.below.read(path)

    def size(self, path: str) -> int:
        """The number of bytes of a file."""
        return len(self.files[path]) if path in self.files else self.below.size(path)

    def revision(self) -> Revision:
        """Where the tree below comes from."""
        return self.below.revision()
