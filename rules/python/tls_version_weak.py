"""python/tls-version-weak: a connection that is held to a version of SSL or TLS that is broken."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Match,
    PythonFile,
    References,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import Argument, Assignment, Attribute, Parameter

PROTOCOLS = {
    "ssl.PROTOCOL_SSLv2": "SSL 2",
    "ssl.PROTOCOL_SSLv3": "SSL 3",
    "ssl.PROTOCOL_TLSv1": "TLS 1.0",
    "ssl.PROTOCOL_TLSv1_1": "TLS 1.1",
    "ssl.TLSVersion.SSLv3": "SSL 3",
    "ssl.TLSVersion.TLSv1": "TLS 1.0",
    "ssl.TLSVersion.TLSv1_1": "TLS 1.1",
    "OpenSSL.SSL.SSLv2_METHOD": "SSL 2",
    "OpenSSL.SSL.SSLv3_METHOD": "SSL 3",
    "OpenSSL.SSL.TLSv1_METHOD": "TLS 1.0",
    "OpenSSL.SSL.TLSv1_1_METHOD": "TLS 1.1",
    "OpenSSL.SSL.SSL3_VERSION": "SSL 3",
    "OpenSSL.SSL.TLS1_VERSION": "TLS 1.0",
    "OpenSSL.SSL.TLS1_1_VERSION": "TLS 1.1",
}
"""What stands for a version below TLS 1.2. The defaults of Python 3.10 and later begin at TLS 1.2."""

RULE = define(
    summary="a connection uses a version of TLS that is broken",
    why="""
SSL 2 and 3 can be read by whoever listens, TLS 1.0 and 1.1 rest on MD5 and SHA-1 and are switched off by browsers and
cloud providers: a service held to them is refused, or is the one that still answers to an attacker's downgrade.
""",
    remedy="Leave the version out (`ssl.create_default_context()`), or ask for `ssl.TLSVersion.TLSv1_2` at least.",
    severity="warning",
    kinds=("python",),
    looks_at=(References(tuple(PROTOCOLS)),),
    tags=("security", "tls", "CWE-326", "CWE-327"),
    equivalents=(
        "bandit:B502",
        "bandit:B503",
        "ruff:S502",
        "ruff:S503",
        "semgrep:weak-ssl-version",
        "sonar-python:weakSSLProtocol",
    ),
    packs=("strict", "security"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import ssl

context = ssl.SSLContext(ssl.PROTOCOL_TLSv1)  # <-- here
strict = ssl.create_default_context()
strict.minimum_version = ssl.TLSVersion.TLSv1_1  # <-- here
"""
        ),
        bad(
            """\
from OpenSSL import SSL

context = SSL.Context(method=SSL.SSLv3_METHOD)  # <-- here
context.set_min_proto_version(SSL.TLS1_VERSION)  # <-- here
"""
        ),
        bad(
            """\
from ssl import PROTOCOL_SSLv3 as VERSION

from urllib3 import PoolManager


def pool(ssl_version=VERSION):  # <-- here
    return PoolManager(ssl_version=ssl_version)
"""
        ),
        good(
            """\
import ssl

context = ssl.create_default_context()
context.minimum_version = ssl.TLSVersion.TLSv1_2
context.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
"""
        ),
        good(
            """\
import ssl

NAMES = {ssl.PROTOCOL_TLSv1: "TLS 1.0", ssl.PROTOCOL_TLSv1_2: "TLS 1.2"}
VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.2": ssl.TLSVersion.TLSv1_2}


def refuse(context, version):
    if version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1) or context.protocol == ssl.PROTOCOL_SSLv3:
        raise ValueError(version)
""",
            note="tables of names, and questions",
        ),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a version where it is what something is given: an argument, a default, or an attribute that is set."""
    given = match.code.parent
    if isinstance(given, Assignment):
        if not isinstance(given.targets[0], Attribute):
            return
    elif not isinstance(given, Argument | Parameter):
        return
    yield rule.finding(
        match.code.span,
        f"`{match.expression.last_name}` speaks {PROTOCOLS[match.name or '']}, which is broken",
        subject=match.code.scope or "module",
    )
