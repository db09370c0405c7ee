"""The top-level statements of a file as `ast` sees them, and libcst on those that are asked for."""

from __future__ import annotations

import ast
import bisect
import re
import warnings
from collections.abc import Sequence

from lintkit.formats.errors import ParseError
from lintkit.model import Span
from lintkit.python.depth import check_before_parse, check_patterns, check_size, check_tree, too_deep
from lintkit.python.syntax_errors import said
from lintkit.python.syntax_names import collect
from lintkit.python.syntax_places import span_of
from lintkit.source import Lines

NOT_PYTHON = "This is not valid Python; the file was not checked."

_KINDS: dict[str, type[ast.stmt]] = {"if": ast.If, "assert": ast.Assert, "match": ast.Match}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Rejected(Exception):  # noqa: N818
    """`ast` does not read the file, from `line` and `column` (from 1) on.

    libcst may, if its syntax is newer than the running interpreter's.

    message  one sentence, with what Python says of it
    """

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__()
        self.message = message
        self.line = line
        self.column = column


_OF_PYTHON_2 = re.compile(
    r"call to '(?:print|exec)'|^(?:Lambda expression|Function) parameters cannot be parenthesized"
    r"|^multiple exception types must be parenthesized|^leading zeros in decimal"
)
"""What Python 3 says of statements that Python 2 reads."""


def parse(text: str, path: str) -> ast.Module:
    """The file as an `ast` tree.

    Raises Rejected for a syntax error, ParseError for what is nested too deeply, LeftOutError for what is too large.
    """
    check_before_parse(text, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        if "too many nested" in (error.msg or "") or "too many statically nested" in (error.msg or ""):
            raise too_deep(path, error.lineno or 1) from None
        why = said(error.msg)
        version = " 3" if _OF_PYTHON_2.search(why) else ""
        message = (
            f"This is not valid Python{version}: {why}; the file was not checked." if why else NOT_PYTHON
        )
        raise Rejected(message, max(error.lineno or 1, 1), max(error.offset or 1, 1)) from None
    except (RecursionError, MemoryError):
        raise too_deep(path, 1) from None
    except (ValueError, OverflowError):
        raise ParseError(NOT_PYTHON, path) from None


class TopLevel:
    """The top-level statements in runs that do not share a line: each run is one chunk for libcst."""

    def __init__(self, text: str, path: str, tree: ast.Module) -> None:
        self.text = text
        self.path = path
        self.tree = tree
        self.runs: list[list[ast.stmt]] = []
        self.first: list[int] = []
        """The first line of each run; decorators stand before the definition's own line."""
        self.last: list[int] = []
        for statement in tree.body:
            first = statement.lineno
            if isinstance(statement, _FUNCTIONS) and statement.decorator_list:
                first = min(first, min(decorator.lineno for decorator in statement.decorator_list))
            last = statement.end_lineno or statement.lineno
            if self.last and first <= self.last[-1]:
                self.runs[-1].append(statement)
                self.last[-1] = max(last, self.last[-1])
            else:
                self.runs.append([statement])
                self.first.append(first)
                self.last.append(last)
        self._lines: Lines | None = None
        self._starts: list[int] | None = None
        self._index: dict[str, list[int]] | None = None
        self._kinds: dict[str, list[int]] = {}

    @property
    def lines(self) -> Lines:
        """Where the lines of the text begin."""
        if self._lines is None:
            self._lines = Lines(self.text)
        return self._lines

    @property
    def starts(self) -> list[int]:
        """The offset at which each run begins."""
        if self._starts is None:
            self._starts = [self.lines.start(first) for first in self.first]
        return self._starts

    def span(self, node: ast.expr | ast.stmt | ast.alias) -> Span:
        """The span of a node in code points."""
        return span_of(node, self.lines, self.path)

    def end(self, number: int) -> int:
        """The offset behind the last line of a run, with its newline."""
        return self.lines.start(self.last[number] + 1)

    def at(self, offset: int) -> int | None:
        """The run that an offset lies in, None between runs."""
        number = bisect.bisect_right(self.starts, offset) - 1
        return number if number >= 0 and offset < self.end(number) else None

    def code(self, number: int) -> str:
        """The text of a run: whole lines."""
        return self.text[self.starts[number] : self.end(number)]

    def check(self, number: int) -> int:
        """How many nodes a run has. Raises ParseError for one that libcst must not be given."""
        code = self.code(number)
        check_size(code, self.path, self.first[number])
        check_patterns(code, self.path, self.first[number])
        return sum(check_tree(statement, self.path) for statement in self.runs[number])

    def binding(self, name: str) -> Sequence[int]:
        """The runs that may bind `name` in the module, `*` for star imports, `name[]` for stores into it."""
        if self._index is None:
            self._index = {}
            for number, run in enumerate(self.runs):
                for bound in collect(run, module="global" in self.code(number)).bindings:
                    self._index.setdefault(bound, []).append(number)
        return self._index.get(name, ())

    def kind(self, kind: str) -> Sequence[int]:
        """The runs with an `if`, `assert` or `match` at their top level, or an `import` anywhere."""
        found = self._kinds.get(kind)
        if found is None:
            if kind == "import":
                found = []
                place = self.text.find("import")
                while place >= 0:
                    number = self.at(place)
                    if number is not None:
                        found.append(number)
                    place = self.text.find("import", place + 6 if number is None else self.end(number))
            else:
                wanted = _KINDS[kind]
                found = [
                    number
                    for number, run in enumerate(self.runs)
                    if any(isinstance(statement, wanted) for statement in run)
                ]
            self._kinds[kind] = found
        return found
