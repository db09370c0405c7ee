"""python/shared-store-memory-fallback: a dict in the process stands in for Redis when Redis is away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Calls,
    Finding,
    Location,
    Match,
    MethodCalls,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    COMMON_COMMANDS,
    Assignment,
    Attribute,
    Call,
    Code,
    Comparison,
    Dict,
    Except,
    Expression,
    Function,
    If,
    Lambda,
    Name,
    Return,
    Subscript,
    Try,
    is_redis_client,
    may_raise,
    names_client,
)

BUILT = Calls(("redis.*", "aioredis.*", "valkey.*"))
MEMCACHED = Calls(
    (
        "pymemcache.*",
        "aiomcache.Client",
        "bmemcached.Client",
        "pylibmc.Client",
        "memcache.Client",
        "emcache.create_client",
    )
)
USED = MethodCalls(COMMON_COMMANDS, words=("redis", "valkey"))

RULE = define(
    summary="when the shared store is away, the process keeps its data in a dict",
    why="""
Each replica and worker then has sessions, limits and locks of its own: users are logged out at every second request,
rate limits count for one process, two workers hold the same lock. Nothing fails, so nobody notices, and what was
written meanwhile is gone with the restart.
""",
    remedy="Let the call fail (503) and the health check with it; a fallback for development belongs behind a setting.",
    severity="warning",
    confidence="medium",
    kinds=("python",),
    looks_at=(BUILT, MEMCACHED, USED),
    tags=("redis", "resilience", "state"),
    packs=("recommended", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import redis

try:
    cache = redis.Redis(host="cache", socket_timeout=2)
    cache.ping()
except redis.RedisError:
    cache = MemoryCache()  # <-- here
"""
        ),
        bad(
            """\
import redis.asyncio as redis

SESSIONS = {}


async def load(client: redis.Redis, key):
    try:
        return await client.get(key)
    except Exception:
        return SESSIONS.get(key)  # <-- here


async def save(client: redis.Redis, key, value):
    try:
        await client.set(key, value, ex=60)
    except redis.ConnectionError:
        log.warning("redis is away")
        SESSIONS[key] = value  # <-- here
"""
        ),
        bad(
            """\
import redis.asyncio as redis


class Store:
    def __init__(self):
        self.redis = None
        self._local = {}

    async def connect(self):
        try:
            self.redis = redis.from_url(URL, socket_timeout=2)
            await self.redis.ping()
        except Exception:
            self.redis = None

    async def put(self, key, value):
        if self.redis is not None:
            await self.redis.set(key, value, ex=60)
        else:
            self._local[key] = value  # <-- here

    async def get(self, key):
        if self.redis:
            return await self.redis.get(key)
        return self._local.get(key)  # <-- here
""",
            note="the client is forgotten when it cannot connect, and everything asks whether there is one",
        ),
        bad(
            """\
import fakeredis
import redis


class Limiter:
    def __init__(self):
        try:
            self.redis = redis.Redis(socket_timeout=1)
            self.redis.ping()
        except (redis.ConnectionError, OSError):
            self.redis = fakeredis.FakeRedis()  # <-- here
"""
        ),
        bad(
            """\
import pymemcache

try:
    store = pymemcache.Client("cache:11211")
except OSError:
    store = {}  # <-- here
"""
        ),
        good(
            """\
import redis


def load(client: redis.Redis, key):
    try:
        return client.get(key)
    except redis.RedisError as error:
        raise Unavailable() from error
""",
            note="the caller gets to know",
        ),
        good(
            """\
import redis


def load(client: redis.Redis, key):
    try:
        value = client.get(key)
    except redis.RedisError:
        value = None
    return value or database.load(key)
""",
            note="the database is shared, too",
        ),
        good(
            """\
import redis

try:
    cache = redis.Redis()
except redis.RedisError:
    if settings.DEBUG:
        cache = MemoryCache()
    else:
        raise
""",
            note="for developers only",
        ),
        good(
            """\
import redis


class Store:
    def __init__(self, url):
        self.redis = redis.from_url(url) if url else None
        self._local = {}

    def put(self, key, value):
        if self.redis:
            self.redis.set(key, value)
        else:
            self._local[key] = value
""",
            note="the setting decides, not the state of the network",
        ),
        good(
            """\
import redis


def load(client: redis.Redis, key):
    try:
        return client.get(key)
    except redis.RedisError:
        usage = log_memory_usage()
        report(usage)
        return None
""",
            note="no store",
        ),
        good(
            """\
import redis


def stats(client: redis.Redis):
    answer = {}
    try:
        answer["keys"] = client.dbsize()
        client.ping()
    except redis.RedisError:
        answer["error"] = True
    return answer
""",
            note="a dict of this call",
        ),
    ),
)

