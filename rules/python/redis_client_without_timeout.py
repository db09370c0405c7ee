"""python/redis-client-without-timeout: a Redis client that waits for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Calls,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    HANDING_ON,
    REDIS_TIMEOUTS,
    Call,
    Expression,
    Return,
    Yield,
    added_keywords,
    has_waiting_command,
    stays_in_module,
)

CLIENTS = Calls(("redis.*", "aioredis.*", "valkey.*", "rediscluster.*"), as_argument=True)

RULE = define(
    summary="a Redis client without a timeout",
    why="""
redis-py has no timeout of its own before release 8, nor has valkey-py. When the network drops packets, or a failover
leaves a connection half open, every call waits until the kernel gives up, which takes minutes; the workers fill up with
such calls, and one lost Redis takes the whole service down.
""",
    remedy="Pass `socket_timeout` and `socket_connect_timeout` (seconds) to the client, its pool, or its URL. "
    "A client that waits on purpose (`blpop`, `xread(block=…)`, `pubsub`) takes `socket_connect_timeout` alone.",
    severity="warning",
    kinds=("python",),
    looks_at=(CLIENTS,),
    tags=("redis", "timeout", "CWE-400"),
    packs=("recommended", "production"),
    fixable=True,
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import redis.asyncio as redis

_client = redis.from_url(settings.redis_url, decode_responses=True)  # <-- here
""",
            fixed="""\
import redis.asyncio as redis

_client = redis.from_url(settings.redis_url, decode_responses=True, socket_timeout=5, socket_connect_timeout=5)
""",
        ),
        bad(
            """\
import redis


def count():
    with redis.Redis("cache") as cache:  # <-- here
        return cache.get("count")


def total():
    cache = redis.Redis("cache")  # <-- here
    return int(cache.get("total"))
""",
            fixed="""\
import redis


def count():
    with redis.Redis("cache", socket_timeout=5, socket_connect_timeout=5) as cache:
        return cache.get("count")


def total():
    cache = redis.Redis("cache", socket_timeout=5, socket_connect_timeout=5)
    return int(cache.get("total"))
""",
            note="a client that stays in its function",
        ),
        bad(
            {
                "shop/clients.py": """\
import redis

jobs = redis.Redis("jobs")  # <-- here


def connect():
    client = redis.Redis("cache")  # <-- here
    return client


def cached():
    return redis.Redis("cache")  # <-- here


class Store:
    def __init__(self):
        self.client = redis.Redis("store")  # <-- here
""",
                "shop/worker.py": """\
from shop.clients import jobs

while True:
    run(jobs.blpop("jobs", timeout=0))
""",
            },
            note="no fix for a client that another module can take and wait with: only its author knows",
        ),
        bad(
            """\
from redis import Redis, StrictRedis

cache = Redis(host="cache")  # <-- here
queue = StrictRedis.from_url("redis://queue/0")  # <-- here
""",
        ),
        bad(
            """\
from redis.asyncio.cluster import RedisCluster
from redis.cluster import RedisCluster as Cluster

a = RedisCluster(host="cache")  # <-- here
b = Cluster.from_url("redis://cache")  # <-- here
""",
            note="clusters, sync and asyncio",
        ),
        bad(
            """\
from redis.sentinel import Sentinel

sentinel = Sentinel([("sentinel", 26379)])  # <-- here
cache = sentinel.master_for("primary")
""",
            note="a sentinel hands its options on to the clients that it makes",
        ),
        bad(
            """\
import redis

pool = redis.BlockingConnectionPool(host="cache", timeout=20)  # <-- here
cache = redis.Redis(connection_pool=pool)
""",
            note="the options of the connections belong to the pool, whose own `timeout` is for a free connection",
        ),
        bad(
            """\
import redis

OPTIONS = {"decode_responses": True, "socket_timeout": None}
cache = redis.Redis(host="cache", **OPTIONS)  # <-- here
""",
            note="the options are built here, and `None` is no timeout",
        ),
        bad(
            """\
import redis

jobs = redis.Redis("cache", 6379, 0)  # <-- here


def work():
    while True:
        run(jobs.blpop("jobs", timeout=0))
""",
            fixed="""\
import redis

jobs = redis.Redis("cache", 6379, 0, socket_connect_timeout=5)


def work():
    while True:
        run(jobs.blpop("jobs", timeout=0))
""",
            note="a limit for answers would end a command that waits on purpose",
        ),
        bad(
            """\
import redis

cache = redis.Redis("cache", 6379, 0, None, None, None)  # <-- here
""",
            note="by position",
        ),
        bad(
            {
                "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["redis>=5,<9"]\n',
                "uv.lock": '[[package]]\nname = "redis"\nversion = "7.4.1"\n',
                "shop/cache.py": 'import redis\n\ncache = redis.Redis(host="cache")  # <-- here\n',
            },
            note="the lock file has a release without timeouts",
        ),
        bad(
            {
                "requirements.txt": "redis==8.0.1\n",
                "app.py": 'import redis\n\ncache = redis.Redis(host="cache", socket_timeout=None)  # <-- here\n',
            },
            note="`None` takes the timeout of redis-py 8 away",
        ),
        bad("import valkey\n\ncache = valkey.Valkey()  # <-- here\n"),
        bad(
            """\
import asyncio
import functools

import redis
from dependency_injector import containers, providers


class Container(containers.DeclarativeContainer):
    cache = providers.Singleton(redis.Redis, host="cache")  # <-- here
    pool = providers.Resource(redis.ConnectionPool.from_url, "redis://cache")  # <-- here


make = functools.partial(redis.Redis, host="cache")  # <-- here
sessions = make(db=1)


async def connect():
    return await asyncio.to_thread(redis.from_url, "redis://cache")  # <-- here
""",
            note="made by a provider, a partial or a thread",
        ),
        good(
            """\
import functools
from unittest.mock import Mock

import redis
from dependency_injector import containers, providers


class Container(containers.DeclarativeContainer):
    cache = providers.Singleton(redis.Redis, host="cache", socket_timeout=3)
    pool = providers.Resource(redis.ConnectionPool.from_url, "redis://cache?socket_timeout=3")
    client = providers.Singleton(redis.Redis, connection_pool=pool)


make = functools.partial(redis.Redis, host="cache")
sessions = make(db=1, socket_timeout=3)
fake = Mock(spec=redis.Redis)
is_client = isinstance(fake, redis.Redis)
""",
            note="with a timeout, at the latest where it is called; no client is made",
        ),
        good('import redis\n\ncache = redis.Redis(host="cache", socket_timeout=2)\n'),
        good(
            """\
import redis

a = redis.StrictRedis("cache", 6379, 0, PASSWORD, 2)
b = redis.Redis("cache", 6379, 0, None, None, 2)
""",
            note="by position",
        ),
        good(
            """\
import redis

OPTIONS = {"db": 1}
OPTIONS.update(socket_timeout=2)
cache = redis.Redis(host="cache", **OPTIONS)
""",
            note="the options get it later",
        ),
        good(
            {
                "requirements.txt": "redis[hiredis]>=8,<9\n",
                "app.py": 'import redis\n\ncache = redis.Redis(host="cache")\n',
            },
            note="redis-py 8 has a timeout of 5 seconds",
        ),
        good(
            {
                "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["redis"]\n',
                "poetry.lock": '[[package]]\nname = "redis"\nversion = "8.1.0"\n',
                "shop/cache.py": 'import redis\n\ncache = redis.Redis(host="cache")\n',
            },
            note="so says the lock file",
        ),
        good(
            'import redis\n\nOPTIONS = {"socket_connect_timeout": 2}\ncache = redis.Redis(**OPTIONS)\n',
            note="options that the module builds",
        ),
        good(
            """\
import redis


def connect(url, **options):
    return redis.from_url(url, **options)
""",
            note="the caller's options may hold a timeout",
        ),
        good(
            'import redis\n\ncache = redis.from_url("redis://cache/0?socket_timeout=2")\n',
            note="the timeout stands in the URL",
        ),
        good(
            'import redis\n\nURL = f"redis://{host}/0?socket_connect_timeout={seconds}"\ncache = redis.from_url(URL)\n'
        ),
        good(
            """\
import redis

pool = redis.BlockingConnectionPool(host="cache", socket_timeout=2, socket_connect_timeout=2)
cache = redis.Redis(connection_pool=pool)
""",
            note="the pool has the timeout",
        ),
        good(
            """\
from redis.sentinel import Sentinel

cache = Sentinel([("sentinel", 26379)], socket_timeout=1).master_for("primary")
""",
            note="the sentinel has the timeout",
        ),
        good('import redis\n\ncache = redis.Redis(unix_socket_path="/run/redis.sock")\n', note="no network"),
        good("import fakeredis\n\ncache = fakeredis.FakeRedis()\n", note="no network"),
    ),
)

