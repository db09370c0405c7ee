"""python/health-check-without-timeout: a health check that waits for a dependency without end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import HEALTH_TRIGGERS, health_checks, is_bounded_around, origins

RULE = define(
    summary="a health check that waits for a dependency without end",
    why="""
A dependency that hangs, rather than refuses, holds the health check: the probe runs into its own timeout, which is one
second by default, and says nothing about the cause. Every probe leaves one more waiting request and one more connection
of the pool behind, until the check itself is what breaks the service.
""",
    remedy="""
Give each question less time than the probe has: `async with asyncio.timeout(0.5):`, or
`await asyncio.wait_for(redis.ping(), 0.5)`, and answer 503 when it is over.
""",
    severity="note",
    confidence="medium",
    kinds=("python",),
    looks_at=HEALTH_TRIGGERS,
    tags=("health", "availability", "timeouts"),
    packs=("strict",),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def health():
    await app.state.redis.ping()  # <-- here
    return {"status": "ok"}
"""
        ),
        bad(
            """\
from litestar import get
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@get("/ready")
async def ready(session: AsyncSession) -> str:
    await ask(session)
    return "ok"


async def ask(session: AsyncSession) -> None:
    await session.execute(text("SELECT 1"))  # <-- here
""",
            note="in a function that it calls",
        ),
        bad(
            """\
from aiohttp import web


async def health(request):
    async with request.app["pool"].acquire() as connection:
        await connection.fetchval("SELECT 1")  # <-- here
    return web.Response(text="ok")


app = web.Application()
app.add_routes([web.get("/health", health)])
"""
        ),
        bad(
            """\
import asyncio

from shop.graph import driver


@app.get("/healthz")
async def health():
    await asyncio.gather(
        driver.verify_connectivity(),  # <-- here
        driver.get_server_info(),
    )
"""
        ),
        good(
            """\
import asyncio


@app.get("/health")
async def health():
    await asyncio.wait_for(app.state.redis.ping(), timeout=0.5)
    async with asyncio.timeout(0.5):
        await app.state.session.execute("SELECT 1")
    return {"status": "ok"}
""",
            note="limited",
        ),
        good(
            """\
import asyncio


@app.get("/health")
async def health():
    await asyncio.wait_for(ask(), timeout=0.5)


async def ask():
    await app.state.redis.ping()
""",
            note="limited around the function that asks",
        ),
        good(
            """\
import redis.asyncio as redis

cache = redis.Redis(host="cache", socket_timeout=1, socket_connect_timeout=1)


@app.get("/health")
async def health():
    await cache.ping()
""",
            note="the client has a limit of its own",
        ),
        good(
            """\
import httpx

client = httpx.AsyncClient()


@app.get("/health")
async def health(request):
    await client.get("http://search/health")
    await request.json()
""",
            note="httpx gives up after 5 seconds; a request's body is no dependency",
        ),
        good(
            """\
import asyncpg


@app.get("/health")
async def health(pool: asyncpg.Pool):
    await pool.fetchval("SELECT 1", timeout=1)
""",
            note="limited by an argument",
        ),
        good(
            """\
@app.get("/orders")
async def orders():
    return await app.state.redis.ping()
""",
            note="no health check",
        ),
    ),
)

_ASKS = frozenset(
    """ping execute scalar scalars fetch fetchval fetchrow fetchone fetch_one fetch_val execute_query
    verify_connectivity verify_authentication command server_info list_database_names list_topics select_one
    connect acquire get_server_info cluster_health""".split()  # noqa: SIM905
)
_LIMITS = re.compile(r"time_?out|max_?time|deadline", re.IGNORECASE)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report the first unlimited wait of each function that runs for a health check."""
    if match is not rule.matches[0]:
        return
    seen: set[int] = set()
    for each in health_checks(file):
        if not _is_async(each.function):
            continue
        for part in each.parts:
            if id(part) in seen or not _is_async(part):
                continue
            seen.add(id(part))
            if part is not each.function and _is_called_bounded(part, each.parts, file):
                continue
            call = next(_waits(part, file), None)
            if call is None:
                continue
            yield rule.finding(
                file.span(call),
                f"`{file.code(call.func)}` has no time limit: when it hangs, {each.name} hangs with it",
                subject=part.name.value,
            )


def _is_async(function: cst.FunctionDef) -> bool:
    return function.asynchronous is not None


def _waits(function: cst.FunctionDef, file: PythonFile) -> Iterator[cst.Call]:
    for node in file.walk(function.body):
        if (
            type(node) is cst.Call
            and isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value in _ASKS
            and _is_awaited(node, file)
            and not is_bounded_around(node, file)
            and not any(_LIMITS.search(name) for name in file.keyword_arguments(node))
            and not _has_limit(node.func.value, file)
        ):
            yield node


def _is_awaited(call: cst.Call, file: PythonFile) -> bool:
    """Whether the call is what an `await` waits for, by itself or through `gather`; connecting in `with` is not."""
    for above in file.ancestors(call):
        if isinstance(above, cst.Await):
            return True
        if isinstance(above, cst.BaseSmallStatement | cst.BaseCompoundStatement):
            return False
    return False


def _has_limit(receiver: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a client is known to give up by itself: made here with a timeout, or with arguments from elsewhere."""
    for origin in origins(receiver, file):
        if origin.name.startswith("httpx."):
            return True
        if origin.call is not None:
            if file.has_unknown_arguments(origin.call):
                return True
            if any(_LIMITS.search(file.code(argument)) for argument in origin.call.args):
                return True
    return False


def _is_called_bounded(
    function: cst.FunctionDef, parts: tuple[cst.FunctionDef, ...], file: PythonFile
) -> bool:
    """Whether each call of a function in what runs for the health check is limited."""
    calls = [
        node
        for part in parts
        for node in file.walk(part)
        if isinstance(node, cst.Call) and file.definition(node.func) is function
    ]
    return bool(calls) and all(is_bounded_around(call, file) for call in calls)
