"""python/cleartext-url: a production setting that sends data over the network in the clear."""

from __future__ import annotations

import ipaddress
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
    define,
    good,
)
from lintkit.api.python import (
    HTTP_CALLS,
    Argument,
    Call,
    Code,
    Expression,
    Operation,
    Setting,
    Text,
    is_client_call,
    is_http_method,
)

URLS = Strings(("http://", "redis://", "amqp://", "mongodb://", "ftp://", "ldap://", "ws://"))

RULE = define(
    summary="an address in a setting or a client call has no TLS",
    why="""
Everybody on the way can read and change what is sent: passwords of the database, tokens in headers, the answers of the
other service. Inside of one machine or one cluster network that may be accepted; to any other host it is not.
""",
    remedy="Use the protocol with TLS: `https://`, `rediss://`, `amqps://`, `mongodb+srv://` or `tls=true`, `wss://`.",
    severity="note",
    confidence="medium",
    kinds=("python",),
    looks_at=(URLS,),
    tags=("tls", "network", "CWE-319"),
    packs=("production", "security"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import os

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    redis_url: str = "redis://:secret@cache.example.net:6379/0"  # <-- here
    billing_url: str = "http://billing.example.net/v1"  # <-- here


BROKER = os.getenv("BROKER_URL", "amqp://queue.example.net")  # <-- here
MONGO = os.environ.get("MONGO_URL") or "mongodb://db.example.net/shop"  # <-- here
"""
        ),
        bad(
            """\
import httpx
import redis
import requests

requests.get("http://api.example.net/orders", timeout=3)  # <-- here
client = httpx.Client(base_url="http://api.example.net")  # <-- here
cache = redis.from_url("redis://cache.example.net:6379", socket_timeout=2)  # <-- here


def orders(session: requests.Session, number):
    return session.get(f"http://api.example.net/orders/{number}", timeout=3)  # <-- here
"""
        ),
        good(
            """\
import os

REDIS = os.getenv("REDIS_URL", "redis://localhost:6379")
CACHE = os.getenv("CACHE_URL", "redis://cache:6379")
SEARCH = os.getenv("SEARCH_URL", "http://search.shop.svc.cluster.local:9200")
INNER = os.getenv("INNER_URL", "http://10.0.0.7:8080")
HOME = os.getenv("HOME_URL", "http://billing.internal")
""",
            note="this machine, the compose or cluster network, private addresses",
        ),
        good(
            """\
import os

import requests

requests.get("https://api.example.net", timeout=3)
REDIS = os.getenv("REDIS_URL", "rediss://cache.example.net")
MONGO = os.getenv("MONGO_URL", "mongodb://db.example.net/shop?tls=true")
SHEET = {"xmlns": "http://www.example.net/ns#"}
KIND = "http://schema.example.net/Order"
""",
            note="TLS, and names that only look like addresses",
        ),
        bad(
            """\
import aio_pika
from pymongo import MongoClient

orders = MongoClient("mongodb://db.example.net/orders", tls=True)
stock = MongoClient("mongodb://db.example.net/stock", tls=False)  # <-- here


async def start(context):
    await aio_pika.connect_robust("amqp://queue.example.net", ssl=True, ssl_context=context)
""",
            note="an argument can turn TLS on",
        ),
        good(
            'import os\n\nif os.environ["ENVIRONMENT"] == "development":\n'
            '    API = os.getenv("API", "http://api.example.net")\n',
            note="for developers",
        ),
        good(
            'import os\n\nORIGINS = os.getenv("CORS_ORIGINS", "http://shop.example.net")\n',
            note="who may call",
        ),
    ),
)

_URL = re.compile(
    r"[a-z]?[\"']{0,3}(?P<scheme>http|redis|amqp|mongodb|ftp|ldap|ws)://(?:[^@/\s\"']{0,300}@)?(?P<host>\[[0-9a-f:.]+\]|[\w.-]+)",
    re.IGNORECASE,
)
_TLS = re.compile(r"[?&](?:tls|ssl)=true|ssl_cert_reqs=|[?&]sslmode=", re.IGNORECASE)
_LOCAL = re.compile(
    r"(?:^|\.)(?:localhost|local|internal|lan|intranet|home|corp|svc|test|invalid|example|docker\.internal)$"
    r"|^metadata\.|^host\.docker|^example\.(?:com|org|net)$",
    re.IGNORECASE,
)
_NAMESPACE = re.compile(
    r"^(?:www\.w3\.org|schemas?\.|purl\.org|xmlns\.|ns\.|json-schema\.org|www\.sitemaps\.org)", re.IGNORECASE
)
_TLS_ARGUMENTS = ("tls", "ssl", "use_tls", "use_ssl", "ssl_context", "tls_context", "ssl_options")
"""Arguments that turn TLS on whatever the scheme says: of PyMongo, Motor, aio-pika, Kombu, ldap3 and aiormq."""
_NOT_AN_ADDRESS = re.compile(
    r"cors|origin|allow|namespace|schema|xmlns|(?:^|_)ns$|doc|homepage|licen[cs]e|referer|redirect|callback|help|issuer",
    re.IGNORECASE,
)
_INSTEAD = {
    "http": "https",
    "redis": "rediss",
    "amqp": "amqps",
    "mongodb": "mongodb+srv",
    "ftp": "sftp",
    "ldap": "ldaps",
    "ws": "wss",
}


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report an address of another network in a setting's default, or in a call of a client."""
    url = match.expression
    found = _URL.match(url.text)
    if found is None or _TLS.search(url.text) or not _is_elsewhere(found["host"]):
        return
    name = _setting_name(url.setting) or _called(url)
    if name is None or url.is_for_development:
        return
    scheme = found["scheme"].lower()
    yield rule.finding(
        url.span,
        f"`{name}` talks to `{found['host']}` by `{scheme}://`, which anybody on the way can read: use `{_INSTEAD[scheme]}://`",
        subject=f"{name} {found['host']}",
    )


def _is_elsewhere(host: str) -> bool:
    """Whether a host is neither this machine nor of the private network around it."""
    host = host.strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not _LOCAL.search(host) and not _NAMESPACE.match(host)


def _setting_name(setting: Setting | None) -> str | None:
    if setting is None or (setting.framework == "module" and not setting.is_fallback):
        return None
    return None if _NOT_AN_ADDRESS.search(setting.name) else setting.name


def _called(url: Expression) -> str | None:
    """The client call that the string is an argument of."""
    argument = next((each for each in url.around(Code) if not isinstance(each, Text | Operation)), None)
    call = argument.parent if isinstance(argument, Argument) else None
    if not isinstance(argument, Argument) or not isinstance(call, Call):
        return None
    if argument.name and not re.search("url|uri|host|broker|endpoint|server|base", argument.name):
        return None
    options = [call.argument(None, name) for name in _TLS_ARGUMENTS]
    if any(option is not None and option.constant not in (False, None) for option in options):
        return None
    if any(name in HTTP_CALLS.names or is_client_call(name) for name in call.names) or is_http_method(call):
        return call.callee.text
    return None
