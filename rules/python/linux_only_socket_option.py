"""python/linux-only-socket-option: socket options that exist on one system only, used without a guard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Confidence,
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

_LINUX = "only Linux has it"

ONE_SYSTEM = {
    "socket.TCP_KEEPIDLE": "macOS calls it TCP_KEEPALIVE",
    "socket.TCP_KEEPALIVE": "only macOS has it; Linux calls it TCP_KEEPIDLE",
    "socket.TCP_KEEPINTVL": "Windows before 10 lacks it",
    "socket.TCP_KEEPCNT": "Windows before 10 lacks it",
    "socket.SO_REUSEPORT": "Windows lacks it",
    "socket.TCP_INFO": "its layout differs between systems",
    **dict.fromkeys(
        (
            *("socket.TCP_USER_TIMEOUT", "socket.TCP_QUICKACK", "socket.TCP_CORK", "socket.TCP_DEFER_ACCEPT"),
            *("socket.TCP_LINGER2", "socket.TCP_SYNCNT", "socket.TCP_WINDOW_CLAMP", "socket.TCP_CONGESTION"),
            *("socket.SO_BINDTODEVICE", "socket.SO_MARK", "socket.SO_PRIORITY", "socket.SO_PEERCRED"),
            *("socket.SO_PASSCRED", "socket.SO_DOMAIN", "socket.SO_PROTOCOL", "socket.SO_INCOMING_CPU"),
            *("socket.IP_TRANSPARENT", "socket.IP_BIND_ADDRESS_NO_PORT", "socket.SOCK_NONBLOCK"),
            *("socket.SOCK_CLOEXEC", "socket.AF_NETLINK", "socket.AF_PACKET", "socket.AF_VSOCK"),
            *("socket.AF_CAN", "socket.AF_ALG", "socket.AF_TIPC", "select.epoll", "selectors.EpollSelector"),
        ),
        _LINUX,
    ),
}
"""Qualified name -> why other systems stop on it. Source: the availability notes of Python's socket, select and os."""

NAMES = References(tuple(ONE_SYSTEM))
ASKED = Strings(tuple(name.rpartition(".")[2].lower() for name in ONE_SYSTEM))
_MAPPINGS = ("socket_keepalive_options", "socket_settings")
MAPPINGS = Keywords(_MAPPINGS)
MAPPING_VALUES = NamedValues(_MAPPINGS)
LISTS = Keywords(("socket_options",))
SETTERS = MethodCalls(("setsockopt", "getsockopt"))

