"""python/bind-all-interfaces: a server listens on every address of its host unless somebody says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
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
    bound_host,
    is_for_development,
    origin_names,
    server_start,
    setting_at,
)

ADDRESSES = Strings(("0.0.0.0", "::"))

RULE = define(
    summary="a server binds all interfaces by default",
    why="""
In a container that is usual, because the port is published on purpose. On a host, a laptop or a node with several
networks it offers the service, its debugger and its metrics to everybody who can reach any of the addresses.
""",
    remedy="Default to `127.0.0.1` and let the image or the unit file that needs more say so.",
    severity="note",
    confidence="low",
    kinds=("python",),
    looks_at=(ADDRESSES, SERVER_CALLS, RUN_METHODS, BIND_METHODS),
    tags=("network", "bind-all-interfaces", "CWE-605"),
    equivalents=(
        "bandit:B104",
        "ruff:S104",
        "semgrep:avoid-bind-to-all-interfaces",
        "semgrep:avoid_app_run_with_bad_host",
        "sonar-python:bindToAllNetworkInterfaces",
    ),
    packs=("strict",),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import os

from pydantic_settings import BaseSettings

LISTEN = os.getenv("LISTEN_ADDRESS", "0.0.0.0")  # <-- here
METRICS_HOST = "::"  # <-- here


class Settings(BaseSettings):
    HOST: str = "0.0.0.0"  # <-- here


def serve(port, host="0.0.0.0"):  # <-- here
    ...
"""
        ),
        bad(
            """\
import uvicorn
from flask import Flask

ANY = "0.0.0.0"
app = Flask(__name__)


def main():
    uvicorn.run("shop:app", host=ANY)  # <-- here
    app.run("0.0.0.0", 8080)  # <-- here
"""
        ),
        bad(
            """\
import socket
from http.server import HTTPServer

HTTPServer(("0.0.0.0", 8000), Handler)  # <-- here
listener = socket.socket()
listener.bind(("", 9000))  # <-- here
""",
            note="an empty address is every address",
        ),
        good(
            """\
import uvicorn

HOST = "127.0.0.1"
uvicorn.run("shop:app", host=HOST)
uvicorn.run("shop:app")
""",
            note="loopback",
        ),
        good(
            """\
def is_any(host):
    return host in ("0.0.0.0", "::") or host == "0.0.0.0"


ROUTE = "0.0.0.0/0"
VERSION = "0.0.0.0"
address = host.replace("0.0.0.0", "localhost")
""",
            note="questions about addresses, networks and versions",
        ),
        good(
            """\
import os

import uvicorn

uvicorn.run("shop:app", host=os.environ["HOST"])
exchange.bind(("", "orders"))
run("0.0.0.0")
""",
            note="the environment decides; and what is no server",
        ),
    ),
)

_BINDS = re.compile(
    r"(?:^|_)(?:host|hostname|bind|listen|address|addr|ip|interface|server_name)(?:_|$)", re.IGNORECASE
)
_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]"})


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report addresses that mean all of them, where a server binds them or would by default."""
    if match.trigger is ADDRESSES:
        yield from _default(match.node, file, rule)
    elif match.trigger is BIND_METHODS:
        yield from _socket(match.node, file, rule)
    else:
        started = server_start(match.node, file)
        if started is None or started.host is None:
            return
        host = file.literal(started.host, follow=True)
        if isinstance(host, str) and host in _EVERYWHERE:
            yield rule.finding(
                file.span(started.host),
                f"`{started.name}` listens on every interface ({host})",
                subject=started.name,
            )


def _socket(call: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    address = bound_host(call, file)
    if address is None or not isinstance(call, cst.Call):
        return
    if not any(name.startswith("socket.") for name in origin_names(call.func, file)):
        return
    host = file.literal(address, follow=True)
    if isinstance(host, str) and (host in _EVERYWHERE or not host):
        yield rule.finding(file.span(address), "a socket is bound to every interface", subject="bind")


def _default(node: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    if not isinstance(node, cst.SimpleString):
        return
    host = file.literal(node)
    if not isinstance(host, str) or host not in _EVERYWHERE:
        return
    above = file.parent(node)
    if isinstance(above, cst.Param) and above.default is node:
        name = above.name.value
    else:
        setting = setting_at(node, file)
        if setting is None or setting.is_list:
            return
        name = setting.name
    if _BINDS.search(name) and not is_for_development(node, file):
        yield rule.finding(file.span(node), f"`{name}` defaults to every interface ({host})", subject=name)
