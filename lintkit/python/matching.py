"""Matches of triggers: what they are, and how libcst nodes are dispatched to triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import libcst as cst

from lintkit.python import names
from lintkit.python.file import Match, PythonFile, last_name
from lintkit.python.names import identifier
from lintkit.python.tree import walk
from lintkit.python.triggers import (
    Calls,
    Decorators,
    How,
    Keywords,
    MethodCalls,
    NamedValues,
    References,
    Statements,
    Strings,
    Subclasses,
    Trigger,
)

ENVIRONMENT_READERS = frozenset(
    {"os.getenv", "os.environ.get", "os.environ.setdefault", "os.environ.pop", "decouple.config"}
)


Handler: TypeAlias = Callable[[Any], None]


class NameSet:
    """Qualified names, some of which end in `.*`."""

    __slots__ = ("exact", "prefixes")

    def __init__(self, wanted: Sequence[str]) -> None:
        self.exact = frozenset(name for name in wanted if not name.endswith(".*"))
        self.prefixes = tuple(name[:-1] for name in wanted if name.endswith(".*"))

    def find(self, candidates: Sequence[str]) -> str | None:
        """The first candidate that is in the set."""
        for candidate in candidates:
            if candidate in self.exact or (self.prefixes and candidate.startswith(self.prefixes)):
                return candidate
        return None


def _is_read(file: PythonFile, node: cst.CSTNode) -> bool:
    """Whether a name or attribute is an expression that is read, not a label, a binding or an import."""
    parent = file.parent(node)
    if isinstance(parent, cst.Attribute):
        return parent.value is node
    if isinstance(parent, cst.Arg):
        return parent.value is node
    if isinstance(parent, cst.Param):
        return parent.default is node
    if isinstance(parent, cst.AnnAssign | cst.AugAssign | cst.NamedExpr | cst.For | cst.CompFor):
        return parent.target is not node
    if isinstance(parent, cst.FunctionDef | cst.ClassDef | cst.TypeVar | cst.MatchAs | cst.MatchStar):
        return False
    if isinstance(parent, cst.TypeAlias | cst.MatchMapping):
        return getattr(parent, "name", None) is not node and getattr(parent, "rest", None) is not node
    if isinstance(parent, cst.MatchKeywordElement):
        return parent.key is not node
    return not isinstance(
        parent,
        cst.AssignTarget
        | cst.AsName
        | cst.ImportAlias
        | cst.NameItem
        | cst.Del
        | cst.TypeVarTuple
        | cst.ParamSpec,
    ) and not names.is_import(parent or node)


def holds_string(expression: cst.CSTNode) -> bool:
    """Whether a string literal is written anywhere in the expression."""
    return any(isinstance(node, cst.SimpleString | cst.FormattedString) for node in walk(expression))


class Dispatch:
    """Feeds the nodes of a file to the triggers that look at nodes of their type."""

    def __init__(self, file: PythonFile, triggers: Sequence[tuple[int, Trigger]]) -> None:
        self.file = file
        self.found: list[tuple[int, Match]] = []
        self._handlers: dict[type, list[Handler]] = {}
        for index, trigger in triggers:
            self._add(index, trigger)

    def run(self, nodes: Sequence[cst.CSTNode]) -> None:
        """Match every node."""
        handlers = self._handlers
        for node in nodes:
            for handler in handlers.get(type(node), ()):
                handler(node)

    def matches(self) -> list[tuple[int, Match]]:
        """What was found, by position, then by trigger; each place once per trigger, name, call and way."""
        order = self.file.order
        unique: dict[tuple[object, ...], tuple[int, Match]] = {}
        for index, match in self.found:
            key = (
                order(match.node),
                index,
                -1 if match.name_node is None else order(match.name_node),
                -1 if match.call is None else order(match.call),
                -1 if match.value is None else order(match.value),
                match.name or "",
                match.how or "",
            )
            unique.setdefault(key, (index, match))
        return [unique[key] for key in sorted(unique, key=lambda key: tuple(map(_sortable, key)))]

    def _on(self, kinds: Sequence[type], handler: Handler) -> None:
        for kind in kinds:
            self._handlers.setdefault(kind, []).append(handler)

    def _emit(self, index: int, match: Match) -> None:
        self.found.append((index, match))

    def _add(self, index: int, trigger: Trigger) -> None:
        if isinstance(trigger, Calls):
            self._calls(index, trigger)
        elif isinstance(trigger, References):
            self._references(index, trigger)
        elif isinstance(trigger, Subclasses):
            self._subclasses(index, trigger)
        elif isinstance(trigger, MethodCalls):
            self._method_calls(index, trigger)
        elif isinstance(trigger, Decorators):
            self._decorators(index, trigger)
        elif isinstance(trigger, Keywords):
            self._keywords(index, trigger)
        elif isinstance(trigger, NamedValues):
            self._named_values(index, trigger)
        elif isinstance(trigger, Strings):
            self._strings(index, trigger)
        else:
            self._statements(index, trigger)

    def _calls(self, index: int, trigger: Calls) -> None:
        wanted = NameSet(trigger.names)
        file = self.file

        def handle(node: cst.Call) -> None:
            name = wanted.find(file.qualified_names(node.func))
            if name is not None:
                self._emit(index, Match(trigger, node, name, node.func))
            if trigger.as_argument:
                for argument in node.args:
                    if not argument.star:
                        name = wanted.find(file.qualified_names(argument.value))
                        if name is not None:
                            self._emit(index, Match(trigger, node, name, argument.value))

        self._on([cst.Call], handle)

    def _references(self, index: int, trigger: References) -> None:
        wanted = NameSet(trigger.names)
        file = self.file

        def handle(node: cst.Name | cst.Attribute) -> None:
            name = wanted.find(file.qualified_names(node))
            if name is not None and _is_read(file, node):
                self._emit(index, Match(trigger, node, name, node))

        self._on([cst.Name, cst.Attribute], handle)

    def _subclasses(self, index: int, trigger: Subclasses) -> None:
        wanted = NameSet(trigger.names)
        file = self.file

        def find(definition: cst.ClassDef, seen: set[int]) -> tuple[str, cst.BaseExpression] | None:
            if id(definition) in seen or len(seen) > 100:
                return None
            seen.add(id(definition))
            for argument in definition.bases:
                base = argument.value
                if isinstance(base, cst.Subscript):
                    base = base.value
                name = wanted.find(file.qualified_names(base))
                if name is not None:
                    return name, argument.value
                above = file.definition(base)
                if isinstance(above, cst.ClassDef):
                    inherited = find(above, seen)
                    if inherited is not None:
                        return inherited[0], argument.value
            return None

        def handle(node: cst.ClassDef) -> None:
            found = find(node, set())
            if found is not None:
                self._emit(index, Match(trigger, node, found[0], found[1]))

        self._on([cst.ClassDef], handle)

    def _method_calls(self, index: int, trigger: MethodCalls) -> None:
        wanted = frozenset(trigger.names)

        def handle(node: cst.Call) -> None:
            if isinstance(node.func, cst.Attribute):
                name = identifier(node.func.attr.value)
                if name in wanted:
                    self._emit(index, Match(trigger, node, name, node.func))

        self._on([cst.Call], handle)

    def _decorators(self, index: int, trigger: Decorators) -> None:
        wanted = frozenset(trigger.names)

        def handle(node: cst.FunctionDef | cst.ClassDef) -> None:
            for decorator in node.decorators:
                expression = decorator.decorator
                name = last_name(expression.func if isinstance(expression, cst.Call) else expression)
                if name in wanted:
                    self._emit(index, Match(trigger, node, name, expression))

        self._on([cst.FunctionDef, cst.ClassDef], handle)

    def _keywords(self, index: int, trigger: Keywords) -> None:
        wanted = frozenset(trigger.names)
        file = self.file

        def handle(node: cst.Call) -> None:
            if any(argument.star == "**" for argument in node.args):
                for name, given in file.keyword_arguments(node).items():
                    if name in wanted:
                        self._emit(index, Match(trigger, given.node, name, given.value, call=node))
                return
            for argument in node.args:
                if argument.keyword is not None:
                    name = identifier(argument.keyword.value)
                    if name in wanted:
                        self._emit(index, Match(trigger, argument, name, argument.value, call=node))

        self._on([cst.Call], handle)

    def _strings(self, index: int, trigger: Strings) -> None:
        fragments = tuple(fragment.lower() for fragment in trigger.fragments)
        file = self.file

        def handle(node: cst.SimpleString) -> None:
            text = node.value.lower()
            if any(fragment in text for fragment in fragments) and (
                trigger.docstrings or not file.is_docstring(node)
            ):
                self._emit(index, Match(trigger, node, None, node))

        def handle_formatted(node: cst.FormattedString) -> None:
            text = file.code(node).lower()
            if any(fragment in text for fragment in fragments):
                self._emit(index, Match(trigger, node, None, node))

        self._on([cst.SimpleString], handle)
        self._on([cst.FormattedString], handle_formatted)

    def _statements(self, index: int, trigger: Statements) -> None:
        kinds = [kind for name in trigger.kinds for kind in STATEMENTS[name]]

        def handle(node: cst.CSTNode) -> None:
            self._emit(index, Match(trigger, node))

        self._on(list(dict.fromkeys(kinds)), handle)

    # -- NamedValues -------------------------------------------------------------------------------

    def _named_values(self, index: int, trigger: NamedValues) -> None:
        words = tuple(word.lower() for word in trigger.words)
        file = self.file

        def bind(
            node: cst.CSTNode, name_node: cst.CSTNode, value: cst.BaseExpression | None, how: How
        ) -> None:
            if value is None:
                return
            if isinstance(name_node, cst.SimpleString):
                name = names.string_key(name_node)
            else:
                name = last_name(name_node)
            if name is None:
                return
            lowered = name.lower()
            if any(word in lowered for word in words) and (not trigger.literal or holds_string(value)):
                self._emit(index, Match(trigger, node, name, value, how, name_node))

        def bind_target(
            node: cst.CSTNode, target: cst.CSTNode, value: cst.BaseExpression | None, how: How
        ) -> None:
            if isinstance(target, cst.Subscript):
                key = names.subscript_key(target)
                if key is not None:
                    bind(node, key, value, "subscript")
            else:
                bind(node, target, value, how)

        def assign(node: cst.Assign) -> None:
            for assign_target in node.targets:
                for target, value in names.pairs(assign_target.target, node.value):
                    bind_target(node, target, value, "assignment")

        def annotated(node: cst.AnnAssign) -> None:
            bind_target(node, node.target, node.value, "annotated")

        def named(node: cst.NamedExpr) -> None:
            bind(node, node.target, node.value, "assignment")

        def parameter(node: cst.Param) -> None:
            bind(node, node.name, node.default, "parameter")

        def keyword(node: cst.Arg) -> None:
            if node.keyword is not None:
                bind(node, node.keyword, node.value, "keyword")

        def entry(node: cst.DictElement) -> None:
            if isinstance(node.key, cst.SimpleString):
                bind(node, node.key, node.value, "entry")

        def comparison(node: cst.Comparison) -> None:
            left = node.left
            for target in node.comparisons:
                right = target.comparator
                if isinstance(target.operator, cst.Equal | cst.NotEqual):
                    compared(node, left, right)
                    compared(node, right, left)
                elif isinstance(target.operator, cst.In | cst.NotIn):
                    compared(node, left, right)
                left = right

        def compared(node: cst.Comparison, side: cst.BaseExpression, other: cst.BaseExpression) -> None:
            if isinstance(side, cst.Name | cst.Attribute):
                bind(node, side, other, "comparison")
            elif isinstance(side, cst.Subscript):
                key = names.subscript_key(side)
                if key is not None:
                    bind(node, key, other, "comparison")

        def environment(node: cst.Call) -> None:
            if not node.args or not isinstance(node.args[0].value, cst.SimpleString) or len(node.args) < 2:
                return
            callee = node.func
            if isinstance(callee, cst.Name | cst.Attribute) and any(
                name in ENVIRONMENT_READERS for name in file.qualified_names(callee)
            ):
                bind(node, node.args[0].value, file.argument(node, 1, "default"), "environment")

        self._on([cst.Assign], assign)
        self._on([cst.AnnAssign], annotated)
        self._on([cst.NamedExpr], named)
        self._on([cst.Param], parameter)
        self._on([cst.Arg], keyword)
        self._on([cst.DictElement], entry)
        self._on([cst.Comparison], comparison)
        self._on([cst.Call], environment)


STATEMENTS: dict[str, tuple[type, ...]] = {
    "function": (cst.FunctionDef,),
    "class": (cst.ClassDef,),
    "with": (cst.With,),
    "if": (cst.If,),
    "import": tuple(
        getattr(cst, name)
        for name in ("Import", "ImportFrom", "LazyImport", "LazyImportFrom")
        if hasattr(cst, name)
    ),
    "except": (cst.ExceptHandler, cst.ExceptStarHandler),
    "try": (cst.Try, cst.TryStar),
    "for": (cst.For,),
    "while": (cst.While,),
    "return": (cst.Return,),
    "raise": (cst.Raise,),
    "assert": (cst.Assert,),
}


def _sortable(value: object) -> Any:
    return value


def dispatch(
    file: PythonFile, triggers: Sequence[tuple[int, Trigger]], chunks: Iterator[int] | Sequence[int]
) -> list[tuple[int, Match]]:
    """The matches of `triggers` (with their indexes) in the given chunks of `file`."""
    run = Dispatch(file, triggers)
    for number in chunks:
        run.run(file.chunk(number).nodes)
    return run.matches()
