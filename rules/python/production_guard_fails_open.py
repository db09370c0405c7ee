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
    define,
    good,
)
from lintkit.api.python import (
    Argument,
    Assert,
    Assignment,
    Attribute,
    Call,
    Case,
    Choice,
    Code,
    Comparison,
    Conditional,
    Expression,
    If,
    MatchStatement,
    Module,
    Name,
    Negation,
    Raise,
    Return,
    Setting,
    String,
    Tuple,
)
from lintkit.api.words import PRODUCTION_NAMES

_DEVELOPMENT = frozenset({"development", "dev", "local", "develop", "debug", "localhost"})

VALUES = Strings(
    tuple(quote + word + quote for word in sorted(_DEVELOPMENT | PRODUCTION_NAMES) for quote in "\"'")
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
    default = match.expression
    setting = _setting(default)
    if setting is None:
        return
    statement = next(default.around(Assignment), None)
    names = {setting.name, statement.name if statement is not None else ""} - {""}
    if not any(_NAME.search(name) for name in names):
        return
    guards = [each.expression for each in rule.matches if _guards(each.expression, names)]
    if guards:
        yield rule.finding(
            default.span,
            f"`{setting.name}` defaults to {default.literal}, and the guards for production hang on it",
            subject=setting.name,
            related=[Location(guard.span, "a guard that is off then") for guard in guards[:3]],
        )


def _setting(value: Expression) -> Setting | None:
    """The setting that falls back to a literal that calls the environment one of development."""
    text = value.literal
    if not isinstance(value, String) or not isinstance(text, str) or text.lower() not in _DEVELOPMENT:
        return None
    setting = value.setting
    if setting is None or (setting.framework in {"module", "class", "flask"} and not setting.is_fallback):
        return None
    return setting


def _guards(value: Expression, names: set[str]) -> bool:
    """Whether the string stands in a comparison with one of `names` on which a guard hangs."""
    text = value.literal
    if not isinstance(text, str) or text.lower() not in PRODUCTION_NAMES | _DEVELOPMENT:
        return False
    production = text.lower() in PRODUCTION_NAMES
    case = next(value.around(Case), None)
    if case is not None and case.pattern in (value, *value.around(Code)):
        statement = case.parent  # `match settings.environment: case "production": …` with a check in the case
        return (
            production
            and isinstance(statement, MatchStatement)
            and _speaks_of(statement.subject, names)
            and _stops(case.body)
        )
    comparison = next(value.around(Comparison), None)
    if comparison is None or not _speaks_of(comparison, names):
        return False
    return _hangs_on(comparison, production is comparison.is_positive)


def _speaks_of(comparison: Expression, names: set[str]) -> bool:
    return any(each.last_name in names for each in comparison.below(Name, Attribute))


def _hangs_on(test: Expression, positive: bool) -> bool:
    """Whether a guard hangs on a test: a branch that stops, or an option that makes something safe."""
    child: Code = test
    for above in test.around(Code):
        if isinstance(above, If):
            branch = above.body if positive else above.orelse
            return child == above.test and branch is not None and _stops(branch)
        if isinstance(above, Argument):
            return positive and _SECURES.search(above.name) is not None
        if isinstance(above, Assignment):
            name, module = above.name, above.module
            return bool(
                positive and name and (_SECURES.search(name) or module.checks(name) or _tested(name, module))
            )
        if isinstance(above, Return):
            return positive and above.function is not None and above.module.checks(above.function.name)
        if isinstance(above, Negation):
            positive = not positive
        elif isinstance(above, Conditional) or not isinstance(above, Choice | Comparison | Tuple):
            return False
        child = above
    return False


def _tested(name: str, module: Module) -> bool:
    """Whether a branch under `if NAME:` stops, however deep in it."""
    first = next((each for each in module.below(If) if each.test.last_name == name), None)
    return first is not None and _stops(first.body)


def _stops(branch: Code) -> bool:
    return any(
        not isinstance(each, Call) or each.name in {"sys.exit", "exit", "os._exit", "quit"}
        for each in branch.below(Raise, Assert, Call)
    )
