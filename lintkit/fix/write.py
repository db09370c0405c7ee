"""Writing changed files: whole or not at all, never outside the root, only over what was checked."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lintkit.fix.repair import Change
from lintkit.model import Notification


def write_changes(root: Path, changes: Sequence[Change]) -> tuple[tuple[str, ...], tuple[Notification, ...]]:
    """Write `changes` below `root`; returns the paths that were written, and why others were not.

    Each file is replaced in one step by a new one with the same permissions. A file whose bytes are no longer
    `before`, one that a symbolic link leads out of the root, and one without write permission are left alone.
    """
    written: list[str] = []
    notes: list[Notification] = []
    for change in changes:
        try:
            problem = _write(root, change)
        except OSError as error:
            problem = f"could not be written ({error.strerror or type(error).__name__})"
        except RuntimeError:
            problem = "is a symbolic link that leads to itself"
        if problem:
            notes.append(Notification("error", f"{problem}; its fixes are not applied", "", change.path))
        else:
            written.append(change.path)
    return tuple(written), tuple(notes)


def replace_file(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write `data` to `path` by way of a temporary file in its folder, so that nobody ever sees half of it.

    mode  permissions of the file; those that the system gives a new file if None
    Raises OSError.
    """
    with replacing(path, mode) as file:
        file.write(data)


@contextmanager
def replacing(path: Path, mode: int | None = None) -> Iterator[BinaryIO]:
    """As `replace_file`, for what is written piece by piece."""
    descriptor, name = tempfile.mkstemp(prefix=".lintkit-", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_new_file_mode() if mode is None else mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _write(root: Path, change: Change) -> str:
    """Write one change; returns why it was not written, or nothing."""
    root = root.resolve()
    path = (root / change.path).resolve()
    if not path.is_relative_to(root) or ".git" in path.relative_to(root).parts:
        return "leads out of the work tree"
    try:
        status = path.stat()
    except FileNotFoundError:
        if change.before is not None:
            return "was deleted while lintkit ran"
        replace_file(path, change.after)
        return ""
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if path.read_bytes() != change.before:
        return "changed while lintkit ran"
    if not os.access(path, os.W_OK):
        return "is not writable"
    replace_file(path, change.after, stat.S_IMODE(status.st_mode))
    return ""


def _new_file_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
