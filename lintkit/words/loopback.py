"""Addresses that name the machine, or the container, that they are used on.

Two questions: whether an address, or each of a list, leads nowhere else (`loopback_host`), and whether one of a list,
or a part of a longer text, does (`mentions_loopback`).
"""

from __future__ import annotations

import re

LOOPBACK_HOST = r"localhost(?:\.localdomain)?|127(?:\.\d{1,3}){3}|\[::1\]|::1|host\.docker\.internal"
"""A regular expression, for any case, of the hosts; an address of version 6 with and without brackets."""

_ADDRESS = re.compile(
    rf"""^(?:[a-z][a-z0-9+.\-]{{0,40}}:)?      # jdbc:
        (?:[a-z][a-z0-9+.\-]{{0,40}}://|//)?   # the scheme
        (?:[^@/\s]{{0,300}}@)?                 # user and password
        (?P<host>{LOOPBACK_HOST})
        (?=$|[:/?\#;])""",
    re.IGNORECASE | re.VERBOSE,
)
_MENTIONED = re.compile(
    rf"""(?: ^ (?:[a-z][a-z0-9+.-]*:)? (?://)? | // ) (?:[^@/\s]*@)?
        (?: {LOOPBACK_HOST} )
        (?: :\d+ )? (?: $ | [/?#;,] )""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST = 2000
_SENDER = re.compile(rf"[\w.+-]{{1,64}}@(?:{LOOPBACK_HOST})", re.IGNORECASE)


def is_sender(text: str) -> bool:
    """Whether a text says who sends a mail from this machine, `root@localhost`, which is no address to connect to."""
    return _SENDER.fullmatch(text.strip()) is not None


def loopback_host(text: str) -> str | None:
    """The loopback host that `text` names as an address, a URL, or every member of a comma-separated list.

    >>> loopback_host("redis://:secret@localhost:6379/0"), loopback_host("cache:6379"), loopback_host("127.0.0.1")
    ('localhost', None, '127.0.0.1')
    """
    if is_sender(text):
        return None
    parts = [part.strip().strip("\"'") for part in text[:_LONGEST].split(",") if part.strip()]
    found = [_ADDRESS.match(part) for part in parts]
    first = found[0] if found else None
    return first["host"].lower() if first is not None and all(found) else None


def mentions_loopback(text: str) -> bool:
    """Whether `text` is a loopback host or a URL to one, or holds such among others.

    >>> mentions_loopback("cache:6379,127.0.0.1:6379"), mentions_loopback("a?to=//localhost/"), mentions_loopback("a")
    (True, True, False)
    """
    text = text[:_LONGEST].strip().strip("\"'")
    if is_sender(text):
        return False
    return any(_MENTIONED.search(part.strip()) is not None for part in text.split(","))
