"""What must hold for a node to run: the tests around it, those before it that leave, and what is caught.

A `case` is read as the `if` that it could be: `match sys.platform: case "linux" | "android" if ready:` asks for
`sys.platform in ("linux", "android")` and for `ready`, and a later `case _:` for the opposite of the first. So whoever
reads guards reads one form, the expression of a test.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias

import libcst as cst

from lintkit.python.names import COMPREHENSIONS
from lintkit.python.tree import WALKING

if TYPE_CHECKING:
    from lintkit.python.parsed import ParsedFile

_MOST_BRANCHES = 64
_DEEPEST_PATTERN = 16
_STEPS_OF_A_GUARD = 20
"""What it takes a rule to look at one guard, in steps of walking."""
_SELF_MATCHING = frozenset({"bool", "bytes", "float", "int", "str"})
"""Builtin classes of which `case str("a")` compares the subject itself."""
# Hot loops compare exact types: `isinstance` on libcst's abstract classes is slow.
_BRANCHES: frozenset[type] = frozenset({cst.If, cst.MatchCase})
_GUARDING: frozenset[type] = frozenset(
    {
        *_BRANCHES,
        cst.IfExp,
        cst.While,
        cst.BooleanOperation,
        *COMPREHENSIONS,
        cst.Try,
        cst.TryStar,
        cst.With,
        cst.IndentedBlock,
        cst.SimpleStatementSuite,
        cst.SimpleStatementLine,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A condition under which a node runs.

    kind        "test": `test` is true (or false when `negated`); "try": `exceptions` are caught around it
    test        the expression; None for "try"
    negated     the node runs when the test is false: an `else`, or code after `if test: return`
    exceptions  qualified names of what is caught; `BaseException` for a bare `except`
    """

    kind: Literal["test", "try"]
    node: cst.CSTNode
    test: cst.BaseExpression | None = None
    negated: bool = False
    exceptions: tuple[str, ...] = ()


GuardNode = Guard
"""A `Guard` for rules that still look at nodes."""

_Branch: TypeAlias = tuple[tuple[cst.BaseExpression, ...], cst.CSTNode, bool]
"""The tests of a branch, which hold together; its block; and whether it is taken where no other one is."""


def of(node: cst.CSTNode, file: ParsedFile) -> tuple[Guard, ...]:
    """What must hold for `node` to run, innermost first, up to the module."""
    found: list[Guard] = []
    below = node
    for above in file.ancestors(node):
        _around(above, below, file, found)
        below = above
    if isinstance(below, cst.BaseCompoundStatement | cst.SimpleStatementLine):
        _passed(_of_module(below, file), below, file, found)
    return tuple(found)


def of_branches(node: cst.CSTNode, file: ParsedFile) -> list[Guard]:
    """The guards of the `if` statements and cases around `node` alone."""
    found: list[Guard] = []
    below = node
    for above in file.ancestors(node):
        if type(above) in _BRANCHES:
            _around(above, below, file, found)
        below = above
    return found


def _around(above: cst.CSTNode, below: cst.CSTNode, file: ParsedFile, found: list[Guard]) -> None:
    if type(above) not in _GUARDING:
        return
    if isinstance(above, cst.If | cst.IfExp):
        if below is above.body:
            found.append(Guard("test", above, above.test))
        elif below is above.orelse:
            found.append(Guard("test", above, above.test, negated=True))
    elif isinstance(above, cst.MatchCase):
        found.extend(_of_case(above, below, file))
    elif isinstance(above, cst.While):
        if below is above.body:
            found.append(Guard("test", above, above.test))
    elif isinstance(above, cst.BooleanOperation):
        if below is above.right:
            found.append(Guard("test", above, above.left, negated=isinstance(above.operator, cst.Or)))
    elif isinstance(above, COMPREHENSIONS):
        clause: cst.CompFor | None = getattr(above, "for_in", None)
        if below is not clause:
            while clause is not None:
                found.extend(Guard("test", above, condition.test) for condition in clause.ifs)
                clause = clause.inner_for_in
    elif isinstance(above, cst.Try | cst.TryStar):
        if below is above.body and above.handlers:
            caught: dict[str, None] = {}
            for handler in above.handlers:
                caught.update(dict.fromkeys(file.caught(handler)))
            found.append(Guard("try", above, exceptions=tuple(caught)))
    elif isinstance(above, cst.With):
        if below is above.body:
            for item in above.items:
                call = item.item
                if isinstance(call, cst.Call) and file.qualified_name(call.func) == "contextlib.suppress":
                    suppressed = [file.qualified_name(value) for value in file.positional(call)]
                    found.append(Guard("try", above, exceptions=tuple(name for name in suppressed if name)))
    elif isinstance(above, cst.IndentedBlock | cst.SimpleStatementSuite | cst.SimpleStatementLine):
        _passed(_of_block(above, file), below, file, found)


