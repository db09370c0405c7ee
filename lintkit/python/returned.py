"""What functions give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.parsed import ParsedFile

_MOST_RETURNS = 8


def returned_values(function: cst.FunctionDef, file: ParsedFile) -> list[cst.BaseExpression]:
    """The expressions that a function itself returns or yields, up to a bound."""
    key = ("returned values", id(function))
    found: list[cst.BaseExpression] | None = file.answers.get(key)
    if found is None:
        found = file.answers[key] = []
        stack: list[cst.CSTNode] = [function.body]
        while stack and len(found) < _MOST_RETURNS:
            node = stack.pop()
            if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
                continue
            if isinstance(node, cst.Return | cst.Yield) and isinstance(node.value, cst.BaseExpression):
                found.append(node.value)
            stack.extend(reversed(file.children(node)))
    return found
