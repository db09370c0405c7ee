"""From the text of a pattern to its tree, through libcst."""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Sequence as Items
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from lintkit.declared.pattern import nodes as p
from lintkit.declared.pattern.errors import PatternError
from lintkit.declared.pattern.placeholders import (
    ANONYMOUS,
    DEEP,
    DOTS,
    Source,
    error_at,
    many_of,
    to_python,
    variable_of,
)
from lintkit.python import values
from lintkit.python.bindings import BUILTINS
from lintkit.python.names import dotted, identifier
from lintkit.python.tree import fields
from lintkit.regex.engine import compile_regex
from lintkit.regex.syntax import RegexError

MAX_DEPTH = 60

Root = Literal["expression", "statement", "statements", "decorator"]

_AT = re.compile(r"error at (\d+):(\d+)(.*)", re.DOTALL)
_STRING_PIECE = re.compile(r"\.\.\.|\$([A-Z_][A-Z_0-9]*)")
_REGEX = re.compile(r"=~/(.*)/", re.DOTALL)
_CONSTANTS = {"True": True, "False": False, "None": None}

_LENIENT: dict[str, frozenset[str]] = {
    "If": frozenset({"orelse"}),
    "For": frozenset({"orelse"}),
    "While": frozenset({"orelse"}),
    "Try": frozenset({"orelse", "finalbody"}),
    "TryStar": frozenset({"orelse", "finalbody"}),
    "FunctionDef": frozenset({"returns", "type_parameters"}),
    "ClassDef": frozenset({"type_parameters", "keywords"}),
    "AnnAssign": frozenset({"value"}),
    "ExceptHandler": frozenset({"name"}),
    "ExceptStarHandler": frozenset({"name"}),
    "WithItem": frozenset({"asname"}),
    "Assert": frozenset({"msg"}),
    "Raise": frozenset({"cause"}),
    "Param": frozenset({"annotation", "default"}),
}
"""Fields that code may fill although the pattern leaves them out."""

_LABELS: dict[str, frozenset[str]] = {
    "FunctionDef": frozenset({"name"}),
    "ClassDef": frozenset({"name"}),
    "Attribute": frozenset({"attr"}),
    "Param": frozenset({"name"}),
    "Arg": frozenset({"keyword"}),
    "NameItem": frozenset({"name"}),
    "AsName": frozenset({"name"}),
    "MatchAs": frozenset({"name"}),
    "MatchStar": frozenset({"name"}),
    "MatchKeywordElement": frozenset({"key"}),
    "NamedExpr": frozenset({"target"}),
    "AssignTarget": frozenset({"target"}),
    "AnnAssign": frozenset({"target"}),
    "AugAssign": frozenset({"target"}),
    "For": frozenset({"target"}),
    "CompFor": frozenset({"target"}),
}
"""Fields in which a name is a label or is bound, not read."""

