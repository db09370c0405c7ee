"""Markdown for a step summary of GitHub Actions, a comment or a wiki: by rule, with links to the lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO

from lintkit.model import SEVERITIES, Finding, Location, Report, RuleMeta, Span
from lintkit.report.markdown import code, prose, sentence
from lintkit.report.options import RenderOptions
from lintkit.report.printable import printable, shortened
from lintkit.report.remote import public_uri
from lintkit.report.sources import Sources
from lintkit.report.summary import counted, summarize
from lintkit.report.uri import path_uri

SIZE_LIMIT = 1_000_000
"""Bytes of the text; GitHub refuses a step summary of more than 1 MiB."""

SHOWN_OF_RULE = 25
"""Findings of one rule that are listed; all of them in a verbose report."""

MESSAGE_LIMIT = 500
LABEL_LIMIT = 200
"""Code points of a message and of a label."""

_RELATED = 5
_RESERVE = 2_000


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the findings by rule, the most severe first, as many as a step summary takes."""
    page = _Page(report, options)
    size, left = 0, 0
    for count, lines in page.blocks():
        text = "".join(f"{line}\n" for line in lines)
        length = len(text.encode("utf-8", "replace"))
        if left or size + length > SIZE_LIMIT - _RESERVE:
            left += count
            continue
        size += length
        stream.write(text)
    if left:
        stream.write(f"\n{counted(left, 'finding')} more, for which there is no room here.\n")


class _Page:
    def __init__(self, report: Report, options: RenderOptions) -> None:
        self.report = report
        self.sources = Sources(report)
        self.shown = len(report.findings) if options.verbose else SHOWN_OF_RULE
        self.rules = {rule.id: rule for rule in report.rules}
        uri, revision = public_uri(report.revision.repository_uri), report.revision.revision_id
        self.base = f"{uri}/blob/{revision}/" if uri.startswith("https://") and revision else ""

    def blocks(self) -> Iterator[tuple[int, list[str]]]:
        """Pieces that are shown whole or not at all, and how many findings each holds."""
        yield 0, self._head()
        by_rule = sorted(self.report.findings, key=lambda f: (SEVERITIES.index(f.severity), f.rule))
        for (severity, rule_id), group in groupby(by_rule, key=lambda f: (f.severity, f.rule)):
            findings = list(group)
            rule = self.rules.get(rule_id)
            summary = prose(rule.summary) if rule else prose(rule_id)
            yield 0, ["", f"### {severity}: {summary}", "", f"{code(printable(rule_id))}", ""]
            for finding in findings[: self.shown]:
                yield 1, self._finding(finding)
            if len(findings) > self.shown:
                yield 0, ["", f"and {len(findings) - self.shown} more like these"]
            if rule:
                yield 0, _advice(rule)

    def _head(self) -> list[str]:
        summary = summarize(self.report)
        counts = Counter(finding.severity for finding in self.report.findings)
        said = ", ".join(counted(counts[one], one) for one in SEVERITIES if counts[one])
        new = "new: " if self.report.compared and said else ""
        clean = "no new problems" if self.report.compared else "no problems"
        title = f"{new}{said}" if said else clean if summary.files else "nothing was checked"
        facts = [f"{summary.files} files checked" if summary.files != 1 else "1 file checked"]
        if summary.suppressed:
            facts.append(f"{summary.suppressed} suppressed")
        if self.report.compared:
            facts.append(f"{summary.known} known from {prose(self.report.compared)}")
        if summary.fixable:
            facts.append(f"{summary.fixable} can be fixed with `--fix`")
        return [f"## lintkit: {title}", "", ", ".join(facts), *self._notifications()]

    def _notifications(self) -> Sequence[str]:
        errors = [note for note in self.report.notifications if note.level == "error"]
        return [
            f"\n**{prose(note.path) + ': ' if note.path else ''}{prose(shortened(note.message, MESSAGE_LIMIT))}**"
            for note in errors[:_RELATED]
        ]

    def _finding(self, finding: Finding) -> list[str]:
        message = prose(shortened(finding.message, MESSAGE_LIMIT))
        lines = [f"- {self._link(finding.primary.span)} {message}"]
        others = finding.others
        lines += [f"  - {self._link(at.span)} {_label(at)}".rstrip() for at in others[:_RELATED]]
        if len(others) > _RELATED:
            lines.append(f"  - and {counted(len(others) - _RELATED, 'more place')}")
        return lines

    def _link(self, span: Span) -> str:
        region = self.sources.region(span)
        name = code(printable(f"{span.path}:{region.line}"))
        if not self.base:
            return name
        lines = f"L{region.line}" if region.line == region.end_line else f"L{region.line}-L{region.end_line}"
        return f"[{name}]({self.base}{path_uri(span.path)}#{lines})"


def _label(location: Location) -> str:
    return prose(shortened(location.label, LABEL_LIMIT))


def _advice(rule: RuleMeta) -> list[str]:
    """Why and what to do; both are Markdown of the rule's author."""
    return [
        "",
        "<details><summary>Why, and what to do</summary>",
        "",
        sentence(rule.why) if "\n" not in rule.why.strip() else rule.why.strip(),
        "",
        rule.remedy.strip(),
        "",
        "</details>",
    ]
