"""python/exit-swallowed: a handler that stops the end of the process, or the end of a task."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    Span,
    Statements,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import EXITS, scope_name

RULE = define(
    summary="a handler that swallows SystemExit or a cancellation",
    why="""
`SystemExit` and `CancelledError` are not errors: they ask the process, or the task, to end. A handler that keeps one
makes the service survive its own shutdown: `asyncio.timeout` does not time out, the worker does not stop, and the
orchestrator kills it after its grace period, in the middle of a request. A bare `except:` catches both.
""",
    remedy="Clean up and `raise` it again; write `except Exception:` where errors are meant.",
    severity="warning",
    confidence="low",
    kinds=("python",),
    looks_at=(Statements(("except",)),),
    tags=("errors", "shutdown", "asyncio", "CWE-705"),
    equivalents=(
        "sonar-python:ignoredSystemExit",
        "sonar-python:cancellationReraisedInAsync",
        "ruff:E722",
        "pylint:bare-except",
    ),
    packs=("strict",),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import asyncio


async def poll(source):
    try:
        await source.next()
    except asyncio.CancelledError:  # <-- here
        print("cancelled")
"""
        ),
        bad(
            """\
import asyncio


async def poll(source):
    try:
        await source.next()
    except asyncio.CancelledError as error:  # <-- here
        raise RuntimeError("stopped") from error
""",
            note="another error is no cancellation",
        ),
        bad(
            """\
import anyio
import trio


async def poll(source):
    try:
        await source.next()
    except trio.Cancelled:  # <-- here
        return None


async def wait(source):
    try:
        await source.next()
    except anyio.get_cancelled_exc_class():  # <-- here
        pass
"""
        ),
        bad(
            """\
def handle(job):
    try:
        job.run()
    except (ValueError, SystemExit):  # <-- here
        job.failed()
"""
        ),
        bad(
            """\
import logging


def handle(job):
    try:
        job.run()
    except:  # <-- here
        logging.exception("job failed")
"""
        ),
        good(
            """\
import asyncio


async def poll(source):
    try:
        await source.next()
    except asyncio.CancelledError:
        source.close()
        raise
    except Exception:
        return None
""",
            note="raised again; errors apart",
        ),
        good(
            """\
import asyncio
from contextlib import suppress


async def stop(task, other):
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    other.cancel()
    with suppress(asyncio.CancelledError):
        await other.wait()
""",
            note="the end of a task that was cancelled here; `suppress` says what it means",
        ),
        good(
            """\
import sys


def run(program):
    try:
        program()
    except SystemExit as error:
        raise error
    except:
        sys.exit(1)
""",
            note="it ends all the same",
        ),
        good(
            """\
def handle(job):
    try:
        job.run()
    except (KeyboardInterrupt, SystemExit):
        raise
    except:
        job.failed()
""",
            note="the exits went before",
        ),
        good(
            """\
def handle(job):
    try:
        job.run()
    except BaseException as error:
        job.failed(error)
        raise
""",
        ),
        good(
            """\
if __name__ == "__main__":
    try:
        serve()
    except (KeyboardInterrupt, SystemExit):
        pass
""",
            note="the end of a program",
        ),
        good(
            """\
def arguments(parser, words):
    try:
        return parser.parse_args(words)
    except SystemExit as error:
        return error.code
""",
            note="the code of the exit is the result",
        ),
        good(
            """\
def serve(server):
    try:
        server.run()
    except KeyboardInterrupt:
        server.stop()
""",
            note="Ctrl-C by itself is often meant to end a loop",
        ),
    ),
)

