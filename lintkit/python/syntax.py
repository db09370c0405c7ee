"""A whole file as `ast` reads it: where its nodes stand, what its names mean, and what its constants are.

What is asked of whole modules (`lintkit.python.facts`) is asked here: libcst takes ten times as long to read one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from lintkit.model import Span
from lintkit.python import bindings
from lintkit.python.bindings import Resolver, Scope
from lintkit.python.syntax_names import (
    DEFINITIONS,
    Binding,
    Collected,
    FunctionNode,
    children,
    collect,
    parameters,
    target_names,
)
from lintkit.python.syntax_places import span_of
from lintkit.source import Lines

_T = TypeVar("_T", bound=ast.AST)
_MOST_ELEMENTS = 1_000


class Syntax(Resolver[ast.AST, ast.expr, "FunctionNode | ast.ClassDef"]):
    """The answers about one file. All nodes given to it must come from `tree`."""

    _functions = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})
    _classes = frozenset({ast.ClassDef})
    _comprehensions = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
    _definitions = tuple(DEFINITIONS)
    _ends = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.withitem, *DEFINITIONS)
    _name = ast.Name
    _attribute = ast.Attribute
    _walrus = ast.NamedExpr

    def __init__(self, path: str, text: str, tree: ast.Module) -> None:
        super().__init__()
        self.path = path
        self.tree = tree
        self.lines = Lines(text)
        self._nodes: list[ast.AST] = []
        self._up: list[int] = []
        self._held: list[list[Any] | None] = []
        self._by_type: dict[type[ast.AST], list[ast.AST]] = {}
        self._module: Collected | None = None
        self._index()

    def _index(self) -> None:
        """Walk the tree once, in source order."""
        nodes, up, held, order, by_type = self._nodes, self._up, self._held, self._order, self._by_type
        stack: list[tuple[ast.AST, int, list[Any] | None]] = [
            (node, -1, self.tree.body) for node in reversed(self.tree.body)
        ]
        place = 0
        while stack:
            node, parent, holder = stack.pop()
            nodes.append(node)
            up.append(parent)
            held.append(holder)
            order[id(node)] = place
            by_type.setdefault(type(node), []).append(node)
            below = [(each, place, each_holder) for each, each_holder in children(node)]
            below.reverse()
            stack.extend(below)
            place += 1

    # -- nodes ---------------------------------------------------------------------------------------------------

    def every(self, *kinds: type[_T]) -> list[_T]:
        """All nodes of the given exact types, in source order."""
        found: list[_T] = []
        for kind in kinds:
            found.extend(self._by_type.get(kind, ()))  # type: ignore[arg-type]
        if len(kinds) > 1:
            found.sort(key=lambda node: self._order[id(node)])
        return found

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, innermost first, up to its top-level statement."""
        up = self._up[self._order[id(node)]]
        while up >= 0:
            yield self._nodes[up]
            up = self._up[up]

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """The span of a node in code points."""
        return span_of(node, self.lines, self.path)

    def path_of(self, definition: ast.AST) -> str:
        """The name of a function or class with those of what it is defined in: `Store.save`."""
        names = [getattr(definition, "name", "")]
        names += [above.name for above in self.ancestors(definition) if isinstance(above, self._definitions)]  # type: ignore[attr-defined]
        return ".".join(reversed(names))

    def enclosing_class(self, node: ast.AST) -> ast.ClassDef | None:
        """The innermost class whose body holds `node`, also through methods."""
        found = self._class_around(node)
        return found if isinstance(found, ast.ClassDef) else None

    # -- names ---------------------------------------------------------------------------------------------------

    def _identifier(self, name: ast.Name | ast.Attribute) -> str:
        return name.id if isinstance(name, ast.Name) else name.attr

    def _is_body(self, scope: ast.AST, below: ast.AST) -> bool:
        return scope.body is below if isinstance(scope, ast.Lambda) else isinstance(below, ast.stmt)

    def _is_parameters(self, scope: FunctionNode | ast.Lambda, below: ast.AST) -> bool:
        return scope.args is below

    def _first_clause(self, comprehension: Any) -> ast.comprehension:
        first: ast.comprehension = comprehension.generators[0]
        return first

    def _clause_names(self, comprehension: Any) -> set[str]:
        return {name.id for clause in comprehension.generators for name in target_names(clause.target)}

    def _around(self, node: ast.AST) -> set[int]:
        found: set[int] = {id(self._held[self._order[id(node)]])}
        place = self._up[self._order[id(node)]]
        while place >= 0:
            found.add(id(self._nodes[place]))
            found.add(id(self._held[place]))
            place = self._up[place]
        return found

    def _collect(self, scope: FunctionNode | ast.Lambda | ast.ClassDef) -> Collected:
        found: Collected = Scope() if isinstance(scope, ast.Lambda) else collect(scope.body)
        if not isinstance(scope, ast.ClassDef):
            for each in reversed(parameters(scope)):
                found.bindings.setdefault(each.name, []).insert(0, each)
        for parameter in getattr(scope, "type_params", ()):
            other: Binding = bindings.Binding(parameter.name, "other", scope)
            found.bindings.setdefault(parameter.name, []).insert(0, other)
        return found

    def _module_bindings(self, name: str) -> list[Binding]:
        if self._module is None:
            self._module = self._sorted(collect(self.tree.body, module="global" in self.lines.text))
        return self._module.bindings.get(name, [])

    # -- values --------------------------------------------------------------------------------------------------

    def constant(self, expression: ast.expr) -> object:
        """A string, number, boolean or None, or a list, tuple or set of such; None for what is not constant.

        Names are followed (see `follow`), and strings that are added up are joined.
        """
        budget = [_MOST_ELEMENTS]
        return self._constant(expression, budget)

    def string(self, expression: ast.expr | None) -> str | None:
        """The constant value if it is a string, else None."""
        found = self.constant(expression) if expression is not None else None
        return found if isinstance(found, str) else None

    def _constant(self, expression: ast.expr, budget: list[int], depth: int = 0) -> object:
        budget[0] -= 1
        if budget[0] < 0 or depth > 16:
            return None
        node = self.follow(expression)
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [self._constant(each, budget, depth + 1) for each in node.elts]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = (self._constant(each, budget, depth + 1) for each in (node.left, node.right))
            return left + right if isinstance(left, str) and isinstance(right, str) else None
        if isinstance(node, ast.JoinedStr):
            parts = [self._constant(each, budget, depth + 1) for each in node.values]
            texts = [each for each in parts if isinstance(each, str)]
            return "".join(texts) if len(texts) == len(parts) else None
        return None


def statements_below(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Every statement in `body` and in its blocks, at any depth, in source order; expressions are not entered."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        yield node
        below = [each for each, _ in children(node) if not isinstance(each, ast.expr)]
        stack.extend(reversed(below))
