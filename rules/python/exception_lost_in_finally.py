"""python/exception-lost-in-finally: `return`, `break` or `continue` in `finally` ends whatever error is under way."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    Statements,
    bad,
    define,
    good,
)
from lintkit.api.python import Class, Code, Finally, Function, Jump, Lambda, Loop, Raise, Return, Try

RULE = define(
    summary="a finally that ends the exception under way",
    why="""
`finally` runs while an exception is on its way to the caller. A `return`, `break` or `continue` there ends it: the
caller gets a normal result, no `except` further out sees the error, and even Ctrl-C and a cancelled task are gone. It
also replaces the value that the `try` returned.
""",
    remedy="Move the statement behind the `try`; keep only cleaning up in `finally`.",
    severity="warning",
    kinds=("python",),
    looks_at=(Statements(("finally",)),),
    tags=("errors", "CWE-584"),
    equivalents=(
        "ruff:B012",
        "ruff:SIM107",
        "ruff:PLE0704",
        "pylint:lost-exception",
        "pylint:return-in-finally",
        "semgrep:suppressed-exception-handling-finally-break",
    ),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
def charge(order, ledger):
    try:
        ledger.book(order)
        return "booked"
    finally:
        ledger.release()
        return "done"  # <-- here
"""
        ),
        bad(
            """\
def send(mails):
    for mail in mails:
        try:
            mail.send()
        except OSError:
            raise RuntimeError("the mail server is gone")
        finally:
            if mail.urgent:
                continue  # <-- here
            break  # <-- here
"""
        ),
        bad(
            """\
def read(lines):
    try:
        return parse(lines)
    finally:
        for line in lines:
            if line.broken:
                return line  # <-- here
""",
            note="also out of a loop in the `finally`",
        ),
        bad(
            """\
def charge(order):
    try:
        return order.charge()
    except Exception:
        result = "refused"
    finally:
        return result  # <-- here


async def refund(order):
    try:
        result = await order.refund()
    except Exception:
        result = "refused"
    finally:
        return result  # <-- here
""",
            note="a note where every error was answered before; a task can be cancelled as well",
        ),
        good(
            """\
def charge(order, ledger):
    try:
        ledger.book(order)
    finally:
        ledger.release()
    return "done"
""",
            note="behind the `try`",
        ),
        good(
            """\
import sys


def charge(order, ledger):
    try:
        ledger.book(order)
    finally:
        if sys.exc_info()[0] is None:
            return "booked"
""",
            note="only where there is no exception",
        ),
        good(
            """\
def read(source):
    try:
        return source.read()
    finally:
        for handle in source.handles:
            if not handle.open:
                continue
            if handle.close():
                break

        def later():
            return None

        source.on_exit(later)
""",
            note="loops and functions of its own",
        ),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each statement that leaves a `finally` other than through its end."""
    attempt = match.code.parent
    if not isinstance(attempt, Try):
        return
    caught = {name for handler in attempt.handlers for name in handler.caught}
    covered = not caught.isdisjoint({"Exception", "BaseException"})
    # What a handler raises is meant for the caller; and the cancellation of a task is no `Exception`.
    raises = any(next(handler.body.below(Raise), None) for handler in attempt.handlers)
    cancelled = attempt.function is not None and attempt.function.is_async
    answered = covered and not raises and not cancelled
    for jump in _leaving(match.code):
        if any(guard.test is not None and "exc_info" in guard.test.text for guard in jump.guards):
            continue  # it asks whether there is one
        word = jump.text.split()[0].rstrip(";")
        yield rule.finding(
            jump.span,
            f"`{word}` in `finally` ends "
            + (
                "what no `except` here catches, such as Ctrl-C, and what goes wrong in them"
                if answered
                else "whatever exception is under way: the caller never hears of it"
            ),
            subject=attempt.scope or "module",
            severity="note" if answered else None,
            confidence="medium" if covered else None,
        )


def _leaving(block: Code) -> Iterator[Code]:
    """The statements of a block that jump out of it."""
    waiting: list[tuple[Code, bool]] = [(block, False)]
    while waiting:
        code, in_loop = waiting.pop()
        if isinstance(code, Return) or (isinstance(code, Jump) and not in_loop):
            yield code
        if isinstance(code, Function | Class | Lambda):
            continue
        waiting += [
            (child, in_loop or (isinstance(code, Loop) and child == code.body))
            for child in reversed(code.children)
            if not isinstance(child, Finally)  # an inner `finally` is a match of its own
        ]
