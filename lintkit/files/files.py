"""Which files of a tree are read, and as what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lintkit.files.disk import too_large
from lintkit.files.tree import (
    LARGEST_FILE,
    LINK,
    SKIPPED_FILE,
    Tree,
    TreeEntry,
    TreeError,
    notifications_of,
)
from lintkit.formats.sniff import is_binary, is_pointer, sniffable
from lintkit.globs.paths import PathGlobs
from lintkit.kinds.recognise import kind_by_name, kind_of, needs_content, template_stem
from lintkit.kinds.registry import FILE_KINDS
from lintkit.model import Kind, Notification, SourceFile

_PACKAGE_FOLDERS = frozenset(
    {"node_modules", "bower_components", "site-packages", ".venv", "__pypackages__", ".terraform"}
)

_POINTER = "It is a pointer of Git LFS, whose content is not here, so no rule has seen it."
_BINARY = "It is binary (or UTF-16 without a byte order mark), so no rule has seen it."
_TEMPLATED = frozenset(kind.name for kind in FILE_KINDS if kind.templated)
_TEMPLATE_BY_NAME = "It is a template by its name, so no rule has seen it; check what it renders to."
_TEMPLATE = (
    "It is a Helm or Jinja template and no YAML yet, so no rule has seen it; check what it renders to."
)


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A file that will be read, and as what."""

    path: str
    kind: Kind
    tracked: bool = False


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a tree holds.

    files          those that lintkit reads, sorted by path
    notifications  what was skipped and why, sorted by path
    paths          every file of the tree, also of no kind; without those that `exclude` names
    tracked        those of `paths` that git tracks; empty outside a git work tree
    excluded       what `exclude` left out
    """

    files: tuple[SourceEntry, ...]
    notifications: tuple[Notification, ...]
    paths: frozenset[str]
    tracked: frozenset[str]
    excluded: frozenset[str] = frozenset()


def discover(tree: Tree, exclude: Sequence[str] = ()) -> Discovery:
    """Find the files of `tree` and their kinds.

    exclude  patterns as in a `.gitignore` at the root; they also hold for files that were named on the
             command line, because pre-commit names every file that changed
    Only YAML and files without a suffix are opened for it. Links are never read: a target inside the root is
    listed itself. Raises TreeError if the tree cannot be listed.
    """
    listed = tuple(tree.paths())
    is_excluded = PathGlobs(exclude).matches
    excluded = (
        frozenset(entry.path for entry in listed if is_excluded(entry.path)) if exclude else frozenset()
    )
    entries = [entry for entry in listed if entry.path not in excluded] if excluded else listed
    paths = frozenset([entry.path for entry in entries])
    notes = [
        note
        for note in notifications_of(tree)
        if not (note.path and (note.path in excluded or is_excluded(note.path)))
    ]
    folders = _Folders(paths)
    files = []
    for entry in entries:
        kind = kind_by_name(entry.path)
        if kind is None and not needs_content(entry.path, kind) and not entry.skipped:
            if template_stem(entry.path) in _TEMPLATED and not folders.hide(entry):
                notes.append(_skip(entry.path, _TEMPLATE_BY_NAME))
            continue
        if folders.hide(entry):
            continue
        if entry.mode == LINK or entry.skipped:
            if entry.skipped:
                notes.append(_skip(entry.path, entry.skipped))
            continue
        if needs_content(entry.path, kind):
            kind, reason, failed = _look_inside(tree, entry.path, kind, folders)
            if reason:
                notes.append(_skip(entry.path, reason, failed=failed))
        if kind is not None:
            files.append(SourceEntry(entry.path, kind, entry.tracked))
    notes.extend(folders.notifications())
    tracked = frozenset([entry.path for entry in entries if entry.tracked])
    notes.sort(key=lambda note: (note.path, note.message))
    return Discovery(tuple(files), tuple(notes), paths, tracked, excluded)


def own_entries(entries: Sequence[TreeEntry]) -> tuple[TreeEntry, ...]:
    """Those of `entries` that are the project's own: not in installed packages, not in a project template."""
    folders = _Folders([entry.path for entry in entries])
    return tuple(entry for entry in entries if not folders.hide(entry))


