"""python/cors-origin-regex: CORS that decides by a pattern which sites may call."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Match, PythonFile, RuleContext, bad, cst, define, good
from lintkit.api.python import (
    CORS_CALLS,
    DJANGO_REGEX_SETTINGS,
    QUART,
    STARLETTE,
    CorsSetup,
    cors_setup,
    credentials_setting,
    is_setting,
    matches_every_origin,
    resources,
    settings_trigger,
    weakness,
)

SETTINGS = settings_trigger(DJANGO_REGEX_SETTINGS)
_DEEPEST = 20

RULE = define(
    summary="CORS lets sites in by a regular expression",
    why="""
A pattern that is meant for one's own subdomains usually matches more: an unescaped dot, a missing end, or `.*` lets
a stranger's site in. With credentials allowed, that site reads and changes a signed-in user's data from their own
browser. Starlette refuses `"*"` together with credentials; a pattern walks around that refusal.
""",
    remedy='List the origins: `allow_origins=["https://app.example.com"]`, read from configuration per environment.',
    severity="error",
    kinds=("python",),
    looks_at=(*CORS_CALLS, SETTINGS),
    tags=("security", "cors", "CWE-942", "CWE-346"),
    equivalents=("semgrep:wildcard-cors", "sonar-python:cors"),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origin_regex=r"https?://.*",  # <-- here
    allow_credentials=True,
)
"""
        ),
        bad(
            """\
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware as Cors

PATTERN = r"https://.*.example.com"
options = {"allow_origin_regex": PATTERN}  # <-- here
middleware = [Middleware(Cors, **options)]
"""
        ),
        bad(
            """\
from litestar.config.cors import CORSConfig

cors = CORSConfig(allow_origin_regex="https://.+")  # <-- here
"""
        ),
        bad(
            """\
from flask import Flask
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=[r"^https://.*$"], supports_credentials=True)  # <-- here
"""
        ),
        bad(
            {
                "project/settings.py": 'CORS_ALLOWED_ORIGIN_REGEXES = [r"^https://\\w+\\.example\\.com$"]  # <-- here\n'
            }
        ),
        bad(
            """\
from flask_cors import CORS

CORS(app, resources={r"/api/*": {"origins": r"https://.*\\.example\\.com"}})  # <-- here
"""
        ),
        bad(
            """\
import os
import re

from starlette.middleware.cors import CORSMiddleware
from quart_cors import cors

app.add_middleware(CORSMiddleware, allow_origin_regex=os.getenv("ORIGINS", ".*") or None)  # <-- here
cors(quart, allow_origin=[re.compile(r"https://[a-z]+\\.example\\.com$")])  # <-- here
""",
            note="the fallback of a setting, and a pattern that is compiled",
        ),
        bad(
            {
                "shop/settings.py": """\
import re

DOMAIN = "example.com"
CORS_ORIGIN_REGEX_WHITELIST = (re.compile(rf"^https://\\w+.{DOMAIN}"),)  # <-- here
CORS_ALLOW_CREDENTIALS = True
"""
            }
        ),
        good(
            """\
from fastapi.middleware.cors import CORSMiddleware

def install(app, origins):
    app.add_middleware(CORSMiddleware, allow_origin_regex=None, allow_origins=origins)
""",
            note="`None` switches the pattern off",
        ),
        good(
            '''\
"""Do not use allow_origin_regex="https?://.*" with CORSMiddleware."""
# CORSMiddleware(app, allow_origin_regex=".*")
''',
            note="the word in a comment or a string",
        ),
        good(
            """\
from flask_cors import CORS

CORS(app, origins=["https://app.example.com", "*"], resources={r"/api/*": {}})
""",
            note="the paths of resources are patterns, their origins are not; the star is python/cors-wildcard",
        ),
        good(
            """\
class CORSMiddleware:
    def __init__(self, allow_origin_regex: str) -> None:
        self.pattern = allow_origin_regex

CORSMiddleware(allow_origin_regex=".*")
""",
            note="a class of one's own that has the same name",
        ),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each origin pattern of a CORS call or of Django's settings."""
    if match.trigger is SETTINGS:
        if match.value is not None and is_setting(match, DJANGO_REGEX_SETTINGS):
            patterns = _patterns(match.value, file)
            if patterns:
                credentials = credentials_setting(rule.matches, file)
                yield _finding(match.node, patterns, credentials, match.name or "", file, rule)
        return
    setup = cors_setup(match, file)
    if setup is None:
        return
    if "allow_origin_regex" in setup.options:
        node, value = setup.options["allow_origin_regex"]
        patterns = _patterns(value, file)
        if patterns:
            whole = setup.framework is STARLETTE
            yield _finding(node, patterns, setup.credentials, "allow_origin_regex", file, rule, whole=whole)
    if setup.framework is QUART and setup.origins is not None:
        node, value = setup.origins
        patterns = [text for text in _patterns(value, file, compiled=True) if text]
        if patterns:
            yield _finding(node, patterns, setup.credentials, QUART.origins, file, rule)
    if setup.framework.regex:
        yield from _flask(setup, file, rule)


