"""What code uses where a variable of the environment is missing, however it is spelled.

A default among the arguments of the read, further reads in its place, `or`, a conditional expression, a test with `in`,
`is None` or `not` that assigns, `except KeyError`. They differ in what an empty value is to them: `or` and `not` take
it for a missing one, the others do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from lintkit.facts import Value
from lintkit.python.branches import in_development_branch
from lintkit.python.environment_reads import EnvironmentRead, any_read, is_environ
from lintkit.python.lazy import cst
from lintkit.python.spelling import last_name
from lintkit.python.values import UNKNOWN
from lintkit.secrets.masked import DYNAMIC, NONE, REQUIRED, value_of

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

_DEEPEST = 16
_MOST_STATEMENTS = 200
_TEXT_METHODS = frozenset({"strip", "rstrip", "lstrip", "lower", "upper", "removesuffix", "removeprefix"})
_CASTS = frozenset({"str", "int", "float", "bool", "SecretStr", "URL", "Path"})
_MISSING = frozenset({"KeyError", "LookupError", "Exception", "BaseException"})

_State = Literal["set", "filled", "unset", "empty", ""]
"""When a test about a variable holds: it is set; set and not empty; not set; not set or empty; nothing is known."""
_OPPOSITE: dict[_State, _State] = {
    "set": "unset",
    "filled": "empty",
    "unset": "set",
    "empty": "filled",
    "": "",
}


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Where code takes a value from: the first of `names` that is set, else `default`.

    place           where the default is written, or the read where there is none
    empty_is_unset  those of the names for which an empty value is like none
    """

    names: tuple[str, ...]
    default: Value
    place: cst.CSTNode
    empty_is_unset: tuple[str, ...] = ()


def expression_value(name: str, node: cst.BaseExpression, file: PythonFile) -> Value:
    """What is known of an expression as the value of the variable `name`."""
    literal = file.literal(node, follow=True)
    if literal is UNKNOWN or isinstance(literal, (list, tuple, dict, set, bytes)):
        return DYNAMIC
    return NONE if literal is None else value_of(name, str(literal))


def reading_of(expression: cst.BaseExpression, file: PythonFile) -> Reading | None:
    """How an expression reads the environment first of all; None for one that does not."""
    node: cst.BaseExpression = expression
    for _ in range(_DEEPEST):
        read = any_read(node, file)
        if read is not None:
            return reading_at(read, file)
        if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
            node = node.left
        elif isinstance(node, cst.IfExp):
            node = node.body if any_read(node.body, file) is not None else node.orelse
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            if node.func.attr.value not in _TEXT_METHODS:
                return None
            node = node.func.value
        elif isinstance(node, cst.Call) and last_name(node.func) in _CASTS and len(node.args) == 1:
            node = node.args[0].value
        else:
            return None
    return None


def reading_at(read: EnvironmentRead, file: PythonFile) -> Reading:
    """The whole of what one read is a part of, with all that the code around it does for a missing variable."""
    found = _own(read, file, 0)
    node: cst.CSTNode = read.node
    for _ in range(_DEEPEST):
        above = file.parent(node)
        if isinstance(above, cst.Arg):
            call = file.parent(above)
            outer = any_read(call, file)
            if outer is not None and outer.default is above.value:
                found = replace(found, names=(*found.names, *outer.variables))
            elif not _is_cast(call, above):
                break
            node = call if call is not None else above
        elif isinstance(above, cst.Attribute) and above.attr.value in _TEXT_METHODS:
            node = file.parent(above) or above
        elif isinstance(above, cst.NamedExpr) and above.value is node:
            node = above
        elif isinstance(above, cst.BooleanOperation) and isinstance(above.operator, cst.Or):
            is_left = above.left is node
            found = _or(found, above.right, file) if is_left else _after(found, above.left, file)
            node = above
        elif isinstance(above, cst.IfExp):
            chosen = _conditional(found, above, node, file)
            if chosen is None:
                break
            found, node = chosen, above
        else:
            break
    return _with_statement(found, node, file)


