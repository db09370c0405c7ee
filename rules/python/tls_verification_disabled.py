"""python/tls-verification-disabled: TLS that looks at no certificate, or at no host name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Calls,
    Finding,
    Keywords,
    Match,
    MethodCalls,
    NamedValues,
    PythonFile,
    References,
    RuleContext,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    CONTEXTS,
    REQUIREMENTS,
    SWITCHED_OFF,
    SWITCHED_ON,
    addresses,
    checks_nothing,
    in_development_branch,
    is_an_option,
    is_for_a_server,
    scope_name,
    serves,
    set_later,
    takes_verify,
)
from lintkit.api.words import host_of, is_remote, loopback_host

OPTIONS = Keywords(("verify", "ssl", *SWITCHED_OFF, *SWITCHED_ON, *REQUIREMENTS))
_ENVIRONMENT = {
    "PYTHONHTTPSVERIFY": "0",
    "CURL_CA_BUNDLE": "",
    "REQUESTS_CA_BUNDLE": "",
    "GIT_SSL_NO_VERIFY": "true",
}
_SET = ("verify", "verify_mode", "cert_reqs", "ssl_cert_reqs", *SWITCHED_OFF, *_ENVIRONMENT)
SET = NamedValues(
    ("verify", "check_hostname", "assert_hostname", "cert", "ca_bundle"), pattern=rf"^(?:{'|'.join(_SET)})$"
)
UNVERIFIED = References(("ssl._create_unverified_context", "ssl._create_stdlib_context"))
NO_CERTIFICATE = References(
    (
        "ssl.CERT_NONE",
        "ssl.VerifyMode.CERT_NONE",
        "OpenSSL.SSL.VERIFY_NONE",
        "neo4j.TrustAll",
        "neo4j.TRUST_ALL_CERTIFICATES",
    )
)
MADE = Calls((*sorted(CONTEXTS), "ssl.wrap_socket"))
METHODS = MethodCalls(("set_verify", "tls_insecure_set"))
URLS = Strings(
    ("ssl_cert_reqs=", "+ssc://", "tlsinsecure=true", "tlsallowinvalidcertificates=true", "verify_ssl=false")
)

RULE = define(
    summary="TLS looks at no certificate",
    why="""
