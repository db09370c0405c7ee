"""python/health-endpoint-writes: asking for the health of the service changes something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Location,
    Match,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import HEALTH_TRIGGERS, Call, Expression, Function, health_checks, redis_command

RULE = define(
    summary="a health check that writes",
    why="""
Health endpoints are asked every few seconds by every probe, load balancer and uptime monitor, mostly without a login.
One that writes fills its table by itself, locks rows while the database is in trouble, and says "unhealthy" where the
disk is full or the database is read-only, although every read would still work.
""",
    remedy="Read only (`SELECT 1`, `PING`); record the result in a metric or in the log, or in a job of its own.",
    severity="warning",
    kinds=("python",),
    looks_at=HEALTH_TRIGGERS,
    tags=("health", "availability"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
from fastapi import APIRouter

router = APIRouter(prefix="/health")


@router.get("/database")
async def database(session):  # <-- here
    session.add(Ping())
    await session.commit()
    return {"ok": True}
""",
            note="by the prefix of the router",
        ),
        bad(
            """\
from fastapi import FastAPI

from shop.db import Check, SessionLocal

app = FastAPI()


@app.get("/health")
async def health_check(save: bool = False):  # <-- here
    result = {"status": "ok"}
    if save:
        async with SessionLocal() as session:
            session.add(Check(result=result))
            await session.commit()
    return result


@app.get("/api/v1/health")
async def health_alias():
    return await health_check()
"""
        ),
        bad(
            """\
from flask import Blueprint
from sqlalchemy import text

from shop.db import engine

status = Blueprint("status", __name__)


@status.route("/readyz")
def ready():  # <-- here
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO checks (name) VALUES ('ready')"))
    return "ok"
"""
        ),
        bad(
            """\
from django.http import JsonResponse

from shop.models import Check


def health_check(request):  # <-- here
    record()
    return JsonResponse({"status": "ok"})


def record():
    Check.objects.create(name="health")
""",
            note="in a function that it calls",
        ),
        bad(
            """\
from litestar import get
from redis.asyncio import Redis


@get("/health")
async def health(redis: Redis) -> str:  # <-- here
    await redis.set("health", "1")
    return "ok"
"""
        ),
        bad(
            """\
import redis
from aiohttp import web

cache = redis.Redis(host="cache")


async def health(request):  # <-- here
    cache.incr("health:asked")
    return web.Response(text="ok")


app = web.Application()
app.add_routes([web.get("/health", health)])
"""
        ),
        bad(
            """\
from sqlalchemy import update

from shop.db import Check


@app.get("/health/db")
def database(session):  # <-- here
    session.execute(update(Check).values(seen=True))
    return {"status": "ok"}
"""
        ),
        good(
            """\
from sqlalchemy import text


@app.get("/health")
async def health_check(session, redis):
    await session.execute(text("SELECT 1"))
    await redis.ping()
    seen = set()
    seen.add("database")
    return {"status": "ok", "seen": sorted(seen)}
""",
            note="it reads; a set of its own is no database",
        ),
        good(
            """\
@app.post("/heartbeat")
def heartbeat(worker, session):
    session.add(worker)
    session.commit()
""",
            note="a heartbeat is sent to be recorded",
        ),
        good(
            """\
@app.post("/health")
def add_health_record(record, session):
    session.add(record)
    session.commit()
""",
            note="it does not ask for the health of the service",
        ),
        good(
            """\
@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/orders")
def order(session, item):
    session.add(item)
    session.commit()
""",
            note="other handlers may write",
        ),
    ),
)

_WRITING_SQL = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|CREATE|ALTER|DROP|UPSERT)\b", re.IGNORECASE
)
_SQL_CALLS = frozenset({"execute", "exec_driver_sql", "executemany", "execute_raw", "raw", "text", "run"})
_SQL_BUILDERS = re.compile(
    r"sqlalchemy\.(?:\w+\.)*(?:insert|update|delete)$|sqlmodel\.(?:\w+\.)*(?:insert|update|delete)$"
)
_SESSION = re.compile(r"(?:^|_|\.)(?:session|db|uow|database)(?:$|_)|session$", re.IGNORECASE)
_SESSION_WRITES = frozenset(
    {"add", "add_all", "merge", "bulk_save_objects", "bulk_insert_mappings", "commit", "flush"}
)
_MANAGER_WRITES = frozenset(
    {"create", "update", "delete", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
)
_MONGO_WRITES = frozenset(
    """insert_one insert_many update_one update_many replace_one delete_one delete_many bulk_write
    find_one_and_update""".split()  # noqa: SIM905
)
_REDIS_WRITES = frozenset(
    """set setex setnx psetex mset incr incrby decr hset hmset hincrby lpush rpush sadd zadd xadd publish delete del
    getset expire append""".split()  # noqa: SIM905
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each health check of the file that writes, once."""
    if match is not rule.matches[0]:
        return
    checks = health_checks(file)
    handlers = {each.function for each in checks}
    for each in checks:
        writes = []
        for part in each.parts:
            if part == each.function or part not in handlers:
                writes += _writes(part)
        if not writes or all(what.endswith((".commit", ".flush")) for _, what in writes):
            continue
        named = " and ".join(dict.fromkeys(f"`{what}`" for _, what in writes[:2]))
        yield rule.finding(
            each.function.name_span,
            f"{each.name} writes ({named}): probes ask it every few seconds, and it fails where reading still works",
            subject=each.function.name,
            related=[Location(call.span, "writes") for call, _ in writes[:5]],
        )


def _writes(function: Function) -> list[tuple[Call, str]]:
    """The calls of a function that change a store, with what they do."""
    return [(call, what) for call in function.body.below(Call) if (what := _written(call))]


def _written(call: Call) -> str:
    """What a call writes, in a word; empty for anything else."""
    name = call.last_name
    if name in _SQL_CALLS and call.written:
        text = call.written[0].parts[:1]
        if text and isinstance(text[0], str) and _WRITING_SQL.match(text[0]):
            return text[0].split()[0].upper()
    if _SQL_BUILDERS.search(call.name or ""):
        return f"{name}()"
    if call.receiver is None:
        return ""
    receiver = call.receiver.text
    code = f"{receiver}.{name}" if len(receiver) <= 40 and "\n" not in receiver else name
    if (
        (name in _SESSION_WRITES and _is_session(call.receiver))
        or (name in _MANAGER_WRITES and re.search(r"\.objects(?:\.filter\([^()]*\))?$", receiver))
        or name in _MONGO_WRITES
        or (name in _REDIS_WRITES and redis_command(call) in _REDIS_WRITES)
    ):
        return code
    return ""


def _is_session(value: Expression) -> bool:
    """Whether a value is a database session, by what made it or, where that is not known, by its name."""
    if any("session" in name.lower() for name in value.origins):
        return True
    if any(name in {"set()", "list()", "dict()", "frozenset()"} for name in value.origins):
        return False
    return _SESSION.search(value.text.rpartition("(")[0] or value.text) is not None
