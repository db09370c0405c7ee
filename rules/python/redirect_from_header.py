"""python/redirect-from-header: the host of a redirect or callback is what the request says it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

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
    define,
    good,
)
from lintkit.api.python import (
    Argument,
    Assignment,
    Await,
    Call,
    Choice,
    Code,
    Conditional,
    Entry,
    Expression,
    FormattedString,
    Function,
    Name,
    Operation,
    Return,
    String,
    Subscript,
    Tuple,
)

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
TRUSTED_HOSTS = References(
    (
        "fastapi.middleware.trustedhost.TrustedHostMiddleware",
        "starlette.middleware.trustedhost.TrustedHostMiddleware",
    )
)

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
    looks_at=(HEADERS, FLASK, TRUSTED_HOSTS),
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
        bad(
            """\
@app.get("/login")
async def login(request):
    host = request.headers["host"]
    scheme = "http" if "localhost" in host or not host else "https"
    if host not in ALLOWED_HOSTS:
        log.warning("an unknown host: %s", host)
    redirect_url = f"{scheme}://{host}/callback"  # <-- here
    return redirect_url


@app.get("/logout")
async def logout(request):
    host = request.headers["x-forwarded-host"]
    if host and host != "" and host.endswith("shop.example.com"):
        return {"location": f"https://{host}/bye"}  # <-- here


@app.get("/reset")
async def reset(request):
    host = request.headers["host"]
    try:
        validate_host(host)
    except ValueError:
        log.warning("an unknown host: %s", host)
    is_known(host)
    reset_link = f"https://{host}/reset"  # <-- here
    return await mail(reset_link)
""",
            note="questions that nearly every host passes, and checks that stop nobody",
        ),
        bad(
            """\
from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import RedirectResponse

app = FastAPI()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["*"])


@app.get("/login")
async def login(request):
    return RedirectResponse("https://" + request.headers["host"] + "/sso")  # <-- here
""",
            note="a middleware that lets every host pass",
        ),
        bad(
            """\
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import RedirectResponse

app.add_middleware(TrustedHostMiddleware, allowed_hosts=["shop.example.com"])


@app.get("/login")
async def login(request):
    return RedirectResponse("https://" + request.headers["x-forwarded-host"] + "/sso")  # <-- here
""",
            note="the middleware compares `Host`, not what a proxy says",
        ),
        good(
            """\
from flask import Flask, redirect, request

app = Flask(__name__)


@app.get("/login")
def login():
    host = request.host
    if host not in HOSTS:
        return "unknown host", 400
    return redirect(f"https://{host}/callback")
""",
            note="other hosts are refused before",
        ),
        good(
            """\
from fastapi.responses import RedirectResponse


@app.get("/login")
async def login(request):
    host = request.headers["host"]
    if host not in ALLOWED_HOSTS:
        host = "shop.example.com"
    return RedirectResponse(f"https://{host}/sso")


@app.get("/logout")
async def logout(request):
    asked = request.headers["host"]
    known = asked.endswith(".shop.example.com")
    host = asked if known else "shop.example.com"
    return RedirectResponse(f"https://{host}/bye")


@app.get("/reset")
async def reset(request):
    origin = request.headers["origin"]
    validate_origin(origin)
    return {"reset_url": f"{origin}/reset"}


@app.get("/invite")
async def invite(request):
    origin = request.headers.get("origin")
    if not any(fnmatch(origin, pattern) for pattern in settings.origins):
        return {"reset_url": f"{settings.url}/invite"}
    return {"reset_url": f"{origin}/invite"}


@app.get("/verify")
async def verify(request):
    host = request.headers["host"]
    try:
        ensure_known(host)
    except ValueError:
        return {}
    return {"verify_url": f"https://{host}/verify"}
""",
            note="another host is refused, or replaced by one's own",
        ),
        good(
            """\
from flask import Flask, redirect, request

app = Flask(__name__)
app.config["TRUSTED_HOSTS"] = ["shop.example.com"]


@app.route("/login")
def login():
    return redirect(request.host_url + "login")
""",
            note="Flask compares the host",
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


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report the first redirect or callback URL that a header of the request flows into."""
    if match.trigger is TRUSTED_HOSTS:
        return
    source = match.expression if match.trigger is FLASK else _header_read(match.expression)
    if source is None or _is_trusted(match, rule):
        return
    if isinstance(source, Name) and source.is_assigned:
        return  # a variable: where it was read matches by itself
    function = source.function
    if function is None or source.in_development_branch:
        return
    tainted = _carried(function, source)
    for value in _urls(function):
        held = next(_carries(value, source, tainted), None)
        if held is not None and not held.is_limited(_is_read(source, tainted)):
            yield rule.finding(
                value.span,
                f"This URL takes its host from `{_named(source)}`, and the caller chooses that",
                subject=value.scope,
                related=[Location(source.span, "chosen by the caller")],
            )
            return


