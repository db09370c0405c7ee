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
from lintkit.api.python import (
    BIND_METHODS,
    RUN_METHODS,
    SERVER_CALLS,
    asks_for,
    bound_host,
    environment_read,
    is_client_call,
    is_for_development,
    is_overridden_later,
    is_switched_for_production,
    last_name,
    run_by_hand,
    setting_at,
)
from lintkit.api.words import loopback_host

LOOPBACK = Strings(("localhost", "127.", "[::1]", "::1", "host.docker.internal"))

RULE = define(
    summary="a connection setting falls back to the machine itself",
    why="""
In a container `localhost` is the container. When the variable is missing in production the service does not stop:
it starts, reports itself healthy, and fails on the first request, or talks to whatever listens beside it.
""",
    remedy="Give the setting no default, so that a missing variable stops the start; "
    "put the developer's value into `.env.example` or compose.",
    severity="warning",
    kinds=("python",),
    looks_at=(LOOPBACK, SERVER_CALLS, RUN_METHODS, BIND_METHODS),
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
        bad(
            """\
import os

import environ
from decouple import config
from starlette.config import Config

env = environ.Env(REDIS_URL=(str, "redis://localhost"))  # <-- here
CACHE = env.cache_url("CACHE_URL", default="redis://localhost")  # <-- here
DATABASE = config("DATABASE_URL", default="postgres://localhost/shop")  # <-- here
settings = Config(".env")
BROKER = settings("BROKER_URL", cast=str, default="amqp://localhost")  # <-- here
os.environ.setdefault("KAFKA_HOST", "localhost")  # <-- here
""",
            note="readers of the environment",
        ),
        bad(
            {
                "shop/settings.py": """\
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "localhost"}}  # <-- here
CACHES = {"default": {"LOCATION": "redis://127.0.0.1:6379"}}  # <-- here
""",
                "app.py": """\
app.config["REDIS_URL"] = "redis://localhost"  # <-- here
app.config.update(BROKER_URL="amqp://localhost")  # <-- here
URL = app.config.get("SEARCH_URL", "http://localhost:9200")  # <-- here
""",
            },
            note="Django and Flask",
        ),
        bad(
            """\
import os
from dataclasses import dataclass, field

from pydantic import RedisDsn
from pydantic_settings import BaseSettings


@dataclass
class RedisConfig:
    host: str = "localhost"  # <-- here
    url: str = field(default_factory=lambda: "redis://localhost")  # <-- here


class Settings(BaseSettings):
    redis: RedisDsn = RedisDsn("redis://localhost")  # <-- here
    kafka_brokers: list[str] = ["localhost:9092", "localhost:9093"]  # <-- here


def url(redis_url=None):
    if not redis_url:
        redis_url = "redis://localhost"  # <-- here
    return os.getenv("REDIS_URL") or "redis://localhost"  # <-- here
"""
        ),
        good(
            """\
def environ(headers):
    remote_addr = headers.get("X-Forwarded-For") or "127.0.0.1"
    return {"REMOTE_ADDR": remote_addr}
""",
            note="the address of who calls, to which nobody connects",
        ),
        good(
            """\
import os

import uvicorn

HOST = "127.0.0.1"
BIND_ADDRESS = "localhost:8000"
FLASK_URL = os.getenv("FLASK_URL", "127.0.0.1")
FLASK_RUN_HOST = os.getenv("FLASK_RUN_HOST", "127.0.0.1")
MCP_HOST = os.getenv("MCP_HOST", "localhost")
SOCKS_PROXY_HOST = os.getenv("SOCKS_PROXY_HOST", "127.0.0.1")
uvicorn.run("app:app", host="127.0.0.1")
""",
            note="addresses that a server binds",
        ),
        good(
            """\
class Config:
    DATABASE_URL = "postgresql://localhost/shop"


class ProductionConfig(Config):
    DATABASE_URL = "postgresql://db/shop"
""",
            note="a class for production gives it another value",
        ),
        bad(
            """\
from celery import Celery
from pydantic_settings import BaseSettings
from shop.config import settings
from shop.limits import Limiter


class Settings(BaseSettings):
    oauth_redirect_template: str = "http://localhost:3000/oauth/{provider}/done"  # <-- here
    depot_baseurl: str = "http://127.0.0.1:5000/"  # <-- here


limiter = Limiter(storage=settings.REDIS_URL or "redis://localhost:6379/0")  # <-- here
queue = Celery("shop", broker=settings.broker_url or "amqp://localhost")  # <-- here
options = {"hosts": [settings.search_url or "http://localhost:9200"]}  # <-- here
""",
            note="an address that a browser comes back to, and fallbacks wherever they flow",
        ),
        bad(
            """\
import psycopg2
from arq.connections import RedisSettings
from dramatiq.brokers.redis import RedisBroker
from elasticsearch import Elasticsearch
from pydantic_settings import BaseSettings

CHANNEL_LAYERS = {"default": {"CONFIG": {"hosts": [("127.0.0.1", 6379)]}}}  # <-- here
search = Elasticsearch(["http://localhost:9200"])  # <-- here
broker = RedisBroker(host="localhost")  # <-- here
known = ["http://localhost:9200"]


class Worker:
    redis_settings = RedisSettings(host="localhost")  # <-- here


class Settings(BaseSettings):
    invitation_link: str = "http://localhost:3000/join?code={code}"  # <-- here


def connect(host="localhost", port=5432):  # <-- here
    return psycopg2.connect(host=host, port=port)


def serve(host="localhost", port=8000):
    return run(host=host, port=port)
""",
            note="brokers of task queues, lists of hosts, links in mails, and a parameter that is handed to a client",
        ),
        good(
            """\
from urllib.parse import urlparse

import redis
from sqlalchemy.engine import make_url


def connect(url):
    parsed = urlparse(url)
    database_host = make_url(url).host or "localhost"
    return redis.Redis(host=parsed.hostname or "localhost", port=parsed.port or 6379), database_host


def show(server_name):
    url_host_name = "localhost" if server_name == "0.0.0.0" else server_name
    return url_host_name
""",
            note="the host is in the URL, the other one is for the type checker; where to find a server",
        ),
        good(
            """\
import typer


def main(backend_url: str = "http://127.0.0.1:8000"):
    chat(backend_url)


if __name__ == "__main__":
    typer.run(main)
""",
            note="an option of a tool that somebody runs",
        ),
        good(
            """\
import asyncio
import os
import socket

import debugpy
import grpc

BACKEND_HOST = os.getenv("BACKEND_HOST", "localhost")
RELAY_ADDRESS = os.getenv("RELAY_ADDRESS") or "127.0.0.1"


class Ports:
    node_address = "127.0.0.1"
    rpc_endpoint = "localhost:50051"


async def serve(ports: Ports):
    debugpy.listen((BACKEND_HOST, 5678))
    socket.socket().bind((ports.node_address, 7000))
    grpc.server(None).add_insecure_port(ports.rpc_endpoint)
    await asyncio.get_running_loop().create_server(asyncio.Protocol, RELAY_ADDRESS, 7001)
""",
            note="what this program itself binds: a debugger, a socket, a server",
        ),
        good(
            'REDIRECT_URI = "http://localhost:8765/callback"\n',
            note="a command line tool waits there for the browser",
        ),
        good(
            """\
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    permitted_request_urls: list[str] = ["http://127.0.0.1:5000", "http://localhost:5000"]
""",
            note="what may be asked for is no connection",
        ),
        good(
            """\
CORS_ORIGINS = ["http://localhost:3000"]
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
LOCALHOST_HOSTS = {"localhost", "127.0.0.1"}
cors_origins: str = "http://localhost:3000,http://127.0.0.1:3000"
""",
            note="origins and hosts that may call",
        ),
        good(
            {
                "shop/settings.py": """\
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "localhost"}}
REDIS_URL = "redis://127.0.0.1:6379/1"

try:
    from .local_settings import *
except ImportError:
    pass
""",
                "other/settings.py": """\
BROKER_URL = "redis://127.0.0.1:6379/1"
exec(open("local_settings.py").read(), globals())
""",
            },
            note="every installation sets them anew in a module that is read after them",
        ),
        good(
            """\
import os

from flask import Flask

app = Flask(__name__)
SERVER_EMAIL = os.getenv("SERVER_EMAIL", "root@localhost")
SERVER_NAME = os.getenv("SERVER_NAME", "localhost:5000")
""",
            note="who sends a mail, and what this server is called",
        ),
        good({"tests/conftest.py": 'REDIS_URL = "redis://localhost:6379/9"\n'}, note="tests"),
        bad(
            'import os\n\nSTATSD_HOST = os.getenv("STATSD_HOST", "localhost")  # <-- here\n',
            note="a collector beside the program: under `strict`",
        ),
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


class LocalSettings:
    REDIS_URL = "redis://localhost:6379"
""",
            note="a branch and a class for development",
        ),
    ),
)

_CONNECTION = re.compile(
    r"(?<!c)(?:urls?|uris?)(?:$|_)|(?:^|_)(?:db|redis|pg|mysql|mongo|rabbit|kafka|api|base|smtp)(?:hosts?|addr|server)(?:$|_)|"
    r"(?:^|_)(?:dsn|hosts?|hostname|endpoints?|addr|address|server|servers|brokers?|connection|conn|backend|"
    r"bootstrap|nodes?|proxy|base|sentinels?|cluster|location)(?:$|_)"
)
_NOT_A_CONNECTION = re.compile(
    r"cors|origin|allow|trust|white|black|bind|listen|valid|deny|block|ignore|exclude|internal_?ips|loopback|local_|localhost|"
    r"cookie|no_?proxy|socks|(?:^|_)tor_|example|placeholder|help|description|title|interface|csrf|referer"
    r"|^(?:flask_|app_|django_|web_|site_)?server_name$"
    r"|(?:^|_)(?:remote|client|peer|source|src)_(?:addr|address|ip|host)$|permit|safe_|authori[sz]ed|skip|forbid|banned|restrict|reserved|known_|private_"
)
_AGENT = re.compile(
    r"statsd|(?:^|_)(?:dd|datadog|jaeger|xray|x_ray|appoptics|collectd|telegraf|otel)(?:_|$).*agent|agent_host$",
    re.IGNORECASE,
)
"""Collectors of numbers and traces that run beside the program, on its own host, as their documents say (the agents of
Datadog and Jaeger, statsd): they are sent datagrams, and nothing waits for them."""
_CALLED_BACK = re.compile(r"callback|redirect|(?:^|_)links?(?:$|_)")
"""Names of addresses that a browser comes back to: of a command line tool that is this machine, and rightly so."""
_BOUND = re.compile(
    r"^(?:default_|server_|app_|api_|web_|http_|service_|uvicorn_|metrics_|prometheus_|mcp_|a2a_|grpc_"
    r"|ws_|websocket_|rpc_|xmlrpc_|admin_|dashboard_|ui_|webui_|gradio_)?(?:host|hostname|address|addr)$"
    r"|^(?:flask|uvicorn|gunicorn|hypercorn|granian|daphne|waitress)_(?:run_)?(?:host|hostname|address|addr|url|server|server_name)$"
)
_STORE = re.compile(
    r"redis|valkey|postgres|database|db|mysql|mongo|neo4j|kafka|rabbit|amqp|broker|elastic|search|cache|smtp|mail|qdrant"
    r"|milvus|minio|s3|celery|nats|mqtt|ldap|clickhouse|vault|consul|etcd",
    re.IGNORECASE,
)
_STORE_URL = re.compile(
    r"(?:rediss?|postgres(?:ql)?|mysql|mariadb|mongodb|amqps?|bolt|neo4j|kafka|nats|mqtt|ldap|clickhouse)(?:[+:]\S*)?://",
    re.I,
)
_EVERY_INTERFACE = re.compile(r"0\.0\.0\.0|[\"']::[\"']")
_WEB = re.compile(r"https?://[^/]+/\w", re.IGNORECASE)
"""A page or a file of a web server, whatever its name says: `CACHED_IMAGES = "http://localhost/images"`."""
_PUBLIC = re.compile(
    r"front_?end|public|web_?site|site_url|web_?app|external|app_url|dashboard|ui_url|callback|redirect|(?:^|_)links?(?:_|$)"
    r"|share|invite|assets|static_|media_|(?:^|_)site(?:_|$)|home_?page",
    re.IGNORECASE,
)
"""Names of addresses that a browser is sent to."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a loopback address where it is what a connection falls back to."""
    if match.trigger is not LOOPBACK:
        return
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
    if _is_bound(match.node, name, file, rule):
        return
    if is_for_development(match.node, file) or (how == "parameter" and _is_of_a_tool(match.node, file)):
        return
    if how in {"parameter", "constant", "entry"} and not rule.strict:
        return  # whoever calls it says where it runs, and settings are set anew where they count, more often than not
    if not rule.strict and _AGENT.search(name):
        return
    if how in {"default", "constant"} and is_switched_for_production(match.node, file):
        return
    if how in {"constant", "entry"} and is_overridden_later(match.node, file):
        return
    if (
        how not in {"client", "entry"}
        and not _is_connection(name, text)
        and not (_is_called_back(name, text) and _is_a_setting(match.node, file))
        and not (how == "parameter" and _goes_to_client(match.node, name, file))
    ):
        return
    if how in {"default", "entry"} and _is_told_already(match.node, name, file, rule):
        return
    what = {
        "default": f"`{name}` falls back to {host}",
        "constant": f"`{name}` is {host}",
        "parameter": f"the parameter `{name}` defaults to {host}",
        "client": f"`{name}` connects to {host}",
        "entry": f"`{name}` is {host}",
    }[how]
    yield rule.finding(
        file.span(match.node),
        f"{what}, which {_meaning(host, name, text, how)}",
        subject=name,
        confidence="high" if how in {"default", "client"} else "medium",
        replaceable=not rule.strict and how != "client",
    )


def _is_told_already(node: cst.CSTNode, name: str, file: PythonFile, rule: RuleContext) -> bool:
    """Whether the file falls back to this machine for the same variable above, so that one change repairs both."""
    told: dict[str, cst.CSTNode] = file.answers.setdefault(("localhost-default: told", id(rule.matches)), {})
    return not rule.strict and told.setdefault(name, node) is not node


def _is_bound(node: cst.CSTNode, name: str, file: PythonFile, rule: RuleContext) -> bool:
    """Whether an address is where this program listens: it flows into a server, a socket or a debugger."""
    key = ("localhost-default: bound", id(rule.matches))
    if key not in file.answers:
        file.answers[key] = _bound(file, rule)
    nodes, names = file.answers[key]
    return id(node) in nodes or name.rpartition(".")[2] in names


def _bound(file: PythonFile, rule: RuleContext) -> tuple[frozenset[int], frozenset[str]]:
    """The nodes of the addresses that calls of the file bind, and the names of settings that they come from."""
    nodes: set[int] = set()
    names: set[str] = set()
    for match in rule.matches:
        host = bound_host(match.node, file) if match.trigger is not LOOPBACK else None
        for part in file.walk(host) if host is not None else ():
            if isinstance(part, (cst.Name, cst.Attribute)):
                names.add(last_name(part) or "")
                nodes.update(map(id, file.walk(file.follow(part))))
            nodes.add(id(part))
    return frozenset(nodes), frozenset(names)


def _meaning(host: str, name: str, text: str, how: str) -> str:
    """What a loopback address is where it is used; of a name that says neither, what is true of both."""
    if host == "host.docker.internal":
        return "is the machine of whoever runs Docker Desktop, and on other hosts no name at all"
    if how != "client" and _PUBLIC.search(name):
        return "in a visitor's browser is the visitor's own machine"
    if how == "client" or _STORE_URL.match(text) or (_STORE.search(name) and not _WEB.match(text)):
        return "in a container is the container itself"
    return "is whatever machine or container asks for it"


def _is_connection(name: str, text: str) -> bool:
    words = _CAMEL.sub("_", name.rsplit(".", 1)[-1]).lower().replace("-", "_")
    if _NOT_A_CONNECTION.search(words) or _CALLED_BACK.search(words):
        return False
    if _BOUND.match(words) and "://" not in text:
        return False
    return bool(_CONNECTION.search(words) or _STORE_URL.match(text))


def _is_called_back(name: str, text: str) -> bool:
    words = _CAMEL.sub("_", name.rsplit(".", 1)[-1]).lower()
    return bool(_CALLED_BACK.search(words)) and not _NOT_A_CONNECTION.search(words) and "://" in text


def _is_of_a_tool(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a parameter is an option of a program that somebody runs by hand."""
    function = next((each for each in file.ancestors(node) if isinstance(each, cst.FunctionDef)), None)
    return function is not None and (
        run_by_hand(function, file) or any(each.name == "command" for each in file.decorators(function))
    )


def _goes_to_client(node: cst.CSTNode, name: str, file: PythonFile) -> bool:
    """Whether a function hands its parameter to a client: `def connect(host="localhost"): Redis(host=host)`."""
    function = next((each for each in file.ancestors(node) if isinstance(each, cst.FunctionDef)), None)
    if function is None or not _CONNECTION.search(name.lower()):
        return False
    return any(
        isinstance(call, cst.Call)
        and any(isinstance(each.value, cst.Name) and each.value.value == name for each in call.args)
        and is_client_call(file.qualified_name(call.func) or "")
        for call in file.walk(function.body)
    )


def _is_a_setting(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a service is configured by it: a field of a settings class, or a default of the environment."""
    setting = setting_at(node, file)
    return setting is not None and setting.framework != "module"


def _place(node: cst.CSTNode, file: PythonFile) -> tuple[str, str] | None:
    """What the string is the fallback of, and how: `default`, `constant`, `parameter`, `client` or `entry`."""
    setting = setting_at(node, file)
    if setting is not None:
        if setting.is_list and not _stands_for_list(node, file):
            return None
        name = setting.name
        if setting.owner is not None and _STORE.search(setting.owner.name.value):
            name = f"{setting.owner.name.value}_{name}"
        constant = setting.framework == "module" and not setting.is_fallback
        return name, "constant" if constant else "default"
    fallback = ""
    in_list = False
    child = node
    for parent in file.ancestors(node):
        if isinstance(parent, (cst.ConcatenatedString, cst.FormattedString)):
            pass
        elif isinstance(parent, cst.BooleanOperation):
            if not isinstance(parent.operator, cst.Or) or parent.right is not child:
                return None
            if _is_of_parsed_url(parent.left, file):
                return None
            fallback = _called(parent.left, file)
        elif isinstance(parent, cst.IfExp):
            other = parent.orelse if child is parent.body else parent.body
            if child is parent.test or not asks_for(parent.test, other, file):
                return None
            if _EVERY_INTERFACE.search(file.code(parent.test)):
                return None  # how to reach a server that listens everywhere
            if _is_of_parsed_url(other, file):
                return None
            fallback = _called(other, file)
        elif isinstance(parent, cst.Arg):
            found = (fallback, "default") if fallback else _argument(parent, file)
            return None if found is None or (in_list and found[1] != "client") else found
        elif fallback and isinstance(
            parent, (cst.FormattedStringExpression, cst.Element, cst.List, cst.Tuple, cst.DictElement)
        ):
            return fallback, "default"
        elif isinstance(parent, (cst.Element, cst.List, cst.Tuple)) and _stands_for_list(node, file):
            in_list = True  # `Elasticsearch(["http://localhost:9200"])`
        elif in_list and not isinstance(parent, cst.DictElement):
            return None
        elif isinstance(parent, cst.Param):
            return (parent.name.value, "parameter") if child is parent.default else None
        elif isinstance(parent, cst.AnnAssign):
            return _assigned(parent, parent.target, bool(fallback), file)
        elif isinstance(parent, cst.Assign):
            if len(parent.targets) != 1:
                return None
            fallback = fallback or _missing(parent, file)
            return _assigned(parent, parent.targets[0].target, bool(fallback), file)
        elif isinstance(parent, cst.Return):
            return (fallback, "default") if fallback else None
        elif isinstance(parent, cst.DictElement):
            return _entry(parent, file) if parent.value is child else None
        else:
            return None
        child = parent
    return None


def _stands_for_list(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a string is the first of a list in which every address is this machine: a list is told of once."""
    for above in file.ancestors(node):
        if isinstance(above, cst.Set):
            return False
        if isinstance(above, (cst.List, cst.Tuple)):
            return _speaks_for_list(above, file) is node
    return True


def _speaks_for_list(display: cst.List | cst.Tuple, file: PythonFile) -> cst.CSTNode | None:
    """The first string of a list in which every address is this machine; None for other lists. Worked out once."""
    key = ("localhost list", id(display))
    if key not in file.answers:
        values = [file.literal(element.value) for element in display.elements]
        texts = [value for value in values if isinstance(value, str)]
        first = next((e.value for e in display.elements if isinstance(e.value, cst.SimpleString)), None)
        file.answers[key] = first if all(map(loopback_host, texts)) else None
    found: cst.CSTNode | None = file.answers[key]
    return found


_PARSERS = re.compile(r"parse|split|make_url|^(?:URL|DSN|\w*Dsn)$")


def _is_of_parsed_url(expression: cst.BaseExpression, file: PythonFile) -> bool:
    """`urlparse(url).hostname`: the address is in the URL, and what stands behind `or` narrows a type."""
    part = file.follow(expression)
    if not isinstance(part, cst.Attribute) or part.attr.value not in {"hostname", "host", "netloc"}:
        return False
    owner = file.follow(part.value)
    if isinstance(owner, cst.Call):
        name = (file.qualified_name(owner.func) or last_name(owner.func) or "").rpartition(".")[2]
        return _PARSERS.search(name) is not None
    return part.attr.value == "hostname" and bool(
        re.search(r"pars|url|uri|dsn|split", file.code(part.value), re.I)
    )


def _called(expression: cst.BaseExpression, file: PythonFile) -> str:
    read = environment_read(expression, file)
    return read.name if read is not None else last_name(expression) or "setting"


def _missing(statement: cst.Assign, file: PythonFile) -> str:
    """The name that an assignment gives a value because it has none: `if not url: url = …`."""
    name = last_name(statement.targets[0].target) or ""
    for guard in file.guards(statement)[:1]:
        test = file.code(guard.test) if guard.test is not None and not guard.negated else ""
        if name and re.fullmatch(
            rf"not (?:\w+\.)*{re.escape(name)}|(?:\w+\.)*{re.escape(name)} is None", test
        ):
            return name
    return ""


def _entry(entry: cst.DictElement, file: PythonFile) -> tuple[str, str] | None:
    """`DATABASES = {"default": {"HOST": "localhost"}}` and `CACHES` of Django."""
    key = file.literal(entry.key)
    if key not in {"HOST", "LOCATION", "hosts", "URL", "BACKEND_URL"}:
        return None
    for above in file.ancestors(entry):
        if isinstance(above, (cst.Assign, cst.AnnAssign)):
            target = above.target if isinstance(above, cst.AnnAssign) else above.targets[0].target
            name = last_name(target)
            return (f"{name} {key}", "entry") if name in {"DATABASES", "CACHES", "CHANNEL_LAYERS"} else None
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
    short = last_name(call.func)
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
