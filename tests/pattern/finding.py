"""Run a query over a text, as a rule does and without triggers."""

from __future__ import annotations

from typing import Any

from lintkit.declared.pattern.match import Found
from lintkit.declared.pattern.query import code_text, compile_query, find, triggers
from lintkit.python.chunks import WholeFile
from lintkit.python.match import Match
from lintkit.python.module import PythonFile
from lintkit.python.screen import find_matches
from lintkit.python.triggers import Calls
from lintkit.source import Lines

MARK = "# <"


def whole(text: str) -> PythonFile:
    """A file that libcst has read as a whole."""
    return PythonFile("app.py", text, WholeFile(text, "app.py"))


def search(match: Any, text: str) -> tuple[PythonFile, list[Found]]:
    """What a query finds, after a check that its triggers and the screen lose nothing."""
    query = compile_query(match)
    file = whole(text)
    nodes = (node for statement in file.statements() for node in file.walk(statement))
    found = find(
        query, file, [Match(file, Calls(("any",)), node) for node in nodes]
    )  # the trigger is not asked
    screened = find_matches(text.encode(), "app.py", triggers(query))
    again = (
        [] if screened.file is None else find(query, screened.file, [match for _, match in screened.matches])
    )
    assert [spans(screened.file, one) for one in again if screened.file] == [
        spans(file, one) for one in found
    ]
    return file, found


def spans(file: PythonFile, found: Found) -> tuple[int, int]:
    """Where a match begins and ends."""
    return file.span(found.first).start, file.span(found.last).end


def lines(match: Any, text: str) -> list[int]:
    """The lines on which matches begin."""
    file, found = search(match, text)
    position = Lines(text).position
    return sorted({position(spans(file, one)[0]).line for one in found})


def marked(text: str) -> list[int]:
    """The lines that carry a mark."""
    return [number for number, line in enumerate(text.splitlines(), 1) if MARK in line]


def bound(match: Any, text: str) -> list[dict[str, str]]:
    """What the metavariables of each match stand for, as code."""
    file, found = search(match, text)
    return [{name: code_text(b, file) for name, b in sorted(one.bindings.items())} for one in found]
