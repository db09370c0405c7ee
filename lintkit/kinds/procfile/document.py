"""Procfiles as data: `{"processes": {"web": "gunicorn shop.wsgi"}}`."""

from __future__ import annotations

import re

from lintkit.formats.errors import ParseError
from lintkit.model import Document, NodeSpans, Problem, Route, SourceFile, Span
from lintkit.source import decode

_LINE = re.compile(r"[^\r\n]+")
_PROCESS = re.compile(r"([A-Za-z0-9_-]+):[ \t]*(\S.*?)[ \t]*")
"""A process (foreman, lib/foreman/procfile.rb; Heroku's documentation, "The Procfile")."""

_MOST_PROCESSES = 10_000


def parse(source: SourceFile) -> tuple[Document, ...]:
    """Read a Procfile; of two processes of one name the last counts, and a line that is neither is a problem.

    Raises ParseError for a file that is not UTF-8, or has more lines than anybody would start.
    """
    try:
        text, _ = decode(source.data)
    except UnicodeDecodeError as error:
        raise ParseError("The file is not UTF-8.", source.path) from error
    processes: dict[str, str] = {}
    whole = NodeSpans(Span(source.path, 0, len(text)))
    nodes: dict[Route, NodeSpans] = {(): whole, ("processes",): whole}
    problems: list[Problem] = []
    comments: list[Span] = []
    for count, line in enumerate(_LINE.finditer(text)):
        if count > _MOST_PROCESSES:
            raise ParseError(
                f"The file has more than {_MOST_PROCESSES} lines; is it a Procfile at all?", source.path
            )
        start, end = line.span()
        if not line[0].strip():
            continue
        if line[0].lstrip().startswith("#"):
            comments.append(Span(source.path, start + len(line[0]) - len(line[0].lstrip()), end))
            continue
        found = _PROCESS.fullmatch(text, start, end)
        if found is None:
            sentence = "The line is no `name: command`, so nothing is started by it."
            problems.append(Problem("invalid-line", sentence, Span(source.path, start, end)))
            continue
        name, command = found[1], found[2]
        processes[name] = command
        key = Span(source.path, *found.span(1))
        nodes["processes", name] = NodeSpans(
            Span(source.path, *found.span(2)), key, raw=command, style="plain"
        )
    data = {"processes": processes}
    return (Document(source.path, source.kind, text, data, nodes, 0, tuple(problems), tuple(comments)),)
