"""What a report adds up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lintkit.model import Report


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a report; `fixable` by `--fix`, `unsafe_fixable` only by `--unsafe-fixes`.

    known  findings that were there before, where the report is of what is new
    """

    errors: int
    warnings: int
    notes: int
    files: int
    files_with_findings: int
    suppressed: int
    known: int
    fixable: int
    unsafe_fixable: int
    fixed: int


def summarize(report: Report) -> Summary:
    """Count."""
    severities = Counter(finding.severity for finding in report.findings)
    fixes = Counter(finding.fix.safe for finding in report.findings if finding.fix)
    return Summary(
        errors=severities["error"],
        warnings=severities["warning"],
        notes=severities["note"],
        files=report.files_checked,
        files_with_findings=len({finding.path for finding in report.findings}),
        suppressed=len(report.suppressed),
        known=len(report.known),
        fixable=fixes[True],
        unsafe_fixable=fixes[False],
        fixed=report.fixed,
    )


def counted(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
