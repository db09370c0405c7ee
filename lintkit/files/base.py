"""The tree that another one is compared with, and which of their files are equal."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from lintkit.files.tree import GitIndex, GitRevision, Tree, TreeError


def base_tree(root: Path, revision: str) -> GitRevision:
    """The commit at which `revision` and what is checked out part ways.

    What others have done on `revision` since then is nothing that the work at hand has brought or repaired.
    Raises TreeError if git knows no such revision.
    """
    return GitRevision(root.resolve(), revision, fork=True)


def head_tree(root: Path) -> GitRevision | None:
    """The commit that is checked out; None before the first one. Raises TreeError if git cannot serve."""
    root = root.resolve()
    return GitRevision(root, "HEAD") if GitIndex(root).revision().revision_id else None


def equal_files(tree: Tree, base: GitRevision, paths: Collection[str]) -> frozenset[str]:
    """Those of `paths` whose files have the same bytes in `tree` and in `base`. Raises TreeError.

    Files of the disk are hashed as git hashes them, so that nothing of the base is read for it.
    """
    paths = {entry.path for entry in base.paths()}.intersection(paths)
    if isinstance(tree, (GitIndex, GitRevision)):
        return frozenset(path for path in paths if tree.blob(path) == base.blob(path))
    return frozenset(path for path in paths if _is_blob(tree, path, base.blob(path)))


def _is_blob(tree: Tree, path: str, blob: str) -> bool:
    try:
        data = tree.read(path)
    except TreeError:
        return False
    digest = hashlib.sha256() if len(blob) == 64 else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest() == blob
