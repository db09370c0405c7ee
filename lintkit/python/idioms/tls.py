"""How Python libraries are told not to look at a certificate: options, contexts, and what sets those right again.

Sources: the documentation of Python's ssl, requests, httpx, urllib3, aiohttp, redis-py, pymongo, kafka-python, neo4j's
driver, elasticsearch-py, opensearch-py, mysql-connector, ldap3, hvac, boto3, kubernetes and pyOpenSSL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst
from lintkit.python.receivers import origin_names

if TYPE_CHECKING:
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile

SWITCHED_OFF = {
    "verify_ssl": "no certificate",
    "verify_certs": "no certificate",
    "verify_cert": "no certificate",
    "ssl_verify": "no certificate",
    "verify_tls": "no certificate",
    "tls_verify": "no certificate",
    "ssl_verify_cert": "no certificate",
    "verify_ssl_cert": "no certificate",
    "verify_ssl_certs": "no certificate",
    "validate_cert": "no certificate",
    "validate_certs": "no certificate",
    "check_hostname": "no host name",
    "ssl_check_hostname": "no host name",
    "ssl_verify_identity": "no host name",
    "ssl_assert_hostname": "no host name",
    "assert_hostname": "no host name",
}
"""Options that look at nothing when they are false, and what is not looked at then."""

SWITCHED_ON = {
    "tlsInsecure": "no certificate",
    "tlsAllowInvalidCertificates": "no certificate",
    "tlsAllowInvalidHostnames": "no host name",
    "tls_insecure": "no certificate",
    "tls_allow_invalid_certificates": "no certificate",
    "disable_ssl_certificate_validation": "no certificate",
    "insecure_skip_verify": "no certificate",
    "insecure_skip_tls_verify": "no certificate",
    "skip_tls_verify": "no certificate",
}
"""Options that look at nothing when they are true."""

REQUIREMENTS = frozenset({"cert_reqs", "ssl_cert_reqs", "tls_cert_reqs", "verify_mode", "validate"})
"""Options whose value is one of `ssl.CERT_NONE`, `CERT_OPTIONAL`, `CERT_REQUIRED`, or its name."""

VERIFY_LIBRARIES = (
    *(
        "requests.",
        "requests_oauthlib.",
        "requests_toolbelt.",
        "niquests.",
        "httpx.",
        "curl_cffi.",
        "cloudscraper.",
    ),
    *("boto3.", "aioboto3.", "aiobotocore.", "botocore.", "hvac.", "consul.", "docker.", "gitlab.", "jira."),
    *("authlib.", "openai.", "anthropic.", "urllib3.", "kubernetes.", "pyVim.", "proxmoxer.", "atlassian."),
)
"""Libraries whose `verify` says whether the certificate of the other end is looked at."""

CONTEXTS = frozenset({"ssl.SSLContext", "OpenSSL.SSL.Context"})
"""What makes a context of TLS."""

_CHECKING_PROTOCOLS = frozenset({"ssl.PROTOCOL_TLS_CLIENT", "ssl.PROTOCOL_TLS_SERVER"})
_AN_OPTION = re.compile(
    r"verif|insecure|ignore_?(?:\w+_)?(?:cert|ssl|tls)|skip|no_?check|check_|self_?signed|validat|trust|(?:ssl|tls)_?mode|cert_?reqs",
    re.IGNORECASE,
)
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send"})


def is_an_option(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a test around `node` asks for it: `if not verify_ssl:`; then what counts is where it is chosen.

    `if ca_file: … else:` is none: there the checks fall away because somebody forgot a file.
    """
    return any(
        guard.test is not None
        and bool(_AN_OPTION.search(file.code(guard.test)))
        and not isinstance(file.literal(guard.test), bool | int)
        for guard in file.guards(node)
    )


def takes_verify(call: cst.Call, file: PythonFile) -> bool:
    """Whether `verify` of this call is about certificates: a library that has it so, or an HTTP verb beside one."""
    callees = [call.func]
    if file.qualified_name(call.func) in {"functools.partial", "functools.partialmethod"} and call.args:
        callees = [call.args[0].value]
    for callee in callees:
        names = origin_names(callee, file)
        if any(name.startswith(VERIFY_LIBRARIES) for name in names):
            return True
        if (
            isinstance(callee, cst.Attribute)
            and callee.attr.value in _VERBS
            and not any(name.startswith((":", "jwt", "jose")) for name in names)
        ):
            return any(
                imported.module.partition(".")[0] in {"requests", "httpx", "niquests"}
                for imported in file.imports()
            )
    return False


