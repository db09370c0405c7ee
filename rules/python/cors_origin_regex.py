"""python/cors-origin-regex: CORS that decides by a pattern which sites may call."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Match, PythonFile, RuleContext, bad, cst, define, good
from lintkit.python.cors import (
    CORS_CALLS,
    DJANGO_REGEX_SETTINGS,
    cors_setup,
    credentials_setting,
    is_setting,
    matches_every_origin,
    settings_trigger,
)

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
    looks_at=(*CORS_CALLS, settings_trigger(DJANGO_REGEX_SETTINGS)),
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
    if match.how is not None:
        if match.value is not None and is_setting(match, DJANGO_REGEX_SETTINGS):
            patterns = _patterns(match.value, file)
            if patterns:
                credentials = credentials_setting(rule.matches, file)
                yield _finding(match.node, patterns, credentials, match.name or "", file, rule)
        return
    setup = cors_setup(match.node, file) if isinstance(match.node, cst.Call) else None
    if setup is None:
        return
    if "allow_origin_regex" in setup.options:
        node, value = setup.options["allow_origin_regex"]
        patterns = _patterns(value, file)
        if patterns:
            yield _finding(node, patterns, setup.credentials, "allow_origin_regex", file, rule)
    if setup.is_flask and "origins" in setup.options:
        node, value = setup.options["origins"]
        patterns = [text for text in _patterns(value, file) if text != "*" and _is_flask_pattern(text)]
        if patterns:
            yield _finding(node, patterns, setup.credentials, "origins", file, rule)


def _patterns(value: cst.BaseExpression, file: PythonFile) -> list[str]:
    """The patterns that are written out in `value`: a string, `re.compile(...)`, or a list of them."""
    value = file.follow(value)
    if isinstance(value, (cst.List, cst.Tuple, cst.Set)):
        return [text for element in value.elements for text in _patterns(element.value, file)]
    if isinstance(value, cst.Call) and file.qualified_name(value.func) == "re.compile" and value.args:
        return _patterns(value.args[0].value, file)
    literal = file.literal(value, follow=True)
    if isinstance(literal, str):
        return [literal] if literal else []
    if isinstance(value, cst.FormattedString):
        return [file.code(value)]
    return []


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
) -> Finding:
    everything = any(map(matches_every_origin, patterns))
    if everything and credentials:
        message = f"`{subject}` matches every site, and credentials are allowed: any page can act as the signed-in user"
    elif everything:
        message = f"`{subject}` matches every site"
    elif credentials:
        message = f"`{subject}` lets sites in by a pattern, and credentials are allowed"
    else:
        message = f"`{subject}` lets sites in by a pattern"
    return rule.finding(file.span(node), message, subject=subject)
