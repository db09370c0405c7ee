"""Strings, comments and logical lines of Python source, found without a parser.

It reads syntax newer than the running interpreter (nested quotes in f-strings, PEP 701; t-strings, PEP 750) and never
fails: an unterminated string ends with its line, an unterminated triple-quoted one with the text. Linear in the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Token(NamedTuple):
    """A piece of source; whitespace gives none.

    kind  "string" (a whole literal with prefix and quotes, or an f-string), "comment" (without the line's end),
          "newline", "name", "number", "open", "close", "operator" (one character, or `:=`, `==`, `!=`, `->`, …)
    """

    kind: str
    start: int
    end: int


_CODE = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<string>(?:[rRbBuUfFtT]{1,2})?(?:\"\"\"|'''|"|'))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<newline>\r\n|\r|\n)
    |(?P<joint>\\(?:\r\n|\r|\n))
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<operator>:=|==|!=|<=|>=|->|\*\*|//|[-+*/%@&|^~<>=:,.;!])""",
    re.VERBOSE,
)
_OPENING = re.compile("[#\"']")
_LINE_END = re.compile(r"[\r\n]")
_SPACE = re.compile(r"[ \t\f\ufeff]+|[^\w\s#\"'\\()\[\]{}:=,.;!<>+*/%@&|^~-]+")

# What ends a string, or steps over an escape. In an f-string a brace opens an expression, escaped or not.
_ENDS: dict[tuple[str, bool], re.Pattern[str]] = {}
for _quote in ('"""', "'''", '"', "'"):
    _line_end = "" if len(_quote) == 3 else r"|[\r\n]"
    _ENDS[_quote, False] = re.compile(rf"(?s)\\(?:\r\n|.)|{_quote}{_line_end}")
    _ENDS[_quote, True] = re.compile(rf"(?s)\\(?:\r\n|[^{{}}])|\{{\{{|\}}\}}|\{{|{_quote}{_line_end}")
_SPEC_END = re.compile(r"[{}]|[\r\n]")


class _FString:
    """An f-string that is being read.

    fields  one entry for each replacement field that is open, the innermost last: how many brackets are open in it;
            all but the last are at their format specification, which holds the next one
    """

    __slots__ = ("fields", "quote", "start")

    def __init__(self, start: int, quote: str) -> None:
        self.start = start
        self.quote = quote
        self.fields: list[int] = []


def tokens(text: str) -> list[Token]:
    """The tokens of Python source, in the order in which they end.

    A string or comment inside a replacement field of an f-string comes before the f-string that holds it; the other
    tokens of a field are left out.
    """
    return _read(text, structure=True)


def literals(text: str) -> list[Token]:
    """The strings and comments among the tokens of Python source, in the order of `tokens`, several times faster."""
    return _read(text, structure=False)


def _read(text: str, *, structure: bool) -> list[Token]:
    found: list[Token] = []
    open_strings: list[_FString] = []
    position = 0
    length = len(text)
    while position < length:
        if not structure and not open_strings:
            position = _read_opening(text, position, open_strings, found)
            continue
        match = _CODE.match(text, position)
        if match is None:
            space = _SPACE.match(text, position)
            position = space.end() if space else position + 1
            continue
        kind = match.lastgroup or ""
        start, position = match.span()
        if kind == "string":
            quote = match.group().lstrip("rRbBuUfFtT")
            position = _read_string(text, start, position, quote, open_strings, found)
        elif kind == "comment" or not open_strings:
            if kind != "joint":
                found.append(Token(kind, start, position))
        else:
            fields = open_strings[-1].fields
            if kind == "open":
                fields[-1] += 1
            elif kind == "close" and fields[-1]:
                fields[-1] -= 1
            elif kind == "close":
                fields.pop()
                read = _read_spec if fields else _read_literal
                position = read(text, position, open_strings, found)
            elif kind == "operator" and text[start] == ":" and not fields[-1]:
                position = _read_spec(text, start + 1, open_strings, found)
    found.extend(Token("string", string.start, length) for string in reversed(open_strings))
    return found


