"""python/redirect-from-header: the host of a redirect or callback is what the request says it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
    Location,
    Match,
    PythonFile,
    References,
    RuleContext,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.python.branches import in_development_branch, scope_name

_NAMES = ("host", "origin", "x-forwarded-host", "x-forwarded-server", "x-forwarded-prefix", "x-original-host")
_META = (
    "HTTP_HOST",
    "HTTP_ORIGIN",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_SERVER",
    "HTTP_X_ORIGINAL_HOST",
)
HEADERS = Strings(
    (
        *(
            f"{quote}{name}{quote}"
            for name in ("host", "origin", "http_host", "http_origin")
            for quote in ("'", '"')
        ),
        "x-forwarded-host",
        "x-forwarded-server",
        "x-forwarded-prefix",
        "x-original-host",
        "http_x_forwarded",
        "http_x_original",
    )
)
FLASK = References(("flask.request.host", "flask.request.host_url", "flask.request.url_root"))

RULE = define(
    summary="a redirect or callback URL is built from a header of the request",
    why="""
Whoever sends the request chooses `Host`, `X-Forwarded-Host` and `Origin`. A link that is built from them leads users to
another site: a password reset mailed with the attacker's host hands over the token, a login redirect the code, and a
cache in front serves the wrong redirect to everybody.
""",
    remedy="""
Build URLs from a setting (`settings.PUBLIC_URL`), or compare the host with a list of those that are yours before it is
used (`TrustedHostMiddleware`, Django's `request.get_host()` with `ALLOWED_HOSTS`).
""",
    severity="warning",
    kinds=("python",),
    looks_at=(HEADERS, FLASK),
    tags=("security", "CWE-601", "CWE-644"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.get("/login")
async def login(request: Request):
    host = request.headers.get("x-forwarded-host") or request.headers["host"]
    scheme = request.headers.get("x-forwarded-proto", "https")
    return RedirectResponse(f"{scheme}://{host}/sso/callback")  # <-- here
"""
        ),
        bad(
            """\
from flask import redirect, request


@app.route("/login")
def login():
    return redirect(request.host_url + "login")  # <-- here
"""
        ),
        bad(
            """\
from django.core.mail import send_mail


def reset(request):
    reset_link = "https://" + request.META["HTTP_HOST"] + "/reset/" + make_token()  # <-- here
    send_mail("Reset", reset_link, None, [request.user.email])
"""
        ),
        bad(
            """\
@app.post("/checkout")
async def checkout(request):
    origin = request.headers.get("Origin")
    return await payments.create(success_url=f"{origin}/done", amount=10)  # <-- here
"""
        ),
        bad(
            """\
from aiohttp import web


async def old(request):
    raise web.HTTPFound("https://%s/new" % request.headers["X-Forwarded-Host"])  # <-- here
"""
        ),
        bad(
            """\
from litestar import Request, get
from litestar.response import Redirect


@get("/go")
async def go(request: Request) -> Redirect:
    return Redirect(path="https://{}/new".format(request.headers["host"]))  # <-- here
"""
        ),
        bad(
            """\
def get_callback_url(request):
    host = request.headers["host"]
    return f"https://{host}/callback"  # <-- here
"""
        ),
        good(
            """\
from fastapi.responses import RedirectResponse

from shop.settings import settings


@app.get("/login")
async def login(request):
    return RedirectResponse(f"{settings.PUBLIC_URL}/sso/callback")
""",
            note="from a setting",
        ),
        good(
            """\
from fastapi import HTTPException
from fastapi.responses import RedirectResponse

ALLOWED_HOSTS = {"shop.example.com"}


@app.get("/login")
async def login(request):
    host = request.headers["host"]
    if host not in ALLOWED_HOSTS:
        raise HTTPException(400)
    return RedirectResponse(f"https://{host}/sso/callback")


@app.get("/logout")
async def logout(request):
    host = request.headers["host"]
    if not is_allowed(host):
        raise HTTPException(400)
    return RedirectResponse(f"https://{host}/bye")
""",
            note="with an allowlist",
        ),
        good(
            """\
from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import RedirectResponse

app = FastAPI()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["shop.example.com"])


@app.get("/login")
async def login(request):
    return RedirectResponse("https://" + request.headers["host"] + "/sso")
""",
            note="the middleware compares the host",
        ),
        good(
            """\
from django.shortcuts import redirect


def login(request):
    return redirect(f"https://{request.get_host()}/sso")
""",
            note="Django compares it with `ALLOWED_HOSTS`",
        ),
        good(
            """\
def log_request(request):
    origin = request.headers.get("origin")
    logger.info("request from %s", origin)
    return {"host": request.headers["host"]}
""",
            note="no URL is made of it",
        ),
        good(
            """\
def connect(settings):
    callback_url = f"https://{settings['host']}/callback"
    return callback_url
""",
            note="a setting of that name",
        ),
    ),
)

