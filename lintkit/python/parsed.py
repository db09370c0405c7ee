"""A Python file as libcst nodes: where they stand, what their names mean, what their constants are.

`lintkit.python.module` adds what is asked of it as a whole; `guards` and `arguments` see it as it is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import libcst as cst

from lintkit.budget import Budget, python_steps_for
from lintkit.model import Span
from lintkit.python import bindings, names, values
from lintkit.python.bindings import STAR, Resolver, Scope
from lintkit.python.names import Binding, Collected, identifier
from lintkit.python.spelling import last_name
from lintkit.python.tree import WALKING, Chunk, children, walk

_Node = TypeVar("_Node", bound=cst.CSTNode)


class Chunks(Protocol):
    """Where the chunks of a file come from; parsing them when they are asked for."""

    def chunk(self, number: int) -> Chunk:
        """The chunk of that number, parsed."""

    def count(self) -> int:
        """How many chunks the file has."""

    def binding(self, name: str) -> Sequence[int]:
        """Numbers of the chunks that may bind `name` in the module, in order; `*` asks for star imports."""

    def kind(self, kind: str) -> Sequence[int]:
        """Numbers of the chunks that may hold, at the top level, an "if", "assert" or "match", or anywhere an
        "import".
        """


@dataclass(frozen=True, slots=True, eq=False)
class Decoration:
    """A decorator: its qualified name if it resolves, its last name as spelled (`get` of `@app.get("/")`),
    the call.
    """

    qualified: str | None
    name: str
    expression: cst.BaseExpression
    call: cst.Call | None


@dataclass(frozen=True, slots=True, eq=False)
class ImportedName:
    """One imported thing: `from module import name` (name None for `import module`, `*` for a star
    import), and the name it is given with `as`.
    """

    module: str
    name: str | None
    node: cst.CSTNode
    alias: str | None = None


_SHARED = 20
"""How many times the steps of one rule it may take to find the matches of all of them."""


class ParsedFile(Resolver[cst.CSTNode, cst.BaseExpression, "cst.FunctionDef | cst.ClassDef"]):
    """The nodes of one file, their places, names and values. All nodes given to it must come from it."""

    _functions = frozenset({cst.FunctionDef, cst.Lambda})
    _classes = frozenset({cst.ClassDef})
    _comprehensions = frozenset(names.COMPREHENSIONS)
    _definitions = (cst.FunctionDef, cst.ClassDef)
    _ends = (cst.Assign, cst.AnnAssign, cst.NamedExpr, cst.WithItem, cst.ClassDef, cst.FunctionDef)
    _name = cst.Name
    _attribute = cst.Attribute
    _walrus = cst.NamedExpr

    def __init__(self, path: str, text: str, chunks: Chunks) -> None:
        self.path = path
        self.text = text
        super().__init__()
        self._chunks = chunks
        self._indexed: dict[int, Chunk] = {}
        self._module: dict[str, list[Binding]] = {}
        self._module_scopes: dict[int, Collected] = {}
        self.budget = Budget(_SHARED * python_steps_for(len(text)))
        """The steps that are left to whoever asks now: a rule has its own for each file."""
        self.answers: dict[object, Any] = {}
        """What modules of facts about a file have found out about this one, under keys of their own."""

    # -- nodes -------------------------------------------------------------------------------------

    def chunk(self, number: int) -> Chunk:
        """A chunk with its nodes indexed; for the dispatch, not for rules."""
        found = self._indexed.get(number)
        if found is None:
            found = self._chunks.chunk(number)
            found.index(self._order)
            self._indexed[number] = found
        return found

    def statements(self) -> Iterator[cst.CSTNode]:
        """Every top-level statement of the file, which parses all of it: for rules that nothing else
        serves.
        """
        for number in range(self._chunks.count()):
            yield from self.chunk(number).module.body

    def order(self, node: cst.CSTNode) -> int:
        """A number that grows with the node's position in the file."""
        return self._order[id(node)]

    def span(self, node: cst.CSTNode) -> Span:
        """Where `node` stands, without surrounding whitespace, its parentheses, or the comma behind it."""
        place = self._order.get(id(node))
        chunks: list[Chunk] = list(self._indexed.values()) if place is None else [self._indexed[place >> 32]]
        for chunk in chunks:
            found = chunk.span(node)
            if found is not None:
                return Span(self.path, *found)
        raise ValueError("the node is not of this file")

    def code(self, node: cst.CSTNode) -> str:
        """The source text of `span(node)`."""
        place = self._order.get(id(node))
        if place is not None:
            return self._indexed[place >> 32].code(node)
        span = self.span(node)
        return self.text[span.start : span.end]

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node that holds `node`; None for a top-level statement."""
        place = self._order[id(node)]
        chunk = self._indexed[place >> 32]
        up = chunk.up[place & 0xFFFFFFFF]
        return chunk.nodes[up] if up >= 0 else None

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around `node`, innermost first, up to its top-level statement."""
        place = self._order[id(node)]
        chunk = self._indexed[place >> 32]
        up = chunk.up[place & 0xFFFFFFFF]
        budget = self.budget
        while up >= 0:
            budget.left -= 1
            if budget.left < 0:
                budget.spend(0, WALKING)
            yield chunk.nodes[up]
            up = chunk.up[up]

    def walk(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """`node` and all code below it in source order. Raises RuleLimitError when no steps are left."""
        return walk(node, self.budget)

    def children(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The code directly below `node` in source order."""
        return children(node)

    def enclosing_function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The innermost function whose body holds `node`; a decorator or default is not in the body."""
        return self._enclosing(node, cst.FunctionDef)

    def enclosing_class(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """The innermost class whose body holds `node`, also through methods."""
        return self._enclosing(node, cst.ClassDef)

    def _enclosing(self, node: cst.CSTNode, kind: type[_Node]) -> _Node | None:
        below = node
        for above in self.ancestors(node):
            if isinstance(above, kind) and getattr(above, "body", None) is below:
                return above
            below = above
        return None

    def enclosing_statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The innermost statement (a small one such as `cst.Assign`, or a compound one) that holds `node`."""
        current: cst.CSTNode | None = node
        while current is not None:
            if isinstance(current, cst.BaseSmallStatement | cst.BaseCompoundStatement):
                return current
            current = self.parent(current)
        return node

    def top_level_statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The top-level statement that holds `node`."""
        found = node
        for found in self.ancestors(node):  # noqa: B007
            pass
        return found

    # -- names -------------------------------------------------------------------------------------

    def module_bindings(self, name: str) -> tuple[Binding, ...]:
        """All bindings of a name in the module, in the order of the file."""
        return tuple(self._module_bindings(identifier(name)))

    def module_constant(self, name: str) -> cst.BaseExpression | None:
        """The expression of the module's one assignment to `name`; None when there is none, or another
        binding.
        """
        found = self._module_bindings(identifier(name))
        if len(found) == 1 and found[0].kind == "value" and found[0].value is not None:
            return self.follow(found[0].value)
        return None

    def _identifier(self, name: cst.Name | cst.Attribute) -> str:
        return identifier(name.value if isinstance(name, cst.Name) else name.attr.value)

    def _is_body(self, scope: cst.FunctionDef | cst.Lambda | cst.ClassDef, below: cst.CSTNode) -> bool:
        return scope.body is below

    def _is_parameters(self, scope: cst.FunctionDef | cst.Lambda, below: cst.CSTNode) -> bool:
        return scope.params is below

    def _first_clause(self, comprehension: cst.CSTNode) -> cst.CSTNode | None:
        return getattr(comprehension, "for_in", None)

    def _clause_names(self, comprehension: cst.CSTNode) -> set[str]:
        return names.comprehension_names(comprehension)

    def _collect(self, scope: cst.CSTNode) -> Collected:
        body = scope.body if isinstance(scope, cst.FunctionDef | cst.ClassDef) else None
        found: Collected = Scope() if body is None else names.collect([body])
        if isinstance(scope, cst.FunctionDef | cst.Lambda):
            for name, bound in names.parameters(scope).items():
                found.bindings.setdefault(name, [])[:0] = bound
        for name in names.type_parameter_names(scope):
            found.bindings.setdefault(name, []).insert(0, bindings.Binding(name, "other", scope))
        return found

    def _module_bindings(self, name: str) -> list[Binding]:
        found = self._module.get(name)
        if found is None:
            found = []
            for number in self._chunks.binding(name):
                scope = self._module_scopes.get(number)
                if scope is None:
                    scope = self._collect_module(self.chunk(number))
                    self._module_scopes[number] = scope
                found.extend(scope.bindings.get(name, ()))
            self._module[name] = found
        return found

    def _collect_module(self, chunk: Chunk) -> Collected:
        return self._sorted(names.collect(list(chunk.module.body), module="global" in chunk.text))

    # -- values ------------------------------------------------------------------------------------

    def literal(self, expression: cst.BaseExpression, *, follow: bool = False) -> object:
        """The constant value of an expression (strings also by concatenation, numbers, containers), or
        UNKNOWN.

        What is not constant inside a list, tuple, set or dict is UNKNOWN in its place, and so is the key of
        `**rest`. With `follow`, names are followed (see `follow`), also inside.
        """
        return values.literal(expression, self.follow if follow else None)

    def string(self, expression: cst.BaseExpression, *, follow: bool = False) -> str | None:
        """The constant value if it is a string, else None."""
        value = self.literal(expression, follow=follow)
        return value if isinstance(value, str) else None

    def string_parts(
        self, expression: cst.BaseExpression, *, follow: bool = False
    ) -> tuple[str | cst.BaseExpression, ...] | None:
        """Constant text and the expressions between: `f"redis://{host}/0"` is `("redis://", <host>, "/0")`.

        Also for plain strings and concatenations (`+`); None for what holds no string literal.
        """
        return values.string_parts(expression, self.follow if follow else None)

    def positional(self, call: cst.Call) -> list[cst.BaseExpression]:
        """The positional arguments up to the first `*arguments`, whose number nobody knows."""
        found: list[cst.BaseExpression] = []
        for argument in call.args:
            if argument.star == "*":
                break
            if argument.keyword is None and not argument.star:
                found.append(argument.value)
        return found

    # -- context -----------------------------------------------------------------------------------

    def decorators(self, definition: cst.FunctionDef | cst.ClassDef) -> list[Decoration]:
        """The decorators of a function or class, outermost first."""
        found = []
        for decorator in definition.decorators:
            expression = decorator.decorator
            call = expression if isinstance(expression, cst.Call) else None
            callee = call.func if call is not None else expression
            found.append(Decoration(self.qualified_name(callee), last_name(callee) or "", expression, call))
        return found

    def chunks_with(self, kinds: Sequence[str]) -> set[int]:
        """The numbers of the chunks whose top-level statements may be of some kinds (`if`, `assert`, `match`)."""
        return {number for kind in kinds for number in self._chunks.kind(kind)}

    def chunk_of(self, node: cst.CSTNode) -> int:
        """The number of the chunk that a node stands in."""
        return self._order[id(node)] >> 32

    def adopt(self, made: cst.BaseExpression, at: cst.CSTNode) -> cst.BaseExpression:
        """Let an expression that was made of nodes of this file stand where `at` stands, and keep it."""
        self.answers["made", id(made)] = made
        for node in walk(made):
            self._order.setdefault(id(node), self._order[id(at)])
        return made

    def leaves(self, block: cst.CSTNode) -> bool:
        """Whether a block ends by leaving what is around it: return, raise, continue, break, or
        `sys.exit()`.
        """
        body: Sequence[cst.CSTNode] = getattr(block, "body", ())
        last = body[-1] if body else None
        if isinstance(last, cst.SimpleStatementLine):
            last = last.body[-1]
        if isinstance(last, cst.Return | cst.Raise | cst.Continue | cst.Break):
            return True
        if isinstance(last, cst.Expr) and isinstance(last.value, cst.Call):
            return self.qualified_name(last.value.func) in (
                "sys.exit",
                "os._exit",
                "exit",
                "quit",
                "pytest.skip",
            )
        return False

    def caught(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> tuple[str, ...]:
        """Qualified names of what a handler catches, as far as they resolve; `BaseException` for a bare
        `except`.
        """
        if handler.type is None:
            return ("BaseException",)
        kinds: list[cst.BaseExpression] = [self.follow(handler.type)]
        if isinstance(kinds[0], cst.Tuple):
            kinds = [element.value for element in kinds[0].elements]
        found: list[str] = []
        while kinds:
            kind = kinds.pop(0)
            if isinstance(kind, cst.BinaryOperation):  # `except A, B:` without parentheses, see `parse_chunk`
                kinds[:0] = [kind.left, kind.right]
            elif (name := self.qualified_name(kind)) is not None:
                found.append(name)
        return tuple(found)

    def imports(self) -> tuple[ImportedName, ...]:
        """Everything the file imports, at any level, in source order."""
        found = []
        for number in self._chunks.kind("import"):
            for node in self.chunk(number).nodes:
                if not names.is_import(node):
                    continue
                if type(node).__name__.endswith("From"):
                    module = names.module_of(node)
                    aliases = getattr(node, "names", ())
                    if isinstance(aliases, cst.ImportStar):
                        found.append(ImportedName(module, STAR, node))
                    else:
                        found.extend(
                            ImportedName(module, names.dotted(alias.name), alias, names.alias_of(alias))
                            for alias in aliases
                        )
                else:
                    found.extend(
                        ImportedName(names.dotted(alias.name) or "", None, alias, names.alias_of(alias))
                        for alias in getattr(node, "names", ())
                    )
        return tuple(found)

    def is_docstring(self, node: cst.CSTNode) -> bool:
        """Whether a string is a statement of its own: a docstring, or a string that documents what is above
        it.
        """
        current: cst.CSTNode | None = node
        while isinstance(current, cst.SimpleString | cst.ConcatenatedString):
            current = self.parent(current)
        return isinstance(current, cst.Expr) and isinstance(node, cst.SimpleString | cst.ConcatenatedString)
