"""A tree whose files are read once in a run, however many steps ask for them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from lintkit.files.tree import Tree, TreeEntry, TreeError, notifications_of
from lintkit.model import Notification, Revision

LARGEST_KEPT = 64_000_000
"""How many bytes are kept for those who ask again; what is read beyond that is read again."""


class ReadOnce:
    """`tree`, each of whose files is read once and kept; what cannot be read is not tried again.

    A process that was forked keeps nothing: it reads what it checks, and nobody asks it again.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._kept: dict[str, bytes] = {}
        self._failed: dict[str, TreeError] = {}
        self._left = LARGEST_KEPT
        self._owner = os.getpid()

    @property
    def root(self) -> Path:
        """The folder that paths are relative to."""
        return self._tree.root

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """What the tree has to say about its listing."""
        return notifications_of(self._tree)

    def paths(self) -> Iterable[TreeEntry]:
        """All files, sorted by path. Raises TreeError if the tree cannot be listed."""
        return self._tree.paths()

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises TreeError as the tree does."""
        data = self._kept.get(path)
        if data is not None:
            return data
        if path in self._failed:
            error = self._failed[path]
            raise TreeError(error.message, error.path, error.failed)
        try:
            data = self._tree.read(path)
        except TreeError as error:
            self._failed[path] = error
            raise
        if len(data) <= self._left and os.getpid() == self._owner:
            self._left -= len(data)
            self._kept[path] = data
        return data

    def size(self, path: str) -> int:
        """The number of bytes of a file. Raises TreeError."""
        return self._tree.size(path)

    def revision(self) -> Revision:
        """Where the tree comes from; never raises."""
        return self._tree.revision()