def _read_opening(text: str, position: int, open_strings: list[_FString], found: list[Token]) -> int:
    """Read the next string or comment outside of f-strings; returns where to go on."""
    match = _OPENING.search(text, position)
    if match is None:
        return len(text)
    start = match.start()
    char = match.group()
    if char == "#":
        line_end = _LINE_END.search(text, start)
        end = line_end.start() if line_end else len(text)
        found.append(Token("comment", start, end))
        return end
    quote = char * 3 if text.startswith(char * 3, start) else char
    return _read_string(text, _with_prefix(text, start), start + len(quote), quote, open_strings, found)


def _read_string(
    text: str, start: int, body: int, quote: str, open_strings: list[_FString], found: list[Token]
) -> int:
    """Read a string that begins at `start` and its text at `body`; returns where to go on."""
    if any(char in "fFtT" for char in text[start : body - len(quote)]):
        open_strings.append(_FString(start, quote))
        return _read_literal(text, body, open_strings, found)
    end = _string_end(text, body, quote)
    found.append(Token("string", start, end))
    return end


def _with_prefix(text: str, quote: int) -> int:
    """Where the literal whose first quote stands at `quote` begins: at its prefix, if the letters before are one."""
    start = quote
    while start > 0 and quote - start < 2 and text[start - 1] in "rRbBuUfFtT":
        start -= 1
    if start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return quote
    return start


def _string_end(text: str, position: int, quote: str) -> int:
    """Where the plain string whose body begins at `position` ends, after its quote."""
    for match in _ENDS[quote, False].finditer(text, position):
        found = match.group()
        if found == quote:
            return match.end()
        if found[0] in "\r\n":
            return match.start()
    return len(text)


def _read_literal(text: str, position: int, open_strings: list[_FString], found: list[Token]) -> int:
    """Read literal text of the innermost f-string up to its end or its next field; returns where to go on."""
    string = open_strings[-1]
    for match in _ENDS[string.quote, True].finditer(text, position):
        piece = match.group()
        if piece == "{":
            string.fields.append(0)
            return match.end()
        if piece == string.quote or piece[0] in "\r\n":
            end = match.end() if piece == string.quote else match.start()
            open_strings.pop()
            found.append(Token("string", string.start, end))
            return end
    return len(text)


def _read_spec(text: str, position: int, open_strings: list[_FString], found: list[Token]) -> int:
    """Read the format specification of the innermost field up to its end or a field within it."""
    string = open_strings[-1]
    while match := _SPEC_END.search(text, position):
        position = match.end()
        piece = match.group()
        if piece == "{":
            string.fields.append(0)
            return position
        if piece == "}":
            string.fields.pop()
            if not string.fields:
                return _read_literal(text, position, open_strings, found)
        elif len(string.quote) == 1:  # an unfinished field ends with its line
            open_strings.pop()
            found.append(Token("string", string.start, match.start()))
            return match.start()
    return len(text)


def comments(text: str) -> list[tuple[int, int]]:
    """Where the comments of Python source stand, each from its `#` to before the line's end."""
    if "#" not in text:
        return []
    return [(token.start, token.end) for token in literals(text) if token.kind == "comment"]


class LogicalLine(NamedTuple):
    """A statement's line, or the header of a compound one, as it is written over one or more lines.

    start, end  from its first to after its last character, comments left out
    indent      the width of its indentation, a tab counted up to the next multiple of eight
    first       its first token's text (`def`, `@`, `if`, …)
    header      it ends in a colon, so that a block may follow
    """

    start: int
    end: int
    indent: int
    first: str
    header: bool


def logical_lines(text: str) -> list[LogicalLine]:
    """The logical lines of Python source, in order."""
    found: list[LogicalLine] = []
    depth = 0
    current: list[Token] = []
    for token in tokens(text):
        if token.kind == "comment":
            continue
        if token.kind == "newline":
            if depth == 0 and current:
                found.append(_logical_line(text, current))
                current = []
            continue
        if token.kind == "open":
            depth += 1
        elif token.kind == "close":
            depth = max(depth - 1, 0)
        if token.kind == "string":
            # Strings inside an f-string came before it and belong to it.
            while current and current[-1].start >= token.start:
                current.pop()
        current.append(token)
    if current:
        found.append(_logical_line(text, current))
    return found


def _logical_line(text: str, line: list[Token]) -> LogicalLine:
    start, end = line[0].start, line[-1].end
    margin = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    indent = len(text[margin:start].lstrip("\ufeff\f").expandtabs(8))
    return LogicalLine(start, end, indent, text[start : line[0].end], text[line[-1].start : end] == ":")
