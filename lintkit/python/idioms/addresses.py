"""Where a client connects to, as far as its call says: a host that is written down, or the name it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lintkit.python.environment_reads import environment_read
from lintkit.python.lazy import cst
from lintkit.python.spelling import last_name

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{0,40})://(?:[^@/\s]{0,300}@)?(?P<host>\[[0-9a-f:.]{2,45}\]|[\w.-]{1,253})?(?::(?P<port>\d{1,5}))?"
    r"(?P<rest>[/?#,]|\Z)?",
    re.IGNORECASE,
)
_HOST_AND_PORT = re.compile(
    r"(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[\w.-]{0,252}))(?::(?P<port>\d{1,5}))?", re.IGNORECASE
)
_KEYWORDS = (
    "url",
    "uri",
    "dsn",
    "conninfo",
    "base_url",
    "endpoint_url",
    "bootstrap_servers",
    "hosts",
    "servers",
    "host",
    "hostname",
    "broker",
    "broker_url",
    "api_base",
)
_THROUGH = frozenset(
    {"str", "replace", "rstrip", "strip", "removesuffix", "get_secret_value", "unicode_string", "SecretStr"}
)
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Address:
    """Where something connects to; what is not known is empty.

    host, port, scheme  as they are written, without credentials; the port is 0 where none is written
    name                the variable (`REDIS_URL`), setting (`redis_url` of `settings.redis_url`) or parameter that it
                        comes from
    """

    host: str = ""
    port: int = 0
    scheme: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.host or self.name)


def address_of(call: cst.Call, file: PythonFile, *, by_position: bool) -> Address:
    """Where the client connects to that `call` makes: by a URL or host among its arguments, and a port beside it.

    `by_position` says that the first positional argument is the address and not, say, a key; a port may follow.
    """
    given = file.keyword_arguments(call)
    value = next((given[name].value for name in _KEYWORDS if name in given), None)
    positional = file.positional(call) if by_position else []
    if value is None and positional:
        value = positional[0]
    found = address_in(value, file) if value is not None else Address()
    port = given["port"].value if "port" in given else positional[1] if len(positional) > 1 else None
    number = file.literal(port, follow=True) if port is not None else None
    if (
        found.host
        and not found.port
        and isinstance(number, int)
        and not isinstance(number, bool)
        and 0 < number < 65536
    ):
        found = replace(found, port=number)
    return found


def address_in(value: cst.BaseExpression, file: PythonFile, depth: int = 0) -> Address:
    """The address that an expression is, or the name that it has: literals, f-strings, reads of variables, `or`."""
    if depth > _DEEPEST:
        return Address()
    value = file.follow(value)
    parts = file.string_parts(value, follow=True)
    if parts is not None:
        return _written(parts, file, depth)
    if isinstance(value, cst.BooleanOperation) and isinstance(value.operator, cst.Or):
        return _with_fallback(address_in(value.left, file, depth + 1), value.right, file, depth)
    if isinstance(value, cst.Call):
        read = environment_read(value, file)
        if read is not None:
            found = Address(name=read.name)
            return found if read.default is None else _with_fallback(found, read.default, file, depth)
        last = last_name(value.func)
        if last in _THROUGH and isinstance(value.func, cst.Attribute):
            return address_in(value.func.value, file, depth + 1)
        if last in _THROUGH and value.args:
            return address_in(value.args[0].value, file, depth + 1)
        return Address()
    if isinstance(value, cst.Subscript):
        return _subscript(value, file)
    if isinstance(value, cst.List | cst.Tuple) and value.elements:
        return address_in(value.elements[0].value, file, depth + 1)
    name = last_name(value)
    return Address(name=name) if name is not None and name not in {"None", "True", "False"} else Address()


def _with_fallback(found: Address, fallback: cst.BaseExpression, file: PythonFile, depth: int) -> Address:
    other = address_in(fallback, file, depth + 1)
    return replace(other, name=found.name or other.name)


def _subscript(value: cst.Subscript, file: PythonFile) -> Address:
    """`os.environ["URL"]`, `config["url"]`."""
    if len(value.slice) == 1 and isinstance(value.slice[0].slice, cst.Index):
        key = file.string(value.slice[0].slice.value, follow=True)
        if key is not None:
            return Address(name=key)
    return Address()


def _written(parts: tuple[str | cst.BaseExpression, ...], file: PythonFile, depth: int) -> Address:
    """The address in a string: the host is known when nothing in front of its end is filled in."""
    first = parts[0] if parts else ""
    if not isinstance(first, str):
        return (
            address_in(first, file, depth + 1) if isinstance(first, cst.Name | cst.Attribute) else Address()
        )
    found = _URL.match(first)
    if found is None:
        whole = _HOST_AND_PORT.fullmatch(first) if len(parts) == 1 else None
        return Address(whole["host"].lower(), int(whole["port"] or 0)) if whole is not None else Address()
    ends = len(parts) == 1 or found["rest"] in {"/", "?", "#", ","}
    if found["host"] and ends:
        return Address(found["host"].lower(), int(found["port"] or 0), found["scheme"].lower())
    names = [last_name(part) for part in parts[1:] if not isinstance(part, str)]
    host = next((name for name in names if name is not None and "host" in name.lower()), "")
    return Address(scheme=found["scheme"].lower(), name=host)
