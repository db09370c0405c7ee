"""Where libcst nodes stand in the text they were parsed from, without libcst's metadata.

libcst keeps no positions: writing the tree back and counting gives them, and its own providers do so with
line and column arithmetic for every token. Code points from the start are enough here, so a length is all
that is added up.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import libcst as cst


Cut: TypeAlias = "tuple[cst.CSTNode, cst.CSTNode, str, list[str]]"
"""A node, its parent, the field of the parent that holds it, and the indentations of the blocks around it."""


class PositionError(Exception):
    """libcst wrote a text back differently from how it read it, so that no position can be trusted."""


class _Syntactic:
    """Records a node's extent without the whitespace and comments that libcst counts to it."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(
        self,
        state: _State,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self.state = state
        self.node = node
        self.start_node = start_node
        self.end_node = end_node

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        found = self.state.found
        start, end = self.start, self.state.offset
        if self.start_node is not None and id(self.start_node) in found:
            start = found[id(self.start_node)][0]
        if self.end_node is not None and id(self.end_node) in found:
            end = found[id(self.end_node)][1]
        found[id(self.node)] = (start, end)


class _State:
    """What libcst's nodes expect of a `CodegenState`."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        self.default_indent = default_indent
        self.default_newline = default_newline
        self.provider: object = None
        self.indent_tokens: list[str] = []
        self.tokens: list[str] = []
        self.offset = 0
        self.found: dict[int, tuple[int, int]] = {}
        self.starts: list[int] = []

    def increase_indent(self, value: str) -> None:
        self.indent_tokens.append(value)

    def decrease_indent(self) -> None:
        self.indent_tokens.pop()

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.tokens.append(token)
            self.offset += len(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.offset -= len(self.tokens.pop())

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.starts.pop()
        if id(node) not in self.found:
            self.found[id(node)] = (start, self.offset)

    def take(self, part: _State) -> None:
        """Write what another state has written, at the current offset; its positions begin here.

        Parts hold parts, so that the deepest positions are moved once for each cut above them.
        """
        start = self.offset
        self.tokens.extend(part.tokens)
        self.offset += part.offset
        for key, (first, last) in part.found.items():
            self.found[key] = (first + start, last + start)

    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Syntactic:
        return _Syntactic(self, node, start_node, end_node)


class _Written:
    """Stands in a tree for a part that was written before, so that writing what is around it does not recurse."""

    __slots__ = ("node", "part")

    def __init__(self, node: cst.CSTNode, part: _State) -> None:
        self.node = node
        self.part = part

    def _codegen(self, state: _State, **options: object) -> None:
        state.take(self.part)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.node, name)


def offsets(module: cst.Module, text: str, cuts: Sequence[Cut] = ()) -> dict[int, tuple[int, int]]:
    """Start and end of every node of `module` in `text` (which it was parsed from), in code points, by `id(node)`.

    The extents are those of libcst's `PositionProvider`, without whitespace at either end. libcst writes trees
    recursively, and deep ones exceed what Python allows; `cuts` are nodes, innermost first, each with its parent and
    the field that holds it there, that are written on their own. Raises PositionError when the tree does not write
    back to `text`.
    """
    replaced: list[Cut] = []
    try:
        for cut in cuts:
            node, parent, field, indents = cut
            part = _State(module.default_indent, module.default_newline)
            part.indent_tokens.extend(indents)
            # An `if` in the place of an `else` is written as `elif`, and only its parent knows.
            options = {"is_elif": True} if type(node).__name__ == "If" else {}
            node._codegen(part, **options)  # type: ignore[arg-type]
            object.__setattr__(parent, field, _Written(node, part))
            replaced.append(cut)
        state = _State(module.default_indent, module.default_newline)
        module._codegen(state)  # type: ignore[arg-type]
    finally:
        for node, parent, field, _ in replaced:
            object.__setattr__(parent, field, node)
    written = "".join(state.tokens)
    if written == text or (text.startswith(written) and not text[len(written) :].strip("\r\n")):
        return {key: _tight(text, start, end) for key, (start, end) in state.found.items()}
    gaps = _form_feeds(state.tokens, text)
    return {
        key: _tight(text, start + bisect.bisect_right(gaps, start), end + bisect.bisect_left(gaps, end))
        for key, (start, end) in state.found.items()
    }


def code_of(module: cst.Module, node: cst.BaseExpression) -> str | None:
    """The source text of an expression of `module`, without the rest being written for it.

    The same as the text between its `offsets`; None for one of several lines, whose indentation only the whole knows,
    or one that is too deep to be written on its own.
    """
    state = _State(module.default_indent, module.default_newline)
    try:
        node._codegen(state)  # type: ignore[arg-type]
    except RecursionError:
        return None
    written = "".join(state.tokens)
    if "\n" in written or "\r" in written or "\x0c" in written:
        return None
    start, end = _tight(written, *state.found[id(node)])
    return written[start:end]


def made_code(module: cst.Module, node: cst.BaseExpression) -> str:
    """The source text of an expression that was made of nodes of `module` and stands nowhere; empty when too deep."""
    state = _State(module.default_indent, module.default_newline)
    try:
        node._codegen(state)  # type: ignore[arg-type]
    except RecursionError:
        return ""
    return "".join(state.tokens)


def _form_feeds(tokens: Sequence[str], text: str) -> list[int]:
    """Where in the written text libcst left out a form feed: it drops those before the code of a line."""
    gaps: list[int] = []
    place = 0
    for token in tokens:
        while token and not text.startswith(token, place) and text.startswith("\x0c", place):
            gaps.append(place - len(gaps))
            place += 1
        if not text.startswith(token, place):
            break
        place += len(token)
    if text[place:].strip("\r\n\x0c"):
        raise PositionError("libcst writes this code back differently, so no position in it is certain")
    return gaps


def _tight(text: str, start: int, end: int) -> tuple[int, int]:
    end = min(end, len(text))
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end
