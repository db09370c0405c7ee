"""What a declarative rule looks at: RFC 9535 queries over plain data, and named selectors.

Queries are parsed, and their filters evaluated, by python-jsonpath in its strict mode; segments are walked
here, without recursion and with a bound on the steps of one search. `match()` and `search()` are refused:
Python's `re` can take exponential time, and `require` and `forbid` have `pattern` for the same purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lintkit.kinds.kind import named
from lintkit.kinds.registry import EACH_KINDS, FILE_KIND
from lintkit.kinds.selected import Selected
from lintkit.model import Document, Route

if TYPE_CHECKING:
    from jsonpath import JSONPath, JSONPathEnvironment

MAX_QUERY_LENGTH = 2_000
"""The longest query, in characters."""

MAX_STEPS = 1_000_000
"""How many nodes one search may visit, those inside of filters included: about two seconds."""

# Under this name the queries inside of filters are told the root; python-jsonpath hands the context on untouched.
_ROOT = "root"

Found = tuple[Route, Any]


class SelectError(Exception):
    """A query that cannot be read, that asks for too much, or a selector that does not exist.

    message   one sentence
    position  the offset in the query at which it fails, from 0; None where that means nothing
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position

    def __reduce__(self) -> tuple[type[SelectError], tuple[str, int | None]]:
        return type(self), (self.message, self.position)

    def __str__(self) -> str:
        if self.position is None:
            return self.message
        return f"{self.message} (at character {self.position + 1})"


class Query:
    """A compiled query."""

    __slots__ = ("_budget", "_path", "text")

    def __init__(self, text: str, path: JSONPath, budget: _Budget) -> None:
        self.text = text
        self._path = path
        self._budget = budget

    def find(self, data: Any) -> list[Route]:
        """The routes of all nodes of `data` that the query selects, each once, in the order of RFC 9535.

        Raises SelectError where that takes more than MAX_STEPS.
        """
        from jsonpath.exceptions import JSONPathError

        self._budget.left = MAX_STEPS
        try:
            return list(dict.fromkeys(route for route, _ in _walk(self._path, data, data, self._budget)))
        except JSONPathError as error:
            raise _select_error(error, self.text) from None


def compile_query(query: str) -> Query:
    """Compile an RFC 9535 query;

    the same text is compiled once. Raises SelectError with the position of the fault.
    """
    if len(query) > MAX_QUERY_LENGTH:
        raise SelectError(f"a query has at most {MAX_QUERY_LENGTH} characters", MAX_QUERY_LENGTH)
    if not query.startswith("$"):
        raise SelectError("a query begins with `$`", 0)
    return _compile(query)


def select(document: Document, query: str) -> list[Route]:
    """The routes of the nodes of a document that `query` selects. Raises SelectError."""
    return compile_query(query).find(document.data)


def select_each(document: Document, name: str) -> tuple[Selected, ...]:
    """All that the named selector `name` finds in a document, in order; nothing in kinds that it does not know.

    container  Kubernetes: every container of a pod; compose: every service; workflow: `container` and `services`
    deployed-container  Kubernetes: every container that is deployed as it is written, not one of a patch, with the
                        `resources` of its pod where it has none
    linux-container     Kubernetes: of those, the ones in pods that do not ask for a Windows node
    serving-container   Kubernetes: of the deployed ones, those that run until they are stopped: no Jobs, no init
    pod        Kubernetes: the pod spec, wherever the object has it, custom resources included
    workload   Kubernetes: an object that makes pods (every object with a pod spec but Pod and PodTemplate)
    service    compose: every service; Kubernetes: every Service; workflow: every service of a job
    env-var    compose, Kubernetes, Dockerfile, `.env`, workflow: every variable, as `{"name", "value"}` (value null
               where only named; a Kubernetes variable with `valueFrom` has `{"name", "valueFrom"}`)
    rbac-rule  Kubernetes: every rule of a role that somebody wrote, unless it allows everything
    image      Dockerfile: the final stage, with what it takes over
    stage      Dockerfile: every stage

    Raises SelectError for an unknown name. What a selector finds across files is none of a document.
    """
    if name not in EACH_KINDS:
        raise SelectError(f"there is no selector `{name}`; there are {', '.join(EACH_KINDS)}")
    selector = FILE_KIND[document.kind].selectors.get(name)
    return tuple(named(selector)(document)) if selector is not None else ()


class _Budget:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise SelectError(
                f"the query visits more than {MAX_STEPS:,} nodes of a file; name more of its path"
            )


@lru_cache(maxsize=1)
def _environment() -> JSONPathEnvironment:
    from jsonpath import JSONPathEnvironment

    environment = JSONPathEnvironment(strict=True)
    for function in ("match", "search"):
        del environment.function_extensions[function]
    return environment


