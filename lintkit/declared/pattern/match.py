"""Matching a compiled pattern against the nodes of a file.

Every pair of a pattern node and a code node has a result of its own: the list of bindings under which they match.
Results are kept and joined, so that nothing is tried twice, and the call depth is the pattern's depth, never the
code's. What a file costs is counted: `PatternLimit` is raised beyond `MAX_STEPS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any as Anything

import libcst as cst

from lintkit.budget import Budget
from lintkit.declared.pattern import nodes as p
from lintkit.declared.pattern.bindings import NONE, Bindings, Bound, distinct, join
from lintkit.declared.pattern.compile import Pattern, flat_parameters, small_statements
from lintkit.declared.pattern.errors import PatternLimit
from lintkit.declared.pattern.strings import match_text
from lintkit.python.module import UNKNOWN, PythonFile
from lintkit.python.names import dotted, identifier, imported
from lintkit.python.tree import children, walk

MAX_STEPS = 2_500_000
"""Steps of one rule in one file; about a second."""

_JOIN = 8
"""What joining or comparing two sets of bindings costs, in steps."""

MAX_OPERANDS = 500
MAX_BINDINGS = 10_000

_NO: list[Bindings] = []
_YES: list[Bindings] = [NONE]

_DISPLAYS = (cst.List, cst.Tuple, cst.Set, cst.Dict, cst.ListComp, cst.SetComp, cst.DictComp)
_STRINGS = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
_CHAIN = {cst.Attribute: "value", cst.Call: "func", cst.Subscript: "value"}
_SUITES = (cst.IndentedBlock, cst.SimpleStatementSuite)
_COMPOUND = cst.BaseCompoundStatement
_CONSTANTS = (p.Literal, p.AnyBytes, p.Text, p.Regex, p.Display, p.Entries)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One match: the first and the last node of the code that matched, and what the metavariables stand for."""

    first: cst.CSTNode
    last: cst.CSTNode
    bindings: Bindings


@dataclass(frozen=True, slots=True, eq=False)
class _Statements:
    """The statements of a block with all that is nested in them, in source order.

    after  for each the number of the first one behind it and what is nested in it
    """

    nodes: list[cst.CSTNode]
    after: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """How far a run of statements has matched.

    next   the number of the statement that it goes on with, or behind
    last   the last statement that matched
    start  the first one
    """

    next: int
    last: int | None
    start: int | None
    bindings: Bindings


