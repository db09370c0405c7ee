"""Reading files of an untrusted folder: regular ones, never through a link, never more than asked for."""

from __future__ import annotations

import errno
import os
import stat

from lintkit.files.names import stays_inside

_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_REPARSE_POINT = 0x400
"""FILE_ATTRIBUTE_REPARSE_POINT: what Windows calls a folder that leads elsewhere."""


class DiskError(Exception):
    """A file that was not read; the message is a sentence that says why.

    failed  it is there and should have been read, so that the check is not whole
    """

    def __init__(self, message: str, *, failed: bool = False) -> None:
        super().__init__(message)
        self.failed = failed


class Disk:
    """The files below one resolved folder, by their names in bytes.

    Remembers which folders are real ones, so that a file below a linked folder is refused without asking for
    each file.
    """

    def __init__(self, root: bytes) -> None:
        self._root = root.rstrip(b"/") + b"/"
        self._real: dict[bytes, bool] = {b"": True}

    def location(self, name: bytes) -> bytes:
        """Where a file is on disk."""
        return self._root + name

    def status(self, name: bytes) -> os.stat_result:
        """The status of a regular file, not following a link. Raises DiskError for anything else."""
        folder = name.rpartition(b"/")[0]
        if not stays_inside(name):
            raise DiskError("Its path leads out of the root or into `.git`, so it was not read.")
        if not self._is_real(folder):
            raise DiskError("It lies below a link or no longer exists, so it was not read.")
        try:
            status = os.lstat(self._root + name)
        except (OSError, ValueError) as error:
            raise DiskError(sentence(error), failed=is_failure(error)) from None
        if not stat.S_ISREG(status.st_mode):
            raise DiskError(f"It is {_what(status.st_mode)} and no regular file, so it was not opened.")
        return status

    def read(self, name: bytes, largest: int) -> bytes:
        """The bytes of a regular file of at most `largest` bytes. Raises DiskError for anything else."""
        status = self.status(name)
        if status.st_size > largest:
            raise DiskError(too_large(status.st_size, largest))
        try:
            descriptor = os.open(self._root + name, _OPEN_FLAGS)
        except OSError as error:
            raise DiskError(sentence(error), failed=is_failure(error)) from None
        try:
            opened = os.fstat(descriptor)
            if not stat.S_ISREG(opened.st_mode):
                raise DiskError(f"It is {_what(opened.st_mode)} and no regular file, so it was not read.")
            chunks: list[bytes] = []
            length = 0
            while chunk := os.read(descriptor, opened.st_size + 1 if not chunks else 65536):
                chunks.append(chunk)
                length += len(chunk)
                if length > largest:
                    raise DiskError(too_large(length, largest))
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        except OSError as error:
            raise DiskError(sentence(error), failed=is_failure(error)) from None
        finally:
            os.close(descriptor)

    def _is_real(self, folder: bytes) -> bool:
        known = self._real.get(folder)
        if known is None:
            known = self._is_real(folder.rpartition(b"/")[0]) and _is_folder(self._root + folder)
            self._real[folder] = known
        return known


def _is_folder(path: bytes) -> bool:
    """Whether `path` is a folder itself and not a link or junction to one."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(status.st_mode) and not getattr(status, "st_file_attributes", 0) & _REPARSE_POINT


def _what(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def too_large(size: int, largest: int) -> str:
    """The sentence for a file of `size` bytes when at most `largest` are read."""
    return (
        f"It has {size / 1e6:.1f} MB, and lintkit reads files of at most {largest / 1e6:g} MB, so no "
        "rule has seen it; `exclude` keeps this quiet."
    )


def is_failure(error: OSError | ValueError) -> bool:
    """Whether an error of the system keeps from reading what is there; a file that vanished is none to read."""
    number = error.errno if isinstance(error, OSError) else None
    return number not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def sentence(error: OSError | ValueError) -> str:
    """Why the operating system did not let a file be read."""
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOENT, errno.ENOTDIR):
        return "It vanished while lintkit was running, so no rule has seen it."
    if number in (errno.EACCES, errno.EPERM):
        return "lintkit is not allowed to read it, so no rule has seen it; check its permissions."
    if number == errno.ELOOP:
        return "It became a symbolic link while lintkit was running, so it was not read."
    if number == errno.ENAMETOOLONG:
        return "Its path is too long for the operating system, so no rule has seen it."
    reason = os.strerror(number) if number is not None else "the name is not valid"
    return f"It cannot be read ({reason}), so no rule has seen it."
