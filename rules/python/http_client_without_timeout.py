"""python/http-client-without-timeout: a call of another service that can wait for ever, or for minutes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Calls,
    Finding,
    Fix,
    Location,
    Match,
    PythonFile,
    Release,
    RuleContext,
    Severity,
    Trigger,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    Call,
    added_keywords,
    calls_of,
    calls_on,
    in_command,
    is_command_module,
    is_one_off,
    one_spelling,
    scope_name,
)
from lintkit.api.python import time_limits as limits

if TYPE_CHECKING:
    from lintkit.api.python import Given

PLAIN = Calls(tuple(limits.LIMITS), as_argument=True)
SESSIONS = Calls(tuple(limits.SESSION_LIMITS))
POOLS = Calls(tuple(limits.POOL_LIMITS))
HTTPX = Calls(limits.HTTPX_CALLS)
AIOHTTP = Calls(limits.AIOHTTP_SESSION)
AWS = Calls((*limits.AWS_CLIENTS, *limits.AWS_SESSIONS))
GENAI = Calls(("google.genai.Client", "google.genai.client.Client"))
WEBSOCKETS = Calls(
    (
        "websockets.connect",
        "websockets.client.connect",
        "websockets.asyncio.client.connect",
        "websockets.sync.client.connect",
    )
)
NEO4J = Calls(("neo4j.GraphDatabase.driver", "neo4j.AsyncGraphDatabase.driver"))
SOCKET_DEFAULT = Calls(("socket.setdefaulttimeout",))

RULE = define(
    summary="a call of another service without a timeout",
    why="""
