"""Chunks of a file as libcst trees: children in source order, parents, order and positions.

libcst's visitors and metadata providers are many times slower than the parse itself; a stack walk over the
fields that hold code is not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import libcst as cst

from lintkit.budget import Budget
from lintkit.python.positions import Cut, code_of, made_code, offsets

# Fields in source order; every class that is not named here has no child that is code.
_FIELDS: dict[str, tuple[str, ...]] = {
    "AnnAssign": ("target", "annotation", "value"),
    "Annotation": ("annotation",),
    "Arg": ("keyword", "value"),
    "AsName": ("name",),
    "Assert": ("test", "msg"),
    "Assign": ("targets", "value"),
    "AssignTarget": ("target",),
    "Attribute": ("value", "attr"),
    "AugAssign": ("target", "operator", "value"),
    "Await": ("expression",),
    "BinaryOperation": ("left", "operator", "right"),
    "BooleanOperation": ("left", "operator", "right"),
    "Call": ("func", "args"),
    "ClassDef": ("decorators", "name", "type_parameters", "bases", "keywords", "body"),
    "CompFor": ("target", "iter", "ifs", "inner_for_in"),
    "CompIf": ("test",),
    "Comparison": ("left", "comparisons"),
    "ComparisonTarget": ("operator", "comparator"),
    "ConcatenatedString": ("left", "right"),
    "Decorator": ("decorator",),
    "Del": ("target",),
    "Dict": ("elements",),
    "DictComp": ("key", "value", "for_in"),
    "DictElement": ("key", "value"),
    "Element": ("value",),
    "Else": ("body",),
    "ExceptHandler": ("type", "name", "body"),
    "ExceptStarHandler": ("type", "name", "body"),
    "Expr": ("value",),
    "Finally": ("body",),
    "For": ("target", "iter", "body", "orelse"),
    "FormattedString": ("parts",),
    "FormattedStringExpression": ("expression", "format_spec"),
    "From": ("item",),
    "FunctionDef": ("decorators", "name", "type_parameters", "params", "returns", "body"),
    "GeneratorExp": ("elt", "for_in"),
    "Global": ("names",),
    "If": ("test", "body", "orelse"),
    "IfExp": ("body", "test", "orelse"),
    "Import": ("names",),
    "ImportAlias": ("name", "asname"),
    "ImportFrom": ("module", "names"),
    "IndentedBlock": ("body",),
    "Index": ("value",),
    "Lambda": ("params", "body"),
    "LazyImport": ("names",),
    "LazyImportFrom": ("module", "names"),
    "List": ("elements",),
    "ListComp": ("elt", "for_in"),
    "Match": ("subject", "cases"),
    "MatchAs": ("pattern", "name"),
    "MatchCase": ("pattern", "guard", "body"),
    "MatchClass": ("cls", "patterns", "kwds"),
    "MatchKeywordElement": ("key", "pattern"),
    "MatchList": ("patterns",),
    "MatchMapping": ("elements", "rest"),
    "MatchMappingElement": ("key", "pattern"),
    "MatchOr": ("patterns",),
    "MatchOrElement": ("pattern",),
    "MatchSequenceElement": ("value",),
    "MatchSingleton": ("value",),
    "MatchStar": ("name",),
    "MatchTuple": ("patterns",),
    "MatchValue": ("value",),
    "Module": ("body",),
    "NameItem": ("name",),
    "NamedExpr": ("target", "value"),
    "Nonlocal": ("names",),
    "Param": ("name", "annotation", "default"),
    "ParamSpec": ("name", "default"),
    "Parameters": ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    "Raise": ("exc", "cause"),
    "Return": ("value",),
    "Set": ("elements",),
    "SetComp": ("elt", "for_in"),
    "SimpleStatementLine": ("body",),
    "SimpleStatementSuite": ("body",),
    "Slice": ("lower", "upper", "step"),
    "StarredDictComp": ("value", "for_in"),
    "StarredDictElement": ("value",),
    "StarredElement": ("value",),
    "Subscript": ("value", "slice"),
    "SubscriptElement": ("slice",),
    "TemplatedString": ("parts",),
    "TemplatedStringExpression": ("expression", "format_spec"),
    "Try": ("body", "handlers", "orelse", "finalbody"),
    "TryStar": ("body", "handlers", "orelse", "finalbody"),
    "Tuple": ("elements",),
    "TypeAlias": ("name", "type_parameters", "value"),
    "TypeParam": ("param", "default"),
    "TypeParameters": ("params",),
    "TypeVar": ("name", "bound"),
    "TypeVarTuple": ("name",),
    "UnaryOperation": ("operator", "expression"),
    "While": ("test", "body", "orelse"),
    "With": ("items", "body"),
    "WithItem": ("item", "asname"),
    "Yield": ("value",),
}


def _fields_by_type() -> dict[type, tuple[str, ...]]:
    table: dict[type, tuple[str, ...]] = {}
    pending: list[type] = [cst.CSTNode]
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        declared = getattr(kind, "__dataclass_fields__", {})
        names = tuple(name for name in _FIELDS.get(kind.__name__, ()) if name in declared)
        table[kind] = tuple(reversed(names))
    return table


_REVERSED = _fields_by_type()

_CUT_AFTER = 100

WALKING = "going through the code"
"""What takes too long where a rule looks at more nodes than it may."""


def fields(kind: type) -> tuple[str, ...]:
    """The names of the fields of a libcst class that hold code, in source order."""
    return tuple(reversed(_REVERSED[kind]))


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes directly below `node` that are code, in source order; no whitespace, brackets or commas."""
    found: list[cst.CSTNode] = []
    for name in reversed(_REVERSED[type(node)]):
        value = getattr(node, name)
        if type(value) in _REVERSED:
            found.append(value)
        elif type(value) is tuple or type(value) is list:
            found.extend(value)
    return found


