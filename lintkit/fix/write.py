"""Writing changed files: whole or not at all, never outside the root, only over what was checked."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lintkit.files.names import TEMPORARY
from lintkit.fix.repair import Change
from lintkit.model import Notification

_OPEN_FILES = "/proc/self/fd"


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
    """As `replace_file`, for what is written piece by piece.

    Where the system can (Linux, most file systems), the new file has no name until it is whole, so that nothing is
    left behind by a process that is killed; elsewhere it is called `.lintkit-….tmp` and removed by whatever ends the
    process but a SIGKILL.
    """
    descriptor = _nameless(path.parent)
    temporary: Path | None = None
    try:
        if descriptor is None:
            descriptor, name = tempfile.mkstemp(prefix=TEMPORARY[0], suffix=TEMPORARY[1], dir=path.parent)
            temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if temporary is None:
                temporary = _named(file.fileno(), path.parent)
        temporary.chmod(_new_file_mode() if mode is None else mode)
        temporary.replace(path)
    except BaseException:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise


def _nameless(folder: Path) -> int | None:
    """A new file without a name in `folder`, open for writing; None where the system has no such thing."""
    flag = getattr(os, "O_TMPFILE", 0)
    if not flag or not os.access(_OPEN_FILES, os.X_OK):
        return None
    try:
        return os.open(folder, flag | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:  # this file system has none; what else may be wrong, the usual way will say
        return None


def _named(descriptor: int, folder: Path) -> Path:
    """Give the file without a name a random one in `folder`."""
    while True:
        name = folder / f"{TEMPORARY[0]}{secrets.token_hex(8)}{TEMPORARY[1]}"
        try:
            # Only with a folder named does Python have the link of `/proc` followed to the file.
            os.link(f"{_OPEN_FILES}/{descriptor}", name, src_dir_fd=descriptor, follow_symlinks=True)
        except FileExistsError:
            continue
        return name


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
