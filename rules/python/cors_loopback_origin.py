"""python/cors-loopback-origin: a default allowlist of origins that lets a developer's machine in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import CORS_CALLS, cors_setup, is_for_development, setting_at

ORIGINS = Strings(
    (
        *("//localhost", "//127.", "//0.0.0.0", "//[::1]", "//host.docker.internal", ".localhost"),
        *("//10.", "//172.", "//192.168.", "//100."),
    )
)

RULE = define(
    summary="a default list of CORS origins names the developer's machine",
    why="""
Production that sets nothing lets pages in that anybody can serve from their own machine or network: whatever runs on
port 3000 of a visitor's laptop reads the API as that visitor. Often the real origin is missing beside it, so the
first person to notice is a customer.
""",
    remedy="Leave the default empty and name the origins per environment; the developer's go into `.env.example`.",
    severity="note",
    kinds=("python",),
    looks_at=(ORIGINS, *CORS_CALLS),
    tags=("security", "cors", "CWE-942", "CWE-1188"),
    equivalents=(),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import os

from pydantic_settings import BaseSettings

ORIGINS = os.getenv("ALLOWED_ORIGINS", "http://localhost:3000,https://shop.example.com").split(",")  # <-- here


class Settings(BaseSettings):
    CORS_ORIGINS: str = "http://localhost:3000,http://127.0.0.1:3000"  # <-- here
    backend_cors_origins: list[str] = [
        "https://shop.example.com",
        "http://192.168.1.20:3000",  # <-- here
        "http://localhost:3000",
    ]
"""
        ),
        bad(
            """\
from fastapi.middleware.cors import CORSMiddleware

ORIGINS = ["http://localhost:5173", "http://127.0.0.1:5173"]
app.add_middleware(
    CORSMiddleware,
    allow_origins=ORIGINS,  # <-- here
)
""",
            note="written into the call, through a constant",
        ),
        bad("from flask_cors import CORS\n\nCORS(app, origins='http://localhost:8080')  # <-- here\n"),
        bad(
            {"shop/settings.py": "CORS_ALLOWED_ORIGINS = ['http://10.0.0.5:8000']  # <-- here\n"},
            note="a private net",
        ),
        good(
            """\
import os

from pydantic_settings import BaseSettings

ORIGINS = os.environ["CORS_ORIGINS"].split(",")
FRONTEND_URL = "http://localhost:3000"


class Settings(BaseSettings):
    CORS_ORIGINS: str = "https://shop.example.com,https://192.0.2.example.com"


class LocalSettings(Settings):
    CORS_ORIGINS: str = "http://localhost:3000"
""",
            note="real origins, and what developers run",
        ),
        good(
            """\
ORIGINS = ["https://shop.example.com"]
if settings.DEBUG:
    CORS_ORIGINS = ["http://localhost:3000"]


def check(origin):
    origin = origin or "http://localhost"
    return origin.startswith("http://localhost")
""",
            note="a branch for developers; no default list",
        ),
        good({"shop/settings/local.py": "CORS_ALLOWED_ORIGINS = ['http://localhost:3000']\n"}),
    ),
)

_NAME = re.compile(
    r"(?:cors|allow\\w*|trusted|permitted|whitelist)?.*origins?(?:_(?:str|list|raw|csv|env|whitelist))?$",
    re.I,
)
_ABOUT = re.compile(r"cors|allow|trust|permit|white", re.I)
_HOST = re.compile(r"https?://(\[[0-9a-f:.]+\]|[\w.-]+)", re.IGNORECASE)
_PRIVATE = tuple(
    map(
        ip_network,
        ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128"),
    )
)
_LOCAL_NAMES = frozenset({"localhost", "host.docker.internal", "0.0.0.0"})


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report the first private origin of each default list."""
    if match.trigger is ORIGINS:
        yield from _setting(match.node, file, rule)
    elif not is_for_development(match.node, file):
        setup = cors_setup(match, file)
        if setup is not None and setup.origins is not None:
            yield from _call(*setup.origins, file, rule)


def _setting(node: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    text = file.literal(node) if isinstance(node, cst.SimpleString) else None
    hosts = _private_hosts(text) if isinstance(text, str) else []
    if not hosts:
        return
    setting = setting_at(node, file)
    if setting is None or not _NAME.search(setting.name) or is_for_development(node, file):
        return
    if setting.framework == "module" and not setting.is_fallback and not setting.name.isupper():
        return
    if not (_ABOUT.search(setting.name) or setting.name.upper() == "ORIGINS"):
        return
    if setting.framework == "module" and setting.name.upper() == "ORIGINS" and not setting.is_fallback:
        return  # a constant: judged in the call that it flows into
    first = _first(setting.default, file)
    if first is not None and first is not node:
        return
    if first is not None:
        hosts = [host for each in _strings(setting.default, file) for host in _private_hosts(each[1])]
    fixed = setting.framework == "module" and not setting.is_fallback
    when = ", in production as well" if fixed else " where nothing sets it"
    yield rule.finding(
        file.span(node),
        f"`{setting.name}` lets in {_names(hosts)}{when}",
        subject=setting.name,
    )


def _call(
    node: cst.CSTNode, value: cst.BaseExpression, file: PythonFile, rule: RuleContext
) -> Iterator[Finding]:
    literal = file.literal(value, follow=True)
    listed = [literal] if isinstance(literal, str) else literal
    if not isinstance(listed, (list, tuple, set)):
        return
    hosts = [host for each in listed if isinstance(each, str) for host in _private_hosts(each)]
    if hosts:
        yield rule.finding(
            file.span(node), f"CORS lets in {_names(hosts)}, in production as well", subject="origins"
        )


def _strings(value: cst.BaseExpression | None, file: PythonFile) -> list[tuple[cst.CSTNode, str]]:
    found: list[tuple[cst.CSTNode, str]] = []
    for node in file.walk(value) if value is not None else ():
        text = file.literal(node) if isinstance(node, cst.SimpleString) else None
        if isinstance(text, str):
            found.append((node, text))
    return found


def _first(value: cst.BaseExpression | None, file: PythonFile) -> cst.CSTNode | None:
    return next((node for node, text in _strings(value, file) if _private_hosts(text)), None)


def _private_hosts(text: str) -> list[str]:
    return [host for host in _HOST.findall(text[:10_000]) if _is_private(host.lower())]


def _is_private(host: str) -> bool:
    if host in _LOCAL_NAMES or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE if network.version == address.version)


def _names(hosts: list[str]) -> str:
    unique = list(dict.fromkeys(hosts))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:3][:-1])} and {unique[:3][-1]}"
