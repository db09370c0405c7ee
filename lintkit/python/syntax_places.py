"""Where nodes of `ast` stand."""

from __future__ import annotations

import ast

from lintkit.model import Span
from lintkit.source import Lines


def span_of(node: ast.expr | ast.stmt | ast.alias, lines: Lines, path: str) -> Span:
    """The span of a node in code points; `ast` counts UTF-8 bytes."""
    start = _offset(node.lineno, node.col_offset, lines)
    end = _offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset, lines)
    return Span(path, start, max(start, end))


def _offset(line: int, column: int, lines: Lines) -> int:
    text = lines.line(line)
    if not text.isascii():
        column = len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))
    return min(lines.start(line) + column, len(lines.text))
