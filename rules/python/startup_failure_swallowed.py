"""python/startup-failure-swallowed: the service starts although its database did not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Calls,
    Finding,
    Location,
    Match,
    PythonFile,
    RuleContext,
    Span,
    Statements,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    BROAD,
    Await,
    Call,
    Code,
    Discarded,
    Except,
    Finally,
    For,
    Function,
    Try,
    With,
    is_client_call,
    is_retry,
    may_raise,
    service_of,
    startup_around,
)

HANDLERS = Statements(("except",))
SUPPRESS = Calls(("contextlib.suppress",))
GATHER = Calls(("asyncio.gather",))

RULE = define(
    summary="a failed connect at startup is caught and ignored",
    why="""
The process comes up, the port answers, the rollout replaces the replicas that worked: only the first request then
finds that there is no database, no index or no queue behind it. A process that ends instead is restarted, and the old
replicas keep serving until it succeeds.
""",
    remedy="""
Log and `raise`, so that the process ends and is tried again. What the service can do without is opened where it is
first used, and the readiness check says whether it is there.
""",
    severity="error",
    kinds=("python",),
    looks_at=(HANDLERS, SUPPRESS, GATHER),
    tags=("startup", "availability", "CWE-390"),
    packs=("recommended", "production"),
    supersedes=("python/swallowed-exception",),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import logging
from contextlib import asynccontextmanager

from fastapi import FastAPI

from shop.db import database


@asynccontextmanager
async def lifespan(app):
    try:
        await database.connect()
    except Exception as error:  # <-- here
        logging.error("no database: %s", error)
    yield
    try:
        await database.disconnect()
    except Exception:
        logging.exception("could not disconnect")


app = FastAPI(lifespan=lifespan)
"""
        ),
        bad(
            """\
@app.on_event("startup")
async def startup():
    try:
        app.state.redis = await redis.create_pool()
    except (OSError, ConnectionError):  # <-- here
        app.state.redis = None
"""
        ),
        bad(
            """\
import logging

from shop.graph import neo4j_client


async def init_db():
    try:
        await neo4j_client.create_indexes()
    except Exception as error:  # <-- here
        print(f"no indexes: {error}")
""",
            note="by its name",
        ),
        bad(
            """\
from litestar import Litestar

from shop.db import engine


async def check_database(app):
    await ask()


async def ask():
    try:
        async with engine.connect() as connection:
            await connection.execute("SELECT 1")
    except:  # <-- here
        pass


app = Litestar([], on_startup=[check_database])
""",
            note="in what the startup handler calls",
        ),
        bad(
            """\
import logging

from aiohttp import web


async def open_mongo(app):
    try:
        app["mongo"] = await connect_mongo()
    except Exception:  # <-- here
        logging.exception("no mongo")
    yield


app = web.Application()
app.cleanup_ctx.append(open_mongo)
"""
        ),
        bad(
            """\
from django.apps import AppConfig

from shop.cache import redis_client


class ShopConfig(AppConfig):
    def ready(self):
        try:
            redis_client.ping()
        except Exception:  # <-- here
            pass
"""
        ),
        bad(
            """\
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def lifespan(app):
    try:
        await run_migrations()
    except Exception as error:  # <-- here
        log.warning("migrations failed", error=error)
        return
    yield
"""
        ),
        bad(
            """\
from fastapi import FastAPI

app = FastAPI()


@app.on_event("startup")
async def startup():
    for shard in SHARDS:
        try:
            await shard.database.connect()
        except Exception as error:  # <-- here
            log.warning(error)
""",
            note="one of several: a warning",
        ),
        bad(
            """\
import asyncio
import contextlib
from contextlib import asynccontextmanager

import psycopg


@asynccontextmanager
async def lifespan(app):
    with contextlib.suppress(Exception):  # <-- here
        await database.connect()
    await asyncio.gather(redis.ping(), mongo.connect(), return_exceptions=True)  # <-- here
    for attempt in range(5):
        try:
            app.state.pool = await open_pool()
            break
        except psycopg.Error:  # <-- here
            await asyncio.sleep(attempt)
    yield


def init_redis(app):
    started = time.monotonic()
    while time.monotonic() - started < 30:
        try:
            redis.ping()
            return
        except OSError:  # <-- here
            time.sleep(1)
""",
            note="errors that are dropped without an `except`, and attempts that end without an error",
        ),
        good(
            """\
import asyncio
import contextlib
from contextlib import asynccontextmanager


@asynccontextmanager
async def lifespan(app):
    while True:
        try:
            await database.connect()
            break
        except OSError:
            await asyncio.sleep(1)
    with contextlib.suppress(FileNotFoundError):
        await database.connect()
    results = await asyncio.gather(redis.ping(), mongo.connect(), return_exceptions=True)
    if any(isinstance(each, Exception) for each in results):
        raise RuntimeError("a store is missing")
    yield


def init_pool(app):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return open_pool()
        except OSError:
            time.sleep(1)
    raise RuntimeError("no database")
""",
            note="attempts without an end, or with an error behind them; results that are looked at",
        ),
        good(
            """\
class Proxy:
    def initialize_channel(self, channel_id):
        try:
            self.redis.setex(f"channel:{channel_id}", 60, "new")
            self.redis.ping()
        except Exception:
            log.exception("no channel %s", channel_id)
            return False


def init_worker(app):
    try:
        redis.setex(Keys.connection_attempts(), 60, "0")
    except Exception:
        log.exception("not counted")
""",
            note="done for each channel; a key that is named for connections",
        ),
        bad(
            """\
import aio_pika
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient

app = FastAPI()


@app.on_event("startup")
async def start():
    client = AsyncIOMotorClient(URL)
    try:
        await client.admin.command("ping")
    except Exception as error:  # <-- here
        log.warning(error)
    try:
        app.state.queue = await aio_pika.connect_robust(QUEUE_URL)
    except OSError as error:  # <-- here
        log.warning(error)
""",
            note="clients of stores by their library, whatever they are called",
        ),
        good(
            """\
import logging
from contextlib import asynccontextmanager


@asynccontextmanager
async def lifespan(app):
    try:
        await database.connect()
    except Exception:
        logging.exception("no database")
        raise
    yield
""",
            note="raised again",
        ),
        good(
            """\
import sys


def init_db():
    try:
        database.connect()
    except OSError as error:
        sys.exit(f"no database: {error}")
""",
            note="it ends",
        ),
        good(
            """\
import time


def init_db():
    for attempt in range(10):
        try:
            database.connect()
            break
        except OSError:
            time.sleep(attempt)
    else:
        raise SystemExit("no database")
""",
            note="attempts that end in an error",
        ),
        good(
            """\
@app.on_event("startup")
async def startup():
    try:
        await redis.ping()
    except Exception:
        if not settings.REDIS_OPTIONAL:
            raise
        app.state.redis = None
""",
            note="a setting decides",
        ),
        good(
            """\
@app.on_event("startup")
async def startup():
    try:
        sentry.init(settings.SENTRY_DSN)
    except Exception:
        log.warning("no sentry")
    try:
        await warm_cache(database)
    except Exception:
        log.warning("the cache is cold")
""",
            note="what the service can do without",
        ),
        good(
            """\
from contextlib import asynccontextmanager


@asynccontextmanager
async def lifespan(app):
    await database.connect()
    yield
    try:
        await database.disconnect()
    except Exception:
        log.exception("could not disconnect")
""",
            note="shutting down",
        ),
        good(
            """\
def init_db():
    try:
        database.execute("CREATE EXTENSION vector")
    except DuplicateObject:
        pass
""",
            note="an expected answer of the database",
        ),
        good(
            """\
def read(database):
    try:
        database.connect()
    except Exception:
        log.exception("no database")
""",
            note="nothing says that this is startup",
        ),
    ),
)

