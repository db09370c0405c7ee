"""From the command line to what one run is asked to do."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lintkit.cli.failure import CommandError
from lintkit.cli.workspace import Selection, choose_root, open_workspace, relative_paths, tree_name
from lintkit.model import Scope, Severity

if TYPE_CHECKING:
    from lintkit.catalog.load import RuleSet
    from lintkit.files.tree import Tree
    from lintkit.run.engine import Request


@dataclass(frozen=True, slots=True)
class Asked:
    """What to check, as the command line says it.

    staged  the index of git, with the configurations in it, instead of the files on disk
    git     whether git is asked what is in the folder
    """

    paths: tuple[str, ...] = ()
    stdin_filename: str | None = None
    root: Path | None = None
    config_file: Path | None = None
    selection: Selection = field(default_factory=Selection)
    fail_on: Severity | None = None
    allow_code: bool = False
    jobs: int = 0
    scope: Scope | None = None
    staged: bool = False
    compiled: bool = True
    git: bool = True


def request_of(asked: Asked) -> Request:
    """Find the root, read the configuration, load the rules and list the files."""
    from lintkit.files.tree import open_tree
    from lintkit.run.engine import Request

    if asked.stdin_filename is None:
        arguments = asked.paths or (str(asked.root or "."),)
        root = choose_root(asked.root, arguments)
    else:
        arguments = (asked.stdin_filename,)
        root = _root_of_stdin(asked.root, asked.stdin_filename)
    named = relative_paths(root, arguments)
    tree: Tree = open_tree(root, index=asked.staged, named=[path for path in named if path], git=asked.git)
    workspace = open_workspace(
        root,
        asked.config_file,
        selection=asked.selection,
        fail_on=asked.fail_on,
        allow_code=asked.allow_code,
        tree=tree,
        from_tree=asked.staged,
        compiled=asked.compiled,
    )
    if asked.stdin_filename is not None:
        if not named[0] or (root / named[0]).is_dir():
            raise CommandError("--stdin-filename names a folder; give the name of a file")
        from lintkit.fix.overlay import OverlayTree

        tree = OverlayTree(tree, {tree_name(named[0]): sys.stdin.buffer.read()})
    names = tuple(map(tree_name, named))
    only = None
    if "" not in names:
        folders = tuple(f"{path}/" for path in names)
        only = frozenset(
            entry.path for entry in tree.paths() if entry.path in names or entry.path.startswith(folders)
        )
    return Request(
        tree=tree,
        config=workspace.config,
        rules=_of_scope(workspace.selected(), asked.scope),
        known=workspace.rules.ids(),
        only=only,
        jobs=asked.jobs,
        asked=names,
    )


def _root_of_stdin(root: Path | None, name: str) -> Path:
    """The root for a file from stdin: that of its folder, which an editor names in full, wherever it was started.

    Raises CommandError for a relative name that leads out of the root of the current folder.
    """
    found = choose_root(root, (str(Path(name).parent),))
    if root is None and not Path(name).is_absolute():
        here = choose_root(None, (".",))
        relative_paths(here, (name,))  # which refuses what is outside
    return found


def _of_scope(rules: RuleSet, scope: Scope | None) -> RuleSet:
    """The rules of one scope; all of them without one."""
    from lintkit.catalog.load import RuleSet

    return (
        rules if scope is None else RuleSet(tuple(rule for rule in rules.rules if rule.meta.scope == scope))
    )