def _look_inside(
    tree: Tree, path: str, kind: Kind | None, folders: _Folders
) -> tuple[Kind | None, str, bool]:
    """The kind by content; a sentence if a file whose name promises a kind is skipped, and if that is a failure."""
    try:
        data = tree.read(path)
    except TreeError as error:
        return None, "" if kind is None else str(error), error.failed
    if kind is None:
        return kind_of(path, data), "", False
    if kind == "json" and (len(data) > LARGEST_FILE or b'"apiVersion"' not in data):
        return kind, "", False  # what is wrong with it is told where it is read
    if len(data) > LARGEST_FILE:
        return None, too_large(len(data), LARGEST_FILE), False
    if is_binary(data):
        return None, _BINARY, False
    if is_pointer(data):
        return None, _POINTER, False
    found = kind_of(path, data)
    if found is None or (folders.is_helm_template(path) and b"{{" in sniffable(data)):
        return None, _TEMPLATE, False
    return found, "", False


def load(tree: Tree, entry: SourceEntry) -> SourceFile:
    """Read a file. Raises TreeError if it is gone, unreadable, too large, or binary where text is expected.

    A key store is binary, and is no configuration that somebody would miss in the report.
    """
    data = tree.read(entry.path)
    if len(data) > LARGEST_FILE:
        raise TreeError(too_large(len(data), LARGEST_FILE), entry.path)
    if entry.kind != "text" and is_binary(data):
        raise TreeError(_BINARY, entry.path)
    if is_pointer(data):
        raise TreeError(_POINTER, entry.path)
    return SourceFile(entry.path, entry.kind, data, entry.tracked)


def _skip(path: str, message: str, *, failed: bool = False) -> Notification:
    return Notification("error" if failed else "note", message, SKIPPED_FILE, path)


class _Folders:
    """Folders whose files are not the project's own configuration, or are not configuration yet."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._helm: set[str] = set()
        self._packages: set[str] = set()
        self._hidden: dict[tuple[str, str], int] = {}
        for path in paths:
            folder, slash, name = path.rpartition("/")
            if name == "Chart.yaml":
                self._helm.add(folder + slash + "templates")
            elif (slash and name == "pyvenv.cfg") or (
                name in ("modules.txt", "autoload.php") and folder.rpartition("/")[2] == "vendor"
            ):
                self._packages.add(folder)

    def is_helm_template(self, path: str) -> bool:
        """Whether a file lies in the `templates` folder of a Helm chart."""
        return bool(self._helm) and any(folder in self._helm for folder in _ancestors(path))

    def hide(self, entry: TreeEntry) -> bool:
        """Whether a file lies among installed packages or in a project template, and was not named."""
        if entry.named or "/" not in entry.path:
            return False
        *parts, _ = entry.path.split("/")
        if not self._packages and _PACKAGE_FOLDERS.isdisjoint(parts) and "{" not in entry.path:
            return False
        for count, part in enumerate(parts, 1):
            folder = "/".join(parts[:count])
            if part in _PACKAGE_FOLDERS or folder in self._packages:
                return self._count(folder, "installed packages")
            if "{{" in part or "{%" in part:
                return self._count(folder, "a project template")
        return False

    def _count(self, folder: str, what: str) -> bool:
        self._hidden[folder, what] = self._hidden.get((folder, what), 0) + 1
        return True

    def notifications(self) -> Iterable[Notification]:
        """One word for each folder that was hidden."""
        for (folder, what), count in self._hidden.items():
            files = "1 file" if count == 1 else f"{count} files"
            yield _skip(
                folder,
                f"It holds {what}, so no rule has seen {files} in it; name one as an argument to check it.",
            )


def _ancestors(path: str) -> Iterable[str]:
    position = path.rfind("/")
    while position > 0:
        path = path[:position]
        yield path
        position = path.rfind("/")
