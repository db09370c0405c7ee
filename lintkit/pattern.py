"""Patterns of Python code: `requests.get($URL, ...)`.

This version reads calls: a dotted name, metavariables or `...` for positional arguments, and keyword arguments.
A keyword that the pattern names must be there; without `...` the number of positional arguments is fixed.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_METAVARIABLE = re.compile(r"\$([A-Z_][A-Z_0-9]*)")
_PREFIX = "__metavariable_"


class PatternError(ValueError):
    """A pattern that cannot be read; the message says why and where."""


@dataclass(frozen=True, slots=True)
class CallPattern:
    """A call that a rule looks for.

    name        the qualified name of what is called
    positional  metavariable names, in order
    keywords    (keyword, metavariable) pairs
    open        further arguments are allowed (`...`)
    """

    name: str
    positional: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]
    open: bool


def parse_pattern(text: str) -> CallPattern:
    """Read one pattern. Raises PatternError with a sentence that says what is not understood."""
    source = _METAVARIABLE.sub(lambda m: _PREFIX + m.group(1), text.strip())
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError) as error:
        column = getattr(error, "offset", None)
        raise PatternError(f"the pattern {text!r} is no Python expression (near column {column})") from None
    if not isinstance(tree, ast.Call):
        raise PatternError(f"the pattern {text!r} is not a call such as `requests.get($URL, ...)`")
    name = _dotted(tree.func)
    if name is None:
        raise PatternError(f"the pattern {text!r} must call a dotted name")
    positional: list[str] = []
    is_open = False
    for argument in tree.args:
        if isinstance(argument, ast.Constant) and argument.value is Ellipsis:
            is_open = True
        elif isinstance(argument, ast.Name) and argument.id.startswith(_PREFIX):
            if is_open:
                raise PatternError(f"in the pattern {text!r} `...` comes after the positional metavariables")
            positional.append(argument.id[len(_PREFIX) :])
        else:
            raise PatternError(f"in the pattern {text!r} an argument is neither `$NAME` nor `...`")
    keywords: list[tuple[str, str]] = []
    for keyword in tree.keywords:
        if keyword.arg is None or not (
            isinstance(keyword.value, ast.Name) and keyword.value.id.startswith(_PREFIX)
        ):
            raise PatternError(f"in the pattern {text!r} a keyword argument is not of the form `name=$NAME`")
        keywords.append((keyword.arg, keyword.value.id[len(_PREFIX) :]))
    return CallPattern(name, tuple(positional), tuple(keywords), is_open)


def _dotted(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id.startswith(_PREFIX):
        return None
    return ".".join((node.id, *reversed(parts)))