Whoever stands between the two ends (a proxy, a neighbour in the network, a poisoned DNS answer) can show any
certificate, and reads and changes passwords, tokens and data while the line looks encrypted. It is switched off to get
past one expired or self-signed certificate, and stays off.
""",
    remedy='Leave the check on. For a private authority give its certificate instead: `verify="/etc/ssl/ca.pem"`, '
    "`ssl.create_default_context(cafile=...)`, `ssl_ca_certs=...`.",
    severity="error",
    kinds=("python",),
    looks_at=(OPTIONS, SET, UNVERIFIED, NO_CERTIFICATE, MADE, METHODS, URLS),
    tags=("security", "tls", "CWE-295", "CWE-297"),
    equivalents=(
        "bandit:B323",
        "bandit:B501",
        "ruff:S323",
        "ruff:S501",
        "semgrep:disabled-cert-validation",
        "semgrep:unverified-ssl-context",
        "semgrep:ssl-wrap-socket-is-deprecated",
        "ruff:S504",
        "bandit:B504",
        "sonar-python:verifiedSslTlsCertificateCheck",
        "sonar-python:unverifiedHostname",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import requests

VERIFY = False
requests.get("https://api.example.com/v1", verify=False)  # <-- here
session = requests.Session()
session.verify = VERIFY  # <-- here
session.post(url, json={}, verify=0)  # <-- here
"""
        ),
        bad(
            """\
import httpx


class Billing:
    def __init__(self) -> None:
        options = {"timeout": 5, "verify": False}  # <-- here
        self.client = httpx.AsyncClient(**options)

    async def charge(self, session: httpx.Client) -> None:
        session.post("/charge", verify=False)  # <-- here
"""
        ),
        bad(
            """\
import aiohttp
import boto3

connector = aiohttp.TCPConnector(ssl=False)  # <-- here
client = boto3.client("s3", verify=False)  # <-- here


async def fetch(url):
    async with aiohttp.ClientSession() as session:
        return await session.get(url, verify_ssl=False)  # <-- here
"""
        ),
        bad(
            """\
import ssl
from urllib.request import urlopen

ssl._create_default_https_context = ssl._create_unverified_context  # <-- here
urlopen("https://example.com", context=ssl._create_unverified_context())  # <-- here

context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE  # <-- here
"""
        ),
        bad(
            """\
import ssl

any_host = ssl.create_default_context()
any_host.check_hostname = False  # <-- here
old = ssl.SSLContext(ssl.PROTOCOL_TLSv1_2)  # <-- here
socket = ssl.wrap_socket(plain, ca_certs="ca.pem")  # <-- here
""",
            note="a certificate for any host, and ways to begin that check nothing by themselves",
        ),
        bad(
            """\
import ssl

import pymongo
import redis
from neo4j import GraphDatabase, TrustAll

redis.Redis(host="cache.example.com", ssl=True, ssl_cert_reqs=None)  # <-- here
redis.from_url("rediss://cache.example.com:6380?ssl_cert_reqs=none")  # <-- here
BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_NONE}  # <-- here
pymongo.MongoClient(url, tls=True, tlsAllowInvalidCertificates=True)  # <-- here
GraphDatabase.driver(uri, encrypted=True, trusted_certificates=TrustAll())  # <-- here
GraphDatabase.driver("neo4j+ssc://graph.example.com")  # <-- here
"""
        ),
        bad(
            """\
import asyncpg
import urllib3
from elasticsearch import Elasticsearch
from kubernetes import client

asyncpg.connect(host="db.example.com", ssl=False)  # <-- here
Elasticsearch(hosts, verify_certs=False)  # <-- here
configuration = client.Configuration()
configuration.verify_ssl = False  # <-- here
pool = urllib3.PoolManager(cert_reqs="CERT_NONE", assert_hostname=False)  # <-- here x2
""",
            note="`ssl=False` to a host of the internet is no encryption at all",
        ),
        bad(
            """\
import os

import paho.mqtt.client as mqtt
from OpenSSL import SSL

context = SSL.Context(SSL.TLS_CLIENT_METHOD)
context.set_verify(SSL.VERIFY_NONE)  # <-- here
lenient = SSL.Context(SSL.TLS_CLIENT_METHOD)
lenient.set_verify(SSL.VERIFY_PEER, lambda *seen: True)  # <-- here
os.environ["PYTHONHTTPSVERIFY"] = "0"  # <-- here
mqtt.Client().tls_insecure_set(True)  # <-- here
"""
        ),
        bad(
            """\
import os

import requests


def fetch(url):
    match os.environ["STAGE"]:
        case "local" | "production":
            return requests.get(url, verify=False, timeout=2)  # <-- here
        case _:
            return requests.get(url, timeout=2)
""",
            note="a case that production takes as well",
        ),
        good(
            """\
import os

import requests


def fetch(url):
    match os.environ["STAGE"]:
        case "local" | "test":
            return requests.get(url, verify=False, timeout=2)
        case _:
            return requests.get(url, timeout=2)
""",
            note="a case for developers alone",
        ),
        good(
            """\
import httpx
import requests

requests.get("https://localhost:8443/health", verify=False)
requests.get(url, verify="/etc/ssl/ca.pem")
httpx.Client(verify=settings.verify)
""",
            note="this machine, an authority of one's own, and a setting",
        ),
        good(
            """\
import ssl


def context(verify: bool) -> ssl.SSLContext:
    made = ssl.create_default_context()
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def requirement(insecure: bool):
    return ssl.CERT_NONE if insecure else ssl.CERT_REQUIRED


def mailer(ignore_cert_errors: bool = False):
    made = ssl.create_default_context()
    if ignore_cert_errors:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
""",
            note="an option: what counts is where it is chosen",
        ),
        good(
            """\
import ssl

listening = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
listening.check_hostname = False
listening.verify_mode = ssl.CERT_NONE
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
old_server = ssl.SSLContext(ssl.PROTOCOL_TLSv1_2)
old_server.load_cert_chain("cert.pem", "key.pem")
""",
            note="a server asks its callers for no certificate",
        ),
        good(
            """\
import ssl

context = ssl._create_unverified_context()
context.verify_mode = ssl.CERT_REQUIRED
client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
if context.verify_mode == ssl.CERT_NONE:
    raise SystemExit("no checks")
MODES = {"none": ssl.CERT_NONE, "required": ssl.CERT_REQUIRED}
""",
            note="checks that are switched on later, a question, and a table of choices",
        ),
        good(
            """\
import asyncpg
import redis
import jwt

redis.Redis(host="cache", ssl=False)
asyncpg.connect(host="db.svc.cluster.local", ssl=False)
document.get(key, verify=False)
""",
            note="inside the cluster, and a `verify` of something else",
        ),
        good(
            """\
import requests

if settings.DEBUG:
    requests.get(url, verify=False)
""",
            note="a branch for development",
        ),
    ),
)

