"""What is checked: a work tree, the git index, or a git revision, behind one interface.

Paths are text with `/` between the parts, relative to the root. The bytes of a name that is not UTF-8 are
shown as `\\xNN`; the tree knows which file is meant.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lintkit.files.disk import Disk, DiskError, too_large
from lintkit.files.names import is_temporary, printable, shown, stays_inside
from lintkit.model import Notification, Revision

if TYPE_CHECKING:
    from lintkit.files.git import BlobReader, Repository

LARGEST_FILE = 5_000_000
"""Files of more bytes than this are not read: no person writes them, and parsing them takes minutes."""

REGULAR = 0o100644
EXECUTABLE = 0o100755
LINK = 0o120000
SKIPPED_FILE = "lintkit/skipped-file"

_OUTSIDE = "Its path leads out of the root or into `.git`, which no sound repository has, so it was not read."


class TreeError(Exception):
    """A file, or a whole tree, that cannot be read; the message is a sentence that says why, without the
    path.

    path    the file; empty for the tree
    failed  the file is there and should have been read, so that the check is not whole
    """

    def __init__(self, message: str, path: str = "", failed: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.failed = failed

    def __reduce__(self) -> tuple[type[TreeError], tuple[str, str, bool]]:
        return type(self), (self.message, self.path, self.failed)


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file of a tree.

    tracked  git's index (or the revision) has it
    mode     as git writes modes: REGULAR, EXECUTABLE or LINK; a walk without git does not ask who may execute
             a file
    named    it was asked for by name, so that neither ignore files nor folders of installed packages hide it
    skipped  a sentence that says why it cannot be read; empty if it can
    """

    path: str
    tracked: bool = False
    mode: int = REGULAR
    named: bool = False
    skipped: str = ""


class Tree(Protocol):
    """Files by path. `paths` may be called often, and lists once."""

    @property
    def root(self) -> Path:
        """The folder that paths are relative to."""
        ...

    def paths(self) -> Iterable[TreeEntry]:
        """All files, sorted by path. Raises TreeError if the tree cannot be listed."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises TreeError for all but a regular file of at most LARGEST_FILE bytes."""
        ...

    def size(self, path: str) -> int:
        """The number of bytes of a file. Raises TreeError."""
        ...

    def revision(self) -> Revision:
        """Where the tree comes from; never raises."""
        ...


def open_tree(
    root: Path,
    *,
    index: bool = False,
    revision: str | None = None,
    named: Sequence[str] = (),
    git: bool = True,
) -> Tree:
    """The tree below `root`: the work tree, what is staged (`index`), or a revision of git.

    named  paths relative to the root that a work tree holds even if ignore files hide them, as the system has
           them: with surrogates for bytes that are not UTF-8
    git    False lists a work tree by walking it
    Raises TreeError if `root` is no folder, or git is asked for and cannot serve.
    """
    try:
        resolved = root.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise TreeError("The folder to check does not exist or cannot be read.", str(root)) from None
    if not resolved.is_dir():
        raise TreeError(
            "What is to be checked is no folder; give its folder, or the file as an argument.", str(root)
        )
    if index:
        return GitIndex(resolved)
    if revision is not None:
        return GitRevision(resolved, revision)
    return WorkTree(resolved, named, git=git)


def notifications_of(tree: Tree) -> tuple[Notification, ...]:
    """What a tree has to say about its listing; a tree that never has anything to say need not offer it."""
    found: tuple[Notification, ...] = getattr(tree, "notifications", ())
    return found


