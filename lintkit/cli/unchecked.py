"""What was asked for and not checked: a run that has looked at nothing must not look like a clean one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lintkit.cli.failure import say
from lintkit.config.errors import quoted
from lintkit.model import Notification, Report
from lintkit.rule.own import SKIPPED_FILE

if TYPE_CHECKING:
    from lintkit.files.files import Discovery
    from lintkit.run.engine import Request


def with_unchecked(report: Report, request: Request, discovery: Discovery, *, allow_empty: bool) -> Report:
    """`report` with a word about each path that was named and of which nothing was read.

    allow_empty  folders without a file that lintkit reads are as they should be
    A named file that `exclude` leaves out is meant to be: pre-commit names every file that changed. So is a file of a
    kind that lintkit does not read, unless nothing else was named. A folder in which nothing is left is no clean one.
    """
    named = frozenset(path for path in request.asked if path in discovery.paths)
    notes = [
        replace(note, level="warning") if note.path in named and note.level == "note" else note
        for note in report.notifications
    ]
    said = frozenset(note.path for note in notes)
    if not allow_empty:
        notes += _empty_folders(request.asked, discovery, report)
    if named and not report.files_checked and not any(path in said for path in named):
        what = quoted(min(named)) if len(named) == 1 else f"all {len(named)} files that were named"
        notes.append(Notification("warning", f"nothing was checked: lintkit reads no files such as {what}"))
    if not request.rules.rules:
        hint = "" if allow_empty else "; --allow-empty accepts that"
        left = f"no rule runs: `select` and `ignore` leave none over, so nothing was checked{hint}"
        notes.append(Notification("warning" if allow_empty else "error", left))
        report = replace(report, files_checked=0)  # or every format would count files in which nobody looked
    return replace(report, notifications=tuple(notes))


def _empty_folders(asked: Iterable[str], discovery: Discovery, report: Report) -> Iterator[Notification]:
    """What is wrong with the folders that were named."""
    folders = [path for path in asked if path not in discovery.paths and path not in discovery.excluded]
    reasons = {note.path: note for note in report.notifications if note.path}
    nothing_read = report.files_checked == 0
    for folder in folders:
        prefix = f"{folder}/" if folder else ""
        here = f"in {quoted(folder)}" if folder else "in the folder that is checked"
        if any(path.startswith(prefix) for path in discovery.excluded):
            if nothing_read:
                left = f"`exclude` leaves out every file {here}, so nothing was checked"
                # pre-commit may name a folder that is left out; the whole repository is no such thing
                yield Notification("warning", left, SKIPPED_FILE.id, folder) if folder else _error("", left)
            continue
        if folder in reasons:
            yield replace(reasons[folder], level="error")
        elif not any(path.startswith(prefix) for path in discovery.paths):
            yield _error(folder, f"there is no file {here}, so nothing of it was checked")
        elif nothing_read:
            yield _error(folder, f"lintkit reads none of the files {here}, so nothing was checked")


def _error(folder: str, message: str) -> Notification:
    hint = "`lintkit files` lists what it reads, and --allow-empty accepts folders without it"
    return Notification("error", f"{message}; {hint}", SKIPPED_FILE.id, folder)


def say_notifications(report: Report, *, quiet: bool) -> Report:
    """Say on stderr, whatever the format, why the check is not whole; returns the report without what was said."""
    unsaid = []
    for note in report.notifications:
        if is_failure(note) or (note.level == "warning" and note.rule in ("", SKIPPED_FILE.id) and not quiet):
            say(
                f"{note.level}: {note.path}: {note.message}" if note.path else f"{note.level}: {note.message}"
            )
        else:
            unsaid.append(note)
    return replace(report, notifications=tuple(unsaid))


def is_failure(note: Notification) -> bool:
    """Whether something that was asked for could not be done; of rules that failed there is a finding."""
    return note.level == "error" and note.rule in ("", SKIPPED_FILE.id)
