"""The values that expressions have without running anything."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from typing import Final, TypeAlias, TypeGuard

import libcst as cst

from lintkit.python.names import identifier

_NEWLINE = re.compile("\r\n|\r")
_CONSTANTS = {"True": True, "False": False, "None": None}


class Unknown:
    """The type of UNKNOWN: hashable, equal only to itself, never true."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
"""The value of an expression that cannot be told from the source. Compare with `is`: it is false, like
`None`.
"""

Resolve: TypeAlias = Callable[[cst.BaseExpression], cst.BaseExpression]


def is_string(
    node: cst.CSTNode,
) -> TypeGuard[cst.SimpleString | cst.FormattedString | cst.ConcatenatedString]:
    """Whether the expression is a string literal of any form (also bytes)."""
    return isinstance(node, cst.SimpleString | cst.FormattedString | cst.ConcatenatedString)


def string_value(node: cst.SimpleString) -> str | bytes | Unknown:
    """The value of one string token; newlines in it are `\\n` whatever the file's are."""
    raw = node.value
    prefix = node.prefix
    if "b" not in prefix and ("\\" not in raw or "r" in prefix):
        text = node.raw_value
        return _NEWLINE.sub("\n", text) if "\r" in text else text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(_NEWLINE.sub("\n", raw))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return UNKNOWN
    return value if isinstance(value, str | bytes) else UNKNOWN


def formatted_text(node: cst.FormattedString, text: str) -> str:
    """The value of a constant part of an f-string."""
    text = text.replace("{{", "{").replace("}}", "}")
    if "\\" not in text or "r" in node.prefix:
        return _NEWLINE.sub("\n", text)
    quote = '"""' if '"""' in node.start or "'''" in node.start else '"'
    escaped = text if quote == '"""' else re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(quote + escaped + quote)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return value if isinstance(value, str) else text


