"""libcst on a whole file, or on runs of its top-level statements as they are asked for."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import libcst as cst

from lintkit.budget import LeftOutError
from lintkit.formats.errors import ParseError
from lintkit.formats.python_lex import literals
from lintkit.python.depth import check_size, check_text, too_deep
from lintkit.python.statements import NOT_PYTHON, TopLevel
from lintkit.python.tree import Chunk

_BARE_EXCEPT = re.compile(r"^[ \t]*except\*?[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:", re.MULTILINE)


_MOST_NODES = 200_000
"""How many nodes of a file are kept in memory: less than a kilobyte each, with what is known of them."""


def _keep(nodes: int) -> None:
    """Raise LeftOutError where libcst's trees of so many nodes would have to be kept, before they are made."""
    if nodes > _MOST_NODES:
        raise LeftOutError(
            f"the code in it that rules look at has more than {_MOST_NODES:,} parts, which take too much memory"
        )


class Refused(Exception):  # noqa: N818
    """libcst does not read a run of statements on its own."""


@contextmanager
def _unvalidated() -> Iterator[None]:
    """Let libcst build nodes without checking each one: the parser's own are valid, and the checks cost a quarter."""
    validate = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _accept  # type: ignore[method-assign]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = validate  # type: ignore[method-assign]


def _accept(self: cst.CSTNode) -> None:
    pass


def parse_chunk(text: str, path: str, *, number: int = 0, start: int = 0) -> Chunk:
    """Parse statements that begin at code point `start`. Raises ParseError, with a line of `text`.

    The caller has made sure that `text` is not nested too deeply for a native parser.
    """
    try:
        with _unvalidated():
            try:
                module = cst.parse_module(text)
            except cst.ParserSyntaxError:
                readable = _with_known_syntax(text)
                if readable == text:
                    raise
                module = cst.parse_module(readable)
        return Chunk(number, start, text, module)
    except cst.ParserSyntaxError as error:
        raise ParseError(NOT_PYTHON, path, max(error.raw_line, 1), max(error.raw_column, 0) + 1) from None
    except (RecursionError, MemoryError):
        raise too_deep(path, 1) from None
    except BaseException as error:
        # A panic of the native parser derives from BaseException.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise ParseError(NOT_PYTHON, path) from None
        raise


def _with_known_syntax(text: str) -> str:
    """`text` with syntax that libcst does not read yet written in an older way of the same length.

    `except A, B:` without parentheses (PEP 758, Python 3.14) becomes `except A | B:`. Every position stays, and
    nothing asks for the operator between exceptions.
    """
    if "except" not in text:
        return text
    strings = [(token.start, token.end) for token in literals(text)]
    found = []
    for match in _BARE_EXCEPT.finditer(text):
        at = bisect.bisect_right(strings, (match.start(1), len(text)))
        if not at or strings[at - 1][1] <= match.start(1):
            found.append(match)
    pieces, last = [], 0
    for match in found:
        pieces += [text[last : match.start(1)], match[1].replace(",", "|")]
        last = match.end(1)
    return "".join((*pieces, text[last:]))


class WholeFile:
    """A file as one chunk.

    Raises ParseError for what libcst cannot read, or must not be given, and LeftOutError for what is too large.
    """

    def __init__(self, text: str, path: str, top: TopLevel | None = None) -> None:
        check_size(text, path, 1)
        if top is None:
            _keep(check_text(text, path))
        else:
            _keep(sum(top.check(number) for number in range(len(top.runs))))
        self._chunk = parse_chunk(text, path)

    def chunk(self, number: int) -> Chunk:
        """The only chunk."""
        return self._chunk

    def count(self) -> int:
        """One."""
        return 1

    def binding(self, name: str) -> Sequence[int]:
        """Any name may be bound in the only chunk."""
        return (0,)

    def kind(self, kind: str) -> Sequence[int]:
        """Any statement may be in the only chunk."""
        return (0,)


class LazyChunks:
    """The top-level statements of a file, parsed when they are asked for."""

    def __init__(self, top: TopLevel) -> None:
        self._top = top
        self._parsed: dict[int, Chunk] = {}
        self._nodes = 0

    def parse(self, number: int) -> Chunk:
        """Parse one chunk.

        Raises ParseError for what is nested too deeply, Refused for what libcst does not read, and LeftOutError where
        it is more than is kept in memory, with the chunks that were parsed before.
        """
        found = self._parsed.get(number)
        if found is None:
            top = self._top
            self._nodes += top.check(number)
            _keep(self._nodes)
            try:
                found = parse_chunk(top.code(number), top.path, number=number, start=top.starts[number])
            except ParseError:
                raise Refused from None
            self._parsed[number] = found
        return found

    def chunk(self, number: int) -> Chunk:
        """A chunk; one without statements where libcst cannot read them: what it binds stays unknown."""
        try:
            return self.parse(number)
        except (ParseError, Refused):
            empty = Chunk(number, self._top.starts[number], "", cst.Module(body=()))
            self._parsed[number] = empty
            return empty

    def count(self) -> int:
        """How many runs the file has."""
        return len(self._top.runs)

    def binding(self, name: str) -> Sequence[int]:
        """The runs that may bind `name` in the module."""
        return self._top.binding(name)

    def kind(self, kind: str) -> Sequence[int]:
        """The runs that may hold a statement of this kind."""
        return self._top.kind(kind)
