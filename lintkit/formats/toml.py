"""TOML files with spans: the values are those of tomllib, and a scan of the text says where they stand."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import Any

from lintkit.formats.errors import ParseError
from lintkit.formats.yaml_nodes import Node, NodeTree
from lintkit.model import Document, Route, SourceFile, Span
from lintkit.source import Lines, decode

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_DEPTH = 100
"""How deep tables and arrays may nest, as in YAML; also the most parts of a dotted key."""

_BASIC = r'"(?:[^"\\\n]|\\.)*"'
_LITERAL = r"'[^'\n]*'"
_LONG = r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}'
_BRACKETS = re.compile(rf"{_LONG}|{_BASIC}|{_LITERAL}|#[^\n]*|(?P<open>[\[{{])|(?P<close>[\]}}])", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_BLANK = re.compile(r"[ \t]*")
_COMMENT = re.compile(r"#[^\r\n]*")
_KEY = re.compile(rf"{_BASIC}|{_LITERAL}|[A-Za-z0-9_-]+")
_STRING = re.compile(rf"{_LONG}|{_BASIC}|{_LITERAL}", re.DOTALL)
_ATOM = re.compile(r"[^,\]}#\r\n]*[^,\]}#\r\n \t]")
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

# tomllib's messages that quote nothing, as they go on after "This cannot be read as TOML: ".
_MESSAGES = {
    "Cannot overwrite a value": "a key or a table is defined twice",
    "Expected newline or end of document after a statement": "something follows the end of the value on its line",
    "Invalid initial character for a key part": "a key should stand here: letters, digits, `_` and `-`, else quoted",
    "Expected '=' after a key in a key/value pair": "a `=` is missing after the key",
    "Invalid value": "this is no value of TOML; text needs quotes",
    "Unclosed array": "a `,` or the closing `]` is missing",
    "Unclosed inline table": "a `,` or the closing `}` is missing",
    'Expected "\'"': "a string is not closed on its line",
    "Illegal character '\\n'": "a string is not closed on its line",
    "Unterminated string": "a string is never closed",
    "Invalid statement": "a line is a key with `=`, a `[table]`, or a comment",
    "Expected ']' at the end of a table declaration": "the `]` of a table is missing",
    "Expected ']]' at the end of an array declaration": "the `]]` of an array of tables is missing",
    "Duplicate inline table key": "a key stands twice in an inline table",
    "Unescaped '\\' in a string": "an escape is unknown; write `\\\\`, or use single quotes",
    "Invalid date or datetime": "this is no date of the calendar",
}


def parse(source: SourceFile) -> tuple[Document, ...]:
    """Read a TOML file.

    Dates and times are the text as written. A table's value is the stretch from its header (or its first dotted
    key) to its last entry, and its key the name in the first header. Raises ParseError.
    """
    try:
        text, _ = decode(source.data)
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise ParseError("The file is not UTF-8 text; save it as UTF-8.", source.path, line) from None
    scan = check_nesting(text, source.path)
    try:
        data: Any = tomllib.loads(text)
    except RecursionError:
        raise _error(f"it nests more than {MAX_DEPTH} levels deep", text, source.path, 0) from None
    except tomllib.TOMLDecodeError as error:
        raise _from_tomllib(str(error), text, source.path) from None
    except ValueError:  # a number of thousands of digits, which `int` refuses
        raise _error("a number is too long", text, source.path, 0) from None
    plain, node = _joined(data, scan.root, text)
    nodes = NodeTree(source.path, node)
    return (Document(source.path, source.kind, text, plain, nodes, comments=tuple(scan.comments)),)


def check_nesting(text: str, path: str) -> _Scan:
    """Raise ParseError for what nests too deep for tomllib: brackets recurse, and the parts of a key cost their square.

    Text that is no TOML passes. Gives what was found of the text.
    """
    _check_depth(text, path)
    scan = _Scan(text, path)
    scan.run()
    return scan


def key_lines(text: str, path: str) -> dict[Route, int]:
    """The line (from 1) of each key, table and array item of `text`; a table stands where it is named first.

    Text that is no TOML gives those before its first fault. Raises ParseError as `check_nesting` does.
    """
    lines = Lines(text)
    found: dict[Route, int] = {}
    left: list[tuple[Route, _Place]] = [((), check_nesting(text, path).root)]
    while left:
        above, place = left.pop()
        for name, child in place.children.items():
            route = (*above, name)
            found[route] = lines.position(child.key[0] if child.key else child.start).line
            left.append((route, child))
    return found


def _check_depth(text: str, path: str) -> None:
    """Raise ParseError for brackets that nest too deep, before anything recursive sees the text."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match["open"]:
            depth += 1
            if depth > MAX_DEPTH:
                raise _error(f"it nests more than {MAX_DEPTH} levels deep", text, path, match.start())
        elif match["close"]:
            depth -= 1


def _error(message: str, text: str, path: str, offset: int) -> ParseError:
    position = Lines(text).position(offset)
    message = f"This cannot be read as TOML: {message}."
    return ParseError(message, path, position.line, position.column)


def _from_tomllib(shown: str, text: str, path: str) -> ParseError:
    where = _WHERE.search(shown)
    message = shown[: where.start()] if where else ""
    sentence = f"This cannot be read as TOML: {_MESSAGES.get(message, 'the text cannot be read here')}."
    if where is None or where[1] is None:
        position = Lines(text).position(len(text))
        return ParseError(sentence, path, position.line, position.column)
    return ParseError(sentence, path, int(where[1]), int(where[2]))


