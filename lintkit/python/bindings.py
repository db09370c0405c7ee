"""What names mean: scopes, and Python's rules for what is visible where. The one implementation, for any tree.

A *binding* is one place where a scope gives a name a meaning. Scopes are the module, classes, functions, lambdas and
comprehensions. Files are read as two trees: whole by `ast` (`lintkit.python.syntax`), and in parts by libcst
(`lintkit.python.module`). Each says what its nodes bind and where they stand; what a name then means is decided here.
"""

from __future__ import annotations

import bisect
import builtins
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

N = TypeVar("N")
"""A node of the tree."""
E = TypeVar("E")
"""A node that is an expression."""
D = TypeVar("D")
"""A node that defines a function or a class."""

BUILTINS = (frozenset(dir(builtins)) | {"WindowsError"}) - {"None", "True", "False", "__debug__"}
"""What a name means that nothing binds; constants, which libcst takes for names, are none."""

BindingKind = Literal["import", "value", "function", "class", "parameter", "context", "item", "star", "other"]

STAR = "*"
"""The name under which star imports are kept."""
ITEM = "[]"
"""Suffix of the entry under which changes of what a name holds (`options["x"] = 1`) are kept; they bind no name."""

CHANGING = frozenset({"update", "setdefault", "__setitem__", "pop", "popitem", "clear"})
"""Methods of a dict that change it."""

_FOLLOW_LIMIT = 64
_NAMES_LIMIT = 64


@dataclass(frozen=True, slots=True, eq=False)
class Binding(Generic[N, E]):
    """One place where a name gets a meaning.

    kind         "import"; "value": a simple assignment, whose expression is `value`; "function"; "class";
    "parameter"
                 (`value`: its default); "context": `with value as name`; "star": `from m import *`; "item": a
                 store into the name (`name["key"] = value`, `name.update(…)`), or a statement that hands it to a
                 function: they bind nothing; "other": anything that cannot be followed
    node         the import alias, assignment, definition, parameter, …
    qualified    for imports, the qualified name
    conditional  whether it stands in an `if`, `try`, loop or `match` of its scope
    block        the innermost block of that kind: a node, or the list of its statements
    """

    name: str
    kind: BindingKind
    node: N
    value: E | None = None
    qualified: str | None = None
    conditional: bool = False
    block: Any = None


class Scope(Generic[N, E]):
    """The bindings of one scope, and the names it declares `global` or `nonlocal`."""

    __slots__ = ("bindings", "declared")

    def __init__(self) -> None:
        self.bindings: dict[str, list[Binding[N, E]]] = {}
        self.declared: dict[str, str] = {}

    def add(self, binding: Binding[N, E]) -> None:
        """Enter a binding under its name; once for `a = a = value`."""
        found = self.bindings.setdefault(binding.name, [])
        if not found or found[-1].node is not binding.node or found[-1].value is not binding.value:
            found.append(binding)


