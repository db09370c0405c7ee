"""Finding the configurations that apply to a root and its folders, and reading them with what they extend."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lintkit.config.build import Place, over
from lintkit.config.errors import ConfigError, nearest, quoted
from lintkit.config.model import Config, Source
from lintkit.config.read import (
    FILE,
    PYPROJECT,
    DiskReader,
    Reader,
    TreeReader,
    parse_table,
    read_table,
    shown,
)
from lintkit.files.links import leads_out
from lintkit.files.tree import LINK, Tree, TreeEntry
from lintkit.globs.home import Home

_MOST_EXTENDED = 50
_MOST_NESTED = 2000
_LARGEST_SUM = 1 << 23
"""Bytes of all configurations below the root: a repository of a thousand projects has a tenth of it."""


def load_config(root: Path, explicit: Path | None = None, *, tree: Tree | None = None) -> Config:
    """Read the configuration that applies to `root`, without those of folders below (`with_nested`).

    explicit  a file that the user names; otherwise the nearest `lintkit.toml`, or `pyproject.toml` with a
              `[tool.lintkit]` table, in `root` or above it. Without any, the default configuration.
    tree      an index or a commit whose files stand for those in `root`; None reads the disk
    Raises ConfigError for a file that is missing, cannot be read, or says what lintkit does not know.
    """
    root = root.resolve()
    if explicit is not None:
        if leads_out(explicit, root):
            raise ConfigError(
                "is reached through a symbolic link that leads out of the repository; name the file itself",
                shown(explicit),
            )
        path = explicit.absolute()
        folder = path.resolve().parent
        home = _home(root, folder) if root.is_relative_to(folder) else None
        loader = _Loader(DiskReader(root, trusted=True), home or Home())
        source = loader.source(path, required=True)
        if source is None:
            raise ConfigError("there is no such file; check the path given to `--config`", shown(path))
        return loader.load(path, source, Config())
    for folder in (root, *root.parents):
        inside: Reader = TreeReader(tree) if tree is not None else DiskReader(root)
        reader = inside if folder == root else DiskReader(root, trusted=True)
        config = _in_folder(_Loader(reader, _home(root, folder) or Home()), folder, Config())
        if config is not None:
            return config
    return Config()


def with_nested(config: Config, tree: Tree) -> Config:
    """`config` of the root with the configurations of the folders below it, read from `tree`.

    Files that `exclude` leaves out, and those of installed packages, do not count. What a configuration above
    requires holds below it. Raises ConfigError, and TreeError if the tree cannot be listed.
    """
    reader = TreeReader(tree)
    root = reader.root.resolve()
    found = replace(config, nested={})
    binding = {"": config.as_parents()}  # by folder; made once each, so that equal ones are the same
    size = 0
    for folder in _folders(tree):
        if found.excluded(f"{folder}/{FILE}"):
            continue
        above = [parent for one in found.around(folder) for parent in binding[one.folder]]
        start = Config(folder=folder, parents=tuple({id(parent): parent for parent in above}.values()))
        loader = _Loader(reader, Home(below=folder))
        nested = _in_folder(loader, root / folder, start)
        if nested is None:
            continue
        size += sum(len(reader.read(path) or b"") for path in loader.read)
        if size > _LARGEST_SUM or len(found.nested) >= _MOST_NESTED:
            raise ConfigError(
                f"there are more than {_MOST_NESTED} configurations below the root, or they are larger than "
                f"{_LARGEST_SUM >> 20} MiB together; leave some out with `exclude`",
                nested.path,
            )
        binding[folder] = nested.as_parents()
        found = replace(found, nested={**found.nested, folder: nested})
    return found


def parse_config(
    text: str, path: str = FILE, *, folder: Path | None = None, prefix: str = "", trusted: bool = False
) -> Config:
    """Read the text of a configuration; `[tool.lintkit]` is looked up if `path` is a `pyproject.toml`.

    path     the name used in messages
    folder   the folder that `rules` and `extend` are relative to; the current one if None
    prefix   the root seen from `folder`: empty, or a relative path that ends in `/`
    trusted  the user named the file, so that `rules` and `extend` may lead out of `folder`
    Raises ConfigError.
    """
    found = parse_table(text, path)
    if found is None:
        return Config(path=path)
    source = _checked(Source(path, *found))
    base = (folder or Path()).resolve()
    loader = _Loader(DiskReader(base / prefix, trusted), Home(above=prefix))
    return loader.load(base / Path(path).name, source, Config())


def _folders(tree: Tree) -> list[str]:
    """The folders below the root that hold a file which may be a configuration, sorted: outer ones first."""
    from lintkit.files.files import own_entries

    names = (f"/{FILE}", f"/{PYPROJECT}")
    entries: Sequence[TreeEntry] = tuple(tree.paths())
    if not any(entry.path.endswith(names) for entry in entries):
        return []
    return sorted(
        {
            entry.path.rpartition("/")[0]
            for entry in own_entries(entries)
            if entry.path.endswith(names) and entry.mode != LINK
        }
    )


def _in_folder(loader: _Loader, folder: Path, start: Config) -> Config | None:
    """The configuration of a folder, laid over `start`; None if the folder holds none."""
    for name in (FILE, PYPROJECT):
        source = loader.source(folder / name, required=False)
        if source is not None:
            return loader.load(folder / name, source, start)
    return None


def _home(root: Path, folder: Path) -> Home | None:
    """How `folder` lies to the root; None if it is neither above nor below it."""
    if folder == root:
        return Home()
    if root.is_relative_to(folder):
        return Home(above=root.relative_to(folder).as_posix() + "/")
    return Home(below=folder.relative_to(root).as_posix()) if folder.is_relative_to(root) else None


@dataclass(slots=True)
class _Loader:
    """Reads one configuration with all that it extends.

    home  what globs are relative to, unless their file stands in a folder above that
    read  the files that were read
    """

    reader: Reader
    home: Home
    read: list[Path]

    def __init__(self, reader: Reader, home: Home) -> None:
        self.reader = reader
        self.home = home
        self.read = []

    def source(self, path: Path, *, required: bool) -> Source | None:
        """The file at `path`, checked; None if there is none or (unless `required`) none of ours."""
        found = read_table(self.reader, path, table_required=required)
        if found is None:
            return None
        self.read.append(path)
        root = self.reader.root
        file = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
        return _checked(Source(shown(path), *found, file))

    def load(self, path: Path, source: Source, base: Config, below: tuple[Path, ...] = ()) -> Config:
        """`base` with what `path` extends over it, and the file itself over that.

        below  the files that led here, for cycles
        """
        folder = path.parent
        extend = source.table.get("extend", ())
        for index, name in enumerate([extend] if isinstance(extend, str) else extend):
            route = ("extend",) if isinstance(extend, str) else ("extend", index)
            line = source.lines.get(route, source.lines.get(("extend",), 0))
            target, further = self._target(folder, name, source.path, line)
            chain = (*below, path)
            if target in chain:
                steps = " -> ".join(quoted(shown(step)) for step in (*chain[chain.index(target) :], target))
                raise ConfigError(f"`extend` runs in a circle: {steps}; drop one of them", source.path, line)
            if len(self.read) > _MOST_EXTENDED:
                raise ConfigError(
                    f"`extend` leads to more than {_MOST_EXTENDED} files; put what they say into fewer",
                    source.path,
                    line,
                )
            base = self.load(target, further, base, chain)
        inside = None if self.reader.trusted else self.reader.root
        return over(base, source, Place(folder, inside, self._home_of(folder)))

    def _home_of(self, folder: Path) -> Home:
        """A shared file in a folder of its own speaks of the folders that use it, not of its own."""
        at = self.home
        here = self.reader.root / at.below
        for _ in Path(at.above).parts:
            here = here.parent
        return _home(self.reader.root, folder) or at if here.is_relative_to(folder) else at

    def _target(self, folder: Path, name: str, path: str, line: int) -> tuple[Path, Source]:
        """The file that `name` in `extend` means. Raises ConfigError."""
        try:
            aim = Path(os.path.normpath(folder / name))
            if not self.reader.trusted and isinstance(self.reader, DiskReader):
                aim = aim.resolve()
        except (OSError, RuntimeError, ValueError):
            raise ConfigError(f"`extend`: {quoted(name)} is not a valid path", path, line) from None
        if not self.reader.trusted and not aim.is_relative_to(self.reader.root):
            raise ConfigError(
                f"`extend`: {quoted(name)} is outside the repository; give a folder that holds both as `--root`, "
                "or name the configuration with `--config`",
                path,
                line,
            )
        candidates = [aim] if aim.suffix == ".toml" else [aim / FILE, aim / PYPROJECT]
        for candidate in candidates:
            found = self.source(candidate, required=candidate is candidates[0])
            if found is not None:
                return candidate, found
        what = (
            "there is no such file" if aim.suffix == ".toml" else "is no folder that holds a `lintkit.toml`"
        )
        hint = nearest(aim.name, self._beside(aim))
        raise ConfigError(f"`extend`: {quoted(name)}: {what}{hint}", path, line)

    def _beside(self, aim: Path) -> list[str]:
        try:
            names = [path.name for path in aim.parent.iterdir() if path.suffix == ".toml" or path.is_dir()]
        except (OSError, ValueError):
            return []
        return names[:1000]


def _checked(source: Source) -> Source:
    from lintkit.config.validate import plain, validate

    table = plain(source.table)
    validate(table, source.lines, source.path)
    return replace(source, table=table)
