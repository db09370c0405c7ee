"""Whether code uses a value of the request only where it is one of those that the service knows.

Not every look at a value limits it. `if host:`, `"localhost" in host` and `if alg != "none"` let nearly everything
through, `host.endswith("shop.example")` also lets `evilshop.example` in, and a check whose error is caught and logged
stops nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from lintkit.python.lazy import cst
from lintkit.python.spelling import last_name

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

Holds: TypeAlias = Callable[["cst.CSTNode"], bool]
"""Whether a node is the value itself."""

_DEEPEST = 20
_CHECKS = re.compile(
    r"allow|trust|valid|safe|whitelist|permit|known|check(?!out)|verify|fnmatch|is_\w*(?:host|origin|domain|url)",
    re.IGNORECASE,
)
"""Functions whose answer says whether a value is a good one."""
_REFUSES = re.compile(
    r"(?:^|_)(?:validate|verify|check|ensure|require|assert|refuse|enforce|raise|abort)(?!out)"
)
"""Functions that are called for the error that they raise."""
_PREDICATE = re.compile(r"^_*(?:is|has|can|should|allows?|matches)_")
_WHOLE_PATTERN = re.compile(r"(?<!\\)(?:\$|\\[Zz])\)*$")


def is_limited(use: cst.CSTNode, holds: Holds, file: PythonFile) -> bool:
    """Whether `use` runs only with a known value: a test holds there, or a check before it refused others.

    Raises RuleLimitError when no steps are left.
    """
    if any(
        guard.test is not None and limits(guard.test, holds, file, negated=guard.negated)
        for guard in file.guards(use)
    ):
        return True
    function = file.enclosing_function(use)
    place = file.order(use)
    return function is not None and any(
        file.order(node) < place and _settles(node, use, holds, file) for node in file.walk(function.body)
    )


def limits(
    test: cst.BaseExpression, holds: Holds, file: PythonFile, *, negated: bool = False, depth: int = 0
) -> bool:
    """Whether a test that is true (false where `negated`) leaves only known values."""
    if depth > _DEEPEST:
        return False
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return limits(test.expression, holds, file, negated=not negated, depth=depth + 1)
    if isinstance(test, cst.BooleanOperation):
        sides = (
            limits(side, holds, file, negated=negated, depth=depth + 1) for side in (test.left, test.right)
        )
        return any(sides) if isinstance(test.operator, cst.And) is not negated else all(sides)
    if isinstance(test, cst.Name | cst.NamedExpr):
        followed = file.follow(test)
        return followed is not test and limits(followed, holds, file, negated=negated, depth=depth + 1)
    if isinstance(test, cst.Comparison):
        return _compares(test, holds, file, negated, depth)
    return isinstance(test, cst.Call) and not negated and _asks(test, holds, file, depth)


def _compares(test: cst.Comparison, holds: Holds, file: PythonFile, negated: bool, depth: int) -> bool:
    if len(test.comparisons) != 1:
        return False
    operator, other = test.comparisons[0].operator, test.comparisons[0].comparator
    if isinstance(operator, cst.Is | cst.IsNot) or file.literal(other) in (True, False):
        found = isinstance(operator, cst.IsNot | cst.NotEqual)  # `is not None`, `is not False`, `!= False`
        truth = found if file.literal(other) in (None, False) else not found
        return limits(test.left, holds, file, negated=negated is truth, depth=depth + 1)
    if isinstance(operator, cst.NotEqual if negated else cst.Equal):
        for one, another in ((test.left, other), (other, test.left)):
            if _has(one, holds, file):
                return not _has(another, holds, file) and file.literal(another, follow=True) not in (None, "")
        return False
    if isinstance(operator, cst.NotIn if negated else cst.In):
        # In a text every part of it is found, the empty one too.
        return (
            _has(test.left, holds, file)
            and not _has(other, holds, file)
            and not isinstance(file.literal(other, follow=True), str)
        )
    return False


def _asks(call: cst.Call, holds: Holds, file: PythonFile, depth: int) -> bool:
    """Whether a call that answers with something true was given a known value."""
    name = last_name(call.func) or ""
    if name in {"any", "all"} and call.args:
        each = call.args[0].value
        return isinstance(each, cst.GeneratorExp | cst.ListComp) and limits(
            each.elt, holds, file, depth=depth + 1
        )
    if not _has(call, holds, file):
        return False
    values = [file.literal(argument.value, follow=True) for argument in call.args]
    texts = [value for value in values if isinstance(value, str)]
    if name == "endswith":
        return all(text.startswith(".") for text in texts)
    if name in {"match", "search"}:
        return all(_WHOLE_PATTERN.search(text) for text in texts[:1])
    return name == "fullmatch" or bool(_CHECKS.search(file.code(call.func)))


def _settles(node: cst.CSTNode, use: cst.CSTNode, holds: Holds, file: PythonFile) -> bool:
    """Whether a statement before `use` refuses an unknown value, or puts a known one in its place."""
    if isinstance(node, cst.Expr):
        call = node.value.expression if isinstance(node.value, cst.Await) else node.value
        return (
            isinstance(call, cst.Call)
            and bool(_REFUSES.search(last_name(call.func) or ""))
            and _has(call, holds, file)
            and not _is_overruled(node, use, file)
        )
    if isinstance(node, cst.Assign):
        value = node.value.expression if isinstance(node.value, cst.Await) else node.value
        name = last_name(value.func) or "" if isinstance(value, cst.Call) else ""
        return (
            bool(_CHECKS.search(name))
            and not _PREDICATE.match(name)
            and _has(value, holds, file)
            and not _is_overruled(node, use, file)
        )
    if isinstance(node, cst.If) and limits(node.test, holds, file, negated=True):
        return any(
            isinstance(each, cst.Assign) and any(holds(target.target) for target in each.targets)
            for each in file.walk(node.body)
        )
    return False


def _is_overruled(check: cst.CSTNode, use: cst.CSTNode, file: PythonFile) -> bool:
    """Whether `use` comes although the check raised: a `try` around it has a handler that goes on."""
    around_use = set(map(id, file.ancestors(use)))
    for guard in file.guards(check):
        if guard.kind != "try":
            continue
        if isinstance(guard.node, cst.Try | cst.TryStar):
            inside = id(guard.node.body) in around_use
            handlers = guard.node.handlers
            if not inside and not all(file.leaves(each.body) for each in handlers):
                return True
        elif id(guard.node) not in around_use:  # contextlib.suppress
            return True
    return False


def _has(value: cst.CSTNode, holds: Holds, file: PythonFile) -> bool:
    return any(holds(node) for node in file.walk(value))
