"""python/cors-wildcard: CORS that lets every site in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Location,
    Match,
    PythonFile,
    RuleContext,
    Severity,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    AIOHTTP_CALLS,
    CORS_CALLS,
    DJANGO_ALL_SETTINGS,
    DJANGO_LIST_SETTINGS,
    FLASK,
    HEADER,
    QUART,
    CorsSetup,
    Framework,
    code_of_test,
    cors_setup,
    credentials_setting,
    falls_back_to_wildcard,
    in_development_branch,
    is_setting,
    is_wildcard,
    last_name,
    resources,
    scope_name,
    sends_origin_back,
    sent_header,
    settings_trigger,
)

SETTINGS = settings_trigger(
    (*DJANGO_ALL_SETTINGS, *DJANGO_LIST_SETTINGS, "CORS_ORIGINS", "QUART_CORS_ALLOW_ORIGIN")
)

RULE = define(
    summary="CORS lets every site in",
    why="""
With `*` any page on the internet may call this API from a visitor's browser, also from inside the visitor's network.
With credentials allowed the frameworks send the caller's own origin back instead of `*`, so that page acts as the
signed-in user.
""",
    remedy="Name the origins that need it, from configuration per environment. "
    "An API that is public on purpose says so: `# lintkit: ignore[python/cors-wildcard] -- public, no cookies`.",
    severity="warning",
    kinds=("python",),
    looks_at=(*CORS_CALLS, AIOHTTP_CALLS, SETTINGS, HEADER),
    tags=("security", "cors", "CWE-942", "CWE-346"),
    equivalents=("semgrep:wildcard-cors", "sonar-python:cors"),
    packs=("recommended", "security", "production"),
    supersedes=("python/cors-allow-all-default",),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

ORIGINS = ["*"]
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=ORIGINS, allow_credentials=True)  # <-- here
"""
        ),
        bad(
            "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\nCORS(app)  # <-- here\n"
        ),
        bad(
            """\
import flask_cors

flask_cors.CORS(app, resources={r"/api/*": {"origins": "*", "supports_credentials": True}})  # <-- here
"""
        ),
        bad(
            "from litestar.config.cors import CORSConfig\n\ncors = CORSConfig(allow_origins=['*'])  # <-- here\n"
        ),
        bad(
            {"shop/settings.py": "CORS_ALLOW_ALL_ORIGINS = True  # <-- here\nCORS_ALLOW_CREDENTIALS = True\n"}
        ),
        bad(
            """\
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

options = {"allow_methods": ["*"]}
options["allow_origins"] = ["https://app.example.com"] + ["*"]  # <-- here
app = FastAPI(middleware=[Middleware(CORSMiddleware, **options)])
""",
            note="options that the module builds",
        ),
        bad(
            """\
from starlette.middleware.cors import CORSMiddleware

application = CORSMiddleware(application, "*".split(","))  # <-- here
""",
            note="by position",
        ),
        bad(
            """\
from flask_cors import CORS

cors = CORS()


def create_app(app):
    cors.init_app(app, supports_credentials=True)  # <-- here
    return app
""",
            note="the application comes later",
        ),
        bad(
            """\
from flask_cors import CORS, cross_origin

CORS(app, resources=r"/api/*")  # <-- here
CORS(app, resources={
    r"/public/*": {"methods": ["GET"]},  # <-- here
    r"/admin/*": {"origins": ["https://admin.example.com"]},
})


@app.get("/prices")
@cross_origin(origins="*")  # <-- here
def prices():
    return {}
"""
        ),
        bad(
            """\
from flask_cors import cross_origin


@app.get("/prices")
@cross_origin()  # <-- here
def prices():
    return {}


@app.get("/offers")
@cross_origin()
def offers():
    return {}
""",
            note="one decision for all of them, which `CORS_ORIGINS` of the application takes back",
        ),
        bad(
            """\
from sanic import Sanic

app = Sanic("shop")
app.config.CORS_ORIGINS = "*"  # <-- here
other.CORS_ORIGINS = "*"
""",
            note="Sanic Extensions",
        ),
        bad(
            "from litestar.config.cors import CORSConfig\n\ncors = CORSConfig(allow_credentials=True)  # <-- here\n",
            note="Litestar allows every origin until it is told some",
        ),
        bad(
            """\
import socketio
from quart_cors import cors

app = cors(app)  # <-- here
server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")  # <-- here
"""
        ),
        bad({"app/settings.py": 'from .base import *\n\nCORS_ORIGIN_WHITELIST = ("*",)  # <-- here\n'}),
        bad('app.config["CORS_ORIGINS"] = "*"  # <-- here\n', note="what flask-cors reads"),
        bad(
            """\
def handler(request, response):
    response.headers["Access-Control-Allow-Origin"] = "*"  # <-- here
"""
        ),
        bad(
            """\
class Handler(BaseHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Access-Control-Allow-Origin", "*")  # <-- here
        super().end_headers()


async def asgi(scope, receive, send):
    headers = [(b"content-type", b"text/plain"), (b"access-control-allow-origin", b"*")]  # <-- here
    await send({"type": "http.response.start", "status": 200, "headers": headers})
"""
        ),
        bad(
            """\
async def middleware(request, call_next):
    response = await call_next(request)
    origin = request.headers.get("origin")
    if origin is not None:
        response.headers.update({"Access-Control-Allow-Origin": origin})  # <-- here
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return response
""",
            note="to ask whether there is an origin is no check of it",
        ),
        bad(
            """\
def handler(request, response):
    response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]  # <-- here
    response.headers["Access-Control-Allow-Credentials"] = "true"
"""
        ),
        bad('HEADERS = {"Access-Control-Allow-Origin": "*"}  # <-- here\n'),
        bad(
            """\
import aiohttp_cors

cors = aiohttp_cors.setup(app, defaults={
    "*": aiohttp_cors.ResourceOptions(allow_credentials=True),  # <-- here
})
"""
        ),
        bad(
            """\
import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
sites = os.getenv("SITES")
app.add_middleware(
    CORSMiddleware,
    allow_origins=sites.split(",") if sites else ["*"],  # <-- here
    allow_credentials=True,
)
admin = FastAPI()
admin.add_middleware(
    CORSMiddleware,
    allow_origins=(os.getenv("ADMIN_SITES") or "*").split(","),  # <-- here
)
public = FastAPI()
public.add_middleware(
    CORSMiddleware,
    allow_origins=[os.getenv("SITE", "*")],  # <-- here
)
""",
            note="where nothing names another origin",
        ),
        good(
            """\
def after(response, request, config):
    if "*" in config["CORS_ORIGINS"]:
        response.headers["Access-Control-Allow-Origin"] = "*"
    elif request.headers["Origin"] in config["CORS_ORIGINS"]:
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
    return response
""",
            note="where the configuration says so",
        ),
        good(
            """\
from flask import Flask
from flask_cors import cross_origin

app = Flask(__name__)


@app.route("/.well-known/openid-configuration")
@cross_origin()
def discovery():
    return {"issuer": URL}


@app.route("/oauth/jwks.json")
def keys():
    return KEYS, 200, {"Access-Control-Allow-Origin": "*"}


async def serve(scope, receive, send):
    if scope["path"] == "/.well-known/agent.json":
        headers = {"Access-Control-Allow-Origin": "*"}
        await answer(send, card(), headers)
""",
            note="documents that every site has to be able to read",
        ),
        good(
            """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from shop.config import settings

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"] if settings.debug else settings.sites)
""",
            note="a choice for developers",
        ),
        good(
            """\
import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
match os.getenv("STAGE"):
    case "production" | "staging":
        app.add_middleware(CORSMiddleware, allow_origins=[os.environ["SITE"]])
    case _:
        app.add_middleware(CORSMiddleware, allow_origins=["*"])
""",
            note="a case for developers is a branch like an `if`",
        ),
        good(
            """\
from fastapi.middleware.cors import CORSMiddleware

app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"], allow_credentials=True)
"""
        ),
        good(
            """\
from fastapi.middleware.cors import CORSMiddleware

if settings.DEBUG:
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
""",
            note="a branch for development",
        ),
        good(
            """\
def check(response):
    origin = response.headers.get("Access-Control-Allow-Origin")
    return origin == "*"
""",
            note="the header is read, not sent",
        ),
        good(
            """\
ALLOWED = {"https://app.example.com"}


async def middleware(request, call_next):
    response = await call_next(request)
    origin = request.headers.get("origin")
    if origin in ALLOWED:
        response.headers["Access-Control-Allow-Origin"] = origin
    return response


def preflight(request, response):
    asked = request.META["HTTP_ORIGIN"]
    response["Access-Control-Allow-Origin"] = asked if asked in ALLOWED else "https://app.example.com"
""",
            note="the origin is sent back after a look at the list",
        ),
        good(
            """\
import requests

requests.get(url, headers={"Access-Control-Allow-Origin": "*"})
HEADERS = {"User-Agent": "shop", "Access-Control-Allow-Origin": "*"}
""",
            note="a header that a client sends opens nothing",
        ),
        good(
            """\
from flask_cors import CORS

cors = CORS()


def create_app(app, settings):
    cors.init_app(app, origins=settings.origins)
    CORS(app, **settings.cors)
""",
            note="the origins come from configuration",
        ),
        good({"shop/settings/dev.py": "CORS_ALLOW_ALL_ORIGINS = True\n"}, note="settings for development"),
        good('"""Never send Access-Control-Allow-Origin: *"""\n# CORS(app)\n'),
        good("def CORS(app):\n    return app\n\n\nCORS(app)\n", note="a function of one's own"),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each place that opens CORS to every origin."""
    if in_development_branch(match.node, file) or _is_of_a_public_document(match.node, file):
        return
    if match.trigger is HEADER:
        yield from _header(match.node, file, rule)
    elif match.trigger is SETTINGS:
        yield from _setting(match, file, rule)
    elif match.trigger is AIOHTTP_CALLS:
        yield from _aiohttp(match, file, rule)
    else:
        setup = cors_setup(match, file)
        if setup is not None:
            yield from _call(match.node, setup, file, rule)


_CONFIGURED_STAR = re.compile(r"""["']\*["']\s*(?:in|==)|==\s*["']\*["']""")
"""A test for the star of a configuration, which alone opens what follows."""
_PUBLIC_DOCUMENT = re.compile(
    r"\.well-known\b|/(?:jwks(?:\.json)?|nodeinfo|host-meta|robots\.txt|security\.txt|openid-configuration)\b"
)
"""Documents that every site has to be able to read: RFC 8615, RFC 7517, RFC 7033, OpenID Connect Discovery 1.0."""


