"""What a comment can cover: the blocks that it stands at the head of, and the statement that it stands in.

Formatters wrap what is too long, and the comment behind it ends up behind a closing bracket, or in the middle. So a
comment on any line of a statement counts for it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lintkit.formats.python_lex import LogicalLine, tokens
from lintkit.model import Document, NodeSpans

Range = tuple[int, int]

_DEEPEST = 16
"""How deep brackets are told apart within a statement."""
_DASH_ABOVE = re.compile(r"-[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)[ \t]*\Z")
_LONGEST_COMMENT = 400


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """A stretch of a file that a comment at its head covers: a statement, an entry of a mapping or a list.

    start, end  code points of the whole block
    heads       offsets on the lines where the comment may stand, or above which
    """

    start: int
    end: int
    heads: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Statement:
    """A statement over several lines, of which each may hold the comment that counts for it.

    start, end  code points of the statement, in Python without the block that it begins
    elements    what stands between commas in its brackets, by depth, the outermost first; sorted at each depth
    """

    start: int
    end: int
    elements: tuple[tuple[Range, ...], ...] = ()

    def around(self, start: int, end: int) -> tuple[Range, ...]:
        """What lies around the line from `start` to `end`, from inside out: elements in brackets, then the whole."""
        found: list[Range] = []
        for level in reversed(self.elements):
            index = max(bisect_right(level, (start, 0)) - 1, 0)
            touched = []
            while index < len(level) and level[index][0] < end:
                if level[index][1] > start:
                    touched.append(level[index])
                index += 1
            if touched:
                found.append((touched[0][0], touched[-1][1]))
        return (*found, (self.start, self.end))


def python_statements(text: str, lines: Sequence[LogicalLine]) -> list[Statement]:
    """Those logical lines of Python source that are written over several; a header without what it begins."""
    return [
        Statement(line.start, line.end, _elements(text, line))
        for line in lines
        if _has_lines(text, line.start, line.end)
    ]


def _elements(text: str, line: LogicalLine) -> tuple[tuple[Range, ...], ...]:
    levels: list[list[Range]] = []
    open_now: list[Range | None] = []
    for token in tokens(text[line.start : line.end]):
        start, end = line.start + token.start, line.start + token.end
        if token.kind == "newline" or token.kind == "comment":
            continue
        if token.kind == "close" and open_now:
            _record(levels, open_now)
            open_now.pop()
        elif token.kind == "operator" and text[start:end] == "," and open_now:
            _record(levels, open_now)
            open_now[-1] = None
            continue
        if open_now:
            current = open_now[-1]
            open_now[-1] = (start, end) if current is None else (min(current[0], start), end)
        if token.kind == "open":
            open_now.append(None)
    return tuple(map(tuple, levels))


def _record(levels: list[list[Range]], open_now: Sequence[Range | None]) -> None:
    element, depth = open_now[-1], len(open_now)
    if element is None or depth > _DEEPEST:
        return
    while len(levels) < depth:
        levels.append([])
    levels[depth - 1].append(element)


def document_statements(document: Document) -> list[Statement]:
    """The instructions of a Dockerfile that go on over several lines; entries of other files are blocks."""
    if document.kind != "dockerfile":
        return []
    spans = [
        node.value for route, node in document.nodes.items() if len(route) == 2 and route[0] == "instructions"
    ]
    return sorted(
        Statement(span.start, span.end) for span in spans if _has_lines(document.text, span.start, span.end)
    )


def _has_lines(text: str, start: int, end: int) -> bool:
    return text.find("\n", start, end) >= 0 or text.find("\r", start, end) >= 0


_CLAUSES = frozenset({"else", "elif", "except", "finally"})


def python_blocks(text: str, lines: Sequence[LogicalLine]) -> list[Block]:
    """The statements of Python source, given its logical lines, that a suppression can cover whole.

    A compound statement reaches from its decorators to the end of its last clause; its heads are its first line, the
    line of its `def` or `class`, and the last line of a header written over several. A clause (`else:`) is a block
    too. A simple statement over several lines has its first and its last line as heads, as has the first decorator.
    """
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
        heads.append(line.end - 1)
        if header.header:
            heads.append(header.end - 1)
        while header.first not in _CLAUSES and end < len(lines) and _continues(header, lines[end]):
            end = ends[end]
        blocks.append(Block(line.start, lines[end - 1].end, tuple(dict.fromkeys(heads))))
    return [block for block in blocks if _has_lines(text, block.start, block.end)]


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

    A value in brackets or quotes over several lines has the line where it ends as a further head.

    A node that is used through an alias is covered where it is written, by the entry that holds it there.
    """
    blocks: list[Block] = []
    for route, node in document.nodes.items():
        if not route or node.alias is not None:
            continue
        start = node.key.start if node.key is not None else node.value.start
        end = node.value.end
        if end > start:
            blocks.append(Block(start, end, tuple(dict.fromkeys(_heads(document.text, node, start, end)))))
    return blocks


def _heads(text: str, node: NodeSpans, start: int, end: int) -> Iterator[int]:
    """Where a comment of an entry may stand: at its start, its dash, and where a value that is one piece ends."""
    yield start
    above = _DASH_ABOVE.search(text, max(0, start - _LONGEST_COMMENT), start) if node.key is None else None
    if above is not None:
        yield above.start()
    in_brackets = node.raw is None and text[node.value.start : node.value.start + 1] in {"[", "{"}
    if in_brackets or (node.raw is not None and node.style not in {"literal", "folded"}):
        yield end - 1