RULE = define(
    summary="a socket option of one operating system without a guard",
    why="""
The names do not exist on other systems (`AttributeError` at import), and the bare numbers exist with another meaning:
a Redis client that is given `{1: 60, 2: 30, 3: 3}` connects on Linux and fails with `EINVAL` on macOS and Windows.
Nobody sees it in the container; everybody sees it on the day something else runs the code.
""",
    remedy="Add each option only if the system has it: "
    '`if hasattr(socket, "TCP_KEEPIDLE"): options[socket.TCP_KEEPIDLE] = 60`.',
    severity="error",
    kinds=("python",),
    looks_at=(NAMES, ASKED, MAPPINGS, MAPPING_VALUES, LISTS, SETTERS),
    tags=("portability", "redis"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import redis.asyncio as redis

client = redis.from_url(
    url,
    socket_keepalive=True,
    socket_keepalive_options={1: 60, 2: 30, 3: 3},  # <-- here
)
"""
        ),
        bad(
            """\
import redis

OPTIONS = {"socket_keepalive": True, "socket_keepalive_options": {4: 60, 5: 10}}  # <-- here
client = redis.Redis(host="cache", **OPTIONS)
"""
        ),
        bad(
            """\
import socket

import redis

client = redis.Redis(
    host="cache",
    socket_keepalive_options={
        socket.TCP_KEEPIDLE: 60,  # <-- here
        socket.TCP_KEEPINTVL: 10,  # <-- here
    },
)
"""
        ),
        bad(
            """\
from socket import IPPROTO_TCP, TCP_USER_TIMEOUT as TIMEOUT


def tune(connection):
    connection.setsockopt(IPPROTO_TCP, TIMEOUT, 5000)  # <-- here
"""
        ),
        bad("import select\n\npoller = select.epoll()  # <-- here\n"),
        bad(
            """\
import socket

IDLE = 4


def tune(connection):
    connection.setsockopt(socket.IPPROTO_TCP, IDLE, 60)  # <-- here
    connection.setsockopt(socket.SOL_SOCKET, 9, 1)  # <-- here
    connection.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_REUSEPORT"), 1)  # <-- here
""",
            note="numbers of Linux, also by a name of one's own; `getattr` without a default is no guard",
        ),
        bad(
            """\
import socket

import httpx
import psycopg
from aiohttp import TCPConnector
from kombu import Connection

broker = Connection(
    url,
    transport_options={"socket_settings": {4: 60, 5: 10}},  # <-- here
)
api = httpx.HTTPTransport(socket_options=[(socket.IPPROTO_TCP, 18, 5000)])  # <-- here


def create(address):
    made = socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK)  # <-- here
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")  # <-- here
    return made


connector = TCPConnector(socket_factory=create)
with psycopg.connect(dsn) as database:
    handle = socket.socket(fileno=database.fileno())
    handle.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # <-- here
""",
            note="wherever they flow: kombu, httpx, aiohttp, psycopg",
        ),
        bad(
            """\
import socket

if hasattr(socket, "SO_REUSEPORT"):
    OPTION = socket.TCP_CORK  # <-- here

try:
    MARK = socket.SO_MARK  # <-- here
except OSError:
    MARK = None
""",
            note="a guard of something else, and an exception that is not raised",
        ),
        good(
            """\
import socket

options = {}
if hasattr(socket, "TCP_KEEPIDLE"):
    options[socket.TCP_KEEPIDLE] = 60
""",
            note="guarded by `hasattr`",
        ),
        good(
            'import socket\n\nIDLE = getattr(socket, "TCP_KEEPIDLE", None)\n', note="`getattr` with a default"
        ),
        good(
            """\
import platform
import socket
import sys

if sys.platform == "linux":
    IDLE = socket.TCP_KEEPIDLE
elif platform.system() == "Linux":
    IDLE = socket.TCP_KEEPIDLE
""",
            note="guarded by the platform",
        ),
        good(
            """\
import socket

try:
    IDLE = socket.TCP_KEEPIDLE
except (AttributeError, OSError):
    IDLE = None
""",
            note="guarded by the exception",
        ),
        good(
            """\
import socket


def keepalive(sock):
    if not hasattr(socket, "TCP_KEEPIDLE"):
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
""",
            note="guarded by an early return",
        ),
        good(
            """\
import socket
import sys

try:
    from socket import TCP_USER_TIMEOUT
except ImportError:
    TCP_USER_TIMEOUT = None

IS_LINUX = sys.platform.startswith("linux")


def tune(connection):
    connection.setsockopt(socket.IPPROTO_TCP, 1, 1)
    if TCP_USER_TIMEOUT is not None:
        connection.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, 5000)
    if IS_LINUX:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, 4, 60)
    except OSError:
        pass
""",
            note="guarded by an import that may fail, a name for the system, and the exception of a wrong number",
        ),
        good({"net/linux.py": "import select\n\npoller = select.epoll()\n"}, note="a module for one system"),
        good("import redis\n\nclient = redis.Redis(socket_keepalive=True, socket_keepalive_options={})\n"),
        good(
            "class socket:\n    TCP_KEEPIDLE = 1\n\n\nprint(socket.TCP_KEEPIDLE)\n",
            note="a class of one's own",
        ),
    ),
)

_SYSTEM = re.compile(
    r"sys\.platform|platform\.system|os\.name|\bplatform\b|linux|darwin|windows|win32|macos|posix",
    re.IGNORECASE,
)
_ANY_ERROR = frozenset({"Exception", "BaseException"})
_LINUX_MODULE = re.compile(r"(?:^|[/_.-])(?:linux|epoll)(?:[/_.-])", re.IGNORECASE)
_TCP_EVERYWHERE = frozenset({1, 2})
"""TCP_NODELAY and TCP_MAXSEG, the only options of TCP whose numbers Linux, macOS and Windows share."""


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report an unguarded option name, and options that are given as bare numbers."""
    if _LINUX_MODULE.search(file.path):
        return
    if match.trigger is NAMES:
        short = (match.name or "").rpartition(".")[2]
        if not _name_is_guarded(match.node, short, file):
            message = f"`{short}` is used without a guard: {ONE_SYSTEM[match.name or '']}"
            # Linux and macOS share these; whoever serves on neither knows it.
            confidence: Confidence = "medium" if "Windows" in message else "high"
            yield rule.finding(file.span(match.node), message, subject=short, confidence=confidence)
    elif match.trigger is ASKED:
        yield from _asked(match.node, file, rule)
    elif match.trigger is SETTERS:
        yield from _setter(match.node, file, rule)
    elif match.value is not None and (match.trigger is not MAPPING_VALUES or _is_client_option(match)):
        numbers = _tcp_numbers(match.value, file) if match.trigger is LISTS else _keys(match.value, file)
        if numbers and not _number_is_guarded(match.node, file):
            name = match.name or ""
            message = (
                f"`{name}` has bare numbers, which are other options on other systems: "
                "connecting fails with EINVAL there"
            )
            yield rule.finding(file.span(match.node), message, subject=name)


