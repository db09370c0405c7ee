"""Settling: from all findings of a run to the ones that are reported, and why the others are not."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING

from lintkit.config.selectors import unused
from lintkit.model import Finding, Location, RuleMeta, SuppressedFinding, Suppression
from lintkit.rule.own import RULE_FAILED, UNUSED_SUPPRESSION
from lintkit.run.fingerprint import LINE_HASH, STABLE, stable_fingerprint
from lintkit.run.suppress import apply

if TYPE_CHECKING:
    from lintkit.config.model import Waiver
    from lintkit.config.ruling import Rulings

Sorting = tuple[str, int, int, str, str]


def order(finding: Finding) -> Sorting:
    """Reports are sorted by path, position, rule and message, whatever order the work was done in."""
    span = finding.primary.span
    return (span.path, span.start, span.end, finding.rule, finding.message)


def merge_equal(findings: Iterable[Finding]) -> list[Finding]:
    """Several findings of one rule at one span become one; the other ends of all of them are kept."""
    merged: dict[tuple[str, str, str, int, int], Finding] = {}
    for finding in sorted(findings, key=order):
        span = finding.primary.span
        # Rules that fail do so at the beginning of their file, each for itself.
        failed = finding.message if finding.rule == RULE_FAILED.id else ""
        key = (finding.rule, failed, span.path, span.start, span.end)
        first = merged.get(key)
        if first is None:
            merged[key] = finding
            continue
        known = {location.span for location in first.locations}
        further = tuple(location for location in finding.locations[1:] if location.span not in known)
        merged[key] = replace(first, locations=(*first.locations, *further))
    return list(merged.values())


class Spans:
    """Stretches of one file, so that what overlaps with any of them is found without looking at all."""

    __slots__ = ("_furthest", "_starts")

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))

    def overlap(self, start: int, end: int) -> bool:
        """Whether any of them begins before `end` and ends after `start`."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._furthest[before - 1] > start


def drop_superseded(findings: Sequence[Finding], metas: Mapping[str, RuleMeta]) -> list[Finding]:
    """Where a finding's rule supersedes another rule's, the weaker finding on an overlapping span goes."""
    spans: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for finding in findings:
        meta = metas.get(finding.rule)
        for weaker in meta.supersedes if meta is not None else ():
            span = finding.primary.span
            spans[weaker, span.path].append((span.start, span.end))
    known = {key: Spans(several) for key, several in spans.items()}
    return [
        finding
        for finding in findings
        if (stronger := known.get((finding.rule, finding.path))) is None
        or not stronger.overlap(finding.primary.span.start, finding.primary.span.end)
    ]


def expired_waivers(
    rulings: Rulings,
    today: date,
    ran: Sequence[RuleMeta],
    findings: Sequence[Finding],
    metas: Mapping[str, RuleMeta],
    *,
    whole: bool,
) -> list[tuple[Waiver, str]]:
    """The waivers of a configuration, and of those below it, that are over and speak of a rule that ran, with messages.

    findings  before they are accepted or suppressed
    whole     they are those of the whole tree, so that their number says something
    """
    over: dict[tuple[str, int], Waiver] = {}
    for one in rulings.config.all():
        ended = [waiver for waiver in one.waivers if waiver.expired(today)]
        written = [(waiver, each) for waiver in ended for each in waiver.rules]
        idle = set(unused([each for _, each in written], ran))
        for index, (waiver, _) in enumerate(written):
            if index not in idle:
                over.setdefault((waiver.shown, waiver.line), waiver)
    back: Counter[tuple[str, int]] = Counter()
    for finding in findings if over else ():
        waivers = rulings.waived(metas[finding.rule], finding.path)
        back.update({(waiver.shown, waiver.line) for waiver in waivers})
    return [(waiver, _ended(waiver, back[key] if whole else None)) for key, waiver in sorted(over.items())]


