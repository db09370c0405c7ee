"""One result for one secret: the findings of a report that hold the same value, as the first one with its copies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lintkit.model import Finding, Location, Report
from lintkit.report.summary import counted


def joined(report: Report) -> Report:
    """`report` with one finding for each secret, in the place of the first one.

    It keeps its fingerprints, so that they do not change with places that come or go behind it. What is new and what
    was there before are joined apart, so that a new place of an old secret is new.
    """
    return replace(report, findings=tuple(_joined(report.findings)), known=tuple(_joined(report.known)))


def _joined(findings: Iterable[Finding]) -> list[Finding]:
    first: dict[int, int] = {}
    copies: dict[int, list[Location]] = {}
    kept: list[Finding] = []
    for finding in findings:
        if finding.group and finding.group in first:
            copies.setdefault(finding.group, []).append(
                Location(finding.primary.span, f"the same secret: `{finding.subject}`")
            )
            continue
        if finding.group:
            first[finding.group] = len(kept)
        kept.append(finding)
    for group, places in copies.items():
        index = first[group]
        kept[index] = replace(kept[index], copies=tuple(places))
    return kept


def message_of(finding: Finding) -> str:
    """The message, and in how many more places the same secret stands: for formats that have one line."""
    more = len(finding.copies)
    return f"{finding.message} (and in {counted(more, 'more place')})" if more else finding.message
