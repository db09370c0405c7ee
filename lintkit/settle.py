"""Settling: from all findings of a run to the ones that are reported, and why the others are not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from lintkit.fingerprint import LINE_HASH, STABLE, stable_fingerprint
from lintkit.model import Finding, Location, RuleMeta, SuppressedFinding, Suppression
from lintkit.own_rules import UNUSED_SUPPRESSION
from lintkit.suppress import apply

Sorting = tuple[str, int, int, str, str]


def order(finding: Finding) -> Sorting:
    """Reports are sorted by path, position, rule and message, whatever order the work was done in."""
    span = finding.primary.span
    return (span.path, span.start, span.end, finding.rule, finding.message)


def merge_equal(findings: Iterable[Finding]) -> list[Finding]:
    """Several findings of one rule at one span become one; the other ends of all of them are kept."""
    merged: dict[tuple[str, str, int, int], Finding] = {}
    for finding in sorted(findings, key=order):
        span = finding.primary.span
        key = (finding.rule, span.path, span.start, span.end)
        first = merged.get(key)
        if first is None:
            merged[key] = finding
            continue
        known = {location.span for location in first.locations}
        further = tuple(location for location in finding.locations[1:] if location.span not in known)
        merged[key] = replace(first, locations=(*first.locations, *further))
    return list(merged.values())


def drop_superseded(findings: Sequence[Finding], metas: Mapping[str, RuleMeta]) -> list[Finding]:
    """Where a finding's rule supersedes another rule's, the weaker finding on an overlapping span goes."""
    spans: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for finding in findings:
        meta = metas.get(finding.rule)
        for weaker in meta.supersedes if meta is not None else ():
            span = finding.primary.span
            spans[weaker, span.path].append((span.start, span.end))
    if not spans:
        return list(findings)
    return [
        finding
        for finding in findings
        if not any(
            start < finding.primary.span.end and finding.primary.span.start < end
            for start, end in spans.get((finding.rule, finding.path), ())
        )
    ]


def suppress_in_source(
    findings: Sequence[Finding],
    suppressions: Sequence[Suppression],
    *,
    ran: frozenset[str],
    known: frozenset[str],
) -> tuple[list[Finding], list[SuppressedFinding]]:
    """Apply the comments of the sources; the ones that did nothing become findings themselves."""
    kept, suppressed, unused = apply(findings, suppressions, ran=ran, known=known)
    kept.extend(
        Finding(
            rule=UNUSED_SUPPRESSION.id,
            message=message,
            locations=(Location(suppression.comment),),
            subject=", ".join(suppression.rules),
            severity=UNUSED_SUPPRESSION.severity,
        )
        for suppression, message in unused
    )
    return kept, suppressed


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