class WorkTree:
    """The files on disk.

    In a git work tree those that git tracks and that still exist, and the untracked ones that it does not
    ignore; submodules and other repositories inside are not entered. Elsewhere, or where git is not asked, a
    walk (walk.py). Where there is a repository and git cannot serve, nothing is listed: a check without what git
    knows would look like a clean one. Links are listed and never followed: a link's target inside the root is a file
    of its own.
    """

    def __init__(self, root: Path, named: Sequence[str] = (), *, git: bool = True) -> None:
        self.root = root
        self._git = git
        self.notifications: tuple[Notification, ...] = ()
        self._disk = Disk(os.fsencode(root))
        self._named = tuple(named)
        self._entries: tuple[TreeEntry, ...] | None = None
        self._names: dict[str, bytes] = {}
        self._repository: Repository | None = None

    def paths(self) -> tuple[TreeEntry, ...]:
        """All files, sorted by path. Raises TreeError where git cannot serve."""
        if self._entries is None:
            self._entries = self._list()
        return self._entries

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises TreeError."""
        try:
            return self._disk.read(self._name(path), LARGEST_FILE)
        except DiskError as error:
            raise TreeError(str(error), path, error.failed) from None

    def size(self, path: str) -> int:
        """The number of bytes of a file. Raises TreeError."""
        try:
            return self._disk.status(self._name(path)).st_size
        except DiskError as error:
            raise TreeError(str(error), path) from None

    def revision(self) -> Revision:
        """The commit that is checked out, whatever was changed since."""
        try:
            self.paths()
        except TreeError:
            return Revision()
        return Revision() if self._repository is None else _revision(self._repository)

    def anew(self) -> WorkTree:
        """The same folder, to be listed once more."""
        return WorkTree(self.root, self._named, git=self._git)

    def _name(self, path: str) -> bytes:
        return self._names.get(path) or path.encode("utf-8", "surrogateescape")

    def _list(self) -> tuple[TreeEntry, ...]:
        from lintkit.files.git import GitError, open_repository

        listing = _Listing(self._disk)
        try:
            self._repository = open_repository(self.root) if self._git else None
            if self._repository is None or not _list_with_git(self._repository, listing):
                _list_by_walking(b"", listing)
        except GitError as error:
            self._repository = None
            raise TreeError(
                f"{error} `--no-git` checks the folder as it is, and then rules about tracked files find nothing."
            ) from None
        if self._git and self._repository is None:
            above = _passed_over(self.root)
            if above is not None:
                listing.notifications.append(
                    Notification(
                        "warning",
                        f"{printable(str(above))} belongs to another user and was not asked about this folder, so "
                        "rules about tracked files find nothing; run lintkit there, or give it as `--root`.",
                    )
                )
        for path in self._named:
            _add_named(path, listing)
        self._names = listing.names
        self.notifications = tuple(listing.notifications)
        return tuple(sorted(listing.entries.values(), key=lambda entry: entry.path))


def _passed_over(root: Path) -> Path | None:
    """The nearest `.git` above `root`, of a work tree that was not believed to be that of `root`."""
    above = (folder / ".git" for folder in root.parents)
    return next((found for found in above if os.path.lexists(found)), None)


class _Listing:
    """A listing of files on disk while it is made."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.entries: dict[str, TreeEntry] = {}
        self.names: dict[str, bytes] = {}
        self.notifications: list[Notification] = []

    def note(self, name: bytes, message: str) -> None:
        """Say why something was passed over."""
        self.notifications.append(Notification("note", message, SKIPPED_FILE, shown(name)))

    def add(self, name: bytes, *, tracked: bool, mode: int, named: bool = False) -> None:
        """Take a file in."""
        path = shown(name)
        if not stays_inside(name):
            self.note(name, _OUTSIDE)
            return
        if not tracked and is_temporary(name):
            self.note(name, "It was left behind by a lintkit that was killed while it wrote; delete it.")
            return
        # Only a path with a backslash can stand for other bytes than its own.
        if "\\" in path and self.names.setdefault(path, name) != name:
            self.note(
                name,
                "Its name differs from another one only in bytes that are not UTF-8; it was not read.",
            )
            return
        skipped = _link_problem(self.disk, name) if mode == LINK else ""
        self.entries[path] = TreeEntry(path, tracked, mode, named, skipped)


def _list_with_git(repository: Repository, listing: _Listing) -> bool:
    """Take in what git lists below the root; False if that is nothing, as in a folder that it ignores."""
    from lintkit.files.git import parse_records

    done = repository.call(
        ("ls-files", "-z", "-t", "--stage", "--cached", "--others", "--deleted", "--exclude-standard")
    )
    if b"could not open directory" in done.stderr:
        listing.notifications.append(
            Notification(
                "warning", "git may not read at least one folder, so its files were not seen.", SKIPPED_FILE
            )
        )
    deleted = set()
    tracked: dict[bytes, bytes] = {}
    untracked = []
    sparse = []
    for record in parse_records(done.stdout):
        tag = record[:1]
        if tag == b"?":
            untracked.append(record[2:])
            continue
        fields, _, name = record.partition(b"\t")
        if tag == b"R":
            deleted.add(name)
        else:
            tracked[name] = fields[2:8]
            if tag == b"S":
                sparse.append(name)
    for name in sparse:
        if not os.path.lexists(listing.disk.location(name)):
            deleted.add(name)
    modes = {b"100644": REGULAR, b"100755": EXECUTABLE, b"120000": LINK}
    for name, mode in tracked.items():
        if mode == b"160000":
            listing.note(name, "It is a git submodule; check it in its own repository.")
        elif name not in deleted and mode in modes:
            listing.add(name, tracked=True, mode=modes[mode])
    for name in untracked:
        if name.endswith(b"/"):
            listing.note(
                name.rstrip(b"/"), "It is a git repository of its own inside this one; check it there."
            )
        else:
            mode_on_disk = _mode_on_disk(listing.disk.location(name))
            if mode_on_disk is not None:
                listing.add(name, tracked=False, mode=mode_on_disk)
    return bool(tracked or untracked)


