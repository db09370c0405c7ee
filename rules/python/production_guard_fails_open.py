"""python/production-guard-fails-open: checks for production that are off unless a variable says production."""

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
    RuleContext,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import Setting, assigned_name, is_checked, last_name, setting_at

_DEVELOPMENT = frozenset({"development", "dev", "local", "develop", "debug", "localhost"})
_PRODUCTION = frozenset({"production", "prod", "live", "prd"})

VALUES = Strings(
    tuple(quote + word + quote for word in sorted(_DEVELOPMENT | _PRODUCTION) for quote in "\"'")
)

RULE = define(
    summary="guards for production are off unless one variable is set",
    why="""
The checks that refuse default passwords, debug modes and missing databases run when the environment is called
production, and its default is development. The deployment that forgets this one variable has none of them, and says
so nowhere.
""",
    remedy="Default to production, or give the variable no default; let developers opt out.",
    severity="warning",
    kinds=("python",),
    looks_at=(VALUES,),
    tags=("configuration", "security", "CWE-636", "CWE-1188"),
    equivalents=(),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
from pydantic import model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    ENVIRONMENT: str = "development"  # <-- here
    SECRET_KEY: str = "change-me"

    @model_validator(mode="after")
    def refuse_defaults(self):
        if self.ENVIRONMENT.lower() == "production" and self.SECRET_KEY == "change-me":
            raise ValueError("set SECRET_KEY")
        return self
"""
        ),
        bad(
            """\
import os
import sys

APP_ENV = os.getenv("APP_ENV", "dev")  # <-- here
IS_PRODUCTION = APP_ENV in ("prod", "production")

if IS_PRODUCTION:
    if not os.getenv("DATABASE_URL"):
        sys.exit("set DATABASE_URL")
""",
            note="through a constant",
        ),
        bad(
            """\
from typing import Literal

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    ENVIRONMENT: Literal["local", "staging", "production"] = "local"  # <-- here

    def refuse(self, value):
        if value == "changethis":
            if self.ENVIRONMENT == "local":
                print("warning")
            else:
                raise ValueError("changethis")
""",
            note="the same, asked the other way round",
        ),
        bad(
            """\
import os

ENV = os.environ.get("ENV") or "local"  # <-- here


def login(response):
    response.set_cookie("session", token(), secure=ENV == "production")
""",
            note="a cookie that is safe in production only",
        ),
        bad(
            """\
import os

ENVIRONMENT = os.getenv("ENVIRONMENT", "development")  # <-- here


def check(secret):
    match ENVIRONMENT:
        case "production" | "staging":
            if secret == "change-me":
                raise RuntimeError("set SECRET_KEY")
        case _:
            pass
""",
            note="a guard by match",
        ),
        good(
            """\
import os

ENVIRONMENT = os.getenv("ENVIRONMENT", "production")
if ENVIRONMENT == "production" and not os.getenv("SECRET_KEY"):
    raise RuntimeError("set SECRET_KEY")
APP_ENV = os.environ["APP_ENV"]
if APP_ENV == "production" and not os.getenv("DATABASE_URL"):
    raise RuntimeError("set DATABASE_URL")
""",
            note="closed by default, or required",
        ),
        good(
            """\
import os

ENVIRONMENT = os.getenv("ENVIRONMENT", "development")
if ENVIRONMENT == "production":
    sentry_sdk.init()
level = "INFO" if ENVIRONMENT == "production" else "DEBUG"
""",
            note="no guard hangs on it",
        ),
        good(
            """\
def start(env="development"):
    if env == "production" and not ready():
        raise RuntimeError
""",
            note="a parameter",
        ),
    ),
)

_NAME = re.compile(
    r"(?:^|_)(?:env|environment|app_env|stage|deployment|deploy_env|run_mode|mode)$", re.IGNORECASE
)
_SECURES = re.compile(
    r"^(?:secure|https_only|httponly|ssl\w*|verify\w*|session_cookie_secure|enforce\w*|require\w*)$", re.I
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report an environment that defaults to development in a file whose guards ask for production."""
    default = match.node
    if not isinstance(default, cst.SimpleString):
        return
    setting = _setting(default, file)
    if setting is None:
        return
    names = {setting.name, assigned_name(default, file)} - {""}
    if not any(_NAME.search(name) for name in names):
        return
    guards = [each.node for each in rule.matches if _guards(each.node, names, file)]
    if guards:
        yield rule.finding(
            file.span(default),
            f"`{setting.name}` defaults to {file.literal(default)}, and the guards for production hang on it",
            subject=setting.name,
            related=[Location(file.span(guard), "a guard that is off then") for guard in guards[:3]],
        )


def _setting(node: cst.SimpleString, file: PythonFile) -> Setting | None:
    """The setting that falls back to a literal that calls the environment one of development."""
    text = file.literal(node)
    if not isinstance(text, str) or text.lower() not in _DEVELOPMENT:
        return None
    setting = setting_at(node, file)
    if setting is None or (setting.framework in {"module", "class", "flask"} and not setting.is_fallback):
        return None
    return setting


def _guards(node: cst.CSTNode, names: set[str], file: PythonFile) -> bool:
    """Whether the string stands in a comparison with one of `names` on which a guard hangs."""
    text = file.literal(node) if isinstance(node, cst.SimpleString) else None
    if not isinstance(text, str) or text.lower() not in _PRODUCTION | _DEVELOPMENT:
        return False
    case = next((a for a in file.ancestors(node) if isinstance(a, cst.MatchCase)), None)
    if case is not None and case.pattern in (node, *file.ancestors(node)):
        return _case_stops(case, text.lower() in _PRODUCTION, names, file)
    comparison = next((a for a in file.ancestors(node) if isinstance(a, cst.Comparison)), None)
    if comparison is None or not _speaks_of(comparison, names, file):
        return False
    operator = comparison.comparisons[0].operator
    asks_production = (text.lower() in _PRODUCTION) is isinstance(operator, (cst.Equal, cst.In))
    return _hangs_on(comparison, asks_production, file, 0)


def _case_stops(case: cst.MatchCase, production: bool, names: set[str], file: PythonFile) -> bool:
    """`match settings.environment: case "production": …` with a check in the case that production takes."""
    statement = file.parent(case)
    return (
        production
        and isinstance(statement, cst.Match)
        and _speaks_of(statement.subject, names, file)
        and _stops(case.body, file)
    )


def _speaks_of(comparison: cst.BaseExpression, names: set[str], file: PythonFile) -> bool:
    return any(
        isinstance(each, (cst.Name, cst.Attribute)) and last_name(each) in names
        for each in file.walk(comparison)
    )


def _hangs_on(node: cst.CSTNode, positive: bool, file: PythonFile, depth: int) -> bool:
    """Whether a guard hangs on a test: a branch that stops, or an option that makes something safe."""
    child = node
    for above in file.ancestors(node):
        if isinstance(
            above, (cst.BooleanOperation, cst.Comparison, cst.ComparisonTarget, cst.Element, cst.Tuple)
        ):
            pass
        elif isinstance(above, cst.UnaryOperation):
            positive = not positive
        elif isinstance(above, cst.If):
            if child is not above.test:
                return False
            branch = above.body if positive else above.orelse
            return branch is not None and _stops(branch, file)
        elif isinstance(above, cst.Arg):
            return bool(above.keyword is not None and positive and _SECURES.search(above.keyword.value))
        elif isinstance(above, (cst.Assign, cst.AnnAssign)):
            name = assigned_name(above, file)
            return bool(
                positive and name and (_SECURES.search(name) or is_checked(name, file) or _tested(name, file))
            )
        elif isinstance(above, cst.Return):
            function = file.enclosing_function(above)
            return bool(positive and function is not None and is_checked(function.name.value, file))
        else:
            return False
        child = above
    return False


def _tested(name: str, file: PythonFile) -> bool:
    """Whether a branch under `if NAME:` stops, however deep in it."""
    for statement in file.statements():
        for node in file.walk(statement):
            if isinstance(node, cst.If) and last_name(node.test) == name:
                return _stops(node.body, file)
    return False


def _stops(branch: cst.CSTNode, file: PythonFile) -> bool:
    for node in file.walk(branch):
        if isinstance(node, (cst.Raise, cst.Assert)):
            return True
        if isinstance(node, cst.Call) and file.qualified_name(node.func) in {
            "sys.exit",
            "exit",
            "os._exit",
            "quit",
        }:
            return True
    return False
