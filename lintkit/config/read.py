"""Reading one configuration file, from disk or from a tree, into a table and the lines of its keys."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from lintkit.config.errors import ConfigError
from lintkit.files.tree import LINK, Tree, TreeError
from lintkit.model import Route

FILE = "lintkit.toml"
PYPROJECT = "pyproject.toml"

LARGEST = 1 << 20
"""A configuration of more bytes than this is none."""

_LONG_NUMBER = re.compile(r"[0-9][0-9_]{3999}")
_AT_LINE = re.compile(r"at line (\d+)")


class Reader(Protocol):
    """Where configuration files come from. Paths are absolute and without `..`."""

    @property
    def root(self) -> Path:
        """The folder that is checked, resolved."""
        ...

    @property
    def trusted(self) -> bool:
        """The user named the file, or keeps it above the root, so it may lead anywhere."""
        ...

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file, at most LARGEST + 1 of them; None if there is none. Raises ConfigError."""
        ...


@dataclass(frozen=True, slots=True)
class DiskReader:
    """Files on disk."""

    root: Path
    trusted: bool = False

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file; None if there is none. Raises ConfigError for all but regular files."""
        name = shown(path)
        try:
            if not self.trusted and path.is_symlink() and not path.resolve().is_relative_to(self.root):
                raise ConfigError(
                    "is a symbolic link out of the repository; lintkit does not follow it", name
                )
            flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
            with os.fdopen(os.open(path, flags), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise ConfigError("is not a regular file; lintkit needs a TOML file here", name)
                return file.read(LARGEST + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ConfigError(
                f"cannot be read ({error.strerror}); repair its permissions or pass `--config`", name
            ) from None
        except (RuntimeError, ValueError):
            raise ConfigError("is a symbolic link that leads to itself, or has no valid name", name) from None


@dataclass(frozen=True, slots=True)
class TreeReader:
    """Files of the tree that is checked, so that the index and a commit bring their own configuration."""

    tree: Tree
    trusted: bool = False
    _known: dict[str, bytes | None] = field(default_factory=dict, compare=False)

    @property
    def root(self) -> Path:
        """The root of the tree."""
        return self.tree.root

    def read(self, path: Path) -> bytes | None:
        """The bytes of a file; None if there is none. Raises ConfigError for what the tree does not read."""
        relative = path.relative_to(self.root).as_posix()
        if relative not in self._known:
            self._known[relative] = self._read(relative, path)
        return self._known[relative]

    def _read(self, relative: str, path: Path) -> bytes | None:
        try:
            return self.tree.read(relative)[: LARGEST + 1]
        except TreeError as error:
            listed = next((entry for entry in self.tree.paths() if entry.path == relative), None)
            if listed is None:
                return None
            if listed.mode == LINK:
                raise ConfigError(
                    "is a symbolic link; lintkit does not follow it here", shown(path)
                ) from None
            raise ConfigError(
                f"cannot be read as a configuration: {error.message[:1].lower()}{error.message[1:]}",
                shown(path),
            ) from None


def read_table(
    reader: Reader, path: Path, *, table_required: bool
) -> tuple[dict[str, Any], Mapping[Route, int]] | None:
    """What a file says, and where; None if it is missing, or is a pyproject.toml without a table of ours.

    Raises ConfigError for what cannot be read, and with `table_required` for a pyproject.toml without our table.
    """
    data = reader.read(path)
    if data is None:
        return None
    name = shown(path)
    in_pyproject = path.name == PYPROJECT
    if in_pyproject and b"lintkit" not in data and not table_required:
        return None
    if len(data) > LARGEST:
        raise ConfigError("is larger than 1 MiB; that is no configuration of lintkit", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("is not UTF-8, which TOML requires", name, line) from None
    try:
        found = parse_table(text, name)
    except ConfigError:
        if in_pyproject and b"[tool.lintkit" not in data and not table_required:
            return None
        raise
    if found is None and table_required:
        raise ConfigError("has no `[tool.lintkit]` table", name)
    return found


def parse_table(text: str, path: str) -> tuple[dict[str, Any], Mapping[Route, int]] | None:
    """The table of a configuration's text and the lines of its keys; None for a pyproject.toml without ours.

    Raises ConfigError for what is no TOML.
    """
    data, lines = _parse_toml(text, path)
    if re.split(r"[/\\]", path)[-1] != PYPROJECT:
        return data, lines
    tool = data.get("tool")
    table = tool.get("lintkit") if isinstance(tool, dict) else None
    if not isinstance(table, dict):
        return None
    return table, {route[2:]: line for route, line in lines.items() if route[:2] == ("tool", "lintkit")}


def shown(path: Path) -> str:
    """`path` as the user would write it: relative to the current folder, unless that leads up."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        relative = str(path)
    name = str(path) if relative.startswith("..") else relative
    return "".join(c if c.isprintable() else "?" for c in name)


def _parse_toml(text: str, path: str) -> tuple[dict[str, Any], dict[Route, int]]:
    from lintkit.formats.errors import ParseError
    from lintkit.formats.toml import key_lines

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    text = text.replace("\r\n", "\n")
    try:
        lines = key_lines(text, path)
    except ParseError as error:
        raise ConfigError("is nested too deeply to be a configuration", path, error.line) from None
    try:
        return tomllib.loads(text), lines
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at.group(1)) if at else text.rstrip().count("\n") + 1
        # The parser's own words are left out: they may quote a value.
        raise ConfigError("is not valid TOML from here on; repair the syntax", path, line) from None
    except ValueError:  # a number of more digits than Python converts
        long = _LONG_NUMBER.search(text)
        line = text.count("\n", 0, long.start()) + 1 if long is not None else 0
        raise ConfigError("holds a number that is too long; shorten it", path, line) from None
    except RecursionError:
        raise ConfigError("is nested too deeply to be a configuration", path) from None
