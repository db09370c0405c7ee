"""What exception handlers catch, and whether the caller gets to know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lintkit.python.code import Call, Code, Except, Raise
from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

BROAD = frozenset({"Exception", "BaseException"})
"""Qualified names of what catches every error; a bare `except` counts as the second."""

EXITS = frozenset({"sys.exit", "os._exit", "exit", "quit", "os.kill", "os.abort"})
"""Functions that end the process."""

_DEADLINE = re.compile(r"time\(\)|monotonic|deadline|timeout|elapsed|perf_counter|now\(")


def catches_everything(handler: Except) -> bool:
    """Whether a handler is a bare `except`, or catches `Exception` or `BaseException`."""
    return not BROAD.isdisjoint(handler.caught)


def may_raise(code: Code) -> bool:
    """Whether code, such as a handler, raises, or ends the process, on any of its ways."""
    return any(
        isinstance(each, Raise) or (isinstance(each, Call) and each.name in EXITS)
        for each in code.below(Code)
    )


def is_retry(swallower: Code, *, ends_well: bool = False) -> bool:
    """Whether the loop around a handler is one of attempts: it ends at a time, or with an error behind it.

    With `ends_well`, the code behind the loop is not reached without success: an error stands there whatever ends the
    loop, or nothing but success does.
    """
    handler, file = swallower.node, swallower.file
    for above in file.ancestors(handler):
        if isinstance(above, cst.FunctionDef | cst.ClassDef):
            return False
        if not ends_well and isinstance(above, cst.While) and _DEADLINE.search(file.code(above.test)):
            return True
        if isinstance(above, cst.For | cst.While):
            block: Sequence[cst.CSTNode] = getattr(file.parent(above), "body", ())
            place = file.order(above)
            behind = [each for each in block if file.order(each) > place][:2]
            if above.orelse is not None:
                behind.append(above.orelse)
            if any(may_raise(Code(each, file)) for each in behind):
                return True
            endless = isinstance(above, cst.While) and bool(file.literal(above.test)) is True
            return ends_well and endless and not _leaves_a_loop(handler, file)
    return False


def _leaves_a_loop(handler: cst.CSTNode, file: PythonFile) -> bool:
    return any(isinstance(node, cst.Break | cst.Return) for node in file.walk(handler))
