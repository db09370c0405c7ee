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
    cst,
    define,
    good,
)
from lintkit.api.python import scope_name

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
    attempt = file.parent(match.node)
    if not isinstance(attempt, cst.Try | cst.TryStar) or not isinstance(match.node, cst.Finally):
        return
    caught = {name for handler in attempt.handlers for name in file.caught(handler)}
    covered = not caught.isdisjoint({"Exception", "BaseException"})
    answered = covered and not _may_raise(attempt, file) and not _may_be_cancelled(attempt, file)
    for node in _leaving(match.node.body, file):
        if any(guard.test is not None and "exc_info" in file.code(guard.test) for guard in file.guards(node)):
            continue  # it asks whether there is one
        word = file.code(node).split()[0].rstrip(";")
        yield rule.finding(
            file.span(node),
            f"`{word}` in `finally` ends "
            + (
                "what no `except` here catches, such as Ctrl-C, and what goes wrong in them"
                if answered
                else "whatever exception is under way: the caller never hears of it"
            ),
            subject=scope_name(attempt, file) or "module",
            severity="note" if answered else None,
            confidence="medium" if covered else None,
        )


def _may_raise(attempt: cst.Try | cst.TryStar, file: PythonFile) -> bool:
    """Whether a handler of a `try` raises, so that `finally` ends what was meant for the caller."""
    return any(
        isinstance(node, cst.Raise) for handler in attempt.handlers for node in file.walk(handler.body)
    )


def _may_be_cancelled(attempt: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a task runs here, whose cancellation is no `Exception`."""
    function = file.enclosing_function(attempt)
    return function is not None and function.asynchronous is not None


def _leaving(block: cst.CSTNode, file: PythonFile) -> Iterator[cst.CSTNode]:
    """The statements of a block that jump out of it."""
    waiting: list[tuple[cst.CSTNode, bool]] = [(block, False)]
    while waiting:
        node, in_loop = waiting.pop()
        if isinstance(node, cst.Return) or (isinstance(node, cst.Break | cst.Continue) and not in_loop):
            yield node
        if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            continue
        if isinstance(node, cst.Try | cst.TryStar) and node.finalbody is not None and node is not block:
            # The inner `finally` is a match of its own.
            inside = [child for child in file.children(node) if child is not node.finalbody]
        else:
            inside = file.children(node)
        for child in reversed(inside):
            loop = isinstance(node, cst.For | cst.While) and child is node.body
            waiting.append((child, in_loop or loop))
