"""`lintkit rules`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from lintkit.cli.options import git_option, repository_options
from lintkit.kinds.registry import KINDS
from lintkit.model import SEVERITIES, Kind, RuleMeta, Scope, Severity
from lintkit.report.rules import RulesFormat, render_rules


@dataclass(frozen=True, slots=True)
class Filters:
    """What a listed rule has to be; an empty filter lets everything pass."""

    kinds: tuple[Kind, ...] = ()
    severities: tuple[Severity, ...] = ()
    fixable: bool | None = None
    scope: Scope | None = None

    def passes(self, meta: RuleMeta) -> bool:
        """Whether all filters let `meta` pass."""
        return (
            (not self.kinds or any(kind in self.kinds for kind in meta.kinds))
            and (not self.severities or meta.severity in self.severities)
            and self.fixable in (None, meta.fixable)
            and self.scope in (None, meta.scope)
        )


@click.command()
@click.option(
    "--select",
    metavar="SELECTOR",
    multiple=True,
    help="Only these rules: globs over ids, tag:NAME, pack:NAME. Repeatable, or with commas.",
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(list(KINDS)),
    multiple=True,
    help="Only rules about this kind of file.",
)
@click.option(
    "--severity",
    "severities",
    type=click.Choice(list(SEVERITIES)),
    multiple=True,
    help="Only of this severity.",
)
@click.option("--fixable/--not-fixable", default=None, help="Only rules with a fix, or without one.")
@click.option(
    "--scope", type=click.Choice(["file", "project"]), help="Only rules that look at one file, or at all."
)
@click.option(
    "--output-format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
@repository_options
@git_option
def rules(
    select: tuple[str, ...],
    kinds: tuple[Kind, ...],
    severities: tuple[Severity, ...],
    fixable: bool | None,
    scope: Scope | None,
    form: RulesFormat,
    config_file: Path | None,
    root: Path | None,
    allow_code: bool,
    no_git: bool,
) -> None:
    """List the rules: the built-in ones, those of the configuration's folders, and lintkit's own."""
    from lintkit.cli.workspace import Selection, choose_root, open_workspace
    from lintkit.config.selectors import any_selects

    selectors = tuple(part.strip() for value in select for part in value.split(",") if part.strip())
    workspace = open_workspace(
        choose_root(root, ()),
        config_file,
        selection=Selection(select=selectors),
        allow_code=allow_code,
        git=not no_git,
    )
    chosen = workspace.config.expand(selectors)
    filters = Filters(kinds, severities, fixable, scope)
    listed = [
        meta
        for meta in workspace.metas
        if (not selectors or any_selects(chosen, meta)) and filters.passes(meta)
    ]
    render_rules(listed, sys.stdout, form)
