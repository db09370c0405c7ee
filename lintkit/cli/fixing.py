"""`--fix` and `--diff`: from a report to changed files, or to a diff."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import click

from lintkit.cli.comparing import Narrow
from lintkit.cli.failure import say
from lintkit.cli.output import write_stdout
from lintkit.files.tree import TreeError, WorkTree
from lintkit.fix import OverlayTree, Repair, repair, unified_diff, write_changes
from lintkit.kinds.recognise import kind_of
from lintkit.model import Report
from lintkit.report.printable import printable
from lintkit.run.engine import Request, run
from lintkit.run.redact import redact

_MOST_LINES = 50
_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def repair_tree(request: Request, report: Report, narrow: Narrow, *, unsafe: bool) -> Repair:
    """Apply the fixes of `report` in memory until nothing changes; `narrow` gave it, and gives the later ones."""
    tree = request.tree

    def check(files: Mapping[str, bytes]) -> Report:
        changed = OverlayTree(tree, files)
        return narrow(run(replace(request, tree=changed)), changed)

    def read(path: str) -> bytes | None:
        try:
            return tree.read(path)
        except TreeError:
            if os.path.lexists(tree.root / path):
                raise
            return None

    return repair(check, read, _is_python, report, unsafe=unsafe)


def write_fixes(request: Request, repaired: Repair, narrow: Narrow) -> tuple[Report, bool]:
    """Write the changes; returns the report of what is there now, and whether a file had to be left alone."""
    _, problems = write_changes(request.tree.root, repaired.changes)
    report = repaired.after
    if problems:
        tree = request.tree.anew() if isinstance(request.tree, WorkTree) else request.tree
        now = narrow(run(replace(request, tree=tree)), tree)
        fixed = max(0, len(repaired.before.findings) - len(now.findings))
        report = replace(now, fixed=fixed)
    notifications = (*report.notifications, *repaired.notifications, *problems)
    return replace(report, notifications=notifications), bool(problems)


def say_fixed(before: Report, after: Report) -> None:
    """Say on stderr which findings were fixed: how many of which rule in which file."""
    gone = _by_place(before) - _by_place(after)
    for (path, rule), number in sorted(gone.items())[:_MOST_LINES]:
        say(f"fixed {path}: {_counted(number, 'finding')} of {rule}")
    if len(gone) > _MOST_LINES:
        say(f"fixed {_counted(len(gone) - _MOST_LINES, 'more place')}; `git diff` shows what has changed")


def _by_place(report: Report) -> Counter[tuple[str, str]]:
    return Counter((finding.path, finding.rule) for finding in report.findings)


def show_diff(request: Request, repaired: Repair, *, color: bool, quiet: bool) -> None:
    """Print the changes as a unified diff to stdout, and what is to be said about it to stderr."""
    reports = (repaired.before, repaired.after)
    secrets = [_secret_places(report) for report in reports]

    def mask(path: str, text: str, after: bool) -> str:
        kind = kind_of(path, text.encode("utf-8", "surrogatepass")) or "text"
        return redact(text, kind, secrets[after].get(path, []))

    diff = unified_diff(repaired.changes, mask, _is_python)
    text = diff.text
    if sys.stdout.isatty():
        # On a terminal nothing of a file may act; in a pipe the diff stays a patch.
        text = "".join(f"{_shown(line)}\n" for line in text.split("\n")[:-1])
    if color:
        text = "".join(_colored(line) for line in text.splitlines(keepends=True))
    write_stdout(text.encode("utf-8", "backslashreplace"))
    if diff.masked:
        say(
            "a secret is masked in this diff, so it cannot be applied as a patch; --fix changes the real file"
        )
    for note in repaired.notifications:
        say(f"{note.path}: {note.message}" if note.path else note.message)
    if not quiet:
        say(
            f"{_counted(repaired.after.fixed, 'finding')} can be fixed in {_counted(len(repaired.changes), 'file')}"
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _is_python(path: str, data: bytes) -> bool:
    return kind_of(path, data) == "python"


def _secret_places(report: Report) -> dict[str, list[tuple[int, int]]]:
    places: dict[str, list[tuple[int, int]]] = {}
    for finding in (*report.findings, *report.known, *(entry.finding for entry in report.suppressed)):
        if finding.secret:
            span = finding.primary.span
            places.setdefault(span.path, []).append((span.start, span.end))
    return places


def _shown(line: str) -> str:
    return "\t".join(printable(part) for part in line.rstrip("\r").split("\t"))


def _colored(line: str) -> str:
    color = None if line.startswith(("---", "+++")) else _COLORS.get(line[:1])
    return click.style(line, fg=color) if color else line
