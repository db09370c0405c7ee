"""`.env` files as python-dotenv reads them, with spans.

The grammar is that of python-dotenv 1.2 (https://github.com/theskumar/python-dotenv, parser.py): a key,
optionally after `export` and in single quotes; a value in single quotes, in double quotes, or bare up to `
#` or the end of the line; quoted values run over several lines. A line that does not fit is kept as a
problem.
"""

from __future__ import annotations

import re
from typing import Any

from lintkit.formats.errors import ParseError
from lintkit.model import Document, NodeSpans, Problem, Route, SourceFile, Span
from lintkit.source import decode

_BLANK = re.compile(r"\s*")
_EXPORT = re.compile(r"export[^\S\r\n]+")
_KEY = re.compile(r"(?!')([^=#\s]+)")
_QUOTED_KEY = re.compile(r"'([^']+)'")
_SPACE = re.compile(r"[^\S\r\n]*")
_SINGLE = re.compile(r"'([^'\\]*(?:\\.[^'\\]*)*)'", re.DOTALL)
_DOUBLE = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_LINE = re.compile(r"[^\r\n]*")
_END = re.compile(r"[^\S\r\n]*(?:\r\n|\n|\r|\Z)")
_SINGLE_ESCAPE = re.compile(r"\\([\\'])")
_DOUBLE_ESCAPE = re.compile(r"\\([\\'\"abfnrtv])")
_VARIABLE = re.compile(r"\$\{[^}:]{0,256}(?::-|\})")

_SHELL = re.compile(
    r"^[^\S\r\n]*(?:"
    r"[A-Za-z_]\w*(?:\[[^\]\r\n]{1,200}\]\+?=|\+?=\()"
    r"|(?:then|fi|done|esac)[^\S\r\n]*$"
    r"|(?:if|for|while)[^\S\r\n][^\r\n;]{1,500};[^\S\r\n]*(?:then|do)[^\S\r\n]*$"
    r"|(?:source|\.)[^\S\r\n]+[\w./$]"
    r"|(?:function[^\S\r\n]+)?\w{1,80}[^\S\r\n]*\(\)[^\S\r\n]*\{)",
    re.MULTILINE,
)

_MAXIMUM = 100_000
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def parse(source: SourceFile) -> tuple[Document, ...]:
    """The entries of a `.env` file.

    Data: `{"entries": [{"key", "value", "raw", "quote", "export", "interpolates"}]}`. `value` has its escapes
    resolved and is None for a key without `=`; `raw` is the value as written, with its quotes. Routes
    `("entries", i)` (all of an entry, with its key), and below it `"key"` and, where there is one,
    `"value"` (as written). Lines that python-dotenv cannot read are problems with the code `invalid-line`.
    Raises ParseError where the file is no text.
    """
    try:
        text, _ = decode(source.data)
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise ParseError("The file is not UTF-8 text; save it as UTF-8.", source.path, line) from None
    return (_Reader(text, source.path).document(),)


def is_shell_script(text: str) -> bool:
    """Whether a file is one that a shell sources, by what no reader of `.env` files knows: arrays, branches, functions.

    >>> is_shell_script('PATHS[((i++))]="/srv"'), is_shell_script("LIST=(a b)"), is_shell_script("PORT=1")
    (True, True, False)
    """
    return text.startswith("#!") or _SHELL.search(text) is not None


