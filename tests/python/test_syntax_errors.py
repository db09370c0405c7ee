"""What is said of Python that cannot be read: what Python says, at its place, and nothing of the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.model import SourceFile
from lintkit.python.syntax_errors import said
from lintkit.run.file import check_file
from lintkit.source import Lines

S = "wha1e_hel7o"


def checked(text: str) -> tuple[str, int]:
    """The message for a file that cannot be read, and its line."""
    (finding,) = check_file(SourceFile("app.py", "python", text.encode()), ()).findings
    assert finding.rule == "lintkit/unparseable-file"
    return finding.message, Lines(text).position(finding.primary.span.start).line


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("import os\n\ndef f()\n    return 1\n", "expected ':'", 3),
        ("x = 1\ny = f(1,\nz = 2\n", "'(' was never closed", 2),
        ("x = [1, 2)\n", "closing parenthesis ')' does not match opening parenthesis '['", 1),
        ("x = 1\ny = 'abc\n", "unterminated string literal", 2),
        ("def f():\nreturn 1\n", "expected an indented block after function definition on line 1", 2),
        ("if x:\n    a\n  b\n", "unindent does not match any outer indentation level", 3),
        ("  x = 1\n", "unexpected indent", 1),
        ("x = “a”\n", "invalid character (U+201C)", 1),
        ('print "x"\n', "Missing parentheses in call to 'print'", 1),
        ("# ü\r\n\r\nx = (\r\n", "'(' was never closed", 3),
    ],
)
def test_the_message_says_what_python_says(text: str, words: str, line: int) -> None:
    message, found = checked(text)
    assert words in message
    assert message.startswith(
        "This is not valid Python 3: " if "print" in words else "This is not valid Python: "
    )
    assert found == line


@pytest.mark.parametrize("text", ["exec 'a'\n", "f = map(lambda (a, b): a, c)\n"])
def test_what_python_2_reads_is_said_to_be_no_python_3(text: str) -> None:
    message, _ = checked(text)
    assert message.startswith("This is not valid Python 3: ")


@pytest.mark.parametrize(
    "text",
    [
        f'PASSWORD = "{S}\n',
        f"f({S} {S})\n",
        f"f({S}=1, {S}=2)\nx = (\n",
        f"def f({S}, {S}): (\n",
        f"{S} = = 1\n",
        f"x = 1{S}\n",
        f'x = f"{{{S}!{S}}}"\n',
        f"import {S}.{S} as {S}.x\n",
        f"global {S}; {S} ={S} {S}\n",
        f"from __future__ import {S} {S}\n",
        f"'{S}' = '{S}'\n",
        f"{{'{S}': 1 '{S}': 2}}\n",
        f"match x:\n  case {S}.{S} {S}: pass\n",
    ],
)
def test_the_message_holds_nothing_of_the_file(text: str) -> None:
    message, _ = checked(text)
    assert S not in message
    assert "wha1e" not in message


@pytest.mark.parametrize(
    "message",
    [
        f"keyword argument repeated: {S}",
        "keyword argument repeated: kelp",
        "name 'kelp' is parameter and global",
        "invalid syntax 'Kelp'",
        "invalid syntax kelp",
        "invalid_syntax",
        "",
        None,
    ],
)
def test_what_may_hold_a_name_is_not_said(message: str | None) -> None:
    assert said(message) == ""


@given(st.text(min_size=4).filter(lambda text: not said(text)))
def test_only_words_of_the_interpreter_are_said(text: str) -> None:
    assert text not in said(f"invalid syntax: {text}")
    assert len(text) < 6 or text not in said(f"invalid '{text}'")
