"""python/cors-wildcard: CORS that lets every site in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    Severity,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.python.branches import in_development_branch, scope_name
from lintkit.python.cors import (
    AIOHTTP_CALLS,
    CORS_CALLS,
    DJANGO_ALL_SETTINGS,
    DJANGO_LIST_SETTINGS,
    FLASK,
    LITESTAR,
    CorsSetup,
    cors_setup,
    credentials_setting,
    is_setting,
    settings_trigger,
)

HEADER = Strings(("access-control-allow-origin",))
SETTINGS = settings_trigger((*DJANGO_ALL_SETTINGS, *DJANGO_LIST_SETTINGS, "CORS_ORIGINS"))

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
    equivalents=("semgrep:wildcard-cors", "sonar-python:cors", "sonar-python:settings"),
    packs=("recommended", "security", "production"),
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

flask_cors.CORS(app, resources={r"/api/*": {"origins": "*"}})  # <-- here
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
def handler(request, response):
    response.headers["Access-Control-Allow-Origin"] = "*"  # <-- here
"""
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
        good('"""Never send Access-Control-Allow-Origin: *"""\n# CORS(app)\n'),
        good("def CORS(app):\n    return app\n\n\nCORS(app)\n", note="a function of one's own"),
    ),
)

_ORIGIN_HEADER = re.compile(r"""headers(?:\[|\.get\()\s*["']origin["']|HTTP_ORIGIN""", re.IGNORECASE)
_SETTERS = frozenset(
    {"set_header", "add_header", "setdefault", "add", "set", "append", "header", "__setitem__"}
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each place that opens CORS to every origin."""
    if in_development_branch(match.node, file):
        return
    if match.trigger is HEADER:
        yield from _header(match.node, file, rule)
    elif match.trigger is SETTINGS:
        yield from _setting(match, file, rule)
    elif match.trigger is AIOHTTP_CALLS:
        yield from _aiohttp(match, file, rule)
    elif isinstance(match.node, cst.Call):
        setup = cors_setup(match.node, file)
        if setup is not None:
            yield from _call(match.node, setup, file, rule)


def _severity(credentials: bool | None) -> Severity:
    return "error" if credentials else "warning"


def _call(call: cst.Call, setup: CorsSetup, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    names = ("origins",) if setup.is_flask else ("allow_origins",)
    for name in names:
        if name in setup.options:
            node, value = setup.options[name]
            if _is_wildcard(value, file):
                yield _finding(node, f"`{name}` lets every site in", name, setup.credentials, file, rule)
            return
    if setup.is_flask and "resources" in setup.options:
        node, value = setup.options["resources"]
        resources = file.literal(value, follow=True)
        if isinstance(resources, dict) and any(_resource_is_open(entry) for entry in resources.values()):
            yield _finding(node, "`resources` lets every site in", "resources", setup.credentials, file, rule)
    elif setup.framework in FLASK and _sets_nothing(setup, file):
        name = setup.framework.rsplit(".", 1)[-1]
        yield _finding(
            call, f"`{name}` without `origins` lets every site in", name, setup.credentials, file, rule
        )
    elif setup.framework in LITESTAR:
        yield _finding(
            call,
            "`CORSConfig` without `allow_origins` lets every site in",
            "CORSConfig",
            setup.credentials,
            file,
            rule,
        )


def _sets_nothing(setup: CorsSetup, file: PythonFile) -> bool:
    """flask-cors also reads `app.config["CORS_ORIGINS"]`; a module that names it knows what it does."""
    return "CORS_ORIGINS" not in file.text and "CORS_RESOURCES" not in file.text and "**" not in setup.options


def _resource_is_open(entry: object) -> bool:
    return isinstance(entry, dict) and entry.get("origins", "") in ("*", ["*"], ("*",))


def _is_wildcard(value: cst.BaseExpression, file: PythonFile) -> bool:
    literal = file.literal(value, follow=True)
    if isinstance(literal, (list, tuple, set, frozenset)):
        return "*" in literal
    return literal == "*" if isinstance(literal, str) else False


def _setting(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    if match.value is None:
        return
    if is_setting(match, DJANGO_ALL_SETTINGS):
        opened = file.literal(match.value, follow=True) is True
    elif match.how == "subscript" and match.name == "CORS_ORIGINS":
        opened = _is_wildcard(match.value, file)
    else:
        opened = is_setting(match, DJANGO_LIST_SETTINGS) and _is_wildcard(match.value, file)
    if opened:
        yield _finding(
            match.node,
            f"`{match.name}` lets every site in",
            match.name or "",
            credentials_setting(rule.matches, file),
            file,
            rule,
        )


def _aiohttp(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    entry = file.parent(match.node)
    if (
        isinstance(match.node, cst.Call)
        and isinstance(entry, cst.DictElement)
        and file.literal(entry.key) == "*"
    ):
        options = file.keyword_arguments(match.node)
        credentials = (
            "allow_credentials" in options and file.literal(options["allow_credentials"].value) is True
        )
        yield _finding(
            entry, "the default `*` lets every site in", "ResourceOptions", credentials, file, rule
        )


def _header(node: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    if (
        not isinstance(node, cst.SimpleString)
        or str(file.literal(node)).lower() != "access-control-allow-origin"
    ):
        return
    written = _header_value(node, file)
    if written is None:
        return
    where, value = written
    credentials = "access-control-allow-credentials" in file.text.lower()
    subject = scope_name(node, file) or "Access-Control-Allow-Origin"
    if _is_wildcard(value, file):
        message = "`Access-Control-Allow-Origin: *` lets every site in"
        # A browser refuses the star together with credentials, so by hand it opens an API without cookies.
        yield _finding(where, message, subject, False, file, rule)
    elif _ORIGIN_HEADER.search(file.code(file.follow(value))) and not _is_checked(where, file):
        message = "`Access-Control-Allow-Origin` sends back whatever origin asks"
        yield _finding(where, message, subject, credentials, file, rule)


def _header_value(node: cst.CSTNode, file: PythonFile) -> tuple[cst.CSTNode, cst.BaseExpression] | None:
    """What is sent under the header's name: an entry, a subscript that is assigned, or the setter's next argument."""
    parent = file.parent(node)
    if isinstance(parent, cst.DictElement) and parent.key is node:
        return parent, parent.value
    if isinstance(parent, cst.Arg):
        call = file.parent(parent)
        if (
            isinstance(call, cst.Call)
            and isinstance(call.func, cst.Attribute)
            and call.func.attr.value in _SETTERS
        ):
            position = call.args.index(parent)
            if position + 1 < len(call.args):
                return call, call.args[position + 1].value
        return None
    if isinstance(parent, cst.Index):
        for ancestor in file.ancestors(parent):
            if isinstance(ancestor, cst.Assign):
                target = ancestor.targets[0].target
                if isinstance(target, cst.Subscript) and any(e.slice is parent for e in target.slice):
                    return ancestor, ancestor.value
            if isinstance(ancestor, cst.BaseStatement):
                return None
    return None


def _is_checked(node: cst.CSTNode, file: PythonFile) -> bool:
    """An origin that stands under an `if` has been compared with something."""
    return any(isinstance(ancestor, (cst.If, cst.IfExp)) for ancestor in file.ancestors(node))


def _finding(
    node: cst.CSTNode,
    message: str,
    subject: str,
    credentials: bool | None,
    file: PythonFile,
    rule: RuleContext,
) -> Finding:
    if credentials:
        message += ", and credentials are allowed: any page can act as the signed-in user"
    return rule.finding(file.span(node), message, subject=subject, severity=_severity(credentials))