def _mode_on_disk(location: bytes) -> int | None:
    try:
        mode = os.lstat(location).st_mode
    except OSError:
        return None
    if stat.S_ISLNK(mode):
        return LINK
    return EXECUTABLE if stat.S_ISREG(mode) and mode & 0o100 else REGULAR


def _list_by_walking(start: bytes, listing: _Listing, *, named: bool = False) -> None:
    """Take in what a walk finds below `start`."""
    from lintkit.files.walk import walk
    from lintkit.kinds.recognise import kind_by_name

    for found in walk(listing.disk, start, listing.note):
        if not found.special:
            listing.add(found.name, tracked=False, mode=LINK if found.link else REGULAR, named=named)
        elif kind_by_name(shown(found.name)) is not None:
            listing.note(
                found.name, "It is a pipe, a socket or a device and no regular file, so it was not opened."
            )


def _add_named(asked: str, listing: _Listing) -> None:
    """Take in a file or folder that was asked for by name and that ignore files hide."""
    name = os.fsencode(asked)
    path = shown(name)
    if path in listing.entries:
        entry = listing.entries[path]
        listing.entries[path] = TreeEntry(path, entry.tracked, entry.mode, True, entry.skipped)
        return
    try:
        status = os.lstat(listing.disk.location(name))
    except (OSError, ValueError):
        return
    if stat.S_ISDIR(status.st_mode):
        prefix = path + "/" if path else ""
        if not any(known.startswith(prefix) for known in listing.entries):
            _list_by_walking(name, listing, named=True)
    elif stat.S_ISREG(status.st_mode):
        listing.add(name, tracked=False, mode=EXECUTABLE if status.st_mode & 0o100 else REGULAR, named=True)
    elif not stat.S_ISLNK(status.st_mode):
        listing.note(name, "It is a pipe, a socket or a device and no regular file, so it was not opened.")


def _link_problem(disk: Disk, name: bytes) -> str:
    """Why a link is worth a word: it leads out of the root, or nowhere. Empty if its target is inside."""
    from lintkit.kinds.recognise import kind_by_name

    root = disk.location(b"")
    try:
        target = os.path.realpath(root + name, strict=True)
    except OSError:
        broken = kind_by_name(shown(name)) is not None
        return "It is a symbolic link that leads nowhere, so no rule has seen it." if broken else ""
    return (
        ""
        if (target + b"/").startswith(root)
        else "It is a symbolic link that leads out of the root; it was not followed."
    )


class _GitObjects:
    """Paths and the blobs they stand for, as one command of git lists them."""

    def __init__(self, root: Path, repository: Repository, command: Sequence[str], parse: _Parse) -> None:
        self.root = root
        self._repository = repository
        self._command = tuple(command)
        self._parse = parse
        self._entries: tuple[TreeEntry, ...] | None = None
        self._blobs: dict[str, str] = {}
        self._sizes: dict[str, int] | None = None
        self._reader: BlobReader | None = None

    def paths(self) -> tuple[TreeEntry, ...]:
        """All files below the root, sorted. Raises TreeError."""
        if self._entries is None:
            from lintkit.files.git import GitError, parse_records

            try:
                files = self._parse(parse_records(self._repository.run(*self._command)))
                self._entries = tuple(sorted(self._taken(files), key=lambda entry: entry.path))
            except GitError as error:
                raise TreeError(str(error)) from None
        return self._entries

    def _taken(self, files: Mapping[bytes, tuple[int, str]]) -> Iterable[TreeEntry]:
        for name, (mode, blob) in files.items():
            path = shown(name)
            if path in self._blobs or mode not in (REGULAR, EXECUTABLE, LINK) or not stays_inside(name):
                continue
            self._blobs[path] = blob
            yield TreeEntry(path, True, mode, False, self._link_problem(path, blob) if mode == LINK else "")

    def _link_problem(self, path: str, blob: str) -> str:
        target = self._content(blob, 4096) or b""
        end = posixpath.normpath(posixpath.join(posixpath.dirname(path), shown(target)))
        if end == ".." or end.startswith(("../", "/")):
            return "It is a symbolic link that leads out of the root; it was not followed."
        return ""

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises TreeError."""
        from lintkit.files.git import GitError

        self.paths()
        blob = self._blobs.get(path)
        if blob is None:
            raise TreeError("git has no such file there.", path)
        try:
            data = self._content(blob, LARGEST_FILE)
        except GitError as error:
            raise TreeError(str(error), path, True) from None
        if data is None:
            size = self.size(path)
            if size > LARGEST_FILE:
                raise TreeError(too_large(size, LARGEST_FILE), path)
            raise TreeError(
                "git could not deliver its content, so no rule has seen it; run `git fsck`.", path, True
            )
        return data

    def blob(self, path: str) -> str:
        """git's hash of a file; empty for none."""
        self.paths()
        return self._blobs.get(path, "")

    def size(self, path: str) -> int:
        """The number of bytes of a file. Raises TreeError."""
        from lintkit.files.git import GitError, blob_sizes

        self.paths()
        if self._sizes is None:
            try:
                self._sizes = blob_sizes(self._repository, self._blobs.values())
            except GitError as error:
                raise TreeError(str(error), path) from None
        size = self._sizes.get(self._blobs.get(path, ""))
        if size is None:
            raise TreeError(
                "git does not have its content here, so no rule has seen it; fetch it first.", path, True
            )
        return size

    def _content(self, blob: str, largest: int) -> bytes | None:
        from lintkit.files.git import BlobReader

        if self._reader is None:
            self._reader = BlobReader(self._repository)
        return self._reader.read(blob, largest)


