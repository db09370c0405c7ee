"""Suppressions: `# lintkit: ignore[rule-id, other/*] -- reason`, what they cover, and which of them did nothing."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush

from lintkit.formats.python_lex import comments
from lintkit.globs.ids import id_matches
from lintkit.kinds.registry import FILE_KIND
from lintkit.model import Finding, Kind, Problem, Span, SuppressedFinding, Suppression
from lintkit.run.blocks import Block, Statement
from lintkit.source import Lines

_DIRECTIVE = re.compile(r"#\s*lintkit:\s*(?P<verb>[A-Za-z][A-Za-z-]*)\s*(?P<ids>\[[^\]]*\]?)?(?P<rest>.*)")
"""A directive begins its comment or, as after another pragma, follows a `#` in it: `# noqa  # lintkit: ignore[…]`."""
_REASON = re.compile(r"\s*(?:--|—|–)?\s*(?P<reason>.*?)\s*$")
_ID = re.compile(r"^[a-z0-9*?][a-z0-9*?-]*(?:/[a-z0-9*?][a-z0-9*?-]*)?$")
_VERBS = ("ignore", "ignore-file")


def find_suppressions(
    text: str,
    path: str,
    kind: Kind,
    comments: Sequence[Span],
    blocks: Sequence[Block],
    statements: Sequence[Statement] = (),
) -> tuple[list[Suppression], list[Problem]]:
    """The suppressions among the comments of a file, and the comments that look like one and are not.

    comments    spans of the file's comments, found by its parser, so that text inside strings never counts
    blocks      what a comment on, or above, a block's head line covers (`python_blocks`, `document_blocks`)
    statements  what a comment on any of their lines counts for, in their order (`python_statements`, …)

    A trailing comment covers its line, and the blocks that have a head there. On another line of a statement it covers
    what is found nearest around it: on its line, in the element of a call or a list that it stands in, in the
    statement. A comment on a line of its own covers what a trailing one on the next line would; several such lines,
    with nothing between them, work alike.
    """
    if "lintkit:" not in text or FILE_KIND[kind].comments == "none":
        return [], []
    reader = _Reader(text, path, kind, comments, blocks, statements)
    return reader.read()


class _Reader:
    """What is needed to place the comments of one file."""

    def __init__(
        self,
        text: str,
        path: str,
        kind: Kind,
        spans: Sequence[Span],
        blocks: Sequence[Block],
        statements: Sequence[Statement],
    ) -> None:
        self.text = text
        self.path = path
        self.kind = kind
        self.lines = Lines(text)
        self.spans = sorted(set(spans), key=lambda span: span.start)
        self.own_line: set[int] = set()
        for span in self.spans:
            line = self.lines.position(span.start).line
            if not text[self.lines.start(line) : span.start].strip(" \t\f\ufeff"):
                self.own_line.add(line)
        self._below: dict[int, int] = {}
        self._covered: dict[int, tuple[tuple[int, int], tuple[tuple[int, int], ...]]] = {}
        self._content: int | None = None
        self.statements = statements
        self.statement_starts = [statement.start for statement in statements]
        self.blocks_by_head: dict[int, list[Block]] = {}
        for block in blocks:
            for line in {self.lines.position(head).line for head in block.heads}:
                self.blocks_by_head.setdefault(line, []).append(block)

    def read(self) -> tuple[list[Suppression], list[Problem]]:
        suppressions: list[Suppression] = []
        problems: list[Problem] = []
        for span in self.spans:
            comment = self.text[span.start : span.end]
            if "lintkit:" not in comment:
                continue
            match = _DIRECTIVE.search(comment)
            if match is None:
                continue
            made = self._suppression(match, span)
            if isinstance(made, Problem):
                problems.append(made)
            else:
                suppressions.append(made)
        problems.extend(self._content_that_looks_like_comments())
        return suppressions, problems

    def _suppression(self, match: re.Match[str], span: Span) -> Suppression | Problem:
        verb = match["verb"].lower()
        if verb not in _VERBS:
            near = difflib.get_close_matches(verb, _VERBS, 1, 0.5) or ["ignore"]
            return self._problem(
                "unknown-directive",
                f"lintkit knows no `lintkit: {verb}`: write `# lintkit: {near[0]}[rule-id] -- reason`",
                span,
            )
        ids = match["ids"] or ""
        rules = tuple(dict.fromkeys(part.strip() for part in ids.strip("[]").split(",") if part.strip()))
        if not rules or not ids.endswith("]"):
            return self._problem(
                "bare-suppression",
                f"this suppresses nothing, because it names no rule: write `# lintkit: {verb}[rule-id] -- reason`",
                span,
            )
        wrong = [rule for rule in rules if not _ID.match(rule)]
        if wrong:
            return self._problem(
                "invalid-rule-id",
                "this suppresses nothing: a rule's id looks like `family/name`, and `*` stands for any part of it",
                span,
            )
        found = _REASON.match(match["rest"])
        reason = found["reason"].split("  #")[0].rstrip() if found else ""
        if reason.startswith("#"):
            reason = ""
        if verb == "ignore-file":
            return self._whole_file(rules, reason, span)
        line = self._below_comments(self.lines.position(span.start).line)
        if line not in self._covered:
            self._covered[line] = self._extent(line), self._around(line)
        (start, end), around = self._covered[line]
        return Suppression(self.path, rules, reason, start, end, span, around=around)

    def _below_comments(self, line: int) -> int:
        """The line itself, or the first one below it that is more than a comment; many in a row are counted once."""
        passed = []
        while line in self.own_line and line not in self._below:
            passed.append(line)
            line += 1
        found = self._below.get(line, line)
        self._below.update(dict.fromkeys(passed, found))
        return found

    def _whole_file(self, rules: tuple[str, ...], reason: str, span: Span) -> Suppression | Problem:
        if self.lines.position(span.start).line >= self._first_content():
            return self._problem(
                "ignore-file-not-first",
                "`lintkit: ignore-file` counts only above the first content of the file: move it to the top",
                span,
            )
        return Suppression(self.path, rules, reason, 0, len(self.text) + 1, span, whole_file=True)

    def _first_content(self) -> int:
        """The first line that is more than a comment or the head of a YAML document; else the one behind the last."""
        if self._content is None:
            self._content = next(
                (n for n in range(1, len(self.lines) + 1) if self._is_content(n)), len(self.lines) + 1
            )
        return self._content

    def _is_content(self, number: int) -> bool:
        line = self.lines.line(number).strip(" \t\f")
        return not (number in self.own_line or not line or line == "---" or line.startswith("%YAML"))

    def _extent(self, line: int) -> tuple[int, int]:
        """What a comment on `line` covers: the line, and the blocks with a head there."""
        start, end = self.lines.start(line), self.lines.end(line)
        for block in self.blocks_by_head.get(line, ()):
            start, end = min(start, block.start), max(end, block.end)
        return start, end + 1  # so that a finding at the very end of the line is covered

    def _around(self, line: int) -> tuple[tuple[int, int], ...]:
        """What lies around a line within a statement that it is a part of; nothing where a block has its head there."""
        if line in self.blocks_by_head:
            return ()
        start, end = self.lines.start(line), self.lines.end(line)
        index = bisect_right(self.statement_starts, end) - 1
        if index < 0 or self.statements[index].end <= start:
            return ()
        return self.statements[index].around(start, end)

    def _content_that_looks_like_comments(self) -> Iterator[Problem]:
        """Where a trailing `#` is content, a suppression there bites nothing and changes what the line means."""
        kind = FILE_KIND[self.kind]
        if kind.comments != "own line":
            return
        starts = [span.start for span in self.spans]
        for match in re.finditer(r"#\s*lintkit:\s*ignore\b[^\r\n]*", self.text):
            index = bisect_right(starts, match.start()) - 1
            if index >= 0 and match.start() < self.spans[index].end:
                continue
            yield self._problem(
                "suppression-is-content",
                f"in {kind.noun} a `#` after something else is part of it: move this comment to the line above",
                Span(self.path, match.start(), match.end()),
            )

    def _problem(self, code: str, message: str, span: Span) -> Problem:
        return Problem(code, message, span)


def python_comments(text: str, path: str = "") -> tuple[Span, ...]:
    """The comments of Python source of any version, none of them inside a string; never fails."""
    return tuple(Span(path, start, end) for start, end in comments(text))


@dataclass(frozen=True, slots=True)
class _Cover:
    """One id of a comment, and what it covers: the innermost of its ranges in which something of that id was found."""

    suppression: Suppression
    rule: str
    start: int
    end: int


def _covers(suppressions: Sequence[Suppression], places: Mapping[str, Sequence[int]]) -> list[_Cover]:
    """What the comments of one file cover, by where they begin.

    places  rule -> where its findings begin in this file, sorted
    """
    by_id: dict[str, list[Sequence[int]]] = {}
    found: list[_Cover] = []
    for entry in suppressions:
        for rule in entry.rules:
            if rule not in by_id:
                by_id[rule] = [starts for name, starts in places.items() if id_matches(rule, name)]
            for start, end in ((entry.start, entry.end), *entry.around):
                if any(_any_between(starts, start, end) for starts in by_id[rule]):
                    found.append(_Cover(entry, rule, start, end))
                    break
    return sorted(found, key=lambda cover: cover.start)


def _any_between(starts: Sequence[int], start: int, end: int) -> bool:
    index = bisect_left(starts, start)
    return index < len(starts) and starts[index] < end


def _innermost(
    findings: Sequence[Finding], suppressions: Sequence[Suppression]
) -> tuple[dict[int, Suppression], set[tuple[Suppression, str]]]:
    """The index of each finding that is covered -> the innermost comment that covers it; and which ids cover any.

    A sweep over each file, since a file may hold thousands of both.
    """
    by_path: dict[str, list[Suppression]] = {}
    for suppression in suppressions:
        by_path.setdefault(suppression.path, []).append(suppression)
    indexes: dict[str, list[int]] = {}
    for index, finding in enumerate(findings):
        if finding.path in by_path:
            indexes.setdefault(finding.path, []).append(index)
    found: dict[int, Suppression] = {}
    used: set[tuple[Suppression, str]] = set()
    for path, here in indexes.items():
        here.sort(key=lambda index: findings[index].primary.span.start)
        places: dict[str, list[int]] = {}
        for index in here:
            places.setdefault(findings[index].rule, []).append(findings[index].primary.span.start)
        waiting = _covers(by_path[path], places)
        used.update((cover.suppression, cover.rule) for cover in waiting)
        matched: dict[str, list[str]] = {}
        open_now: dict[str, list[tuple[int, int, int, _Cover]]] = {rule: [] for rule in places}
        begun = 0
        for index in here:
            position = findings[index].primary.span.start
            while begun < len(waiting) and waiting[begun].start <= position:
                cover = waiting[begun]
                if cover.rule not in matched:
                    matched[cover.rule] = [rule for rule in places if id_matches(cover.rule, rule)]
                for rule in matched[cover.rule]:
                    heappush(open_now[rule], (cover.end - cover.start, -cover.start, begun, cover))
                begun += 1
            # What has ended lies on top or below what is further inside, and there it does no harm.
            covering = open_now[findings[index].rule]
            while covering and covering[0][3].end <= position:
                heappop(covering)
            if covering:
                found[index] = covering[0][3].suppression
    return found, used


def apply(
    findings: Sequence[Finding],
    suppressions: Sequence[Suppression],
    *,
    ran: frozenset[str] = frozenset(),
    known: Collection[str] = (),
) -> tuple[list[Finding], list[SuppressedFinding], list[tuple[Suppression, str]]]:
    """Divide findings by the comments in the sources.

    ran    the rules that ran at full scope: only of these can it be said that a suppression does nothing
    known  every rule there is; empty when that cannot be said, and then no id is called unknown

    Returns the findings that stay, in their order; the suppressed ones, each with the reason of the innermost comment
    that covers it; and the comments of which an id did nothing, with a sentence that says which and why.
    """
    innermost, used = _innermost(findings, suppressions)
    kept: list[Finding] = []
    suppressed: list[SuppressedFinding] = []
    for index, finding in enumerate(findings):
        comment = innermost.get(index)
        if comment is None:
            kept.append(finding)
        else:
            suppressed.append(SuppressedFinding(finding, "inSource", comment.reason))
    unused: list[tuple[Suppression, str]] = []
    for suppression in dict.fromkeys(suppressions):
        sentences = [
            sentence
            for rule in suppression.rules
            if (suppression, rule) not in used and (sentence := _unused(suppression, rule, ran, known))
        ]
        if sentences:
            unused.append((suppression, "; ".join(sentences)))
    return kept, suppressed, unused


@lru_cache(maxsize=1024)
def _meant(rule: str, known: frozenset[str]) -> tuple[str, ...]:
    """The known ids that one of a comment names; one that is spelt out is not looked for among them."""
    if "*" not in rule and "?" not in rule:
        return (rule,) if rule in known else ()
    return tuple(candidate for candidate in sorted(known) if id_matches(rule, candidate))


@lru_cache(maxsize=256)
def _nearest(rule: str, known: frozenset[str]) -> str:
    """The known id that is most like `rule`, or the empty string."""
    return next(iter(difflib.get_close_matches(rule, sorted(known), 1, 0.6)), "")


def _unused(suppression: Suppression, rule: str, ran: frozenset[str], known: Collection[str]) -> str:
    """Why one id of a suppression did nothing, or the empty string when that cannot be said."""
    if known and not _meant(rule, frozenset(known)):
        near = _nearest(rule, frozenset(known))
        return f"there is no rule `{rule}`" + (
            f": did you mean `{near}`?" if near else "; `lintkit rules` lists them"
        )
    if "*" in rule or "?" in rule:
        meant = _meant(rule, frozenset(known or ran))
        applicable = [candidate for candidate in meant if not candidate.startswith("lintkit/")]
        if not applicable or not all(candidate in ran for candidate in applicable):
            return ""
    elif rule not in ran:
        return ""
    where = "in this file" if suppression.whole_file else "here"
    move = "" if suppression.whole_file else ", or move it to a line of the finding that it is meant for"
    return f"`{rule}` finds nothing {where}: remove it from the comment{move}"