class _UnreadableError(Exception):
    """The rest of the line does not fit; `offset` is how far it was read."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


class _Reader:
    """Reads one file from its beginning to its end."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.entries: list[dict[str, Any]] = []
        self.nodes: dict[Route, NodeSpans] = {}
        self.problems: list[Problem] = []
        self.comments: list[Span] = []

    def document(self) -> Document:
        """Read all of it."""
        text, path = self.text, self.path
        whole = NodeSpans(Span(path, 0, len(text)))
        self.nodes[()] = self.nodes[("entries",)] = whole
        offset = _skip(_BLANK, text, 0)
        while offset < len(text):
            if len(self.entries) + len(self.problems) > _MAXIMUM:
                raise ParseError(
                    f"The file has more than {_MAXIMUM} entries; is it a .env file at all?", path
                )
            try:
                following = self.binding(offset)
            except _UnreadableError as error:
                following = _skip(_LINE, text, error.offset)
                span = Span(path, offset, offset + len(text[offset:following].rstrip()))
                self.problems.append(Problem("invalid-line", error.message, span))
            offset = _skip(_BLANK, text, following)
        problems, comments = tuple(self.problems), tuple(self.comments)
        return Document(path, "dotenv", text, {"entries": self.entries}, self.nodes, 0, problems, comments)

    def binding(self, start: int) -> int:
        """Read the entry or the comment at `start`, which is no blank; returns where it ends."""
        text = self.text
        export = _EXPORT.match(text, start)
        offset = export.end() if export else start
        if text.startswith("#", offset):
            return self.comment(offset)
        found = _KEY.match(text, offset) or _QUOTED_KEY.match(text, offset)
        if found is None:
            raise _UnreadableError(offset, "The line has no readable variable name; python-dotenv skips it.")
        key_span = Span(self.path, offset, found.end())
        offset = end = found.end()
        offset = _skip(_SPACE, text, offset)
        entry: dict[str, Any] = {
            "key": found[1],
            "value": None,
            "raw": "",
            "quote": "",
            "export": export is not None,
        }
        value_span = None
        if text.startswith("=", offset):
            begin = _skip(_SPACE, text, offset + 1)
            if begin > offset + 1 and text.startswith("#", begin):
                value, end = "", begin
                value_span = Span(self.path, offset + 1, offset + 1)
            else:
                value, quote, end = self.value(begin)
                entry["quote"] = quote
                value_span = Span(self.path, begin, end)
            entry["value"] = value
            entry["raw"] = text[value_span.start : value_span.end]
            offset = end
            end = value_span.end
        offset = self.rest_of_line(offset)
        entry["interpolates"] = entry["value"] is not None and interpolates(entry["value"])
        self.add(entry, Span(self.path, start, end), key_span, value_span)
        return offset

    def value(self, start: int) -> tuple[str, str, int]:
        """The value at `start`, its quote, and where it ends."""
        text = self.text
        quote = text[start : start + 1]
        if quote in ("'", '"'):
            found = (_SINGLE if quote == "'" else _DOUBLE).match(text, start)
            if found is None:
                raise _UnreadableError(start, f"The {quote} that opens this value is never closed.")
            escape = _SINGLE_ESCAPE if quote == "'" else _DOUBLE_ESCAPE
            return escape.sub(lambda m: _ESCAPES.get(m[1], m[1]), found[1]), quote, found.end()
        line = text[start : _skip(_LINE, text, start)]
        comment = next(
            (m.start() for m in re.finditer("#", line) if line[m.start() - 1 : m.start()].isspace()),
            len(line),
        )
        value = line[:comment].rstrip()
        return value, "", start + len(value)

    def comment(self, start: int) -> int:
        """Note the comment that begins with the `#` at `start`; returns where it ends."""
        end = _skip(_LINE, self.text, start)
        self.comments.append(Span(self.path, start, start + len(self.text[start:end].rstrip())))
        return end

    def rest_of_line(self, offset: int) -> int:
        """Nothing but a comment may follow; returns where the line ends."""
        begin = _skip(_SPACE, self.text, offset)
        if self.text.startswith("#", begin):
            return self.comment(begin)
        if _END.match(self.text, begin) is None:
            message = "Something follows the end of the value or name; python-dotenv skips it."
            raise _UnreadableError(offset, message)
        return begin

    def add(self, entry: dict[str, Any], whole: Span, key: Span, value: Span | None) -> None:
        """Keep an entry and where it stands."""
        index = len(self.entries)
        style = {"'": "single", '"': "double"}.get(entry["quote"], "plain")
        self.entries.append(entry)
        self.nodes["entries", index] = NodeSpans(whole, key)
        self.nodes["entries", index, "key"] = NodeSpans(key, raw=entry["key"])
        if value is not None:
            self.nodes["entries", index, "value"] = NodeSpans(value, key, raw=entry["value"], style=style)


def interpolates(value: str) -> bool:
    """Whether python-dotenv replaces a `${NAME}` or `${NAME:-default}` in this value (in any quotes)."""
    found = _VARIABLE.search(value)
    return found is not None and "}" in value[found.end() - 1 :]


def _skip(expression: re.Pattern[str], text: str, offset: int) -> int:
    found = expression.match(text, offset)
    return offset if found is None else found.end()