def walk(node: cst.CSTNode, budget: Budget | None = None) -> Iterator[cst.CSTNode]:
    """`node` and all code below it, in source order (a parent before its children).

    Each node is a step of `budget`. Raises RuleLimitError when none are left.
    """
    budget = budget or Budget(sys.maxsize)
    stack = [node]
    while stack:
        current = stack.pop()
        budget.left -= 1
        if budget.left < 0:
            budget.spend(0, WALKING)
        yield current
        for name in _REVERSED[type(current)]:
            value: Any = getattr(current, name)
            if type(value) in _REVERSED:
                stack.append(value)
            elif type(value) is tuple or type(value) is list:
                stack.extend(reversed(value))


class Chunk:
    """A run of top-level statements: its text, where it begins in the file, and its libcst module."""

    __slots__ = ("_spans", "module", "nodes", "number", "start", "text", "up")

    def __init__(self, number: int, start: int, text: str, module: cst.Module) -> None:
        self.number = number
        self.start = start
        self.text = text
        self.module = module
        self.nodes: list[cst.CSTNode] = []
        """Every node below the module, in source order."""
        self.up: list[int] = []
        """For each node the index of its parent; -1 for a top-level statement."""
        self._spans: dict[int, tuple[int, int]] | None = None

    def index(self, order: dict[int, int]) -> None:
        """Walk the tree once; enter each node's place (chunk number in the high bits) into `order` by
        identity.
        """
        base = self.number << 32
        nodes, up = self.nodes, self.up
        reversed_fields = _REVERSED
        stack: list[tuple[cst.CSTNode, int]] = [(node, -1) for node in reversed(self.module.body)]
        place = 0
        while stack:
            node, parent = stack.pop()
            nodes.append(node)
            up.append(parent)
            order[id(node)] = base + place
            for name in reversed_fields[type(node)]:
                value: Any = getattr(node, name)
                if type(value) in reversed_fields:
                    stack.append((value, place))
                elif type(value) is tuple or type(value) is list:
                    stack.extend([(child, place) for child in reversed(value)])
            place += 1

    def _indents(self, place: int) -> list[str]:
        """The indentations of the blocks that the node at `place` lies in, outermost first."""
        found: list[str] = []
        while place >= 0:
            node = self.nodes[place]
            if isinstance(node, cst.IndentedBlock):
                found.append(self.module.default_indent if node.indent is None else node.indent)
            place = self.up[place]
        found.reverse()
        return found

    def _cuts(self) -> list[Cut]:
        """Nodes such that no way down the tree is longer than a few hundred levels between two of them."""
        distances: list[int] = []
        found: list[Cut] = []
        for place, parent in enumerate(self.up):
            distance = distances[parent] + 1 if parent >= 0 else 0
            if distance >= _CUT_AFTER:
                node = self.nodes[place]
                if isinstance(node, cst.BaseExpression | cst.If | cst.CompFor):
                    above = self.nodes[parent]
                    field = next((n for n in _REVERSED[type(above)] if getattr(above, n) is node), None)
                    if field is not None:
                        found.append((node, above, field, self._indents(parent)))
                        distance = 0
            distances.append(distance)
        found.reverse()
        return found

    def span(self, node: cst.CSTNode) -> tuple[int, int] | None:
        """Start and end of a node of this chunk in the file, in code points; None for a node that is not in it."""
        if self._spans is None:
            self._spans = offsets(self.module, self.text, self._cuts())
        found = self._spans.get(id(node))
        return None if found is None else (found[0] + self.start, found[1] + self.start)

    def code(self, node: cst.CSTNode) -> str:
        """The text that the span of a node of this chunk speaks of.

        One expression is written back on its own: its position costs as much as writing the whole chunk.
        """
        if self._spans is None and isinstance(node, cst.BaseExpression):
            written = code_of(self.module, node)
            if written is not None:
                return written
        found = self.span(node)
        if found is None:
            if isinstance(node, cst.BaseExpression):
                return made_code(self.module, node)
            raise ValueError("the node is not of this chunk")
        return self.text[found[0] - self.start : found[1] - self.start]
