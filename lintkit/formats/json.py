"""JSON files with spans.

Comments and a comma after the last item are no JSON, but many readers take them: they are problems
(`comment`, `trailing-comma`), and reading goes on.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from lintkit.formats.errors import ParseError
from lintkit.formats.yaml_nodes import Node, NodeTree
from lintkit.model import Document, Problem, SourceFile, Span
from lintkit.source import Lines, decode

MAX_DEPTH = 100
"""How deep objects and arrays may nest, as in YAML."""

_SPACE = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_WORD = re.compile(r"true\b|false\b|null\b")
_WORDS = {"true": True, "false": False, "null": None}

_LONGEST_INTEGER = 4_000
_MOST_PROBLEMS = 1_000


def parse(source: SourceFile) -> tuple[Document, ...]:
    """Read a JSON file.

    `raw` of a number is its text as written. A name that stands twice in an object is a problem
    (`duplicate-key`) and the last value counts. Raises ParseError for everything that is no JSON, and for more
    than MAX_DEPTH levels.
    """
    reader = _Reader(_decoded(source), source.path)
    data, node = reader.run()
    if reader.skip():
        raise reader.error("something follows the end of the value; a file holds one")
    return (reader.document(source, data, node),)


def parse_stream(source: SourceFile) -> tuple[Document, ...]:
    """Read a file of JSON values one after the other, as `kubectl apply` does. Raises ParseError as `parse` does."""
    reader = _Reader(_decoded(source), source.path)
    documents: list[Document] = []
    while not documents or reader.skip():
        data, node = reader.run()
        documents.append(replace(reader.document(source, data, node), index=len(documents)))
    # Comments are those of the whole file in each document, as in YAML.
    return tuple(replace(document, comments=tuple(reader.comments)) for document in documents)


def _decoded(source: SourceFile) -> str:
    try:
        return decode(source.data)[0]
    except UnicodeDecodeError as error:
        line = source.data.count(b"\n", 0, error.start) + 1
        raise ParseError("The file is not UTF-8 text; save it as UTF-8.", source.path, line) from None


class _Reader:
    """Reads one text from its beginning to its end, without recursion."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.at = 0
        self.lines = Lines(text)
        self.problems: list[Problem] = []
        self.comments: list[Span] = []

    def error(self, message: str) -> ParseError:
        position = self.lines.position(self.at)
        message = f"This cannot be read as JSON: {message}."
        return ParseError(message, self.path, position.line, position.column)

    def problem(self, code: str, message: str, start: int, end: int) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(code, message, Span(self.path, start, end)))

    def skip(self) -> str:
        """Go past white space and comments; returns the next character, empty at the end."""
        text = self.text
        while True:
            space = _SPACE.match(text, self.at)
            assert space is not None
            self.at = space.end()
            if not text.startswith("/", self.at):
                return text[self.at : self.at + 1]
            comment = _COMMENT.match(text, self.at)
            if comment is None:
                raise self.error("a `/` begins neither a value nor a whole comment")
            self.comments.append(Span(self.path, comment.start(), comment.end()))
            message = "JSON has no comments; strict readers refuse the file."
            self.problem("comment", message, comment.start(), comment.end())
            self.at = comment.end()

    def document(self, source: SourceFile, data: Any, node: Node) -> Document:
        """A value that was read, with the problems found in it, which are forgotten then."""
        problems = tuple(sorted(self.problems, key=lambda problem: problem.span))
        self.problems = []
        nodes = NodeTree(source.path, node)
        return Document(source.path, source.kind, self.text, data, nodes, 0, problems, tuple(self.comments))

    def run(self) -> tuple[Any, Node]:
        """The data of the next value and its node."""
        # The collections that are open: data, children, where each begins, and the key it stands under.
        stack: list[tuple[Any, Any, int, tuple[str, int, int] | None]] = []
        key: tuple[str, int, int] | None = None
        while True:
            head = self.skip()
            if not head:
                raise self.error(
                    "the file is empty" if not stack else "the file ends in the middle of a value"
                )
            if head in "[{":
                if len(stack) >= MAX_DEPTH:
                    raise self.error(f"it nests more than {MAX_DEPTH} levels deep")
                data: Any = {} if head == "{" else []
                children: Any = {} if head == "{" else []
                stack.append((data, children, self.at, key))
                self.at += 1
                if self.skip() != ("}" if head == "{" else "]"):
                    key = self.key() if head == "{" else None
                    continue
                value, node, key = self.close(stack)
            else:
                value, node = self.scalar(head)
            # A whole value; put it where it belongs, and close what ends after it.
            while True:
                if not stack:
                    return value, node
                self.place(stack[-1], key, value, node)
                in_object = type(stack[-1][0]) is dict
                head = self.skip()
                closing = "}" if in_object else "]"
                if head == ",":
                    comma = self.at
                    self.at += 1
                    if self.skip() != closing:
                        key = self.key() if in_object else None
                        break
                    self.problem("trailing-comma", "JSON has no comma after the last item.", comma, comma + 1)
                elif head != closing:
                    raise self.error(f"a `,` or the closing `{closing}` is missing")
                value, node, key = self.close(stack)

    def close(self, stack: list[Any]) -> tuple[Any, Node, tuple[str, int, int] | None]:
        data, children, start, key = stack.pop()
        self.at += 1
        return data, (start, self.at, children, None), key

    def place(self, frame: Any, key: tuple[str, int, int] | None, value: Any, node: Node) -> None:
        data, children = frame[0], frame[1]
        if key is None:
            data.append(value)
            children.append(node)
            return
        name, start, end = key
        if name in children:
            line = self.lines.position(children[name][0]).line
            message = f"This key stands in the same object as on line {line}; only the last value counts."
            self.problem("duplicate-key", message, start, end)
            del data[name], children[name]
        data[name] = value
        children[name] = (start, end, node, None)

    def key(self) -> tuple[str, int, int]:
        """The name of an entry, up to its `:`."""
        start = self.at
        match = _STRING.match(self.text, start)
        if start >= len(self.text):
            raise self.error("the file ends in the middle of a value")
        if match is None:
            raise self.error("the name of an entry stands in double quotes")
        self.at = match.end()
        if self.skip() != ":":
            raise self.error("a `:` is missing after the name of an entry")
        self.at += 1
        return _string(match[0]), start, match.end()

    def scalar(self, head: str) -> tuple[Any, Node]:
        text, start = self.text, self.at
        if head == '"':
            match = _STRING.match(text, start)
            if match is None:
                raise self.error(
                    "a string is not closed on its line, or holds a character that needs an escape"
                )
            value: Any = _string(match[0])
            self.at = match.end()
            return value, (start, self.at, value, "double", None)
        match = _NUMBER.match(text, start)
        if match is not None:
            value = _number(match[1], match[2])
        else:
            match = _WORD.match(text, start)
            if match is None:
                raise self.error("a value should begin here: text needs double quotes")
            value = _WORDS[match[0]]
        self.at = match.end()
        return value, (start, self.at, match[0], "plain", None)


def _string(written: str) -> str:
    return written[1:-1] if "\\" not in written else str(json.loads(written))


def _number(whole: str, rest: str) -> int | float:
    return int(whole) if not rest and len(whole) < _LONGEST_INTEGER else float(whole + rest)
