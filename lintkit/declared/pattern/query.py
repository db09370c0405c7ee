"""Patterns combined: `any`, `all`, `not`, `inside`, `not-inside`, `where` and `focus`.

match: requests.get(...)                       # a pattern
match: [requests.get(...), requests.post(...)] # any of them
match:
  any: [$C.get($URL, ...), $C.post($URL, ...)]
  inside: "async def $F(...): ..."
  not: $C.get($URL, ..., timeout=$T, ...)
  where: {$URL: {pattern: '^http:'}}
  focus: $URL
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import libcst as cst

from lintkit.budget import Budget
from lintkit.declared.pattern.anchors import Anchor, anchor, root_kinds
from lintkit.declared.pattern.bindings import NONE, Bindings, Bound, distinct, join
from lintkit.declared.pattern.compile import Pattern, compile_pattern
from lintkit.declared.pattern.errors import PatternError
from lintkit.declared.pattern.match import Found, Matcher
from lintkit.declared.pattern.values import value_of
from lintkit.python.match import Match
from lintkit.python.module import PythonFile
from lintkit.python.receivers import origin_names
from lintkit.python.triggers import Trigger
from lintkit.regex.engine import Regex, compile_regex
from lintkit.regex.syntax import RegexError

MAX_DEPTH = 12

Route: TypeAlias = tuple[str | int, ...]
KEYS = ("any", "all", "not", "inside", "not-inside", "where", "focus")
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_METAVARIABLE = re.compile(r"\$([A-Z_][A-Z_0-9]*)")


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """Patterns and what limits them.

    pattern  one pattern; then everything else is empty
    any, all, excluded (`not`), inside, outside (`not-inside`)  further queries
    where    metavariable -> a JSON Schema, or a regular expression, that what it stands for satisfies
    focus    the metavariable that is reported instead of the whole
    """

    pattern: Pattern | None = None
    kinds: frozenset[str] | None = None
    any: tuple[Query, ...] = ()
    all: tuple[Query, ...] = ()
    excluded: tuple[Query, ...] = ()
    inside: tuple[Query, ...] = ()
    outside: tuple[Query, ...] = ()
    where: tuple[tuple[str, Test], ...] = ()
    focus: str | None = None

    @property
    def positive(self) -> bool:
        """Whether it says itself what to find, and not only what to leave out."""
        return bool(self.pattern or self.any or any(part.positive for part in self.all))

    @property
    def variables(self) -> frozenset[str]:
        """The metavariables that its matches may bind."""
        if self.pattern is not None:
            return self.pattern.variables
        return frozenset().union(*(q.variables for q in (*self.any, *self.all, *self.inside)))


@dataclass(slots=True)
class Test:
    """A condition on what a metavariable stands for: a regular expression, a JSON Schema, or both.

    text_only  the regular expression is a schema's `pattern`, so the value must be a string
    made_by    names of classes and functions of which one has to have made it
    """

    regex: Regex | None = None
    schema: Mapping[str, Any] | None = None
    text_only: bool = False
    made_by: frozenset[str] = frozenset()
    _compiled: Any = field(default=None, init=False)

    def holds(self, bound: Bound, file: PythonFile, budget: Budget) -> bool:
        """Whether the value satisfies it; a regular expression is looked for in the text, or in the code of what is
        no string. Raises RuleLimitError.
        """
        if self.made_by and self.made_by.isdisjoint(_makers(bound, file)):
            return False
        value = value_of(bound, file)
        if self.regex is not None:
            if not isinstance(value, str) and self.text_only:
                return False
            if not self.regex.search(value if isinstance(value, str) else code_text(bound, file), budget):
                return False
        if self.schema is None:
            return True
        if self._compiled is None:
            from lintkit.declared.schema import compile_schema

            self._compiled = compile_schema(dict(self.schema))
        return bool(self._compiled.is_valid(value, budget))


def _makers(bound: Bound, file: PythonFile) -> Iterator[str]:
    """The classes and functions that have made what a metavariable stands for, as far as the file shows it."""
    if len(bound.nodes) == 1 and isinstance(bound.nodes[0], cst.BaseExpression):
        for name in origin_names(bound.nodes[0], file):
            if name.endswith("()"):
                yield name.removesuffix("()")


def code_text(bound: Bound, file: PythonFile) -> str:
    """What a metavariable stands for, as it is written."""
    if bound.text is not None:
        return bound.text
    if not bound.nodes:
        return ""
    start, end = file.span(bound.nodes[0]).start, file.span(bound.nodes[-1]).end
    return file.text[start:end]


# -- reading -----------------------------------------------------------------------------------------


class QueryError(ValueError):
    """What is wrong under `match`, and at which key."""

    def __init__(self, message: str, route: Route) -> None:
        super().__init__(message)
        self.message = message
        self.route = route


def compile_query(data: Any, route: Route = ("match",)) -> Query:
    """Compile what stands under `match`.

    data   a pattern, a list of which any may match, or a mapping of combinators
    route  where it stands, for errors
    Raises QueryError.
    """
    query = _compile(data, route, 0)
    if not query.positive:
        raise QueryError("`match` needs a pattern, `any` or `all` that says what to look for", route)
    _check_names(query, data, route)
    return query


def _compile(data: Any, route: Route, depth: int) -> Query:
    if depth > MAX_DEPTH:
        raise QueryError(f"`match` is nested more than {MAX_DEPTH} levels deep", route)
    if isinstance(data, str):
        try:
            pattern = compile_pattern(data)
        except PatternError as error:
            message = str(error)
            if isinstance(route[-1], int) and "is not closed" in error.message:
                message += "\n    (in YAML, a pattern with a comma between `[` and `]` stands in quotes)"
            raise QueryError(message, route) from None
        kinds = root_kinds(pattern)
        return Query(pattern=pattern, kinds=None if kinds is None else frozenset(kinds))
    if isinstance(data, Sequence):
        if not data:
            raise QueryError("a list of patterns needs at least one", route)
        return Query(any=tuple(_compile(item, (*route, i), depth + 1) for i, item in enumerate(data)))
    if not isinstance(data, Mapping):
        raise QueryError("a pattern is a string, a list of patterns, or a mapping such as `any: […]`", route)
    for key in data:
        if key not in KEYS:
            raise QueryError(_unknown(str(key)), (*route, str(key)))
    parts = {
        key: tuple(
            _compile(item, (*route, key, i) if isinstance(data[key], list) else (*route, key), depth + 1)
            for i, item in enumerate(data[key] if isinstance(data[key], list) else [data[key]])
        )
        for key in ("any", "all", "not", "inside", "not-inside")
        if key in data
    }
    for key in ("any", "not", "inside", "not-inside"):
        for part in parts.get(key, ()):
            if not part.positive:
                raise QueryError(
                    f"what stands under `{key}` says what to leave out, not what to find", (*route, key)
                )
    return Query(
        any=parts.get("any", ()),
        all=parts.get("all", ()),
        excluded=parts.get("not", ()),
        inside=parts.get("inside", ()),
        outside=parts.get("not-inside", ()),
        where=_compile_where(data.get("where", {}), (*route, "where")),
        focus=_variable_name(data["focus"], (*route, "focus")) if "focus" in data else None,
    )


def _unknown(key: str) -> str:
    import difflib

    near = difflib.get_close_matches(key.replace("pattern-", "").replace("_", "-"), KEYS, 1)
    return f"unknown key `{key}`" + (
        f"; did you mean `{near[0]}`?" if near else f"; known keys are {', '.join(KEYS)}"
    )


def _variable_name(text: Any, route: Route) -> str:
    found = _METAVARIABLE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise QueryError("a metavariable is written as `$NAME`, in capital letters", route)
    return found[1]


def _compile_where(data: Any, route: Route) -> tuple[tuple[str, Test], ...]:
    if not isinstance(data, Mapping):
        raise QueryError(
            "`where` is a mapping of metavariables to a regular expression or a JSON Schema", route
        )
    found: list[tuple[str, Test]] = []
    for key, value in data.items():
        place = (*route, str(key))
        name = _variable_name(key, place)
        if isinstance(value, str):
            found.append((name, Test(regex=_regex(value, place))))
        elif isinstance(value, Mapping):
            schema = {key: part for key, part in value.items() if key != "made-by"}
            test = _schema(schema, place) if schema else Test()
            if "made-by" in value:
                test.made_by = _names(value["made-by"], (*place, "made-by"))
            found.append((name, test))
        else:
            raise QueryError("a condition is a regular expression or a JSON Schema", place)
    return tuple(found)


def _names(data: Any, route: Route) -> frozenset[str]:
    names = [data] if isinstance(data, str) else data
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise QueryError("`made-by` is the name of a class or function, or a list of them", route)
    for index, name in enumerate(names):
        if _DOTTED.fullmatch(name) is None:
            place = (*route, index) if isinstance(data, list) else route
            raise QueryError(
                f"`{name}` is no name such as `redis.Redis`, without brackets and metavariables", place
            )
    return frozenset(names)


def _regex(text: str, route: Route) -> Regex:
    try:
        return compile_regex(text)
    except RegexError as error:
        raise QueryError(f"the regular expression fails: {error}", route) from None


def _schema(schema: Mapping[str, Any], route: Route) -> Test:
    from lintkit.declared.schema import mistakes

    for mistake in mistakes(dict(schema)):
        raise QueryError(mistake.message, (*route, *mistake.route))
    pending: list[tuple[Any, Route]] = [(schema, route)]
    while pending:
        node, place = pending.pop()
        if isinstance(node, Mapping):
            if isinstance(node.get("pattern"), str):
                _regex(node["pattern"], (*place, "pattern"))
            pending.extend((value, (*place, str(key))) for key, value in node.items())
        elif isinstance(node, list):
            pending.extend((value, (*place, i)) for i, value in enumerate(node))
    rest = {key: value for key, value in schema.items() if key != "pattern"}
    if "pattern" not in schema:
        return Test(schema=rest)
    # JSON Schema lets `pattern` pass for what is no string, which nobody means here.
    return Test(_regex(schema["pattern"], route), rest or None, text_only="type" not in schema)


def _check_names(query: Query, data: Any, route: Route) -> None:
    if not isinstance(data, Mapping):
        return
    known = query.variables
    for name, _ in query.where:
        if name not in known:
            raise QueryError(_unbound(name, known), (*route, "where", f"${name}"))
    if query.focus is not None and query.focus not in known:
        raise QueryError(_unbound(query.focus, known), (*route, "focus"))


def _unbound(name: str, known: Iterable[str]) -> str:
    names = ", ".join(f"`${one}`" for one in sorted(known)) or "none"
    return f"no pattern binds `${name}`; the metavariables are {names}"


# -- triggers ----------------------------------------------------------------------------------------


def anchors(query: Query) -> tuple[Anchor, ...]:
    """Anchors one of which every match holds: for `all` those of its narrowest part."""
    if query.pattern is not None:
        return (anchor(query.pattern),)
    parts = [anchors(part) for part in query.all if part.positive]
    if query.any:
        parts.append(tuple(one for part in query.any for one in anchors(part)))
    return min(parts, key=lambda found: max(one.key for one in found))


def triggers(query: Query) -> tuple[Trigger, ...]:
    """The triggers of a rule with this query; those of one type are made one."""
    merged: dict[type, dict[str, None]] = {}
    for one in anchors(query):
        for trigger in one.triggers:
            names: tuple[str, ...] = getattr(trigger, "names", ()) or getattr(trigger, "kinds", ())
            merged.setdefault(type(trigger), {}).update(dict.fromkeys(names))
    return tuple(kind(tuple(names)) for kind, names in merged.items())


def is_narrow(query: Query) -> bool:
    """Whether the text of a file can rule the query out; where it cannot, every file is parsed."""
    return all(one.narrow for one in anchors(query))


# -- finding -----------------------------------------------------------------------------------------


def find(query: Query, file: PythonFile, matches: Iterable[Match]) -> list[Found]:
    """The places that a query finds, starting from the matches of its triggers, in the order of the file.

    One for each place: where metavariables can stand for different things there, the first way. With `focus`, the
    place is that of the metavariable. Raises PatternLimit.
    """
    finder = _Finder(file)
    starts: dict[int, cst.CSTNode] = {}
    for match in matches:
        node = match.flows_into or match.node
        starts.setdefault(id(node), node)
    return finder.report(query, finder.candidates(query, list(starts.values())))


class _Finder:
    def __init__(self, file: PythonFile) -> None:
        self.file = file
        self.matcher = Matcher(file)
        self._top: list[cst.CSTNode] | None = None

    def report(self, query: Query, candidates: Iterable[Found]) -> list[Found]:
        unique: dict[tuple[int, int], Found] = {}
        for one in candidates:
            shown = one
            if query.focus is not None:
                bound = one.bindings.get(query.focus)
                if bound is None or not bound.nodes:
                    continue
                shown = Found(bound.nodes[0], bound.nodes[-1], one.bindings)
            span = (self.file.span(shown.first).start, self.file.span(shown.last).end)
            unique.setdefault(span, shown)
        found = []
        begun: set[int] = set()
        for span in sorted(unique):
            one = unique[span]
            if one.first is not one.last and query.focus is None:
                # `open() ... close()` ends at the first `close()`, not once more at every other.
                if span[0] in begun:
                    continue
                begun.add(span[0])
            found.append(one)
        return found

    def candidates(self, query: Query, starts: Sequence[cst.CSTNode]) -> list[Found]:
        """The matches of a query around the starts."""
        if query.pattern is not None:
            return list(self._around(query.pattern, query.kinds, starts))
        found: list[Found] = []
        rest = list(query.all)
        if query.any:
            for part in query.any:
                found.extend(self.candidates(part, starts))
        else:
            narrowest = min(
                (part for part in query.all if part.positive),
                key=lambda part: max(one.key for one in anchors(part)),
            )
            rest.remove(narrowest)
            found = self.candidates(narrowest, starts)
        limits = Query(
            all=tuple(rest),
            excluded=query.excluded,
            inside=query.inside,
            outside=query.outside,
            where=query.where,
        )
        return [
            Found(one.first, one.last, bindings)
            for one in found
            for bindings in self._limited(limits, one, [one.bindings])
        ]

    def _around(
        self, pattern: Pattern, kinds: frozenset[str] | None, starts: Sequence[cst.CSTNode]
    ) -> Iterator[Found]:
        seen: set[int] = set()
        for start in starts:
            node: cst.CSTNode | None = start
            while node is not None and id(node) not in seen:
                seen.add(id(node))
                if pattern.root == "statements":
                    if isinstance(node, cst.IndentedBlock | cst.SimpleStatementSuite):
                        yield from self.matcher.within(pattern, node.body)
                elif kinds is None or type(node).__name__ in kinds:
                    yield from self.matcher.at(pattern, node)
                node = self.file.parent(node)
        if pattern.root == "statements" and starts:
            yield from self.matcher.within(pattern, self._module())

    def _module(self) -> list[cst.CSTNode]:
        if self._top is None:
            self._top = list(self.file.statements())
        return self._top

    # -- whether a query holds at a place ------------------------------------------------------------

    def _limited(self, query: Query, place: Found, bindings: Sequence[Bindings]) -> list[Bindings]:
        """The bindings with which everything but `pattern` and `any` of a query holds at a place."""
        found = list(bindings)
        for part in query.all:
            found = self._joined(found, self._at(part, place, found) if part.positive else None, part, place)
        for part in query.inside:
            found = self._joined(found, self._outer(part, place), part, place)
        for part in query.excluded:
            without = self._at(part, place, [NONE])
            found = [b for b in found if all(join(b, other) is None for other in without)]
        for part in query.outside:
            around = self._outer(part, place)
            found = [b for b in found if all(join(b, other) is None for other in around)]
        for name, test in query.where:
            found = [b for b in found if name in b and test.holds(b[name], self.file, self.matcher.budget)]
        return found

    def _joined(
        self, found: list[Bindings], others: list[Bindings] | None, part: Query, place: Found
    ) -> list[Bindings]:
        if others is None:
            return self._limited(part, place, found)
        self.matcher.spend(len(found) * len(others))
        return distinct(j for a in found for b in others if (j := join(a, b)) is not None)

    def _at(self, query: Query, place: Found, bindings: Sequence[Bindings]) -> list[Bindings]:
        """The bindings of a query that matches exactly the code of a place."""
        if query.pattern is not None:
            return [one.bindings for one in self._exactly(query.pattern, place)]
        found: list[Bindings] = [NONE]
        if query.any:
            found = [b for part in query.any for b in self._at(part, place, bindings)]
        return self._limited(
            Query(
                all=query.all,
                excluded=query.excluded,
                inside=query.inside,
                outside=query.outside,
                where=query.where,
            ),
            place,
            found,
        )

    def _exactly(self, pattern: Pattern, place: Found) -> Iterator[Found]:
        if pattern.root == "statements":
            for one in self._runs(pattern, place):
                if self._range(one) == self._range(place):
                    yield one
        elif place.first is place.last:
            for node in self._same(place.first):
                yield from self.matcher.at(pattern, node)

    def _same(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """A node, and those around or in it that are the same code: a statement and its expression."""
        yield node
        if isinstance(node, cst.Expr):
            yield node.value
        parent = self.file.parent(node)
        if isinstance(parent, cst.Expr):
            yield parent

    def _outer(self, query: Query, place: Found) -> list[Bindings]:
        """The bindings of a query that matches code around a place, or the place itself."""
        return distinct(outer.bindings for outer in self._enclosing(query, place))

    def _enclosing(self, query: Query, place: Found) -> Iterator[Found]:
        if query.pattern is not None:
            if query.pattern.root == "statements":
                start, end = self._range(place)
                for one in self._runs(query.pattern, place):
                    first, last = self._range(one)
                    if first <= start and end <= last:
                        yield one
            else:
                for node in (place.first, *self.file.ancestors(place.first)):
                    if query.kinds is None or type(node).__name__ in query.kinds:
                        yield from self.matcher.at(query.pattern, node)
            return
        if query.any:
            found = [one for part in query.any for one in self._enclosing(part, place)]
            rest = query.all
        else:
            first_part = next(part for part in query.all if part.positive)
            found = list(self._enclosing(first_part, place))
            rest = tuple(part for part in query.all if part is not first_part)
        limits = Query(
            all=rest,
            excluded=query.excluded,
            inside=query.inside,
            outside=query.outside,
            where=query.where,
        )
        for one in found:
            for bindings in self._limited(limits, one, [one.bindings]):
                yield Found(one.first, one.last, bindings)

    def _runs(self, pattern: Pattern, place: Found) -> Iterator[Found]:
        for node in self.file.ancestors(place.first):
            if isinstance(node, cst.IndentedBlock | cst.SimpleStatementSuite):
                yield from self.matcher.within(pattern, node.body)
        yield from self.matcher.within(pattern, self._module())

    def _range(self, found: Found) -> tuple[int, int]:
        return self.file.span(found.first).start, self.file.span(found.last).end
