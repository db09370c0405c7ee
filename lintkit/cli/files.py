"""`lintkit files`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lintkit.cli.failure import say
from lintkit.cli.options import git_option, repository_options
from lintkit.report.printable import printable
from lintkit.secrets.by_form import mask_tokens


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path())
@click.option("--output-format", "form", type=click.Choice(["text", "json"]), default="text")
@repository_options
@git_option
def files(
    paths: tuple[str, ...],
    form: str,
    config_file: Path | None,
    root: Path | None,
    allow_code: bool,
    no_git: bool,
) -> None:
    """List the files that `lintkit check` would read, and as what; what is skipped is said on stderr."""
    from lintkit.cli.workspace import choose_root, relative_paths, tree_name
    from lintkit.config.load import load_config, with_nested
    from lintkit.files.tree import open_tree
    from lintkit.run.engine import discover_files

    arguments = paths or (".",)
    folder = choose_root(root, arguments)
    named = relative_paths(folder, arguments)
    config = load_config(folder, config_file)
    tree = open_tree(folder, named=[path for path in named if path], git=not no_git)
    named = tuple(map(tree_name, named))
    if config_file is None:
        config = with_nested(config, tree)
    found = discover_files(tree, config)
    folders = tuple(f"{path}/" for path in named)
    listed = [
        entry for entry in found.files if "" in named or entry.path in named or entry.path.startswith(folders)
    ]
    if form == "json":
        data = [
            {"path": mask_tokens(entry.path), "kind": entry.kind, "tracked": entry.tracked}
            for entry in listed
        ]
        click.echo(json.dumps(data, indent=2, ensure_ascii=True))
    else:
        for entry in listed:
            click.echo(f"{entry.kind:<12}  {printable(mask_tokens(entry.path))}")
    for note in found.notifications:
        say(f"{note.path}: {note.message}" if note.path else note.message)
