"""Calls that start a server: which framework they belong to, and what address and debug switch they are given.

Sources: the documentation of Flask, Quart, Sanic, Dash, Flask-SocketIO, uvicorn, hypercorn, waitress, werkzeug,
aiohttp, Trio, AnyIO, gRPC, debugpy, Prometheus's client and of the standard library's servers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst
from lintkit.python.receivers import origin_names
from lintkit.python.triggers import Calls, MethodCalls

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

_HOSTS: dict[str, tuple[int | None, str]] = {
    "uvicorn.run": (None, "host"),
    "uvicorn.Config": (None, "host"),
    "waitress.serve": (None, "host"),
    "werkzeug.serving.run_simple": (0, "hostname"),
    "werkzeug.run_simple": (0, "hostname"),
    "aiohttp.web.run_app": (None, "host"),
    "aiohttp.web.TCPSite": (1, "host"),
    "wsgiref.simple_server.make_server": (0, "host"),
    "asyncio.start_server": (1, "host"),
    "websockets.serve": (1, "host"),
    "websockets.asyncio.server.serve": (1, "host"),
    "prometheus_client.start_http_server": (1, "addr"),
    "trio.serve_tcp": (None, "host"),
    "anyio.create_tcp_listener": (None, "local_host"),
    "bottle.run": (None, "host"),
    "gradio.Blocks.launch": (None, "server_name"),
}
"""Qualified name -> where the address is passed: (position, keyword)."""

_ADDRESS_TUPLE = (
    "http.server.HTTPServer",
    "http.server.ThreadingHTTPServer",
    "socketserver.TCPServer",
    "socketserver.ThreadingTCPServer",
    "socketserver.UDPServer",
    "xmlrpc.server.SimpleXMLRPCServer",
    "gevent.pywsgi.WSGIServer",
    "eventlet.listen",
    "socket.create_server",
    "debugpy.listen",
    "ptvsd.enable_attach",
)
"""Callables whose first argument is `(address, port)`."""

APPLICATIONS = (
    "flask.Flask",
    "flask.app.Flask",
    "Flask.Flask",
    "quart.Quart",
    "sanic.Sanic",
    "dash.Dash",
    "flask_socketio.SocketIO",
    "bottle.Bottle",
)
"""Classes whose objects serve by their own `run`."""

SERVER_CALLS = Calls((*_HOSTS, *_ADDRESS_TUPLE))
"""Calls that start a server or say where it listens."""

RUN_METHODS = MethodCalls(("run", "run_server"))
"""Methods that start a server."""

BIND_METHODS = MethodCalls(("bind", "create_server", "add_insecure_port", "add_secure_port"))
"""Methods of sockets, of asyncio's loops and of gRPC's servers that say where something listens."""


@dataclass(frozen=True, slots=True, eq=False)
class ServerStart:
    """One call that starts a server.

    host   the address it binds; None where the call gives none
    debug  what switches its debugger or reloader on, by keyword or position
    """

    name: str
    host: cst.BaseExpression | None
    debug: tuple[tuple[str, cst.BaseExpression], ...]


def server_start(call: cst.CSTNode, file: PythonFile) -> ServerStart | None:
    """What `call` starts; None where it starts no server that is known."""
    if not isinstance(call, cst.Call):
        return None
    name = next((n for n in file.qualified_names(call.func) if n in _HOSTS or n in _ADDRESS_TUPLE), None)
    if name in _ADDRESS_TUPLE:
        pair = file.argument(call, 0, "server_address")
        pair = file.follow(pair) if pair is not None else None
        host = pair.elements[0].value if isinstance(pair, cst.Tuple) and pair.elements else None
        return ServerStart(name, host, ())
    if name is not None:
        position, keyword = _HOSTS[name]
        return ServerStart(name, file.argument(call, position, keyword), _switches(call, file, None))
    if isinstance(call.func, cst.Attribute) and call.func.attr.value in RUN_METHODS.names:
        if not is_application(call.func.value, file):
            return None
        return ServerStart(file.code(call.func), file.argument(call, 0, "host"), _switches(call, file, 2))
    return None


def bound_host(call: cst.CSTNode, file: PythonFile) -> cst.BaseExpression | None:
    """The address at which this program listens, as a call gives it: to a server, a debugger, a socket or a loop.

    `host` of `uvicorn.run(app, host=host)`, `socket.bind((host, 80))`, `loop.create_server(factory, host, 80)` and
    `server.add_insecure_port(f"{host}:80")`, there with the rest of the text. None where the call says none.
    """
    started = server_start(call, file)
    if started is not None:
        return started.host
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    method = call.func.attr.value
    if method == "create_server":
        return file.argument(call, 1, "host")
    if method not in BIND_METHODS.names:
        return None
    given = next(iter(file.positional(call)), None)
    given = file.follow(given) if given is not None else None
    if isinstance(given, cst.Tuple):
        return given.elements[0].value if len(given.elements) in {2, 4} else None
    return given


def _switches(
    call: cst.Call, file: PythonFile, position: int | None
) -> tuple[tuple[str, cst.BaseExpression], ...]:
    given = file.keyword_arguments(call)
    names = ("debug", "reload", "use_reloader", "use_debugger", "auto_reload")
    found = [(name, given[name].value) for name in names if name in given]
    positional = file.positional(call)
    if position is not None and "debug" not in given and len(positional) > position:
        found.append(("debug", positional[position]))
    return tuple(found)


def is_application(node: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether an expression is an application that serves by its own `run`: of `APPLICATIONS`, or imported as `app`."""
    names = origin_names(node, file)
    if any(name.endswith("()") and name[:-2] in APPLICATIONS for name in names):
        return True
    return any(
        name.removesuffix("()").rpartition(".")[2] in {"app", "application", *_FACTORIES} for name in names
    )


_FACTORIES = frozenset({"create_app", "make_app", "build_app", "get_app", "create_application"})
"""What functions of other modules that make an application are called."""