def _is_of_a_public_document(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether the header goes with such a document: by the route of the function, or by a test of the path."""
    function = next((above for above in file.ancestors(node) if isinstance(above, cst.FunctionDef)), None)
    routes = (
        [code_of_test(each.decorator, file) for each in function.decorators] if function is not None else []
    )
    if any(_PUBLIC_DOCUMENT.search(route) for route in routes):
        return True
    return any(
        guard.test is not None
        and not guard.negated
        and _PUBLIC_DOCUMENT.search(code_of_test(guard.test, file))
        for guard in file.guards(node)
    )


def _call(node: cst.CSTNode, setup: CorsSetup, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    framework = setup.framework
    if setup.origins is not None:
        where, value = setup.origins
        if is_wildcard(value, file):
            message = f"`{framework.origins}` lets every site in"
            yield _finding(where, message, framework.origins, setup.credentials, file, rule)
        elif falls_back_to_wildcard(value, file):
            message = f"`{framework.origins}` lets every site in where nothing names another"
            yield _finding(where, message, framework.origins, setup.credentials, file, rule)
    elif (
        framework.open
        and setup.complete
        and "resources" not in setup.options
        and not _is_configured_elsewhere(file)
    ):
        name = _callee(node, file) or framework.name
        others: list[cst.CSTNode] = []
        if name.endswith("cross_origin"):
            first, *others = _bare_decorators(file, rule)
            if first is not node:
                return  # one decision, which the configuration of the application takes back for all of them
        also = f" here and in {len(others)} more places" if others else ""
        message = (
            f"`{name}` without `{framework.origins}` lets every site in{also}{_unless_configured(framework)}"
        )
        yield _finding(node, message, name, setup.credentials, file, rule, others[:_MOST_SHOWN])
    for entry in resources(setup, file) if framework is FLASK else ():
        if entry.origins is not None:
            listed = is_wildcard(entry.origins, file) or falls_back_to_wildcard(entry.origins, file)
        else:
            listed = setup.origins is None and setup.complete and not _is_configured_elsewhere(file)
        if listed:
            message = (
                "`resources` lets every site in"
                if entry.origins is not None
                else f"`resources` without `origins` lets every site in{_unless_configured(framework)}"
            )
            yield _finding(entry.node, message, "resources", entry.credentials, file, rule)


_MOST_SHOWN = 20


def _bare_decorators(file: PythonFile, rule: RuleContext) -> list[cst.CSTNode]:
    """All uses of `cross_origin` that name no origins, in the order of the file; found once."""
    key = ("cors-wildcard: bare", id(rule.matches))
    if key not in file.answers:
        file.answers[key] = [
            match.node
            for match in rule.matches
            if (match.name or "").endswith(".cross_origin")
            and (setup := cors_setup(match, file)) is not None
            and setup.origins is None
            and setup.complete
            and "resources" not in setup.options
            and not in_development_branch(match.node, file)
            and not _is_of_a_public_document(match.node, file)
        ]
    found: list[cst.CSTNode] = file.answers[key]
    return found


def _unless_configured(framework: Framework) -> str:
    """What else takes the default away: flask-cors and quart-cors look into the configuration of the application."""
    setting = {FLASK.name: "CORS_ORIGINS", QUART.name: "QUART_CORS_ALLOW_ORIGIN"}.get(framework.name)
    return f", unless the application's configuration has `{setting}`" if setting is not None else ""


def _callee(node: cst.CSTNode, file: PythonFile) -> str:
    return file.code(node.func) if isinstance(node, cst.Call) else ""


def _is_configured_elsewhere(file: PythonFile) -> bool:
    """flask-cors and quart-cors also read `app.config["CORS_ORIGINS"]`; a module that names it knows what it does."""
    return any(name in file.text for name in ("CORS_ORIGINS", "CORS_RESOURCES", "CORS_ALLOW_ORIGIN"))


def _setting(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    from lintkit.api.python import is_development_module

    if match.value is None or is_development_module(file.path):
        return
    if is_setting(match, DJANGO_ALL_SETTINGS):
        opened = file.literal(match.value, follow=True) is True
    elif match.name in {"CORS_ORIGINS", "QUART_CORS_ALLOW_ORIGIN"} and _is_of_an_application(match, file):
        opened = is_wildcard(match.value, file)
    else:
        opened = is_setting(match, DJANGO_LIST_SETTINGS) and is_wildcard(match.value, file)
    if opened:
        name = match.name or ""
        credentials = credentials_setting(rule.matches, file)
        if not credentials and not rule.strict and "CORS_URLS_REGEX" in file.text:
            return  # somebody chose which part of the site every page may read
        yield _finding(match.node, f"`{name}` lets every site in", name, credentials, file, rule)


def _is_of_an_application(match: Match, file: PythonFile) -> bool:
    """`app.config["CORS_ORIGINS"] = …`, and Sanic's `app.config.CORS_ORIGINS = …`."""
    target = match.name_node
    return match.how == "subscript" or (
        isinstance(target, cst.Attribute) and last_name(target.value) == "config"
    )


def _aiohttp(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    entry = file.parent(match.node)
    if (
        isinstance(match.node, cst.Call)
        and isinstance(entry, cst.DictElement)
        and file.literal(entry.key, follow=True) == "*"
    ):
        given = file.keyword_arguments(match.node).get("allow_credentials")
        credentials = given is not None and file.literal(given.value, follow=True) is True
        message = "the default `*` lets every site in"
        yield _finding(entry, message, "ResourceOptions", credentials, file, rule)


def _header(node: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    header = sent_header(node, file)
    if header is None:
        return
    subject = scope_name(node, file) or "Access-Control-Allow-Origin"
    if is_wildcard(header.value, file):
        if not rule.strict:
            return  # who writes it by hand opens this very answer, which is for everybody
        if any(
            guard.test is not None and not guard.negated and _CONFIGURED_STAR.search(file.code(guard.test))
            for guard in file.guards(header.node)
        ):
            return
        message = "`Access-Control-Allow-Origin: *` lets every site in"
        # A browser refuses the star together with credentials, so by hand it opens an API without cookies.
        yield _finding(header.node, message, subject, False, file, rule)
    elif sends_origin_back(header, file):
        message = "`Access-Control-Allow-Origin` sends back whatever origin asks"
        credentials = "access-control-allow-credentials" in file.text.lower()
        yield _finding(header.node, message, subject, credentials, file, rule)


def _finding(
    node: cst.CSTNode,
    message: str,
    subject: str,
    credentials: bool | None,
    file: PythonFile,
    rule: RuleContext,
    others: Sequence[cst.CSTNode] = (),
) -> Finding:
    if credentials:
        message += ", and credentials are allowed: any page can act as the signed-in user"
    elif credentials is False:
        message += ": any page can read what is answered without cookies"
    severity: Severity = "error" if credentials else "warning"
    related = [Location(file.span(other), "so does this one") for other in others]
    return rule.finding(file.span(node), message, subject=subject, severity=severity, related=related)
