"""python/localhost-default: a connection setting that falls back to the machine itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.loopback import loopback_host
from lintkit.python.branches import in_development_branch
from lintkit.python.clients import is_client_call

LOOPBACK = Strings(("localhost", "127.", "[::1]", "::1", "host.docker.internal"))

RULE = define(
    summary="a connection setting falls back to localhost",
    why="""
In a container `localhost` is the container. When the variable is missing in production the service does not stop:
it starts, reports itself healthy, and fails on the first request, or talks to whatever listens beside it.
""",
    remedy="Give the setting no default, so that a missing variable stops the start; "
    "put the developer's value into `.env.example` or compose.",
    severity="warning",
    kinds=("python",),
    looks_at=(LOOPBACK,),
    tags=("configuration", "CWE-1188"),
    equivalents=(),
    packs=("recommended", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS, "**/*healthcheck*", "**/*health_check*"),
    examples=(
        bad(
            """\
from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    REDIS_URL: str = "redis://localhost:6379/0"  # <-- here
    neo4j_uri: str = Field(default="bolt://127.0.0.1:7687", alias="NEO4J_URI")  # <-- here
    postgres_host: str = "localhost"  # <-- here
"""
        ),
        bad('import os\n\nURL = os.getenv("ELASTIC_URL", "http://localhost:9200")  # <-- here\n'),
        bad('import os\n\nbroker = os.environ.get("BROKER_URL") or "amqp://[::1]:5672"  # <-- here\n'),
        bad('def connect(redis_url: str = "redis://localhost"):  # <-- here\n    return redis_url\n'),
        bad('OLLAMA_ENDPOINT = "http://host.docker.internal:11434"  # <-- here\n'),
        bad('import redis\n\nclient = redis.Redis(host="localhost", port=6379)  # <-- here\n'),
        bad('import redis.asyncio as r\n\nclient = r.from_url("redis://localhost:6379")  # <-- here\n'),
        good(
            """\
import uvicorn

HOST = "127.0.0.1"
BIND_ADDRESS = "localhost:8000"
uvicorn.run("app:app", host="127.0.0.1")
""",
            note="addresses that a server binds",
        ),
        good(
            """\
CORS_ORIGINS = ["http://localhost:3000"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
cors_origins: str = "http://localhost:3000,http://127.0.0.1:3000"
""",
            note="origins and hosts that may call",
        ),
        good({"tests/conftest.py": 'REDIS_URL = "redis://localhost:6379/9"\n'}, note="tests"),
        good('import redis\n\nif __name__ == "__main__":\n    print(redis.Redis(host="localhost").ping())\n'),
        good(
            'def is_local(host):\n    return host in {"localhost", "127.0.0.1"}\n',
            note="a question about hosts",
        ),
        good('"""Connects to redis://localhost:6379 by default."""\nMESSAGE = "is redis://localhost up?"\n'),
        good(
            """\
import os

if os.environ["ENVIRONMENT"] == "development":
    REDIS_URL = "redis://localhost:6379"
""",
            note="a branch for development",
        ),
    ),
)

