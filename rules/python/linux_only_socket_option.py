"""python/linux-only-socket-option: socket options that exist on one system only, used without a guard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

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
    Span,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    LINUX,
    LINUX_KEEPALIVE,
    LINUX_TCP,
    OPTIONS,
    PYTHON_WINDOWS_10,
    WINDOWS,
    is_client_call,
    lacking,
    last_name,
    reached,
)

if TYPE_CHECKING:
    from lintkit.api.python import GuardNode

_REASONS = {
    "socket.TCP_KEEPIDLE": "macOS calls it TCP_KEEPALIVE",
    "socket.TCP_KEEPALIVE": "Linux calls it TCP_KEEPIDLE",
    "socket.TCP_KEEPINTVL": "Windows before 10 lacks it",
    "socket.TCP_KEEPCNT": "Windows before 10 lacks it",
    "socket.SO_REUSEPORT": "Windows lacks it",
    "socket.TCP_INFO": "its layout differs between systems",
}

_ENDS = dict.fromkeys(("socket.TCP_KEEPINTVL", "socket.TCP_KEEPCNT"), PYTHON_WINDOWS_10)
"""The release of Python with which every system that it runs on has an option."""

NAMES = References(OPTIONS)
ASKED = Strings(tuple(name.rpartition(".")[2].lower() for name in OPTIONS))
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
        bad(
            """\
import redis

try:
    client = redis.from_url(
        url,
        socket_keepalive_options={1: 1, 2: 10, 3: 5},  # <-- here
    )
except Exception:
    client = None
""",
            note="an `except` around the construction of the client hides the failure: there is no cache, and no error",
        ),
        bad(
            """\
import contextlib
import socket

import redis

with contextlib.suppress(AttributeError):
    cache = redis.Redis(
        host="cache",
        socket_keepalive_options={socket.TCP_KEEPIDLE: 60},  # <-- here
    )


def dial(address):
    try:
        made = socket.create_connection(address, 3)
        made.setsockopt(socket.IPPROTO_TCP, 4, 60)  # <-- here
    except OSError:
        return None
    return made


def tune(made):
    try:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)  # <-- here
    except AttributeError as error:
        raise RuntimeError("no keepalive") from error
""",
            note="what is caught is more than the option, or is raised again",
        ),
        bad(
            """\
import socket
import sys

import redis

if sys.platform == "darwin":
    IDLE = socket.TCP_KEEPIDLE  # <-- here
if not hasattr(socket, "TCP_CORK"):
    CORK = socket.TCP_CORK  # <-- here
match sys.platform:
    case "linux" | "darwin":
        MARK = socket.SO_MARK  # <-- here
        cache = redis.Redis(socket_keepalive_options={1: 60, 2: 30, 3: 3})  # <-- here
""",
            note="a test that lets the wrong system through, and numbers that keep nothing alive on Linux either",
        ),
        bad(
            {
                "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.12"\n',
                "app.py": "import socket\n\nOPTIONS = {\n    socket.TCP_KEEPCNT: 3,  # <-- here\n}\n",
            },
            note="Python 3.12 runs on Windows 8.1, too",
        ),
        bad(
            {
                "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.13"\n',
                "app.py": "import socket\n\nOPTIONS = {\n    socket.TCP_KEEPIDLE: 60,  # <-- here\n}\n",
            },
            note="macOS lacks this one with any Python",
        ),
        good(
            {
                "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.13"\n',
                "app.py": """\
import socket

OPTIONS = {socket.TCP_KEEPINTVL: 15, socket.TCP_KEEPCNT: 3, getattr(socket, "TCP_KEEPCNT"): 3}
""",
            },
            note="Python 3.13 needs Windows 10, which has them",
        ),
        good(
            """\
import redis

try:
    client = redis.Redis(host="cache", socket_keepalive_options={4: 60})
except OSError:
    client = redis.Redis(host="cache")
""",
            note="tried again without it",
        ),
        good(
            """\
import os
import platform
import socket
import sys

match platform.system():
    case "Linux" if ready:
        IDLE = socket.TCP_KEEPIDLE
    case "Darwin":
        IDLE = socket.TCP_KEEPALIVE
    case "Windows" | "Java":
        IDLE = None
    case _:
        raise RuntimeError
match os.name:
    case "posix":
        PORT = socket.SO_REUSEPORT
match sys.platform, ready:
    case "linux", True:
        CORK = socket.TCP_CORK
match sys.platform:
    case name if name.startswith("linux"):
        MARK = socket.SO_MARK


def tune(made):
    match sys.platform:
        case "win32" | "darwin":
            return
        case _:
            pass
    made.setsockopt(socket.IPPROTO_TCP, 4, 60)
""",
            note="a case is a guard like an `if`",
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
        bad(
            """\
import select


def poller():
    try:
        return select.epoll()
    except AttributeError:
        return select.poll()


def only_linux():
    return select.epoll()  # <-- here