The other service will be slow one day. A call without a limit then holds its worker, its connection and its memory
until somebody restarts the process, and the callers pile up behind it: one slow partner stops everything.
""",
    remedy="Pass a timeout that is shorter than your own callers wait: `timeout=10`.",
    severity="warning",
    kinds=("python",),
    looks_at=(PLAIN, SESSIONS, POOLS, HTTPX, AIOHTTP, AWS, GENAI, WEBSOCKETS, NEO4J, SOCKET_DEFAULT),
    tags=("timeout", "http", "CWE-400"),
    equivalents=(
        "bandit:B113",
        "ruff:S113",
        "pylint:missing-timeout",
        "semgrep:use-timeout",
        "sonar-python:networkCallsWithoutTimeoutsInLambda/with_lambda_handler",
    ),
    packs=("recommended", "production"),
    fixable=True,
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import requests
from requests import post as send

requests.get(url)  # <-- here
send(url, json=order)  # <-- here
requests.request("PUT", url, timeout=None)  # <-- here
""",
            fixed="""\
import requests
from requests import post as send

requests.get(url, timeout=10)
send(url, json=order, timeout=10)
requests.request("PUT", url, timeout=None)
""",
        ),
        bad(
            """\
import requests


class Billing:
    def __init__(self) -> None:
        self.session = requests.Session()

    def charge(self, order):
        return self.session.post(URL, json=order)  # <-- here
""",
            note="a session has no limit either",
        ),
        bad(
            """\
import requests
from authlib.integrations.requests_client import OAuth2Session
from requests_cache import CachedSession

cached = CachedSession("cache")
patient = OAuth2Session(default_timeout=10)
patient.get(URL)


def me(token):
    oauth = OAuth2Session(token=token)
    cached.get(URL)  # <-- here
    return oauth.get(URL)  # <-- here
""",
            note="sessions that are made of one of requests",
        ),
        bad(
            {
                "docker/fetch_status.py": """\
from urllib.request import urlopen

with urlopen("http://localhost:8000/status") as answer:  # <-- here
    print(answer.status)
"""
            },
            note="a script that a container starts",
        ),
        bad(
            """\
from urllib.request import build_opener, urlopen

urlopen(url)  # <-- here
opener = build_opener()
opener.open(url)  # <-- here
"""
        ),
        bad(
            """\
import aiohttp


async def fetch(url):
    async with aiohttp.ClientSession() as session:  # <-- here
        async with session.get(url) as response:
            return await response.json()
""",
            note="aiohttp waits for 5 minutes: a note, as it does not wait for ever",
        ),
        bad(
            """\
import aiohttp

session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))  # <-- here
""",
            note="aiohttp's limit is taken away",
        ),
        bad(
            """\
import httpx

NEVER = None
client = httpx.AsyncClient(timeout=NEVER)  # <-- here
httpx.get(url, timeout=httpx.Timeout(None))  # <-- here


def wait(url):
    with httpx.Client() as slow:
        return slow.get(url, timeout=None)  # <-- here
""",
            note="httpx has a limit of 5 seconds; `None` takes it away",
        ),
        bad(
            """\
import aiohttp
import httpx
import requests
from urllib3.util import Timeout

requests.get(url, timeout=(3, None))  # <-- here
requests.post(url, timeout=Timeout(connect=3))  # <-- here
client = httpx.Client(timeout=(5, None, 5, 5))  # <-- here
feed = httpx.AsyncClient(timeout=httpx.Timeout(5, read=None))  # <-- here
session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_connect=5))  # <-- here
""",
            note="a limit for connecting is none for the answer",
        ),
        bad(
            """\
import urllib3

http = urllib3.PoolManager(num_pools=4)  # <-- here
pool = urllib3.HTTPSConnectionPool("api", 443)  # <-- here
urllib3.request("GET", url)  # <-- here
http.request("GET", url)
""",
            fixed="""\
import urllib3

http = urllib3.PoolManager(num_pools=4, timeout=10)
pool = urllib3.HTTPSConnectionPool("api", 443, timeout=10)
urllib3.request("GET", url, timeout=10)
http.request("GET", url)
""",
            note="a limit of the pool is one for each of its requests",
        ),
        bad(
            """\
import asyncio
import functools

import requests

fetch = functools.partial(requests.get, headers=HEADERS)  # <-- here
fetch(url)


async def load(loop, pool, url):
    await asyncio.to_thread(requests.get, url)  # <-- here
    await loop.run_in_executor(None, requests.get, url)  # <-- here
    pool.submit(requests.post, url, json={})  # <-- here
""",
            fixed="""\
import asyncio
import functools

import requests

fetch = functools.partial(requests.get, headers=HEADERS, timeout=10)
fetch(url)


async def load(loop, pool, url):
    await asyncio.to_thread(requests.get, url)
    await loop.run_in_executor(None, requests.get, url)
    pool.submit(requests.post, url, json={})
""",
            note="called by another function",
        ),
        bad(
            """\
import requests

options = {"headers": HEADERS}
options.update({"params": {"page": 1}})
options.setdefault("allow_redirects", False)
requests.get(url, **options)  # <-- here
""",
            fixed="""\
import requests

options = {"headers": HEADERS}
options.update({"params": {"page": 1}})
options.setdefault("allow_redirects", False)
requests.get(url, **options, timeout=10)
""",
            note="options that the file builds",
        ),
        bad(
            """\
from urllib.request import urlopen

urlopen(url, None, None)  # <-- here
""",
            note="by position",
        ),
        bad(
            """\
import boto3
from botocore.config import Config

files = boto3.client("s3")  # <-- here
table = boto3.resource("dynamodb", config=Config(retries={"max_attempts": 2}))
queue = boto3.Session().client("sqs")
""",
            note="botocore waits 60 seconds for each try: one note for all clients of the file",
        ),
        bad(
            """\
from anthropic import AsyncAnthropic
from google import genai
from langchain_openai import ChatOpenAI
from openai import AzureOpenAI, OpenAI

a = OpenAI()  # <-- here
b = AzureOpenAI(api_version="2024-06-01")  # <-- here
c = AsyncAnthropic(max_retries=1)  # <-- here
d = genai.Client(api_key=key)  # <-- here
e = ChatOpenAI(model="m")  # <-- here
"""
        ),
        bad(
            """\
import asyncpg
import psycopg2


async def connect(dsn):
    return await asyncpg.create_pool(dsn)  # <-- here


connection = psycopg2.connect(host="db", dbname="shop")  # <-- here
"""
        ),
        bad(
            {
                "requirements.txt": "psycopg[binary]==3.1.9\n",
                "db.py": "import psycopg\n\nconnection = psycopg.connect(DSN)  # <-- here\n",
            },
            note="before release 3.1.13 psycopg has no limit",
        ),
        good(
            """\
import httpx

client = httpx.AsyncClient(base_url=URL, timeout=10)


async def events():
    async with client.stream("GET", "/events", timeout=None) as answer:
        async for line in answer.aiter_lines():
            yield line
""",
            note="events that come when they come",
        ),
        bad(
            """\
import httpx

with httpx.stream("GET", URL, timeout=None) as answer:  # <-- here
    report = answer.read()
""",
            note="a stream of which all is waited for",
        ),
        good(
            "import psycopg\n\n\nasync def connect(dsn):\n    return await psycopg.AsyncConnection.connect(dsn)\n",
            note="psycopg 3 gives up after 130 seconds",
        ),
        bad(
            """\
import smtplib

import websocket
import websockets
from neo4j import GraphDatabase

smtplib.SMTP("mail", 25)  # <-- here
websocket.create_connection(url)  # <-- here
websockets.connect(url, open_timeout=None)  # <-- here
GraphDatabase.driver(uri, connection_acquisition_timeout=float("inf"))  # <-- here
"""
        ),
        good("import requests\n\nrequests.get(url, timeout=(3, 10))\nrequests.post(url, **options)\n"),
        good(
            """\
import requests


class Patient(requests.Session):
    def request(self, *args, **kwargs):
        kwargs.setdefault("timeout", 10)
        return super().request(*args, **kwargs)


session = Patient()
session.get(url)
""",
            note="a session of one's own",
        ),
        good(
            """\
import requests

session = requests.Session()
session.mount("https://", TimeoutAdapter(10))
session.get(url)
""",
            note="an adapter of one's own",
        ),
        good(
            """\
import functools

import requests

session = requests.Session()
session.request = functools.partial(session.request, timeout=10)
session.get(url)
""",
            note="the session's method is replaced",
        ),
        good(
            "import socket\nimport smtplib\nfrom urllib.request import urlopen\n\nsocket.setdefaulttimeout(10)\n"
            'urlopen(url)\nsmtplib.SMTP("mail")\n',
            note="the limit of all sockets",
        ),
        good(
            """\
import smtplib
from urllib.request import urlopen

import requests

urlopen(url, None, 10)
smtplib.SMTP("mail", 25, None, 10)
requests.Session().request("GET", url, None, None, None, None, None, None, 10)
""",
            note="by position",
        ),
        good(
            """\
import dataclasses
import functools
from typing import TypedDict

import requests


class Options(TypedDict, total=False):
    timeout: float


@dataclasses.dataclass
class Settings:
    verify: bool = True
    timeout: float = 3


def options():
    return {"timeout": 3}


base = {"headers": HEADERS}
late = base.copy()
late["timeout"] = 3
pairs = dict(base)
pairs.update([("timeout", 3)])
default = base | {"allow_redirects": False}
default.setdefault("timeout", 3)
grown = {}
grown |= {"timeout": 3}
requests.get(url, **late)
requests.get(url, **pairs)
requests.get(url, **default)
requests.get(url, **grown)
requests.get(url, **options())
requests.get(url, **Options(timeout=3))
requests.get(url, **dataclasses.asdict(Settings()))
fetch = functools.partial(requests.get, timeout=3)
slow = functools.partial(requests.post, url)
slow(timeout=30)


def load(pool):
    handed = {}
    add_limits(handed)
    requests.get(url, **handed)
    pool.submit(requests.get, url, timeout=3)
    return functools.partial(requests.get, url)
""",
            note="the limit is in the options, or something else may put it there",
        ),
        good(
            """\
import urllib3

http = urllib3.PoolManager()
http.request("GET", url, timeout=3)
pool = urllib3.HTTPConnectionPool("api", 80, 3)
pool.request("GET", "/")
""",
            note="a limit of the request, or of the pool by position",
        ),
        good(
            """\
import boto3


def link(bucket, key):
    client = boto3.client("s3")
    return client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
""",
            note="signing a URL calls nobody",
        ),
        bad(
            {
                "shop/main.py": """\
import requests

while (answer := requests.get(URL)).ok:  # <-- here
    print(answer.text)
"""
            },
            note="a service that defines nothing is none that somebody watches",
        ),
        good(
            {
                "approve_all.py": """\
import requests

for request in requests.get(URL, headers=HEADERS).json():
    answer = requests.post(URL, headers=HEADERS, json=request)
    print(request["user"], answer.status_code)
"""
            },
            note="a script that somebody runs and watches",
        ),
        good(
            {"load-test.py": "import requests\n\nrequests.get(url)\n"},
            note="a test of load is a test",
        ),
        good(
            """\
import asyncio

import websockets


async def listen(url):
    async with websockets.connect(url, ping_interval=None) as peer:
        while True:
            try:
                handle(await asyncio.wait_for(peer.recv(), 30))
            except TimeoutError:
                await asyncio.wait_for(await peer.ping(), 10)
""",
            note="it pings by itself",
        ),
        good(
            {"shop/cli/status.py": "import aiohttp\n\nsession = aiohttp.ClientSession()\n"},
            note="minutes in a command: who started it sees it wait",
        ),
        good(
            """\
import aiohttp


async def fetch(url):
    async with aiohttp.ClientSession() as session:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=5)) as response:
            return await response.json()
""",
            note="each call has a limit",
        ),
        good(
            """\
import asyncio

import aiohttp


async def fetch(url):
    async with asyncio.timeout(5):
        async with aiohttp.ClientSession() as session:
            return await session.get(url)


async def post(url):
    async with aiohttp.ClientSession() as session:
        return await asyncio.wait_for(session.post(url), 5)
""",
            note="the limit stands around it",
        ),
        good(
            "import aiohttp\n\nlimit = aiohttp.ClientTimeout(total=None, sock_read=30)\n"
            "session = aiohttp.ClientSession(timeout=limit)\n",
            note="a stream that is limited between two reads",
        ),
        good(
            """\
import aiohttp


class Feed:
    async def connect(self):
        self.session = aiohttp.ClientSession()
        self.socket = await self.session.ws_connect(URL, heartbeat=20)
""",
            note="a web socket stays open",
        ),
        good(
            """\
import aiohttp


async def relay(url):
    limit = aiohttp.ClientTimeout(total=None, connect=30)
    async with aiohttp.ClientSession(timeout=limit) as session:
        async with session.ws_connect(url, heartbeat=30) as socket:
            await copy(socket)
""",
            note="a limit for connecting is all that a web socket can have",
        ),
        good(
            "import httpx\n\nhttpx.get(url)\nclient = httpx.AsyncClient()\n"
            "stream = httpx.Client(timeout=httpx.Timeout(None, read=60))\n",
            note="httpx has a limit of its own",
        ),
        good(
            """\
import boto3
from botocore.config import Config

CONFIG = Config(connect_timeout=2, read_timeout=5)
files = boto3.client("s3", config=CONFIG)
queue = boto3.client("sqs", config=settings.aws_config)
"""
        ),
        good(
            """\
import httpx
from google import genai
from google.genai import types
from openai import OpenAI

a = OpenAI(timeout=20)
b = OpenAI(http_client=httpx.Client(timeout=20))
c = genai.Client(http_options=types.HttpOptions(timeout=20_000))
d = genai.Client(http_options=options)


def ask(text):
    client = OpenAI()
    return client.responses.create(input=text, timeout=20)
""",
            note="a limit for the client, its HTTP client, or the call",
        ),
        good(
            """\
import asyncpg
import psycopg
from neo4j import GraphDatabase

psycopg.connect("host=db connect_timeout=5")
pool = asyncpg.create_pool(dsn, command_timeout=30)
GraphDatabase.driver(uri)
"""
        ),
    ),
)