def addresses(call: cst.Call, file: PythonFile) -> list[str]:
    """The addresses that a call is given in so many words: a URL or host, by position or by keyword."""
    given = [argument.value for argument in call.args if argument.keyword is None and not argument.star]
    options = file.keyword_arguments(call)
    given += [options[name].value for name in ("url", "base_url", "host", "hosts", "dsn") if name in options]
    found = []
    for value in given:
        parts = file.string_parts(file.follow(value), follow=True)
        if parts and isinstance(parts[0], str):
            found.append(parts[0])
    return found


def is_for_a_server(owner: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a context is made for the listening end, which has no host name to compare and asks no certificate."""
    from lintkit.python.receivers import origins

    for origin in origins(owner, file):
        if origin.call is None:
            continue
        first = file.argument(origin.call, 0, "purpose" if "default_context" in origin.name else "protocol")
        name = file.qualified_name(first) if first is not None else None
        if name in {"ssl.Purpose.CLIENT_AUTH", "ssl.PROTOCOL_TLS_SERVER"}:
            return True
    return False


def checks_nothing(call: cst.Call, file: PythonFile) -> bool:
    """Whether `ssl.SSLContext(…)` or `SSL.Context(…)` begins without a check, as all but the client's protocol do."""
    protocol = file.argument(call, 0, "protocol")
    if file.qualified_name(call.func) != "ssl.SSLContext" or protocol is None:
        return True
    names = file.qualified_names(protocol)
    return bool(names) and _CHECKING_PROTOCOLS.isdisjoint(names)


def set_later(call: cst.Call, attribute: str, matches: Iterable[Match], file: PythonFile) -> bool:
    """Whether `context.attribute = …` (or `context.attribute(…)`) follows for the name that `call` is bound to."""
    target = _target(call, file)
    if target is None:
        return False
    start, end = file.order(call), _rebound(target, call, file)
    function = file.enclosing_function(call)
    for match in matches:
        owner = _owner(match.node, attribute)
        if owner is None or file.code(owner) != file.code(target):
            continue
        if isinstance(target, cst.Attribute):
            return True
        if start < file.order(match.node) < end and file.enclosing_function(match.node) is function:
            return True
    return False


def serves(call: cst.Call, file: PythonFile) -> bool:
    """Whether the context that `call` makes is given a certificate of its own, as a server's is."""
    target = _target(call, file)
    if "server_side=True" in file.text.replace(" ", ""):
        return True
    if target is None:
        return False
    name = file.code(target)
    return any(
        f"{name}.{used}" in file.text for used in ("load_cert_chain(", "use_certificate", "use_privatekey")
    )


def _target(call: cst.Call, file: PythonFile) -> cst.BaseExpression | None:
    above = file.parent(call)
    if isinstance(above, cst.Assign) and len(above.targets) == 1:
        found = above.targets[0].target
        return found if isinstance(found, cst.Name | cst.Attribute) else None
    if isinstance(above, cst.AnnAssign):
        return above.target if isinstance(above.target, cst.Name | cst.Attribute) else None
    return None


def _rebound(target: cst.BaseExpression, call: cst.Call, file: PythonFile) -> int:
    """The order of the next statement that binds the name again, or more than any."""
    if not isinstance(target, cst.Name):
        return 1 << 62
    later = [
        file.order(binding.node)
        for binding in file.every_binding(target)
        if file.order(binding.node) > file.order(call)
    ]
    return min(later, default=1 << 62)


def _owner(node: cst.CSTNode, attribute: str) -> cst.BaseExpression | None:
    """`context` of `context.attribute = …` and of `context.attribute(…)`."""
    if isinstance(node, cst.Assign):
        for each in node.targets:
            if isinstance(each.target, cst.Attribute) and each.target.attr.value == attribute:
                return each.target.value
    if (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == attribute
    ):
        return node.func.value
    return None
