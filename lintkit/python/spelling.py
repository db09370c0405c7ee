"""What expressions are called in the source, without asking what that refers to; importing it imports no libcst."""

from __future__ import annotations

import ast
from functools import lru_cache

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


_LONGEST = 2_000


@lru_cache(maxsize=4096)
def one_spelling(code: str) -> str:
    """The code of an expression in the one form that all its spellings share, so that two of them can be compared.

    Line breaks, spaces, the comma before a closing bracket and the kind of quotes are gone. What does not parse, or is
    longer than 2,000 characters, only loses its line breaks.

    >>> one_spelling("str(\\n    job_id,\\n)") == one_spelling("str(job_id)")
    True
    """
    if len(code) <= _LONGEST:
        try:
            return ast.unparse(ast.parse(f"({code}\n)", mode="eval"))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return " ".join(code.split())
