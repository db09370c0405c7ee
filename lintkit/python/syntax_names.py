"""What nodes of `ast` bind. What a name then means is decided in `lintkit.python.bindings`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from lintkit.python import bindings
from lintkit.python.bindings import CHANGING, ITEM, STAR, BindingKind, Scope

Binding: TypeAlias = bindings.Binding[ast.AST, ast.expr]
Collected: TypeAlias = Scope[ast.AST, ast.expr]
FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

DEFINITIONS: Mapping[type[ast.AST], BindingKind] = {
    ast.FunctionDef: "function",
    ast.AsyncFunctionDef: "function",
    ast.ClassDef: "class",
}
_TRIES: tuple[type[ast.AST], ...] = (ast.Try, *((ast.TryStar,) if hasattr(ast, "TryStar") else ()))
_CONDITIONAL: frozenset[type[ast.AST]] = frozenset(
    {ast.If, *_TRIES, ast.ExceptHandler, ast.For, ast.AsyncFor, ast.While, ast.match_case}
)
_CLAUSES: frozenset[type[ast.AST]] = frozenset({ast.ExceptHandler, ast.match_case})
# Nothing in them binds a name of the scope around them; leaves are left out to save time.
_OPAQUE: frozenset[type[ast.AST]] = frozenset({ast.Lambda, ast.Name, ast.Constant})

_FIELDS: Mapping[type[ast.AST], tuple[str, ...]] = {
    ast.FunctionDef: ("decorator_list", "type_params", "args", "returns", "body"),
    ast.AsyncFunctionDef: ("decorator_list", "type_params", "args", "returns", "body"),
    ast.ClassDef: ("decorator_list", "type_params", "bases", "keywords", "body"),
    ast.IfExp: ("body", "test", "orelse"),
    ast.Assign: ("targets", "value"),
}
"""Fields in source order, where `ast` has them in another one."""
_NO_CODE = frozenset(
    {"ctx", "op", "ops", "lineno", "col_offset", "end_lineno", "end_col_offset", "type_comment"}
)


def children(node: ast.AST) -> Iterator[tuple[ast.AST, list[Any] | None]]:
    """The nodes directly below `node` in source order, with the list that holds each; no operators or contexts."""
    own = node.__dict__
    for name in _FIELDS.get(type(node), own):
        if name in _NO_CODE:
            continue
        value = own.get(name)
        if value.__class__ is list:
            for item in value:
                if isinstance(item, ast.AST):
                    yield item, value
        elif isinstance(value, ast.AST):
            yield value, None


def imported(node: ast.AST) -> list[tuple[str, str, ast.AST]]:
    """What an import statement binds: (name, qualified name, alias); the name is `*` for a star import."""
    found: list[tuple[str, str, ast.AST]] = []
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.partition(".")[0]
            found.append((alias.asname, alias.name, alias) if alias.asname else (root, root, alias))
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        prefix = module if not module or module.endswith(".") else module + "."
        for alias in node.names:
            if alias.name == STAR:
                found.append((STAR, module, node))
            else:
                found.append((alias.asname or alias.name, prefix + alias.name, alias))
    return found


def pairs(target: ast.expr, value: ast.expr | None) -> list[tuple[ast.expr, ast.expr | None]]:
    """Targets with the expression each is given: `a, b = x, y` gives (a, x), (b, y); None where it cannot be told."""
    found: list[tuple[ast.expr, ast.expr | None]] = []
    stack: list[tuple[ast.expr, ast.expr | None]] = [(target, value)]
    while stack:
        left, right = stack.pop()
        if not isinstance(left, ast.Tuple | ast.List):
            found.append((left, right))
            continue
        inner: list[ast.expr | None] = [None] * len(left.elts)
        if (
            isinstance(right, ast.Tuple | ast.List)
            and len(right.elts) == len(left.elts)
            and not any(isinstance(each, ast.Starred) for each in (*left.elts, *right.elts))
        ):
            inner = [*right.elts]
        stack.extend(reversed(list(zip(left.elts, inner, strict=True))))
    return found


def target_names(target: ast.expr) -> list[ast.Name]:
    """The names that an assignment target binds, also inside tuples, lists and stars."""
    found: list[ast.Name] = []
    stack = [target]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            found.append(node)
        elif isinstance(node, ast.Tuple | ast.List):
            stack.extend(reversed(node.elts))
        elif isinstance(node, ast.Starred):
            stack.append(node.value)
    return found


def collect(statements: Sequence[ast.AST], *, module: bool = False) -> Collected:
    """The bindings that the statements of one scope make in it, in the order in which they stand.

    With `module`, also what functions and classes inside declare `global` and bind.
    """
    result: Collected = Scope()
    binder = _Binder(result)
    stack: list[tuple[ast.AST, bool, Any]] = [(node, False, statements) for node in reversed(statements)]
    while stack:
        node, conditional, block = stack.pop()
        kind = type(node)
        if kind in _OPAQUE:
            continue
        clause = kind in _CLAUSES
        binder.conditional = conditional or clause
        # What a clause itself binds (`except E as x`) holds in the clause's block.
        binder.block = block = getattr(node, "body", block) if clause else block
        if kind in DEFINITIONS and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            binder.add(node.name, DEFINITIONS[kind], node)
            if module:
                _collect_global(node, result)
            # Decorators, defaults and bases belong to this scope, and so does `:=` in them.
            inside = [(each, conditional, block) for each, held in children(node) if held is not node.body]
        else:
            bind = _BINDERS.get(kind)
            if bind is not None:
                bind(binder, node)
            conditional = conditional or kind in _CONDITIONAL
            inside = [
                (each, conditional, held if held is not None and isinstance(each, ast.stmt) else block)
                for each, held in children(node)
            ]
        inside.reverse()
        stack.extend(inside)
    return result


class _Binder:
    """Enters what one node binds; found by the node's exact type."""

    __slots__ = ("block", "conditional", "result")

    def __init__(self, result: Collected) -> None:
        self.result = result
        self.conditional = False
        self.block: Any = None

    def add(
        self,
        name: str,
        kind: BindingKind,
        at: ast.AST,
        value: ast.expr | None = None,
        qualified: str | None = None,
    ) -> None:
        """Enter a binding that stands in the current block."""
        self.result.add(bindings.Binding(name, kind, at, value, qualified, self.conditional, self.block))

    def target(self, at: ast.AST, target: ast.expr, value: ast.expr | None) -> None:
        """Enter what assigning `value` to `target` binds."""
        if isinstance(target, ast.Name):
            self.add(target.id, "other" if value is None else "value", at, value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self.add(target.value.id + ITEM, "item", at, value)
        elif isinstance(target, ast.Starred):
            self.target(at, target.value, None)

    def assign(self, node: ast.Assign) -> None:
        """`a = b = value`, with tuples paired."""
        for each in node.targets:
            for target, value in pairs(each, node.value):
                self.target(node, target, value)

    def annotated(self, node: ast.AnnAssign) -> None:
        """`a: T = value`; a bare annotation binds nothing."""
        if node.value is not None:
            self.target(node, node.target, node.value)

    def augmented(self, node: ast.AugAssign) -> None:
        """`a += value`."""
        if isinstance(node.target, ast.Name):
            self.add(node.target.id, "other", node)

    def call(self, node: ast.Call) -> None:
        """`a.update(…)`, which changes what a name holds."""
        method = node.func
        if (
            isinstance(method, ast.Attribute)
            and isinstance(method.value, ast.Name)
            and method.attr in CHANGING
        ):
            self.add(method.value.id + ITEM, "item", node, method)

    def expression(self, node: ast.Expr) -> None:
        """`change(a)`: a call whose result nobody takes may be there to change what it is handed."""
        if isinstance(node.value, ast.Call):
            for value in (
                *node.value.args,
                *(keyword.value for keyword in node.value.keywords if keyword.arg),
            ):
                if isinstance(value, ast.Name):
                    self.add(value.id + ITEM, "item", node.value)

    def named(self, node: ast.NamedExpr) -> None:
        """`a := value`."""
        self.target(node, node.target, node.value)

    def loop(self, node: ast.For | ast.AsyncFor) -> None:
        """`for a in …`."""
        for name in target_names(node.target):
            self.add(name.id, "other", node.target)

    def context(self, node: ast.withitem) -> None:
        """`with value as a`."""
        if node.optional_vars is not None:
            whole = isinstance(node.optional_vars, ast.Name)
            for name in target_names(node.optional_vars):
                self.add(name.id, "context" if whole else "other", node, node.context_expr if whole else None)

    def handler(self, node: ast.ExceptHandler) -> None:
        """`except E as a`."""
        if node.name is not None:
            self.add(node.name, "other", node)

    def capture(self, node: ast.MatchAs | ast.MatchStar) -> None:
        """`case a`, `case [*a]`."""
        if node.name is not None:
            self.add(node.name, "other", node)

    def rest(self, node: ast.MatchMapping) -> None:
        """`case {**a}`."""
        if node.rest is not None:
            self.add(node.rest, "other", node)

    def alias(self, node: Any) -> None:
        """`type a = …`."""
        self.add(node.name.id, "other", node)

    def declaration(self, node: ast.Global | ast.Nonlocal) -> None:
        """`global a`, `nonlocal a`."""
        for name in node.names:
            self.result.declared[name] = "global" if isinstance(node, ast.Global) else "nonlocal"

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        """Every form of import."""
        for name, qualified, alias in imported(node):
            self.add(name, "star" if name == STAR else "import", alias, None, qualified)


_BINDERS: dict[type[ast.AST], Callable[[_Binder, Any], None]] = {
    ast.Assign: _Binder.assign,
    ast.AnnAssign: _Binder.annotated,
    ast.AugAssign: _Binder.augmented,
    ast.Call: _Binder.call,
    ast.Expr: _Binder.expression,
    ast.NamedExpr: _Binder.named,
    ast.For: _Binder.loop,
    ast.AsyncFor: _Binder.loop,
    ast.withitem: _Binder.context,
    ast.ExceptHandler: _Binder.handler,
    ast.MatchAs: _Binder.capture,
    ast.MatchStar: _Binder.capture,
    ast.MatchMapping: _Binder.rest,
    ast.Global: _Binder.declaration,
    ast.Nonlocal: _Binder.declaration,
    ast.Import: _Binder.imports,
    ast.ImportFrom: _Binder.imports,
    **({ast.TypeAlias: _Binder.alias} if hasattr(ast, "TypeAlias") else {}),
}


def _collect_global(definition: ast.AST, result: Collected) -> None:
    """Enter what the functions in `definition` bind under `global` as bindings that cannot be followed."""
    stack: list[tuple[ast.AST, ast.AST]] = [(definition, definition)]
    owners: dict[int, ast.AST] = {}
    while stack:
        node, owner = stack.pop()
        if type(node) in DEFINITIONS:
            owner = node
        elif isinstance(node, ast.Global):
            owners[id(owner)] = owner
        # `global` is a statement: expressions hold none.
        stack.extend(
            reversed([(each, owner) for each, _ in children(node) if not isinstance(each, ast.expr)])
        )
    for owner in owners.values():
        body: list[ast.stmt] = getattr(owner, "body", [])
        inner = collect(body)
        for name, kind in inner.declared.items():
            if kind == "global":
                for each in inner.bindings.get(name, ()):
                    result.add(bindings.Binding(name, "other", each.node, each.value, None, True, body))


def parameters(function: FunctionNode | ast.Lambda) -> list[Binding]:
    """The parameters of a function as bindings, with their defaults."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    found: list[Binding] = [
        bindings.Binding(each.arg, "parameter", each, default)
        for each, default in (
            *zip(positional, [*defaults, *arguments.defaults], strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        )
    ]
    found += [
        bindings.Binding(each.arg, "parameter", each)
        for each in (arguments.vararg, arguments.kwarg)
        if each is not None
    ]
    return found
