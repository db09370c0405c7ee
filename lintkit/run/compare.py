"""Which findings are new: by what they say and what they stand on, never by line numbers.

A line filter asks whether a finding stands on a changed line. That hides what a change breaks elsewhere: a setting that
loses its last provider, a Service that loses its pods. So both sides are checked, and findings that were there before
are recognised by rule, path and subject, and where several agree in these, by their line and their message.

Both sides are judged by the rules and the configuration of now: to select one more rule does not bring up all that it
ever finds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lintkit.files.base import equal_files
from lintkit.files.tree import GitRevision, Tree, TreeError
from lintkit.model import Finding, Report
from lintkit.rule.own import RULE_FAILED
from lintkit.run.engine import Checked, findings_of
from lintkit.run.fingerprint import LINE_HASH

SIMILAR = 0.5
"""The share of equal lines from which a file that is gone and one that has come are taken for the same, as in git."""

_MOST_PAIRS = 10_000
"""Pairs of files that are compared for that; a change of more files is followed where their names agree."""


@dataclass(frozen=True, slots=True)
class Base:
    """What findings are compared with.

    name      in words, for the report: a revision
    findings  those of the base
    tree      where it is read, for files that were renamed
    """

    name: str
    findings: tuple[Finding, ...]
    tree: Tree


def base_of(checked: Checked, tree: GitRevision, name: str) -> Base:
    """The findings of `tree`, by the rules and the configuration of `checked`; only what differs is checked.

    Raises TreeError if the tree cannot be listed.
    """
    same = equal_files(checked.request.tree, tree, checked.results)
    return Base(name, findings_of(tree, checked, same), tree)


def compared(report: Report, tree: Tree, base: Base) -> Report:
    """`report` of `tree` with the findings that `base` does not have; the others become `known`."""
    new = set(new_findings(report, tree, base))
    return narrowed(report, lambda finding: finding in new, base.name)


def new_findings(report: Report, tree: Tree, base: Base) -> tuple[Finding, ...]:
    """The findings of `report` that `base` does not have, in their order."""
    new, gone = split(report.findings, base.findings)
    if new and gone:
        moves = renames(base.tree, tree, {finding.path for finding in gone}, {f.path for f in new})
        new, _ = split(new, [_moved(finding, moves) for finding in gone if finding.path in moves])
    return tuple(new)


def narrowed(report: Report, is_new: Callable[[Finding], bool], name: str) -> Report:
    """`report` with the findings that are new; the others become `known`. That a rule failed is always news."""
    kept: list[Finding] = []
    known: list[Finding] = []
    for finding in report.findings:
        (kept if finding.rule == RULE_FAILED.id or is_new(finding) else known).append(finding)
    names = f"{report.compared} and {name}" if report.compared else name
    return replace(report, findings=tuple(kept), known=(*report.known, *known), compared=names)


def split(found: Sequence[Finding], before: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Those of `found` that `before` does not have, and those of `before` that `found` does not have.

    Findings are paired, so that one of the base speaks for one finding and no more. Pairs that agree in most are made
    first: of two that share a subject, the one whose line is still there is the one that was there before.
    """
    for identity in _IDENTITIES:
        if not found or not before:
            break
        waiting: defaultdict[Hashable, list[Finding]] = defaultdict(list)
        for finding in reversed(before):
            waiting[identity(finding)].append(finding)
        rest = []
        for finding in found:
            if waiting[identity(finding)]:
                waiting[identity(finding)].pop()
            else:
                rest.append(finding)
        left = Counter(id(finding) for group in waiting.values() for finding in group)
        found, before = rest, [finding for finding in before if left[id(finding)]]
    return list(found), list(before)


def _line(finding: Finding) -> str:
    """The content of the line, without which of several equal lines it is."""
    return dict(finding.fingerprints).get(LINE_HASH, "").partition(":")[0]


_IDENTITIES: tuple[Callable[[Finding], Hashable], ...] = (
    lambda f: (f.rule, f.path, f.subject, _line(f), f.message),
    lambda f: (f.rule, f.path, f.subject, _line(f)),
    lambda f: (f.rule, f.path, f.subject, f.message),
    lambda f: (f.rule, f.path, f.subject),
    # The line stands as it stood, in a function or a service that has another name now.
    lambda f: (f.rule, f.path, _line(f), f.message),
)
"""What two findings may have in common to be the same one, from the most to the least."""


def _moved(finding: Finding, moves: Mapping[str, str]) -> Finding:
    """The finding as it would be in the renamed file; rules about whole files name them in what they say."""
    old, new = finding.path, moves[finding.path]
    span = replace(finding.primary.span, path=new)
    locations = (replace(finding.primary, span=span), *finding.locations[1:])
    message, subject = finding.message.replace(old, new), finding.subject.replace(old, new)
    return replace(finding, locations=locations, message=message, subject=subject)


def renames(before: Tree, after: Tree, gone: Iterable[str], come: Iterable[str]) -> dict[str, str]:
    """Old path -> new path of the files that were renamed, of those named: `gone` from `before`, `come` in `after`.

    A file is taken for renamed as git does: its content is equal, or most of its lines are.
    """
    there, here = ({entry.path for entry in tree.paths()} for tree in (before, after))
    old = {path: _content(before, path) for path in sorted(set(gone) - here)}
    new = {path: _content(after, path) for path in sorted(set(come) - there)}
    many = len(old) * len(new) > _MOST_PAIRS
    scored = []
    for source, lines in old.items():
        for target, others in new.items():
            same_name = source.rpartition("/")[2] == target.rpartition("/")[2]
            if same_name or not many:
                score = _similarity(lines, others)
                if score >= SIMILAR:
                    scored.append((-score, not same_name, source, target))
    moves: dict[str, str] = {}
    for *_, source, target in sorted(scored):
        if source not in moves and target not in moves.values():
            moves[source] = target
    return moves


def _content(tree: Tree, path: str) -> Counter[bytes]:
    try:
        return Counter(tree.read(path).splitlines())
    except TreeError:
        return Counter()


def _similarity(one: Counter[bytes], other: Counter[bytes]) -> float:
    """The share of lines that two files have in common, of the longer one."""
    longer = max(sum(one.values()), sum(other.values()))
    return sum((one & other).values()) / longer if longer else 0.0
