"""Facts of code that talks to other services: the clients it builds, and the hosts that it calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from lintkit.facts import ClientBuilt, Fact, HostCalled
from lintkit.python.branches import scope_name
from lintkit.python.code import Call
from lintkit.python.idioms.addresses import Address, address_in, address_of
from lintkit.python.idioms.clients import (
    CLIENT_CALLS,
    HTTP_METHODS,
    HTTP_VERBS,
    builds_client,
    is_http_method,
    service_of,
    takes_address_first,
)

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile

_METHOD_FIRST = frozenset({"request", "stream"})
"""Functions whose first argument is the HTTP method, and the second one the URL."""


def extract(match: Match, file: PythonFile) -> Iterator[Fact]:
    """The facts of one match of the triggers that `lintkit.kinds.extract` declares for this module."""
    call = match.node
    name = match.name or ""
    if not isinstance(call, cst.Call):
        return
    if match.trigger == CLIENT_CALLS:
        if builds_client(name) and name.rpartition(".")[2] not in HTTP_VERBS:
            address = address_of(call, file, by_position=takes_address_first(name))
            yield ClientBuilt(
                file.span(call),
                service_of(name),
                address.host,
                address.port,
                address.scheme,
                address.name,
                scope_name(call, file),
            )
            yield from _host(address, call, file)
        return
    last = name.rpartition(".")[2]
    url = file.argument(call, 1 if last in _METHOD_FIRST else 0, "url")
    if url is not None and (match.trigger != HTTP_METHODS or is_http_method(Call(call, file))):
        yield from _host(address_in(url, file), call, file)


def _host(address: Address, call: cst.Call, file: PythonFile) -> Iterator[Fact]:
    if address.scheme == "https" and address.host:
        yield HostCalled(file.span(call), address.host, address.port or 443, scope_name(call, file))
