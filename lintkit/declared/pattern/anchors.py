"""Which triggers a pattern needs: the narrowest thing that every match of it must hold.

An anchor is a part of the pattern that is written inside the matched code itself. What the language follows to another
place (the constant behind a name, the dict behind `**options`) is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lintkit.declared.pattern import nodes as p
from lintkit.declared.pattern.compile import Pattern
from lintkit.python.triggers import (
    Calls,
    Identifiers,
    Keywords,
    MethodCalls,
    Nodes,
    References,
    StatementKind,
    Statements,
    Trigger,
)

_CALL, _REFERENCE, _METHOD, _KEYWORD, _NAME, _STATEMENT, _NOTHING = range(7)

_STATEMENTS: dict[str, StatementKind] = {
    "FunctionDef": "function",
    "ClassDef": "class",
    "With": "with",
    "If": "if",
    "ExceptHandler": "except",
    "Try": "try",
    "For": "for",
    "While": "while",
    "Return": "return",
    "Raise": "raise",
    "Assert": "assert",
}
_STRINGS = ("SimpleString", "FormattedString", "ConcatenatedString", "BinaryOperation")
_EXPRESSIONS = (
    "Attribute", "Await", "BinaryOperation", "BooleanOperation", "Call", "Comparison", "ConcatenatedString", "Dict",
    "DictComp", "Ellipsis", "Float", "FormattedString", "GeneratorExp", "IfExp", "Imaginary", "Integer", "Lambda",
    "List", "ListComp", "Name", "NamedExpr", "Set", "SetComp", "SimpleString", "Subscript", "Tuple",
    "UnaryOperation", "Yield",
)  # fmt: skip
_SMALL = ("SimpleStatementLine", "SimpleStatementSuite")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Triggers one of which every match holds; a lower rank is narrower, then the longer name."""

    rank: int
    triggers: tuple[Trigger, ...]
    length: int = 0

    @property
    def narrow(self) -> bool:
        """Whether the file's text is narrowed at all."""
        return self.rank < _NOTHING

    @property
    def key(self) -> tuple[int, int]:
        """Sorts the narrowest first."""
        return self.rank, -self.length


def anchor(pattern: Pattern) -> Anchor:
    """The narrowest anchor of a pattern."""
    found = sorted(_anchors(pattern.node, root=True), key=lambda one: one.key)
    if found:
        return found[0]
    return Anchor(_NOTHING, (Nodes(root_kinds(pattern) or (*_EXPRESSIONS, *_SMALL)),))


def root_kinds(pattern: Pattern) -> tuple[str, ...] | None:
    """The names of the libcst classes that can match as a whole; None for any expression, or a run of
    statements.
    """
    node = pattern.node
    if isinstance(node, p.Shape | p.Display):
        return node.kinds
    if isinstance(node, p.Imports):
        return ("Import", "ImportFrom")
    return {
        p.Call: ("Call",),
        p.Assignment: ("Assign", "AnnAssign"),
        p.Operands: ("BinaryOperation", "BooleanOperation"),
        p.Entries: ("Dict",),
        p.Dotted: ("Name", "Attribute"),
        p.Decorator: ("Decorator",),
        p.Text: _STRINGS,
        p.Regex: _STRINGS,
        p.AnyBytes: _STRINGS,
    }.get(type(node))


def _named(rank: int, name: str, *triggers: Trigger) -> Anchor:
    return Anchor(rank, triggers, len(name))


def _anchors(node: p.Node, *, root: bool = False, target: bool = False) -> Iterator[Anchor]:
    """All anchors in a pattern; `root` for the pattern as a whole, `target` for what is assigned to."""
    if isinstance(node, p.Dotted):
        yield _dotted(node, target)
    elif isinstance(node, p.Identifier):
        yield _named(_NAME, node.name, Identifiers((node.name,)))
    elif isinstance(node, p.Call):
        yield from _call(node)
    elif isinstance(node, p.Decorator):
        wanted = node.pattern
        if isinstance(wanted, p.Call):
            # `@name(...)` is also a bare `@name`, which is no call.
            yield from _anchors(wanted.function)
        else:
            yield from _anchors(wanted)
    elif isinstance(node, p.Shape):
        kind = _STATEMENTS.get(node.kinds[0])
        if kind is not None:
            yield Anchor(_STATEMENT, (Statements((kind,)),))
        for name, field in node.fields:
            yield from _anchors(field, target=target or name in ("target", "asname"))
    elif isinstance(node, p.Assignment):
        yield from _anchors(node.target, target=True)
        yield from _anchors(node.value)
    elif isinstance(
        node, p.Display | p.Sequence | p.Unordered | p.Operands | p.Parameters | p.Block | p.ClassBody
    ):
        if not isinstance(node, p.Display) or root:
            for item in node.items:
                yield from _anchors(item, target=target)
    elif isinstance(node, p.Entries):
        if root:
            for key, value in node.pairs:
                yield from _anchors(key)
                yield from _anchors(value)
    elif isinstance(node, p.Chain | p.Star | p.Deep | p.Expression):
        yield from _anchors(node.pattern)
    elif isinstance(node, p.Caught):
        for item in node.pattern.items:
            yield from _anchors(item)
    elif isinstance(node, p.Parameter):
        yield from _anchors(node.name)
        for part in (node.annotation, node.default):
            if part is not None:
                yield from _anchors(part)
    elif isinstance(node, p.Text):
        if node.formatted:
            for piece in node.pieces:
                if isinstance(piece, p.Field):
                    yield from _anchors(piece.pattern)
    elif isinstance(node, p.Imports):
        yield Anchor(_STATEMENT, (Statements(("import",)),))
        for item in node.items:
            for part in item.name:
                yield from _anchors(part)


def _dotted(node: p.Dotted, target: bool) -> Anchor:
    if node.spelled:
        return _named(_NAME, node.name, Identifiers((node.name,)))
    if target:
        last = node.name.rpartition(".")[2]
        return _named(_NAME, last, Identifiers((last,)))
    if node.builtin:
        return _named(_REFERENCE, node.name, References((node.name,)))
    rank = _REFERENCE if "." in node.name else _NAME
    return _named(rank, node.name, References((node.name,)), Identifiers((node.name,)))


def _call(node: p.Call) -> Iterator[Anchor]:
    function = node.function
    if isinstance(function, p.Dotted) and not function.spelled:
        calls: tuple[Trigger, ...] = (Calls((function.name,)),)
        if function.builtin:
            yield _named(_CALL, function.name, *calls)
        else:
            rank = _CALL if "." in function.name else _NAME
            yield _named(rank, function.name, *calls, Identifiers((function.name,)))
    elif isinstance(function, p.Shape) and function.kinds == ("Attribute",):
        attribute = dict(function.fields)["attr"]
        if isinstance(attribute, p.Identifier):
            yield _named(_METHOD, attribute.name, MethodCalls((attribute.name,)))
        yield from _anchors(dict(function.fields)["value"])
    else:
        yield from _anchors(function)
    for item in node.positional:
        yield from _anchors(item)
    for key, _ in node.keywords:
        # The value may stand in a dict elsewhere, so nothing in it is an anchor.
        if isinstance(key, p.Identifier):
            yield _named(_KEYWORD, key.name, Keywords((key.name,)))