_TIMEOUT_KEYWORDS = frozenset({"timeout", "request_timeout"})


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report the call itself, or for a session each of its calls."""
    call = match.node
    name = match.name
    if not isinstance(call, cst.Call) or name is None or file.in_main_block(call) or is_one_off(file):
        return
    if not rule.strict and in_command(call, file):
        return  # whoever typed it sees it wait, and ends it
    socket_limited = any(other.trigger is SOCKET_DEFAULT for other in rule.matches)
    if match.trigger is PLAIN:
        limit = limits.LIMITS[name]
        if limit.socket and socket_limited:
            return
        if match.value is not call.func:
            yield from _handed_on(match, limit, file, rule)
        elif not _has_own_limits(call, limit, file):
            yield from _without(call, limit, file, rule)
    elif match.trigger is SESSIONS:
        methods = limits.SESSION_LIMITS[name]
        if "default_timeout" not in file.keyword_arguments(call) and not _is_adapted(call, file):
            for each in calls_on(call, frozenset(methods), file):
                limit = methods[_method(each)]
                if not (limit.socket and socket_limited):
                    yield from _without(each, limit, file, rule)
    elif match.trigger is POOLS:
        if not socket_limited:
            yield from _pool(call, limits.POOL_LIMITS[name], file, rule)
    elif match.trigger is HTTPX:
        yield from _httpx(call, name, file, rule)
    elif match.trigger is AIOHTTP:
        yield from _aiohttp(call, file, rule)
        yield from _in_minutes(
            AIOHTTP, "has no `timeout`: each of its requests may take 5 minutes", file, rule
        )
    elif match.trigger is AWS:
        yield from _in_minutes(
            AWS, "has no `Config` with timeouts: each try of a call may take 60 seconds", file, rule
        )
    elif match.trigger is GENAI:
        options = file.argument(call, None, "http_options")
        if options is None and not file.has_unknown_arguments(call):
            yield _finding(
                call,
                "has no `timeout` in `http_options`: an answer that hangs is waited for for ever",
                file,
                rule,
            )
    elif match.trigger in (WEBSOCKETS, NEO4J):
        yield from _unlimited(call, file, rule)


_AWS_METHODS = frozenset({"client", "resource", "create_client"})


def shown(value: cst.BaseExpression, file: PythonFile) -> str:
    """The code of an expression on one line, for a message."""
    return " ".join(file.code(value).split())


def _finding(
    call: cst.Call,
    says: str,
    file: PythonFile,
    rule: RuleContext,
    fix: Fix | None = None,
    fixed_in: Release | None = None,
    severity: Severity | None = None,
    related: Iterable[Location] = (),
) -> Finding:
    callee = shown(call.func, file)
    return rule.finding(
        file.span(call),
        f"`{callee}` {says}",
        subject=f"{scope_name(call, file) or 'module'} {callee}",
        fix=fix,
        fixed_in=fixed_in,
        severity=severity,
        related=related,
    )


def _method(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def _without(call: cst.Call, limit: limits.Limit, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    given = file.given(call)
    if not limits.is_limited(call, limit, file, given) and not limits.is_bounded_around(call, file):
        fix = _fix(call, limit, file)
        fixed_in = limit.fixed_in if limits.given_limit(given, limit) is None else None
        yield _finding(call, _missing(given, limit, file), file, rule, fix, fixed_in)


def _missing(given: Given, limit: limits.Limit, file: PythonFile) -> str:
    """What is wrong with the arguments of a call that has no limit."""
    said = limits.given_limit(given, limit)
    if said is None:
        what = "`" + "` and no `".join(limit.keywords[:2]) + "`"
        return f"has no {what}: {limit.outcome}"
    name, value = said
    return (
        f"has `{name}={shown(value, file)}`, which sets no limit to waiting for the answer: {limit.outcome}"
    )


def _fix(call: cst.Call, limit: limits.Limit, file: PythonFile) -> Fix | None:
    if not limit.added or limits.given_limit(file.given(call), limit) is not None:
        return None
    name = limit.keywords[0]
    positions = {} if limit.position is None else {name: limit.position}
    return added_keywords(
        f"add `{name}={limit.added}`", {name: limit.added}, Call(call, file), positions=positions
    )


def _handed_on(match: Match, limit: limits.Limit, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """A function that another one calls: `partial(requests.get, url)`, `asyncio.to_thread(requests.get, url)`."""
    call = match.node
    if not isinstance(call, cst.Call) or match.value is None:
        return
    by_name = file.qualified_name(call.func)
    if by_name not in limits.HANDING_ON and _method(call) not in limits.HANDING_ON_METHODS:
        return
    given = file.given(call, match.value)
    if limits.is_limited(call, limit, file, given) or limits.is_bounded_around(call, file):
        return
    fix = None
    if by_name is not None and by_name.startswith("functools."):
        if isinstance(file.parent(call), cst.Return | cst.Yield):
            return  # Whoever gets it may add the limit.
        uses = list(calls_of(call, file))
        if uses and all(limits.is_limited(use, limit, file) for use in uses):
            return
        fix = _fix(call, limit, file)
    callee = shown(match.value, file)
    yield rule.finding(
        file.span(call),
        f"`{callee}` {_missing(given, limit, file)}",
        subject=f"{scope_name(call, file) or 'module'} {callee}",
        fix=fix,
    )


def _pool(pool: cst.Call, limit: limits.Limit, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """A pool of connections without a limit, unless each of its requests has one."""
    if limits.is_limited(pool, limit, file):
        return
    request = limits.LIMITS["urllib3.request"]
    uses = list(calls_on(pool, limits.POOL_METHODS, file))
    unlimited = [
        use
        for use in uses
        if not limits.is_limited(use, request, file) and not limits.is_bounded_around(use, file)
    ]
    if len(unlimited) == len(uses):
        yield from _without(pool, limit, file, rule)
    else:
        for use in unlimited:
            yield from _without(use, request, file, rule)


def _only_signs(client: cst.Call, file: PythonFile) -> bool:
    """Whether a client is only asked for what it works out itself, such as a URL with a signature."""
    uses = list(calls_on(client, None, file))
    return bool(uses) and all(_method(use) in limits.AWS_OFFLINE for use in uses)


def _has_own_limits(call: cst.Call, limit: limits.Limit, file: PythonFile) -> bool:
    """Whether a client is given its limit where it is used: `client.responses.create(…, timeout=20)`."""
    return bool(limit.instead) and any(
        not _TIMEOUT_KEYWORDS.isdisjoint(file.keyword_arguments(use))
        for use in calls_on(call, _LLM_METHODS, file, below=True)
    )


_LLM_METHODS = frozenset({"create", "parse", "stream", "with_options", "copy"})


def _is_adapted(session: cst.Call, file: PythonFile) -> bool:
    """Whether a session's calls are limited by an adapter, or by a method that replaces its own."""
    for call in calls_on(session, frozenset({"mount"}), file):
        adapter = file.argument(call, 1, "adapter")
        made = file.follow(adapter) if adapter is not None else None
        if not isinstance(made, cst.Call) or file.qualified_name(made.func) not in _PLAIN_ADAPTERS:
            return True
    return ".request = " in file.text or ".send = " in file.text


