"""What is said where no review can be posted: commands on the log of a workflow, and the summary of its step.

The token of a pull request from a fork may only read. Commands still become annotations, ten of each level in a step.
Source: GitHub's documentation of workflow commands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lintkit.model import Severity
from lintkit.report.github import SHOWN, escape_data, escape_property
from lintkit.report.markdown import code
from lintkit.report.printable import printable
from lintkit.review.remarks import Remark, by_rule
from lintkit.review.wording import escaped

_SUMMARY_LIMIT = 500_000
_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


def workflow_commands(remarks: Sequence[Remark]) -> str:
    """One command for each remark, as many of each level as are kept, and a line that counts the others."""
    seen: Counter[Severity] = Counter()
    lines = []
    for remark in remarks:
        seen[remark.severity] += 1
        if seen[remark.severity] <= SHOWN:
            place = remark.place
            where = f"file={escape_property(place.path)},line={place.line},endLine={place.end_line}"
            head = f"::{_COMMANDS[remark.severity]} {where},title={escape_property(remark.rule)}"
            lines.append(f"{head}::{escape_data(printable(remark.message))}")
    left = sum(max(0, count - SHOWN) for count in seen.values())
    if left:
        lines.append(f"{left} more findings are in the summary of this step")
    return "".join(f"{line}\n" for line in lines)


def summary(remarks: Sequence[Remark]) -> str:
    """The findings in Markdown, by rule."""
    parts = ["## lintkit\n"]
    room = _SUMMARY_LIMIT
    for rule, group in by_rule(remarks).items():
        lines = [f"### {code(printable(rule))}\n"]
        for remark in group:
            where = code(f"{printable(remark.place.path)}:{remark.place.line}")
            lines.append(f"- **{remark.severity}** {where} {escaped(remark.message, 1_000)}")
        text = "\n".join(lines) + "\n"
        room -= len(text)
        if room < 0:
            parts.append("More is in the report of the check.\n")
            break
        parts.append(text)
    return "\n".join(parts)