_MAKES_CONNECTIONS = re.compile(
    r"(?:^|\.)(?:(?:Strict)?(?:Redis|Valkey)(?:Cluster)?|(?:Blocking|Cluster)?ConnectionPool|Sentinel|create_redis(?:_pool)?)"
    r"(?:\.from_url)?$"
    r"|(?:^|\.)(?:asyncio\.|utils\.|client\.)?from_url$"
)
_URL_TIMEOUT = re.compile(r"[?&]socket_(?:connect_)?timeout=")
_TIMEOUTS = ("socket_timeout", "socket_connect_timeout")
_POSITIONS = {"socket_timeout": 4, "socket_connect_timeout": 5}
_BY_POSITION = re.compile(r"\.(?:Strict)?(?:Redis|Valkey)$")
"""Clients whose parameters begin with host, port, db and password; a pool or cluster takes its own first."""

_ELSEWHERE = ("connection_pool", "sentinel_kwargs", "unix_socket_path")
"""Options that say that the connection is made by something else, or leaves no machine."""


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a client or pool whose options, as far as the file builds them, hold no timeout."""
    call, made, name = match.call, match.expression, match.name or ""
    if (
        not _MAKES_CONNECTIONS.search(name.partition(".")[2])
        or call.in_main_block
        or (not rule.strict and call.in_command)
        or not call.arguments.whole
        or (made != call.callee and not _is_made_of(call))
    ):
        return
    given = call.arguments_for(made)
    if any(given.has(option) for option in _ELSEWHERE) or _said_in_url(given.value(0, "url")):
        return
    positions = _POSITIONS if _BY_POSITION.search(name) else {}
    said = {
        each: value for each in _TIMEOUTS if (value := given.value(positions.get(each), each)) is not None
    }
    if "create_redis" in name and (value := given.value(None, "timeout")) is not None:
        said["timeout"] = value
    if any(value.constant is not None for value in said.values()):
        return
    waits = has_waiting_command(file)
    wanted = ("socket_connect_timeout",) if waits else _TIMEOUTS
    # A limit for answers would end a command of another module that waits on purpose.
    is_fixable = not said and made == call.callee and (waits or stays_in_module(call))
    keywords = dict.fromkeys(wanted, "5")
    title = (
        f"pass {' and '.join(f'`{each}=5`' for each in wanted)}: seconds, and as many as a caller can wait"
    )
    what = made.text
    lacks = (
        f"`{what}` has `{'` and `'.join(f'{each}=None' for each in said)}`"
        if said
        else f"`{what}` has neither `socket_timeout` nor `socket_connect_timeout`"
    )
    yield rule.finding(
        call.span,
        f"{lacks}: a Redis that does not answer holds every caller",
        subject=f"{call.scope or 'module'} {what}",
        fix=added_keywords(title, keywords, call, positions=positions) if is_fixable else None,
        fixed_in=REDIS_TIMEOUTS if name.startswith("redis.") and not said else None,
    )


def _is_made_of(call: Call) -> bool:
    """Whether a call makes the client that it is given, now or later: `partial(Redis, …)`, `Singleton(Redis, …)`.

    Not where everybody who calls what `partial` made adds a timeout, or nobody here does.
    """
    if call.name not in HANDING_ON or isinstance(call.parent, Return | Yield):
        return False
    uses = [use.arguments for use in call.uses]
    return not uses or not all(
        not use.whole or any(use.has(timeout) for timeout in _TIMEOUTS) for use in uses
    )


def _said_in_url(url: Expression | None) -> bool:
    """Whether a URL has a timeout, or is the path of a socket on this machine."""
    texts = [part for part in (url.parts if url is not None else ()) if isinstance(part, str)]
    return any(text.startswith("unix:") or _URL_TIMEOUT.search(text) for text in texts)
