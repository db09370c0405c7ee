"""`lintkit rules`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from lintkit.cli.options import repository_options
from lintkit.model import RuleMeta


@click.command()
@click.option(
    "--select",
    metavar="SELECTOR",
    multiple=True,
    help="Only these rules: globs over ids, tag:NAME, pack:NAME.",
)
@click.option("--output-format", "form", type=click.Choice(["text", "json"]), default="text")
@repository_options
def rules(
    select: tuple[str, ...], form: str, config_file: Path | None, root: Path | None, allow_code: bool
) -> None:
    """List the rules: the built-in ones, those of the configuration's folders, and lintkit's own."""
    from lintkit.cli.workspace import Selection, choose_root, open_workspace
    from lintkit.config.selectors import any_selects

    workspace = open_workspace(
        choose_root(root, ()), config_file, selection=Selection(select=select), allow_code=allow_code
    )
    chosen = workspace.config.expand(select)
    listed = [meta for meta in workspace.metas if not select or any_selects(chosen, meta)]
    if form == "json":
        click.echo(json.dumps([as_data(meta) for meta in listed], indent=2, ensure_ascii=False))
        return
    width = max((len(meta.id) for meta in listed), default=0)
    for meta in listed:
        click.echo(
            f"{meta.id:<{width}}  {meta.severity:<7}  {meta.summary}{' [fix]' if meta.fixable else ''}"
        )


def as_data(meta: RuleMeta) -> dict[str, object]:
    """What a rule says of itself, as plain data for JSON."""
    return {
        "id": meta.id,
        "summary": meta.summary,
        "severity": meta.severity,
        "confidence": meta.confidence,
        "scope": meta.scope,
        "kinds": list(meta.kinds),
        "tags": list(meta.tags),
        "packs": list(meta.packs),
        "equivalents": list(meta.equivalents),
        "fixable": meta.fixable,
        "options": dict(meta.options),
    }