_NO_REQUIREMENT = frozenset({"none", "cert_none", "no", "0", "false"})
_NONE_IN_URL = re.compile(
    r"^[\w+.\-]+://.*[?&](?:ssl_cert_reqs=(?:cert_)?none|tlsinsecure=true|tlsallowinvalidcertificates=true|verify_ssl=false)"
    r"|^(?:bolt|neo4j)\+ssc://",
    re.IGNORECASE,
)
_OFF = "no certificate"


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each way in which the other end is not asked who it is."""
    node = match.node
    look = {
        OPTIONS: _option,
        SET: _set,
        UNVERIFIED: _unverified,
        NO_CERTIFICATE: _no_certificate,
        MADE: _made,
        METHODS: _method,
        URLS: _url,
    }[match.trigger]
    message = look(match, file, rule)
    if message is None or in_development_branch(node, file) or is_an_option(node, file):
        return
    shown = node if match.trigger in {OPTIONS, SET, METHODS, URLS} else _around(node, file)
    yield rule.finding(file.span(shown), message, subject=scope_name(node, file) or "module")


def _around(node: cst.CSTNode, file: PythonFile) -> cst.CSTNode:
    """What is shown for a name: the argument, entry or assignment that it is the value of, else the name itself."""
    above = file.parent(node)
    if isinstance(above, cst.Call) and above.func is node:
        node, above = above, file.parent(above)
    if isinstance(above, cst.Arg | cst.DictElement | cst.Assign | cst.AnnAssign | cst.Param):
        return above
    return node


def _option(match: Match, file: PythonFile, rule: RuleContext) -> str | None:
    if match.value is None or match.flows_into is None:
        return None
    name, value = match.name or "", file.literal(match.value, follow=True)
    if any(map(loopback_host, addresses(match.flows_into, file))):
        return None
    if name == "verify":
        off = _is_off(value) and takes_verify(match.flows_into, file)
        return "`verify` is off: any certificate is taken for the right one" if off else None
    if name == "ssl":
        return _ssl_off(match.flows_into, file) if value is False else None
    return _switch(name, value)


def _is_off(value: object) -> bool:
    """As requests has it: anything false but None, which stands for the default."""
    return isinstance(value, bool | int | float | str | bytes | list | dict | tuple) and not value


def _switch(name: str, value: object) -> str | None:
    if name in REQUIREMENTS:
        off = value is None or value is False or str(value).lower() in _NO_REQUIREMENT
        return (
            f"`{name}` asks for {_OFF}: any is taken for the right one"
            if off and name != "validate"
            else None
        )
    looks = SWITCHED_OFF.get(name) if value is False or value == 0 else None
    if value is True:
        looks = SWITCHED_ON.get(name)
    if looks is None:
        return None
    return f"`{name}={value}` looks at {looks}: " + (
        "any certificate is taken for the right one"
        if looks == _OFF
        else "a certificate for any other host is taken for the right one"
    )


def _ssl_off(call: cst.Call, file: PythonFile) -> str | None:
    from lintkit.api.python import origin_names

    if any(name.startswith("aiohttp.") for name in origin_names(call.func, file)):
        return "`ssl=False` looks at no certificate: any is taken for the right one"
    if any(is_remote(host_of(address)) for address in addresses(call, file)):
        return "`ssl=False` sends everything to a host of the internet in clear text"
    return None


def _set(match: Match, file: PythonFile, rule: RuleContext) -> str | None:
    """`session.verify = False`, `context.check_hostname = False`, `os.environ["PYTHONHTTPSVERIFY"] = "0"`."""
    name, value = match.name or "", match.value
    if value is None or match.how not in {"assignment", "subscript"}:
        return None
    literal = file.literal(value, follow=True)
    if match.how == "subscript":
        return (
            f"`{name}` switches the check of certificates off" if _ENVIRONMENT.get(name) == literal else None
        )
    target = _attribute(match)
    if target is None:
        return None
    if name == "verify":
        return _session_verify(target, literal, file)
    if name == "check_hostname":
        if literal is not False or is_for_a_server(target.value, file):
            return None
        if _also_takes_any_certificate(match, target, file, rule):
            return None
    elif name not in SWITCHED_OFF and name not in {"cert_reqs", "ssl_cert_reqs"}:
        return None
    return _switch(name, literal)


def _attribute(match: Match) -> cst.Attribute | None:
    return match.name_node if isinstance(match.name_node, cst.Attribute) else None


def _session_verify(target: cst.Attribute, value: object, file: PythonFile) -> str | None:
    from lintkit.api.python import origin_names

    if not _is_off(value):
        return None
    names = origin_names(target.value, file)
    if any(name.startswith(("requests.", "httpx.", "niquests.", "requests_oauthlib.")) for name in names):
        return "`verify` is off for the whole session: any certificate is taken for the right one"
    return None


def _also_takes_any_certificate(
    match: Match, target: cst.Attribute, file: PythonFile, rule: RuleContext
) -> bool:
    """Whether the same context is told to take any certificate, which is reported and says more."""
    owner = file.code(target.value)
    function = file.enclosing_function(match.node)
    for other in rule.matches:
        if other.trigger is NO_CERTIFICATE:
            statement = file.enclosing_statement(other.node)
            if (
                isinstance(statement, cst.Assign)
                and file.code(statement.targets[0].target) == f"{owner}.verify_mode"
                and file.enclosing_function(statement) is function
            ):
                return True
    return False


def _unverified(match: Match, file: PythonFile, rule: RuleContext) -> str | None:
    call = file.parent(match.node)
    name = (match.name or "").rpartition(".")[2]
    if isinstance(call, cst.Call) and call.func is match.node:
        if set_later(call, "verify_mode", [m for m in rule.matches if m.trigger is SET], file):
            return None
        if isinstance(file.parent(call), cst.Expr):
            return None
        return f"`{name}()` makes a context that looks at no certificate"
    if isinstance(call, cst.Assign | cst.Arg):
        return f"`{name}` looks at no certificate"
    return None


def _no_certificate(match: Match, file: PythonFile, rule: RuleContext) -> str | None:
    name = (match.name or "").rpartition(".")[2]
    node: cst.CSTNode = match.node
    above = file.parent(node)
    if isinstance(above, cst.Call) and above.func is node:  # TrustAll()
        node, above = above, file.parent(above)
    while isinstance(above, cst.BinaryOperation | cst.IfExp | cst.BooleanOperation):
        node, above = above, file.parent(above)
    if isinstance(above, cst.Assign):
        target = above.targets[0].target
        if isinstance(target, cst.Attribute):
            if is_for_a_server(target.value, file):
                return None
        elif isinstance(target, cst.Name):
            if len(file.every_binding(target)) != 1 or target.value.isupper():
                return None  # a table of names, or one of several values
        elif not isinstance(target, cst.Subscript):
            return None
    elif isinstance(above, cst.DictElement):
        if file.literal(above.key) not in REQUIREMENTS:
            return None
    elif isinstance(above, cst.Arg):
        call = file.parent(above)
        if isinstance(call, cst.Call) and any(map(loopback_host, addresses(call, file))):
            return None
    elif not isinstance(above, cst.Param | cst.Return):
        return None
    return f"`{name}` asks for no certificate: any is taken for the right one"


def _made(match: Match, file: PythonFile, rule: RuleContext) -> str | None:
    call = match.node
    if not isinstance(call, cst.Call):
        return None
    name = file.code(call.func)
    if match.name == "ssl.wrap_socket":
        arguments = file.keyword_arguments(call)
        server = "server_side" in arguments and file.literal(arguments["server_side"].value) is not False
        if server or "cert_reqs" in arguments or file.has_unknown_arguments(call):
            return None
        return (
            f"`{name}` looks at no certificate and no host name; a context of `create_default_context` does"
        )
    if isinstance(file.parent(call), cst.Expr) or not checks_nothing(call, file) or serves(call, file):
        return None
    if match.name == "OpenSSL.SSL.Context":
        setters = [m for m in rule.matches if m.trigger is METHODS]
        said = set_later(call, "set_verify", setters, file)
        return None if said else f"`{name}` looks at no certificate until `set_verify` says so"
    setters = [m for m in rule.matches if m.trigger is SET]
    if set_later(call, "verify_mode", setters, file) or set_later(call, "check_hostname", setters, file):
        return None
    return f"`{name}` looks at no certificate until `verify_mode` is set; `create_default_context` does"


def _method(match: Match, file: PythonFile, rule: RuleContext) -> str | None:
    call = match.node
    if not isinstance(call, cst.Call):
        return None
    from lintkit.api.python import origin_names

    if not any(name.startswith(("OpenSSL.", "paho.")) for name in origin_names(call.func, file)):
        return None
    first = file.argument(call, 0, "value")
    if match.name == "tls_insecure_set":
        off = first is not None and file.literal(first, follow=True) is True
        return "`tls_insecure_set(True)` looks at no host name" if off else None
    callback = file.argument(call, 1, "callback")
    if callback is not None and "VERIFY_NONE" not in file.code(call) and _says_yes(callback, file):
        return "the callback of `set_verify` says yes to every certificate"
    return None


def _says_yes(callback: cst.BaseExpression, file: PythonFile) -> bool:
    from lintkit.api.python import returned_values

    callback = file.follow(callback)
    if isinstance(callback, cst.Lambda):
        return file.literal(callback.body) is True
    definition = file.definition(callback)
    if not isinstance(definition, cst.FunctionDef):
        return False
    values = [file.literal(value) for value in returned_values(definition, file)]
    return bool(values) and all(isinstance(value, bool | int) and bool(value) for value in values)


def _url(match: Match, file: PythonFile, rule: RuleContext) -> str | None:
    if not isinstance(match.node, cst.SimpleString | cst.FormattedString):
        return None
    parts = file.string_parts(match.node) or ()
    text = "".join(part if isinstance(part, str) else "x" for part in parts)
    found = _NONE_IN_URL.search(text[:2000])
    if found is None or loopback_host(text) is not None:
        return None
    return f"`{found.group().rpartition('?')[2].rpartition('&')[2]}` takes any certificate for the right one"