_FLASK_HOSTS = re.compile(r"""TRUSTED_HOSTS["']?\s*\]?\s*=(?!=)\s*(?!None\b)""")


def _is_trusted(match: Match, rule: RuleContext) -> bool:
    """Whether the framework refuses hosts that are not in a list. It compares the header `Host`, and no other."""
    if match.trigger is FLASK:
        return _FLASK_HOSTS.search(match.code.module.text) is not None
    if str(match.expression.literal).lower() not in {"host", "http_host"}:
        return False
    return any(each.trigger is TRUSTED_HOSTS and _names_hosts(each.code) for each in rule.matches)


def _names_hosts(middleware: Code) -> bool:
    """Whether a middleware is given hosts; without them, and with `*`, it lets every host pass."""
    call = next(middleware.around(Call), None)
    hosts = call.argument(None, "allowed_hosts") if call is not None else None
    if hosts is None:
        return call is not None and not call.arguments.whole
    named = hosts.constant
    return named is not None and not (isinstance(named, list | tuple | set) and "*" in named)


def _is_read(source: Expression, tainted: set[str]) -> Callable[[Code], bool]:
    """Whether code is what was read, or a variable that holds it."""
    return lambda code: code == source or (isinstance(code, Name) and code.text in tainted)


def _named(source: Expression) -> str:
    return source.text if len(source.text) <= 60 and "\n" not in source.text else "a header"


def _header_read(literal: Expression) -> Expression | None:
    """What reads a header by the name `literal`: `request.headers["host"]`, `request.META.get("HTTP_HOST")`."""
    name = literal.literal if isinstance(literal, String) else ""
    if not isinstance(name, str) or (name.lower() not in _NAMES and name not in _META):
        return None
    read = next(literal.around(Expression), None)
    holder: Expression | None = None
    if isinstance(read, Subscript):
        holder = read.of
    elif isinstance(read, Call) and read.method in {"get", "getlist"}:
        holder = read.receiver
    if holder is None or isinstance(holder, Call) or not isinstance(read, Expression):
        return None
    return read if holder.text.rpartition(".")[2] == ("META" if name in _META else "headers") else None


def _carried(function: Function, source: Expression) -> set[str]:
    """The variables of a function that hold what was read, or a text that it is a part of."""
    tainted: set[str] = set()
    for each in function.body.below(Assignment):
        if each.value is not None and not each.is_annotated:
            held = next(_carries(each.value, source, tainted), None)
            if held is not None and not held.is_limited(_is_read(source, tainted)):
                tainted.update(target.text for target in each.targets if isinstance(target, Name))
    return tainted


def _carries(value: Expression, source: Expression, tainted: set[str]) -> Iterator[Expression]:
    """The parts of the text of `value` that are what was read."""
    is_read = _is_read(source, tainted)
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if is_read(each):
            yield each
        elif isinstance(each, Conditional):
            body, orelse = each.options
            waiting += [] if each.test.limits(is_read) else [body]
            waiting += [] if each.test.limits(is_read, negated=True) else [orelse]
        elif isinstance(each, FormattedString | Operation | Choice | Await | Tuple):
            waiting += each.operands
        elif isinstance(each, Subscript):
            waiting.append(each.of)
        elif isinstance(each, Call):
            if each.receiver is not None and each.method in _KEEPS:
                waiting += [each.receiver, *each.written]
            elif _BUILDS.search(each.callee.text):
                waiting += each.written


def _urls(function: Function) -> Iterator[Expression]:
    """What a function redirects to, or gives the name of a URL that somebody is sent to."""
    for each in function.body.below(Call, Argument, Entry, Assignment, Return):
        if isinstance(each, Call):
            if _REDIRECT.match(each.name or ""):
                target = each.argument(0, "url") or each.argument(None, "path")
                yield from filter(None, (target, each.argument(None, "location")))
        elif isinstance(each, Argument):
            if _URL_NAME.search(each.name):
                yield each.value
        elif isinstance(each, Entry):
            if isinstance(each.key.literal, str) and _URL_NAME.search(each.key.literal):
                yield each.value
        elif isinstance(each, Assignment):
            if each.value is not None and not each.is_annotated and any(map(_names_url, each.targets)):
                yield each.value
        elif isinstance(each, Return) and each.value is not None and _MAKES_URL.search(function.name):
            yield each.value


def _names_url(target: Expression) -> bool:
    """Whether what is assigned to is a URL that somebody is sent to: `reset_link`, `headers["Location"]`."""
    if isinstance(target, Subscript):
        key = target.key.literal if target.key is not None else None
        return isinstance(key, str) and _URL_NAME.search(key) is not None
    return _URL_NAME.search(target.text.rpartition(".")[2]) is not None
