"""Ignore files of git and of builders of images: their patterns with spans. What these match is in `lintkit.globs`."""

from __future__ import annotations

from typing import Any

from lintkit.formats.errors import ParseError
from lintkit.globs import docker, git
from lintkit.model import Document, Kind, NodeSpans, Problem, Route, SourceFile, Span
from lintkit.source import decode

_MAXIMUM = 100_000


def parse(source: SourceFile) -> tuple[Document, ...]:
    """The patterns of an ignore file, `{"patterns": [{"pattern", "negated", "text"}]}`, with their spans.

    `text` is the line as written, `pattern` what is matched: without `!`, the spaces around it, and for
    Docker cleaned as its builders clean it. Raises ParseError where the file is not text.
    """
    try:
        text, _ = decode(source.data)
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise ParseError("The file is not UTF-8 text; save it as UTF-8.", source.path, line) from None
    return (_document(text, source.path, source.kind),)


def _document(text: str, path: str, kind: Kind) -> Document:
    for_builders = kind == "dockerignore"
    patterns: list[dict[str, Any]] = []
    nodes: dict[Route, NodeSpans] = {(): NodeSpans(Span(path, 0, len(text)))}
    problems: list[Problem] = []
    comments: list[Span] = []
    offset = 0
    for line in text.split("\n"):
        start, offset = offset, offset + len(line) + 1
        content = line.removesuffix("\r")
        if content.startswith("#"):
            comments.append(Span(path, start, start + len(content)))
            continue
        shown = content.strip() if for_builders else git.strip_spaces(content)
        if not shown:
            continue
        lead = len(content) - len(content.lstrip()) if for_builders else 0
        span = Span(path, start + lead, start + lead + len(shown))
        negated = shown.startswith("!")
        pattern = docker.clean(shown) if for_builders else shown
        pattern = pattern[1:] if negated else pattern
        nodes["patterns", len(patterns)] = NodeSpans(span, raw=shown)
        patterns.append({"pattern": pattern, "negated": negated, "text": content})
        if len(patterns) > _MAXIMUM:
            raise ParseError(
                f"The file has more than {_MAXIMUM} patterns; is it an ignore file at all?", path
            )
        unreadable = (docker.tokens_of if for_builders else git.tokens_of)(pattern) is None
        if not pattern or unreadable:
            message = "The pattern can never match: it is empty, or a bracket or backslash is not finished."
            problems.append(Problem("invalid-pattern", message, span))
    nodes[("patterns",)] = NodeSpans(Span(path, 0, len(text)))
    return Document(path, kind, text, {"patterns": patterns}, nodes, 0, tuple(problems), tuple(comments))
