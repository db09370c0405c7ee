"""How long the calls of client libraries may take, and which of their arguments say it.

Sources: the documentation of each library; requests, urllib, smtplib, ftplib, imaplib, poplib and http.client have no
limit, nor has urllib3; httpx has 5 seconds; aiohttp's sessions have 5 minutes; botocore waits 60 seconds for each of
several tries; openai and anthropic wait 10 minutes for each of three; google-genai, websocket-client, libpq and the
queries of asyncpg have no limit.

A timeout can have several parts: requests takes `(connect, read)`, httpx `(connect, read, write, pool)` or a
`Timeout`, urllib3 a `Timeout`, aiohttp a `ClientTimeout`. What counts is the part for the answer: without a limit for
connecting the system gives up after two minutes, without one for reading nobody does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lintkit.model import Release
from lintkit.python.lazy import cst
from lintkit.python.releases import PSYCOPG_CONNECT_TIMEOUT

if TYPE_CHECKING:
    from lintkit.python.code import Code
    from lintkit.python.module import Given, PythonFile

_FOR_EVER = "a server that does not answer holds the caller for ever"
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request")


@dataclass(frozen=True, slots=True)
class Limit:
    """How a call is limited.

    keywords  the arguments that limit it; one of them is enough
    outcome   what happens without them
    position  where the first keyword stands among the positional arguments, in any version of the library
    added     the value that a fix gives the first keyword; empty for none
    url       the position of a URL or connection string that may hold the limit as well
    socket    `socket.setdefaulttimeout` limits it, too
    instead   arguments that bring a limit of their own: a ready-made HTTP client
    fixed_in  the release of the library that has a limit of its own
    """

    keywords: tuple[str, ...]
    outcome: str = _FOR_EVER
    position: int | None = None
    added: str = ""
    url: int | None = None
    socket: bool = False
    instead: tuple[str, ...] = ()
    fixed_in: Release | None = None


def _named(module: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{module}.{name}" for name in names)


_REQUESTS = Limit(("timeout",), added="10")
_SESSION_REQUEST = Limit(("timeout",), position=8, added="10")
_LLM = Limit(
    ("timeout",),
    "a call may take 10 minutes, and is tried three times",
    added="60",
    instead=("http_client", "http_async_client"),
)
_LANGCHAIN = Limit(
    ("timeout", "request_timeout", "default_request_timeout"),
    _LLM.outcome,
    added="60",
    instead=_LLM.instead,
)
_LIBPQ = Limit(
    ("connect_timeout",),
    "a database that does not answer holds the caller for ever",
    added="10",
    url=0,
)
_PSYCOPG = replace(_LIBPQ, fixed_in=PSYCOPG_CONNECT_TIMEOUT)
_ASYNCPG = Limit(
    ("command_timeout", "timeout"),
    "a query on a lost connection waits for ever",
    added="60",
    url=0,
)

LIMITS: dict[str, Limit] = {
    **dict.fromkeys(_named("requests", _METHODS), _REQUESTS),
    **dict.fromkeys(_named("requests.api", _METHODS), _REQUESTS),
    "urllib.request.urlopen": Limit(("timeout",), position=2, added="10", socket=True),
    "http.client.HTTPConnection": Limit(("timeout",), position=2, added="10", socket=True),
    "http.client.HTTPSConnection": Limit(("timeout",), position=4, added="10", socket=True),
    "smtplib.SMTP": Limit(("timeout",), position=3, added="10", socket=True),
    "smtplib.SMTP_SSL": Limit(("timeout",), position=5, added="10", socket=True),
    "smtplib.LMTP": Limit(("timeout",), position=4, added="10", socket=True),
    "ftplib.FTP": Limit(("timeout",), position=4, added="10", socket=True),
    "ftplib.FTP_TLS": Limit(("timeout",), position=7, added="10", socket=True),
    "imaplib.IMAP4": Limit(("timeout",), position=2, added="10", socket=True),
    "imaplib.IMAP4_SSL": Limit(("timeout",), position=5, added="10", socket=True),
    "poplib.POP3": Limit(("timeout",), position=2, added="10", socket=True),
    "poplib.POP3_SSL": Limit(("timeout",), position=4, added="10", socket=True),
    "websocket.create_connection": Limit(("timeout",), position=1, added="10", socket=True),
    "aiohttp.request": Limit(("timeout",), "it may take 5 minutes"),
    "urllib3.request": Limit(("timeout",), added="10", socket=True),
    "psycopg2.connect": _LIBPQ,
    **dict.fromkeys(
        _named("psycopg", ("connect", "Connection.connect", "AsyncConnection.connect")), _PSYCOPG
    ),
    **dict.fromkeys(
        _named(
            "psycopg2.pool", ("SimpleConnectionPool", "ThreadedConnectionPool", "PersistentConnectionPool")
        ),
        Limit(_LIBPQ.keywords, _LIBPQ.outcome, added=_LIBPQ.added, url=2),
    ),
    **dict.fromkeys(_named("asyncpg", ("connect", "create_pool")), _ASYNCPG),
    **dict.fromkeys(
        _named(
            "openai", ("OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI", "Client", "AsyncClient")
        ),
        _LLM,
    ),
    **dict.fromkeys(
        _named(
            "anthropic",
            (
                "Anthropic",
                "AsyncAnthropic",
                "AnthropicBedrock",
                "AsyncAnthropicBedrock",
                "AnthropicVertex",
                "AsyncAnthropicVertex",
            ),
        ),
        _LLM,
    ),
    **dict.fromkeys(
        _named("langchain_openai", ("ChatOpenAI", "AzureChatOpenAI", "OpenAIEmbeddings")), _LANGCHAIN
    ),
    "langchain_anthropic.ChatAnthropic": _LANGCHAIN,
}
"""Qualified name of a function or class -> how its calls are limited."""

_REQUESTS_SESSION = {**dict.fromkeys(_METHODS, _REQUESTS), "request": _SESSION_REQUEST}
_OPENER = {"open": Limit(("timeout",), position=2, added="10", socket=True)}
SESSION_LIMITS: dict[str, dict[str, Limit]] = {
    "requests.Session": _REQUESTS_SESSION,
    "requests.session": _REQUESTS_SESSION,
    "requests.sessions.Session": _REQUESTS_SESSION,
    "requests_oauthlib.OAuth1Session": _REQUESTS_SESSION,
    "requests_oauthlib.OAuth2Session": _REQUESTS_SESSION,
    "authlib.integrations.requests_client.OAuth1Session": _REQUESTS_SESSION,
    "authlib.integrations.requests_client.OAuth2Session": _REQUESTS_SESSION,
    "requests_cache.CachedSession": _REQUESTS_SESSION,
    "urllib.request.build_opener": _OPENER,
    "urllib.request.OpenerDirector": _OPENER,
}
"""What makes a session -> the methods of the session, and how each is limited."""

_POOL = Limit(("timeout",), added="10", socket=True)
_HOST_POOL = Limit(("timeout",), position=2, added="10", socket=True)
POOL_LIMITS: dict[str, Limit] = {
    **dict.fromkeys(
        (
            *_named("urllib3", ("PoolManager", "ProxyManager", "connection_from_url")),
            *_named("urllib3.poolmanager", ("PoolManager", "ProxyManager")),
        ),
        _POOL,
    ),
    **dict.fromkeys(
        (
            *_named("urllib3", ("HTTPConnectionPool", "HTTPSConnectionPool")),
            *_named("urllib3.connectionpool", ("HTTPConnectionPool", "HTTPSConnectionPool")),
        ),
        _HOST_POOL,
    ),
}
"""What makes a pool of urllib3 -> how all of its requests are limited; each request can have a limit of its own."""

POOL_METHODS = frozenset({"request", "urlopen", "request_encode_url", "request_encode_body"})

HTTPX_METHODS = (*_METHODS, "stream")
HTTPX_CALLS = _named("httpx", (*_METHODS, "stream", "Client", "AsyncClient"))
"""Calls with a limit of 5 seconds unless `timeout=None` takes it away."""

AIOHTTP_SESSION = ("aiohttp.ClientSession", "aiohttp.client.ClientSession")
AWS_SESSIONS = (
    "boto3.Session",
    "boto3.session.Session",
    "aioboto3.Session",
    "aioboto3.session.Session",
    "aiobotocore.session.get_session",
    "botocore.session.get_session",
)
AWS_CLIENTS = ("boto3.client", "boto3.resource")
AWS_OFFLINE = frozenset(
    {
        *("generate_presigned_url", "generate_presigned_post", "generate_db_auth_token"),
        *("can_paginate", "close"),
    }
)
"""Methods of a client that send nothing: they sign with the credentials that are there."""
AWS_CONFIGS = frozenset({"botocore.config.Config", "botocore.client.Config", "aiobotocore.config.AioConfig"})

PROVIDERS = (
    "Singleton",
    "ThreadSafeSingleton",
    "ThreadLocalSingleton",
    "ContextLocalSingleton",
    "Factory",
    "Callable",
    "Resource",
)
"""Providers of dependency-injector that make an object of what they are given, with the arguments behind it."""

HANDING_ON = frozenset(
    {
        *_named("functools", ("partial", "partialmethod")),
        *_named("asyncio", ("to_thread", "threads.to_thread")),
        *_named("starlette.concurrency", ("run_in_threadpool",)),
        *_named("fastapi.concurrency", ("run_in_threadpool",)),
        *_named("anyio.to_thread", ("run_sync",)),
        *_named("dependency_injector.providers", PROVIDERS),
    }
)
"""Functions that call what they are given, with the arguments behind it."""

HANDING_ON_METHODS = frozenset({"submit", "run_in_executor"})
"""Methods of executors and event loops that do the same."""

_BOUNDS = frozenset(
    {
        "asyncio.wait_for",
        "asyncio.timeout",
        "asyncio.timeout_at",
        "async_timeout.timeout",
        "anyio.fail_after",
        "anyio.move_on_after",
        "trio.fail_after",
        "trio.move_on_after",
    }
)


def is_bounded_around(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether something around `node` ends it in time: `asyncio.wait_for(…)`, `async with asyncio.timeout(…)`."""
    for above in file.ancestors(node):
        if isinstance(above, cst.Call) and file.qualified_name(above.func) in _BOUNDS:
            return True
        if isinstance(above, cst.With):
            for item in above.items:
                if isinstance(item.item, cst.Call) and file.qualified_name(item.item.func) in _BOUNDS:
                    return True
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return False
    return False


