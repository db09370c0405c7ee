"""Whether a host is reached over a network that others share."""

from __future__ import annotations

import ipaddress
import re

from lintkit.formats.numbers import is_digits
from lintkit.words.loopback import loopback_host

_URL = re.compile(
    r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]{0,40})://(?:(?P<user>[^:@/\s]{0,200})(?::[^\s]{0,2000})?@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^:/?#\s,@]{1,253})"
)
_INTERNAL = (
    *(
        ".local",
        ".internal",
        ".lan",
        ".home",
        ".intranet",
        ".corp",
        ".private",
        ".svc",
        ".docker",
        ".cluster",
    ),
    *(".localhost", ".localdomain", ".consul", ".flycast", ".example", ".test", ".invalid"),
)


def url_parts(url: str) -> tuple[str, str, str] | None:
    """(scheme, user, host) of a URL, in lower case but for the user; None for what is none.

    >>> url_parts("postgresql+asyncpg://app:p@w@db.example.com:5432/shop")
    ('postgresql+asyncpg', 'app', 'db.example.com')
    """
    match = _URL.match(url.strip())
    if match is None:
        return None
    return match["scheme"].lower(), match["user"] or "", match["host"].lower()


def host_of(address: str) -> str:
    """The host of a URL, or of `host` and `host:port`.

    >>> host_of("rediss://cache.example.com:6380/0"), host_of("cache:6379"), host_of("")
    ('cache.example.com', 'cache', '')
    """
    parts = url_parts(address)
    return parts[2] if parts is not None else address.partition(":")[0]


def is_remote(host: str) -> bool:
    """Whether `host` names another machine by a public name or address: no service of the same deployment.

    >>> is_remote("cache.eu-west-1.example.com"), is_remote("redis"), is_remote("10.0.3.4"), is_remote("redis.internal")
    (True, False, False, False)
    """
    host = host.strip().strip("[]").lower().rstrip(".")
    if not host or "$" in host or loopback_host(host) is not None:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    return "." in host and not host.endswith(_INTERNAL) and not is_digits(host.rpartition(".")[2])