@dataclass(slots=True)
class _Passing:
    """The statements of a block behind which something holds, in the order of the file.

    node     the block, whose number nothing else may have as long as it is kept; None for the module
    places   where each statement stands, as `file.order` says it
    guards   what holds behind each
    waiting  of the module, the chunks that nobody has asked for yet, the next one last
    """

    node: cst.CSTNode | None
    places: list[int] = field(default_factory=list)
    guards: list[tuple[Guard, ...]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)

    def enter(self, statements: Sequence[cst.CSTNode], file: ParsedFile) -> None:
        """Work out what holds behind statements, once for all that follows them."""
        known = [
            (each, tuple(_of_statement_before(each, file))) for each in statements
        ]  # whole, or not at all
        self.places.extend(file.order(each) for each, guards in known if guards)
        self.guards.extend(guards for _, guards in known if guards)


def _of_block(block: cst.CSTNode, file: ParsedFile) -> _Passing:
    key = ("guards in", id(block))
    found: _Passing | None = file.answers.get(key)
    if found is None:
        found = _Passing(block)
        found.enter(getattr(block, "body", ()), file)
        file.answers[key] = found
    return found


def _of_module(top: cst.CSTNode, file: ParsedFile) -> _Passing:
    """Those of the module up to a top-level statement; what stands behind it need not be parsed."""
    found: _Passing | None = file.answers.get(_of_module)
    if found is None:
        waiting = sorted(file.chunks_with(("if", "assert", "match")), reverse=True)
        found = file.answers[_of_module] = _Passing(None, waiting=waiting)
    last = file.chunk_of(top)
    while found.waiting and found.waiting[-1] <= last:
        found.enter(file.chunk(found.waiting[-1]).module.body, file)
        found.waiting.pop()
    return found


def _passed(passing: _Passing, below: cst.CSTNode, file: ParsedFile, found: list[Guard]) -> None:
    """Enter what holds behind the statements before `below`, the last first. Raises RuleLimitError."""
    before = bisect_left(passing.places, file.order(below))
    for known in reversed(passing.guards[:before]):
        # Each node asks all statements before it, so that n of both are n * n.
        file.budget.spend(1 + _STEPS_OF_A_GUARD * len(known), WALKING)
        found.extend(known)


def _of_statement_before(statement: cst.CSTNode, file: ParsedFile) -> Iterator[Guard]:
    """What holds behind a statement: an assertion, or the opposite of a branch that leaves."""
    if isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            if isinstance(small, cst.Assert):
                yield Guard("test", small, small.test)
    elif isinstance(statement, cst.Assert):
        yield Guard("test", statement, statement.test)
    elif isinstance(statement, cst.If | cst.Match):
        yield from _of_branches_before(statement, file)


def _of_branches_before(statement: cst.If | cst.Match, file: ParsedFile) -> Iterator[Guard]:
    branches = list(islice(_branches(statement, file), _MOST_BRANCHES))
    staying = [tests for tests, block, _ in branches if not file.leaves(block)]
    for tests, block, _ in branches:
        if not tests or not file.leaves(block):
            break
        yield from _negated(statement, tests)
    if len(staying) == 1 and branches[-1][2]:
        # Every other branch leaves, also the one for what no test takes.
        yield from (Guard("test", statement, test) for test in staying[0])


def _branches(statement: cst.If | cst.Match, file: ParsedFile) -> Iterator[_Branch]:
    if isinstance(statement, cst.Match):
        for case in statement.cases:
            takes_all = isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None
            yield _tests(case, statement, file), case.body, takes_all and case.guard is None
        return
    current: cst.If | cst.Else | None = statement
    while current is not None:
        if isinstance(current, cst.Else):
            yield (), current.body, True
            return
        yield (current.test,), current.body, False
        current = current.orelse


def _negated(node: cst.CSTNode, tests: Sequence[cst.BaseExpression]) -> Iterator[Guard]:
    """The opposite of tests that hold together; nothing of several, any one of which may be the one that fails."""
    if len(tests) == 1:
        yield Guard("test", node, tests[0], negated=True)


# -- cases -------------------------------------------------------------------------------------------------------


