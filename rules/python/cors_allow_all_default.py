"""python/cors-allow-all-default: a setting that lets every site in where nothing sets it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Match,
    NamedValues,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    DJANGO_ALL_SETTINGS,
    DJANGO_LIST_SETTINGS,
    DJANGO_REGEX_SETTINGS,
    Call,
    Choice,
    Expression,
    Lambda,
    Tuple,
    is_settings_module,
    matches_every_origin,
)

_SWITCH = re.compile(
    r"(?=.*(?:cors|origin))(?=.*(?:allow|open|permit|enable))(?=.*(?:_all(?:_|$)|all_origins|any|wildcard))",
    re.I,
)
_LIST = re.compile(
    r"(?:cors|allow\w*|trusted|permitted).*origins?(?:_(?:str|list|raw|csv|env))?$|^(?:cors|origins)$", re.I
)
_REGEX = re.compile(r"origin.*(?:regex|pattern)(?:es|s)?$", re.I)
NAMES = NamedValues(("cors", "origin"), pattern="|".join(each.pattern for each in (_SWITCH, _LIST, _REGEX)))

RULE = define(
    summary="a setting opens CORS by default",
    why="""
The service that forgot the variable is the one in production. From then on every page on the internet may call the API
from a visitor's browser, and nothing fails that would tell.
""",
    remedy="Default to no origin at all; name the origins per environment.",
    severity="warning",
    kinds=("python",),
    looks_at=(NAMES,),
    tags=("security", "cors", "CWE-942", "CWE-1188"),
    equivalents=(),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import os

from pydantic import Field
from pydantic_settings import BaseSettings

ORIGINS = os.getenv("CORS_ORIGINS", "*").split(",")  # <-- here
ALL = os.environ.get("CORS_ALLOW_ALL", "true") == "true"  # <-- here
ALLOWED_ORIGINS = os.getenv("SHOP_ORIGINS") or "*"  # <-- here


class Settings(BaseSettings):
    cors_allow_all: bool = True  # <-- here
    CORS_ORIGINS: str = "*"  # <-- here
    BACKEND_CORS_ORIGINS: list[str] = ["*"]  # <-- here
    allowed_origins: list[str] = Field(default_factory=lambda: ["*"])  # <-- here
    cors_origin_regex: str = ".*"  # <-- here
"""
        ),
        bad(
            """\
import environ
from decouple import config

env = environ.Env(CORS_ALLOW_ALL_ORIGINS=(bool, True))  # <-- here
OPEN = env.bool("CORS_ALLOW_ALL", default=True)  # <-- here
ORIGINS = config("CORS_ORIGINS", default="*")  # <-- here
"""
        ),
        bad(
            {
                "config.py": "class Config:\n    CORS_ORIGINS = '*'  # <-- here\n",
                "app/config.py": "ALLOWED_ORIGINS = ['*']  # <-- here\n",
            }
        ),
        good(
            """\
import os

from pydantic_settings import BaseSettings

ORIGINS = os.getenv("CORS_ORIGINS", "").split(",")


class Settings(BaseSettings):
    cors_allow_all: bool = False
    CORS_ORIGINS: str = "https://shop.example.com"
    CORS_ALLOW_METHODS: str = "*"
    CORS_ALLOW_HEADERS: list[str] = ["*"]
    cors_allow_credentials: bool = True


class DevSettings(Settings):
    CORS_ORIGINS: str = "*"
""",
            note="named origins, methods and headers, and what developers run",
        ),
        good(
            """\
from pydantic import field_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    CORS_ORIGINS: str = "*"

    @field_validator("CORS_ORIGINS")
    def refuse_star(cls, value):
        if value == "*":
            raise ValueError("name the origins")
        return value
""",
            note="a validator",
        ),
        good(
            'def search(origin="*"):\n    original = "*"\n    cors_origins = "*"\n    return origin, original\n'
        ),
    ),
)

_ON = frozenset({"true", "1", "yes", "on"})
_ELSEWHERE = frozenset({*DJANGO_ALL_SETTINGS, *DJANGO_LIST_SETTINGS, *DJANGO_REGEX_SETTINGS})
"""Constants of these names configure django-cors-headers themselves: python/cors-wildcard judges them."""


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report settings whose default is every origin."""
    name = match.name or ""
    if match.how in {"comparison", "parameter"}:
        return
    defaults = _defaults(match.expression)
    if not any(_is_open(name, each.constant) for each in defaults):
        return
    if match.how != "environment":
        setting = defaults[0].setting
        if setting is None or setting.framework in {"flask", "lookup"} or setting.is_validated:
            return
        if (
            setting.framework == "module"
            and not setting.is_fallback
            and (name in _ELSEWHERE or not is_settings_module(file.path))
        ):
            return
    if match.code.is_for_development:
        return
    yield rule.finding(match.code.span, f"`{name}` lets every site in where nothing sets it", subject=name)


def _defaults(value: Expression) -> list[Expression]:
    if isinstance(value, Tuple) and len(value.elements) == 2:  # environ.Env(X=(bool, True))
        return [value.elements[1]]
    if isinstance(value, Choice) and value.fallback is not None:
        return [value.fallback]
    if isinstance(value, Call) and value.last_name in {"Field", "field"}:
        given, factory = value.argument(0, "default"), value.argument(None, "default_factory")
        return [given] if given is not None else [factory.value] if isinstance(factory, Lambda) else []
    return [value]


def _is_open(name: str, value: object) -> bool:
    if _REGEX.search(name):
        return isinstance(value, str) and matches_every_origin(value)
    if _LIST.search(name) and not _SWITCH.search(name):
        return value == "*" or (isinstance(value, (list, tuple, set)) and "*" in value)
    if _SWITCH.search(name):
        return value is True or (isinstance(value, str) and value.lower() in _ON)
    return False