def _is_client_option(match: Match) -> bool:
    return match.name in _MAPPINGS and match.how in {"assignment", "entry", "subscript", "annotated"}


def _asked(node: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """`getattr(socket, "TCP_KEEPIDLE")`, which fails as the attribute does; with a default it is a guard."""
    argument = file.parent(node)
    call = file.parent(argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(call, cst.Call) or file.qualified_name(call.func) != "getattr" or len(call.args) != 2:
        return
    short = file.string(call.args[1].value)
    name = f"{file.qualified_name(call.args[0].value)}.{short}"
    if name in ONE_SYSTEM and short is not None and not _name_is_guarded(call, short, file):
        message = f"`{short}` is asked for without a default: {ONE_SYSTEM[name]}"
        yield rule.finding(file.span(call), message, subject=short)


def _setter(call: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    if not isinstance(call, cst.Call):
        return
    given = file.positional(call)
    if len(given) < 2:
        return
    number = _foreign_number(given[0], given[1], file)
    if number is not None and not _number_is_guarded(call, file):
        message = f"the option {number} is a bare number, which is another option on other systems"
        yield rule.finding(file.span(given[1]), message, subject=f"option {number}")


def _foreign_number(level: cst.BaseExpression, option: cst.BaseExpression, file: PythonFile) -> int | None:
    """The number of an option that stands for another one on other systems; None for names and for shared numbers."""
    number = file.literal(option, follow=True)
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    name = file.qualified_name(level)
    if name in {"socket.IPPROTO_TCP", "socket.SOL_TCP"} or file.literal(level, follow=True) == 6:
        return None if number in _TCP_EVERYWHERE else number
    return number if name == "socket.SOL_SOCKET" else None


def _keys(value: cst.BaseExpression, file: PythonFile) -> list[int]:
    """The bare numbers among the keys of a mapping of options, also through constants of the module."""
    value = file.follow(value)
    if not isinstance(value, cst.Dict):
        return []
    keys = [file.literal(e.key, follow=True) for e in value.elements if isinstance(e, cst.DictElement)]
    return [key for key in keys if isinstance(key, int)]


def _tcp_numbers(value: cst.BaseExpression, file: PythonFile) -> list[int]:
    """The bare numbers of `[(socket.IPPROTO_TCP, 4, 60)]`."""
    value = file.follow(value)
    found = []
    for element in value.elements if isinstance(value, cst.List | cst.Tuple) else ():
        option = file.follow(element.value)
        if isinstance(option, cst.Tuple) and len(option.elements) == 3:
            number = _foreign_number(option.elements[0].value, option.elements[1].value, file)
            if number is not None:
                found.append(number)
    return found


def _name_is_guarded(node: cst.CSTNode, short: str, file: PythonFile) -> bool:
    """Whether something asks for the system or the name before it is used, or catches that there is none."""
    if isinstance(node, cst.Name):
        bindings = file.every_binding(node)
        if len(bindings) > 1 or any(binding.conditional for binding in bindings):
            return True  # `try: from socket import TCP_KEEPIDLE`, and what stands for it elsewhere
    for guard in file.guards(node):
        if guard.kind == "try":
            if not _ANY_ERROR.isdisjoint(guard.exceptions) or "AttributeError" in guard.exceptions:
                return True
        elif guard.test is not None and _asks_for(guard.test, short, file):
            return True
    return False


def _number_is_guarded(node: cst.CSTNode, file: PythonFile) -> bool:
    errors = _ANY_ERROR | {"OSError", "socket.error"}
    return any(
        not errors.isdisjoint(guard.exceptions)
        if guard.kind == "try"
        else guard.test is not None and _asks_for(guard.test, "", file)
        for guard in file.guards(node)
    )


def _asks_for(test: cst.BaseExpression, short: str, file: PythonFile) -> bool:
    """Whether a test asks for the system, or for the option: by itself, by its family, or by a name that is given."""
    code = file.code(test)
    for node in file.walk(test):
        if isinstance(node, cst.Name):
            followed = file.follow(node)
            if followed is not node:
                code += " " + file.code(followed)
    if _SYSTEM.search(code):
        return True
    if "hasattr" in code or "getattr" in code:
        named = re.findall(r"""["'](\w+)["']""", code)
        return not short or not named or any(_family(name) == _family(short) for name in named)
    return bool(short) and bool(re.search(rf"\b{short}\b", code))


def _family(name: str) -> str:
    """TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT come together: a system that has the first has all."""
    return "TCP_KEEP" if name.startswith("TCP_KEEP") else name
