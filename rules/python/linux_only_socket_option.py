"""python/linux-only-socket-option: socket options that exist on one system only, used without a guard."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Keywords,
    Match,
    NamedValues,
    PythonFile,
    References,
    RuleContext,
    bad,
    cst,
    define,
    good,
)

LINUX_ONLY = {
    "socket.TCP_KEEPIDLE": "macOS calls it TCP_KEEPALIVE",
    "socket.TCP_KEEPINTVL": "Windows before 10 lacks it",
    "socket.TCP_KEEPCNT": "Windows before 10 lacks it",
    "socket.TCP_USER_TIMEOUT": "only Linux has it",
    "socket.TCP_QUICKACK": "only Linux has it",
    "socket.TCP_CORK": "only Linux has it",
    "socket.TCP_DEFER_ACCEPT": "only Linux has it",
    "socket.TCP_LINGER2": "only Linux has it",
    "socket.TCP_SYNCNT": "only Linux has it",
    "socket.TCP_WINDOW_CLAMP": "only Linux has it",
    "socket.TCP_INFO": "its layout differs between systems",
    "socket.TCP_CONGESTION": "only Linux has it",
    "socket.SO_BINDTODEVICE": "only Linux has it",
    "socket.SO_MARK": "only Linux has it",
    "socket.SO_PRIORITY": "only Linux has it",
    "socket.SO_PEERCRED": "only Linux has it",
    "socket.SO_PASSCRED": "only Linux has it",
    "socket.SO_DOMAIN": "only Linux has it",
    "socket.SO_PROTOCOL": "only Linux has it",
    "socket.AF_NETLINK": "only Linux has it",
    "socket.AF_PACKET": "only Linux has it",
    "socket.AF_VSOCK": "only Linux has it",
    "socket.AF_CAN": "only Linux has it",
    "select.epoll": "only Linux has it",
}
"""Qualified name -> why other systems stop on it. Source: the availability notes of Python's socket, select and os."""

NAMES = References(tuple(LINUX_ONLY))
KEEPALIVE = Keywords(("socket_keepalive_options",))
KEEPALIVE_VALUES = NamedValues(("socket_keepalive_options",))

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
    looks_at=(NAMES, KEEPALIVE, KEEPALIVE_VALUES),
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
        good("import redis\n\nclient = redis.Redis(socket_keepalive=True, socket_keepalive_options={})\n"),
        good(
            "class socket:\n    TCP_KEEPIDLE = 1\n\n\nprint(socket.TCP_KEEPIDLE)\n",
            note="a class of one's own",
        ),
    ),
)

_GUARD_WORDS = ("hasattr", "getattr", "sys.platform", "platform.system", "os.name", "platform")
_GUARD_EXCEPTIONS = frozenset(
    {"AttributeError", "OSError", "Exception", "BaseException", "socket.error", "ImportError"}
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report an unguarded option name, or a keepalive mapping with bare numbers."""
    if match.trigger is NAMES:
        if not _is_guarded(match.node, file):
            short = (match.name or "").rsplit(".", 1)[-1]
            yield rule.finding(
                file.span(match.node),
                f"`{short}` is used without a guard: {LINUX_ONLY[match.name or '']}",
                subject=short,
            )
        return
    if match.value is None or (match.trigger is KEEPALIVE_VALUES and not _is_client_option(match)):
        return
    value = file.follow(match.value)
    if isinstance(value, cst.Dict):
        numbers = [
            element
            for element in value.elements
            if isinstance(element, cst.DictElement) and isinstance(element.key, cst.Integer)
        ]
        if numbers and not _is_guarded(match.node, file):
            yield rule.finding(
                file.span(match.node),
                "`socket_keepalive_options` has bare numbers, which are other options on other systems: "
                "connecting fails with EINVAL there",
                subject="socket_keepalive_options",
            )


def _is_client_option(match: Match) -> bool:
    return match.name == "socket_keepalive_options" and match.how in {"assignment", "entry", "subscript"}


def _is_guarded(node: cst.CSTNode, file: PythonFile) -> bool:
    for guard in file.guards(node):
        if guard.exceptions and _GUARD_EXCEPTIONS.intersection(guard.exceptions):
            return True
        if guard.test is not None:
            code = file.code(guard.test)
            if any(word in code for word in _GUARD_WORDS):
                return True
    return False