@lru_cache(maxsize=1024)
def _compile(query: str) -> Query:
    from jsonpath import JSONPath
    from jsonpath.exceptions import JSONPathError

    try:
        path = _environment().compile(query)
    except JSONPathError as error:
        raise _select_error(error, query) from None
    except RecursionError:
        raise SelectError("the query is nested too deep") from None
    except (ArithmeticError, ValueError):  # python-jsonpath hands what it has scanned to `int` and `float`
        raise SelectError("a number in the query is too large, or is not written as one") from None
    if not isinstance(path, JSONPath):
        raise SelectError("a query is one path; `|` and `&` are no part of RFC 9535")
    budget = _Budget()
    _bound(path, budget)
    return Query(query, path, budget)


def _bound(path: JSONPath, budget: _Budget) -> None:
    """Let the queries inside of the filters of `path` be walked here as well, and count against `budget`."""
    from jsonpath import JSONPath, JSONPathMatch
    from jsonpath.filter import FilterQuery
    from jsonpath.selectors import Filter

    class BoundedPath(JSONPath):
        def finditer(self, data: Any, *, filter_context: Any = None) -> Iterator[JSONPathMatch]:
            root = filter_context[_ROOT]
            for route, value in _walk(self, data, root, budget):
                yield JSONPathMatch(
                    filter_context=filter_context, obj=value, parent=None, path="", parts=route, root=root
                )

    paths: list[JSONPath] = [path]
    while paths:
        pending = [s.expression for g in paths.pop().segments for s in g.selectors if isinstance(s, Filter)]
        while pending:
            expression: Any = pending.pop()
            if isinstance(expression, FilterQuery):
                paths.append(expression.path)
                expression.path = BoundedPath(
                    env=expression.path.env, segments=expression.path.segments, pseudo_root=False
                )
            else:
                pending.extend(expression.children())


def _select_error(error: Any, query: str) -> SelectError:
    if isinstance(error, RecursionError):
        return SelectError("the query is nested too deep")
    message = str(error.message or "the query cannot be read").split("\n")[0]
    if "'match'" in message or "'search'" in message:
        message = "`match()` and `search()` are refused; use `pattern` in `require` or `forbid`"
    if error.token is None:
        return SelectError(message)
    index = error.token.index
    return SelectError(message, index if 0 <= index < len(query) else len(query))


def _walk(path: JSONPath, start: Any, root: Any, budget: _Budget) -> Iterator[Found]:
    found: Iterator[Found] = iter([((), start)])
    for segment in path.segments:
        found = _apply(segment, found, root, budget)
    return found


def _apply(segment: Any, found: Iterator[Found], root: Any, budget: _Budget) -> Iterator[Found]:
    from jsonpath.segments import JSONPathRecursiveDescentSegment

    descends = isinstance(segment, JSONPathRecursiveDescentSegment)
    selectors = [_selector(selector, root, budget) for selector in segment.selectors]
    for start in found:
        for node in _descendants(start, budget) if descends else (start,):
            for selector in selectors:
                yield from selector(node)


def _descendants(start: Found, budget: _Budget) -> Iterator[Found]:
    """A node and all below it, parents first, in the order of the data."""
    stack = [start]
    while stack:
        node = stack.pop()
        yield node
        children = list(_children(node))
        budget.spend(len(children) + 1)
        children.reverse()
        stack.extend(child for child in children if isinstance(child[1], (dict, list)))


def _children(node: Found) -> Iterator[Found]:
    route, value = node
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*route, key), item
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield (*route, index), item


def _selector(selector: Any, root: Any, budget: _Budget) -> Callable[[Found], Iterator[Found]]:
    from jsonpath import selectors

    def names(node: Found) -> Iterator[Found]:
        budget.spend()
        route, value = node
        if isinstance(value, dict) and selector.name in value:
            yield (*route, selector.name), value[selector.name]

    def indexes(node: Found) -> Iterator[Found]:
        budget.spend()
        route, value = node
        if isinstance(value, list) and -len(value) <= selector.index < len(value):
            index = selector.index % len(value)
            yield (*route, index), value[index]

    def slices(node: Found) -> Iterator[Found]:
        route, value = node
        if isinstance(value, list) and selector.slice.step != 0:
            for index in range(*selector.slice.indices(len(value))):
                budget.spend()
                yield (*route, index), value[index]

    def wildcard(node: Found) -> Iterator[Found]:
        for child in _children(node):
            budget.spend()
            yield child

    if isinstance(selector, selectors.Filter):
        expression = selector.expression.cache_tree() if selector.cacheable_nodes else selector.expression

    def filtered(node: Found) -> Iterator[Found]:
        for child in _children(node):
            budget.spend()
            context = selectors.FilterContext(
                env=selector.env,
                current=child[1],
                root=root,
                extra_context={_ROOT: root},
                current_key=child[0][-1],
            )
            if expression.evaluate(context):
                yield child

    walkers: dict[type, Callable[[Found], Iterator[Found]]] = {
        selectors.NameSelector: names,
        selectors.IndexSelector: indexes,
        selectors.SliceSelector: slices,
        selectors.WildcardSelector: wildcard,
        selectors.Filter: filtered,
    }
    walker = walkers.get(type(selector))
    if walker is None:
        raise SelectError("the query uses a selector that is no part of RFC 9535", selector.token.index)
    return walker