class Matcher:
    """The matches of patterns in one file."""

    def __init__(self, file: PythonFile, max_steps: int = MAX_STEPS) -> None:
        self.file = file
        self._left = max_steps
        self._known: dict[tuple[int, int], list[Bindings]] = {}
        self._blocks: dict[int, _Statements] = {}
        self._own: dict[int, list[cst.CSTNode]] = {}
        self._kept: list[object] = []
        self.budget = Budget()
        """What regular expressions may cost."""

    def spend(self, steps: int) -> None:
        """Count steps; raises PatternLimit when there are too many."""
        self._left -= steps
        if self._left < 0:
            raise PatternLimit("the pattern takes too long here; name more of what it looks for")

    def _distinct(self, found: Iterable[Bindings]) -> list[Bindings]:
        listed = found if isinstance(found, list) else list(found)
        if len(listed) < 2:
            return listed
        self.spend(_JOIN * len(listed))
        listed = distinct(listed)
        if len(listed) > MAX_BINDINGS:
            raise PatternLimit("the pattern matches one place in too many ways; use fewer metavariables")
        return listed

    # -- where a pattern matches ---------------------------------------------------------------------

    def at(self, pattern: Pattern, node: cst.CSTNode) -> Iterator[Found]:
        """The matches of a pattern of one expression, statement or decorator at a node of a file."""
        if pattern.root == "decorator":
            if isinstance(node, cst.Decorator):
                for bindings in self.match(pattern.node, node):
                    yield Found(node, node, bindings)
        elif pattern.root == "statement" or (pattern.root == "expression" and self._is_expression(node)):
            if isinstance(node, cst.Name) and isinstance(pattern.node, _CONSTANTS):
                # A constant is found where it is written; names are followed to it only inside a pattern.
                return
            for bindings in self.match(pattern.node, node):
                yield Found(node, node, bindings)

    def within(self, pattern: Pattern, block: Sequence[cst.CSTNode]) -> Iterator[Found]:
        """The matches of a pattern of several statements that begin in a block."""
        assert isinstance(pattern.node, p.Block)
        statements = self._flat(block)
        items = pattern.node.items
        states = [_State(0, None, None, NONE)]
        if not isinstance(items[0], p.Many):
            states = []
            number = 0
            while number < len(statements.nodes):
                states += [
                    _State(statements.after[number], number, number, bindings)
                    for bindings in self.match(items[0], statements.nodes[number])
                ]
                number = statements.after[number]
            items = items[1:]
        for state in self._run(items, statements, states):
            start = 0 if state.start is None else state.start
            last = start if state.last is None else state.last
            yield Found(statements.nodes[start], statements.nodes[last], state.bindings)

    def search(self, pattern: Pattern) -> Iterator[Found]:
        """All matches in the file, all of which is parsed for it."""
        top = list(self.file.statements())
        if pattern.root == "statements":
            yield from self.within(pattern, top)
        for statement in top:
            for node in walk(statement):
                if pattern.root != "statements":
                    yield from self.at(pattern, node)
                elif isinstance(node, _SUITES):
                    yield from self.within(pattern, node.body)

    def _is_expression(self, node: cst.CSTNode) -> bool:
        if not isinstance(node, cst.BaseExpression):
            return False
        if not isinstance(node, cst.Name | cst.Attribute | cst.SimpleString | cst.FormattedString):
            return True
        parent = self.file.parent(node)
        if isinstance(parent, cst.Attribute):
            if parent.attr is node:
                return False
            while isinstance(parent, cst.Attribute):
                parent = self.file.parent(parent)
        if isinstance(parent, cst.ImportAlias | cst.ImportFrom | cst.ConcatenatedString):
            return False
        if isinstance(parent, cst.Arg):
            return parent.keyword is not node
        if isinstance(parent, cst.FunctionDef | cst.ClassDef | cst.Param):
            return parent.name is not node
        if isinstance(parent, cst.AsName):
            return not isinstance(self.file.parent(parent), cst.ImportAlias)
        return not isinstance(parent, cst.NameItem)

    # -- one node ------------------------------------------------------------------------------------

    def match(self, pattern: p.Node, node: cst.CSTNode) -> list[Bindings]:
        """The bindings under which `pattern` matches `node`."""
        key = (id(pattern), id(node))
        known = self._known.get(key)
        if known is None:
            self.spend(1)
            known = self._distinct(_HANDLERS[type(pattern)](self, pattern, node))
            self._known[key] = known
        return known

    def _any(self, pattern: p.Any, node: cst.CSTNode) -> Iterable[Bindings]:
        return _YES

    def _variable(self, pattern: p.Variable, node: cst.CSTNode) -> Iterable[Bindings]:
        return [{pattern.name: Bound((node,))}]

    def _deep(self, pattern: p.Deep, node: cst.CSTNode) -> Iterable[Bindings]:
        for below in walk(node):
            if self._is_expression(below):
                yield from self.match(pattern.pattern, below)

    def _dotted(self, pattern: p.Dotted, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.Name | cst.Attribute):
            return _NO
        spelled = dotted(node) == pattern.name
        if spelled and (pattern.spelled or ("." not in pattern.name and not pattern.builtin)):
            return _YES
        if pattern.spelled:
            return _NO
        if pattern.name in self.file.qualified_names(node):
            return _YES
        return _YES if spelled and not pattern.builtin and self._is_unbound(node) else _NO

    def _is_unbound(self, node: cst.CSTNode) -> bool:
        """Whether nothing in the file says what the first name of a chain is."""
        root = node
        while isinstance(root, cst.Attribute):
            root = root.value
        return isinstance(root, cst.Name) and not self.file.bindings(root)

    def _identifier(self, pattern: p.Identifier, node: cst.CSTNode) -> Iterable[Bindings]:
        return _YES if isinstance(node, cst.Name) and identifier(node.value) == pattern.name else _NO

    def _chain(self, pattern: p.Chain, node: cst.CSTNode) -> Iterable[Bindings]:
        current: cst.CSTNode | None = node
        while current is not None:
            yield from self.match(pattern.pattern, current)
            link = _CHAIN.get(type(current))
            current = None if link is None else getattr(current, link)

    def _literal(self, pattern: p.Literal, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.BaseExpression) or isinstance(node, _DISPLAYS):
            return _NO
        value = self.file.literal(node, follow=True)
        if value is UNKNOWN or isinstance(value, list | tuple | dict | set):
            return _NO
        wanted = pattern.value
        if type(value) is not type(wanted) and not (
            type(value) in (int, float) and type(wanted) in (int, float)
        ):
            return _NO
        return _YES if value == wanted else _NO

    def _bytes(self, pattern: p.AnyBytes, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.BaseExpression):
            return _NO
        return _YES if isinstance(self.file.literal(node, follow=True), bytes) else _NO

    def _text(self, pattern: p.Text, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.BaseExpression) or isinstance(node, _DISPLAYS):
            return _NO
        if pattern.formatted:
            if not any(isinstance(operand, cst.FormattedString) for operand in _string_operands(node)):
                return _NO
            parts = self.file.string_parts(node)
            if parts is None:
                return _NO
            return match_text(pattern, parts, node, self.match, self.spend)
        value = self.file.literal(node, follow=True)
        if not isinstance(value, str):
            return _NO
        return match_text(pattern, (value,), node, self.match, self.spend)

    def _regex(self, pattern: p.Regex, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.BaseExpression) or isinstance(node, _DISPLAYS):
            return _NO
        value = self.file.literal(node, follow=True)
        if not isinstance(value, str):
            parts = self.file.string_parts(node) if isinstance(node, _STRINGS) else None
            if parts is None:
                return _NO
            value = "".join(part if isinstance(part, str) else "{}" for part in parts)
        return _YES if pattern.expression.search(value, self.budget) else _NO

    # -- expressions ---------------------------------------------------------------------------------

    def _operands(self, pattern: p.Operands, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.BinaryOperation | cst.BooleanOperation):
            return _NO
        if type(node.operator).__name__ != pattern.operator:
            return _NO
        above = self.file.parent(node)
        if isinstance(above, cst.BinaryOperation | cst.BooleanOperation) and type(above.operator) is type(
            node.operator
        ):
            # Part of a longer chain, which is looked at as a whole.
            return _NO
        operands: list[cst.CSTNode] = []
        kind = type(node.operator)
        stack: list[cst.CSTNode] = [node]
        while stack:
            current = stack.pop()
            if (
                isinstance(current, cst.BinaryOperation | cst.BooleanOperation)
                and type(current.operator) is kind
            ):
                stack += [current.right, current.left]
            else:
                operands.append(current)
                if len(operands) > MAX_OPERANDS:
                    return _NO
        # The last metavariable takes what is left of a longer chain, since `a and b and c` is `a and (b and c)`.
        items = pattern.items
        if isinstance(items[-1], p.Variable) and len(operands) > len(items):
            items = (*items[:-1], p.Many(items[-1].name))
        return self._sequence(items, operands, self.match)

    def _display(self, pattern: p.Display, node: cst.CSTNode) -> Iterable[Bindings]:
        if isinstance(node, cst.Name):
            node = self.file.follow(node)
        if type(node).__name__ not in pattern.kinds:
            return _NO
        if not isinstance(node, cst.List | cst.Tuple | cst.Set):
            return _YES if pattern.items == () or not getattr(pattern.items[0], "name", None) else _NO
        return self._sequence(pattern.items, node.elements, self._element)

    def _element(self, pattern: p.Node, node: cst.CSTNode) -> list[Bindings]:
        if isinstance(pattern, p.Star):
            return self.match(pattern.pattern, node.value) if isinstance(node, cst.StarredElement) else _NO
        return self.match(pattern, node.value) if isinstance(node, cst.Element) else _NO

    def _entries(self, pattern: p.Entries, node: cst.CSTNode) -> Iterable[Bindings]:
        if isinstance(node, cst.Name):
            node = self.file.follow(node)
        if not isinstance(node, cst.Dict):
            return _NO
        if not pattern.open and len(node.elements) != len(pattern.pairs):
            return _NO
        tables: list[list[list[Bindings]]] = []
        for key, value in pattern.pairs:
            row: list[list[Bindings]] = []
            for element in node.elements:
                if isinstance(key, p.Absent):
                    row.append(
                        self.match(value, element.value)
                        if isinstance(element, cst.StarredDictElement)
                        else _NO
                    )
                elif isinstance(element, cst.DictElement):
                    row.append(self._both(self.match(key, element.key), value, element.value))
                else:
                    row.append(_NO)
            tables.append(row)
        return self._assign(tables)

    def _both(self, found: list[Bindings], pattern: p.Node, node: cst.CSTNode) -> list[Bindings]:
        return self._join(found, self.match(pattern, node)) if found else _NO

    def _call(self, pattern: p.Call, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.Call):
            return _NO
        found = self.match(pattern.function, node.func)
        if not found:
            return _NO
        positional = [a for a in node.args if a.keyword is None and a.star != "**"]
        spread = [a for a in node.args if a.star == "**"]
        given: dict[str, cst.BaseExpression]
        if spread:
            given = {name: argument.value for name, argument in self.file.keyword_arguments(node).items()}
        else:
            given = {identifier(a.keyword.value): a.value for a in node.args if a.keyword is not None}
        if not pattern.open and (len(given) > len(pattern.keywords) or len(spread) > len(pattern.rest)):
            return _NO
        items = pattern.positional
        if pattern.tail and not any(isinstance(item, p.Many) for item in items):
            items = (*items, p.Many())
        named = {key.name for key, _ in pattern.keywords if isinstance(key, p.Identifier)}
        if items and isinstance(items[-1], p.Many) and items[-1].name is not None:
            positional += [a for a in node.args if a.keyword is not None and a.keyword.value not in named]
            positional += spread
        found = self._join(found, self._sequence(items, positional, self._argument))
        for key, value in pattern.keywords:
            if not found:
                return _NO
            if isinstance(key, p.Identifier):
                if key.name not in given:
                    return _NO
                found = self._both(found, value, given[key.name])
            else:
                found = self._join(found, self._keyword(key, value, node, named))
        for rest in pattern.rest:
            found = self._join(found, [b for a in spread for b in self.match(rest, a.value)])
        return found

    def _keyword(self, key: p.Node, value: p.Node, node: cst.Call, named: set[str]) -> list[Bindings]:
        found: list[Bindings] = []
        for argument in node.args:
            if argument.keyword is not None and identifier(argument.keyword.value) not in named:
                found += self._both(self.match(key, argument.keyword), value, argument.value)
        return found

    def _argument(self, pattern: p.Node, node: cst.CSTNode) -> list[Bindings]:
        assert isinstance(node, cst.Arg)
        if isinstance(pattern, p.Star):
            return self.match(pattern.pattern, node.value) if node.star == "*" else _NO
        return self.match(pattern, node.value) if not node.star and node.keyword is None else _NO

    # -- shapes --------------------------------------------------------------------------------------

    def _shape(self, pattern: p.Shape, node: cst.CSTNode) -> Iterable[Bindings]:
        if type(node).__name__ not in pattern.kinds:
            return _NO
        if pattern.asynchronous and getattr(node, "asynchronous", None) is None:
            return _NO
        found = _YES
        for name, wanted in pattern.fields:
            found = self._join(found, self._field(wanted, getattr(node, name)))
            if not found:
                return _NO
        return found

    def _field(self, wanted: p.Node, value: Anything) -> list[Bindings]:
        if isinstance(value, cst.CSTNode):
            if isinstance(wanted, p.Absent):
                return _NO
            if isinstance(wanted, p.Optional):
                wanted = wanted.pattern
            if isinstance(wanted, p.ClassBody):
                return self._class_body(wanted, value)
            return self.match(wanted, value)
        if isinstance(value, tuple | list):
            if isinstance(wanted, p.Sequence):
                return self._sequence(wanted.items, value, self._item)
            if isinstance(wanted, p.Unordered):
                return self._unordered(wanted.items, value, self._item)
            return _NO
        # None, or libcst's mark for what is not written.
        return _YES if isinstance(wanted, p.Absent | p.Optional) else _NO

    def _item(self, pattern: p.Node, node: cst.CSTNode) -> list[Bindings]:
        if isinstance(node, cst.Element):
            return self._element(pattern, node)
        if isinstance(pattern, p.Star):
            return self.match(pattern.pattern, node.value) if isinstance(node, cst.StarredElement) else _NO
        inner = node
        if isinstance(node, cst.SubscriptElement) and isinstance(node.slice, cst.Index):
            inner = node.slice.value
        elif isinstance(node, cst.NameItem):
            inner = node.name
        elif isinstance(node, cst.Arg) and not (isinstance(pattern, p.Shape) and pattern.kinds == ("Arg",)):
            inner = node.value
        return self.match(pattern, inner)

    def _parameters(self, pattern: p.Parameters, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.Parameters):
            return _NO
        given = flat_parameters(node)
        stars = {id(parameter): star for star, parameter in given}

        def parameter(wanted: p.Node, found: cst.CSTNode) -> list[Bindings]:
            assert isinstance(found, cst.Param)
            if not isinstance(wanted, p.Parameter) or stars[id(found)] != wanted.star:
                return _NO
            bindings = self.match(wanted.name, found.name)
            if wanted.annotation is not None:
                if found.annotation is None:
                    return _NO
                bindings = self._both(bindings, wanted.annotation, found.annotation.annotation)
            if wanted.default is not None:
                if found.default is None:
                    return _NO
                bindings = self._both(bindings, wanted.default, found.default)
            return bindings

        return self._sequence(pattern.items, [found for _, found in given], parameter)

    def _caught(self, pattern: p.Caught, node: cst.CSTNode) -> Iterable[Bindings]:
        found = self.match(pattern.pattern, node)
        return found or self._sequence(pattern.pattern.items, [node], self.match)

    def _decorator(self, pattern: p.Decorator, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, cst.Decorator):
            return _NO
        expression = node.decorator
        wanted = pattern.pattern
        found = self.match(wanted, expression)
        if isinstance(wanted, p.Variable | p.Any) and not isinstance(expression, cst.Name):
            # `@$X` is a decorator without arguments; `@app.route("/")` is not what is meant by it.
            return found if isinstance(expression, cst.Attribute) else _NO
        if found:
            return found
        if isinstance(expression, cst.Call) and not expression.args and not isinstance(wanted, p.Call):
            return self.match(wanted, expression.func)
        if (
            isinstance(wanted, p.Call)
            and not isinstance(expression, cst.Call)
            and not wanted.keywords
            and all(isinstance(item, p.Many) for item in wanted.positional)
        ):
            empty = self._sequence(wanted.positional, (), self._argument)
            return self._join(self.match(wanted.function, expression), empty)
        return _NO

    def _assignment(self, pattern: p.Assignment, node: cst.CSTNode) -> Iterable[Bindings]:
        if isinstance(node, cst.Assign):
            value: cst.BaseExpression | None = node.value
            targets = [target.target for target in node.targets]
        elif isinstance(node, cst.AnnAssign):
            value, targets = node.value, [node.target]
        else:
            return
        if value is None:
            return
        found = self.match(pattern.value, value)
        if found:
            for target in targets:
                yield from self._join(self.match(pattern.target, target), found)

    # -- imports -------------------------------------------------------------------------------------

    def _imports(self, pattern: p.Imports, node: cst.CSTNode) -> Iterable[Bindings]:
        given = imported(node)
        if not given:
            return _NO
        is_from = type(node).__name__.endswith("From")
        tables = [
            [self._import(item, name, alias, is_from) for _, name, alias in given] for item in pattern.items
        ]
        # One imported thing may satisfy several: `from a import b` is all of `import a` and `import a.b`.
        found = _YES
        for row in tables:
            found = self._join(found, [b for cell in row for b in cell])
        return found

    def _import(self, wanted: p.Import, name: str, alias: cst.CSTNode, is_from: bool) -> list[Bindings]:
        star = is_from and isinstance(getattr(alias, "names", None), cst.ImportStar)
        if wanted.star and not star:
            return _NO
        full = name
        if isinstance(alias, cst.ImportAlias) and not is_from:
            full = dotted(alias.name) or name
        relative = full[: len(full) - len(full.lstrip("."))]
        if relative != wanted.relative or (wanted.plain and is_from):
            return _NO
        parts = full.strip(".").split(".") if full.strip(".") else []
        found: Bindings = NONE
        if wanted.plain:
            label = wanted.name[0]
            if isinstance(label, p.Variable):
                found = {label.name: Bound(_name_nodes(alias), full)}
        elif len(parts) < len(wanted.name):
            return _NO
        else:
            for label, part in zip(wanted.name, parts, strict=False):
                if isinstance(label, p.Identifier):
                    if label.name != part:
                        return _NO
                elif isinstance(label, p.Variable):
                    joined = join(found, {label.name: Bound(_name_nodes(alias), part)})
                    if joined is None:
                        return _NO
                    found = joined
        if wanted.alias is None:
            return [found]
        asname = getattr(alias, "asname", None)
        if asname is not None and isinstance(asname.name, cst.Name):
            return self._join([found], self.match(wanted.alias, asname.name))
        # `import os` binds `os`, which is as good as `import os as os`.
        nodes = _name_nodes(alias)
        if len(nodes) == 1 and isinstance(nodes[0], cst.Name) and isinstance(wanted.alias, p.Variable):
            return self._join([found], self.match(wanted.alias, nodes[0]))
        return _NO

    # -- sequences -----------------------------------------------------------------------------------

    def _join(self, left: list[Bindings], right: Sequence[Bindings]) -> list[Bindings]:
        if left == _YES:
            return list(right)
        self.spend(_JOIN * len(left) * len(right))
        return [joined for a in left for b in right if (joined := join(a, b)) is not None]

    def _sequence(
        self,
        items: Sequence[p.Node],
        nodes: Sequence[cst.CSTNode],
        evaluate: Callable[[p.Node, cst.CSTNode], list[Bindings]],
    ) -> list[Bindings]:
        """All of `nodes` in order, with any number of them for `...`."""
        fixed = sum(1 for item in items if not isinstance(item, p.Many))
        if fixed > len(nodes) or (fixed == len(items) and fixed != len(nodes)):
            return _NO
        states = [_State(0, None, None, NONE)]
        dots = False
        for index, item in enumerate(items):
            if isinstance(item, p.Many) and item.name is None:
                dots = True
                continue
            if isinstance(item, p.Many):
                last = all(isinstance(other, p.Many) and other.name is None for other in items[index + 1 :])
                states = self._named_many(item.name or "", states, dots, nodes, only_end=last)
            else:
                states = self._step(states, dots, len(nodes), _cells(evaluate, item, nodes), lambda n: n + 1)
            if not states:
                return _NO
            dots = False
        return self._distinct([s.bindings for s in states if dots or s.next == len(nodes)])

    def _named_many(
        self, name: str, states: list[_State], dots: bool, nodes: Sequence[cst.CSTNode], *, only_end: bool
    ) -> list[_State]:
        found: list[_State] = []
        count = len(nodes)
        for state in states:
            for start in range(state.next, count + 1) if dots else (state.next,):
                ends = (count,) if only_end else range(start, count + 1)
                self.spend(_JOIN * len(ends))
                for end in ends:
                    joined = join(state.bindings, {name: Bound(tuple(nodes[start:end]))})
                    if joined is not None:
                        found.append(_State(end, None, None, joined))
                if len(found) > MAX_BINDINGS:
                    raise PatternLimit(
                        "the pattern matches one place in too many ways; use fewer metavariables"
                    )
        return found

    def _step(
        self,
        states: list[_State],
        dots: bool,
        count: int,
        cell_of: Callable[[int], list[Bindings]],
        next_of: Callable[[int], int],
    ) -> list[_State]:
        """Where the states can go with one more item: at their place, or with `dots` at any behind it."""
        found: dict[Anything, _State] = {}
        earlier = _Earlier(states, dots)
        for place in range(earlier.first, count) if dots else earlier.places:
            self.spend(1)
            for bindings in cell_of(place) if place < count else ():
                before = earlier.compatible(place, bindings)
                self.spend(_JOIN * len(before))
                for state in before:
                    joined = join(state.bindings, bindings)
                    if joined is not None:
                        key = (place, state.start, *((n, b.place) for n, b in sorted(joined.items())))
                        found.setdefault(key, _State(next_of(place), place, state.start, joined))
            if len(found) > 10 * MAX_BINDINGS:
                raise PatternLimit("the pattern matches one place in too many ways; use fewer metavariables")
        return list(found.values())

    def _unordered(
        self,
        items: Sequence[p.Node],
        nodes: Sequence[cst.CSTNode],
        evaluate: Callable[[p.Node, cst.CSTNode], list[Bindings]],
    ) -> list[Bindings]:
        if len(items) > len(nodes):
            return _NO
        return self._assign([[evaluate(item, node) for node in nodes] for item in items])

    def _assign(self, tables: Sequence[Sequence[list[Bindings]]]) -> list[Bindings]:
        """Every row at a column of its own: the joins of what stands there."""
        states: list[tuple[frozenset[int], Bindings]] = [(frozenset(), NONE)]
        for row in tables:
            after: dict[Anything, tuple[frozenset[int], Bindings]] = {}
            for used, bindings in states:
                for column, cell in enumerate(row):
                    if cell and column not in used:
                        self.spend(3 * _JOIN)
                        for joined in self._join([bindings], cell):
                            key = (used | {column}, *((n, b.place) for n, b in sorted(joined.items())))
                            after.setdefault(key, (used | {column}, joined))
                if len(after) > MAX_BINDINGS:
                    raise PatternLimit(
                        "the pattern matches one place in too many ways; use fewer metavariables"
                    )
            states = list(after.values())
            if not states:
                return _NO
            if len(states) > MAX_BINDINGS:
                raise PatternLimit("the pattern matches one place in too many ways; use fewer metavariables")
        return self._distinct([bindings for _, bindings in states])

    # -- statements ----------------------------------------------------------------------------------

    def _block(self, pattern: p.Block, node: cst.CSTNode) -> Iterable[Bindings]:
        if not isinstance(node, _SUITES):
            return
        items = pattern.items
        body = small_statements(node.body)
        if len(items) == 1 and isinstance(items[0], p.Variable):
            yield {items[0].name: Bound(tuple(body))}
            return
        if all(isinstance(item, p.Many) and item.name is None for item in items):
            yield NONE
            return
        statements = self._flat(node.body)
        for state in self._run(items, statements, [_State(0, None, None, NONE)]):
            last = state.last
            # Without `...` at its end, the last item of the pattern is the last statement of the block.
            if (
                last is None
                or isinstance(items[-1], p.Many)
                or statements.after[last] == len(statements.nodes)
            ):
                yield state.bindings

    def _class_body(self, pattern: p.ClassBody, node: cst.CSTNode) -> list[Bindings]:
        if not isinstance(node, _SUITES):
            return _NO
        return self._unordered(pattern.items, small_statements(node.body), self.match)

    def _expression(self, pattern: p.Expression, node: cst.CSTNode) -> Iterable[Bindings]:
        for expression in self._own_expressions(node):
            yield from self.match(pattern.pattern, expression)

    def _own_expressions(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The expressions of a statement itself, without those of statements nested in it."""
        found = self._own.get(id(node))
        if found is None:
            found = []
            if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Import | cst.ImportFrom):
                roots: list[cst.CSTNode] = []
            elif isinstance(node, _COMPOUND):
                roots = [
                    child
                    for child in children(node)
                    if isinstance(child, cst.BaseExpression | cst.WithItem | cst.NamedExpr)
                ]
            else:
                roots = [node]
            for root in roots:
                found.extend(below for below in walk(root) if self._is_expression(below))
            self._own[id(node)] = found
        return found

    def _flat(self, block: Sequence[cst.CSTNode]) -> _Statements:
        found = self._blocks.get(id(block))
        if found is None:
            found = _Statements([], [])
            stack: list[cst.CSTNode | int] = list(reversed(small_statements(block)))
            while stack:
                current = stack.pop()
                if isinstance(current, int):
                    found.after[current] = len(found.nodes)
                    continue
                number = len(found.nodes)
                found.nodes.append(current)
                found.after.append(number + 1)
                if isinstance(current, _COMPOUND):
                    stack.append(number)
                    stack.extend(reversed(list(_nested(current))))
            self._blocks[id(block)] = found
            self._kept.append(block)
        return found

    def _run(self, items: Sequence[p.Node], statements: _Statements, states: list[_State]) -> list[_State]:
        """How `items` go on from `states`, through the statements behind them."""
        nodes, after = statements.nodes, statements.after
        dots = False
        for item in items:
            if isinstance(item, p.Many):
                dots = True
                continue
            if not states:
                return []
            states = self._step(states, dots, len(nodes), _cells(self.match, item, nodes), after.__getitem__)
            dots = False
        return states

    def _never(self, pattern: p.Node, node: cst.CSTNode) -> Iterable[Bindings]:
        return _NO


class _Earlier:
    """The states that a later statement can go on from, found by the metavariables they share with it."""

    def __init__(self, states: Sequence[_State], dots: bool) -> None:
        self._states = sorted(states, key=lambda state: state.next)
        self._dots = dots
        self._added = 0
        self._names: tuple[str, ...] | None = None
        self._by_code: dict[Anything, list[_State]] = {}
        self._by_place: dict[int, list[_State]] = {}
        self.first = self._states[0].next
        if not dots:
            for state in states:
                self._by_place.setdefault(state.next, []).append(state)
        self.places = sorted(self._by_place)

    def compatible(self, place: int, bindings: Bindings) -> Sequence[_State]:
        """The states at `place`, or with dots at or before it, that may agree with `bindings`.

        `place` grows from call to call.
        """
        if not self._dots:
            return self._by_place.get(place, ())
        if self._names is None:
            self._names = tuple(sorted(self._states[0].bindings.keys() & bindings.keys()))
        while self._added < len(self._states) and self._states[self._added].next <= place:
            state = self._states[self._added]
            self._by_code.setdefault(self._key(state.bindings), []).append(state)
            self._added += 1
        key = self._key(bindings)
        if key is None:
            return [state for found in self._by_code.values() for state in found]
        unbound = self._by_code.get(None)
        agreeing = self._by_code.get(key, [])
        return agreeing if unbound is None else [*agreeing, *unbound]

    def _key(self, bindings: Bindings) -> Anything:
        """The code of the shared metavariables; None where one is not bound."""
        names = self._names or ()
        return tuple(bindings[name].code for name in names) if all(n in bindings for n in names) else None


def _cells(
    evaluate: Callable[[p.Node, cst.CSTNode], list[Bindings]], item: p.Node, nodes: Sequence[cst.CSTNode]
) -> Callable[[int], list[Bindings]]:
    return lambda number: evaluate(item, nodes[number])


def _name_nodes(alias: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    name = getattr(alias, "name", None)
    return (name,) if isinstance(name, cst.CSTNode) else (alias,)


def _string_operands(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    from lintkit.python.values import operands

    return operands(node)


def _nested(statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The statements directly inside a compound statement, in source order."""
    stack = list(reversed(children(statement)))
    while stack:
        current = stack.pop()
        if isinstance(current, _SUITES):
            yield from small_statements(current.body)
        elif isinstance(
            current,
            cst.Else | cst.Finally | cst.ExceptHandler | cst.ExceptStarHandler | cst.MatchCase,
        ):
            stack.extend(reversed(children(current)))
        elif isinstance(current, cst.If):
            yield current


_HANDLERS: dict[type, Callable[[Matcher, Anything, cst.CSTNode], Iterable[Bindings]]] = {
    p.Any: Matcher._any,
    p.Variable: Matcher._variable,
    p.Deep: Matcher._deep,
    p.Dotted: Matcher._dotted,
    p.Identifier: Matcher._identifier,
    p.Chain: Matcher._chain,
    p.Literal: Matcher._literal,
    p.AnyBytes: Matcher._bytes,
    p.Text: Matcher._text,
    p.Regex: Matcher._regex,
    p.Operands: Matcher._operands,
    p.Display: Matcher._display,
    p.Entries: Matcher._entries,
    p.Call: Matcher._call,
    p.Shape: Matcher._shape,
    p.Parameters: Matcher._parameters,
    p.Caught: Matcher._caught,
    p.Decorator: Matcher._decorator,
    p.Assignment: Matcher._assignment,
    p.Imports: Matcher._imports,
    p.Block: Matcher._block,
    p.Expression: Matcher._expression,
}
for _kind in (
    p.Many,
    p.Gap,
    p.Field,
    p.Sequence,
    p.Unordered,
    p.Optional,
    p.Absent,
    p.Star,
    p.Parameter,
    p.ClassBody,
    p.Import,
):
    _HANDLERS[_kind] = Matcher._never