class GitIndex(_GitObjects):
    """What is staged: the files of the index, with their staged contents; of a conflict our side."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, _repository(root), ("ls-files", "-z", "--stage"), _of_index)

    def revision(self) -> Revision:
        """The commit that the index will become the child of."""
        return _revision(self._repository)


class GitRevision(_GitObjects):
    """The files of one commit; nothing is checked out."""

    def __init__(self, root: Path, revision: str, *, fork: bool = False) -> None:
        """The commit that `revision` names, or (`fork`) the one at which it and what is checked out part ways.

        Where git knows no such fork, as in a shallow clone, it is `revision` itself.
        Raises TreeError if git knows no such revision.
        """
        from lintkit.files.git import GitError, commit_of, fork_point

        repository = _repository(root)
        try:
            self.commit = commit_of(repository, revision)
            if fork:
                self.commit = fork_point(repository, self.commit) or self.commit
        except GitError as error:
            raise TreeError(str(error)) from None
        # In a folder below the top `ls-tree` takes that folder, and names relative to it.
        super().__init__(root, repository, ("ls-tree", "-r", "-z", self.commit), _of_commit)

    def revision(self) -> Revision:
        """The commit, and its branch if it is the one that is checked out."""
        current = _revision(self._repository)
        if current.revision_id == self.commit:
            return current
        return Revision(current.repository_uri, self.commit)


class _Parse(Protocol):
    def __call__(self, records: Iterable[bytes], /) -> Mapping[bytes, tuple[int, str]]: ...


def _of_index(records: Iterable[bytes]) -> dict[bytes, tuple[int, str]]:
    """`<mode> <hash> <stage>TAB<name>`; of a conflict stage 2 is ours, 3 theirs, 1 what both began with."""
    files: dict[bytes, tuple[int, str]] = {}
    stages: dict[bytes, bytes] = {}
    for record in records:
        fields, _, name = record.partition(b"\t")
        mode, blob, stage = fields.split(b" ")
        if name not in files or stage == b"2" or (stage == b"3" and stages[name] == b"1"):
            files[name] = int(mode, 8), blob.decode("ascii")
            stages[name] = stage
    return files


def _of_commit(records: Iterable[bytes]) -> dict[bytes, tuple[int, str]]:
    """`<mode> <type> <hash>TAB<name>`."""
    files = {}
    for record in records:
        fields, _, name = record.partition(b"\t")
        mode, _, blob = fields.split(b" ")
        files[name] = int(mode, 8), blob.decode("ascii")
    return files


def _repository(root: Path) -> Repository:
    from lintkit.files.git import GitError, open_repository

    try:
        repository = open_repository(root)
    except GitError as error:
        raise TreeError(str(error)) from None
    if repository is None:
        raise TreeError(
            "this folder is no git work tree, so it has neither an index nor revisions to compare with; "
            "`lintkit baseline` and --baseline do without git"
        )
    return repository


def _revision(repository: Repository) -> Revision:
    from lintkit.files.git import GitError, head, origin

    try:
        commit, branch = head(repository)
        return Revision(origin(repository), commit, branch)
    except GitError:
        return Revision()
