"""Which operating systems lack a socket option, and on which of them a node runs.

    missing = lacking("socket.TCP_KEEPIDLE") & reached(file.guards(node), file)

A guard is evaluated for each system: `sys.platform == "linux"` is false on macOS, so what it guards never runs there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lintkit.python.branches import code_of_test
from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.module import Guard, PythonFile

LINUX, MACOS, WINDOWS = "linux", "darwin", "win32"
"""The systems, as `sys.platform` calls them."""
SYSTEMS = frozenset({LINUX, MACOS, WINDOWS})

_LINUX_ONLY = (
    *("socket.TCP_USER_TIMEOUT", "socket.TCP_QUICKACK", "socket.TCP_CORK", "socket.TCP_DEFER_ACCEPT"),
    *("socket.TCP_LINGER2", "socket.TCP_SYNCNT", "socket.TCP_WINDOW_CLAMP", "socket.TCP_CONGESTION"),
    *("socket.SO_BINDTODEVICE", "socket.SO_MARK", "socket.SO_PRIORITY", "socket.SO_PEERCRED"),
    *("socket.SO_PASSCRED", "socket.SO_DOMAIN", "socket.SO_PROTOCOL", "socket.SO_INCOMING_CPU"),
    *("socket.IP_TRANSPARENT", "socket.IP_BIND_ADDRESS_NO_PORT", "socket.SOCK_NONBLOCK"),
    *("socket.SOCK_CLOEXEC", "socket.AF_NETLINK", "socket.AF_PACKET", "socket.AF_VSOCK"),
    *("socket.AF_CAN", "socket.AF_ALG", "socket.AF_TIPC", "select.epoll", "selectors.EpollSelector"),
)
_LACKING: Mapping[str, frozenset[str]] = {
    "socket.TCP_KEEPIDLE": frozenset({MACOS}),
    "socket.TCP_KEEPALIVE": frozenset({LINUX}),
    "socket.TCP_KEEPINTVL": frozenset({WINDOWS}),
    "socket.TCP_KEEPCNT": frozenset({WINDOWS}),
    "socket.SO_REUSEPORT": frozenset({WINDOWS}),
    "socket.TCP_INFO": frozenset({MACOS, WINDOWS}),
    **dict.fromkeys(_LINUX_ONLY, frozenset({MACOS, WINDOWS})),
}
OPTIONS = tuple(_LACKING)
"""The qualified names of what some system lacks."""

LINUX_TCP = {
    1: "TCP_NODELAY",
    2: "TCP_MAXSEG",
    3: "TCP_CORK",
    4: "TCP_KEEPIDLE",
    5: "TCP_KEEPINTVL",
    6: "TCP_KEEPCNT",
    7: "TCP_SYNCNT",
    8: "TCP_LINGER2",
    9: "TCP_DEFER_ACCEPT",
    10: "TCP_WINDOW_CLAMP",
    11: "TCP_INFO",
    12: "TCP_QUICKACK",
    13: "TCP_CONGESTION",
    16: "TCP_THIN_LINEAR_TIMEOUTS",
    17: "TCP_THIN_DUPACK",
    18: "TCP_USER_TIMEOUT",
}
"""What a number of an option is on Linux. Source: include/uapi/linux/tcp.h."""
LINUX_KEEPALIVE = frozenset({4, 5, 6})
"""The numbers of `LINUX_TCP` that keep a connection alive."""

_NAMES = {
    "linux": LINUX,
    "linux2": LINUX,
    "android": LINUX,
    "darwin": MACOS,
    "macos": MACOS,
    "osx": MACOS,
    "ios": MACOS,
    "win32": WINDOWS,
    "windows": WINDOWS,
    "cygwin": WINDOWS,
    "nt": WINDOWS,
}
_ASKS = re.compile(
    r"sys\.platform|platform\.system|os\.name|\bplatform\b|linux|darwin|windows|win32|macos|posix",
    re.IGNORECASE,
)
_FLAGS = (
    (re.compile(r"linux"), frozenset({LINUX})),
    (re.compile(r"darwin|mac_?os|osx|\bmac\b|_mac\b"), frozenset({MACOS})),
    (re.compile(r"windows|win32|win64|(?:\b|_)win(?:\b|_)|(?:\b|_)nt\b"), frozenset({WINDOWS})),
    (re.compile(r"posix|unix"), frozenset({LINUX, MACOS})),
)
_DEEPEST = 30


def lacking(name: str) -> frozenset[str]:
    """The systems of `SYSTEMS` on which Python has no such name; empty for a name that is not in `OPTIONS`.

    Source: the availability notes of Python's socket, select and selectors. Which release of Python ends that stands in
    `lintkit.python.releases`.
    """
    return _LACKING.get(name, frozenset())


def reached(guards: Iterable[Guard], file: PythonFile) -> frozenset[str]:
    """The systems on which code under these guards can run.

    Where a test asks for the system in words that are not understood, it is taken to let none of them through but one:
    nothing is known, and whoever wrote it has thought of it.
    """
    left = SYSTEMS
    for guard in guards:
        if guard.test is None:
            continue
        holds = {system: _evaluate(guard.test, system, file, 0) for system in SYSTEMS}
        excluded = {system for system, value in holds.items() if value is guard.negated}
        if not excluded and _is_unknown(guard.test, holds.values(), file):
            return frozenset()
        left = left - excluded
    return left


def _is_unknown(test: cst.BaseExpression, values: Iterable[bool | None], file: PythonFile) -> bool:
    return all(value is None for value in values) and bool(_ASKS.search(code_of_test(test, file)))


def _evaluate(test: cst.BaseExpression, system: str, file: PythonFile, depth: int) -> bool | None:
    """Whether a test holds on a system; None where it hangs on something else."""
    if depth > _DEEPEST:
        return None
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        value = _evaluate(test.expression, system, file, depth + 1)
        return None if value is None else not value
    if isinstance(test, cst.BooleanOperation):
        sides = [_evaluate(side, system, file, depth + 1) for side in (test.left, test.right)]
        decisive = isinstance(test.operator, cst.Or)
        return decisive if decisive in sides else None if None in sides else not decisive
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        target = test.comparisons[0]
        return _compare(test.left, target.operator, target.comparator, system, file)
    if isinstance(test, cst.Call):
        return _call(test, system, file, depth)
    if isinstance(test, cst.NamedExpr):
        return _evaluate(test.value, system, file, depth + 1)
    if isinstance(test, cst.Name | cst.Attribute):
        followed = file.follow(test)
        if followed is not test:
            return _evaluate(followed, system, file, depth + 1)
        return _flag(file.code(test), system)
    return None


def _compare(
    left: cst.BaseExpression,
    operator: cst.BaseCompOp,
    right: cst.BaseExpression,
    system: str,
    file: PythonFile,
) -> bool | None:
    if isinstance(operator, cst.In | cst.NotIn) and _asked(right, file) is not None:
        found = _within(left, _asked(right, file), system, file)  # `"linux" in sys.platform`
        return None if found is None else found is isinstance(operator, cst.In)
    asked = _asked(left, file)
    other = right
    if asked is None:
        asked, other = _asked(right, file), left
    if asked is None:
        return None
    given = file.literal(other, follow=True)
    named = given if isinstance(given, list | tuple | set | frozenset) else [given]
    if not named or not all(isinstance(each, str) for each in named):
        return None
    equal = any(_is(asked, str(each), system) for each in named)
    if isinstance(operator, cst.Equal | cst.Is | cst.In):
        return equal
    return not equal if isinstance(operator, cst.NotEqual | cst.IsNot | cst.NotIn) else None


def _within(part: cst.BaseExpression, asked: str | None, system: str, file: PythonFile) -> bool | None:
    text = file.literal(part, follow=True)
    return _is(asked or "", text, system) if isinstance(text, str) else None


def _call(test: cst.Call, system: str, file: PythonFile, depth: int) -> bool | None:
    """`sys.platform.startswith("win")`, and functions that are named for a system: `is_linux()`."""
    if isinstance(test.func, cst.Attribute) and test.func.attr.value == "startswith" and test.args:
        asked = _asked(test.func.value, file)
        given = file.literal(test.args[0].value, follow=True)
        if asked is None:
            return None
        starts = given if isinstance(given, tuple) else (given,)
        return any(_is(asked, str(each), system) for each in starts)
    if not test.args and isinstance(test.func, cst.Name | cst.Attribute):
        return _flag(file.code(test.func), system)
    return None


def _asked(expression: cst.BaseExpression, file: PythonFile) -> str | None:
    """`platform` or `name` of an expression that tells the system, in any case of letters; None for another one."""
    value = file.follow(expression)
    while (
        isinstance(value, cst.Call)
        and isinstance(value.func, cst.Attribute)
        and value.func.attr.value in _CASES
    ):
        value = file.follow(value.func.value)
    if isinstance(value, cst.Call):
        return "platform" if file.qualified_name(value.func) == "platform.system" else None
    return {"sys.platform": "platform", "os.name": "name"}.get(file.qualified_name(value) or "")


_CASES = frozenset({"lower", "casefold", "upper", "strip"})


def _is(asked: str, text: str, system: str) -> bool:
    """Whether what tells the system is, or begins with, a text on a system."""
    text = text.lower()
    if asked == "name":
        return (system == WINDOWS) is (text == "nt")
    known = _NAMES.get(text)
    return known == system if known is not None else bool(text) and system.startswith(text)


def _flag(name: str, system: str) -> bool | None:
    """What a name says that is none of Python's: `IS_LINUX`, `compat.windows`, `is_posix`."""
    last = name.rpartition(".")[2].lower()
    for words, systems in _FLAGS:
        if words.search(last):
            positive = not re.match(r"(?:is_)?(?:not|no|non)_", last)
            return (system in systems) is positive
    return None
