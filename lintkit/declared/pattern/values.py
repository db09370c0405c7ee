"""What metavariables stand for, as plain data for JSON Schemas and messages."""

from __future__ import annotations

from typing import Any

import libcst as cst

from lintkit.declared.pattern.bindings import Bound
from lintkit.python.module import PythonFile

_MAX_DEPTH = 20


def value_of(bound: Bound, file: PythonFile) -> Any:
    """Characters as they are, the constant that one expression is, a list for `$...X`, else the code."""
    if bound.text is not None:
        return bound.text
    if len(bound.nodes) == 1:
        return plain(bound.nodes[0], file)
    return [plain(node.value if isinstance(node, cst.Arg) else node, file) for node in bound.nodes]


def plain(node: cst.CSTNode, file: PythonFile, depth: int = 0) -> Any:
    """The constant value of an expression as JSON has it, through names; the code of what is no constant, also
    inside lists and dicts.
    """
    if not isinstance(node, cst.BaseExpression):
        return file.code(node)
    followed = file.follow(node)
    if depth < _MAX_DEPTH:
        if isinstance(followed, cst.List | cst.Tuple | cst.Set):
            return [plain(element.value, file, depth + 1) for element in followed.elements]
        if isinstance(followed, cst.Dict):
            return _mapping(followed, file, depth)
    value = file.literal(followed, follow=True)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return file.code(node)


def _mapping(node: cst.Dict, file: PythonFile, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            key = file.literal(element.key, follow=True)
            found[key if isinstance(key, str) else file.code(element.key)] = plain(
                element.value, file, depth + 1
            )
    return found
