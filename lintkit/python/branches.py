"""Where code stands: in which definition, and in a branch that runs for developers only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from lintkit.python.module import PythonFile

_DEVELOPMENT = re.compile(r"debug|\bdev|_dev|develop|local|test|always_eager", re.IGNORECASE)
_DEEPEST = 30
_MOST_ITEMS = 50
_PRODUCTION = re.compile(r"prod|staging", re.IGNORECASE)


def scope_name(node: cst.CSTNode, file: PythonFile) -> str:
    """The dotted name of the definition that `node` stands in (`Client.get`); empty at the top level of a module."""
    import libcst as cst

    names = [
        above.name.value
        for above in file.ancestors(node)
        if isinstance(above, (cst.FunctionDef, cst.ClassDef))
    ]
    return ".".join(reversed(names))


def in_development_branch(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether `node` runs only where a test asks for development, debugging, a local run or a test.

    `if settings.DEBUG:`, `case "development":`, `if env != "production":`, the `else` of `if production:`, and what
    comes after `if production: return`; a name stands for what it was given.
    `if debug or production:` asks for neither.
    """
    return any(
        guard.test is not None and _asks_for_development(guard.test, guard.negated, file, 0)
        for guard in file.guards(node)
    )


def _asks_for_development(test: cst.BaseExpression, negated: bool, file: PythonFile, depth: int) -> bool:
    import libcst as cst

    if depth > _DEEPEST:
        return False
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _asks_for_development(test.expression, not negated, file, depth + 1)
    if isinstance(test, cst.BooleanOperation):
        sides = (_asks_for_development(side, negated, file, depth + 1) for side in (test.left, test.right))
        return any(sides) if isinstance(test.operator, cst.Or) is negated else all(sides)
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        operator, other = test.comparisons[0].operator, test.comparisons[0].comparator
        if isinstance(operator, cst.NotEqual | cst.NotIn | cst.IsNot):
            negated = not negated
        elif file.literal(other) is False:
            return _asks_for_development(test.left, not negated, file, depth + 1)
    text = code_of_test(test, file)
    if negated:
        return bool(_PRODUCTION.search(text))
    return bool(_DEVELOPMENT.search(text)) and not _PRODUCTION.search(_literals(test, file))


def code_of_test(test: cst.BaseExpression, file: PythonFile) -> str:
    """The code of a test, and behind it that of what its names stand for."""
    import libcst as cst

    names = [node for node in file.walk(test) if isinstance(node, cst.Name)]
    followed = [found for name in names if (found := file.follow(name)) is not name]
    return " ".join((file.code(test), *(_words(each, file) for each in followed)))


def _words(value: cst.BaseExpression, file: PythonFile) -> str:
    """The code of what a name stands for; nothing of a long list, which many tests may ask, and which says nothing."""
    import libcst as cst

    if isinstance(value, cst.List | cst.Tuple | cst.Set) and len(value.elements) > _MOST_ITEMS:
        return ""
    if isinstance(value, cst.Dict) and len(value.elements) > _MOST_ITEMS:
        return ""
    return file.code(value)


def _literals(test: cst.BaseExpression, file: PythonFile) -> str:
    """The strings that a test compares with; names are no values: `settings.dev_or_production`."""
    import libcst as cst

    found = [file.literal(node) for node in file.walk(test) if isinstance(node, cst.SimpleString)]
    return " ".join(text for text in found if isinstance(text, str))
