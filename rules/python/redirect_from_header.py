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
    cst,
    define,
    good,
)
from lintkit.api.python import in_development_branch, is_limited, limits, scope_name

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
    source = match.node if match.trigger is FLASK else _header_read(match.node, file)
    if source is None or _is_trusted(match, rule, file):
        return
    if isinstance(source, cst.Name) and any(each.kind == "value" for each in file.bindings(source)):
        return  # a variable: where it was read matches by itself
    function = file.enclosing_function(source)
    if function is None or in_development_branch(source, file):
        return
    tainted = _carried(function, source, file)
    for value in _urls(function, file):
        held = next(_carries(value, source, tainted, file), None)
        if held is not None and not is_limited(held, _is_read(source, tainted), file):
            yield rule.finding(
                file.span(value),
                f"This URL takes its host from `{_named(source, file)}`, and the caller chooses that",
                subject=scope_name(value, file),
                related=[Location(file.span(source), "chosen by the caller")],
            )
            return


_FLASK_HOSTS = re.compile(r"""TRUSTED_HOSTS["']?\s*\]?\s*=(?!=)\s*(?!None\b)""")


def _is_trusted(match: Match, rule: RuleContext, file: PythonFile) -> bool:
    """Whether the framework refuses hosts that are not in a list. It compares the header `Host`, and no other."""
    if match.trigger is FLASK:
        return _FLASK_HOSTS.search(file.text) is not None
    if not isinstance(match.node, cst.SimpleString):
        return False
    if (file.string(match.node) or "").lower() not in {"host", "http_host"}:
        return False
    return any(each.trigger is TRUSTED_HOSTS and _names_hosts(each.node, file) for each in rule.matches)


def _names_hosts(middleware: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a middleware is given hosts; without them, and with `*`, it lets every host pass."""
    for call in file.ancestors(middleware):
        if isinstance(call, cst.Call):
            hosts = file.argument(call, None, "allowed_hosts")
            if hosts is None:
                return file.has_unknown_arguments(call)
            named = file.literal(hosts, follow=True)
            return named is not None and not (isinstance(named, list | tuple | set) and "*" in named)
        if isinstance(call, cst.BaseStatement):
            break
    return False


def _is_read(source: cst.CSTNode, tainted: set[str]) -> Callable[[cst.CSTNode], bool]:
    """Whether a node is what was read, or a variable that holds it."""
    return lambda node: node is source or (isinstance(node, cst.Name) and node.value in tainted)


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
        if isinstance(node, cst.Assign):
            held = next(_carries(node.value, source, tainted, file), None)
            if held is not None and not is_limited(held, _is_read(source, tainted), file):
                tainted.update(
                    each.target.value for each in node.targets if isinstance(each.target, cst.Name)
                )
    return tainted


def _carries(
    value: cst.CSTNode, source: cst.CSTNode, tainted: set[str], file: PythonFile
) -> Iterator[cst.CSTNode]:
    """The parts of the text of `value` that are what was read."""
    is_read = _is_read(source, tainted)
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if is_read(node):
            yield node
        elif isinstance(node, cst.FormattedString):
            waiting += [part for part in file.string_parts(node) or () if not isinstance(part, str)]
        elif isinstance(node, cst.BinaryOperation | cst.BooleanOperation):
            waiting += [node.left, node.right]
        elif isinstance(node, cst.IfExp):
            if not limits(node.test, is_read, file):
                waiting.append(node.body)
            if not limits(node.test, is_read, file, negated=True):
                waiting.append(node.orelse)
        elif isinstance(node, cst.Subscript | cst.Await):
            waiting.append(node.value if isinstance(node, cst.Subscript) else node.expression)
        elif isinstance(node, cst.Tuple):
            waiting += [each.value for each in node.elements]
        elif isinstance(node, cst.Call):
            if isinstance(node.func, cst.Attribute) and node.func.attr.value in _KEEPS:
                waiting += [node.func.value, *(each.value for each in node.args)]
            elif _BUILDS.search(file.code(node.func)):
                waiting += [each.value for each in node.args]


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