def _of_case(case: cst.MatchCase, below: cst.CSTNode, file: ParsedFile) -> Iterator[Guard]:
    statement = file.parent(case)
    if not isinstance(statement, cst.Match):
        return
    if below is case.body:
        yield from (Guard("test", case, test) for test in reversed(_tests(case, statement, file)))
    elif below is case.guard:
        yield from (Guard("test", case, test) for test in _pattern_tests(case, statement, file))
    before = statement.cases.index(case) if case in statement.cases else 0
    for earlier in reversed(statement.cases[:before][:_MOST_BRANCHES]):
        yield from _negated(earlier, _tests(earlier, statement, file))


def _tests(case: cst.MatchCase, statement: cst.Match, file: ParsedFile) -> tuple[cst.BaseExpression, ...]:
    found = _pattern_tests(case, statement, file)
    return found if case.guard is None else (*found, case.guard)


def _pattern_tests(
    case: cst.MatchCase, statement: cst.Match, file: ParsedFile
) -> tuple[cst.BaseExpression, ...]:
    """What a pattern asks of the subject; nothing for one that takes everything."""
    key = ("tests of a case", id(case))
    found: tuple[cst.BaseExpression, ...] | None = file.answers.get(key)
    if found is None:
        made = _ask(statement.subject, case.pattern, 0)
        found = file.answers[key] = tuple(file.adopt(each, case.pattern) for each in made)
    return found


def _ask(subject: cst.BaseExpression, pattern: cst.MatchPattern, depth: int) -> list[cst.BaseExpression]:
    """The tests, which hold together, that a subject must pass for a pattern to match."""
    if depth > _DEEPEST_PATTERN:
        return []
    if isinstance(pattern, cst.MatchValue):
        return [_compare(subject, cst.Equal(), pattern.value)]
    if isinstance(pattern, cst.MatchSingleton):
        return [_compare(subject, cst.Is(), pattern.value)]
    if isinstance(pattern, cst.MatchAs):
        return [] if pattern.pattern is None else _ask(subject, pattern.pattern, depth + 1)
    if isinstance(pattern, cst.MatchOr):
        return _ask_any(subject, [each.pattern for each in pattern.patterns], depth)
    if isinstance(pattern, cst.MatchSequence):
        return _ask_each(subject, pattern.patterns, depth)
    parts: list[tuple[cst.BaseExpression, cst.MatchPattern]]
    if isinstance(pattern, cst.MatchMapping):
        parts = [(_subscript(subject, each.key), each.pattern) for each in pattern.elements]
    elif isinstance(pattern, cst.MatchClass):
        parts = [(cst.Attribute(subject, each.key), each.pattern) for each in pattern.kwds]
        if isinstance(pattern.cls, cst.Name) and pattern.cls.value in _SELF_MATCHING:
            parts += [(subject, each.value) for each in pattern.patterns]
    else:
        return []
    return [test for part, inner in parts for test in _ask(part, inner, depth + 1)]


def _ask_any(
    subject: cst.BaseExpression, patterns: list[cst.MatchPattern], depth: int
) -> list[cst.BaseExpression]:
    values = [each.value for each in patterns if isinstance(each, cst.MatchValue | cst.MatchSingleton)]
    if len(values) == len(patterns):
        inside = cst.Tuple([cst.Element(value) for value in values])
        return [_compare(subject, cst.In(), inside)]
    # Of other alternatives only one that each of them asks for would be sure.
    return []


def _ask_each(
    subject: cst.BaseExpression,
    elements: Sequence[cst.MatchSequenceElement | cst.MatchStar],
    depth: int,
) -> list[cst.BaseExpression]:
    found: list[cst.BaseExpression] = []
    for number, element in enumerate(elements):
        if isinstance(element, cst.MatchStar):
            break
        part: cst.BaseExpression = _subscript(subject, cst.Integer(str(number)))
        if isinstance(subject, cst.Tuple | cst.List) and len(subject.elements) > number:
            written = subject.elements[number]
            if isinstance(written, cst.StarredElement):
                break
            part = written.value
        found += _ask(part, element.value, depth + 1)
    return found


def _compare(left: cst.BaseExpression, operator: cst.BaseCompOp, right: cst.BaseExpression) -> cst.Comparison:
    return cst.Comparison(left, [cst.ComparisonTarget(operator, right)])


def _subscript(owner: cst.BaseExpression, key: cst.BaseExpression) -> cst.Subscript:
    return cst.Subscript(owner, [cst.SubscriptElement(cst.Index(key))])