def _ended(waiver: Waiver, count: int | None) -> str:
    ended = f"this waiver ended on {waiver.expires.isoformat()}"
    if count is None:
        return f"{ended}: what it accepted is reported again"
    if not count:
        return f"{ended}, and nothing that it accepts is found any more: delete it"
    back = "a finding that it accepted is" if count == 1 else f"{count} findings that it accepted are"
    return f"{ended}: {back} reported again"


def suppress_in_source(
    findings: Sequence[Finding],
    suppressions: Sequence[Suppression],
    *,
    ran: Callable[[str], frozenset[str]],
    known: frozenset[str],
    refused: Callable[[Finding], str],
) -> tuple[list[Finding], list[SuppressedFinding], list[Finding]]:
    """Apply the comments of the sources: what stays, what is suppressed, and a finding for each idle comment.

    ran      path -> the rules that ran there
    refused  the file that lets no comment suppress a finding; empty where comments count
    """
    groups: defaultdict[frozenset[str], tuple[list[Finding], list[Suppression]]]
    groups = defaultdict(lambda: ([], []))
    for finding in findings:
        groups[ran(finding.path)][0].append(finding)
    for suppression in suppressions:
        groups[ran(suppression.path)][1].append(suppression)
    kept: list[Finding] = []
    hidden: list[SuppressedFinding] = []
    idle: list[Finding] = []
    for rules, (here, comments) in groups.items():
        stay, suppressed, unused = apply(here, comments, ran=rules, known=known)
        kept.extend(stay)
        for entry in suppressed:
            file = refused(entry.finding)
            if file:
                message = f"{entry.finding.message} (no comment can suppress it: `{file}` requires the rule)"
                kept.append(replace(entry.finding, message=message))
            else:
                hidden.append(entry)
        idle.extend(_unused(suppression, message) for suppression, message in unused)
    return kept, hidden, idle


def _unused(suppression: Suppression, message: str) -> Finding:
    return Finding(
        rule=UNUSED_SUPPRESSION.id,
        message=message,
        locations=(Location(suppression.comment),),
        subject=", ".join(suppression.rules),
        severity=UNUSED_SUPPRESSION.severity,
    )


def with_fingerprints(
    findings: Sequence[Finding],
    line_hashes: Callable[[str, Collection[int]], Mapping[int, str]],
    lines: Sequence[int],
) -> list[Finding]:
    """Give every finding GitHub's line hash and lintkit's own fingerprint.

    line_hashes  (path, line numbers) -> line number -> `primaryLocationLineHash`
    lines        the line of each finding's primary span, from 1
    lintkit's own is over rule, path and subject and counts equal ones, so moved lines do not change it.
    """
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for finding, line in zip(findings, lines, strict=True):
        wanted[finding.path].add(line)
    hashes = {path: line_hashes(path, numbers) for path, numbers in wanted.items()}
    seen: Counter[tuple[str, str, str]] = Counter()
    result = []
    for finding, line in zip(findings, lines, strict=True):
        key = (finding.rule, finding.path, finding.subject)
        seen[key] += 1
        prints = (
            (STABLE, stable_fingerprint(*key, seen[key])),
            (LINE_HASH, hashes[finding.path].get(line, "")),
        )
        result.append(replace(finding, fingerprints=prints))
    return result


def with_groups(findings: Sequence[Finding], same: Callable[[Finding], Hashable]) -> list[Finding]:
    """Number the secrets that several findings hold, from 1 in the order of the report.

    same  what findings of one secret agree in; None for a finding that belongs to none
    The number says nothing about the value, and findings stay one for each place: what is suppressed, known from a
    baseline, or fixed is so place by place, and only what renders a report joins them.
    """
    keys = [same(finding) for finding in findings]
    counts = Counter(key for key in keys if key is not None)
    numbers: dict[Hashable, int] = {}
    result = []
    for finding, key in zip(findings, keys, strict=True):
        several = key is not None and counts[key] > 1
        number = numbers.setdefault(key, len(numbers) + 1) if several else 0
        result.append(replace(finding, group=number) if number else finding)
    return result
