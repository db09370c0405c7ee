"""Which functions of a file a function calls, and so runs as a part of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.file import PythonFile

_MOST = 200
"""Functions that one question follows; more are not looked at."""


def called_functions(function: cst.FunctionDef, file: PythonFile) -> Iterator[cst.FunctionDef]:
    """The functions and methods of this file that `function` calls, or hands on to be called.

    `check()`, `self.check()`, `asyncio.to_thread(check)`, `asyncio.gather(check())`, and in a parameter's default
    `Depends(check)`. The same one may come more than once.
    """

    for node in file.walk(function):
        if type(node) is not cst.Call:
            continue
        for value in (node.func, *(argument.value for argument in node.args)):
            if isinstance(value, cst.Name | cst.Attribute):
                definition = file.definition(value)
                if isinstance(definition, cst.FunctionDef) and definition is not function:
                    yield definition


def reached_functions(
    roots: list[cst.FunctionDef], file: PythonFile
) -> dict[int, tuple[cst.FunctionDef, cst.FunctionDef]]:
    """Every function of the file that runs when one of `roots` does: id -> (the function, the root it runs for)."""
    reached = {id(root): (root, root) for root in roots}
    waiting = list(roots)
    while waiting and len(reached) < _MOST:
        current = waiting.pop(0)
        root = reached[id(current)][1]
        for each in called_functions(current, file):
            if id(each) not in reached:
                reached[id(each)] = (each, root)
                waiting.append(each)
    return reached