@dataclass(slots=True)
class _Place:
    """Where something stands; `children` by key or, for an array, by index."""

    start: int
    end: int
    key: tuple[int, int] | None = None
    children: dict[str | int, _Place] = field(default_factory=dict)
    style: str = "plain"

    def reach(self, end: int) -> None:
        self.end = max(self.end, end)


class _Scan:
    """One pass over the text. tomllib decides what is valid: the first surprise ends the pass."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.at = 0
        self.root = _Place(0, len(text))
        self.comments: list[Span] = []

    def run(self) -> None:
        """Find all places."""
        table = [self.root]
        while True:
            self.space()
            before = self.at
            if before >= len(self.text):
                return
            if self.text.startswith("[", before):
                table = self.header()
            else:
                self.entry(table)
            if self.at == before:
                return

    def space(self) -> None:
        """Go past white space, line ends and comments."""
        while True:
            self.skip(_SPACE)
            start = self.at
            if not self.skip(_COMMENT):
                return
            self.comments.append(Span(self.path, start, self.at))

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def header(self) -> list[_Place]:
        """The table that `[name]` or `[[name]]` opens, with those above it."""
        start = self.at
        array = self.text.startswith("[[", start)
        self.at += 2 if array else 1
        parts = self.key()
        self.skip(_BLANK)
        self.at += 2 if array else 1
        self.at = min(self.at, len(self.text))
        path = [self.root]
        for index, (name, key) in enumerate(parts):
            place = path[-1].children.get(name)
            if place is None:
                place = path[-1].children[name] = _Place(start, self.at, key)
            path.append(place)
            last = index == len(parts) - 1
            if last and array:
                item = place.children[len(place.children)] = _Place(start, self.at)
                path.append(item)
            elif not last and place.children and all(isinstance(child, int) for child in place.children):
                path.append(place.children[len(place.children) - 1])
        for place in path:
            place.reach(self.at)
        return path

    def key(self) -> list[tuple[str, tuple[int, int]]]:
        """The parts of a key and where each stands."""
        parts: list[tuple[str, tuple[int, int]]] = []
        while True:
            self.skip(_BLANK)
            start = self.at
            written = self.skip(_KEY)
            if not written:
                return parts
            parts.append((_name(written), (start, self.at)))
            if len(parts) > MAX_DEPTH:
                raise _error(f"a key has more than {MAX_DEPTH} parts", self.text, self.path, start)
            end = self.at
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                self.at = end
                return parts
            self.at += 1

    def entry(self, table: list[_Place]) -> None:
        """`key = value` in the table that is last in `table`."""
        start = self.at
        parts = self.key()
        self.skip(_BLANK)
        if not parts or not self.text.startswith("=", self.at):
            self.at = start
            return
        self.at += 1
        path = list(table)
        for name, key in parts[:-1]:
            place = path[-1].children.get(name)
            if place is None:
                place = path[-1].children[name] = _Place(start, self.at, key)
            path.append(place)
        name, key = parts[-1]
        value = self.value()
        value.key = key
        path[-1].children[name] = value
        for place in path:
            place.reach(value.end)

    def value(self) -> _Place:
        self.skip(_BLANK)
        start = self.at
        head = self.text[start : start + 1]
        if head and head in "\"'":
            written = self.skip(_STRING)
            long = written.startswith(('"""', "'''"))
            return _Place(start, self.at, style="" if long else "double" if head == '"' else "single")
        place = _Place(start, start)
        if head == "[" or head == "{":
            self.at += 1
            self.items(place, "]" if head == "[" else "}")
        else:
            self.skip(_ATOM)
        place.reach(self.at)
        return place

    def items(self, place: _Place, closing: str) -> None:
        """What stands in an array or an inline table, to its end."""
        while True:
            self.space()
            head = self.text[self.at : self.at + 1]
            if head == "," or head == closing:
                self.at += 1
                if head == closing:
                    return
                continue
            before = self.at
            if closing == "}":
                self.entry([place])
            else:
                place.children[len(place.children)] = self.value()
            if self.at == before:
                return


def _name(written: str) -> str:
    if written[0] == '"' and "\\" in written:
        try:
            return str(next(iter(tomllib.loads(f"{written} = 0"))))
        except tomllib.TOMLDecodeError:
            return written
    return written[1:-1] if written[0] in "\"'" else written


def _joined(data: Any, place: _Place, text: str) -> tuple[Any, Node]:
    """Plain data and the node for it; what the scan has not found stands where its parent does."""
    if isinstance(data, dict):
        plain: dict[str, Any] = {}
        children: dict[str, Any] = {}
        for name, value in data.items():
            child = place.children.get(name) or _Place(place.start, place.end, place.key)
            key = child.key or (child.start, child.end)
            plain[name], node = _joined(value, child, text)
            children[name] = (key[0], key[1], node, None)
        return plain, (place.start, place.end, children, None)
    if isinstance(data, list):
        found = [
            _joined(item, place.children.get(i) or _Place(place.start, place.end), text)
            for i, item in enumerate(data)
        ]
        return [item for item, _ in found], (place.start, place.end, [node for _, node in found], None)
    if isinstance(data, str):
        return data, (place.start, place.end, data, place.style, None)
    written = text[place.start : place.end]
    if isinstance(data, (bool, int, float)):
        return data, (place.start, place.end, written, "plain", None)
    return written, (place.start, place.end, written, "plain", None)
