"""python/ssh-host-key-unverified: an SSH client that trusts whatever host answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Keywords,
    Match,
    MethodCalls,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)

POLICY = MethodCalls(("set_missing_host_key_policy",))
KNOWN_HOSTS = Keywords(("known_hosts",))

RULE = define(
    summary="an SSH client trusts whatever host answers",
    why="""
The key of the host is what tells it from a stranger that took over its address. A client that accepts every key gives
its password or its commands to that stranger, and the deployment or backup goes where nobody looks for it.
""",
    remedy='Load the keys that are known (`client.load_system_host_keys()`, `known_hosts="known_hosts"`) '
    "and keep `RejectPolicy`, which is the default.",
    severity="warning",
    kinds=("python",),
    looks_at=(POLICY, KNOWN_HOSTS),
    tags=("security", "ssh", "CWE-295", "CWE-322"),
    equivalents=("bandit:B507", "ruff:S507", "semgrep:paramiko-implicit-trust-host-key"),
    packs=("strict", "security"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import paramiko
from paramiko import WarningPolicy

client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # <-- here
client.set_missing_host_key_policy(WarningPolicy)  # <-- here
"""
        ),
        bad(
            """\
import asyncssh


async def run(host):
    async with asyncssh.connect(host, known_hosts=None) as connection:  # <-- here
        return await connection.run("uptime")
"""
        ),
        good(
            """\
import asyncssh
import paramiko

client = paramiko.SSHClient()
client.load_system_host_keys()
client.set_missing_host_key_policy(paramiko.RejectPolicy())
asyncssh.connect(host, known_hosts="known_hosts")
"""
        ),
        good(
            """\
from shop.ssh import AskPolicy

client.set_missing_host_key_policy(AskPolicy())
scan(network, known_hosts=None)
""",
            note="a policy of one's own, and something else that has known hosts",
        ),
    ),
)

_CONNECTS = frozenset(
    {
        "asyncssh.connect",
        "asyncssh.connect_reverse",
        "asyncssh.create_connection",
        "asyncssh.SSHClientConnectionOptions",
    }
)
_TRUSTING = re.compile(r"paramiko\.(?:\w+\.)*(AutoAddPolicy|WarningPolicy)$")


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a policy that trusts, and a list of known hosts that is switched off."""
    if match.trigger is POLICY:
        policy = match.call.argument(0, "policy")
        found = _TRUSTING.match(policy.followed.name or "") if policy is not None else None
        trusting = found[1] if found is not None else ""
    else:
        off = match.call.name in _CONNECTS and match.expression.constant is None
        trusting = "known_hosts=None" if off else ""
    code = match.code
    if trusting and not code.in_development_branch:
        yield rule.finding(
            code.span, f"`{trusting}` takes the key of whatever host answers", subject=code.scope or "module"
        )
