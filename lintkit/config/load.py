"""Finding the configuration that applies to a root, and reading it."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from lintkit.config.errors import ConfigError, quoted
from lintkit.config.globs import rebased
from lintkit.config.model import DEFAULT_SELECT, Config, PathIgnore, RuleConfig
from lintkit.model import Route

FILE = "lintkit.toml"
PYPROJECT = "pyproject.toml"

_LARGEST = 1 << 20
_AT_LINE = re.compile(r"at line (\d+)")


def load_config(root: Path, explicit: Path | None = None) -> Config:
    """Read the configuration that applies to `root`.

    explicit  a file that the user names; otherwise the nearest `lintkit.toml`, or `pyproject.toml` with a
              `[tool.lintkit]` table, in `root` or above it. Without any, the default configuration.
    Raises ConfigError for a file that is missing, cannot be read, or says what lintkit does not know.
    """
    root = root.resolve()
    if explicit is not None:
        found = _read(explicit, trusted=True, table_required=True)
        if found is None:
            raise ConfigError("there is no such file; check the path given to `--config`", _shown(explicit))
        return _config(explicit, *found, root=root, trusted=True)
    for folder in (root, *root.parents):
        for name in (FILE, PYPROJECT):
            path = folder / name
            found = _read(path, trusted=folder != root, table_required=False)
            if found is not None:
                return _config(path, *found, root=root, trusted=folder != root)
    return Config()


def parse_config(
    text: str, path: str = FILE, *, folder: Path | None = None, prefix: str = "", trusted: bool = False
) -> Config:
    """Read the text of a configuration; `[tool.lintkit]` is looked up if `path` is a `pyproject.toml`.

    path     the name used in messages
    folder   the folder that `rules` is relative to; the current one if None
    prefix   the root seen from `folder`: empty, or a relative path that ends in `/`
    trusted  the user named the file, so that `rules` may lead out of `folder`
    Raises ConfigError.
    """
    data = _parse_toml(text, path)
    in_pyproject = path.rsplit("/", 1)[-1] == PYPROJECT
    table = _tool_table(data) if in_pyproject else data
    if table is None:
        return Config(path=path)
    lines = _table_lines(text, ("tool", "lintkit") if in_pyproject else ())
    from lintkit.config.validate import validate

    validate(table, lines, path)
    return _build(table, lines, path, (folder or Path()).resolve(), prefix, trusted)


def _config(path: Path, text: str, shown: str, *, root: Path, trusted: bool) -> Config:
    folder = path.resolve().parent
    prefix = ""
    if root != folder and root.is_relative_to(folder):
        prefix = root.relative_to(folder).as_posix() + "/"
    return parse_config(text, shown, folder=folder, prefix=prefix, trusted=trusted)


def _read(path: Path, *, trusted: bool, table_required: bool) -> tuple[str, str] | None:
    """The text and the printable name of `path`; None if it is missing or has no table of ours."""
    shown = _shown(path)
    try:
        if not trusted and path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
            raise ConfigError("is a symbolic link out of the repository; lintkit does not follow it", shown)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ConfigError("is not a regular file; lintkit needs a TOML file here", shown)
            data = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(
            f"cannot be read ({error.strerror}); repair its permissions or pass `--config`", shown
        ) from None
    except RuntimeError:
        raise ConfigError("is a symbolic link that leads to itself", shown) from None
    ours = path.name != PYPROJECT or b"lintkit" in data
    if not ours and not table_required:
        return None
    if len(data) > _LARGEST:
        raise ConfigError("is larger than 1 MiB; that is no configuration of lintkit", shown)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("is not UTF-8, which TOML requires", shown, line) from None
    if path.name == PYPROJECT:
        try:
            table = _tool_table(_parse_toml(text, shown))
        except ConfigError:
            if b"[tool.lintkit" in data or table_required:
                raise
            return None
        if table is None:
            if table_required:
                raise ConfigError("has no `[tool.lintkit]` table", shown)
            return None
    return text, shown


def _parse_toml(text: str, path: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at.group(1)) if at else text.rstrip().count("\n") + 1
        # The parser's own words are left out: they may quote a value.
        raise ConfigError("is not valid TOML from here on; repair the syntax", path, line) from None
    except RecursionError:
        raise ConfigError("is nested too deeply to be a configuration", path) from None


def _tool_table(data: Mapping[str, Any]) -> dict[str, Any] | None:
    tool = data.get("tool")
    table = tool.get("lintkit") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _table_lines(text: str, above: Route) -> dict[Route, int]:
    from lintkit.config.positions import key_lines

    try:
        found = key_lines(text)
    except RecursionError:
        return {}
    return {route[len(above) :]: line for route, line in found.items() if route[: len(above)] == above}


def _build(
    table: Mapping[str, Any], lines: Mapping[Route, int], path: str, folder: Path, prefix: str, trusted: bool
) -> Config:
    return Config(
        path=path,
        select=tuple(table.get("select", DEFAULT_SELECT)),
        extend_select=tuple(table.get("extend-select", ())),
        ignore=tuple(table.get("ignore", ())),
        exclude=_globs(table.get("exclude", ()), prefix),
        rule_folders=tuple(
            _rule_folder(folder, name, trusted, path, lines.get(("rules", index), 0))
            for index, name in enumerate(table.get("rules", ()))
        ),
        fail_on=table.get("fail-on", "warning"),
        severities=tuple(table.get("severity", {}).items()),
        per_path_ignores=tuple(
            PathIgnore(_globs(entry["paths"], prefix), tuple(entry["rules"]), entry["reason"])
            for entry in table.get("per-path-ignores", ())
        ),
        rules={name: _rule_config(settings, prefix) for name, settings in table.get("rule", {}).items()},
        environments=tuple(
            (name, _globs(table["environments"][name], prefix))
            for name in ("production", "staging", "development")
            if name in table.get("environments", {})
        ),
        lines=lines,
    )


def _globs(patterns: Iterable[str], prefix: str) -> tuple[str, ...]:
    return tuple(relative for pattern in patterns for relative in rebased(pattern, prefix))


def _rule_config(settings: Mapping[str, Any], prefix: str) -> RuleConfig:
    return RuleConfig(
        severity=settings.get("severity"),
        paths=_globs(settings["paths"], prefix) if "paths" in settings else None,
        paths_ignore=_globs(settings["paths-ignore"], prefix) if "paths-ignore" in settings else None,
        options=cast("dict[str, Any]", settings.get("options", {})),
    )


def _rule_folder(folder: Path, name: str, trusted: bool, path: str, line: int) -> Path:
    try:
        found = (folder / name).resolve()
        is_folder = found.is_dir()
    except (OSError, RuntimeError, ValueError):
        raise ConfigError(f"the rule folder {quoted(name)} cannot be opened", path, line) from None
    if not trusted and not found.is_relative_to(folder):
        raise ConfigError(
            f"the rule folder {quoted(name)} is outside the repository; "
            "keep it below the configuration, or name the configuration with `--config`",
            path,
            line,
        )
    if not is_folder:
        raise ConfigError(f"there is no rule folder {quoted(name)} below {quoted(folder.name)}", path, line)
    return found


def _shown(path: Path) -> str:
    try:
        relative = os.path.relpath(path)
    except ValueError:
        relative = str(path)
    name = str(path) if relative.startswith("..") else relative
    return "".join(c if c.isprintable() else "?" for c in name)
