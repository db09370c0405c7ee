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
    cst,
    define,
    good,
)
from lintkit.api.python import (
    COMMON_COMMANDS,
    Except,
    Expression,
    class_attributes,
    in_development_branch,
    is_redis_client,
    last_name,
    may_raise,
    names_client,
    scope_name,
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
    call = match.node
    if not isinstance(call, cst.Call) or not _is_of_store(match, call, file):
        return
    below: cst.CSTNode = call
    for above in file.ancestors(call):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            break
        if isinstance(above, cst.Try) and above.body is below:
            for handler in above.handlers:
                if not _IMPORT_ERRORS.issuperset(file.caught(handler) or ("?",)) and not may_raise(
                    Except(handler, file)
                ):
                    yield from _report(handler.body, "it fails", call, file, rule)
        elif isinstance(above, cst.If) and above.body is below and _is_lost_client(above.test, file):
            for block in _otherwise(above, file):
                yield from _report(block, "there is no client", call, file, rule)
        below = above


def _is_of_store(match: Match, call: cst.Call, file: PythonFile) -> bool:
    if match.trigger is BUILT:
        return names_client((match.name or "") + "()")
    if match.trigger is MEMCACHED:
        return (match.name or "").endswith(("Client", "client"))
    return isinstance(call.func, cst.Attribute) and is_redis_client(Expression(call.func.value, file))


def _report(
    block: cst.CSTNode, when: str, call: cst.Call, file: PythonFile, rule: RuleContext
) -> Iterator[Finding]:
    key = ("memory fallback", id(block))
    if key in file.answers:
        return
    file.answers[key] = True
    for node in file.walk(block):
        found = _fallback(node, file)
        if found is not None and not in_development_branch(node, file):
            yield rule.finding(
                file.span(node),
                f"`{found}` stands in for the shared store when {when}: each process then has data of its own",
                subject=f"{scope_name(node, file) or 'module'} {found}",
                related=(Location(file.span(call), "the shared store"),),
            )
            return


def _otherwise(branch: cst.If, file: PythonFile) -> list[cst.CSTNode]:
    """What runs where the test is false: the `else`, or the statements behind an `if` that returns."""
    if branch.orelse is not None:
        return [branch.orelse]
    if not file.leaves(branch.body):
        return []
    around = getattr(file.parent(branch), "body", ())
    return (
        [each for each in around if file.order(each) > file.order(branch)]
        if isinstance(around, (list, tuple))
        else []
    )


def _is_lost_client(test: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a test asks for a client that an `except` of this file has thrown away."""
    if isinstance(test, cst.Comparison):
        test = test.left
    if not isinstance(test, cst.Name | cst.Attribute) or not is_redis_client(Expression(test, file)):
        return False
    code = file.code(test)
    return f"{code} = None" in file.text and any(
        isinstance(node, cst.Assign)
        and isinstance(node.value, cst.Name)
        and node.value.value == "None"
        and any(file.code(each.target) == code for each in node.targets)
        and any(isinstance(above, cst.ExceptHandler) for above in file.ancestors(node))
        for node in file.walk(file.top_level_statement(test))
    )


def _fallback(node: cst.CSTNode, file: PythonFile) -> str | None:
    """What a node puts into the place of the store, or asks instead of it; None where it does neither."""
    if isinstance(node, cst.Assign):
        target = node.targets[0].target
        if isinstance(target, cst.Subscript):
            return file.code(target.value) if _is_kept(target.value, file) else None
        lasts = (
            isinstance(target, cst.Attribute)
            or file.enclosing_function(node) is None
            or _is_global(target, file)
        )
        if _is_memory_class(node.value):
            return file.code(target)
        if lasts and _is_container(node.value, file) and _STORE.search(file.code(target)):
            return file.code(target)
    elif isinstance(node, cst.Return) and node.value is not None and _is_memory_class(node.value):
        return file.code(node.value)
    elif (
        isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _USES
    ):
        return file.code(node.func.value) if _is_kept(node.func.value, file) else None
    elif isinstance(node, cst.Subscript):
        return file.code(node.value) if _is_kept(node.value, file) else None
    return None


def _is_memory_class(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Call) and _MEMORY.fullmatch(last_name(value.func) or "") is not None


def _is_global(target: cst.BaseExpression, file: PythonFile) -> bool:
    if not isinstance(target, cst.Name):
        return False
    bindings = file.bindings(target)
    return any(file.is_module_level(binding) for binding in bindings)


def _is_kept(container: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a container outlives the call: a dict of the module, or an attribute that holds one."""
    if isinstance(container, cst.Name):
        found = file.module_constant(container.value)
        return found is not None and found is file.follow(container) and _is_empty(found, file)
    if isinstance(container, cst.Attribute) and isinstance(container.value, cst.Name):
        owner = file.enclosing_class(container)
        said = class_attributes(owner, file).get(container.attr.value, ()) if owner is not None else ()
        return any(each.value is not None and _is_empty(each.value, file) for each in said)
    return False


def _is_container(value: cst.BaseExpression, file: PythonFile) -> bool:
    if isinstance(value, cst.Dict):
        return True
    return isinstance(value, cst.Call) and file.qualified_name(value.func) in _CONTAINERS


def _is_empty(value: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a container begins empty: it is there to be filled, and is no table of constants."""
    if isinstance(value, cst.Dict):
        return not value.elements
    return _is_container(value, file)
