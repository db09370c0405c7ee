"""`fix: {replace: CODE}` of a rule with `match`: the code that takes the place of what was found."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

import libcst as cst

from lintkit.declared.pattern.query import code_text
from lintkit.model import Edit, Fix, Span

if TYPE_CHECKING:
    from lintkit.declared.pattern.match import Found
    from lintkit.python.module import PythonFile

_VARIABLE = re.compile(r"\$(?P<many>\.\.\.)?(?P<name>[A-Z_][A-Z_0-9]*)")
_ATOMS = (
    *(
        cst.Name,
        cst.Attribute,
        cst.Call,
        cst.Subscript,
        cst.BaseNumber,
        cst.SimpleString,
        cst.FormattedString,
    ),
    *(cst.List, cst.Dict, cst.Set, cst.BaseComp, cst.Ellipsis),
)
"""Expressions that mean the same wherever they stand."""


def mistake(code: str, variables: Collection[str]) -> str:
    """What is wrong with the `replace` of a rule whose patterns bind `variables`; empty when nothing is.

    >>> mistake("httpx.get($URL, timeout=10)", {"URL"})
    ''
    """
    for found in _VARIABLE.finditer(code):
        if found["name"] not in variables:
            names = ", ".join(f"`${name}`" for name in sorted(variables)) or "none"
            return f"`fix.replace` names `${found['name']}`, which no pattern binds; the metavariables are {names}"
    try:
        body = ast.parse(_VARIABLE.sub("x", code)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        body = []
    if len(body) != 1 or "\n" in code.strip():
        return "`fix.replace` is no one expression or statement of Python on one line"
    return ""


def rewritten(title: str, code: str, found: Found, file: PythonFile, span: Span, *, safe: bool) -> Fix | None:
    """The fix that writes `code` where something was found, with what the metavariables stand for.

    span   of what was found
    None   a comment would be lost, a metavariable stands for nothing, several statements were found, or the place
           takes an expression and the code is none
    """
    if found.first is not found.last:
        return None
    alone = code.strip()
    parts: list[str] = []
    end = 0
    for place in _VARIABLE.finditer(alone):
        bound = found.bindings.get(place["name"])
        if bound is None or (not bound.nodes and not place["many"]):
            return None
        parts.append(alone[end : place.start()])
        text = code_text(bound, file)
        stands_alone = (
            alone[: place.start()].rstrip()[-1:] in "(,=" and alone[place.end() :].lstrip()[:1] in "),"
        )
        if (
            bound.text is None
            and not place["many"]
            and not stands_alone
            and not isinstance(bound.nodes[0], _ATOMS)
        ):
            text = f"({text})"
        parts.append(text)
        end = place.end()
    made = "".join((*parts, alone[end:]))
    if "#" in file.text[span.start : span.end] and "#" not in made:
        return None
    if isinstance(found.first, cst.BaseExpression):
        try:
            expression = cst.parse_expression(made)
        except cst.ParserSyntaxError:
            return None
        outer = file.parent(found.first)
        if not (
            _is_atom(expression) or found.first.lpar or isinstance(outer, (cst.Expr, cst.Arg, cst.Assign))
        ):
            made = f"({made})"
    return Fix(title, (Edit(span, made),), safe)


def _is_atom(node: cst.CSTNode) -> bool:
    return isinstance(node, _ATOMS) or bool(getattr(node, "lpar", ()))