class Resolver(ABC, Generic[N, E, D]):
    """What the names of one file mean. All nodes given to it must come from its tree.

    A class for a tree says the types of its nodes:

    _functions, _classes, _comprehensions, _definitions  which are such; a lambda is a function
    _ends                                                which bind when all that is in them has run: `x = f(x)`
    _name, _attribute, _walrus                           which are `a`, `a.b` and `(a := b)`
    """

    _functions: ClassVar[frozenset[type]]
    _classes: ClassVar[frozenset[type]]
    _comprehensions: ClassVar[frozenset[type]]
    _definitions: ClassVar[tuple[type, ...]]
    _ends: ClassVar[tuple[type, ...]]
    _name: ClassVar[type]
    _attribute: ClassVar[type]
    _walrus: ClassVar[type]

    def __init__(self) -> None:
        self._order: dict[int, int] = {}
        self._scopes: dict[int, Scope[N, E]] = {}
        self._qualified: dict[int, tuple[str, ...]] = {}
        self._cut = False

    # -- what a tree says ----------------------------------------------------------------------------------------

    @abstractmethod
    def ancestors(self, node: N) -> Iterator[N]:
        """The nodes around `node`, innermost first, up to its top-level statement."""

    @abstractmethod
    def _identifier(self, name: Any) -> str:
        """How Python compares a name, or the last part of an attribute."""

    @abstractmethod
    def _collect(self, scope: Any) -> Scope[N, E]:
        """The bindings of a function, class or lambda, its parameters first."""

    @abstractmethod
    def _module_bindings(self, name: str) -> list[Binding[N, E]]:
        """The bindings of a name in the module, in order."""

    @abstractmethod
    def _is_body(self, scope: Any, below: N) -> bool:
        """Whether a node directly below a function, class or lambda is (of) its body."""

    @abstractmethod
    def _is_parameters(self, scope: Any, below: N) -> bool:
        """Whether a node directly below a function or lambda holds its parameters."""

    @abstractmethod
    def _first_clause(self, comprehension: Any) -> Any:
        """The first `for` of a comprehension, whose `iter` runs outside of it."""

    @abstractmethod
    def _clause_names(self, comprehension: Any) -> set[str]:
        """The names that the `for` clauses of a comprehension bind."""

    def _around(self, node: N) -> set[int]:
        """The identities of everything that holds `node`: nodes, and lists of statements."""
        return {id(above) for above in self.ancestors(node)}

    # -- names ---------------------------------------------------------------------------------------------------

    def qualified_name(self, expression: N) -> str | None:
        """What a name or attribute chain refers to outside this file: `redis.asyncio.from_url`, or `print`.

        Resolved through imports, simple aliases (`R = redis.Redis`), an unambiguous star import and builtins,
        with Python's scopes; None for anything local. Where branches bind a name differently, the last of
        them that has a qualified name; `qualified_names` gives all.
        """
        found = self.qualified_names(expression)
        return found[0] if found else None

    def qualified_names(self, expression: N) -> tuple[str, ...]:
        """All qualified names that `expression` can have, the last bound first."""
        return self._names(expression, None)

    def _names(self, expression: Any, query: dict[int, tuple[str, ...]] | None) -> tuple[str, ...]:
        """The names of `expression`; `query` holds what this question has found so far, and what it is about.

        A result that met an alias which is still being resolved (`a = b; b = a`), or a chain that is too long, holds
        for this question only: another one may begin elsewhere in the circle.
        """
        kind = type(expression)
        if kind is not self._name and kind is not self._attribute:
            return ()
        known = self._qualified.get(id(expression))
        if known is not None:
            return known
        outermost = query is None
        if query is None:
            query = {}
            self._cut = False
        elif id(expression) in query:
            self._cut = True
            return query[id(expression)]
        elif len(query) > _FOLLOW_LIMIT:
            self._cut = True
            return ()
        query[id(expression)] = ()
        attributes: list[str] = []
        root = expression
        while kind is self._attribute:
            attributes.append(self._identifier(root))
            root = root.value
            kind = type(root)
        found: tuple[str, ...] = ()
        if kind is self._name:
            found = self._root_names(root, query)
            if attributes and found:
                tail = ".".join(reversed(attributes))
                found = tuple(
                    (name + tail if name.endswith(".") else f"{name}.{tail}").removeprefix("builtins.")
                    for name in found
                )
        query[id(expression)] = found
        if outermost or not self._cut:
            self._qualified[id(expression)] = found
        return found

    def _root_names(self, node: N, query: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
        name = self._identifier(node)
        candidates = self._candidates(node)
        if not candidates:
            if name in BUILTINS:
                return (name,)
            stars = self._module_bindings(STAR)
            if len(stars) == 1:
                module = stars[0].qualified or ""
                return (module + name if not module or module.endswith(".") else f"{module}.{name}",)
            return ()
        found: dict[str, None] = {}
        for binding in candidates:
            if binding.kind == "import" and binding.qualified is not None:
                found[binding.qualified] = None
            elif binding.kind == "value" and binding.value is not None:
                found.update(dict.fromkeys(self._names(binding.value, query)))
            if len(found) > _NAMES_LIMIT:
                break
        return tuple(found)

    def bindings(self, name: N) -> tuple[Binding[N, E], ...]:
        """The bindings that a name which is read can refer to, the last first; empty for builtins and unknown
        names.
        """
        return tuple(self._candidates(name))

    def binding(self, name: N) -> Binding[N, E] | None:
        """The one binding of a name in its scope; None when there is none or more than one."""
        if type(name) is not self._name:
            return None
        every = self._every(name)
        return every[0] if len(every) == 1 else None

    def every_binding(self, name: N) -> tuple[Binding[N, E], ...]:
        """All bindings of a name in the scope that it belongs to, in order, also those after it."""
        return tuple(self._every(name))

    def changes(self, name: N) -> tuple[Binding[N, E], ...]:
        """What may change the object that a name holds, in the name's own scope, in the order of the file.

        `name["key"] = …` (with its value), `name.update(…)` and its like (with the method as value), and statements
        that hand the name to a function (without a value).
        """
        return tuple(self._find_scope(name, self._identifier(name) + ITEM)[0])

    def is_module_level(self, binding: Binding[N, E]) -> bool:
        """Whether a binding belongs to the module and not to a function, class or lambda."""
        return self._scope_of(binding.node) is None

    def definition(self, expression: Any) -> D | None:
        """The function or class of this file that a name refers to; `self.method` through the enclosing
        class.
        """
        kind = type(expression)
        if kind is self._name:
            for binding in self._candidates(expression):
                if isinstance(binding.node, self._definitions):
                    return binding.node  # type: ignore[return-value]  # `definitions` are the types of D
                if binding.kind == "value" and binding.value is not None and binding.value is not expression:
                    followed = self.follow(expression)
                    return self.definition(followed) if followed is not expression else None
        elif kind is self._attribute and self._is_self(expression.value):
            owner = self._class_around(expression)
            if owner is not None:
                for found in self._scope(owner).bindings.get(self._identifier(expression), ()):
                    if isinstance(found.node, self._definitions):
                        return found.node  # type: ignore[return-value]
        return None

    def _is_self(self, node: Any) -> bool:
        kind = type(node)
        return kind is self._name and self._identifier(node) in ("self", "cls")

    def follow(self, expression: E) -> E:
        """The expression that a name stands for, through assignments that are the only ones of their scope.

        The expression itself when it is no name, or the name is a parameter, is bound elsewhere too, or by
        anything but a simple assignment.
        """
        current: Any = expression
        for _ in range(_FOLLOW_LIMIT):
            kind = type(current)
            if kind is self._walrus:
                current = current.value
                continue
            if kind is not self._name:
                break
            binding = self.binding(current)
            if binding is None or binding.kind != "value" or binding.value is None:
                break
            current = binding.value
        found: E = current
        return found

    # -- scopes --------------------------------------------------------------------------------------------------

    def _class_around(self, node: N) -> N | None:
        """The innermost class whose body holds `node`, also through methods."""
        below = node
        for above in self.ancestors(node):
            if type(above) in self._classes and self._is_body(above, below):
                return above
            below = above
        return None

    def _scope_of(self, node: N) -> N | None:
        """The function, class or lambda that a binding node belongs to; None for the module."""
        below = node
        for above in self.ancestors(node):
            kind = type(above)
            if kind in self._functions:
                if self._is_body(above, below) or self._is_parameters(above, below):
                    return above
            elif kind in self._classes and self._is_body(above, below):
                return above
            below = above
        return None

    def _scope(self, node: N) -> Scope[N, E]:
        found = self._scopes.get(id(node))
        if found is None:
            found = self._scopes[id(node)] = self._sorted(self._collect(node))
        return found

    def _find_scope(self, node: N, key: str) -> tuple[list[Binding[N, E]], bool, bool]:
        """The bindings under `key` that are visible at `node`: (bindings, deferred, hidden by a
        comprehension).
        """
        name = self._identifier(node)
        deferred = False
        below = node
        in_function = False  # A class is visible only from its own body, not from the functions in it.
        for above in self.ancestors(node):
            kind = type(above)
            if kind in self._functions:
                if self._is_body(above, below):
                    scope = self._scope(above)
                    if scope.declared.get(name) == "global":
                        deferred = True
                        break
                    if name not in scope.declared and name in scope.bindings:
                        return scope.bindings.get(key, []), deferred, False
                    deferred = in_function = True
            elif kind in self._classes:
                if self._is_body(above, below):
                    if not in_function:
                        scope = self._scope(above)
                        if scope.declared.get(name) == "global":
                            break
                        if name in scope.bindings and self._before(scope.bindings[name], node):
                            return scope.bindings.get(key, []), deferred, False
                    in_function = True
            elif kind in self._comprehensions:
                clause = self._first_clause(above)
                inside_first_iter = clause is below and clause is not None and self._in_iter(clause, node)
                if not inside_first_iter and name in self._clause_names(above):
                    return [], deferred, True
            below = above
        return self._module_bindings(key), deferred, False

    def _in_iter(self, clause: N, node: N) -> bool:
        below = node
        for above in self.ancestors(node):
            if above is clause:
                return getattr(clause, "iter", None) is below
            below = above
        return False

    def _every(self, node: N) -> list[Binding[N, E]]:
        found, _, _ = self._find_scope(node, self._identifier(node))
        return found

    def _before(self, bindings: list[Binding[N, E]], node: N) -> bool:
        around = self._around(node)
        last = bisect.bisect_left(bindings, self._order[id(node)], key=self._binding_order)
        return any(self._reaches(binding, node, around) for binding in bindings[:last])

    def _binding_order(self, binding: Binding[N, E]) -> int:
        return self._order[id(binding.node)]

    def _reaches(self, binding: Binding[N, E], node: N, around: set[int]) -> bool:
        """Whether a binding that stands before `node` has happened: not in `x = f(x)`, for the name on the right."""
        if id(binding.node) not in around or binding.kind == "parameter":
            return True
        return binding.node is self._scope_of(node) or not isinstance(binding.node, self._ends)

    def _sorted(self, scope: Scope[N, E]) -> Scope[N, E]:
        for found in scope.bindings.values():
            if len(found) > 1:
                found.sort(key=self._binding_order)
        return scope

    def _candidates(self, node: N) -> list[Binding[N, E]]:
        name = self._identifier(node)
        found, deferred, hidden = self._find_scope(node, name)
        if hidden:
            return [Binding(name, "other", node)]
        if not found:
            return []
        if deferred:
            last = len(found)
            around: set[int] = set()
        else:
            around = self._around(node)
            last = bisect.bisect_left(found, self._order[id(node)], key=self._binding_order)
            if self._scope_of(node) is not None and not any(
                self._reaches(binding, node, around) for binding in found[:last]
            ):
                last = len(found)  # A loop: what comes later in the text has run before.
                deferred = True
        result: list[Binding[N, E]] = []
        for place in range(last - 1, -1, -1):
            binding = found[place]
            if not deferred and not self._reaches(binding, node, around):
                continue
            result.append(binding)
            if not binding.conditional or id(binding.block) in around:
                break
        return result