_CONNECTION = re.compile(
    r"(?:^|_)(?:urls?|uris?|dsn|hosts?|hostname|endpoints?|addr|address|server|servers|brokers?|connection|conn|backend|"
    r"bootstrap|nodes?|proxy|base|sentinels?|cluster|location)(?:$|_)"
)
_NOT_A_CONNECTION = re.compile(
    r"cors|origin|allow|trust|white|black|bind|listen|valid|deny|block|ignore|exclude|internal_?ips|loopback|local_|"
    r"cookie|no_?proxy|example|placeholder|help|description|title|interface|csrf|referer|callback|redirect"
)
_BOUND = re.compile(
    r"^(?:server_|app_|api_|web_|http_|service_|uvicorn_|flask_|metrics_|prometheus_)?(?:host|hostname|address|addr)$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a loopback address where it is what a connection falls back to."""
    text = (
        file.string(match.node) if isinstance(match.node, (cst.SimpleString, cst.FormattedString)) else None
    )
    if text is None:
        text = file.code(match.node).strip("rbfuRBFU'\"")
    host = loopback_host(text)
    if host is None:
        return
    place = _place(match.node, file)
    if place is None:
        return
    name, how = place
    if file.in_main_block(match.node) or in_development_branch(match.node, file):
        return
    if how != "client" and not _is_connection(name, text):
        return
    what = {
        "default": f"`{name}` falls back to {host}",
        "constant": f"`{name}` is {host}",
        "parameter": f"the parameter `{name}` defaults to {host}",
        "client": f"`{name}` connects to {host}",
    }[how]
    yield rule.finding(
        file.span(match.node),
        f"{what}, which in a container is the container itself",
        subject=name,
        confidence="high" if how in {"default", "client"} else "medium",
    )


def _is_connection(name: str, text: str) -> bool:
    words = _CAMEL.sub("_", name.rsplit(".", 1)[-1]).lower().replace("-", "_")
    if _NOT_A_CONNECTION.search(words):
        return False
    if _BOUND.match(words) and "://" not in text:
        return False
    return bool(_CONNECTION.search(words))


def _place(node: cst.CSTNode, file: PythonFile) -> tuple[str, str] | None:
    """What the string is the fallback of, and how: `default`, `constant`, `parameter` or `client`."""
    fallback = False
    child = node
    for parent in file.ancestors(node):
        if isinstance(parent, (cst.ConcatenatedString, cst.FormattedString)):
            pass
        elif isinstance(parent, cst.BooleanOperation):
            if not isinstance(parent.operator, cst.Or) or parent.right is not child:
                return None
            fallback = True
        elif isinstance(parent, cst.IfExp):
            other = parent.orelse if child is parent.body else parent.body
            if child is parent.test or file.code(other) not in file.code(parent.test):
                return None
            fallback = True
        elif isinstance(parent, cst.Arg):
            return _argument(parent, file)
        elif isinstance(parent, cst.Param):
            return (parent.name.value, "parameter") if child is parent.default else None
        elif isinstance(parent, cst.AnnAssign):
            return _assigned(parent, parent.target, fallback, file)
        elif isinstance(parent, cst.Assign):
            return (
                _assigned(parent, parent.targets[0].target, fallback, file)
                if len(parent.targets) == 1
                else None
            )
        else:
            return None
        child = parent
    return None


def _assigned(
    statement: cst.CSTNode, target: cst.BaseExpression, fallback: bool, file: PythonFile
) -> tuple[str, str] | None:
    if not isinstance(target, (cst.Name, cst.Attribute)):
        return None
    name = file.code(target)
    if fallback:
        return name, "default"
    function, owner = file.enclosing_function(statement), file.enclosing_class(statement)
    if owner is not None and (function is None or file.order(owner) > file.order(function)):
        return name, "default"
    # A local variable is judged where it flows into a client.
    return None if function is not None else (name, "constant")


_FALLBACK_CALLS = frozenset(
    {"getenv", "get", "setdefault", "config", "env", "str", "url", "Field", "field", "getattr", "pop"}
)


def _argument(argument: cst.Arg, file: PythonFile) -> tuple[str, str] | None:
    call = file.parent(argument)
    if not isinstance(call, cst.Call):
        return None
    keyword = argument.keyword.value if argument.keyword is not None else None
    callee = file.qualified_name(call.func)
    short = _last(call.func)
    if callee is not None and is_client_call(callee):
        if keyword is None or _CONNECTION.search(keyword):
            return file.code(call.func), "client"
        return None
    if short not in _FALLBACK_CALLS or (
        keyword is None and call.args[0] is argument and short not in {"Field", "field"}
    ):
        return None
    if keyword not in {None, "default"}:
        return None
    first = file.literal(call.args[0].value)
    if short in {"Field", "field"}:
        above = file.parent(call)
        if isinstance(above, (cst.AnnAssign, cst.Assign)):
            target = above.target if isinstance(above, cst.AnnAssign) else above.targets[0].target
            return file.code(target), "default"
        return None
    return (first, "default") if isinstance(first, str) and first else None


def _last(callee: cst.BaseExpression) -> str:
    return (
        callee.attr.value
        if isinstance(callee, cst.Attribute)
        else callee.value
        if isinstance(callee, cst.Name)
        else ""
    )
