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
    Statements,
    bad,
    define,
    good,
)
from lintkit.api.python import EXITS, Await, Call, Code, Except, Expression, Name, Raise, Return, Try

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
    handler = match.code
    if not isinstance(handler, Except) or handler.in_main_block:
        return
    kept = _exit_caught(handler)
    if (
        not kept
        or _passes_on(handler, kept)
        or (kept in _CANCELLED and _awaits_cancelled_task(handler.attempt))
    ):
        return
    if kept in _CANCELLED:
        what = "ends the cancellation here: the task that was told to stop goes on, and its timeout waits"
    elif kept == _EVERYTHING:
        what = (
            "also keeps SystemExit and the cancellation of tasks: the process does not end when it is told to"
        )
    else:
        what = "keeps SystemExit: the process does not end when it is told to"
    head = handler.head
    code = file.text[head.start : head.end]
    yield rule.finding(
        head,
        f"`{code}` {what}" if "\n" not in code else f"This handler {what}",
        subject=handler.scope or "module",
    )


def _exit_name(value: Expression) -> str:
    name = value.name or ""
    if isinstance(value, Call) is not (name == "anyio.get_cancelled_exc_class"):
        return ""
    return name if name in _CANCELLED or name == "SystemExit" else ""


def _exit_caught(handler: Except) -> str:
    """The exit that a handler is the first to catch; `BaseException` for all of them, empty for none."""
    if _EVERYTHING in handler.caught:
        for other in handler.attempt.handlers:
            if other == handler:
                break
            if {"SystemExit", "KeyboardInterrupt", "asyncio.CancelledError", _EVERYTHING} & set(other.caught):
                return "" if "SystemExit" in other.caught else _EVERYTHING
        return _EVERYTHING
    for value in handler.kinds:
        name = _exit_name(value)
        if name in _CANCELLED:
            return name if handler.function is not None and handler.function.is_async else ""
        if name:
            return name
    return ""


def _passes_on(handler: Except, kept: str) -> bool:
    """Whether a handler raises again what it caught, or ends the process itself."""
    for statement in handler.body.statements:
        for code in statement.below(Code):
            if isinstance(code, Raise):
                raised = code.value
                if raised is None or kept == _EVERYTHING or raised.text == handler.name:
                    return True
                if raised.name in {kept, "SystemExit"}:
                    return True
            elif isinstance(code, Call) and code.name in _ENDS:
                return True
            elif kept not in _CANCELLED and isinstance(code, Name) and code.text == handler.name:
                return True  # handed on: to a future, a result, a queue; or its code is looked at
        if isinstance(statement, Return):
            return False
    return False


def _awaits_cancelled_task(attempt: Try) -> bool:
    """Whether a block waits for a task, and the function around it is the one that cancels it."""
    awaited = [each.awaited for each in attempt.body.below(Await)]
    return (
        bool(awaited)
        and all(
            not isinstance(each, Call)
            or each.name in {"asyncio.gather", "asyncio.wait", "asyncio.wait_for", "asyncio.shield"}
            for each in awaited
        )
        and attempt.function is not None
        and any(call.method == "cancel" for call in attempt.function.below(Call))
    )
