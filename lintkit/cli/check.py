"""`lintkit check`."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import click

from lintkit.cli.comparing import Comparison, comparison_options
from lintkit.cli.failure import COULD_NOT, say
from lintkit.cli.options import git_option, repository_options, selection_options
from lintkit.cli.output import Output, output_place, pair_outputs, terminal_width, wants_color, write_report
from lintkit.cli.request import Asked, request_of
from lintkit.cli.sections import SectionedCommand
from lintkit.cli.unchecked import is_failure, say_notifications
from lintkit.kinds.recognise import language_of
from lintkit.model import SEVERITIES, Report, Scope, Severity
from lintkit.report.formats import FORMATS
from lintkit.report.options import RenderOptions

if TYPE_CHECKING:
    from lintkit.cli.comparing import Narrow
    from lintkit.config.model import Config
    from lintkit.run.engine import Checked, Request


@dataclass(frozen=True, slots=True)
class Fixing:
    """What is done about fixes.

    tells  stderr says what was fixed, since no report for people does
    """

    write: bool
    show: bool
    unsafe: bool
    tells: bool


class CheckCommand(SectionedCommand):
    """`lintkit check`, whose options are many."""

    sections: ClassVar = {
        "What is checked": (
            "--root",
            "--config",
            "--stdin-filename",
            "--no-git",
            "--allow-empty",
            "--allow-code",
        ),
        "Which rules": ("--select", "--extend-select", "--ignore", "--scope"),
        "Only what is new": ("--since", "--changed", "--staged", "--baseline"),
        "Fixes": ("--fix", "--diff", "--unsafe-fixes"),
        "The report": (
            *("--output-format", "--output", "--sarif-category", "--verbose", "--quiet"),
            *("--show-suppressed", "--statistics", "--color"),
        ),
        "The exit code": ("--fail-on", "--exit-zero"),
    }


@click.command(cls=CheckCommand)
@click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path())
@selection_options
@repository_options
@git_option
@comparison_options
@click.option("--fix", is_flag=True, help="Apply the safe fixes.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and write nothing.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: fixes that may change behaviour as well."
)
@click.option(
    "--output-format",
    "formats",
    multiple=True,
    type=click.Choice(list(FORMATS)),
    metavar="FORMAT",
    help=f"{', '.join(FORMATS)}. Repeatable. Default: text.",
)
@click.option(
    "--output",
    "files",
    multiple=True,
    metavar="FILE",
    help="File of the report; the n-th belongs to the n-th format.",
)
@click.option(
    "--sarif-category",
    "category",
    default="lintkit",
    metavar="NAME",
    help="What tells the SARIF of this run from that of others of the same commit. Default: lintkit.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Least severity that makes the exit code 1. Default: warning.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings.")
@click.option(
    "--stdin-filename", metavar="FILE", help="Read the content of FILE from stdin, and report only on it."
)
@click.option("--allow-empty", is_flag=True, help="A folder without a file that lintkit reads is no mistake.")
@click.option(
    "--scope",
    type=click.Choice(("file", "project")),
    help="Run only the rules that look at one file, or only those across files. Default: both.",
)
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Judge waivers as on this day, such as 2027-01-31. Default: today, in UTC.",
)
@click.option(
    "--no-cache", is_flag=True, help="Load every rule from its file, and keep nothing for the next run."
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Processes; 0 (the default) decides.",
)
@click.option("--show-suppressed", is_flag=True, help="Include suppressed findings, marked as such.")
@click.option(
    "--show-known",
    is_flag=True,
    help="In SARIF, include what is not new as well, marked `unchanged`; code scanning wants all of it.",
)
@click.option(
    "-v", "--verbose", is_flag=True, help="Show every finding with its source, and what lintkit does."
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but findings and errors.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour of the text on stdout.",
)
def check(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    config_file: Path | None,
    root: Path | None,
    allow_code: bool,
    no_git: bool,
    allow_empty: bool,
    baseline: Path | None,
    changed: bool,
    staged: bool,
    since: str | None,
    fix: bool,
    diff: bool,
    unsafe_fixes: bool,
    formats: tuple[str, ...],
    files: tuple[str, ...],
    category: str,
    fail_on: Severity | None,
    exit_zero: bool,
    stdin_filename: str | None,
    scope: Scope | None,
    statistics: bool,
    today: datetime | None,
    no_cache: bool,
    jobs: int,
    show_suppressed: bool,
    show_known: bool,
    verbose: bool,
    quiet: bool,
    color: str,
) -> int:
    """Check a repository, and report what will break or leak in production.

    PATHS narrow what is reported; rules that look at several files always see the whole repository. Without PATHS
    the current folder is reported, or the one that --root names.
    """
    _refuse_contradictions(paths, fix, diff, unsafe_fixes, stdin_filename, verbose, quiet)
    comparison = Comparison(baseline, changed, staged, since)
    comparison.refuse_contradictions()
    if no_git and (staged or changed or since is not None):
        raise click.UsageError("--staged, --changed and --since ask git; leave out --no-git.")
    if staged and (fix or stdin_filename is not None):
        raise click.UsageError(
            "--staged checks what git's index holds; it goes with neither --fix nor --stdin-filename."
        )
    outputs = pair_outputs(formats, files)

    from lintkit.cli.workspace import Selection

    started = time.perf_counter()
    asked = Asked(
        paths,
        stdin_filename,
        root,
        config_file,
        Selection(select, extend_select, ignore),
        fail_on,
        allow_code,
        jobs,
        scope,
        staged,
        compiled=not no_cache,
        git=not no_git,
    )
    request = request_of(asked)
    for output in outputs:
        if output.file is not None:
            output_place(output.file, request.tree.root)
    if today is not None:
        request = replace(request, today=today.date())
    if verbose:
        config = request.config.path or "none"
        below = f" and {len(request.config.nested)} below" if request.config.nested else ""
        say(f"root {request.tree.root}, configuration {config}{below}, {len(request.rules.rules)} rules")
    # There may be nothing at all in an index.
    allow_empty = allow_empty or staged
    # A text on stdout says itself how much was fixed.
    tells = not quiet and not any(output.file is None and output.format == "text" for output in outputs)
    fixing = Fixing(fix, diff, unsafe_fixes, tells)
    report, failed = _run(request, comparison, fixing, allow_empty, color, quiet)
    if verbose:
        say(f"checked {report.files_checked} files in {time.perf_counter() - started:.2f} s")
    options = RenderOptions(
        color=wants_color(color),
        width=terminal_width(),
        verbose=verbose,
        show_suppressed=show_suppressed,
        show_known=show_known,
        statistics=statistics,
        language=language_of,
        category=category,
    )
    unsaid = report
    if not _is_seen(outputs, skip_stdout=diff):
        rest = say_notifications(report, quiet=quiet)
        unsaid = report if report.files_checked else rest
    _write(report, outputs, options, request.tree.root, skip_stdout=diff, quiet=quiet, unsaid=unsaid)
    return exit_code(report, request.config, failed=failed, exit_zero=exit_zero)


def exit_code(report: Report, config: Config, *, failed: bool = False, exit_zero: bool = False) -> int:
    """0 without findings at or above `fail-on` of their folder, 1 with, 2 if something failed; 2 wins always."""
    if failed or any(finding.rule == "lintkit/rule-failed" for finding in report.findings):
        return COULD_NOT
    if any(map(is_failure, report.notifications)):
        return COULD_NOT
    metas = {meta.id: meta for meta in report.rules}
    found = any(
        SEVERITIES.index(finding.severity)
        <= SEVERITIES.index(config.for_path(finding.path).fails_at(metas[finding.rule]))
        for finding in report.findings
    )
    return 1 if found and not exit_zero else 0


def _refuse_contradictions(
    paths: tuple[str, ...],
    fix: bool,
    diff: bool,
    unsafe_fixes: bool,
    stdin_filename: str | None,
    verbose: bool,
    quiet: bool,
) -> None:
    if fix and diff:
        raise click.UsageError("--fix writes and --diff only shows; choose one of them.")
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("--unsafe-fixes says which fixes to take; add --fix or --diff.")
    if stdin_filename is not None and paths:
        raise click.UsageError("--stdin-filename checks one file from stdin; leave the PATHS out.")
    if stdin_filename is not None and fix:
        raise click.UsageError("--fix cannot write to stdin; use --diff with --stdin-filename.")
    if verbose and quiet:
        raise click.UsageError("--verbose and --quiet contradict each other.")


def _run(
    request: Request, comparison: Comparison, fixing: Fixing, allow_empty: bool, color: str, quiet: bool
) -> tuple[Report, bool]:
    """As `_fixed`, with a word about what was asked for and not checked."""
    from lintkit.cli.unchecked import with_unchecked
    from lintkit.run.engine import check_tree

    checked = check_tree(request)
    report, failed = _fixed(checked, comparison, fixing, color, quiet)
    return with_unchecked(report, request, checked.discovery, allow_empty=allow_empty), failed


def _fixed(
    checked: Checked, comparison: Comparison, fixing: Fixing, color: str, quiet: bool
) -> tuple[Report, bool]:
    """Fix or show fixes of what was checked; returns the report and whether something could not be done."""
    from lintkit.cli.comparing import narrowing

    request = checked.request
    narrow: Narrow = narrowing(checked, comparison)
    report = narrow(checked.report, request.tree)
    if not (fixing.write or fixing.show):
        return report, False
    from lintkit.cli import fixing as steps

    repaired = steps.repair_tree(request, report, narrow, unsafe=fixing.unsafe)
    if fixing.show:
        steps.show_diff(request, repaired, color=wants_color(color), quiet=quiet)
        return replace(repaired.before, notifications=(*report.notifications, *repaired.notifications)), False
    report, failed = steps.write_fixes(request, repaired, narrow)
    if fixing.tells:
        steps.say_fixed(repaired.before, report)
    return report, failed


def _is_seen(outputs: tuple[Output, ...], *, skip_stdout: bool) -> bool:
    """Whether the same terminal that shows stderr shows a report that says what is in stderr."""
    on_terminal = sys.stdout.isatty() and sys.stderr.isatty() and not skip_stdout
    return on_terminal and any(output.file is None and output.format == "text" for output in outputs)


def _write(
    report: Report,
    outputs: tuple[Output, ...],
    options: RenderOptions,
    root: Path,
    *,
    skip_stdout: bool,
    quiet: bool,
    unsaid: Report,
) -> None:
    """Write the report to all places.

    unsaid  what a text on stdout says: nothing that stderr has said where no file was checked, and there is no more
    """
    from lintkit.run.shown_paths import with_shown_paths

    report, unsaid = with_shown_paths(report), with_shown_paths(unsaid)
    for output in outputs:
        if output.file is None:
            nothing_to_say = quiet and output.format == "text" and not report.findings
            if skip_stdout or nothing_to_say:
                continue
            write_report(unsaid if output.format == "text" else report, output, options, root)
        else:
            write_report(report, output, replace(options, color=False), root)