def _is_cast(call: cst.CSTNode | None, argument: cst.Arg) -> bool:
    return (
        isinstance(call, cst.Call)
        and last_name(call.func) in _CASTS
        and argument.keyword is None
        and call.args[0] is argument
    )


def _own(read: EnvironmentRead, file: PythonFile, depth: int) -> Reading:
    """What a read says by itself: its variables, its default, and the reads in the place of that."""
    default = read.default if read.default is not None else read.scheme
    if default is None:
        return Reading(read.variables, REQUIRED if read.required else NONE, read.node)
    found = _inside(default, file, depth + 1)
    if found is None:
        return Reading(read.variables, expression_value(read.name, default, file), default)
    return replace(found, names=(*read.variables, *found.names))


def _inside(node: cst.BaseExpression, file: PythonFile, depth: int) -> Reading | None:
    """What an expression reads in the place of a default: another variable, with or without `or`."""
    if depth > _DEEPEST:
        return None
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
        left = _inside(node.left, file, depth + 1)
        return None if left is None else _or(left, node.right, file)
    read = any_read(node, file)
    return None if read is None else _own(read, file, depth)


def _falls_through(value: Value) -> bool:
    """Whether `or` goes on behind a default."""
    return value.kind in {"none", "required"} or value.is_empty


def _or(found: Reading, right: cst.BaseExpression, file: PythonFile) -> Reading:
    """`found or right`."""
    read = any_read(right, file)
    other = (
        _own(read, file, 0)
        if read is not None
        else Reading((), expression_value(found.names[0], right, file), right)
    )
    if not _falls_through(found.default):
        if other.default == found.default and not other.names:
            return replace(found, empty_is_unset=found.names)
        return found
    return Reading((*found.names, *other.names), other.default, other.place, found.names)


def _after(found: Reading, left: cst.BaseExpression, file: PythonFile) -> Reading:
    """`left or found`: the variables that are asked before would do as well."""
    names: list[str] = []
    waiting = [left]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
            waiting += [node.right, node.left]
        else:
            read = any_read(node, file)
            names += read.variables if read is not None else ()
    return replace(found, names=(*found.names, *names), empty_is_unset=(*found.empty_is_unset, *names))


def _conditional(found: Reading, node: cst.IfExp, child: cst.CSTNode, file: PythonFile) -> Reading | None:
    """`read if test else other`, or the other way round; None where the test does not ask for the variable."""
    if child is node.test:
        return None
    state = _asked(node.test, found.names, "", file)
    other = node.orelse
    if child is node.orelse:
        state, other = _OPPOSITE[state], node.body
    return _instead(found, other, _OPPOSITE[state], file)


def _instead(found: Reading, other: cst.BaseExpression, state: _State, file: PythonFile) -> Reading | None:
    """What is read where `other` takes its place in a state of the variable; None where that says nothing of it."""
    if state not in {"unset", "empty"}:
        return None
    read = any_read(other, file)
    skipped = found.names if state == "empty" else ()
    if read is not None:
        inner = _own(read, file, 0)
        return Reading((*found.names, *inner.names), inner.default, inner.place, skipped)
    return Reading(found.names, expression_value(found.names[0], other, file), other, skipped)


# --- tests ----------------------------------------------------------------------------------------------------------


