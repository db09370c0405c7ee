"""`--baseline`, `--changed`, `--staged` and `--since`: reporting only what is new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lintkit.cli.failure import CommandError
from lintkit.config.errors import quoted
from lintkit.model import Notification, Report

if TYPE_CHECKING:
    from lintkit.files.tree import Tree
    from lintkit.run.baseline import Baseline, Key
    from lintkit.run.engine import Checked, Request

F = TypeVar("F", bound=Callable[..., Any])

Narrow = Callable[[Report, "Tree"], Report]
"""Reduces the report of a tree to what is new."""

_OPTIONS = (
    click.option(
        "--baseline",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Report only what FILE, written by `lintkit baseline`, does not know.",
    ),
    click.option("--changed", is_flag=True, help="Report only what is new since the last commit."),
    click.option(
        "--staged",
        is_flag=True,
        help="Check what is staged, and report only what is new since the last commit.",
    ),
    click.option(
        "--since",
        metavar="REVISION",
        help="Report only what is new since the work at hand left REVISION, such as origin/main.",
    ),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the findings are compared with, as the command line says it."""

    baseline: Path | None
    changed: bool
    staged: bool
    since: str | None

    def refuse_contradictions(self) -> None:
        """Raises click.UsageError."""
        named = {"--changed": self.changed, "--staged": self.staged, "--since": self.since is not None}
        given = [name for name, is_given in named.items() if is_given]
        if len(given) > 1:
            raise click.UsageError(f"{' and '.join(given)} name different bases; choose one of them.")


def comparison_options(function: F) -> F:
    """The options of a Comparison."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def narrowing(checked: Checked, comparison: Comparison) -> Narrow:
    """What reduces the report of `checked`, and those of its tree with other bytes, to what is new.

    Raises CommandError for a bad baseline, TreeError for a revision that cannot be read.
    """
    steps: list[Narrow] = []
    if comparison.since is not None or comparison.changed or comparison.staged:
        steps.append(_by_revision(checked, comparison.since))
    if comparison.baseline is not None:
        steps.append(_by_baseline(checked.request, comparison.baseline))

    def narrow(report: Report, tree: Tree) -> Report:
        for step in steps:
            report = step(report, tree)
        return report

    return narrow


def _by_revision(checked: Checked, revision: str | None) -> Narrow:
    from lintkit.files.base import base_tree, head_tree
    from lintkit.run.compare import base_of, compared

    root = checked.request.tree.root
    tree = head_tree(root) if revision is None else base_tree(root, revision)
    if tree is None:  # before the first commit everything is new
        return lambda report, _: report
    base = base_of(checked, tree, revision or "HEAD")
    return lambda report, here: compared(report, here, base)


def _by_baseline(request: Request, file: Path) -> Narrow:
    from lintkit.run.baseline import key_of, unknown
    from lintkit.run.compare import narrowed

    baseline = read_baseline(file, request.tree.root)
    judged = judged_by(request)

    def narrow(report: Report, tree: Tree) -> Report:
        from lintkit.run.baseline import pruned

        found = (*report.findings, *report.known)
        new = unknown(found, baseline)
        gone = baseline.size - pruned(found, baseline, judged).size
        report = narrowed(report, lambda finding: key_of(finding) in new, file.name)
        if not gone:
            return report
        are = "1 finding of the baseline is" if gone == 1 else f"{gone} findings of the baseline are"
        message = f"{are} found no more; `lintkit baseline --prune` takes {'it' if gone == 1 else 'them'} out"
        return replace(report, notifications=(*report.notifications, Notification("note", message)))

    return narrow


def read_baseline(file: Path, root: Path) -> Baseline:
    """Read a baseline. Raises CommandError with a sentence that names the file.

    root  the checked repository, whose links do not lead out of it
    """
    from lintkit.files.links import leads_out
    from lintkit.run.baseline import BaselineError, read

    try:
        if leads_out(file, root):
            raise BaselineError(
                "it is reached through a symbolic link that leads out of the checked repository; "
                "put the file itself there"
            )
        return read(file)
    except BaselineError as error:
        raise CommandError(f"{quoted(file)}: {error}") from None


def judged_by(request: Request) -> Callable[[Key], bool]:
    """Whether a run would have found what an entry of a baseline speaks of.

    A rule that exists and was not selected, or a file that was not asked for, says nothing about its entries.
    """
    idle = request.known - request.rules.ids()
    return lambda key: key[1] not in idle and (request.only is None or key[0] in request.only)