_STORE = re.compile(
    r"(?:^|[._])(?:db|database|databases|datastore|redis|valkey|neo4j|mongo|mongodb|motor|postgres|postgresql|pg|mysql|sql"
    r"|engine|pool|kafka|rabbit|rabbitmq|amqp|broker|elastic|elasticsearch|opensearch|qdrant|milvus|weaviate|clickhouse"
    r"|cassandra|minio|supabase|migrations?|alembic|tables|schema|indexes|nats|pgvector|sqlalchemy|asyncpg|psycopg"
    r"|conn|connection|vector_?store)(?:$|[._])",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"connect(?!ions?_)|ping|init|create_(?:all|pool|tables?|index(?:es)?|constraints|engine|async_engine|client|database|db|collections?)"
    r"|open|setup|ensure|verify|check|execute|migrat|upgrade|wait_for|from_url|begin|acquire|apply",
    re.IGNORECASE,
)
_OPTIONAL = re.compile(
    r"sentry|telemetry|metrics|otel|trac(?:e|ing)|posthog|analytics|warm|prefetch|preload|seed|log|dis(?:connect|pose)|clos|stop|cleanup"
    r"|banner|version|notify|report|backfill|demo|sample",
    re.IGNORECASE,
)
_STORES = frozenset(
    {
        *("Redis", "Valkey", "Neo4j", "a SQL database", "PostgreSQL", "MySQL", "MongoDB", "Cassandra"),
        *("ClickHouse", "Elasticsearch", "OpenSearch", "Kafka", "RabbitMQ", "NATS", "a message broker"),
    }
)
"""What a service cannot do without, as `lintkit.python.idioms.clients` calls it."""
_CONNECTION_ERRORS = re.compile(
    r"(?:^|\.)(?:OSError|IOError|ConnectionError|ConnectionRefusedError|TimeoutError|RuntimeError|socket\.error"
    r"|OperationalError|DBAPIError|SQLAlchemyError|InterfaceError|DatabaseError|RedisError|ServiceUnavailable|PyMongoError"
    r"|ServerSelectionTimeoutError|ConnectionFailure|AMQPError|AMQPConnectionError|KafkaError|PostgresError|Neo4jError"
    r"|PostgresConnectionError|ClientConnectorError|NoBrokersAvailable|TransportError|ConnectError|gaierror|socket\.timeout"
    r"|ExceptionGroup|BaseExceptionGroup)$"
    r"|^(?:psycopg2?|pymysql|aiomysql|MySQLdb|mysql\.connector|sqlite3|aiosqlite|pyodbc|oracledb)\.(?:\w+\.)?Error$"
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report what lets the start go on although a connect failed: a handler, `suppress`, or results nobody looks at."""
    code = match.code
    if isinstance(code, Except):
        if _are_failures(code.caught) and not may_raise(code):
            yield from _swallowed(code, code.attempt, code.head, rule)
    elif match.trigger is GATHER:
        yield from _gathered(match.call, rule)
    else:
        block = code.parent
        if isinstance(block, With) and _are_failures(
            [each.name or "" for each in match.call.arguments.positional]
        ):
            yield from _swallowed(code, block, code.span, rule)


def _swallowed(swallower: Code, attempt: Try | With, span: Span, rule: RuleContext) -> Iterator[Finding]:
    startup = startup_around(attempt)
    if startup is None:
        return
    call = _opening(attempt.body)
    if call is None or is_retry(swallower, ends_well=True) or _is_beside_the_point(attempt):
        return
    # A loop tries one after the other, such as extensions: a failure takes away one of them.
    one_of_many = isinstance(next(attempt.around(Function, For), None), For)
    yield rule.finding(
        span,
        f"a failure of `{call.callee.text}` {startup.reason} ends here: the service starts without "
        + ("what fails, and with the others" if one_of_many else "it"),
        subject=attempt.scope,
        related=[Location(call.span, "what may fail")],
        severity="warning" if one_of_many else None,
        confidence=None if startup.certain else "medium",
    )


def _gathered(call: Call, rule: RuleContext) -> Iterator[Finding]:
    """`await asyncio.gather(database.connect(), return_exceptions=True)` as a statement: the errors are dropped."""
    returned = call.argument(None, "return_exceptions")
    if returned is None or returned.constant is not True or not isinstance(call.parent, Await):
        return
    startup = startup_around(call)
    if startup is None or not isinstance(call.parent.parent, Discarded):
        return
    opening = next((found for each in call.written if (found := _opening(each)) is not None), None)
    if opening is not None and not _is_beside_the_point(call):
        yield rule.finding(
            returned.span,
            f"a failure of `{opening.callee.text}` {startup.reason} ends in a result that nobody looks at: "
            "the service starts without it",
            subject=call.scope,
            related=[Location(opening.span, "what may fail")],
            confidence=None if startup.certain else "medium",
        )


def _are_failures(names: Sequence[str]) -> bool:
    """Whether what is caught is what an unreachable store raises; not an answer such as "exists already"."""
    return any(name in BROAD or _CONNECTION_ERRORS.search(name) for name in names)


def _opening(body: Code) -> Call | None:
    """The first call of a block that opens or prepares a store."""
    for call in body.below(Call):
        name = call.callee.text
        if len(name) > 100 or "(" in name or _OPTIONAL.search(name):
            continue
        method = name.rpartition(".")[2]
        if (_OPENS.search(method) and (_STORE.search(name) or _is_of_store(call))) or (
            method == "command" and _asks_mongo(call)
        ):
            return call
    return None


def _is_of_store(call: Call) -> bool:
    """Whether a call is of a client library of a store, or of a client that one made, whatever it is called."""
    return any(is_client_call(name) and service_of(name) in _STORES for name in call.callee.origins)


def _asks_mongo(call: Call) -> bool:
    """`client.admin.command("ping")`, the way to find out whether MongoDB is there."""
    command = call.argument(0, "command")
    return command is not None and command.literal in {"ping", "hello", "ismaster", "serverStatus"}


def _is_beside_the_point(attempt: Code) -> bool:
    """Whether the code runs for developers, or only while another error is handled."""
    return attempt.in_development_branch or next(attempt.around(Finally, Except), None) is not None
