"""Calls that write a text somewhere people read it: loggers, `print`, and the consoles of command line libraries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst
from lintkit.python.spelling import last_name
from lintkit.python.triggers import Calls, MethodCalls

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

_METHODS = (
    *(
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "fatal",
        "log",
        "msg",
        "success",
        "trace",
    ),
    *("adebug", "ainfo", "awarning", "aerror", "aexception", "acritical"),
)
LOG_METHODS = MethodCalls(_METHODS)
PRINTS = Calls(
    (
        *("print", "pprint.pprint", "pprint.pp", "rich.print", "warnings.warn"),
        *("sys.stdout.write", "sys.stderr.write", "click.echo", "click.secho", "typer.echo", "typer.secho"),
    )
)
LOG_CALLS = (LOG_METHODS, PRINTS)
"""Triggers; `is_log_call` tells which of their matches write a log."""

_LOGGER = re.compile(r"(?:^|_)(?:log|logger|logging|loguru|structlog)$", re.IGNORECASE)
_DEEPEST = 8
_MAKERS = frozenset({"getLogger", "get_logger", "bind", "new", "opt", "getChild", "patch"})


def is_log_call(call: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a match of `LOG_CALLS` writes a log or to the standard streams."""
    if not isinstance(call, cst.Call):
        return False
    if any(name in PRINTS.names for name in file.qualified_names(call.func)):
        return True
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in _METHODS:
        return False
    receiver: cst.BaseExpression = call.func.value
    for _ in range(8):  # logger.bind(a=1).opt(lazy=True).info
        if not isinstance(receiver, cst.Call):
            break
        name = last_name(receiver.func) or ""
        if name in {"getLogger", "get_logger"}:
            return _comes_from_outside(receiver, file, 0)
        if name not in _MAKERS or not isinstance(receiver.func, cst.Attribute):
            return False
        receiver = receiver.func.value
    if not _LOGGER.search(last_name(receiver) or ""):
        return False
    return _comes_from_outside(receiver, file, 0)


def _comes_from_outside(node: cst.BaseExpression, file: PythonFile, depth: int) -> bool:
    """Whether a logger is imported, passed in, or made by something that is; False where this file defines it."""
    while isinstance(node, (cst.Attribute, cst.Call, cst.Subscript)):
        node = node.func if isinstance(node, cst.Call) else node.value
    bindings = file.bindings(node) if isinstance(node, cst.Name) else ()
    if not bindings or depth > _DEEPEST:
        return True
    return any(
        _comes_from_outside(each.value, file, depth + 1)
        if each.kind == "value" and each.value is not None
        else not isinstance(each.node, (cst.ClassDef, cst.FunctionDef)) or each.kind == "parameter"
        for each in bindings
    )
