"""`lintkit baseline`."""

from __future__ import annotations

from pathlib import Path

import click

from lintkit.cli.comparing import judged_by, read_baseline
from lintkit.cli.failure import COULD_NOT, say
from lintkit.cli.options import git_option, repository_options, selection_options
from lintkit.cli.output import write_file
from lintkit.cli.request import Asked, request_of
from lintkit.cli.workspace import Selection


@click.command()
@selection_options
@repository_options
@git_option
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where the baseline is. Default: lintkit-baseline.json in the root.",
)
@click.option("--prune", is_flag=True, help="Take out what is found no more, and add nothing.")
def baseline(
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    config_file: Path | None,
    root: Path | None,
    allow_code: bool,
    output: Path | None,
    prune: bool,
    no_git: bool,
) -> int:
    """Write down what is found today, so that `lintkit check --baseline` reports only what comes.

    The file belongs into the repository. It holds no secrets, no line numbers and no dates, so it changes only when
    findings come or go.
    """
    from lintkit.cli.unchecked import is_failure, say_notifications
    from lintkit.run.baseline import FILE, baseline_of, pruned, written
    from lintkit.run.engine import run

    asked = Asked(
        root=root,
        config_file=config_file,
        selection=Selection(select, extend_select, ignore),
        allow_code=allow_code,
        git=not no_git,
    )
    request = request_of(asked)
    # Of a folder below the root the whole root is meant: a baseline of a part would not know the rest.
    file = output or request.tree.root / FILE
    before = read_baseline(file, request.tree.root) if prune else None
    report = run(request)
    findings = report.findings
    after = baseline_of(findings) if before is None else pruned(findings, before, judged_by(request))
    write_file(file, written(after).encode("ascii"), request.tree.root)
    entries = f"{after.size} finding{'' if after.size == 1 else 's'}"
    gone = ""
    if before is not None:
        gone = (
            f", {before.size - after.size} fewer than before" if after.size < before.size else ", as before"
        )
    say(f"{file.name} knows {entries}{gone}")
    say_notifications(report, quiet=False)
    return COULD_NOT if any(map(is_failure, report.notifications)) else 0