_REDIRECT = re.compile(
    r"(?:fastapi|starlette)\.(?:\w+\.)*RedirectResponse$|(?:flask|quart|werkzeug\.utils|bottle|sanic\.response)\.redirect$"
    r"|django\.(?:shortcuts\.redirect|http\.(?:\w+\.)*HttpResponse(?:Permanent)?Redirect)$"
    r"|litestar\.(?:\w+\.)*Redirect$|aiohttp\.web\.(?:\w+\.)*HTTP(?:Found|MovedPermanently|SeeOther|TemporaryRedirect|PermanentRedirect)$"
)
_URL_NAME = re.compile(
    r"(?:redirect|callback|return|success|cancel|reset|verify|verification|confirm|confirmation|invite|invitation|activation"
    r"|webhook|login|logout|magic|unsubscribe|next|notify)_?(?:url|uri|link)s?$|^(?:redirect_to|location)$",
    re.IGNORECASE,
)
_MAKES_URL = re.compile(
    r"(?:base|public|external|callback|redirect|reset|return|site|frontend|app)_?(?:url|uri|link)$", re.I
)
_KEEPS = frozenset(
    "strip rstrip lstrip split rsplit partition lower get format replace removeprefix removesuffix join".split()  # noqa: SIM905
)
_BUILDS = re.compile(r"(?:urljoin|urlunparse|urlunsplit|str|furl|URL|quote)$")
_CHECKS = re.compile(
    r"allow|trust|valid|safe|whitelist|permit|known|check(?!out)|verify|is_\w*(?:host|origin|domain|url)",
    re.IGNORECASE,
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report the first redirect or callback URL that a header of the request flows into."""
    source = match.node if match.trigger is FLASK else _header_read(match.node, file)
    if source is None or "TrustedHost" in file.text:
        return
    function = file.enclosing_function(source)
    if function is None or in_development_branch(source, file):
        return
    tainted = _carried(function, source, file)
    if _is_compared(function, source, tainted, file):
        return
    for value in _urls(function, file):
        if _carries(value, source, tainted, file):
            yield rule.finding(
                file.span(value),
                f"This URL takes its host from `{_named(source, file)}`, and the caller chooses that",
                subject=scope_name(value, file),
                related=[Location(file.span(source), "chosen by the caller")],
            )
            return


def _named(source: cst.CSTNode, file: PythonFile) -> str:
    code = file.code(source)
    return code if len(code) <= 60 and "\n" not in code else "a header"


def _header_read(literal: cst.CSTNode, file: PythonFile) -> cst.CSTNode | None:
    """What reads a header by the name `literal`: `request.headers["host"]`, `request.META.get("HTTP_HOST")`."""
    if not isinstance(literal, cst.SimpleString):
        return None
    name = file.string(literal) or ""
    if name.lower() not in _NAMES and name not in _META:
        return None
    above = file.parent(literal)
    while isinstance(above, cst.Arg | cst.Index | cst.SubscriptElement):
        above = file.parent(above)
    if isinstance(above, cst.Subscript):
        holder: cst.BaseExpression = above.value
    elif (
        isinstance(above, cst.Call)
        and isinstance(above.func, cst.Attribute)
        and above.func.attr.value in {"get", "getlist"}
    ):
        holder = above.func.value
    else:
        return None
    if isinstance(holder, cst.Call):
        return None
    last = file.code(holder).rpartition(".")[2]
    return above if last == ("META" if name in _META else "headers") else None


def _carried(function: cst.FunctionDef, source: cst.CSTNode, file: PythonFile) -> set[str]:
    """The variables of a function that hold what was read, or a text that it is a part of."""
    tainted: set[str] = set()
    for node in file.walk(function.body):
        if isinstance(node, cst.Assign) and _carries(node.value, source, tainted, file):
            tainted.update(each.target.value for each in node.targets if isinstance(each.target, cst.Name))
    return tainted


def _carries(value: cst.CSTNode, source: cst.CSTNode, tainted: set[str], file: PythonFile) -> bool:
    """Whether the text of `value` has what was read in it."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if node is source or (isinstance(node, cst.Name) and node.value in tainted):
            return True
        if isinstance(node, cst.FormattedString):
            waiting += [part for part in file.string_parts(node) or () if not isinstance(part, str)]
        elif isinstance(node, cst.BinaryOperation | cst.BooleanOperation):
            waiting += [node.left, node.right]
        elif isinstance(node, cst.IfExp):
            waiting += [node.body, node.orelse]
        elif isinstance(node, cst.Subscript | cst.Await):
            waiting.append(node.value if isinstance(node, cst.Subscript) else node.expression)
        elif isinstance(node, cst.Tuple):
            waiting += [each.value for each in node.elements]
        elif isinstance(node, cst.Call):
            if isinstance(node.func, cst.Attribute) and node.func.attr.value in _KEEPS:
                waiting += [node.func.value, *(each.value for each in node.args)]
            elif _BUILDS.search(file.code(node.func)):
                waiting += [each.value for each in node.args]
    return False


def _is_compared(function: cst.FunctionDef, source: cst.CSTNode, tainted: set[str], file: PythonFile) -> bool:
    """Whether the function looks at what was read before it uses it: a comparison, or a check by its name."""
    for node in file.walk(function.body):
        values: list[cst.CSTNode] = []
        if isinstance(node, cst.Comparison):
            operators = [each.operator for each in node.comparisons]
            if any(isinstance(each, cst.In | cst.NotIn | cst.Equal | cst.NotEqual) for each in operators):
                values = [node.left, *(each.comparator for each in node.comparisons)]
        elif isinstance(node, cst.Call) and _CHECKS.search(file.code(node.func)):
            values = [each.value for each in node.args]
        elif (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value in {"endswith", "match", "fullmatch"}
        ):
            values = [node.func.value, *(each.value for each in node.args)]
        if any(_carries(value, source, tainted, file) for value in values):
            return True
    return False


def _urls(function: cst.FunctionDef, file: PythonFile) -> Iterator[cst.BaseExpression]:
    """What a function redirects to, or gives the name of a URL that somebody is sent to."""
    for node in file.walk(function.body):
        if isinstance(node, cst.Call):
            name = file.qualified_name(node.func) or ""
            if _REDIRECT.match(name):
                target = (
                    file.argument(node, 0)
                    or file.argument(node, None, "url")
                    or file.argument(node, None, "path")
                )
                location = file.argument(node, None, "location")
                yield from (each for each in (target, location) if each is not None)
        elif isinstance(node, cst.Arg) and node.keyword is not None:
            if _URL_NAME.search(node.keyword.value):
                yield node.value
        elif isinstance(node, cst.DictElement):
            if _URL_NAME.search(file.string(node.key) or ""):
                yield node.value
        elif isinstance(node, cst.Assign):
            if any(_names_url(each.target, file) for each in node.targets):
                yield node.value
        elif (
            isinstance(node, cst.Return) and node.value is not None and _MAKES_URL.search(function.name.value)
        ):
            yield node.value


def _names_url(target: cst.BaseAssignTargetExpression, file: PythonFile) -> bool:
    """Whether what is assigned to is a URL that somebody is sent to: `reset_link`, `headers["Location"]`."""
    if isinstance(target, cst.Subscript):
        keys = [each.slice.value for each in target.slice if isinstance(each.slice, cst.Index)]
        return any(_URL_NAME.search(file.string(key) or "") for key in keys)
    return _URL_NAME.search(file.code(target).rpartition(".")[2]) is not None