_CANCELLED = frozenset(
    {
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
        "trio.Cancelled",
        "anyio.get_cancelled_exc_class",
    }
)
_EVERYTHING = "BaseException"
_ENDS = EXITS | {"sys.exc_info"}


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a handler that catches an exit and lets it end there."""
    handler = match.node
    if not isinstance(handler, cst.ExceptHandler | cst.ExceptStarHandler) or file.in_main_block(handler):
        return
    attempt = file.parent(handler)
    if not isinstance(attempt, cst.Try | cst.TryStar):
        return
    kept = _exit_caught(handler, attempt, file)
    if not kept or _passes_on(handler, kept, file):
        return
    if kept in _CANCELLED and _awaits_cancelled_task(attempt, attempt.body, file):
        return
    start = file.span(handler).start
    end = file.span(handler.type).end if handler.type is not None else start + len("except")
    yield _finding(Span(file.path, start, end), kept, handler, file, rule)


def _finding(span: Span, kept: str, node: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Finding:
    if kept in _CANCELLED:
        what = "ends the cancellation here: the task that was told to stop goes on, and its timeout waits"
    elif kept == _EVERYTHING:
        what = (
            "also keeps SystemExit and the cancellation of tasks: the process does not end when it is told to"
        )
    else:
        what = "keeps SystemExit: the process does not end when it is told to"
    code = file.text[span.start : span.end]
    return rule.finding(
        span,
        f"`{code}` {what}" if "\n" not in code else f"This handler {what}",
        subject=scope_name(node, file) or "module",
    )


def _exit_name(value: cst.BaseExpression, file: PythonFile) -> str:
    expression = value.func if isinstance(value, cst.Call) else value
    name = file.qualified_name(expression) or ""
    if isinstance(value, cst.Call) and name != "anyio.get_cancelled_exc_class":
        return ""
    return name if name in _CANCELLED or name == "SystemExit" else ""


def _exit_caught(
    handler: cst.ExceptHandler | cst.ExceptStarHandler, attempt: cst.Try | cst.TryStar, file: PythonFile
) -> str:
    """The exit that a handler is the first to catch; `BaseException` for all of them, empty for none."""
    if handler.type is None or _EVERYTHING in file.caught(handler):
        for other in attempt.handlers:
            if other is handler:
                break
            if {"SystemExit", "KeyboardInterrupt", "asyncio.CancelledError", _EVERYTHING} & set(
                file.caught(other)
            ):
                return "" if "SystemExit" in file.caught(other) else _EVERYTHING
        return _EVERYTHING
    followed = file.follow(handler.type)
    values = [each.value for each in followed.elements] if isinstance(followed, cst.Tuple) else [followed]
    for value in values:
        name = _exit_name(value, file)
        if name in _CANCELLED:
            function = file.enclosing_function(handler)
            return name if function is not None and function.asynchronous is not None else ""
        if name:
            return name
    return ""


def _passes_on(handler: cst.ExceptHandler | cst.ExceptStarHandler, kept: str, file: PythonFile) -> bool:
    """Whether a handler raises again what it caught, or ends the process itself."""
    name = (
        handler.name.name.value
        if handler.name is not None and isinstance(handler.name.name, cst.Name)
        else ""
    )
    for statement in handler.body.body:
        for node in file.walk(statement):
            if isinstance(node, cst.Raise):
                if node.exc is None or kept == _EVERYTHING:
                    return True
                if isinstance(node.exc, cst.Name) and node.exc.value == name:
                    return True
                raised = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
                if file.qualified_name(raised) in {kept, "SystemExit"}:
                    return True
            elif isinstance(node, cst.Call) and file.qualified_name(node.func) in _ENDS:
                return True
            elif kept not in _CANCELLED and name and isinstance(node, cst.Name) and node.value == name:
                return True  # handed on: to a future, a result, a queue; or its code is looked at
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[-1], cst.Return):
            return False
    return False


def _awaits_cancelled_task(statement: cst.CSTNode, body: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a block waits for a task, and the function around it is the one that cancels it."""
    awaited = [node.expression for node in file.walk(body) if isinstance(node, cst.Await)]
    if not awaited:
        return False
    function = file.enclosing_function(statement)
    waits = all(
        not isinstance(each, cst.Call)
        or file.qualified_name(each.func)
        in {"asyncio.gather", "asyncio.wait", "asyncio.wait_for", "asyncio.shield"}
        for each in awaited
    )
    return (
        waits
        and function is not None
        and any(
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value == "cancel"
            for node in file.walk(function)
        )
    )
