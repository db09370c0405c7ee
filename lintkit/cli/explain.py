"""`lintkit explain`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lintkit.cli.options import git_option, repository_options
from lintkit.kinds.recognise import language_of
from lintkit.model import RuleMeta
from lintkit.report.markdown import code
from lintkit.report.printable import printable
from lintkit.report.rule_page import rule_page

if TYPE_CHECKING:
    from lintkit.config.model import Config


@click.command()
@click.argument("rule")
@repository_options
@git_option
def explain(rule: str, config_file: Path | None, root: Path | None, allow_code: bool, no_git: bool) -> None:
    """Say what RULE finds, why it matters, what to do, and what the configuration makes of it in the current folder."""
    from lintkit.cli.workspace import choose_root, open_workspace

    top = choose_root(root, ())
    workspace = open_workspace(top, config_file, allow_code=allow_code, compiled=False, git=not no_git)
    meta = workspace.rule(rule)
    folder = _folder(top)
    today = datetime.now(timezone.utc).date()
    in_force = in_force_lines(meta, workspace.config.for_path(folder), folder, today)
    text = rule_page(meta, language_of) + "\n" + "\n".join(in_force)
    click.echo("\n".join(map(printable, text.split("\n"))))


def in_force_lines(meta: RuleMeta, config: Config, folder: str, today: date) -> Iterator[str]:
    """What `config`, the one of `folder` (ends with `/`, empty for the root), makes of a rule, as Markdown."""
    from lintkit.config.explain import explain_rule
    from lintkit.config.ruling import Rulings
    from lintkit.config.selectors import any_selects

    decision = explain_rule(Rulings(config, today), meta, folder, None)
    place = f" ({decision.path}:{decision.line})" if decision.path else ""
    yield "## In force here"
    yield ""
    origin = (
        f"by {code(config.path)}" if config.path else "by the defaults, since there is no configuration file"
    )
    yield f"In {code(folder or '.')}, {origin}:"
    yield ""
    yield f"- {'runs' if decision.runs else 'does not run'}: {decision.reason}{place}"
    severity = config.severity(meta)
    own = "" if severity == meta.severity else f" instead of its own, {meta.severity}"
    yield f"- severity: {severity}{own}"
    for name, value in sorted(config.options(meta).items()):
        default = meta.options[name].get("default") if name in meta.options else None
        shown = code(_shown(name, value))
        yield f"- option {code(name)}: {shown}{'' if value == default else ', as configured'}"
    decider = config.decider(meta)
    table = decider.rules.get(meta.id)
    if table is not None and table.paths is not None:
        yield f"- looks only at {_globs(table.paths)}"
    if table is not None and table.paths_ignore is not None:
        yield f"- leaves out {_globs(table.paths_ignore)}, as configured"
    elif meta.paths_ignore:
        yield "- leaves out the rule's own list of paths, above"
    for entry in decider.per_path_ignores:
        if any_selects(entry.rules, meta):
            yield f"- accepted in {_globs(entry.paths)}: {entry.reason}"
    for waiver in decider.waivers:
        if any_selects(waiver.rules, meta):
            when = f"expired on {waiver.expires}" if waiver.expired(today) else f"until {waiver.expires}"
            yield f"- waived in {_globs(waiver.paths)}, {when}: {waiver.reason}"


def _globs(patterns: tuple[str, ...]) -> str:
    return ", ".join(map(code, patterns)) or "nothing"


def _shown(name: str, value: object) -> str:
    """An option's value as JSON; one that looks like a secret is not shown."""
    from lintkit.secrets import classify

    if isinstance(value, str) and classify(name, value) is not None:
        return "********"
    return json.dumps(value, ensure_ascii=False, default=list)


def _folder(root: Path) -> str:
    """The current folder relative to the root, with a `/` at its end; empty for the root and outside of it."""
    try:
        relative = Path.cwd().resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return ""
    return "" if relative == "." else f"{relative}/"
