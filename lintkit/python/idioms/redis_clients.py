"""Which objects are Redis clients: redis-py sync and asyncio, cluster, sentinel, aioredis, valkey; and pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lintkit.python.code import Call, Expression
from lintkit.python.lazy import cst
from lintkit.python.triggers import MethodCalls

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

COMMON_COMMANDS = (
    "get",
    "set",
    "setex",
    "setnx",
    "mget",
    "mset",
    "getdel",
    "getset",
    "delete",
    "unlink",
    "exists",
    "expire",
    "ttl",
    "incr",
    "incrby",
    "decr",
    "keys",
    "scan_iter",
    "hget",
    "hset",
    "hmget",
    "hgetall",
    "hdel",
    "hincrby",
    "lpush",
    "rpush",
    "lpop",
    "rpop",
    "blpop",
    "brpop",
    "lrange",
    "llen",
    "sadd",
    "srem",
    "smembers",
    "sismember",
    "zadd",
    "zrange",
    "zrem",
    "publish",
    "xadd",
    "xread",
    "xreadgroup",
    "ping",
    "flushdb",
    "flushall",
    "eval",
    "execute",
)
"""Methods of a client that send a command, as services use them."""

WAITING_COMMANDS = frozenset(
    {
        *("blpop", "brpop", "brpoplpush", "blmove", "blmpop", "bzpopmin", "bzpopmax", "bzmpop"),
        *("xread", "xreadgroup", "wait", "waitaof", "monitor", "pubsub"),
    }
)
"""Methods of a client whose answers come late on purpose, so that a limit for answers would end them.

`xread` and `xreadgroup` do so only with `block`. Source: the commands' pages in the documentation of Redis.
"""
_WAITS = re.compile(r"\.(?:" + "|".join(sorted(WAITING_COMMANDS)) + r")\(")

_LIBRARY = r"(?:redis|aioredis|valkey|rediscluster|redis_sentinel)"
_CLASS = r"(?:Strict)?(?:Redis|Valkey)(?:Cluster)?"
_CLIENT = re.compile(
    rf"{_LIBRARY}(?:\.\w+)*?\.(?:"
    rf"{_CLASS}(?:\(\)|\.from_url\(\)|\.from_pool\(\))"
    r"|from_url\(\)|create_redis(?:_pool)?\(\)"
    r"|Sentinel\(\)\.(?:master_for|slave_for)\(\)"
    r")"
    r"|(?:django_redis|flask_redis)\.(?:get_redis_connection|FlaskRedis|FlaskRedis\(\)\.from_url)\(\)"
    r"|arq(?:\.connections)?\.(?:create_pool|ArqRedis)\(\)"
)
_CONTEXT = re.compile(r"(?:\.(?:client|__aenter__|__enter__|initialize)\(\))*\Z")
_PIPELINE = re.compile(r"\.(?:pipeline|multi_exec)\(\)(?:\.(?:__aenter__|__enter__)\(\))?\Z")
_PIPELINE_CLASS = re.compile(rf"{_LIBRARY}(?:\.\w+)*?\.(?:Cluster)?Pipeline\(\)\Z")


def is_redis_client(expression: Expression) -> bool:
    """Whether an expression can be a Redis client (no pipeline): `self.redis`, `get_redis()`, an annotated name."""
    return any(map(names_client, expression.origins))


def names_client(name: str) -> bool:
    """Whether an origin (see `lintkit.python.receivers`) is a Redis client."""
    found = _CLIENT.match(name)
    return found is not None and _CONTEXT.match(name, found.end()) is not None


def names_pipeline(name: str) -> bool:
    """Whether an origin is a pipeline of a Redis client."""
    found = _CLIENT.match(name)
    if found is None:
        return _PIPELINE_CLASS.match(name) is not None
    return _PIPELINE.match(name, found.end()) is not None


def redis_command(call: Call) -> str | None:
    """The command that a call sends through a client or a pipeline, in lower case; None where it is none.

    `cache.set(…)` is `set`; `cache.execute_command("KEYS", …)` is `keys`.
    """
    receiver = call.receiver
    if receiver is None or not any(names_client(name) or names_pipeline(name) for name in receiver.origins):
        return None
    if call.method.lower() != "execute_command":
        return call.method.lower()
    words = call.argument(0)
    text = words.constant if words is not None else None
    return text.split()[0].lower() if isinstance(text, str) and text.strip() else None


def has_waiting_command(file: PythonFile) -> bool:
    """Whether a client of Redis in a file is asked for what comes late on purpose: `blpop`, `pubsub().listen()`.

    Receivers from elsewhere count, as nobody knows which client they are; `wait` only of a known client.
    """
    known: bool | None = file.answers.get("waiting command")
    if known is None:
        known = file.answers["waiting command"] = bool(_WAITS.search(file.text)) and _waits(file)
    return known


def _waits(file: PythonFile) -> bool:
    for statement in file.statements():
        for node in file.walk(statement):
            if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
                continue
            name = node.func.attr.value
            if name not in WAITING_COMMANDS:
                continue
            if name in {"wait", "monitor"} and not is_redis_client(Expression(node.func.value, file)):
                continue
            if name not in {"xread", "xreadgroup"}:
                return True
            given = file.given(node)
            if not given.whole or given.has("block", 2 if name == "xread" else 4):
                return True
    return False


def stays_in_module(made: Call) -> bool:
    """Whether no other module can get at the client that `made` makes.

    False for what is bound to a public name of the module or a class, to an attribute, returned, or handed to a call.
    """
    call, file = made.node, made.file
    statement = file.enclosing_statement(call)
    function = file.enclosing_function(call)
    for above in file.ancestors(call):
        if isinstance(above, (cst.Return, cst.Yield, cst.Arg, cst.Lambda, cst.BaseCompoundStatement)):
            return isinstance(above, cst.With)
        if isinstance(above, cst.NamedExpr):
            return _stays([above.target], function, file)
        if isinstance(above, cst.AnnAssign):
            return _stays([above.target], function, file)
        if isinstance(above, cst.Assign):
            return _stays([target.target for target in above.targets], function, file)
        if above is statement:
            break
    return True


def _stays(targets: Iterable[cst.BaseExpression], function: cst.FunctionDef | None, file: PythonFile) -> bool:
    for target in targets:
        if not isinstance(target, cst.Name):
            return False
        if function is None:
            if not target.value.startswith("_"):
                return False
        elif any(_gives_away(node, target.value) for node in file.walk(function)):
            return False
    return True


def _gives_away(node: cst.CSTNode, name: str) -> bool:
    """Whether a statement of a function returns a name, hands it on, keeps it, or makes it one of the module."""
    if isinstance(node, (cst.Global, cst.Nonlocal)):
        return any(item.name.value == name for item in node.names)
    value: cst.CSTNode | None = None
    if isinstance(node, (cst.Return, cst.Yield, cst.Arg, cst.Assign)):
        value = node.value
    return isinstance(value, cst.Name) and value.value == name


def command_trigger(commands: Iterable[str]) -> MethodCalls:
    """A trigger for calls that may send one of the commands; `redis_command` decides."""
    return MethodCalls((*commands, "execute_command"), words=("redis", "valkey"))
