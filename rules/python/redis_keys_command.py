"""python/redis-keys-command: a Redis command that stops every client, or empties the database."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import command_trigger, redis_command

COMMANDS = {
    "keys": "walks all keys while every other client of that Redis waits; use `scan_iter`",
    "flushall": "deletes the data of everybody who uses that Redis",
    "flushdb": "deletes everything in that database, also what others keep there",
}

RULE = define(
    summary="KEYS, FLUSHALL or FLUSHDB in a service",
    why="""
Redis runs one command at a time. `KEYS` looks at every key there is, so on the day the database has grown, each call
stops all clients for seconds; locks expire and health checks fail meanwhile. `FLUSHALL` and `FLUSHDB` take the
sessions, queues and locks of everybody else along.
""",
    remedy='Iterate with `scan_iter(match="…")`, or keep a set of the keys; delete by key with `unlink`.',
    severity="warning",
    kinds=("python",),
    looks_at=(command_trigger(COMMANDS),),
    tags=("redis", "performance"),
    packs=("recommended", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS, "**/management/commands/**", "**/cli/**", "**/cli.py"),
    examples=(
        bad(
            """\
import redis.asyncio as redis


class Jobs:
    def __init__(self, url: str) -> None:
        self.redis = redis.from_url(url)

    async def stuck(self):
        return [key async for key in await self.redis.keys("job:*")]  # <-- here
"""
        ),
        bad(
            """\
from redis import Redis
from redis.cluster import RedisCluster


def clear(cache: Redis, shards: RedisCluster | None = None) -> None:
    cache.flushdb()  # <-- here
    cache.flushall(asynchronous=True)  # <-- here
    shards.keys()  # <-- here
"""
        ),
        bad(
            """\
from redis.sentinel import Sentinel

cache = Sentinel(HOSTS).master_for("primary")


def names():
    return cache.execute_command("KEYS", "user:*")  # <-- here
"""
        ),
        bad(
            """\
import redis

cache = redis.Redis()


def sizes():
    with cache.pipeline() as pipe:
        pipe.keys("a:*")  # <-- here
        pipe.dbsize()
        return pipe.execute()
""",
            note="a pipeline sends it as well",
        ),
        bad(
            """\
import redis
from fastapi import Depends


async def get_cache():
    yield redis.asyncio.from_url(URL)


async def names(cache=Depends(get_cache)):
    return await cache.keys("*")  # <-- here
"""
        ),
        good(
            """\
import redis

cache = redis.Redis()


def names():
    return list(cache.scan_iter(match="user:*", count=500))
""",
            note="`scan_iter` lets others in between",
        ),
        good("import redis\n\noptions = {}\n\n\ndef names():\n    return options.keys()\n", note="a dict"),
        good(
            'import redis\n\ncache = redis.Redis()\n\n\ndef fields():\n    return cache.hgetall("user").keys()\n',
            note="a dict that Redis answered with",
        ),
        good({"scripts/reset.py": "import redis\n\nredis.Redis().flushdb()\n"}, note="a script"),
        good(
            'import redis\n\nif __name__ == "__main__":\n    print(redis.Redis().keys())\n',
            note="run by hand",
        ),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report the call where what it is called on is a Redis client or pipeline."""
    call = match.call
    if call.in_main_block or (not rule.strict and call.in_command):
        return  # whoever types it sees what it does
    command = redis_command(call)
    if command in COMMANDS:
        yield rule.finding(
            call.span,
            f"`{command.upper()}` {COMMANDS[command]}",
            subject=f"{call.scope or 'module'} {command}",
        )