_PLAIN_ADAPTERS = ("requests.adapters.HTTPAdapter", "requests.HTTPAdapter")


_EVENTS = frozenset(
    {
        "iter_lines",
        "aiter_lines",
        "iter_text",
        "aiter_text",
        "iter_bytes",
        "aiter_bytes",
        "iter_raw",
        "aiter_raw",
    }
)
"""Methods of httpx's answers that give what has come so far."""


def _httpx(call: cst.Call, name: str, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    yield from _httpx_unlimited(call, file, rule)
    if name.endswith("Client") and "timeout" in file.text:
        for each in calls_on(call, frozenset(limits.HTTPX_METHODS), file):
            yield from _httpx_unlimited(each, file, rule)


def _httpx_unlimited(call: cst.Call, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    given = file.keyword_arguments(call).get("timeout")
    if given is None or limits.is_bounded_around(call, file) or not limits.waits_for_ever(given.value, file):
        return
    if _reads_events(call, file):
        return
    says = f"has `timeout={shown(given.value, file)}`, which takes httpx's limit of 5 seconds for the answer away"
    yield _finding(call, says, file, rule)


def _reads_events(call: cst.Call, file: PythonFile) -> bool:
    """Whether what a `stream` answers is read line by line as it comes, so that one has to wait for the next event."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "stream":
        return False
    around = next((each for each in file.ancestors(call) if isinstance(each, cst.With)), None)
    if around is None:
        return False
    return any(
        isinstance(node, cst.Attribute) and node.attr.value in _EVENTS for node in file.walk(around.body)
    )


def _aiohttp(call: cst.Call, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    if file.has_unknown_arguments(call) or limits.is_bounded_around(call, file):
        return
    given = file.keyword_arguments(call).get("timeout")
    if given is None or limits.is_none(given.value, file) or not limits.waits_for_ever(given.value, file):
        return
    uses = list(calls_on(call, frozenset((*limits.HTTPX_METHODS, "ws_connect")), file))
    if uses and all(_method(use) == "ws_connect" for use in uses):
        return  # Web sockets stay open.
    says = f"has `timeout={shown(given.value, file)}`, which sets no limit to waiting for the answer"
    yield _finding(call, says, file, rule)


_MOST_SHOWN = 20


def _in_minutes(trigger: Trigger, says: str, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """One note for all clients of a file whose default is minutes, as one decision repairs them.

    None in a command, whose user sees it wait and ends it; and only where `strict` is asked for, since whoever waits
    for minutes is let go in the end.
    """
    if not rule.strict:
        return
    key = ("http-client-without-timeout", id(rule.matches), id(trigger))
    if key in file.answers:
        return
    file.answers[key] = True
    if is_command_module(file.path):
        return
    calls = [
        call for match in rule.matches if match.trigger is trigger for call in _waits_minutes(match, file)
    ]
    if not calls:
        return
    first, *others = calls
    also = (
        f" (so do {len(others)} more clients here)" if len(others) > 1 else " (so does one more client here)"
    )
    yield _finding(
        first,
        says + (also if others else ""),
        file,
        rule,
        severity="note",
        related=[
            Location(file.span(each), "another client without a limit") for each in others[:_MOST_SHOWN]
        ],
    )


def _waits_minutes(match: Match, file: PythonFile) -> Iterator[cst.Call]:
    """The clients that a match makes without a limit of their own, where the library's is minutes."""
    call = match.node
    if not isinstance(call, cst.Call) or file.in_main_block(call):
        return
    if match.trigger is AIOHTTP:
        if not _limits_aiohttp(call, file):
            yield call
        return
    made = (call,) if match.name in limits.AWS_CLIENTS else calls_on(call, _AWS_METHODS, file)
    for each in made:
        if not _has_aws_config(each, file) and not _only_signs(each, file):
            yield each


def _limits_aiohttp(call: cst.Call, file: PythonFile) -> bool:
    """Whether a session, its requests or what is around them has a limit, or is told to have none."""
    if file.has_unknown_arguments(call) or limits.is_bounded_around(call, file):
        return True
    given = file.keyword_arguments(call).get("timeout")
    if given is not None and not limits.is_none(given.value, file):
        return True
    uses = list(calls_on(call, frozenset((*limits.HTTPX_METHODS, "ws_connect")), file))
    if uses and all(_method(use) == "ws_connect" for use in uses):
        return True  # Web sockets stay open.
    return any(
        "timeout" in file.keyword_arguments(use) or limits.is_bounded_around(use, file) for use in uses
    )


def _has_aws_config(call: cst.Call, file: PythonFile) -> bool:
    """Whether a client may have a `Config` with a timeout; a config from elsewhere may."""
    if file.has_unknown_arguments(call):
        return True
    config = file.argument(call, 9, "config")
    if config is None or limits.is_none(config, file):
        return False
    made = file.follow(config)
    if not isinstance(made, cst.Call) or file.qualified_name(made.func) not in limits.AWS_CONFIGS:
        return True
    given = file.given(made)
    return not given.whole or any(
        given.has(name) and not limits.is_none(given.keywords[name].value, file)
        for name in ("connect_timeout", "read_timeout")
    )


_PINGS = re.compile(r"\bawait\s+[\w.]+\.ping\(")
_UNLIMITED = {
    "open_timeout": "connecting may take for ever",
    "ping_interval": "a peer that is gone is never noticed",
    "ping_timeout": "a peer that is gone is never noticed",
    "connection_timeout": "connecting may take for ever",
    "connection_acquisition_timeout": "waiting for a free connection may take for ever",
}


def _unlimited(call: cst.Call, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Limits that the library has and the call takes away."""
    for name, outcome in _UNLIMITED.items():
        given = file.keyword_arguments(call).get(name)
        if name.startswith("ping_") and _PINGS.search(file.text):
            continue  # it asks the peer by itself
        if given is not None and (
            limits.is_none(given.value, file)
            or one_spelling(file.code(given.value)) in {"float('inf')", "math.inf"}
        ):
            yield _finding(call, f"has `{name}={shown(given.value, file)}`: {outcome}", file, rule)
            return