def is_bounded(code: Code) -> bool:
    """Whether something around code ends it in time."""
    return is_bounded_around(code.node, code.file)


def is_none(value: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether an argument is `None`, written down or by a name that is bound to it."""
    return file.literal(value, follow=True) is None


_HTTPX_TIMEOUTS = frozenset({"httpx.Timeout", "httpx._config.Timeout"})
_URLLIB3_TIMEOUTS = frozenset(
    {
        *_named("urllib3", ("Timeout", "util.Timeout", "util.timeout.Timeout")),
        "requests.adapters.TimeoutSauce",
    }
)
_CLIENT_TIMEOUTS = frozenset({"aiohttp.ClientTimeout", "aiohttp.client.ClientTimeout"})


def waits_for_ever(value: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a timeout sets no limit to waiting for the answer: `None`, `(3, None)`, `httpx.Timeout(5, read=None)`."""
    timeout = file.follow(value)
    if isinstance(timeout, cst.Tuple | cst.List):
        parts = timeout.elements
        return len(parts) in (2, 4) and is_none(parts[1].value, file)
    if isinstance(timeout, cst.Call):
        return _part_waits(timeout, file)
    return is_none(timeout, file)


def _part_waits(timeout: cst.Call, file: PythonFile) -> bool:
    """Whether an object that holds the parts of a timeout has none for the answer, as far as the file shows it."""
    name = file.qualified_name(timeout.func)
    parts = file.given(timeout)
    if not parts.whole:
        return False
    if name in _HTTPX_TIMEOUTS:
        read = parts.value("read")
        if read is not None:
            return is_none(read, file)
        every = parts.value("timeout", 0)
        return every is not None and waits_for_ever(every, file)
    if name in _CLIENT_TIMEOUTS:
        limits = (parts.value("total", 0), parts.value("sock_read", 2))
        return all(each is None or file.literal(each, follow=True) in (None, 0) for each in limits)
    if name in _URLLIB3_TIMEOUTS:
        limits = (parts.value("total", 0), parts.value("read", 2))
        return all(each is None or is_none(each, file) for each in limits)
    return False


def given_limit(given: Given, limit: Limit) -> tuple[str, cst.BaseExpression] | None:
    """The argument among those of a call that is there to limit it, and its value; the first one."""
    for index, name in enumerate(limit.keywords):
        value = given.value(name, limit.position if index == 0 else None)
        if value is not None:
            return name, value
    return None


def is_limited(call: cst.Call, limit: Limit, file: PythonFile, given: Given | None = None) -> bool:
    """Whether the arguments of a call limit it, or may do so where the file does not show them.

    given  those that count, where they are not the call's own
    """
    given = file.given(call) if given is None else given
    if not given.whole or any(name in given.keywords for name in limit.instead):
        return True
    said = given_limit(given, limit)
    if said is not None and not waits_for_ever(said[1], file):
        return True
    url = None if limit.url is None else given.value("dsn", limit.url) or given.value("conninfo")
    parts = None if url is None else file.string_parts(file.follow(url), follow=True)
    return parts is not None and any(
        isinstance(part, str) and any(name + "=" in part for name in limit.keywords) for part in parts
    )
