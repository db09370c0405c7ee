"""python/redis-read-modify-write: a value is read from Redis, changed and written back as if nobody else did."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
    Location,
    Match,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import COMMANDS, updates

RULE = define(
    summary="a Redis value is read, changed and written back without protection",
    why="""
Between the read and the write another replica, worker or coroutine does the same: both write, and one change is lost.
Counters are too low, list entries vanish, and a state that was final is open again. It never happens on a laptop. A
pipeline or `MULTI` sends commands together, but does not notice that the value has changed since it was read.
""",
    remedy="Change it where it is (`incr`, `hincrby`, `rpush`, `hset` of one field), or `watch` the key, hold "
    "`redis.lock(…)`, or run a Lua script.",
    severity="warning",
    confidence="medium",
    kinds=("python",),
    looks_at=(COMMANDS,),
    tags=("redis", "concurrency", "CWE-362"),
    packs=("recommended", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import json

import redis

client = redis.Redis()


def add(user, item):
    cart = json.loads(client.get(f"cart:{user}") or "[]")
    cart.append(item)
    client.set(f"cart:{user}", json.dumps(cart), ex=3600)  # <-- here


def count(name):
    seen = int(client.get(name) or 0)
    client.set(name, seen + 1)  # <-- here
"""
        ),
        bad(
            """\
import redis.asyncio as redis


class Jobs:
    def __init__(self, client: redis.Redis) -> None:
        self.redis = client

    async def _load(self, job_id):
        text = await self.redis.get(f"job:{job_id}")
        return Job.parse(text)

    async def _save(self, job):
        await self.redis.set(f"job:{job.id}", job.json())

    async def failed(self, job_id):
        job = await self._load(job_id)
        job.attempts += 1
        await self._save(job)  # <-- here
""",
            note="through helpers of the class",
        ),
        bad(
            """\
import json
import os

import redis

_connection = None


def connection():
    global _connection
    if _connection is None:
        _connection = redis.Redis.from_url(os.environ["REDIS_URL"])
    return _connection


def place(user):
    return f"basket:{user}"


def load(user):
    raw = connection().get(place(user))
    return json.loads(raw) if raw else []


def save(owner, basket):
    connection().setex(place(owner), 3600, json.dumps(basket))


def put(me, item):
    basket = load(me.id)
    basket.append(item)
    save(me.id, basket)  # <-- here


def swap(me, you):
    save(me.id, [*load(you.id)])


def same(me):
    save(me.id, load(me.id))
""",
            note="through functions of the module, by a client that is built when it is first needed",
        ),
        bad(
            """\
import redis


def finish(client: redis.Redis, key: str) -> None:
    state = client.hgetall(key)
    state["steps"] = int(state["steps"]) + 1
    with client.pipeline(transaction=True) as pipe:
        pipe.hset(key, mapping=state)  # <-- here
        pipe.execute()
""",
            note="a pipeline or MULTI without WATCH is no protection",
        ),
        bad(
            """\
import redis

client = redis.Redis()


def count(user, name):
    seen = int(client.get("seen:" + user.id + str(name)))
    client.set(  # <-- here
        "seen:"
        + user.id
        + str(
            name,
        ),
        seen + 1,
    )
""",
            note="however the key is wrapped",
        ),
        good(
            """\
import redis


def finish(client: redis.Redis, key: str) -> None:
    with client.pipeline() as pipe:
        pipe.watch(key)
        state = pipe.hgetall(key)
        state["steps"] = int(state["steps"]) + 1
        pipe.multi()
        pipe.hset(key, mapping=state)
        pipe.execute()
""",
            note="`watch`",
        ),
        good(
            """\
import redis

client = redis.Redis()


def count(name):
    with client.lock(f"lock:{name}", timeout=5):
        seen = int(client.get(name) or 0)
        client.set(name, seen + 1)
""",
            note="a lock",
        ),
        good(
            """\
import redis

client = redis.Redis()
ADD = "redis.call('set', KEYS[1], redis.call('get', KEYS[1]) + ARGV[1])"


def count(name):
    seen = client.get(name)
    client.eval(ADD, 1, name, 1)
    client.incr(name)
    return seen
""",
            note="Lua, or a command that changes the value where it is",
        ),
        good(
            """\
import json

import redis

client = redis.Redis()


def profile(user):
    known = client.get(f"user:{user}")
    if known is None:
        known = json.dumps(load(user))
        client.set(f"user:{user}", known, ex=60)
    return known


def copy(a, b):
    value = client.get(a) + b"!"
    client.set(b, value)


def touch(key):
    value = client.get(key)
    client.setex(key, 60, value)


def fields(key):
    steps = int(client.hget(key, "steps"))
    client.hset(key, "next", steps + 1)
""",
            note="a cache that is filled, two keys, a value as it was, two fields",
        ),
        good(
            "def count(cache, name):\n    seen = cache.get(name)\n    cache.set(name, seen + 1)\n",
            note="nobody knows what it is",
        ),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report every update of the file at its first match."""
    if match is not rule.matches[0]:
        return
    for update in updates(rule.matches, file):
        through = "a pipeline without WATCH is no protection, " if update.pipelined else ""
        yield rule.finding(
            update.write.span,
            f"`{update.key}` is read, changed and written back without WATCH, a lock or Lua: "
            f"{through}two replicas lose an update",
            subject=f"{update.write.scope} {update.key}",
            related=(Location(update.read.span, "what was read"),),
        )