""",
            note="another one where there is none",
        ),
        good({"net/linux.py": "import select\n\npoller = select.epoll()\n"}, note="a module for one system"),
        good("import redis\n\nclient = redis.Redis(socket_keepalive=True, socket_keepalive_options={})\n"),
        good(
            "class socket:\n    TCP_KEEPIDLE = 1\n\n\nprint(socket.TCP_KEEPIDLE)\n",
            note="a class of one's own",
        ),
    ),
)

_DEEPEST = 30
_ANY_ERROR = frozenset({"Exception", "BaseException"})
_NAME_ERRORS = _ANY_ERROR | {"AttributeError"}
_NUMBER_ERRORS = _ANY_ERROR | {"OSError", "IOError", "EnvironmentError", "socket.error", "select.error"}
_LINUX_MODULE = re.compile(r"(?:^|[/_.-])(?:linux|epoll)(?:[/_.-])", re.IGNORECASE)
_TCP_EVERYWHERE = frozenset({1, 2})
"""TCP_NODELAY and TCP_MAXSEG, the only options of TCP whose numbers Linux, macOS and Windows share."""


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report an unguarded option name, and options that are given as bare numbers."""
    if _LINUX_MODULE.search(file.path):
        return
    if match.trigger is NAMES:
        if not _name_is_guarded(match.node, match.name or "", file):
            yield _of_name(match.name or "", "is used without a guard", file.span(match.node), rule)
    elif match.trigger is ASKED:
        yield from _asked(match.node, file, rule)
    elif match.trigger is SETTERS:
        yield from _setter(match.node, file, rule)
    elif match.value is not None and (match.trigger is not MAPPING_VALUES or _is_client_option(match)):
        numbers = _tcp_numbers(match.value, file) if match.trigger is LISTS else _keys(match.value, file)
        if numbers and not _mapping_is_guarded(match, numbers, file):
            name = match.name or ""
            message = f"`{name}` has bare numbers, {_what_they_are(numbers, match)}"
            if _hiding(match.node, _NUMBER_ERRORS, file):
                message += ", and the `except` around it hides that"
            yield rule.finding(file.span(match.node), message, subject=name)


def _of_name(name: str, what: str, span: Span, rule: RuleContext) -> Finding:
    """A finding about the name of an option, with the release of Python that ends it."""
    short = name.rpartition(".")[2]
    # Linux and macOS share what Windows alone lacks; whoever serves on neither knows it.
    confidence: Confidence = "medium" if lacking(name) == {WINDOWS} else "high"
    message = f"`{short}` {what}: {_REASONS.get(name, 'only Linux has it')}"
    return rule.finding(span, message, subject=short, confidence=confidence, fixed_in=_ENDS.get(name))


def _what_they_are(numbers: list[int], match: Match) -> str:
    wrong = [number for number in numbers if number not in LINUX_KEEPALIVE and number in LINUX_TCP]
    if match.trigger is LISTS or not wrong:
        return "which are other options on other systems: connecting fails with EINVAL there"
    listed = ", ".join(f"{number} is {LINUX_TCP[number]}" for number in sorted(set(wrong)))
    return f"and on Linux {listed}, which keeps no connection alive and may fail with EINVAL"


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
    if name in OPTIONS and short is not None and not _name_is_guarded(call, name, file):
        yield _of_name(name, "is asked for without a default", file.span(call), rule)


