"""Suppressions: `# lintkit: ignore[rule-id, other/*] -- reason`, what they cover, and which of them did nothing."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from lintkit.model import Document, Finding, Kind, Problem, Span, SuppressedFinding, Suppression
from lintkit.pylex import LogicalLine, comments, logical_lines
from lintkit.source import Lines

_DIRECTIVE = re.compile(
    r"(?:^|(?<=[\s#]))lintkit:\s*(?P<verb>[A-Za-z][A-Za-z-]*)\s*(?P<ids>\[[^\]]*\]?)?(?P<rest>.*)"
)
_REASON = re.compile(r"\s*(?:--|—|–)?\s*(?P<reason>.*?)\s*$")
_ID = re.compile(r"^[a-z0-9*?][a-z0-9*?-]*(?:/[a-z0-9*?][a-z0-9*?-]*)?$")
_VERBS = ("ignore", "ignore-file")
_FULL_LINE_ONLY: dict[str, str] = {
    "dockerfile": "a Dockerfile",
    "dotenv": "an .env file",
    "gitignore": "a .gitignore",
    "dockerignore": "a .dockerignore",
}
_NO_COMMENTS = frozenset({"json", "text"})


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """A stretch of a file that one comment can cover: a statement, an entry of a mapping or a list.

    start, end  code points of the whole block
    heads       offsets on the lines where the comment may stand, or above which
    """

    start: int
    end: int
    heads: tuple[int, ...]


def find_suppressions(
    text: str, path: str, kind: Kind, comments: Sequence[Span], blocks: Sequence[Block]
) -> tuple[list[Suppression], list[Problem]]:
    """The suppressions among the comments of a file, and the comments that look like one and are not.

    comments  spans of the file's comments, found by its parser, so that text inside strings never counts
    blocks    what a comment on, or above, a block's head line covers (`python_blocks`, `document_blocks`)

    A trailing comment covers its line, and the blocks that have a head there. A comment on a line of its own covers
    what a trailing one on the next line would; several such lines, with nothing between them, work alike.
    """
    if "lintkit:" not in text or kind in _NO_COMMENTS:
        return [], []
    reader = _Reader(text, path, kind, comments, blocks)
    return reader.read()


class _Reader:
    """What is needed to place the comments of one file."""

    def __init__(
        self, text: str, path: str, kind: Kind, spans: Sequence[Span], blocks: Sequence[Block]
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
            for match in _DIRECTIVE.finditer(comment):
                made = self._suppression(match, span)
                if isinstance(made, Problem):
                    problems.append(made)
                else:
                    suppressions.append(made)
                break
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
        line = self.lines.position(span.start).line
        if line in self.own_line:
            while line in self.own_line:
                line += 1
        start, end = self._extent(line)
        return Suppression(self.path, rules, reason, start, end, span)

    def _whole_file(self, rules: tuple[str, ...], reason: str, span: Span) -> Suppression | Problem:
        first = self.lines.position(span.start).line
        for number in range(1, first + 1):
            line = self.lines.line(number).strip(" \t\f")
            if number in self.own_line or not line or line == "---" or line.startswith("%YAML"):
                continue
            return self._problem(
                "ignore-file-not-first",
                "`lintkit: ignore-file` counts only above the first content of the file: move it to the top",
                span,
            )
        return Suppression(self.path, rules, reason, 0, len(self.text) + 1, span, whole_file=True)

    def _extent(self, line: int) -> tuple[int, int]:
        """What a comment on `line` covers: the line, and the blocks with a head there."""
        start, end = self.lines.start(line), self.lines.end(line)
        for block in self.blocks_by_head.get(line, ()):
            start, end = min(start, block.start), max(end, block.end)
        return start, end + 1  # so that a finding at the very end of the line is covered

    def _content_that_looks_like_comments(self) -> Iterator[Problem]:
        """Where a trailing `#` is content, a suppression there bites nothing and changes what the line means."""
        where = _FULL_LINE_ONLY.get(self.kind)
        if where is None:
            return
        starts = [span.start for span in self.spans]
        for match in re.finditer(r"#\s*lintkit:\s*ignore\b[^\r\n]*", self.text):
            index = bisect_right(starts, match.start()) - 1
            if index >= 0 and match.start() < self.spans[index].end:
                continue
            yield self._problem(
                "suppression-is-content",
                f"in {where} a `#` after something else is part of it: move this comment to the line above",
                Span(self.path, match.start(), match.end()),
            )

    def _problem(self, code: str, message: str, span: Span) -> Problem:
        return Problem(code, message, span)


def python_comments(text: str, path: str = "") -> tuple[Span, ...]:
    """The comments of Python source of any version, none of them inside a string; never fails."""
    return tuple(Span(path, start, end) for start, end in comments(text))


def full_line_comments(text: str, path: str = "") -> tuple[Span, ...]:
    """The lines that begin with `#`: the comments of ignore files, and of others that have no better reader."""
    return tuple(Span(path, match.start(1), match.end(1)) for match in re.finditer(r"(?m)^(#[^\r\n]*)", text))


_CLAUSES = frozenset({"else", "elif", "except", "finally"})


def python_blocks(text: str) -> list[Block]:
    """The statements of Python source that a suppression can cover whole.

    A compound statement reaches from its decorators to the end of its last clause; its heads are its first line, the
    line of its `def` or `class`, and the last line of a header written over several. A clause (`else:`) is a block
    too. A simple statement over several lines has its first line as head.
    """
    lines = logical_lines(text)
    blocks: list[Block] = []
    ends = _ends(lines)
    for index, line in enumerate(lines):
        if index and lines[index - 1].first == "@" and lines[index - 1].indent == line.indent:
            continue  # belongs to the block that its decorators began
        last = index
        heads = [line.start]
        while lines[last].first == "@" and last + 1 < len(lines):
            last += 1
            heads = [line.start, lines[last].start]
        header = lines[last]
        end = ends[last]
        if header.header:
            heads.append(header.end - 1)
        while header.first not in _CLAUSES and end < len(lines) and _continues(header, lines[end]):
            end = ends[end]
        blocks.append(Block(line.start, lines[end - 1].end, tuple(dict.fromkeys(heads))))
    return [
        block
        for block in blocks
        if "\n" in text[block.start : block.end] or "\r" in text[block.start : block.end]
    ]


def _continues(header: LogicalLine, line: LogicalLine) -> bool:
    """Whether `line` is a further clause of the statement that `header` began (`try: x` may stand on one line)."""
    return line.indent == header.indent and line.first in _CLAUSES


def _ends(lines: Sequence[LogicalLine]) -> list[int]:
    """For each logical line the index after the last one that is indented more than it."""
    ends = [len(lines)] * len(lines)
    waiting: list[int] = []
    for index, line in enumerate(lines):
        while waiting and lines[waiting[-1]].indent >= line.indent:
            ends[waiting.pop()] = index
        waiting.append(index)
    return ends


def document_blocks(document: Document) -> list[Block]:
    """The entries of a document that a suppression can cover whole: of mappings by their key, of lists by their start.

    A node that is used through an alias is covered where it is written, by the entry that holds it there.
    """
    blocks: list[Block] = []
    for route, node in document.nodes.items():
        if not route or node.alias is not None:
            continue
        start = node.key.start if node.key is not None else node.value.start
        end = node.value.end
        if end > start:
            blocks.append(Block(start, end, (start,)))
    return blocks


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> Callable[[str], object]:
    """Whether an id matches; `*` crosses `/`."""
    return re.compile(translate(pattern)).match


def covers(suppression: Suppression, finding: Finding) -> bool:
    """Whether `suppression` names the rule of `finding` and covers where it begins."""
    span = finding.primary.span
    return (
        span.path == suppression.path
        and (suppression.whole_file or suppression.start <= span.start < suppression.end)
        and any(_matcher(rule)(finding.rule) for rule in suppression.rules)
    )


def _covering(
    findings: Sequence[Finding], suppressions: Sequence[Suppression]
) -> dict[int, list[Suppression]]:
    """The index of each finding that is covered -> the comments that cover it.

    A sweep over each file, since a file may hold thousands of both.
    """
    by_path: dict[str, list[Suppression]] = {}
    for suppression in sorted(suppressions, key=lambda entry: 0 if entry.whole_file else entry.start):
        by_path.setdefault(suppression.path, []).append(suppression)
    indexes: dict[str, list[int]] = {}
    for index, finding in enumerate(findings):
        if finding.path in by_path:
            indexes.setdefault(finding.path, []).append(index)
    found: dict[int, list[Suppression]] = {}
    for path, waiting in by_path.items():
        open_now: list[Suppression] = []
        begun = 0
        for index in sorted(indexes.get(path, ()), key=lambda index: findings[index].primary.span.start):
            position = findings[index].primary.span.start
            open_now = [entry for entry in open_now if entry.whole_file or position < entry.end]
            while begun < len(waiting) and (waiting[begun].whole_file or waiting[begun].start <= position):
                open_now.append(waiting[begun])
                begun += 1
            covering = [entry for entry in open_now if covers(entry, findings[index])]
            if covering:
                found[index] = covering
    return found


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
    covering_of = _covering(findings, suppressions)
    kept: list[Finding] = []
    suppressed: list[SuppressedFinding] = []
    used: set[tuple[Suppression, str]] = set()
    for index, finding in enumerate(findings):
        covering = covering_of.get(index)
        if not covering:
            kept.append(finding)
            continue
        used.update(
            (entry, rule) for entry in covering for rule in entry.rules if _matcher(rule)(finding.rule)
        )
        innermost = min(covering, key=lambda entry: (entry.end - entry.start, -entry.start))
        suppressed.append(SuppressedFinding(finding, "inSource", innermost.reason))
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


@lru_cache(maxsize=256)
def _nearest(rule: str, known: frozenset[str]) -> str:
    """The known id that is most like `rule`, or the empty string."""
    return next(iter(difflib.get_close_matches(rule, sorted(known), 1, 0.6)), "")


def _unused(suppression: Suppression, rule: str, ran: frozenset[str], known: Collection[str]) -> str:
    """Why one id of a suppression did nothing, or the empty string when that cannot be said."""
    match = _matcher(rule)
    if known and not any(match(candidate) for candidate in known):
        near = _nearest(rule, frozenset(known))
        return f"there is no rule `{rule}`" + (
            f": did you mean `{near}`?" if near else "; `lintkit rules` lists them"
        )
    if "*" in rule or "?" in rule:
        applicable = [
            candidate
            for candidate in (known or ran)
            if match(candidate) and not candidate.startswith("lintkit/")
        ]
        if not applicable or not all(candidate in ran for candidate in applicable):
            return ""
    elif rule not in ran:
        return ""
    where = "in this file" if suppression.whole_file else "here"
    return f"`{rule}` finds nothing {where} any more: remove it from the comment"