_MEMORY = re.compile(
    r"(?:Async)?(?:In)?Memory\w*|\w*Memory(?:Cache|Store|Storage|Backend|Limiter)|Fake(?:Async|Strict)*Redis\w*"
    r"|(?:Local|Dict)(?:Cache|Store|Storage|Backend)"
)
"""Classes that keep data in the process, by the last part of their names."""

_STORE = re.compile(r"memory|local|fallback|cache|store|session|redis|client|backend", re.IGNORECASE)
_CONTAINERS = frozenset(
    {
        "dict",
        "collections.defaultdict",
        "collections.OrderedDict",
        "cachetools.TTLCache",
        "cachetools.LRUCache",
    }
)
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
_USES = frozenset({"get", "pop", "setdefault", "update"})


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Look at what happens where a call of the store fails, or where there is no client."""
    call = match.call
    if not _is_of_store(match):
        return
    below: Code = call
    for above in call.around(Code):
        if isinstance(above, Function | Lambda):
            break
        if isinstance(above, Try) and above.body == below:
            for handler in above.handlers:
                if not _IMPORT_ERRORS.issuperset(handler.caught or ("?",)) and not may_raise(handler):
                    yield from _report(handler.body, "it fails", call, rule)
        elif isinstance(above, If) and above.body == below and _is_lost_client(above.test):
            for block in above.otherwise:
                yield from _report(block, "there is no client", call, rule)
        below = above


def _is_of_store(match: Match) -> bool:
    if match.trigger is BUILT:
        return names_client((match.name or "") + "()")
    if match.trigger is MEMCACHED:
        return (match.name or "").endswith(("Client", "client"))
    return match.call.receiver is not None and is_redis_client(match.call.receiver)


def _report(block: Code, when: str, call: Call, rule: RuleContext) -> Iterator[Finding]:
    if block.module.kept(("memory fallback", block), lambda _: call) != call:
        return
    for code in block.below(Code):
        found = _fallback(code)
        if found and not code.in_development_branch:
            yield rule.finding(
                code.span,
                f"`{found}` stands in for the shared store when {when}: each process then has data of its own",
                subject=f"{code.scope or 'module'} {found}",
                related=(Location(call.span, "the shared store"),),
            )
            return


def _is_lost_client(test: Expression) -> bool:
    """Whether a test asks for a client that an `except` of this file has thrown away."""
    if isinstance(test, Comparison):
        test = test.operands[0]
    if not isinstance(test, Name | Attribute) or not is_redis_client(test):
        return False
    code = test.text
    return f"{code} = None" in test.module.text and any(
        each.value is not None
        and each.value.text == "None"
        and any(target.text == code for target in each.targets)
        and next(each.around(Except), None) is not None
        for each in test.top.below(Assignment)
    )


def _fallback(code: Code) -> str:
    """What puts something into the place of the store, or asks it instead; empty where it does neither."""
    kept: Expression | None = None
    if isinstance(code, Assignment) and not code.is_annotated and code.value is not None:
        target = code.targets[0]
        if isinstance(target, Subscript):
            kept = target.of
        elif _is_memory_class(code.value) or (
            (
                isinstance(target, Attribute)
                or code.function is None
                or (isinstance(target, Name) and target.is_global)
            )
            and _is_container(code.value)
            and _STORE.search(target.text)
        ):
            return target.text
    elif isinstance(code, Return) and code.value is not None and _is_memory_class(code.value):
        return code.value.text
    elif isinstance(code, Call) and code.method in _USES:
        kept = code.receiver
    elif isinstance(code, Subscript):
        kept = code.of
    return kept.text if kept is not None and _is_kept(kept) else ""


def _is_memory_class(value: Expression) -> bool:
    return isinstance(value, Call) and _MEMORY.fullmatch(value.last_name) is not None


def _is_kept(container: Expression) -> bool:
    """Whether a container outlives the call: a dict of the module, or an attribute that holds one."""
    if isinstance(container, Name):
        found = [each.followed for each in container.values_in_module]
        return found == [container.followed] and _is_empty(found[0])
    owner = container.owner
    if isinstance(container, Attribute) and isinstance(container.of, Name) and owner is not None:
        return any(map(_is_empty, owner.values(container.attribute)))
    return False


def _is_container(value: Expression) -> bool:
    return isinstance(value, Dict) or (isinstance(value, Call) and value.name in _CONTAINERS)


def _is_empty(value: Expression) -> bool:
    """Whether a container begins empty: it is there to be filled, and is no table of constants."""
    return not value.children if isinstance(value, Dict) else _is_container(value)
