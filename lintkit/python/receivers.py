"""Where objects come from: `cache.get` is a method of what `redis.Redis(…)` made, in another method of the class.

    for origin in origins(call.func, file):
        if origin.name == "redis.Redis().get":
            ...

Followed are assignments (local, of the module, under `global`, of `self` in any method of the class), `with … as`,
`await`, conditional expressions and `or`, annotations of parameters, variables and attributes (`X | None`,
`Optional`, `Annotated`, `Iterator`, strings), `Depends(…)` of FastAPI, properties, and what functions of the same
file return or yield. What comes from another file is known by the name of its import.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from lintkit.python.lazy import cst
from lintkit.python.returned import returned_values

if TYPE_CHECKING:
    from lintkit.python.module import Binding, PythonFile

_DEEPEST = 40
_MOST_STEPS = 400
_MOST_ORIGINS = 12

_TRANSPARENT = frozenset(
    {"Optional", "Union", "ClassVar", "Final", "InitVar", "Required", "NotRequired", "Mapped"}
)
_FIRST = frozenset(
    {
        "Annotated",
        "Awaitable",
        "AsyncContextManager",
        "AbstractAsyncContextManager",
        "ContextManager",
        "AbstractContextManager",
        "AsyncGenerator",
        "AsyncIterable",
        "AsyncIterator",
        "Generator",
        "Iterable",
        "Iterator",
    }
)
_CLASSES = frozenset({"type", "Type"})
_DEPENDS = frozenset({"fastapi.Depends", "fastapi.params.Depends", "fastapi.Security", "litestar.di.Provide"})
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
_PROPERTIES = frozenset({"property", "cached_property", "async_cached_property", "hybrid_property"})
_CONSTANTS = frozenset({"None", "True", "False"})
_QUOTED = re.compile(r"\w+(?:\.\w+)*")


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """One way in which an expression can get its value.

    name        what made it, with `()` for each call: `redis.Redis` is the class, `redis.Redis()` an instance,
                `redis.Redis().pipeline()` what its method returned, `pymongo.MongoClient()[]` what it holds under some
                key; a name of the same file begins with a colon
    call        the last of these calls; None where an annotation or an import says it
    definition  the function or class of this file that it is, or (for an instance) is an instance of
    """

    name: str
    call: cst.Call | None = None
    definition: cst.FunctionDef | cst.ClassDef | None = None


Origins: TypeAlias = tuple[Origin, ...]


def origins(expression: cst.BaseExpression, file: PythonFile) -> Origins:
    """Every origin that `expression` can have as far as the file shows it, the most likely first; bounded."""
    return _Trace(file).expression(expression, 0)


def origin_names(expression: cst.BaseExpression, file: PythonFile) -> tuple[str, ...]:
    """The names of `origins`."""
    return tuple(origin.name for origin in origins(expression, file))


@dataclass(frozen=True, slots=True)
class Attribute:
    """One place that says what an attribute of a class is: a value, an annotation, or a method."""

    value: cst.BaseExpression | None = None
    annotation: cst.BaseExpression | None = None
    method: cst.FunctionDef | None = None
    is_property: bool = False


def class_attributes(definition: cst.ClassDef, file: PythonFile) -> dict[str, list[Attribute]]:
    """What the body of a class and the assignments to `self` in its methods say of each attribute."""
    key = ("class attributes", id(definition))
    found: dict[str, list[Attribute]] | None = file.answers.get(key)
    if found is None:
        found = file.answers[key] = {}
        _read_class(definition, file, found)
    return found


def _read_class(definition: cst.ClassDef, file: PythonFile, found: dict[str, list[Attribute]]) -> None:
    stack: list[tuple[cst.CSTNode, str | None]] = [(definition.body, None)]
    while stack:
        node, self_name = stack.pop()
        if isinstance(node, cst.FunctionDef) and self_name is None:
            decorators = {each.name for each in file.decorators(node)}
            is_property = not decorators.isdisjoint(_PROPERTIES)
            found.setdefault(node.name.value, []).append(Attribute(method=node, is_property=is_property))
            parameters = [*node.params.posonly_params, *node.params.params]
            if parameters and "staticmethod" not in decorators:
                stack.append((node.body, parameters[0].name.value))
        elif isinstance(node, cst.ClassDef):
            continue
        elif isinstance(node, cst.Assign | cst.AnnAssign | cst.WithItem):
            for target, value in _assigned(node):
                name = _attribute_name(target, self_name)
                if name is not None:
                    annotation = node.annotation.annotation if isinstance(node, cst.AnnAssign) else None
                    found.setdefault(name, []).append(Attribute(value, annotation))
        elif not isinstance(node, cst.BaseExpression):
            stack.extend((child, self_name) for child in reversed(file.children(node)))


def _assigned(
    node: cst.Assign | cst.AnnAssign | cst.WithItem,
) -> Iterator[tuple[cst.CSTNode, cst.BaseExpression | None]]:
    from lintkit.python.names import pairs

    if isinstance(node, cst.Assign):
        for each in node.targets:
            yield from pairs(each.target, node.value)
    elif isinstance(node, cst.AnnAssign):
        yield node.target, node.value
    elif node.asname is not None:
        yield node.asname.name, node.item


def _attribute_name(target: cst.CSTNode, self_name: str | None) -> str | None:
    """The attribute that an assignment sets: `self.x = …` in a method, `x = …` in the body of the class."""
    if self_name is None:
        return target.value if isinstance(target, cst.Name) else None
    if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name):
        return target.attr.value if target.value.value == self_name else None
    return None


def calls_on(
    made: cst.Call, methods: frozenset[str] | None, file: PythonFile, *, below: bool = False
) -> Iterator[cst.Call]:
    """The calls of some methods (None: of any) on the object that the call `made` makes, in the order of the file.

    With `below` also on its attributes (`client.responses.create()`). Looked at is the top-level statement that
    `made` stands in, and all of the file where that is a module's variable or a function that returns it.
    """
    for statement in _seen_from(made, file):
        for call in _method_calls(statement, file):
            if (
                isinstance(call.func, cst.Attribute)
                and (methods is None or call.func.attr.value in methods)
                and any(
                    origin.call is made and (below or origin.name.endswith("()"))
                    for origin in origins(call.func.value, file)
                )
            ):
                yield call


def calls_of(made: cst.Call, file: PythonFile) -> Iterator[cst.Call]:
    """The calls of what the call `made` makes, such as a partial function; looked at as in `calls_on`."""
    for statement in _seen_from(made, file):
        for call in _calls(statement, file):
            if call is not made and any(
                origin.call is made and origin.name.endswith("()") for origin in origins(call.func, file)
            ):
                yield call


def _seen_from(made: cst.Call, file: PythonFile) -> Iterable[cst.CSTNode]:
    top = file.top_level_statement(made)
    if isinstance(top, cst.FunctionDef):
        return file.statements() if _is_returned(made, top, file) else (top,)
    return (top,) if isinstance(top, cst.ClassDef) else file.statements()


def _is_returned(made: cst.Call, function: cst.FunctionDef, file: PythonFile) -> bool:
    """Whether a function hands what it makes to whoever calls it."""
    return any(
        origin.call is made for value in returned_values(function, file) for origin in origins(value, file)
    )


def _method_calls(statement: cst.CSTNode, file: PythonFile) -> list[cst.Call]:
    key = ("method calls", id(statement))
    found: list[cst.Call] | None = file.answers.get(key)
    if found is None:
        found = file.answers[key] = [
            call for call in _calls(statement, file) if isinstance(call.func, cst.Attribute)
        ]
    return found


def _calls(statement: cst.CSTNode, file: PythonFile) -> list[cst.Call]:
    key = ("calls", id(statement))
    found: list[cst.Call] | None = file.answers.get(key)
    if found is None:
        found = file.answers[key] = [node for node in file.walk(statement) if isinstance(node, cst.Call)]
    return found


@dataclass(slots=True)
class _Trace:
    """One question; what it finds is kept in the file unless a bound or a circle cut it short."""

    file: PythonFile
    steps: int = 0
    cut: bool = False
    active: set[int] = field(default_factory=set)

    def expression(self, node: cst.BaseExpression, depth: int) -> Origins:
        """The origins of the value of an expression."""
        key = ("origins", id(node))
        known: Origins | None = self.file.answers.get(key)
        if known is not None:
            return known
        self.steps += 1
        if depth > _DEEPEST or self.steps > _MOST_STEPS or id(node) in self.active:
            self.cut = True
            return ()
        self.active.add(id(node))
        found = _unique(self._expression(node, depth + 1))
        self.active.discard(id(node))
        if not self.cut or depth == 0:
            self.file.answers[key] = found
        return found

    def _expression(self, node: cst.BaseExpression, depth: int) -> Iterator[Origin]:
        if isinstance(node, cst.Name):
            yield from self._name(node, depth)
        elif isinstance(node, cst.Attribute):
            known = self.file.qualified_names(node)
            if known:
                yield from (Origin(name) for name in known)
                return
            for owner in self.expression(node.value, depth):
                yield from self._attribute(owner, node.attr.value, depth)
        elif isinstance(node, cst.Call):
            yield from self._call(node, depth)
        elif isinstance(node, cst.Subscript):
            for owner in self.expression(node.value, depth):
                if owner.definition is None and "()" in owner.name:
                    yield Origin(owner.name + "[]", owner.call)
        elif isinstance(node, cst.Await):
            yield from self.expression(node.expression, depth)
        elif isinstance(node, cst.NamedExpr):
            yield from self.expression(node.value, depth)
        elif isinstance(node, cst.IfExp):
            yield from self.expression(node.body, depth)
            yield from self.expression(node.orelse, depth)
        elif isinstance(node, cst.BooleanOperation):
            yield from self.expression(node.left, depth)
            yield from self.expression(node.right, depth)

    # -- names -----------------------------------------------------------------------------------------------------

    def _name(self, node: cst.Name, depth: int) -> Iterator[Origin]:
        if node.value in _CONSTANTS:
            return
        bindings = self.file.bindings(node)
        if not bindings:
            yield from (Origin(name) for name in self.file.qualified_names(node))
        for binding in bindings:
            yield from self._binding(binding, depth)

    def _binding(self, binding: Binding, depth: int) -> Iterator[Origin]:
        node = binding.node
        if binding.kind == "import" and binding.qualified is not None:
            yield Origin(binding.qualified)
        elif isinstance(node, cst.FunctionDef | cst.ClassDef):
            yield Origin(":" + node.name.value, None, node)
        elif isinstance(node, cst.Param):
            yield from self._parameter(node, depth)
        else:
            value = binding.value
            if isinstance(node, cst.AnnAssign):
                yield from self.annotation(node.annotation.annotation, depth)
            if value is not None:
                yield from self.expression(value, depth)

    def _parameter(self, node: cst.Param, depth: int) -> Iterator[Origin]:
        owner = self._owner(node)
        if owner is not None:
            definition, is_class = owner
            yield Origin(f":{definition.name.value}" + ("" if is_class else "()"), None, definition)
            return
        if node.annotation is not None:
            yield from self.annotation(node.annotation.annotation, depth)
        if node.default is not None:
            yield from self._dependency(node.default, depth)

    def _owner(self, node: cst.Param) -> tuple[cst.ClassDef, bool] | None:
        """The class whose `self` or `cls` a parameter is, and whether it is `cls`."""
        function: cst.FunctionDef | None = None
        for above in self.file.ancestors(node):
            if isinstance(above, cst.Lambda):
                return None
            if isinstance(above, cst.FunctionDef):
                if function is not None:
                    return None
                function = above
            elif isinstance(above, cst.ClassDef):
                if function is None or [*function.params.posonly_params, *function.params.params][:1] != [
                    node
                ]:
                    return None
                decorators = {each.name for each in self.file.decorators(function)}
                return None if "staticmethod" in decorators else (above, "classmethod" in decorators)
        return None

    def _dependency(self, node: cst.BaseExpression, depth: int) -> Iterator[Origin]:
        """What `Depends(get_cache)` hands to a parameter."""
        if isinstance(node, cst.Call) and self.file.qualified_name(node.func) in _DEPENDS:
            provider = self.file.argument(node, 0, "dependency")
            if provider is not None:
                for origin in self.expression(provider, depth):
                    yield from self._made(origin, None, depth)

    # -- calls and attributes ----------------------------------------------------------------------------------------

    def _call(self, node: cst.Call, depth: int) -> Iterator[Origin]:
        names = self.file.qualified_names(node.func)
        if not _CASTS.isdisjoint(names):
            kind = self.file.argument(node, 0, "typ")
            if kind is not None:
                yield from self.annotation(kind, depth)
            return
        for origin in self.expression(node.func, depth):
            yield from self._made(origin, node, depth)

    def _made(self, origin: Origin, call: cst.Call | None, depth: int) -> Iterator[Origin]:
        """What calling `origin` gives."""
        definition = origin.definition
        is_instance = origin.name.endswith("()")
        if isinstance(definition, cst.FunctionDef):
            yield from self._returned(definition, depth)
        elif definition is None:
            yield Origin(origin.name + "()", call)
        elif not is_instance:
            yield Origin(origin.name + "()", call, definition)
            yield from self._bases(definition, call, depth)

    def _bases(self, definition: cst.ClassDef, call: cst.Call | None, depth: int) -> Iterator[Origin]:
        """An instance of a class is one of the classes that it extends."""
        for base in definition.bases:
            for origin in self.annotation(base.value, depth):
                yield Origin(origin.name, call, origin.definition)

    def _returned(self, function: cst.FunctionDef, depth: int) -> Iterator[Origin]:
        if function.returns is not None:
            declared = self.annotation(function.returns.annotation, depth)
            if declared:
                yield from declared
                return
        for value in returned_values(function, self.file):
            yield from self.expression(value, depth)

    def _attribute(self, owner: Origin, name: str, depth: int) -> Iterator[Origin]:
        definition = owner.definition
        if definition is None:
            yield Origin(f"{owner.name}.{name}", owner.call)
        elif isinstance(definition, cst.ClassDef):
            yield from self._member(definition, name, owner.name, depth)

    def _member(self, definition: cst.ClassDef, name: str, owner: str, depth: int) -> Iterator[Origin]:
        said = class_attributes(definition, self.file).get(name)
        if said is None:
            for base in definition.bases:
                for origin in self.annotation(base.value, depth):
                    yield from self._attribute(origin, name, depth)
            return
        for each in said[:_MOST_ORIGINS]:
            if each.method is not None:
                if each.is_property:
                    yield from self._returned(each.method, depth)
                else:
                    yield Origin(f"{owner}.{name}", None, each.method)
            if each.annotation is not None:
                yield from self.annotation(each.annotation, depth)
            if each.value is not None:
                yield from self.expression(each.value, depth)

    # -- annotations -------------------------------------------------------------------------------------------------

    def annotation(self, node: cst.BaseExpression, depth: int) -> Origins:
        """The origins of what is annotated so; names of classes become instances."""
        self.steps += 1
        if depth > _DEEPEST or self.steps > _MOST_STEPS:
            self.cut = True
            return ()
        return _unique(self._annotation(node, depth + 1))

    def _annotation(self, node: cst.BaseExpression, depth: int) -> Iterator[Origin]:
        if isinstance(node, cst.Name | cst.Attribute):
            for origin in self.expression(node, depth):
                yield from self._instance(origin, depth)
        elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            yield from self.annotation(node.left, depth)
            yield from self.annotation(node.right, depth)
        elif isinstance(node, cst.Subscript):
            yield from self._generic(node, depth)
        elif isinstance(node, cst.SimpleString):
            yield from self._quoted(node, depth)

    def _generic(self, node: cst.Subscript, depth: int) -> Iterator[Origin]:
        arguments = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
        last = self._last(node.value)
        if last in _TRANSPARENT:
            for argument in arguments:
                yield from self.annotation(argument, depth)
        elif last in _FIRST:
            yield from self.annotation(arguments[0], depth) if arguments else ()
            for argument in arguments[1:]:
                yield from self._dependency(argument, depth)
        elif last == "Coroutine":
            yield from self.annotation(arguments[-1], depth) if arguments else ()
        elif last in _CLASSES:
            yield from self.expression(arguments[0], depth) if arguments else ()
        else:
            yield from self.annotation(node.value, depth)

    def _last(self, node: cst.BaseExpression) -> str:
        """The last word of a generic's name: it is one of `typing`, wherever it is imported from."""
        names = self.file.qualified_names(node)
        return names[0].rpartition(".")[2] if names else ""

    def _instance(self, origin: Origin, depth: int) -> Iterator[Origin]:
        definition = origin.definition
        if origin.name.endswith("()") or isinstance(definition, cst.FunctionDef):
            return
        yield Origin(origin.name + "()", None, definition)
        if definition is not None:
            yield from self._bases(definition, None, depth)

    def _quoted(self, node: cst.SimpleString, depth: int) -> Iterator[Origin]:
        """An annotation in quotes, resolved in the module: every name in it that is no part of `typing`."""
        text = self.file.string(node)
        if text is None or len(text) > 200:
            return
        for dotted in dict.fromkeys(_QUOTED.findall(text)):
            root, *rest = dotted.split(".")
            for binding in self.file.module_bindings(root):
                for origin in self._binding(binding, depth):
                    named = Origin(".".join([origin.name, *rest]), None, None if rest else origin.definition)
                    if not named.name.startswith(("typing.", "collections.abc.")):
                        yield from self._instance(named, depth)


def _unique(found: Iterable[Origin]) -> Origins:
    kept: dict[tuple[str, int], Origin] = {}
    for origin in found:
        kept.setdefault((origin.name, id(origin.call)), origin)
        if len(kept) >= _MOST_ORIGINS:
            break
    return tuple(kept.values())
