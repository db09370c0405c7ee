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
    define,
    good,
)
from lintkit.api.python import HEALTH_TRIGGERS, Await, Call, Code, Function, health_checks, is_bounded

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
    seen: set[Function] = set()
    for each in health_checks(file):
        for part in each.parts if each.function.is_async else ():
            if part in seen or not part.is_async:
                continue
            seen.add(part)
            if part != each.function and _is_called_bounded(part, each.parts):
                continue
            call = next(_waits(part), None)
            if call is not None:
                yield rule.finding(
                    call.span,
                    f"`{call.callee.text}` has no time limit: when it hangs, {each.name} hangs with it",
                    subject=part.name,
                )


def _waits(function: Function) -> Iterator[Call]:
    for call in function.body.below(Call):
        if (
            call.method in _ASKS
            and _is_awaited(call)
            and not is_bounded(call)
            and not any(map(_LIMITS.search, call.arguments.keywords))
            and not _has_limit(call)
        ):
            yield call


def _is_awaited(call: Call) -> bool:
    """Whether the call is what an `await` waits for, by itself or through `gather`; connecting in `with` is not."""
    for above in call.around(Code):
        if isinstance(above, Await) or above.is_statement:
            return isinstance(above, Await)
    return False


def _has_limit(call: Call) -> bool:
    """Whether a client is known to give up by itself: made here with a timeout, or with arguments from elsewhere."""
    for source in call.receiver.sources if call.receiver is not None else ():
        if source.name.startswith("httpx."):
            return True
        made = source.call
        if made is not None and (
            not made.arguments.whole or _LIMITS.search(made.text.removeprefix(made.callee.text))
        ):
            return True
    return False


def _is_called_bounded(function: Function, parts: tuple[Function, ...]) -> bool:
    """Whether each call of a function in what runs for the health check is limited."""
    calls = [call for part in parts for call in part.below(Call) if call.callee.definition == function]
    return bool(calls) and all(map(is_bounded, calls))
