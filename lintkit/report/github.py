"""Workflow commands of GitHub Actions: annotations on the lines of a pull request, without any permission.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the others without a word, so that no more are
written, and what is left out is counted by rule. Sources: GitHub's pages on workflow commands, and how its runner reads
them (`::` at the beginning of a line, `##[` anywhere in it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from lintkit.model import SEVERITIES, Finding, Report, Severity
from lintkit.report.options import RenderOptions
from lintkit.report.printable import printable, shortened
from lintkit.report.sources import Sources
from lintkit.report.summary import counted

SHOWN = 10
"""Annotations of one severity that GitHub shows of a step."""

MESSAGE_LIMIT = 2_000
"""Code points of a message; an annotation holds at most 4,096 bytes."""

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write a command for each finding that GitHub will show, and how many others there are."""
    sources = Sources(report)
    shown: Counter[Severity] = Counter()
    left: list[Finding] = []
    for finding in report.findings:
        if shown[finding.severity] < SHOWN:
            shown[finding.severity] += 1
            stream.write(command(finding, sources) + "\n")
        else:
            left.append(finding)
    if left:
        stream.writelines(f"{line}\n" for line in _others(left))


def command(finding: Finding, sources: Sources) -> str:
    """The workflow command that annotates a finding."""
    region = sources.region(finding.primary.span)
    properties = {
        "file": finding.path,
        "line": str(region.line),
        "endLine": str(region.end_line),
    }
    if region.line == region.end_line:  # GitHub wants columns only where they are of one line
        properties |= {"col": str(region.column), "endColumn": str(region.end_column)}
    properties["title"] = finding.rule
    said = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {said}::{escape_data(_message(finding, sources))}"


def escape_data(text: str) -> str:
    """`text` as the message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """`text` as the value of a property of a command."""
    return escape_data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def _message(finding: Finding, sources: Sources) -> str:
    """The message, and the other ends of a finding that has some, one a line."""
    lines = [shortened(finding.message, MESSAGE_LIMIT)]
    others = finding.others
    for location in others[:4]:
        where = f"{printable(location.span.path)}:{sources.region(location.span).line}"
        lines.append(f"{where} {shortened(location.label, 200)}".rstrip())
    if len(others) > 4:
        lines.append(f"and {counted(len(others) - 4, 'more place')}")
    return "\n".join(lines)


def _others(left: Sequence[Finding]) -> list[str]:
    """The findings that are not annotated, counted by severity and by rule."""
    severities = Counter(finding.severity for finding in left)
    counts = ", ".join(counted(severities[one], one) for one in SEVERITIES if severities[one])
    by_rule = Counter((SEVERITIES.index(finding.severity), finding.rule) for finding in left)
    lines = [f"lintkit: {counts} more, which GitHub would not show: it takes {SHOWN} of each from a step."]
    for (severity, rule), count in sorted(by_rule.items()):
        lines.append(f"{count:6} {SEVERITIES[severity]:8} {printable(rule).replace('##[', '## [')}")
    return lines
