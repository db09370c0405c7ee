"""Paths as they are shown: the name of a folder may be a token, and every report names the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from lintkit.model import Edit, Finding, Fix, Location, Report, Span
from lintkit.secrets.by_form import mask_tokens


def with_shown_paths(report: Report) -> Report:
    """The report with each token in a path masked, by which files stay apart; the same report if there is none.

    It is for reading: what changes files needs the paths that they have.
    """
    paths = sorted(set(_paths(report)))
    shown = {path: mask_tokens(path) for path in paths}
    if all(path == name for path, name in shown.items()):
        return report
    names: set[str] = set()
    for path, name in shown.items():
        number = 2
        while shown[path] in names:
            shown[path] = f"{name}~{number}"
            number += 1
        names.add(shown[path])
    return _renamed(report, lambda path: shown.get(path, path))


def _paths(report: Report) -> Iterator[str]:
    yield from report.texts
    yield from report.boms
    yield from (note.path for note in report.notifications)
    for finding in (*report.findings, *report.known, *(entry.finding for entry in report.suppressed)):
        yield from (location.span.path for location in finding.locations)
        yield from (edit.span.path for edit in (finding.fix.edits if finding.fix else ()))


def _renamed(report: Report, name: Callable[[str], str]) -> Report:
    def span(at: Span) -> Span:
        return replace(at, path=name(at.path))

    def fix(one: Fix) -> Fix:
        return replace(one, edits=tuple(Edit(span(edit.span), edit.text) for edit in one.edits))

    def finding(one: Finding) -> Finding:
        return replace(
            one,
            message=mask_tokens(one.message),
            subject=mask_tokens(one.subject),
            locations=tuple(Location(span(at.span), mask_tokens(at.label)) for at in one.locations),
            fix=one.fix and fix(one.fix),
        )

    return replace(
        report,
        findings=tuple(map(finding, report.findings)),
        known=tuple(map(finding, report.known)),
        suppressed=tuple(replace(entry, finding=finding(entry.finding)) for entry in report.suppressed),
        texts={name(path): text for path, text in report.texts.items()},
        boms=frozenset(map(name, report.boms)),
        notifications=tuple(
            replace(note, path=name(note.path), message=mask_tokens(note.message))
            for note in report.notifications
        ),
    )
