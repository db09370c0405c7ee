"""What expressions are called in the source, without asking what that refers to; importing it imports no libcst."""

from __future__ import annotations

from lintkit.python.lazy import cst


def last_name(expression: cst.CSTNode | None) -> str | None:
    """The last identifier of a name or attribute chain, whatever stands before it; None for other
    expressions.
    """
    from lintkit.python.names import identifier

    if isinstance(expression, cst.Attribute):
        return identifier(expression.attr.value)
    if isinstance(expression, cst.Name):
        return identifier(expression.value)
    return None
