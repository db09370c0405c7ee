"""python/redis-set-without-ttl: a session, cache entry, token or lock that Redis keeps for ever."""

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
from lintkit.api.python import (
    Branch,
    Call,
    Code,
    Dict,
    Expression,
    Function,
    command_trigger,
    key_of,
    key_shape,
    key_text,
    key_words,
    redis_command,
)

WRITES = ("set", "setnx", "mset", "hset", "hmset", "rpush", "lpush")
EXPIRES = ("expire", "pexpire", "expireat", "pexpireat")

RULE = define(
    summary="a session, cache, token or lock key without an expiry",
    why="""
What is written without a time to live stays until somebody deletes it. Sessions and cache entries fill Redis until it
evicts other people's keys or refuses writes; a token never stops being valid; a lock whose owner crashed is never
released, and the work behind it never runs again.
""",
    remedy="Write it with its expiry: `set(key, value, ex=3600)`, or `expire` on the same key in the same path.",
    severity="warning",
    confidence="medium",
    kinds=("python",),
    looks_at=(command_trigger((*WRITES, *EXPIRES)),),
    tags=("redis", "CWE-613"),
    packs=("recommended", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import redis.asyncio as redis

client = redis.from_url(URL)


async def login(user, token):
    await client.set(f"session:{user.id}", token)  # <-- here
    await client.hset(f"session:{user.id}:data", mapping={"name": user.name})  # <-- here
"""
        ),
        bad(
            """\
from redis import Redis

CACHE_KEY = "report"


def remember(cache: Redis, value, ttl=None):
    if ttl:
        cache.setex(CACHE_KEY, ttl, value)
    else:
        cache.set(CACHE_KEY, value)  # <-- here
""",
            note="the `setex` of the other branch is none for this one",
        ),
        bad(
            """\
import redis


class Worker:
    def __init__(self):
        self.redis = redis.Redis()

    def _lock_key(self, job):
        return f"lock:{job}"

    def begin(self, job):
        return self.redis.set(self._lock_key(job), "1", nx=True)  # <-- here

    def note(self, events, ttl):
        self.redis.rpush(f"session:{self.id}:events", *events)  # <-- here
        if ttl:
            self.redis.expire(f"session:{self.id}:events", ttl)
""",
            note="an expiry that only one branch sets",
        ),
        bad(
            """\
import redis

client = redis.Redis()


def store(a, b):
    client.mset({f"cache:{a.id}": a.text, f"cache:{b.id}": b.text})  # <-- here
    client.setnx("token:reset", a.token)  # <-- here
    client.set("token:login", a.token, ex=None)  # <-- here
"""
        ),
        good(
            """\
import redis

client = redis.Redis()


def store(user, token):
    client.set(f"session:{user.id}", token, ex=3600)
    client.set(f"token:{user.id}", token, 3600)
    client.set("lock:jobs", 1, nx=True, px=500)
    client.setex(f"cache:{user.id}", 60, token)
    client.set(f"cache:{user.id}", token, exat=WHEN)
"""
        ),
        good(
            'import redis\n\nclient = redis.Redis()\nclient.set("session:1", "x", keepttl=True)\n',
            note="`keepttl` leaves the expiry that it has",
        ),
        good(
            """\
import redis


def store(client: redis.Redis, user, data):
    key = f"session:{user.id}"
    with client.pipeline() as pipe:
        pipe.hset(key, mapping=data)
        pipe.expire(key, 3600)
        pipe.execute()
    if data.get("events"):
        client.rpush("cache:events", *data["events"])
    client.expire("cache:events", 60)
""",
            note="`expire` on the same key",
        ),
        good(
            """\
import redis

client = redis.Redis()


def begin(session_id):
    client.hset(f"session:{session_id}", "state", "new")
    client.expire(f"session:{session_id}", 3600)


def change(session, state):
    client.hset(f"session:{session.id}", "state", state)
""",
            note="`hset` leaves the expiry that the key was given at first",
        ),
        good(
            """\
import redis

client = redis.Redis()


def configure(name, value, **options):
    client.set(f"setting:{name}", value)
    client.set(f"block:{name}", value)
    client.hset("tokens:used:total", name, value)
    client.set(f"cache:{name}", value, **options)
""",
            note="what is meant to stay, and options of the caller",
        ),
        good(
            'cache = {}\n\n\ndef put(redis):\n    redis.set("session:1", 2)\n', note="nobody knows what it is"
        ),
    ),
)

_KINDS = {
    "session": ("session", "it stays in Redis for ever"),
    "sessions": ("session", "it stays in Redis for ever"),
    "sess": ("session", "it stays in Redis for ever"),
    "cache": ("cache", "it is never read anew, and Redis fills up"),
    "cached": ("cache", "it is never read anew, and Redis fills up"),
    "token": ("token", "it never stops being valid"),
    "tokens": ("token", "it never stops being valid"),
    "otp": ("token", "it never stops being valid"),
    "nonce": ("token", "it never stops being valid"),
    "lock": ("lock", "if its owner crashes, nobody gets it again"),
    "locks": ("lock", "if its owner crashes, nobody gets it again"),
    "mutex": ("lock", "if its owner crashes, nobody gets it again"),
}
_MEANT_TO_STAY = frozenset(
    {
        "count",
        "counts",
        "counter",
        "used",
        "usage",
        "total",
        "budget",
        "limit",
        "stats",
        "metrics",
        "config",
        "version",
    }
)
_EXPIRING = frozenset({"ex", "px", "exat", "pxat", "keepttl"})


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a write of such a key that nothing on its path gives an expiry."""
    call = match.call
    if match.name in EXPIRES or call.in_main_block:
        return
    command = redis_command(call)
    if command not in WRITES or (command == "set" and _may_expire(call)):
        return
    for key in _keys(call, command):
        words = key_words(key)
        kind = next((_KINDS[word] for word in _KINDS if word in words), None)
        if kind is None or words & _MEANT_TO_STAY or _expires_elsewhere(call, command, key, rule):
            continue
        name, outcome = kind
        yield rule.finding(
            call.span,
            f"`{command}` of a {name} key without an expiry: {outcome}",
            subject=f"{call.scope or 'module'} {command} {key_shape(key)[:80]}",
        )
        return


def _keys(call: Call, command: str) -> list[Expression]:
    key = key_of(call)
    if key is None or command != "mset":
        return [] if key is None else [key]
    mapping = key.followed
    return [entry.key for entry in mapping.entries] if isinstance(mapping, Dict) else []


def _may_expire(call: Call) -> bool:
    given = call.arguments
    limits = [
        *given.positional[2:4],
        *(each.value for name, each in given.keywords.items() if name in _EXPIRING),
    ]
    return not given.whole or any(value.constant is not None for value in limits)


def _expires_elsewhere(call: Call, command: str, key: Expression, rule: RuleContext) -> bool:
    """Whether `expire` is called on the same key, on every path that comes from the write.

    A write into a hash or list keeps an expiry, so for those one anywhere in the module is enough.
    """
    text, shape = key_text(key), key_shape(key)
    function = call.function
    around = _branches(call)
    for other in rule.matches:
        expired = key_of(other.call) if other.name in EXPIRES else None
        if expired is None:
            continue
        if command in {"hset", "hmset", "rpush", "lpush"} and other.call.function != function:
            if key_shape(expired) == shape:
                return True
        elif (
            other.call.function == function and key_text(expired) == text and _branches(other.call) <= around
        ):
            return True
    return function is not None and _is_handed_on(function, text)


def _branches(code: Code) -> set[Code]:
    """The blocks around code in its function that do not always run."""
    found: set[Code] = set()
    below = code
    for above in code.around(Code):
        if isinstance(above, Function):
            break
        if isinstance(above, Branch):
            found.add(below)
        below = above
    return found


def _is_handed_on(function: Function, text: str) -> bool:
    """Whether a function of this module that sets expiries is given the key."""
    for call in function.body.below(Call):
        if any(key_text(value) == text for value in call.written[:3]):
            called = call.callee.definition
            if isinstance(called, Function) and "expire" in called.text:
                return True
    return False