def operands(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The operands of an implicit concatenation or a chain of `+`, in order; the node itself otherwise."""
    found: list[cst.BaseExpression] = []
    stack: list[cst.BaseExpression] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, cst.ConcatenatedString) or (
            isinstance(current, cst.BinaryOperation) and isinstance(current.operator, cst.Add)
        ):
            stack += [current.right, current.left]
        else:
            found.append(current)
    return found


def string_parts(
    node: cst.BaseExpression, resolve: Resolve | None = None
) -> tuple[str | cst.BaseExpression, ...] | None:
    """Constant text and the expressions between, for a string literal, f-string, or concatenation of such.

    Neighbouring constants are joined; operands of `+` that are no string stand as expressions. None when no operand
    is a string literal. With `resolve`, operands that stand for a string literal are replaced by it.
    """
    parts: list[str | cst.BaseExpression] = []
    texts: list[str] = []
    any_string = False

    def flush() -> None:
        if texts:
            parts.append("".join(texts))
            texts.clear()

    pending = list(reversed(operands(node)))
    followed = 0
    while pending:
        operand = pending.pop()
        part = operand
        if resolve is not None and not is_string(operand) and followed < _MOST_FOLLOWED:
            part = resolve(operand)
            if part is not operand:
                followed += 1
        if isinstance(part, cst.SimpleString):
            value = string_value(part)
            if not isinstance(value, str):
                return None
            any_string = True
            texts.append(value)
        elif isinstance(part, cst.FormattedString):
            any_string = True
            for piece in part.parts:
                if isinstance(piece, cst.FormattedStringText):
                    texts.append(formatted_text(part, piece.value))
                elif isinstance(piece, cst.FormattedStringExpression):
                    flush()
                    parts.append(piece.expression)
        elif isinstance(part, cst.ConcatenatedString) and part is not operand:
            pending.extend(reversed(operands(part)))
        else:
            flush()
            parts.append(operand)
    flush()
    return tuple(parts) if any_string else None


_MOST_NODES = 200_000
_MOST_FOLLOWED = 2_000
_DEEPEST = 150


class _Evaluation:
    """One question for a value, with bounds: names can refer to one another so that values grow without end."""

    __slots__ = ("followed", "nodes", "resolve")

    def __init__(self, resolve: Resolve | None) -> None:
        self.resolve = resolve
        self.nodes = 0
        self.followed = 0

    def value(self, node: cst.BaseExpression, depth: int) -> object:
        """The value of `node`, UNKNOWN beyond the bounds."""
        self.nodes += 1
        if depth > _DEEPEST or self.nodes > _MOST_NODES:
            return UNKNOWN
        if self.resolve is not None:
            resolved = self.resolve(node)
            if resolved is not node:
                self.followed += 1
                if self.followed > _MOST_FOLLOWED:
                    return UNKNOWN
                node = resolved
        kind = type(node)
        if isinstance(node, cst.SimpleString):
            return string_value(node)
        if isinstance(node, cst.Name):
            return _CONSTANTS.get(identifier(node.value), UNKNOWN)
        if isinstance(node, cst.Integer | cst.Float | cst.Imaginary):
            if len(node.value) > _LONGEST_NUMBER:
                return UNKNOWN
            try:
                return ast.literal_eval(node.value)
            except (ValueError, SyntaxError):
                return UNKNOWN
        if kind is cst.Ellipsis:
            return ...
        if isinstance(node, cst.UnaryOperation):
            return self._unary(node, depth)
        if isinstance(node, cst.FormattedString):
            parts = string_parts(node)
            if parts is None or any(not isinstance(part, str) for part in parts):
                return UNKNOWN
            return "".join(part for part in parts if isinstance(part, str))
        if isinstance(node, cst.ConcatenatedString) or (
            isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add)
        ):
            return self._sum(node, depth)
        if isinstance(node, cst.List | cst.Tuple | cst.Set):
            return self._sequence(node, depth)
        if isinstance(node, cst.Dict):
            return self._mapping(node, depth)
        return UNKNOWN

    def _unary(self, node: cst.UnaryOperation, depth: int) -> object:
        value = self.value(node.expression, depth + 1)
        if isinstance(node.operator, cst.Not):
            return UNKNOWN if value is UNKNOWN else not value
        if isinstance(value, int | float | complex):
            if isinstance(node.operator, cst.Minus):
                return -value
            if isinstance(node.operator, cst.Plus):
                return +value
            if isinstance(node.operator, cst.BitInvert) and isinstance(value, int):
                return ~int(value)
        return UNKNOWN

    def _sum(self, node: cst.BaseExpression, depth: int) -> object:
        values = [self.value(operand, depth + 1) for operand in operands(node)]
        if all(isinstance(value, str) for value in values):
            texts = [value for value in values if isinstance(value, str)]
            return "".join(texts) if sum(map(len, texts)) <= _LONGEST else UNKNOWN
        if all(isinstance(value, bytes) for value in values):
            data = [value for value in values if isinstance(value, bytes)]
            return b"".join(data) if sum(map(len, data)) <= _LONGEST else UNKNOWN
        if all(isinstance(value, list) for value in values):
            return [item for value in values if isinstance(value, list) for item in value][:_MOST_NODES]
        if all(isinstance(value, tuple) for value in values):
            return tuple(item for value in values if isinstance(value, tuple) for item in value)[:_MOST_NODES]
        if all(isinstance(value, int | float) for value in values):
            return sum(value for value in values if isinstance(value, int | float))
        return UNKNOWN

    def _sequence(self, node: cst.List | cst.Tuple | cst.Set, depth: int) -> object:
        values = [
            self.value(element.value, depth + 1) if isinstance(element, cst.Element) else UNKNOWN
            for element in node.elements
        ]
        if isinstance(node, cst.List):
            return values
        if isinstance(node, cst.Tuple):
            return tuple(values)
        try:
            return set(values)
        except TypeError:
            return UNKNOWN

    def _mapping(self, node: cst.Dict, depth: int) -> object:
        found: dict[object, object] = {}
        for element in node.elements:
            if not isinstance(element, cst.DictElement):
                found[UNKNOWN] = UNKNOWN
                continue
            key = self.value(element.key, depth + 1)
            value = self.value(element.value, depth + 1)
            try:
                found[key] = value
            except TypeError:
                found[UNKNOWN] = UNKNOWN
        return found


_LONGEST = 10_000_000

# A hexadecimal literal may be of any length, and Python refuses to write a long number in decimal digits.
_LONGEST_NUMBER = 400


def literal(node: cst.BaseExpression, resolve: Resolve | None = None) -> object:
    """The constant value of an expression, or UNKNOWN; see `PythonFile.literal`."""
    return _Evaluation(resolve).value(node, 0)
