"""The report a person reads: by file, then by rule, each finding with its source, each rule's reason once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress, groupby
from operator import not_
from typing import TextIO

from lintkit.model import SEVERITIES, Finding, Fix, Location, Notification, Report, RuleMeta, Severity, Span
from lintkit.report.display import markdown_lines, width, wrapped
from lintkit.report.excerpt import Row, excerpt, source_line
from lintkit.report.options import RenderOptions
from lintkit.report.printable import printable, shortened
from lintkit.report.same_secret import message_of
from lintkit.report.sources import Sources
from lintkit.report.style import Style
from lintkit.report.summary import counted, summarize

EXCERPTS_IN_GROUP = 3
"""Findings of one rule in one file that are shown with their source; the others take a line each."""

EXCERPTS_OF_RULE = 12
"""Findings of one rule in the whole report that are shown with their source."""

LINES_IN_GROUP = 20
"""Findings of one rule in one file that take a line each; the others are counted."""

RELATED_SHOWN = 4
"""Related locations of one finding that are shown with their source."""

MESSAGE_LIMIT = 500
"""Code points of a message that are shown."""

MANY = 100
"""Findings from which on a reader is told how to begin."""

MANY_HINT = (
    "To begin with new code only, `lintkit baseline` accepts what is there today. "
    "`--output-format concise` takes a line for each finding, and `lintkit explain RULE` says more of a rule."
)

BRIEF_HINT = (
    "Some findings stand on one line, because those before them in their rule were shown with their source; "
    "-v shows all of them so."
)

_MINIMUM_WIDTH = 40


def render(report: Report, stream: TextIO, options: RenderOptions) -> None:
    """Write the report as text. Whatever the stream cannot encode is written as an escape."""
    text = "".join(f"{line}\n" for line in _TextReport(report, options).lines())
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


class _TextReport:
    def __init__(self, report: Report, options: RenderOptions) -> None:
        self.report = report
        self.options = options
        self.style = Style(options.color)
        self.width = max(_MINIMUM_WIDTH, options.width)
        self.sources = Sources(report)
        self.rules = {rule.id: rule for rule in report.rules}
        self.explained: set[str] = set()
        self.excerpts: Counter[str] = Counter()
        self.brief = False

    def lines(self) -> Iterator[str]:
        for path, findings in groupby(self.report.findings, key=lambda finding: finding.path):
            yield from self._file(path, list(findings))
        if self.options.show_suppressed and self.report.suppressed:
            yield from self._suppressed()
        if self.options.statistics:
            yield from self._statistics()
        yield from self._notifications()
        if self.brief:
            yield from wrapped(BRIEF_HINT, self.width)
            yield ""
        yield self._summary()
        if len(self.report.findings) >= MANY and not self.report.compared:
            yield from wrapped(MANY_HINT, self.width)

    def _file(self, path: str, findings: Sequence[Finding]) -> Iterator[str]:
        counts = _severity_counts(finding.severity for finding in findings)
        name = printable(path)
        dashes = "-" * max(3, self.width - width(name) - len(counts) - 2)
        yield f"{self.style.strong(name)} {self.style.faint(dashes)} {counts}"
        yield ""
        by_rule = sorted(findings, key=lambda finding: (SEVERITIES.index(finding.severity), finding.rule))
        for (severity, rule_id), group in groupby(by_rule, key=lambda item: (item.severity, item.rule)):
            yield from self._group(severity, rule_id, list(group))
            yield ""

    def _group(self, severity: Severity, rule_id: str, findings: Sequence[Finding]) -> Iterator[str]:
        rule = self.rules.get(rule_id)
        summary = printable(rule.summary) if rule else ""
        count = f" ({len(findings)} times)" if len(findings) > 1 else ""
        name = f"[{printable(rule_id)}]"
        first, *others = [*wrapped(f"{severity}: {summary}{count} {name}", self.width), ""]
        yield self._painted(first, severity, name)
        for line in others:
            if line:
                yield f"  {self._painted(line, severity, name)}"

        full = len(findings)
        if not self.options.verbose:
            full = max(0, min(full, EXCERPTS_IN_GROUP, EXCERPTS_OF_RULE - self.excerpts[rule_id]))
            self.excerpts[rule_id] += full
        for finding in findings[:full]:
            yield from self._finding(finding)
        yield from self._brief(findings[full:], {finding.message for finding in findings[:full]})
        if rule and rule_id not in self.explained:
            self.explained.add(rule_id)
            yield ""
            yield from self._advice(rule)

    def _painted(self, line: str, severity: Severity, name: str) -> str:
        prefix = f"{severity}: "
        if line.startswith(prefix):
            line = self.style.severity(severity, prefix[:-1]) + line[len(prefix) - 1 :]
        if line.endswith(name):
            line = line.removesuffix(name) + self.style.faint(name)
        return line

    def _finding(self, finding: Finding) -> Iterator[str]:
        yield ""
        yield from self._located(finding.primary.span, finding.message, indent=2)
        severity = finding.severity
        yield from self._excerpt(finding.primary.span, "^", lambda text: self.style.severity(severity, text))
        related = finding.others
        shown = related if self.options.verbose else related[:RELATED_SHOWN]
        for location in shown:
            yield from self._related(location)
        if len(related) > len(shown):
            yield f"    and {counted(len(related) - len(shown), 'more place')} (-v shows them)"
        if finding.fix:
            yield self._fix(finding.fix)

    def _related(self, location: Location) -> Iterator[str]:
        yield from self._located(location.span, location.label or "see also", indent=4)
        yield from self._excerpt(location.span, "-", self.style.second, context=0)

    def _fix(self, fix: Fix) -> str:
        option = "--fix" if fix.safe else "--fix --unsafe-fixes"
        return f"    {self.style.good(f'{option}:')} {printable(fix.title)}"

    def _brief(self, findings: Sequence[Finding], said: set[str]) -> Iterator[str]:
        """A line for each finding: its message, or its source where the message has been `said` in this group."""
        if not findings:
            return
        self.brief = self.brief or not self.options.verbose
        yield ""
        limit = len(findings) if self.options.verbose else LINES_IN_GROUP
        for finding in findings[:limit]:
            again = finding.message in said and not finding.copies
            source = self._source_line(finding.primary.span) if again else ""
            if source:
                yield f"  {self.style.strong(self._where(finding.primary.span))} {source}"
            else:
                yield from self._located(finding.primary.span, message_of(finding), indent=2)
            said.add(finding.message)
        if len(findings) > limit:
            yield f"  and {len(findings) - limit} more like these (-v shows them)"

    def _source_line(self, span: Span) -> str:
        lines = self.sources.lines(span.path)
        if lines is None:
            return ""
        return source_line(lines, span, max(20, self.width - 3 - width(self._where(span))))

    def _located(self, span: Span, message: str, indent: int) -> Iterator[str]:
        """`path:line:column message`, the message wrapped under itself when it does not fit."""
        where = self._where(span)
        first, *others = [*wrapped(shortened(message, MESSAGE_LIMIT), self.width - indent - 2), ""]
        if indent + len(where) + 1 + len(first) + (len(others) > 1) * self.width <= self.width:
            yield f"{' ' * indent}{self.style.strong(where)} {first}"
            return
        yield f"{' ' * indent}{self.style.strong(where)}"
        for line in [first, *others]:
            if line:
                yield f"{' ' * (indent + 2)}{line}"

    def _where(self, span: Span) -> str:
        region = self.sources.region(span)
        return f"{printable(span.path)}:{region.line}:{region.column}"

    def _excerpt(self, span: Span, mark: str, paint: Callable[[str], str], context: int = 1) -> Iterator[str]:
        lines = self.sources.lines(span.path)
        if lines is None or not lines.text:
            return
        highest = lines.position(span.end).line + context
        digits = max(4, len(str(highest)))
        columns = max(20, self.width - digits - 5)
        for row in excerpt(lines, span, columns, context, mark):
            yield self._row(row, digits, paint)

    def _row(self, row: Row, digits: int, paint: Callable[[str], str]) -> str:
        number = str(row.number) if row.number else ""
        start, end = row.mark
        text = row.text[:start] + paint(row.text[start:end]) + row.text[end:]
        return f"  {self.style.faint(f'{number:>{digits}} |')} {text}".rstrip()

    def _advice(self, rule: RuleMeta) -> Iterator[str]:
        yield from self._paragraphs("why", rule.why)
        yield from self._paragraphs("fix", rule.remedy)

    def _paragraphs(self, label: str, markdown: str) -> Iterator[str]:
        prefix = f"  {self.style.good(f'{label}:')} "
        for line in markdown_lines(markdown, self.width - 7):
            yield f"{prefix}{printable(line)}".rstrip()
            prefix = " " * 7

    def _suppressed(self) -> Iterator[str]:
        yield self.style.strong("suppressed")
        yield ""
        for item in self.report.suppressed:
            reason = f" -- {item.reason}" if item.reason else ""
            message = f"{item.finding.message} [{item.finding.rule}]{reason}"
            yield from self._located(item.finding.primary.span, message, indent=2)
        yield ""

    def _statistics(self) -> Iterator[str]:
        counts = Counter(finding.rule for finding in self.report.findings)
        rules = sorted({*counts, *self.report.cost}, key=lambda rule_id: (-counts[rule_id], rule_id))
        for rule_id in rules:
            seconds = self.report.cost.get(rule_id)
            cost = f"{seconds[0]:8.3f} s" if seconds else " " * 10
            yield f"{counts[rule_id]:6} {cost if self.report.cost else ''}  {printable(rule_id)}".rstrip()
        if rules:
            yield ""

    def _notifications(self) -> Iterator[str]:
        notifications = self.report.notifications
        listed = [self.options.verbose or item.level == "error" for item in notifications]
        for item in compress(notifications, listed):
            yield from self._notification(item)
        counts = _notification_counts(list(compress(notifications, map(not_, listed))))
        if counts:
            yield f"{counts} (see -v)"

    def _notification(self, item: Notification) -> Iterator[str]:
        line = f":{item.line}" if item.line else ""
        where = f"{printable(item.path)}{line}: " if item.path else ""
        rule = f" [{printable(item.rule)}]" if item.rule else ""
        text = f"{item.level}: {where}{printable(item.message)}{rule}"
        first, *others = wrapped(text, self.width)
        yield self.style.severity(item.level, f"{item.level}:") + first.removeprefix(f"{item.level}:")
        for other in others:
            yield f"  {other}"

    def _summary(self) -> str:
        summary = summarize(self.report)
        files = counted(summary.files, "file")
        fixed = f"; {summary.fixed} fixed" if summary.fixed else ""
        suppressed = f"; {summary.suppressed} suppressed" if summary.suppressed else ""
        new = ""
        if self.report.compared:
            new = "new: "
            suppressed += f"; {summary.known} known from {printable(self.report.compared)}"
        if not self.report.findings and not summary.files:
            return f"No file was checked{fixed}{suppressed}."
        if not self.report.findings:
            return f"No {'new ' if new else ''}problems in {files}{fixed}{suppressed}."
        counts = _severity_counts(finding.severity for finding in self.report.findings)
        worst = min((finding.severity for finding in self.report.findings), key=SEVERITIES.index)
        fixable = []
        if summary.fixable:
            fixable.append(f"{summary.fixable} can be fixed with --fix")
        if summary.unsafe_fixable:
            more = "more with" if fixable else "can be fixed with"
            fixable.append(f"{summary.unsafe_fixable} {more} --fix --unsafe-fixes")
        fixes = f"; {', '.join(fixable)}" if fixable else ""
        where = f"in {summary.files_with_findings} of {files}"
        return f"{new}{self.style.severity(worst, counts)} {where}{fixed}{suppressed}{fixes}"


def _severity_counts(severities: Iterable[Severity]) -> str:
    """`12 errors, 3 warnings`."""
    counts = Counter(severities)
    return ", ".join(counted(counts[severity], severity) for severity in SEVERITIES if counts[severity])


def _notification_counts(notifications: Sequence[Notification]) -> str:
    skipped = sum(item.rule == "lintkit/skipped-file" for item in notifications)
    others = len(notifications) - skipped
    parts = [f"{counted(skipped, 'file')} skipped"] if skipped else []
    if others:
        parts.append(counted(others, "other notice" if skipped else "notice"))
    return ", ".join(parts)
