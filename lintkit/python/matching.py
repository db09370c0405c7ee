"""Matches of triggers: what they are, and how libcst nodes are dispatched to triggers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import libcst as cst

from lintkit.python import names
from lintkit.python.environment_reads import environment_read
from lintkit.python.gate import Gate
from lintkit.python.match import Match
from lintkit.python.module import PythonFile, last_name
from lintkit.python.names import identifier
from lintkit.python.tree import walk
from lintkit.python.triggers import (
    Calls,
    Decorators,
    How,
    Identifiers,
    Keywords,
    MethodCalls,
    NamedClasses,
    NamedValues,
    Nodes,
    References,
    Strings,
    Subclasses,
    Trigger,
)

_MOST_BASES = 100
_TEMPLATED: tuple[type, ...] = (cst.TemplatedString,) if hasattr(cst, "TemplatedString") else ()


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
        if parent.value is not node:
            return False
        above: cst.CSTNode | None = parent
        while isinstance(above, cst.Attribute):
            above = file.parent(above)
        return not isinstance(above, cst.ImportAlias) and (above is None or not names.is_import(above))
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


class Hints(Protocol):
    """What the screen knows of spellings; see `lintkit.python.candidates.Spelled`."""

    def roles(self, last: str, root: str | None) -> int:
        """The roles in which a chain that ends in `last` and begins with the name `root` can match; 0 for
        none.
        """


class _Named:
    """Triggers by qualified name."""

    __slots__ = ("exact", "prefixes")

    def __init__(self) -> None:
        self.exact: dict[str, list[tuple[int, Trigger]]] = {}
        self.prefixes: list[tuple[str, int, Trigger]] = []

    def __bool__(self) -> bool:
        return bool(self.exact or self.prefixes)

    def add(self, index: int, trigger: Trigger, wanted: Sequence[str]) -> None:
        """Enter a trigger under its names."""
        for name in wanted:
            if name.endswith(".*"):
                self.prefixes.append((name[:-1], index, trigger))
            else:
                self.exact.setdefault(name, []).append((index, trigger))

    def find(self, candidates: Sequence[str]) -> list[tuple[int, Trigger, str]]:
        """The triggers that want one of `candidates`, each with the first candidate that it wants."""
        found: dict[int, tuple[int, Trigger, str]] = {}
        for candidate in candidates:
            for index, trigger in self.exact.get(candidate, ()):
                found.setdefault(index, (index, trigger, candidate))
            for prefix, index, trigger in self.prefixes:
                if candidate.startswith(prefix):
                    found.setdefault(index, (index, trigger, candidate))
        return list(found.values())


class Dispatch:
    """Feeds the nodes of a file to the triggers that look at nodes of their type.

    Triggers of one type are looked up together, so that a node costs the same for one rule and for a hundred.
    """

    def __init__(
        self, file: PythonFile, triggers: Sequence[tuple[int, Trigger]], hints: Hints | None = None
    ) -> None:
        self.file = file
        self.found: list[tuple[int, Match]] = []
        self._hints = hints
        self._calls = _Named()
        self._arguments = _Named()
        self._references = _Named()
        self._bases: list[tuple[int, Subclasses, NameSet]] = []
        self._endings: list[tuple[int, NamedClasses]] = []
        self._methods: dict[str, list[tuple[int, Trigger]]] = {}
        self._decorators: dict[str, list[tuple[int, Trigger]]] = {}
        self._keywords: dict[str, list[tuple[int, Trigger]]] = {}
        self._words: list[tuple[int, NamedValues, tuple[str, ...]]] = []
        self._fragments: list[tuple[int, Strings, tuple[str, ...]]] = []
        self._statements: dict[type, list[tuple[int, Trigger]]] = {}
        self._identifiers: dict[str, list[tuple[int, Trigger, str]]] = {}
        for index, trigger in triggers:
            self._add(index, trigger)
        self._handlers = self._make_handlers()

    def _add(self, index: int, trigger: Trigger) -> None:
        if isinstance(trigger, Calls):
            self._calls.add(index, trigger, trigger.names)
            if trigger.as_argument:
                self._arguments.add(index, trigger, trigger.names)
        elif isinstance(trigger, References):
            self._references.add(index, trigger, trigger.names)
        elif isinstance(trigger, NamedClasses):
            self._endings.append((index, trigger))
        elif isinstance(trigger, Subclasses):
            self._bases.append((index, trigger, NameSet(trigger.names)))
        elif isinstance(trigger, MethodCalls | Decorators | Keywords):
            if (
                isinstance(trigger, MethodCalls)
                and (trigger.words or trigger.spelled)
                and not Gate((trigger,)).live(self.file.text)
            ):
                return  # What the gate rules out is no match, also where there is no gate.
            table = {
                MethodCalls: self._methods,
                Decorators: self._decorators,
                Keywords: self._keywords,
            }[type(trigger)]
            for name in dict.fromkeys(trigger.names):
                table.setdefault(name, []).append((index, trigger))
        elif isinstance(trigger, NamedValues):
            self._words.append((index, trigger, tuple(word.lower() for word in trigger.words)))
        elif isinstance(trigger, Strings):
            self._fragments.append((index, trigger, tuple(part.lower() for part in trigger.fragments)))
        elif isinstance(trigger, Identifiers):
            for name in dict.fromkeys(trigger.names):
                self._identifiers.setdefault(name.rpartition(".")[2], []).append((index, trigger, name))
        elif isinstance(trigger, Nodes):
            for name in dict.fromkeys(trigger.kinds):
                self._statements.setdefault(getattr(cst, name), []).append((index, trigger))
        else:
            for kind in dict.fromkeys(kind for name in trigger.kinds for kind in STATEMENTS[name]):
                self._statements.setdefault(kind, []).append((index, trigger))

    def _make_handlers(self) -> dict[type, list[Handler]]:
        handlers: dict[type, list[Handler]] = {}

        def on(wanted: object, handler: Handler, *kinds: type) -> None:
            if wanted:
                for kind in kinds:
                    handlers.setdefault(kind, []).append(handler)

        on(self._calls or self._arguments, self._call, cst.Call)
        on(self._references, self._reference, cst.Name, cst.Attribute)
        on(self._identifiers, self._identifier, cst.Name)
        on(self._bases, self._subclass, cst.ClassDef)
        on(self._endings, self._named_class, cst.ClassDef)
        on(self._methods, self._method_call, cst.Call)
        on(self._decorators, self._decorated, cst.FunctionDef, cst.ClassDef)
        on(self._keywords, self._keyword_call, cst.Call)
        on(self._fragments, self._string, cst.SimpleString, cst.FormattedString, *_TEMPLATED)
        for kind in self._statements:
            on(True, self._statement, kind)
        if self._words:
            on(True, self._assign, cst.Assign)
            on(True, self._annotated, cst.AnnAssign)
            on(True, self._named_expression, cst.NamedExpr)
            on(True, self._parameter, cst.Param)
            on(True, self._keyword, cst.Arg)
            on(True, self._entry, cst.DictElement)
            on(True, self._comparison, cst.Comparison)
            on(True, self._environment, cst.Call)
        return handlers

    def run(self, nodes: Sequence[cst.CSTNode]) -> None:
        """Match every node."""
        get = self._handlers.get
        for node in nodes:
            handlers = get(type(node))
            if handlers is not None:
                for handler in handlers:
                    handler(node)

    def matches(self) -> list[tuple[int, Match]]:
        """What was found, by position, then by trigger; each place once per trigger, name, call and way."""
        order = self.file.order
        unique: dict[tuple[int | str, ...], tuple[int, Match]] = {}
        for index, match in self.found:
            key = (
                order(match.node),
                index,
                -1 if match.name_node is None else order(match.name_node),
                -1 if match.flows_into is None else order(match.flows_into),
                -1 if match.value is None else order(match.value),
                match.name or "",
                match.how or "",
            )
            unique.setdefault(key, (index, match))
        return [unique[key] for key in sorted(unique)]

    def _emit(self, index: int, match: Match) -> None:
        self.found.append((index, match))

    def _names(self, node: cst.CSTNode) -> tuple[str, ...]:
        """The qualified names of an expression, without resolving what the screen knows to be none."""
        if self._hints is not None:
            last = last_name(node)
            if last is None:
                return ()
            root: cst.CSTNode = node
            while isinstance(root, cst.Attribute):
                root = root.value
            if not self._hints.roles(last, identifier(root.value) if isinstance(root, cst.Name) else None):
                return ()
        return self.file.qualified_names(node)

    def _call(self, node: cst.Call) -> None:
        for index, trigger, name in self._calls.find(self._names(node.func)):
            self._emit(index, Match(self.file, trigger, node, name, node.func))
        if self._arguments:
            for argument in node.args:
                if not argument.star:
                    for index, trigger, name in self._arguments.find(self._names(argument.value)):
                        self._emit(index, Match(self.file, trigger, node, name, argument.value))

    def _reference(self, node: cst.Name | cst.Attribute) -> None:
        found = self._references.find(self._names(node))
        if found and _is_read(self.file, node):
            for index, trigger, name in found:
                self._emit(index, Match(self.file, trigger, node, name, node))

    def _subclass(self, node: cst.ClassDef) -> None:
        for index, trigger, wanted in self._bases:
            found = self._base(node, wanted, set())
            if found is not None:
                self._emit(index, Match(self.file, trigger, node, found[0], found[1]))

    def _named_class(self, node: cst.ClassDef) -> None:
        name = identifier(node.name.value)
        for index, trigger in self._endings:
            if node.bases and name.endswith(trigger.endings):
                self._emit(index, Match(self.file, trigger, node, name))

    def _base(
        self, definition: cst.ClassDef, wanted: NameSet, seen: set[int]
    ) -> tuple[str, cst.BaseExpression] | None:
        if id(definition) in seen or len(seen) > _MOST_BASES:
            return None
        seen.add(id(definition))
        for argument in definition.bases:
            base = argument.value.value if isinstance(argument.value, cst.Subscript) else argument.value
            name = wanted.find(self.file.qualified_names(base))
            if name is not None:
                return name, argument.value
            above = self.file.definition(base)
            if isinstance(above, cst.ClassDef):
                inherited = self._base(above, wanted, seen)
                if inherited is not None:
                    return inherited[0], argument.value
        return None

    def _method_call(self, node: cst.Call) -> None:
        if isinstance(node.func, cst.Attribute):
            name = identifier(node.func.attr.value)
            for index, trigger in self._methods.get(name, ()):
                self._emit(index, Match(self.file, trigger, node, name, node.func))

    def _decorated(self, node: cst.FunctionDef | cst.ClassDef) -> None:
        for decorator in node.decorators:
            expression = decorator.decorator
            name = last_name(expression.func if isinstance(expression, cst.Call) else expression)
            if name is not None:
                for index, trigger in self._decorators.get(name, ()):
                    self._emit(index, Match(self.file, trigger, node, name, expression))

    def _keyword_call(self, node: cst.Call) -> None:
        if isinstance(node.func, cst.Name) and self.file.qualified_name(node.func) == "dict":
            return  # It builds a dict; what counts is the call that this flows into.
        if any(argument.star == "**" for argument in node.args):
            for name, given in self.file.keyword_arguments(node).items():
                for index, trigger in self._keywords.get(name, ()):
                    self._emit(
                        index, Match(self.file, trigger, given.node, name, given.value, flows_into=node)
                    )
            return
        for argument in node.args:
            if argument.keyword is not None:
                name = identifier(argument.keyword.value)
                for index, trigger in self._keywords.get(name, ()):
                    self._emit(
                        index, Match(self.file, trigger, argument, name, argument.value, flows_into=node)
                    )

    def _string(self, node: cst.SimpleString | cst.FormattedString) -> None:
        plain = isinstance(node, cst.SimpleString)
        text = (node.value if isinstance(node, cst.SimpleString) else self.file.code(node)).lower()
        for index, trigger, fragments in self._fragments:
            if any(part in text for part in fragments) and not (
                plain and not trigger.docstrings and self.file.is_docstring(node)
            ):
                self._emit(index, Match(self.file, trigger, node, None, node))

    def _identifier(self, node: cst.Name) -> None:
        for index, trigger, name in self._identifiers.get(identifier(node.value), ()):
            if "." in name:
                chain = self.file.parent(node)
                if not isinstance(chain, cst.Attribute) or chain.attr is not node:
                    continue
                if names.dotted(chain) != name:
                    continue
            self._emit(index, Match(self.file, trigger, node, name, node))

    def _statement(self, node: cst.CSTNode) -> None:
        for index, trigger in self._statements[type(node)]:
            self._emit(index, Match(self.file, trigger, node))

    # -- NamedValues ------------------------------------------------------------------------------

    def _bind(
        self, node: cst.CSTNode, name_node: cst.CSTNode, value: cst.BaseExpression | None, how: How
    ) -> None:
        if value is None:
            return
        written_as_string = isinstance(name_node, cst.SimpleString)
        name = names.string_key(name_node) if written_as_string else last_name(name_node)
        if name is None:
            return
        lowered = name.lower()
        for index, trigger, words in self._words:
            if (
                any(word in lowered for word in words)
                and (not trigger.pattern or trigger.wants(name))
                and (not trigger.literal or holds_string(value))
            ):
                self._emit(index, Match(self.file, trigger, node, name, value, how, name_node))

    def _bind_target(
        self, node: cst.CSTNode, target: cst.CSTNode, value: cst.BaseExpression | None, how: How
    ) -> None:
        if isinstance(target, cst.Subscript):
            key = names.subscript_key(target)
            if key is not None:
                self._bind(node, key, value, "subscript")
        else:
            self._bind(node, target, value, how)

    def _assign(self, node: cst.Assign) -> None:
        for assign_target in node.targets:
            for target, value in names.pairs(assign_target.target, node.value):
                self._bind_target(node, target, value, "assignment")

    def _annotated(self, node: cst.AnnAssign) -> None:
        self._bind_target(node, node.target, node.value, "annotated")

    def _named_expression(self, node: cst.NamedExpr) -> None:
        self._bind(node, node.target, node.value, "assignment")

    def _parameter(self, node: cst.Param) -> None:
        self._bind(node, node.name, node.default, "parameter")

    def _keyword(self, node: cst.Arg) -> None:
        if node.keyword is not None:
            self._bind(node, node.keyword, node.value, "keyword")

    def _entry(self, node: cst.DictElement) -> None:
        if isinstance(node.key, cst.SimpleString):
            self._bind(node, node.key, node.value, "entry")

    def _comparison(self, node: cst.Comparison) -> None:
        left = node.left
        for target in node.comparisons:
            right = target.comparator
            if isinstance(target.operator, cst.Equal | cst.NotEqual):
                self._compared(node, left, right)
                self._compared(node, right, left)
            elif isinstance(target.operator, cst.In | cst.NotIn):
                self._compared(node, left, right)
            left = right

    def _compared(self, node: cst.Comparison, side: cst.BaseExpression, other: cst.BaseExpression) -> None:
        if isinstance(side, cst.Name | cst.Attribute):
            self._bind(node, side, other, "comparison")
        elif isinstance(side, cst.Subscript):
            key = names.subscript_key(side)
            if key is not None:
                self._bind(node, key, other, "comparison")

    def _environment(self, node: cst.Call) -> None:
        if len(node.args) < 2 or node.args[0].star or not isinstance(node.args[0].value, cst.SimpleString):
            return
        key = node.args[0].value
        lowered = key.value.lower()
        if not any(word in lowered for _, _, words in self._words for word in words):
            return
        read = environment_read(node, self.file)
        if read is not None:
            self._bind(node, key, read.default or self._expanded_default(node), "environment")

    def _expanded_default(self, call: cst.Call) -> cst.BaseExpression | None:
        """The default of a read that is passed in a dict: `os.getenv("NAME", **options)`."""
        given = self.file.keyword_arguments(call).get("default")
        return None if given is None else given.value


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
    "finally": (cst.Finally,),
    "for": (cst.For,),
    "while": (cst.While,),
    "return": (cst.Return,),
    "raise": (cst.Raise,),
    "assert": (cst.Assert,),
}


def dispatch(
    file: PythonFile,
    triggers: Sequence[tuple[int, Trigger]],
    chunks: Sequence[int],
    hints: Hints | None = None,
) -> list[tuple[int, Match]]:
    """The matches of `triggers` (with their indexes) in the given chunks of `file`.

    `hints` only save work: what they rule out would not resolve to a name that is looked for.
    """
    run = Dispatch(file, triggers, hints)
    for number in chunks:
        run.run(file.chunk(number).nodes)
    return run.matches()