def _asked(
    test: cst.BaseExpression, names: tuple[str, ...], bound: str, file: PythonFile, depth: int = 0
) -> _State:
    """When a test holds that asks for one of the variables `names`, or for the name `bound` that holds its value."""
    if depth > _DEEPEST:
        return ""
    if isinstance(test, cst.NamedExpr):
        return _asked(test.value, names, bound, file, depth + 1)
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _OPPOSITE[_asked(test.expression, names, bound, file, depth + 1)]
    if isinstance(test, cst.BooleanOperation):
        left = _asked(test.left, names, bound, file, depth + 1)
        right = _asked(test.right, names, bound, file, depth + 1)
        states = {left, right}
        if isinstance(test.operator, cst.And):
            return "filled" if states <= {"set", "filled"} and "filled" in states else _only(states)
        return "empty" if states <= {"unset", "empty"} and "empty" in states else _only(states)
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        return _compared(test.left, test.comparisons[0], names, bound, file)
    if isinstance(test, cst.Call) and last_name(test.func) in {"bool", "len"} and len(test.args) == 1:
        return _asked(test.args[0].value, names, bound, file, depth + 1)
    return "filled" if _is_value(test, names, bound, file) else ""


def _only(states: set[_State]) -> _State:
    return next(iter(states)) if len(states) == 1 else ""


def _compared(
    left: cst.BaseExpression,
    target: cst.ComparisonTarget,
    names: tuple[str, ...],
    bound: str,
    file: PythonFile,
) -> _State:
    operator, right = target.operator, target.comparator
    if isinstance(operator, (cst.In, cst.NotIn)):
        if isinstance(right, cst.Call) and last_name(right.func) == "keys":
            right = right.func.value if isinstance(right.func, cst.Attribute) else right
        if file.literal(left, follow=True) in names and is_environ(right, file):
            return "set" if isinstance(operator, cst.In) else "unset"
        return ""
    positive = isinstance(operator, (cst.Equal, cst.Is))
    if not positive and not isinstance(operator, (cst.NotEqual, cst.IsNot)):
        return ""
    if not _is_value(left, names, bound, file):
        left, right = right, left
    if not _is_value(left, names, bound, file):
        return ""
    other = file.literal(right, follow=True)
    if other is None:
        return "unset" if positive else "set"
    if other == "":
        return "empty" if positive else "filled"
    return ""


def _is_value(node: cst.BaseExpression, names: tuple[str, ...], bound: str, file: PythonFile) -> bool:
    """Whether an expression is the value of the variable: another read of it, or the name that it was given."""
    for _ in range(_DEEPEST):
        if isinstance(node, cst.NamedExpr):
            node = node.value
        elif (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value in _TEXT_METHODS
        ):
            node = node.func.value
        else:
            break
    if isinstance(node, cst.Name) and node.value == bound:
        return True
    read = any_read(node if not isinstance(node, cst.Name) else file.follow(node), file)
    return read is not None and read.name in names


# --- statements -----------------------------------------------------------------------------------------------------


def _with_statement(found: Reading, node: cst.CSTNode, file: PythonFile) -> Reading:
    """What the statements around a read do where the variable is missing."""
    above = file.parent(node)
    if isinstance(above, cst.Return):
        return _caught(found, above, "", file) or found
    target: cst.CSTNode | None = None
    if isinstance(above, cst.Assign) and len(above.targets) == 1:
        target = above.targets[0].target
    elif isinstance(above, cst.AnnAssign):
        target = above.target
    elif isinstance(node, cst.NamedExpr):
        target = node.target
    if not isinstance(target, cst.Name):
        return found
    statement = above if isinstance(above, (cst.Assign, cst.AnnAssign)) else node
    if not _falls_through(found.default):
        return found
    return (
        _caught(found, statement, target.value, file)
        or _assigned_elsewhere(found, statement, target, file)
        or _used_with_fallback(found, statement, target.value, file)
        or found
    )