def _flask(setup: CorsSetup, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """flask-cors takes a string for a pattern when it looks like one, for the application or for one resource."""
    written = []
    if setup.origins is not None:
        written.append((*setup.origins, setup.credentials))
    written.extend(
        (entry.node, entry.origins, entry.credentials)
        for entry in resources(setup, file)
        if entry.origins is not None
    )
    for node, value, credentials in written:
        patterns = [text for text in _patterns(value, file) if text != "*" and _is_flask_pattern(text)]
        if patterns:
            yield _finding(node, patterns, credentials, "origins", file, rule)


def _patterns(
    value: cst.BaseExpression, file: PythonFile, *, compiled: bool = False, depth: int = 0
) -> list[str]:
    """The patterns that are written out in `value`: a string, `re.compile(...)`, a list of them, or a fallback.

    compiled  only those that `re.compile` makes
    """
    from lintkit.api.python import environment_read

    value = file.follow(value)
    if depth > _DEEPEST:
        return []
    inside: list[cst.BaseExpression] = []
    if isinstance(value, (cst.List, cst.Tuple, cst.Set)):
        inside = [element.value for element in value.elements]
    elif isinstance(value, cst.BooleanOperation):
        inside = [value.left, value.right]
    elif isinstance(value, cst.IfExp):
        inside = [value.body, value.orelse]
    elif isinstance(value, cst.Call):
        if value.args and file.qualified_name(value.func) in {"re.compile", "regex.compile"}:
            return _patterns(value.args[0].value, file, depth=depth + 1)
        read = environment_read(value, file)
        inside = [read.default] if read is not None and read.default is not None else []
    if inside:
        return [text for each in inside for text in _patterns(each, file, compiled=compiled, depth=depth + 1)]
    if compiled:
        return []
    parts = file.string_parts(value, follow=True)
    if parts is None:
        return []
    text = "".join(part if isinstance(part, str) else "{}" for part in parts)
    return [text] if text else []


def _is_flask_pattern(text: str) -> bool:
    """As flask-cors decides it: any character that is special in a regular expression."""
    return any(character in text for character in "*\\]?$^[()")


def _finding(
    node: cst.CSTNode,
    patterns: list[str],
    credentials: bool | None,
    subject: str,
    file: PythonFile,
    rule: RuleContext,
    *,
    whole: bool = False,
) -> Finding:
    if any(map(matches_every_origin, patterns)):
        message = f"`{subject}` matches every site"
        if credentials:
            message += ", and credentials are allowed: any page can act as the signed-in user"
        return rule.finding(file.span(node), message, subject=subject)
    weak = next(filter(None, (weakness(pattern, whole=whole) for pattern in patterns)), "")
    message = f"`{subject}` lets sites in by a pattern"
    if credentials:
        message += ", with credentials"
    if weak:
        return rule.finding(file.span(node), f"{message}: {weak}", subject=subject)
    # A pattern without a known gap still speaks for hosts that nobody looks after.
    message += ": one forgotten host that fits it is enough"
    return rule.finding(file.span(node), message, subject=subject, severity="warning")
