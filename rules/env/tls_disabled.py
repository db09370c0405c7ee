"""env/tls-disabled: production talks to another network's host without TLS, or without checking who answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import entries_in_force, is_off, is_on, production
from lintkit.api.secrets import split_words
from lintkit.api.words import is_remote, url_parts

RULE = define(
    summary="production connects to a remote host without TLS",
    why="""
The password and every row travel readable through networks that others run. Managed databases that insist on TLS
refuse the connection instead, which shows only once the service runs there.
""",
    remedy="Use the scheme or option with TLS (`rediss://`, `sslmode=require`), and leave the verification on.",
    severity="warning",
    kinds=("dotenv",),
    tags=("configuration", "production", "security", "CWE-319", "CWE-295"),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                ".env.production": """\
REDIS_URL=redis://default:${REDIS_PASSWORD}@fast-cat-6379.cache.example.com:6379  # <-- here
DATABASE_URL=postgresql://shop:${PW}@db.eu.example.com/shop?sslmode=disable  # <-- here
NODE_TLS_REJECT_UNAUTHORIZED=0  # <-- here
"""
            }
        ),
        bad(
            {
                ".env.prod": """\
REDIS_HOST=fast-cat-6379.cache.example.com
REDIS_SSL=false  # <-- here
PGHOST=db.eu.example.com
PGSSLMODE=disable  # <-- here
"""
            },
            note="a switch beside the host that it belongs to",
        ),
        bad({".env": "ENVIRONMENT=production\nVERIFY_SSL=False  # <-- here\n"}, note="by what it says"),
        good({".env": "REDIS_URL=redis://cache.example.com\n"}, note="nothing says production"),
        good(
            {
                ".env.production": """\
REDIS_URL=redis://redis:6379
CACHE_URL=redis://cache.internal:6379
QUEUE_URL=rediss://queue.example.com:6380
DATABASE_URL=postgresql://shop:${PW}@10.0.3.4/shop?sslmode=disable
REDIS_HOST=redis
REDIS_SSL=false
MAIL_USE_SSL=false
MAIL_USE_TLS=true
"""
            },
            note="services of the same network, TLS, and mail that begins it later",
        ),
        good({".env.production": "REDIS_SSL=false\n"}, note="nobody says where the host is"),
    ),
)

_CLEARTEXT = frozenset({"redis", "amqp", "ldap", "mqtt", "nats"})
_MODE_OFF = re.compile(
    r"[?&](?:sslmode=disable|ssl=false|tls=false|ssl-mode=DISABLED|encrypt=false)(?:&|$)", re.I
)
_UNVERIFIED = re.compile(
    r"[?&](?:tlsInsecure=true|tlsAllowInvalidCertificates=true|ssl_cert_reqs=(?:none|CERT_NONE))(?:&|$)"
)
_VERIFY = re.compile(
    r"(?:^|_)(?:verify_(?:ssl|tls|certs?|certificates?)|(?:ssl|tls|certs?|certificate)_(?:verify|verification))$"
)
_INSECURE = re.compile(
    r"(?:^|_)(?:(?:ssl|tls)_(?:insecure|skip_verify)|insecure_(?:ssl|tls)|skip_(?:ssl|tls)_verify)$"
)
_MODES = {"disable", "disabled", "none"}


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each URL and switch that leaves TLS or its verification out, at its value."""
    found = production(document, rule.environment)
    if found is None:
        return
    values = {entry["key"]: entry["value"] for _, entry in entries_in_force(document)}
    for index, entry in entries_in_force(document):
        said = _of_url(entry["value"]) or _of_switch(entry["key"], entry["value"], values)
        if said:
            yield rule.finding(
                document.span(("entries", index, "value")),
                f"`{entry['key']}` {said}",
                subject=entry["key"],
                related=found.related,
                confidence=found.confidence,
            )


def _of_url(value: str) -> str:
    parts = url_parts(value)
    if parts is None:
        return ""
    scheme, _, host = parts
    if _UNVERIFIED.search(value):
        return "takes any certificate for that of the server"
    if is_remote(host) and (scheme.partition("+")[0] in _CLEARTEXT or _MODE_OFF.search(value)):
        return f"reaches `{host}` without TLS"
    return ""


def _of_switch(name: str, value: str, values: Mapping[str, str]) -> str:
    words = split_words(name)
    joined = "_".join(words)
    if (name in {"NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY"} and value == "0") or (
        is_off(value) and _VERIFY.search(joined)
    ):
        return "switches off the check of certificates"
    if is_on(value) and _INSECURE.search(joined):
        return "switches off the check of certificates"
    if joined in {"pgsslmode"} or joined.endswith(("_sslmode", "_ssl_mode")):
        off = value.lower() in _MODES
    else:
        off = is_off(value) and words[-1:] in {("ssl",), ("tls",)}
    host = _host_beside(name, values) if off else ""
    return f"switches off TLS to `{host}`" if host else ""


def _host_beside(name: str, values: Mapping[str, str]) -> str:
    """The remote host of the service that a switch such as `REDIS_USE_SSL` belongs to; empty for a near one."""
    prefix = re.sub(r"(?i)_?(?:use|enable|require|with)?_?(?:ssl_?mode|ssl|tls)(?:_enabled)?$", "", name)
    for suffix in ("_HOST", "HOST", "_HOSTNAME", "_URL", "_URI", "_ENDPOINT", "_SERVER"):
        value = values.get(prefix + suffix, "") if prefix else ""
        parts = url_parts(value)
        host = parts[2] if parts is not None else value.partition(":")[0]
        if is_remote(host):
            return host
    return ""
