"""How long the calls of client libraries may take, and which of their arguments say it.

Sources: the documentation of each library; requests, urllib, smtplib, ftplib, imaplib, poplib and http.client have no
limit; httpx has 5 seconds; aiohttp's sessions have 5 minutes; botocore waits 60 seconds for each of several tries;
openai and anthropic wait 10 minutes for each of three; google-genai, websocket-client, libpq and the queries of
asyncpg have no limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.file import PythonFile

_FOR_EVER = "a server that does not answer holds the caller for ever"
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request")


@dataclass(frozen=True, slots=True)
class Limit:
    """How a call is limited.

    keywords  the arguments that limit it; one of them is enough
    outcome   what happens without them
    position  where the first keyword stands among the positional arguments
    added     the argument that a fix writes; empty for none
    url       the position of a URL or connection string that may hold the limit as well
    socket    `socket.setdefaulttimeout` limits it, too
    instead   arguments that bring a limit of their own: a ready-made HTTP client
    """

    keywords: tuple[str, ...]
    outcome: str = _FOR_EVER
    position: int | None = None
    added: str = ""
    url: int | None = None
    socket: bool = False
    instead: tuple[str, ...] = ()


def _named(module: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{module}.{name}" for name in names)


_REQUESTS = Limit(("timeout",), added="timeout=10")
_SOCKET = Limit(("timeout",), added="timeout=10", socket=True)
_LLM = Limit(
    ("timeout",),
    "a call may take 10 minutes, and is tried three times",
    added="timeout=60",
    instead=("http_client", "http_async_client"),
)
_LANGCHAIN = Limit(
    ("timeout", "request_timeout", "default_request_timeout"),
    _LLM.outcome,
    added="timeout=60",
    instead=_LLM.instead,
)
_LIBPQ = Limit(
    ("connect_timeout",),
    "a database that does not answer holds the caller for ever",
    added="connect_timeout=10",
    url=0,
)
_ASYNCPG = Limit(
    ("command_timeout", "timeout"),
    "a query on a lost connection waits for ever",
    added="command_timeout=60",
    url=0,
)

LIMITS: dict[str, Limit] = {
    **dict.fromkeys(_named("requests", _METHODS), _REQUESTS),
    **dict.fromkeys(_named("requests.api", _METHODS), _REQUESTS),
    "urllib.request.urlopen": Limit(("timeout",), position=2, added="timeout=10", socket=True),
    "http.client.HTTPConnection": Limit(("timeout",), position=2, added="timeout=10", socket=True),
    "http.client.HTTPSConnection": _SOCKET,
    "smtplib.SMTP": Limit(("timeout",), position=3, added="timeout=10", socket=True),
    "smtplib.SMTP_SSL": _SOCKET,
    "smtplib.LMTP": _SOCKET,
    "ftplib.FTP": Limit(("timeout",), position=4, added="timeout=10", socket=True),
    "ftplib.FTP_TLS": _SOCKET,
    "imaplib.IMAP4": Limit(("timeout",), position=2, added="timeout=10", socket=True),
    "imaplib.IMAP4_SSL": _SOCKET,
    "poplib.POP3": Limit(("timeout",), position=2, added="timeout=10", socket=True),
    "poplib.POP3_SSL": _SOCKET,
    "websocket.create_connection": Limit(("timeout",), position=1, added="timeout=10", socket=True),
    "aiohttp.request": Limit(("timeout",), "it may take 5 minutes"),
    **dict.fromkeys(
        (
            *_named("psycopg", ("connect", "Connection.connect", "AsyncConnection.connect")),
            "psycopg2.connect",
        ),
        _LIBPQ,
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

SESSION_LIMITS: dict[str, tuple[frozenset[str], Limit]] = {
    **dict.fromkeys(
        ("requests.Session", "requests.session", "requests.sessions.Session"),
        (frozenset(_METHODS), _REQUESTS),
    ),
    **dict.fromkeys(
        ("urllib.request.build_opener", "urllib.request.OpenerDirector"),
        (frozenset({"open"}), Limit(("timeout",), position=2, added="timeout=10", socket=True)),
    ),
}
"""What makes a session -> the methods of the session, and how they are limited."""

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
AWS_CONFIGS = frozenset({"botocore.config.Config", "botocore.client.Config", "aiobotocore.config.AioConfig"})

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


def is_none(value: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether an argument is `None`, written down or by a name that is bound to it."""
    return file.literal(value, follow=True) is None


def is_limited(call: cst.Call, limit: Limit, file: PythonFile) -> bool:
    """Whether the arguments of a call limit it, or may do so where the file does not show them."""
    if file.has_unknown_arguments(call):
        return True
    given = file.keyword_arguments(call)
    if any(name in given for name in limit.instead):
        return True
    values = [given[name].value for name in limit.keywords if name in given]
    if limit.position is not None:
        values += file.positional(call)[limit.position : limit.position + 1]
    if any(not is_none(value, file) for value in values):
        return True
    url = None if limit.url is None else file.argument(call, limit.url, "dsn")
    parts = None if url is None else file.string_parts(file.follow(url), follow=True)
    return parts is not None and any(
        isinstance(part, str) and any(name + "=" in part for name in limit.keywords) for part in parts
    )
