"""Syntax that neither libcst nor the running interpreter need know."""

from __future__ import annotations

from lintkit.python.screen import find_matches
from lintkit.python.triggers import Calls

CODE = '''"""except A, B:"""
import os

try:
    value = os.getenv("A")
except KeyError, ValueError:
    value = os.getenv("B", "x")
'''


def test_exceptions_without_parentheses_are_read() -> None:
    matches = find_matches(CODE.encode(), "app.py", [Calls(("os.getenv",))])
    assert matches.file is not None
    spans = [matches.file.span(match.node) for _, match in matches.matches]
    assert [CODE[span.start : span.end] for span in spans] == ['os.getenv("A")', 'os.getenv("B", "x")']


def test_a_string_that_looks_like_it_stays_as_it_is() -> None:
    code = CODE + 'TEXT = """\nexcept A, B:\n"""\nprint(TEXT)\n'
    matches = find_matches(code.encode(), "app.py", [Calls(("print",))])
    assert matches.file is not None
    call = matches.matches[0][1].node
    assert matches.file.literal(call.args[0].value, follow=True) == "\nexcept A, B:\n"  # type: ignore[attr-defined]
