"""What every subcommand needs first: the root, the configuration, the rules, and the paths that were named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lintkit.cli.failure import CommandError
from lintkit.cli.storage import cache_folder
from lintkit.config.errors import nearest, quoted
from lintkit.config.load import load_config, with_nested
from lintkit.config.model import Config
from lintkit.config.names import check_rules
from lintkit.files.names import shown
from lintkit.files.root import find_root
from lintkit.model import RuleMeta, Severity

if TYPE_CHECKING:
    from lintkit.catalog.load import RuleSet
    from lintkit.files.tree import Tree


@dataclass(frozen=True, slots=True)
class Selection:
    """What the command line says about which rules run."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workspace:
    """A root with its configuration and rules.

    config  with the command line over it
    rules   all rules that could be loaded
    own     lintkit's own rules, which have no file
    """

    root: Path
    config: Config
    rules: RuleSet
    own: tuple[RuleMeta, ...]

    @property
    def metas(self) -> tuple[RuleMeta, ...]:
        """All rules, lintkit's own included, sorted by id."""
        return tuple(sorted((*(rule.meta for rule in self.rules.rules), *self.own), key=lambda meta: meta.id))

    def selected(self) -> RuleSet:
        """The rules that run anywhere below the root."""
        from lintkit.catalog.load import RuleSet

        return RuleSet(
            tuple(
                rule
                for rule in self.rules.rules
                if any(config.runs(rule.meta) for config in self.config.all())
            )
        )

    def rule(self, rule_id: str) -> RuleMeta:
        """The rule of that id. Raises CommandError with the nearest known one."""
        for meta in self.metas:
            if meta.id == rule_id:
                return meta
        known = [meta.id for meta in self.metas]
        hint = nearest(rule_id, known) or "; `lintkit rules` lists them"
        raise CommandError(f"{quoted(rule_id)} is not a rule{hint}")


def open_workspace(
    root: Path,
    config_file: Path | None,
    *,
    selection: Selection = Selection(),
    fail_on: Severity | None = None,
    allow_code: bool = False,
    tree: Tree | None = None,
    from_tree: bool = False,
    compiled: bool = True,
    git: bool = True,
) -> Workspace:
    """Read the configurations of the root and of the folders below, and load the rules.

    config_file  counts alone, so that folders below are not asked
    tree         where the configurations of folders are read; the work tree if None
    from_tree    the root's own configuration is read there as well, and not on disk
    git          whether a tree that is opened here may ask git
    compiled     load built-in rules when they are needed, and without examples until then
    Raises ConfigError for a bad configuration or selector, RuleError for a bad rule.
    """
    from lintkit.catalog.load import load_rules
    from lintkit.files.tree import open_tree
    from lintkit.rule.own import OWN_RULES

    config = load_config(root, config_file, tree=tree if from_tree else None)
    if config_file is None:
        config = with_nested(config, tree or open_tree(root, git=git))
    folders = dict.fromkeys(folder for one in config.all() for folder in one.rule_folders)
    storage = cache_folder(root) if compiled else None
    rules = load_rules(tuple(folders), allow_code=allow_code, compiled=storage)
    config = _scoped(config, rules)
    flags = {"select": selection.select, "extend_select": selection.extend_select, "ignore": selection.ignore}
    check_rules(config, [*(rule.meta for rule in rules.rules), *OWN_RULES], **flags)
    return Workspace(root, config.with_flags(**flags, fail_on=fail_on), rules, OWN_RULES)


def _scoped(config: Config, rules: RuleSet) -> Config:
    """`config` in which rules from a rule folder exist only for the folder whose configuration names it, and below."""
    if not config.nested:
        return config
    from lintkit.catalog.load import builtin_folder

    def absent(one: Config) -> frozenset[str]:
        here = {builtin_folder(), *one.rule_folders}
        here.update(folder for above in config.around(one.folder) for folder in above.rule_folders)
        return frozenset(
            rule.id
            for rule in rules.rules
            if not any(Path(rule.origin).is_relative_to(folder) for folder in here)
        )

    nested = {folder: replace(one, absent=absent(one)) for folder, one in config.nested.items()}
    return replace(config, absent=absent(config), nested=nested)


def choose_root(root: Path | None, paths: Sequence[str]) -> Path:
    """The folder to check: `root` if it is given, else the repository around all `paths`.

    Raises CommandError if a path or the root does not exist.
    """
    if root is not None and not root.is_dir():
        raise CommandError(f"--root: there is no folder {quoted(root)}")
    for path in paths:
        if not os.path.lexists(path):
            raise CommandError(
                f"there is no file or folder {quoted(path)}; check the spelling and the current folder"
            )
    if root is not None:
        return root.resolve()
    located = [_located(path) for path in paths] or [Path.cwd()]
    folders = [str(path if path.is_dir() and not path.is_symlink() else path.parent) for path in located]
    try:
        return find_root(Path(os.path.commonpath(folders)))
    except ValueError:
        raise CommandError("the paths have no folder in common; check them one by one") from None


def relative_paths(root: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """`paths` relative to the root, with `/`, in the form of the system (`tree_name`); the root itself is an empty one.

    A link stands for what it leads to. Raises CommandError for a path outside, and for a link that leads nowhere.
    """
    found = []
    for path in paths:
        located = _located(path)
        link = ""
        if located.is_symlink():
            link = " is a symbolic link that leads to a place that"
            try:
                located = located.resolve(strict=True)
            except (OSError, RuntimeError):
                raise CommandError(f"{quoted(path)} is a symbolic link that leads nowhere") from None
        if not located.is_relative_to(root):
            raise CommandError(
                f"{quoted(path)}{link} is outside the root {quoted(root)}; give another --root, or none"
            )
        relative = located.relative_to(root).as_posix()
        found.append("" if relative == "." else relative)
    return tuple(found)


def tree_name(path: str) -> str:
    """How a tree names a path that the system gives: bytes that are not UTF-8 are written out."""
    return shown(os.fsencode(path))


def _located(path: str) -> Path:
    """Where `path` is, with the links of its folders resolved and its own name kept."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100
    return absolute.parent.resolve() / absolute.name if absolute.name else absolute