def _setter(call: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    if not isinstance(call, cst.Call):
        return
    given = file.positional(call)
    if len(given) < 2:
        return
    number = _foreign_number(given[0], given[1], file)
    if number is not None and not _setter_is_guarded(call, file):
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


# -- guards ------------------------------------------------------------------------------------------------------


def _name_is_guarded(node: cst.CSTNode, name: str, file: PythonFile) -> bool:
    """Whether something asks for the system or the name before it is used, or catches that there is none."""
    if isinstance(node, cst.Name):
        bindings = file.every_binding(node)
        if len(bindings) > 1 or any(binding.conditional for binding in bindings):
            return True  # `try: from socket import TCP_KEEPIDLE`, and what stands for it elsewhere
    guards = file.guards(node)
    short = name.rpartition(".")[2]
    return (
        not lacking(name) & reached(guards, file)
        or any(_asks_for(guard, short, file) for guard in guards)
        or _is_caught(node, _NAME_ERRORS, file)
    )


def _setter_is_guarded(call: cst.CSTNode, file: PythonFile) -> bool:
    """Whether `setsockopt` with a bare number runs on one system alone, or its failure is caught."""
    guards = file.guards(call)
    return (
        len(reached(guards, file)) <= 1
        or any(_asks_for(guard, "", file) for guard in guards)
        or _is_caught(call, _NUMBER_ERRORS, file)
    )


def _mapping_is_guarded(match: Match, numbers: list[int], file: PythonFile) -> bool:
    """Whether a client is given bare numbers on one system alone, which knows them, or is tried again without them."""
    guards = file.guards(match.node)
    systems = reached(guards, file)
    if not systems or (
        len(systems) == 1
        and (match.trigger is LISTS or systems != {LINUX} or LINUX_KEEPALIVE.issuperset(numbers))
    ):
        return True
    return any(_asks_for(guard, "", file) for guard in guards) or _is_caught(match.node, _NUMBER_ERRORS, file)


def _is_caught(node: cst.CSTNode, errors: frozenset[str], file: PythonFile) -> bool:
    """Whether a failure is caught where an option is set, or answered by a try without it.

    An `except` around the construction of a client is neither: it hides that there is no client.
    """
    return any(
        (_only_sets_options(guard.node, node, file) and not _raises_again(guard.node, errors, file))
        or _tries_again(guard.node, node, file)
        for guard in file.guards(node)
        if guard.kind == "try" and not errors.isdisjoint(guard.exceptions)
    )


def _hiding(node: cst.CSTNode, errors: frozenset[str], file: PythonFile) -> bool:
    return any(
        guard.kind == "try"
        and not errors.isdisjoint(guard.exceptions)
        and not _raises_again(guard.node, errors, file)
        for guard in file.guards(node)
    )


_SETTING = frozenset(
    {"setsockopt", "getsockopt", "getattr", "hasattr", "append", "extend", "insert", "update"}
)
_CONNECTING = re.compile(r"^(?:a?connect\w*|create_connection|open_connection|from_url|urlopen)$")


def _only_sets_options(attempt: cst.CSTNode, node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a `try` holds no call that makes a client or connects: what fails in it is the option alone."""
    for above in file.ancestors(node):
        if above is attempt:
            break
        itself = isinstance(above, cst.Call) and (above is node or above.func is node)  # `select.epoll()`
        if isinstance(above, cst.Call) and not itself and last_name(above.func) not in _SETTING:
            return False
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return True
    return not any(_makes_client(each, file) for each in file.walk(getattr(attempt, "body", attempt)))


def _makes_client(node: cst.CSTNode, file: PythonFile) -> bool:
    if not isinstance(node, cst.Call):
        return False
    name = file.qualified_name(node.func)
    if name is not None and is_client_call(name) and not name.startswith(("socket.", "ssl.")):
        return True
    return bool(_CONNECTING.match(last_name(node.func) or ""))


def _raises_again(attempt: cst.CSTNode, errors: frozenset[str], file: PythonFile) -> bool:
    """Whether the handlers of an error end by raising: then it stops the program as before."""
    handlers = [
        handler for handler in getattr(attempt, "handlers", ()) if not errors.isdisjoint(file.caught(handler))
    ]
    return bool(handlers) and all(_ends_with_raise(handler.body) for handler in handlers)


def _ends_with_raise(block: cst.CSTNode) -> bool:
    body = getattr(block, "body", ())
    last = body[-1] if body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, cst.Raise)


def _tries_again(attempt: cst.CSTNode, node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a handler, or an `if` behind the `try`, makes the client once more."""
    made = {
        last_name(call.func)
        for call in file.walk(getattr(attempt, "body", attempt))
        if isinstance(call, cst.Call) and (_makes_client(call, file) or _holds(call, node, file))
    }
    again: list[cst.CSTNode] = list(getattr(attempt, "handlers", ()))
    block = getattr(file.parent(attempt), "body", ())
    again += [each for each in block if isinstance(each, cst.If) and file.order(each) > file.order(attempt)]
    return any(
        isinstance(call, cst.Call) and last_name(call.func) in made - _SETTING
        for each in again
        for call in file.walk(each)
    )


def _holds(call: cst.Call, node: cst.CSTNode, file: PythonFile) -> bool:
    return any(above is call for above in file.ancestors(node))


def _asks_for(guard: GuardNode, short: str, file: PythonFile) -> bool:
    """Whether a guard asks for the option so that none gets through without: for it, its family, or a name."""
    return guard.test is not None and _has(guard.test, guard.negated, short, file, 0)


def _has(test: cst.BaseExpression, negated: bool, short: str, file: PythonFile, depth: int) -> bool:
    if depth > _DEEPEST:
        return False
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _has(test.expression, not negated, short, file, depth + 1)
    if isinstance(test, cst.BooleanOperation):
        sides = [_has(side, negated, short, file, depth + 1) for side in (test.left, test.right)]
        return any(sides) if isinstance(test.operator, cst.Or) is negated else all(sides)
    if isinstance(test, cst.Name) and (followed := file.follow(test)) is not test:
        return _has(followed, negated, short, file, depth + 1)
    code = file.code(test)
    if "hasattr" in code or "getattr" in code:
        named = re.findall(r"""["'](\w+)["']""", code)
        asked = not short or not named or any(_family(name) == _family(short) for name in named)
        return asked and not (negated and code.startswith("hasattr"))
    return bool(short) and bool(re.search(rf"\b{short}\b", code))


def _family(name: str) -> str:
    """TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT come together: a system that has the first has all."""
    return "TCP_KEEP" if name.startswith("TCP_KEEP") else name
