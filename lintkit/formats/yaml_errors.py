# ruff: noqa: E501 - one line for each message of the table
"""YAML that cannot be read: libyaml's errors as sentences that never quote the file."""

from __future__ import annotations

import re

from lintkit.formats.errors import ParseError
from lintkit.source import Lines


class TemplateError(ParseError):
    """A file that is not YAML because it is a template (Helm, Jinja) that becomes YAML when it is rendered."""


# `${{ … }}` is an expression of a workflow, which is YAML all the same.
_TEMPLATE = re.compile(r"(?<!\$)\{\{-?[ \t]*[\w.$\"'(/]|\{%[-+]?[ \t]*\w|\{#[ \t]|<%[=\-#]?[ \t]*\w")
_TEMPLATE_LINE = re.compile(r"^[ \t]*(?:- )?(?:\{\{|\{%|<%)", re.MULTILINE)

MAX_DEPTH = 100
"""How deep collections may nest, aliases followed.

The deepest manifests and schemas in use reach about 30.
"""

# What libyaml accepts; everything else is a control character, a lone surrogate or a non-character.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_TAB = "a tab stands where only spaces may; indent with spaces"

# The problems of libyaml's scanner.c and parser.c. All of them are fixed texts; one that is not listed here
# is not shown.
_PROBLEMS = {
    "block sequence entries are not allowed in this context": "a list item (`- `) cannot begin here; put it on a line of its own",
    "could not find expected ':'": "a key has no `:` after it; add it, or quote the text if it runs over several lines",
    "did not find expected ',' or ']'": "a `,` or the closing `]` is missing",
    "did not find expected ',' or '}'": "a `,` or the closing `}` is missing",
    "did not find expected '-' indicator": "a list item (`- `) should begin here; check the indentation",
    "did not find expected <document start>": "a new document should begin here with `---`; check the indentation above",
    "did not find expected alphabetic or numeric character": "an anchor or an alias (`&`, `*`) has no name; quote the text if it is none",
    "did not find expected comment or line break": "something stands after the `|` or `>`; the text begins on the next line",
    "did not find expected hexdecimal number": "an escape in a double-quoted string is incomplete; write `\\\\` for a backslash",
    "did not find expected key": "a key should begin here; check the indentation and the quotes",
    "did not find expected node content": "a value is missing here; quote it if it begins with a special character",
    "did not find expected whitespace or line break": "a tag (`!name`) has no space after it; quote the text if it is none",
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "found an indentation indicator equal to 0": "the indentation after `|` or `>` cannot be 0",
    "exceeded maximum nesting depth": f"it nests more than {MAX_DEPTH} levels deep",
    "found character that cannot start any token": "a value cannot begin with this character (a tab, `@`, `` ` `` or `%`); quote it",
    "found incompatible YAML document": "the `%YAML` line names a version that is neither 1.1 nor 1.2",
    "found invalid Unicode character escape code": "an escape in a double-quoted string names no character",
    "found undefined tag handle": "a tag uses a handle (`!name!`) that no `%TAG` line defines",
    "found unexpected ':'": "a `:` cannot stand here; quote the text that holds it",
    "found unexpected document indicator": "a new document begins inside a quoted string; the closing quote is missing",
    "found unexpected end of stream": "the file ends inside a quoted string; the closing quote is missing",
    "found unknown escape character": "a double-quoted string has an unknown escape; write `\\\\` for a backslash, or use single quotes",
    "mapping keys are not allowed in this context": "a key (`? `) cannot begin here; check the indentation",
    "mapping values are not allowed in this context": "a `: ` cannot stand here; quote the value, or check the indentation of the line",
    "found duplicate %TAG directive": "a `%TAG` line stands there twice",
    "found duplicate %YAML directive": "a `%YAML` line stands there twice",
    "input is too long": "the file is too large",
}  # fmt: skip


def is_template(text: str) -> bool:
    """Whether `text` holds the marks of a template language (`{{ … }}`, `{% … %}`, `<% … %>`)."""
    return _TEMPLATE.search(text) is not None


def parse_error(message: str, text: str, path: str, offset: int) -> ParseError:
    """The error for what stands at `offset` of `text`;

    `message` goes on after "This cannot be read as YAML: ".
    """
    lines = Lines(text)
    position = lines.position(offset)
    if _TEMPLATE.search(lines.line(position.line)) or (_TEMPLATE_LINE.search(text) and is_template(text)):
        return TemplateError(
            "This is a template, not YAML: render it and check the result, or exclude the file.",
            path,
            position.line,
            position.column,
        )
    return ParseError(f"This cannot be read as YAML: {message}.", path, position.line, position.column)


def from_libyaml(error: Exception, text: str, path: str) -> ParseError:
    """The ParseError for an exception that PyYAML raised while it read `text`."""
    unprintable = _UNPRINTABLE.search(text)
    if unprintable is not None and not hasattr(error, "problem"):
        code = ord(unprintable.group())
        name = "a NUL byte" if code == 0 else f"the character U+{code:04X}"
        return parse_error(f"it holds {name}, which YAML forbids", text, path, unprintable.start())
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = _PROBLEMS.get(getattr(error, "problem", None) or "", "the text cannot be read here")
    began = getattr(error, "context_mark", None)
    if began is not None and mark is not None and began.line != mark.line:
        line = Lines(text).position(began.index).line
        problem += f" (what cannot be read begins on line {line})"
    return parse_error(problem, text, path, mark.index if mark is not None else 0)
