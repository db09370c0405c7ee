"""python/ssh-host-key-unverified: an SSH client that trusts whatever host answers."""

from __future__ import annotations

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
    cst,
    define,
    good,
)
from lintkit.api.python import in_development_branch, scope_name

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
_TRUSTING = ("AutoAddPolicy", "WarningPolicy")


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a policy that trusts, and a list of known hosts that is switched off."""
    if in_development_branch(match.node, file):
        return
    if match.trigger is POLICY:
        policy = _policy(match.node, file)
        message = f"`{policy}` takes the key of whatever host answers" if policy else ""
    else:
        name = file.qualified_name(match.call.func) if match.call is not None else None
        switched_off = match.value is not None and file.code(file.follow(match.value)) == "None"
        message = "`known_hosts=None` takes the key of whatever host answers"
        if name not in _CONNECTS or not switched_off:
            message = ""
    if message:
        yield rule.finding(file.span(match.node), message, subject=scope_name(match.node, file) or "module")


def _policy(call: cst.CSTNode, file: PythonFile) -> str:
    given = file.argument(call, 0, "policy") if isinstance(call, cst.Call) else None
    given = file.follow(given) if given is not None else None
    named = given.func if isinstance(given, cst.Call) else given
    name = file.qualified_name(named) if named is not None else None
    if name is None or not name.startswith("paramiko."):
        return ""
    last = name.rpartition(".")[2]
    return last if last in _TRUSTING else ""