_EITHER: dict[str, tuple[str, ...]] = {
    "Import": ("Import", "LazyImport"),
    "ImportFrom": ("ImportFrom", "LazyImportFrom"),
    "Try": ("Try", "TryStar"),
    "ExceptHandler": ("ExceptHandler", "ExceptStarHandler"),
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern.

    text       as it was written
    root       what it matches: an expression, one statement, a run of statements, or a decorator
    node       its tree; a `Block` of statements for "statements"
    variables  the metavariables that a match binds
    """

    text: str
    root: Root
    node: p.Node
    variables: frozenset[str]


@functools.lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """Compile a pattern.

    Raises PatternError for what is no Python, with the place where reading stops, and for what is too long or nested
    too deeply.
    """
    text = textwrap.dedent(text).strip("\n").rstrip()
    if not text.strip():
        raise PatternError("the pattern is empty")
    source = to_python(text)
    decorator = source.text.lstrip().startswith("@") and not re.search(
        r"^\s*(async\s+def|def|class)\b", source.text, re.MULTILINE
    )
    module = _parse(source, text, source.text + (f"\ndef {DOTS}(): pass\n" if decorator else "\n"))
    compiler = _Compiler(text)
    compiler.collect_bound(module)
    try:
        root, node = _root(compiler, module, decorator)
    except RecursionError:  # pragma: no cover - the depth is checked first
        raise PatternError("the pattern is nested too deeply") from None
    return Pattern(text, root, node, frozenset(compiler.variables))


def _parse(source: Source, text: str, code: str) -> cst.Module:
    try:
        return cst.parse_module(code)
    except cst.ParserSyntaxError as error:
        found = _AT.search(error.message)
        line, column, rest = (int(found[1]), int(found[2]), found[3]) if found else (1, 1, "")
        lines = code.splitlines(keepends=True)
        offset = sum(map(len, lines[: line - 1])) + column - 1
        wanted = rest.partition("expected")[2].strip()
        hint = f"; one of {wanted.removeprefix('one of ')} would go on" if 0 < len(wanted) < 60 else ""
        raise error_at(f"the pattern is no Python here{hint}", text, source.origin(offset)) from None
    except BaseException as error:
        # A panic of the native parser derives from BaseException.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise PatternError("the pattern is no Python", text, 1, 1) from None
        raise


def _root(compiler: _Compiler, module: cst.Module, decorator: bool) -> tuple[Root, p.Node]:
    if decorator:
        definition = module.body[0]
        if not isinstance(definition, cst.FunctionDef) or len(definition.decorators) != 1:
            raise PatternError("a pattern of decorators alone has exactly one", compiler.text, 1, 1)
        return "decorator", p.Decorator(compiler.node(definition.decorators[0].decorator))
    statements = small_statements(module.body)
    if not statements:
        raise PatternError("the pattern holds no code", compiler.text, 1, 1)
    if len(statements) == 1:
        only = statements[0]
        if isinstance(only, cst.Expr):
            node = compiler.node(only.value)
            return "expression", node
        return "statement", compiler.node(only)
    items = compiler.statements(statements)
    if all(isinstance(item, p.Many) for item in items):
        raise PatternError("a pattern needs more than `...`", compiler.text, 1, 1)
    return "statements", p.Block(items)


def small_statements(body: Items[cst.CSTNode]) -> list[cst.CSTNode]:
    """The statements of a body one by one: what stands on one line between semicolons, and compound ones."""
    found: list[cst.CSTNode] = []
    for statement in body:
        if isinstance(statement, cst.SimpleStatementLine | cst.SimpleStatementSuite):
            found.extend(statement.body)
        else:
            found.append(statement)
    return found


class _Compiler:
    def __init__(self, text: str) -> None:
        self.text = text
        self.variables: set[str] = set()
        self.bound: set[str] = {"self", "cls"}
        self._depth = 0

    def collect_bound(self, module: cst.Module) -> None:
        """The names that the pattern itself binds; they mean the code's own, not a module."""
        stack: list[cst.CSTNode] = [module]
        while stack:
            node = stack.pop()
            for label in _LABELS.get(type(node).__name__, ()):
                name = getattr(node, label, None)
                if isinstance(name, cst.Name) and not isinstance(node, cst.Attribute | cst.Arg):
                    self.bound.add(identifier(name.value))
            stack.extend(node.children)

    def statements(self, body: Items[cst.CSTNode]) -> tuple[p.Node, ...]:
        items: list[p.Node] = []
        for statement in body:
            if isinstance(statement, cst.Expr):
                value = statement.value
                name = value.value if isinstance(value, cst.Name) else ""
                many, variable = many_of(name), variable_of(name)
                if name == DOTS:
                    items.append(p.Many())
                elif many is not None:
                    items.append(self._many(many))
                elif variable is not None:
                    items.append(self._variable(variable))
                else:
                    items.append(p.Expression(self.node(value)))
            else:
                items.append(self.node(statement))
        return tuple(items)

    def _error(self, message: str) -> PatternError:
        return PatternError(message, self.text, 1, 1)

    def _variable(self, name: str) -> p.Node:
        if name == ANONYMOUS:
            return p.Any()
        self.variables.add(name)
        return p.Variable(name)

    def _many(self, name: str) -> p.Many:
        if name != ANONYMOUS:
            self.variables.add(name)
        return p.Many(None if name == ANONYMOUS else name)

    def node(self, node: cst.CSTNode) -> p.Node:
        """The pattern of one libcst node."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise PatternError(f"the pattern is nested more than {MAX_DEPTH} levels deep", self.text, 1, 1)
        special = getattr(self, "_on_" + type(node).__name__.lower(), None)
        found: p.Node = special(node) if special is not None else self._shape(node)
        self._depth -= 1
        return found

    def _shape(self, node: cst.CSTNode) -> p.Node:
        kind = type(node).__name__
        lenient = _LENIENT.get(kind, frozenset())
        labels = _LABELS.get(kind, frozenset())
        found: list[tuple[str, p.Node]] = []
        for name in fields(type(node)):
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode):
                found.append((name, self._label(value) if name in labels else self.node(value)))
            elif isinstance(value, Items) and not isinstance(value, str):
                if value or name not in lenient:
                    found.append((name, p.Sequence(tuple(self._item(item) for item in value))))
            elif name not in lenient:
                found.append((name, p.Absent()))
        return p.Shape(
            _EITHER.get(kind, (kind,)), tuple(found), getattr(node, "asynchronous", None) is not None
        )

    def _label(self, node: cst.CSTNode) -> p.Node:
        if not isinstance(node, cst.Name):
            return self.node(node)
        return self._placeholder(node.value) or p.Identifier(identifier(node.value))

    def _placeholder(self, name: str) -> p.Node | None:
        if name == DOTS:
            return p.Any()
        variable = variable_of(name)
        if variable is None:
            variable = many_of(name)
        return None if variable is None else self._variable(variable)

    def _item(self, node: cst.CSTNode) -> p.Node:
        """An item of a sequence, in which `...` stands for any number."""
        inner: cst.CSTNode = node
        if isinstance(node, cst.Element):
            inner = node.value
        elif isinstance(node, cst.SubscriptElement) and isinstance(node.slice, cst.Index):
            inner = node.slice.value
        elif isinstance(node, cst.NameItem):
            inner = node.name
        if isinstance(inner, cst.Name):
            if inner.value == DOTS:
                return p.Many()
            many = many_of(inner.value)
            if many is not None:
                return self._many(many)
        if isinstance(node, cst.StarredElement):
            return p.Star(self.node(node.value))
        return self._label(inner) if isinstance(node, cst.NameItem) else self.node(inner)

    # -- expressions ---------------------------------------------------------------------------------

    def _on_name(self, node: cst.Name) -> p.Node:
        name = identifier(node.value)
        if name in _CONSTANTS:
            return p.Literal(_CONSTANTS[name])
        return self._placeholder(name) or p.Dotted(name, builtin=name in BUILTINS and name not in self.bound)

    def _on_attribute(self, node: cst.Attribute) -> p.Node:
        if isinstance(node.attr, cst.Name) and node.attr.value == DOTS:
            return p.Chain(self.node(node.value))
        name = dotted(node)
        if name is not None and not any(
            part == DOTS or variable_of(part) is not None or many_of(part) is not None
            for part in name.split(".")
        ):
            return p.Dotted(name, spelled=name.partition(".")[0] in self.bound)
        return p.Shape(("Attribute",), (("value", self.node(node.value)), ("attr", self._label(node.attr))))

    def _on_call(self, node: cst.Call) -> p.Node:
        if isinstance(node.func, cst.Name) and node.func.value == DEEP:
            if len(node.args) != 1:
                raise PatternError("`<... ...>` holds one expression", self.text, 1, 1)
            return p.Deep(self.node(node.args[0].value))
        positional: list[p.Node] = []
        keywords: list[tuple[p.Node, p.Node]] = []
        rest: list[p.Node] = []
        is_open = tail = False
        for argument in node.args:
            value = argument.value
            name = value.value if isinstance(value, cst.Name) else ""
            many = many_of(name)
            if argument.keyword is not None:
                keywords.append((self._label(argument.keyword), self.node(value)))
            elif name == DOTS or many is not None:
                is_open = True
                if argument.star == "**":
                    tail = True
                    if many is not None:
                        positional.append(self._many(many))
                else:
                    positional.append(p.Many() if many is None else self._many(many))
            elif argument.star == "**":
                rest.append(self.node(value))
            elif argument.star == "*":
                positional.append(p.Star(self.node(value)))
            else:
                positional.append(self.node(value))
        return p.Call(self.node(node.func), tuple(positional), tuple(keywords), tuple(rest), is_open, tail)

    def _on_integer(self, node: cst.BaseExpression) -> p.Node:
        return p.Literal(values.literal(node))

    _on_float = _on_imaginary = _on_integer

    def _on_unaryoperation(self, node: cst.UnaryOperation) -> p.Node:
        value = values.literal(node)
        return self._shape(node) if value is values.UNKNOWN else p.Literal(value)

    def _on_simplestring(self, node: cst.SimpleString) -> p.Node:
        value = values.string_value(node)
        if isinstance(value, bytes):
            return p.AnyBytes() if value == b"..." else p.Literal(value)
        return self._text(str(value))

    def _text(self, value: str) -> p.Node:
        regex = _REGEX.fullmatch(value)
        if regex is not None:
            try:
                return p.Regex(compile_regex(regex[1]))
            except RegexError as error:
                raise self._error(f"the regular expression fails: {error}") from None
        return p.Text(tuple(self._pieces(value)))

    def _pieces(self, value: str) -> list[str | p.Gap | p.Variable | p.Field]:
        pieces: list[str | p.Gap | p.Variable | p.Field] = []
        end = 0
        for found in _STRING_PIECE.finditer(value):
            if found.start() > end:
                pieces.append(value[end : found.start()])
            end = found.end()
            if found[1] is None or found[1] == ANONYMOUS:
                pieces.append(p.Gap())
            else:
                self.variables.add(found[1])
                pieces.append(p.Variable(found[1]))
        if end < len(value):
            pieces.append(value[end:])
        return pieces

    def _on_concatenatedstring(self, node: cst.ConcatenatedString) -> p.Node:
        value = values.literal(node)
        if isinstance(value, str):
            return self._text(value)
        return p.Literal(value) if isinstance(value, bytes) else self._shape(node)

    def _on_formattedstring(self, node: cst.FormattedString) -> p.Node:
        pieces: list[str | p.Gap | p.Variable | p.Field] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                pieces.extend(self._pieces(values.formatted_text(node, part.value)))
            elif isinstance(part, cst.FormattedStringExpression):
                pieces.append(p.Field(self.node(part.expression)))
        return p.Text(tuple(pieces), formatted=True)

    def _on_binaryoperation(self, node: cst.BinaryOperation | cst.BooleanOperation) -> p.Node:
        kind = type(node.operator)
        operands: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while isinstance(left, cst.BinaryOperation | cst.BooleanOperation) and type(left.operator) is kind:
            operands.append(left.right)
            left = left.left
        operands.append(left)
        operands.reverse()
        has_dots = any(isinstance(item, cst.Name) and item.value == DOTS for item in operands)
        if isinstance(node, cst.BooleanOperation) or (has_dots and len(operands) > 2):
            items = tuple(
                p.Many() if isinstance(item, cst.Name) and item.value == DOTS else self.node(item)
                for item in operands
            )
            return p.Operands(kind.__name__, items)
        return self._shape(node)

    _on_booleanoperation = _on_binaryoperation

    def _on_list(self, node: cst.List | cst.Tuple | cst.Set) -> p.Node:
        items = tuple(self._item(element) for element in node.elements)
        kinds = [type(node).__name__]
        if len(items) == 1 and isinstance(items[0], p.Many):
            kinds += {"Set": ["Dict", "SetComp", "DictComp"], "List": ["ListComp"]}.get(kinds[0], [])
        return p.Display(tuple(kinds), items)

    _on_tuple = _on_set = _on_list

    def _on_dict(self, node: cst.Dict) -> p.Node:
        pairs: list[tuple[p.Node, p.Node]] = []
        is_open = False
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                pairs.append((self.node(element.key), self.node(element.value)))
            elif isinstance(element.value, cst.Name) and element.value.value == DOTS:
                is_open = True
            else:
                pairs.append((p.Absent(), self.node(element.value)))
        return p.Entries(tuple(pairs), is_open)

    # -- definitions ---------------------------------------------------------------------------------

    def _on_parameters(self, node: cst.Parameters) -> p.Node:
        items: list[p.Node] = []
        for star, parameter in flat_parameters(node):
            name = parameter.name.value
            many = many_of(name)
            if name == DOTS:
                items.append(p.Many())
                continue
            if many is not None:
                items.append(self._many(many))
                continue
            annotation = parameter.annotation
            items.append(
                p.Parameter(
                    star,
                    self._label(parameter.name),
                    None if annotation is None else self.node(annotation.annotation),
                    None if parameter.default is None else self.node(parameter.default),
                )
            )
        return p.Parameters(tuple(items))

    def _decorators(self, node: cst.FunctionDef | cst.ClassDef) -> tuple[p.Node, ...]:
        return tuple(
            p.Decorator(self.node(d.decorator))
            for d in node.decorators
            if not (isinstance(d.decorator, cst.Name) and d.decorator.value == DOTS)
        )

    def _on_functiondef(self, node: cst.FunctionDef) -> p.Node:
        found: list[tuple[str, p.Node]] = [
            ("decorators", p.Unordered(self._decorators(node))),
            ("name", self._label(node.name)),
            ("params", self.node(node.params)),
        ]
        if node.returns is not None:
            found.append(("returns", self.node(node.returns)))
        found.append(("body", self.node(node.body)))
        return p.Shape(("FunctionDef",), tuple(found), node.asynchronous is not None)

    def _on_classdef(self, node: cst.ClassDef) -> p.Node:
        bases = tuple(item for base in node.bases if not isinstance(item := self._base(base.value), p.Many))
        keywords = tuple(
            p.Shape(
                ("Arg",),
                (("keyword", self._label(k.keyword)), ("value", self.node(k.value))),
            )
            for k in node.keywords
            if k.keyword is not None
        )
        body = self.statements(small_statements(_body(node.body)))
        if len(body) == 1 and isinstance(body[0], p.Variable):
            inside: p.Node = p.Block(body)
        else:
            inside = p.ClassBody(tuple(item for item in body if not isinstance(item, p.Many)))
        return p.Shape(
            ("ClassDef",),
            (
                ("decorators", p.Unordered(self._decorators(node))),
                ("name", self._label(node.name)),
                ("bases", p.Unordered(bases)),
                ("keywords", p.Unordered(keywords)),
                ("body", inside),
            ),
        )

    def _base(self, node: cst.BaseExpression) -> p.Node:
        if isinstance(node, cst.Name) and (node.value == DOTS or many_of(node.value) is not None):
            return p.Many()
        return self.node(node)

    # -- statements ----------------------------------------------------------------------------------

    def _on_indentedblock(self, node: cst.IndentedBlock | cst.SimpleStatementSuite) -> p.Node:
        return p.Block(self.statements(small_statements(_body(node))))

    _on_simplestatementsuite = _on_indentedblock

    def _on_return(self, node: cst.Return) -> p.Node:
        if node.value is None:
            return p.Shape(("Return",), (("value", p.Absent()),))
        value = self.node(node.value)
        return p.Shape(("Return",), (("value", p.Optional(value) if isinstance(value, p.Any) else value),))

    def _on_assign(self, node: cst.Assign) -> p.Node:
        if len(node.targets) != 1:
            return self._shape(node)
        return p.Assignment(self._label(node.targets[0].target), self.node(node.value))

    def _on_with(self, node: cst.With) -> p.Node:
        items: list[p.Node] = [p.Many()]
        for item in node.items:
            items += [self.node(item), p.Many()]
        return p.Shape(
            ("With",),
            (("items", p.Sequence(tuple(items))), ("body", self.node(node.body))),
            node.asynchronous is not None,
        )

    def _on_try(self, node: cst.Try | cst.TryStar) -> p.Node:
        found: list[tuple[str, p.Node]] = [
            ("body", self.node(node.body)),
            ("handlers", p.Unordered(tuple(self.node(handler) for handler in node.handlers))),
        ]
        for name in ("orelse", "finalbody"):
            part = getattr(node, name)
            if part is not None:
                found.append((name, self.node(part)))
        kind = type(node).__name__
        return p.Shape(_EITHER.get(kind, (kind,)), tuple(found))

    _on_trystar = _on_try

    def _on_excepthandler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> p.Node:
        kind = type(node).__name__
        found: list[tuple[str, p.Node]] = []
        if node.type is None:
            found.append(("type", p.Absent()))
        else:
            caught = self.node(node.type)
            if isinstance(caught, p.Any):
                caught = p.Optional(caught)
            elif isinstance(caught, p.Display):
                caught = p.Caught(caught)
            found.append(("type", caught))
        if node.name is not None:
            found.append(("name", self._shape(node.name)))
        found.append(("body", self.node(node.body)))
        return p.Shape(_EITHER.get(kind, (kind,)), tuple(found))

    _on_exceptstarhandler = _on_excepthandler

    def _on_matchas(self, node: cst.MatchAs) -> p.Node:
        if node.pattern is None and node.name is not None:
            found = self._placeholder(node.name.value)
            if found is not None:
                return found
        return self._shape(node)

    # -- imports -------------------------------------------------------------------------------------

    def _on_import(self, node: cst.Import) -> p.Node:
        items = []
        for alias in node.names:
            parts = tuple(self._name_part(part) for part in (dotted(alias.name) or "").split("."))
            items.append(
                p.Import(
                    parts,
                    alias=self._alias(alias),
                    plain=len(parts) == 1 and isinstance(parts[0], p.Variable | p.Any),
                )
            )
        return p.Imports(tuple(items))

    _on_lazyimport = _on_import

    def _on_importfrom(self, node: cst.ImportFrom) -> p.Node:
        module = [self._name_part(part) for part in (dotted(node.module) or "").split(".") if part]
        relative = "." * len(node.relative)
        if isinstance(node.names, cst.ImportStar):
            return p.Imports((p.Import(tuple(module), relative, star=True),))
        items = []
        for alias in node.names:
            name = dotted(alias.name) or ""
            parts = module if name == DOTS else [*module, self._name_part(name)]
            items.append(p.Import(tuple(parts), relative, self._alias(alias)))
        return p.Imports(tuple(items))

    _on_lazyimportfrom = _on_importfrom

    def _name_part(self, name: str) -> p.Node:
        return self._placeholder(name) or p.Identifier(name)

    def _alias(self, alias: cst.ImportAlias) -> p.Node | None:
        return None if alias.asname is None else self._label(alias.asname.name)


def _body(node: cst.BaseSuite) -> Items[cst.CSTNode]:
    return node.body


def flat_parameters(node: cst.Parameters) -> list[tuple[str, cst.Param]]:
    """The parameters in order, each with its star; separators (`/`, `*`) are left out."""
    found = [("", parameter) for parameter in (*node.posonly_params, *node.params)]
    if isinstance(node.star_arg, cst.Param):
        found.append(("*", node.star_arg))
    found += [("", parameter) for parameter in node.kwonly_params]
    if node.star_kwarg is not None:
        found.append(("**", node.star_kwarg))
    return found