def _caught(found: Reading, statement: cst.CSTNode, name: str, file: PythonFile) -> Reading | None:
    """`try: X = os.environ["X"]` with `except KeyError: X = default`; for `return` with an empty `name`."""
    if found.default.kind != "required":
        return None
    below: cst.CSTNode = statement
    for above in file.ancestors(statement):
        if isinstance(above, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            return None
        if isinstance(above, cst.Try) and above.body is below:
            for handler in above.handlers:
                if not any(is_missing(each) for each in file.caught(handler)):
                    continue
                value = _value_given(handler.body, name)
                if value is not None and not in_development_branch(value, file):
                    return _instead(found, value, "unset", file)
                return None
        below = above
    return None


def is_missing(exception: str) -> bool:
    """Whether an exception of that qualified name says that there is no such variable, or is what that is."""
    last = exception.rpartition(".")[2]
    return last in _MISSING or last in {
        "UndefinedValueError",
        "ImproperlyConfigured",
        "EnvError",
        "EnvNotSetError",
    }


def _value_given(block: cst.BaseSuite, name: str) -> cst.BaseExpression | None:
    """What a block gives to `name`, or returns where `name` is empty."""
    for line in block.body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(statement, cst.Return) and not name:
                return statement.value
            if isinstance(statement, cst.Assign) and name:
                for target in statement.targets:
                    if isinstance(target.target, cst.Name) and target.target.value == name:
                        return statement.value
    return None


def _assigned_elsewhere(
    found: Reading, statement: cst.CSTNode, target: cst.Name, file: PythonFile
) -> Reading | None:
    """`if X is None: X = default`, `else: X = default`, or `X = default` before `if "X" in os.environ: X = …`."""
    asked_for = any(
        (guard.kind == "try" and any(is_missing(each) for each in guard.exceptions))
        or (
            guard.test is not None
            and _holds(guard.test, guard.negated, found.names, target.value, file) in {"set", "filled"}
        )
        for guard in file.guards(statement)
    )
    for binding in file.every_binding(target):
        if binding.node is statement or binding.kind != "value" or binding.value is None:
            continue
        if in_development_branch(binding.node, file):
            continue
        states = {
            _holds(guard.test, guard.negated, found.names, target.value, file)
            for guard in file.guards(binding.node)
            if guard.test is not None
        }
        missing: _State = "empty" if "empty" in states else "unset" if "unset" in states else ""
        before = not binding.conditional and file.order(binding.node) < file.order(statement)
        if not missing and asked_for and before:
            missing = "unset"
        chosen = _instead(found, binding.value, missing, file)
        if chosen is not None:
            return chosen
    return None


def _holds(
    test: cst.BaseExpression, negated: bool, names: tuple[str, ...], bound: str, file: PythonFile
) -> _State:
    state = _asked(test, names, bound, file)
    return _OPPOSITE[state] if negated else state


def _used_with_fallback(
    found: Reading, statement: cst.CSTNode, name: str, file: PythonFile
) -> Reading | None:
    """`X or default`, or `X if X else default`, in what follows `X = os.getenv("X")` in the same block."""
    if (
        re.search(rf"\b{re.escape(name)}\s+(?:or|if)\b|\bis\s+None\s+else\s+{re.escape(name)}\b", file.text)
        is None
    ):
        return None
    for later in _following(statement, file):
        for node in file.walk(later):
            if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or):
                if isinstance(node.left, cst.Name) and node.left.value == name:
                    return _or(found, node.right, file)
            elif isinstance(node, cst.IfExp):
                state = _asked(node.test, found.names, name, file)
                if isinstance(node.body, cst.Name) and node.body.value == name:
                    return _instead(found, node.orelse, _OPPOSITE[state], file)
                if isinstance(node.orelse, cst.Name) and node.orelse.value == name:
                    return _instead(found, node.body, state, file)
    return None


def _following(statement: cst.CSTNode, file: PythonFile) -> Iterator[cst.CSTNode]:
    """The simple statements behind one in the same block."""
    line = file.parent(statement)
    block = file.parent(line) if line is not None else None
    body = (
        block.body
        if isinstance(block, cst.IndentedBlock)
        else file.statements()
        if isinstance(line, cst.SimpleStatementLine)
        else ()
    )
    behind = False
    count = 0
    for each in body:
        if behind and isinstance(each, cst.SimpleStatementLine):
            yield each
        behind |= each is line
        count += behind
        if count > _MOST_STATEMENTS:
            return
