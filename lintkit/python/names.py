"""What libcst nodes bind. What a name then means is decided in `lintkit.python.bindings`."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, TypeAlias

import libcst as cst

from lintkit.python import bindings
from lintkit.python.bindings import CHANGING, ITEM, STAR, BindingKind, Scope
from lintkit.python.tree import children

Binding: TypeAlias = bindings.Binding[cst.CSTNode, cst.BaseExpression]
Bindings: TypeAlias = dict[str, list[Binding]]
Collected: TypeAlias = Scope[cst.CSTNode, cst.BaseExpression]

COMPREHENSIONS = (
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
    cst.GeneratorExp,
    *((cst.StarredDictComp,) if hasattr(cst, "StarredDictComp") else ()),
)
_IMPORTS = ("Import", "LazyImport")
_IMPORT_FROMS = ("ImportFrom", "LazyImportFrom")
_CONDITIONAL: frozenset[type] = frozenset(
    {
        cst.If,
        cst.Else,
        cst.Try,
        cst.TryStar,
        cst.ExceptHandler,
        cst.ExceptStarHandler,
        cst.For,
        cst.While,
        cst.MatchCase,
    }
)
_BINDING_CLAUSES: frozenset[type] = frozenset({cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase})
_BLOCKS: frozenset[type] = frozenset({cst.IndentedBlock, cst.SimpleStatementSuite})
_DEFINITIONS: dict[type, BindingKind] = {cst.FunctionDef: "function", cst.ClassDef: "class"}
_LEAVES: frozenset[type] = frozenset({cst.Name, cst.SimpleString, cst.Integer})
# Nothing in them binds a name of the scope around them; leaves are left out to save time.
_OPAQUE: frozenset[type] = frozenset({cst.Lambda, cst.Name, cst.SimpleString, cst.Integer})


def identifier(text: str) -> str:
    """An identifier as Python compares it: NFKC-normalised."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def dotted(node: cst.CSTNode | None) -> str | None:
    """`a.b.c` of a chain of names, None for anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(identifier(node.attr.value))
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    parts.append(identifier(node.value))
    return ".".join(reversed(parts))


def alias_of(alias: cst.ImportAlias) -> str | None:
    """The name that `import … as name` gives."""
    return dotted(alias.asname.name) if alias.asname is not None else None


def imported(node: cst.CSTNode) -> list[tuple[str, str, cst.CSTNode]]:
    """What an import statement binds: (name, qualified name, alias node); the name is `*` for a star
    import.
    """
    found: list[tuple[str, str, cst.CSTNode]] = []
    kind = type(node).__name__
    names = getattr(node, "names", ())
    if kind in _IMPORTS:
        for alias in names:
            name = dotted(alias.name) or ""
            bound = alias_of(alias)
            if bound is not None:
                found.append((bound, name, alias))
            else:
                root = name.partition(".")[0]
                found.append((root, root, alias))
    elif kind in _IMPORT_FROMS:
        module = module_of(node)
        if isinstance(names, cst.ImportStar):
            found.append((STAR, module, node))
            return found
        prefix = module if not module or module.endswith(".") else module + "."
        for alias in names:
            name = dotted(alias.name) or ""
            bound = alias_of(alias)
            found.append((bound or name, prefix + name, alias))
    return found


def module_of(node: cst.CSTNode) -> str:
    """The module of a `from … import`, with its leading dots."""
    return "." * len(getattr(node, "relative", ())) + (dotted(getattr(node, "module", None)) or "")


def is_import(node: cst.CSTNode) -> bool:
    """Whether the node is an import statement of any form."""
    return type(node).__name__ in _IMPORTS or type(node).__name__ in _IMPORT_FROMS


def target_names(target: cst.CSTNode) -> list[cst.Name]:
    """The names that an assignment target binds, also inside tuples, lists and stars."""
    found: list[cst.Name] = []
    stack = [target]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name):
            found.append(node)
        elif isinstance(node, cst.Tuple | cst.List):
            stack.extend(element.value for element in reversed(node.elements))
        elif isinstance(node, cst.StarredElement):
            stack.append(node.value)
    return found


def string_key(node: cst.CSTNode) -> str | None:
    """The content of one plain string literal as it is written, None for anything else."""
    return node.raw_value if isinstance(node, cst.SimpleString) and "b" not in node.prefix else None


def subscript_key(node: cst.Subscript) -> cst.SimpleString | None:
    """The string literal of `x["literal"]`, None for other subscripts."""
    if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        value = node.slice[0].slice.value
        if isinstance(value, cst.SimpleString):
            return value
    return None


def pairs(
    target: cst.CSTNode, value: cst.BaseExpression
) -> list[tuple[cst.CSTNode, cst.BaseExpression | None]]:
    """Targets with the expression each is given: `a, b = x, y` gives (a, x), (b, y); None where it cannot be
    told.
    """
    found: list[tuple[cst.CSTNode, cst.BaseExpression | None]] = []
    stack: list[tuple[cst.CSTNode, cst.BaseExpression | None]] = [(target, value)]
    while stack:
        left, right = stack.pop()
        if not isinstance(left, cst.Tuple | cst.List):
            found.append((left, right))
            continue
        inner: list[cst.BaseExpression | None] = [None] * len(left.elements)
        if (
            isinstance(right, cst.Tuple | cst.List)
            and len(right.elements) == len(left.elements)
            and all(isinstance(e, cst.Element) for e in (*left.elements, *right.elements))
        ):
            inner = [e.value for e in right.elements]
        stack.extend(reversed([(e.value, v) for e, v in zip(left.elements, inner, strict=True)]))
    return found


def collect(roots: list[cst.CSTNode], *, module: bool = False) -> Collected:
    """The bindings that `roots` (the statements of one scope, or its parameters) make in their own scope.

    With `module`, also what functions and classes inside declare `global` and bind.
    """
    result: Collected = Scope()
    binder = _Binder(result)
    stack: list[tuple[cst.CSTNode, bool, cst.CSTNode | None]] = [(n, False, None) for n in reversed(roots)]
    while stack:
        node, conditional, block = stack.pop()
        kind = type(node)
        if kind in _OPAQUE:
            continue
        binder.conditional = conditional or kind in _BINDING_CLAUSES
        # What a clause itself binds (`except E as x`) holds in the clause's block.
        binder.block = getattr(node, "body", block) if kind in _BINDING_CLAUSES else block
        inside: list[cst.CSTNode]
        if kind in _DEFINITIONS and isinstance(node, cst.FunctionDef | cst.ClassDef):
            binder.add(identifier(node.name.value), _DEFINITIONS[kind], node)
            # Decorators, defaults and bases belong to this scope, and so does `:=` in them.
            inside = list(node.decorators)
            inside += [node.params] if isinstance(node, cst.FunctionDef) else [*node.bases, *node.keywords]
            if module:
                _collect_global(node, result)
        else:
            bind = _BINDERS.get(kind)
            if bind is not None:
                bind(binder, node)
            inside = children(node)
        if kind in _CONDITIONAL:
            conditional = True
            if kind in _BINDING_CLAUSES:
                block = getattr(node, "body", block)
        elif kind in _BLOCKS:
            block = node
        if inside:
            stack.extend([(child, conditional, block) for child in reversed(inside)])
    return result


class _Binder:
    """Enters what one node binds; found by the node's exact type, since `isinstance` on libcst's classes is slow."""

    __slots__ = ("block", "conditional", "result")

    def __init__(self, result: Collected) -> None:
        self.result = result
        self.conditional = False
        self.block: cst.CSTNode | None = None

    def add(
        self,
        name: str,
        kind: BindingKind,
        at: cst.CSTNode,
        value: cst.BaseExpression | None = None,
        qualified: str | None = None,
    ) -> None:
        """Enter a binding that stands in the current block."""
        self.result.add(bindings.Binding(name, kind, at, value, qualified, self.conditional, self.block))

    def target(self, at: cst.CSTNode, target: cst.CSTNode, value: cst.BaseExpression | None) -> None:
        """Enter what assigning `value` to `target` binds."""
        if isinstance(target, cst.Name):
            self.add(identifier(target.value), "other" if value is None else "value", at, value)
        elif isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name):
            self.add(identifier(target.value.value) + ITEM, "item", at, value)
        elif isinstance(target, cst.StarredElement):
            self.target(at, target.value, None)

    def assign(self, node: cst.Assign) -> None:
        """`a = b = value`, with tuples paired."""
        for assign_target in node.targets:
            for target, value in pairs(assign_target.target, node.value):
                self.target(node, target, value)

    def annotated(self, node: cst.AnnAssign) -> None:
        """`a: T = value`; a bare annotation binds nothing."""
        if node.value is not None:
            self.target(node, node.target, node.value)

    def augmented(self, node: cst.AugAssign) -> None:
        """`a += value`."""
        if isinstance(node.target, cst.Name):
            self.add(identifier(node.target.value), "other", node)

    def call(self, node: cst.Call) -> None:
        """`a.update(…)`, which changes what a name holds."""
        method = node.func
        if type(method) is cst.Attribute and type(method.value) is cst.Name and method.attr.value in CHANGING:
            self.add(identifier(method.value.value) + ITEM, "item", node, method)

    def expression(self, node: cst.Expr) -> None:
        """`change(a)`: a call whose result nobody takes may be there to change what it is handed."""
        call = node.value
        if type(call) is cst.Call:
            for argument in call.args:
                if type(argument.value) is cst.Name and not argument.star:
                    self.add(identifier(argument.value.value) + ITEM, "item", call)

    def named(self, node: cst.NamedExpr) -> None:
        """`a := value`."""
        self.target(node, node.target, node.value)

    def loop(self, node: cst.For) -> None:
        """`for a in …`."""
        for name in target_names(node.target):
            self.add(identifier(name.value), "other", node.target)

    def context(self, node: cst.WithItem) -> None:
        """`with value as a`."""
        if node.asname is not None:
            whole = isinstance(node.asname.name, cst.Name)
            for name in target_names(node.asname.name):
                value = node.item if whole else None
                self.add(identifier(name.value), "context" if whole else "other", node, value)

    def handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
        """`except E as a`."""
        if node.name is not None and isinstance(node.name.name, cst.Name):
            self.add(identifier(node.name.name.value), "other", node.name)

    def capture(self, node: cst.MatchAs | cst.MatchStar) -> None:
        """`case a`, `case [*a]`."""
        if node.name is not None:
            self.add(identifier(node.name.value), "other", node)

    def rest(self, node: cst.MatchMapping) -> None:
        """`case {**a}`."""
        if node.rest is not None:
            self.add(identifier(node.rest.value), "other", node)

    def alias(self, node: cst.TypeAlias) -> None:
        """`type a = …`."""
        self.add(identifier(node.name.value), "other", node)

    def declaration(self, node: cst.Global | cst.Nonlocal) -> None:
        """`global a`, `nonlocal a`."""
        kind = "global" if isinstance(node, cst.Global) else "nonlocal"
        for item in node.names:
            self.result.declared[identifier(item.name.value)] = kind

    def imports(self, node: cst.CSTNode) -> None:
        """Every form of import."""
        for name, qualified, alias in imported(node):
            self.add(name, "star" if name == STAR else "import", alias, None, qualified)


_BINDERS: dict[type, Callable[[_Binder, Any], None]] = {
    cst.Assign: _Binder.assign,
    cst.AnnAssign: _Binder.annotated,
    cst.AugAssign: _Binder.augmented,
    cst.Call: _Binder.call,
    cst.Expr: _Binder.expression,
    cst.NamedExpr: _Binder.named,
    cst.For: _Binder.loop,
    cst.WithItem: _Binder.context,
    cst.ExceptHandler: _Binder.handler,
    cst.ExceptStarHandler: _Binder.handler,
    cst.MatchAs: _Binder.capture,
    cst.MatchStar: _Binder.capture,
    cst.MatchMapping: _Binder.rest,
    cst.TypeAlias: _Binder.alias,
    cst.Global: _Binder.declaration,
    cst.Nonlocal: _Binder.declaration,
    **{getattr(cst, name): _Binder.imports for name in (*_IMPORTS, *_IMPORT_FROMS) if hasattr(cst, name)},
}


def _collect_global(definition: cst.CSTNode, result: Collected) -> None:
    """Enter what the functions in `definition` bind under `global` as bindings that cannot be followed."""
    stack: list[tuple[cst.CSTNode, cst.CSTNode]] = [(definition, definition)]
    owners: dict[int, cst.CSTNode] = {}
    while stack:
        node, owner = stack.pop()
        kind = type(node)
        if kind in _LEAVES:
            continue
        if kind in _DEFINITIONS:
            owner = node
        elif kind is cst.Global:
            owners[id(owner)] = owner
        stack.extend([(child, owner) for child in reversed(children(node))])
    for owner in owners.values():
        body = getattr(owner, "body", None)
        if body is None:
            continue
        inner = collect([body])
        for name, kind_of in inner.declared.items():
            if kind_of == "global":
                for binding in inner.bindings.get(name, ()):
                    result.add(bindings.Binding(name, "other", binding.node, binding.value, None, True, body))


def parameters(function: cst.FunctionDef | cst.Lambda) -> Bindings:
    """The parameters of a function as bindings."""
    found: Bindings = {}
    params = function.params
    every = [
        *params.posonly_params,
        *params.params,
        params.star_arg,
        *params.kwonly_params,
        params.star_kwarg,
    ]
    for param in every:
        if isinstance(param, cst.Param):
            name = identifier(param.name.value)
            found.setdefault(name, []).append(bindings.Binding(name, "parameter", param, param.default))
    return found


def comprehension_names(node: cst.CSTNode) -> set[str]:
    """The names that the `for` clauses of a comprehension bind."""
    found: set[str] = set()
    clause: cst.CompFor | None = getattr(node, "for_in", None)
    while clause is not None:
        found.update(identifier(name.value) for name in target_names(clause.target))
        clause = clause.inner_for_in
    return found


def type_parameter_names(node: cst.CSTNode) -> set[str]:
    """The names of `def f[T]`, `class C[T]` and `type A[T]`."""
    params = getattr(node, "type_parameters", None)
    return set() if params is None else {identifier(p.param.name.value) for p in params.params}
