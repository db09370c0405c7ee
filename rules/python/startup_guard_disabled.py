"""python/startup-guard-disabled: a default that lets the service start without what it stores its data in."""

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
from lintkit.api.python import Tuple, is_settings_module

_STORE = (
    r"(?:db|database|datastore|postgres\w*|mysql|mariadb|mongo\w*|redis|valkey|neo4j|sql|cassandra|elastic\w*|opensearch"
    r"|kafka|rabbit\w*|broker|queue|vector(?:_?(?:db|store))?|qdrant|milvus|clickhouse|dynamo\w*|store|backend)"
)

NAMES = NamedValues(
    ("without", "skip", "ignore", "bypass", "disable", "optional", "tolerate", "allow_missing"),
    pattern=rf"(?:without|skip|ignore|bypass|disable|tolerate|missing).*{_STORE}|{_STORE}_?optional",
)

RULE = define(
    summary="a default lets the service start without its datastore",
    why="""
The check that stops a broken start is there, and off. A deployment with a wrong URL then comes up green, takes traffic
and fails, or forgets, every request; the rollout that would have stopped at the first pod goes on to the last.
""",
    remedy="Default to the check; whoever wants to start without the store says so in their own environment.",
    severity="warning",
    kinds=("python",),
    looks_at=(NAMES,),
    tags=("configuration", "startup", "CWE-1188"),
    equivalents=(),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import os

from pydantic import Field
from pydantic_settings import BaseSettings

SKIP = os.getenv("SKIP_DB_CHECK", "true") == "true"  # <-- here
ALLOW_START_WITHOUT_KAFKA = os.environ.get("ALLOW_START_WITHOUT_KAFKA", "1")  # <-- here


class Settings(BaseSettings):
    STARTUP_WITHOUT_REDIS: bool = True  # <-- here
    startup_without_postgres: bool = Field(default=True)  # <-- here
    ignore_neo4j_connection_errors: bool = True  # <-- here
    redis_optional: bool = True  # <-- here
"""
        ),
        bad(
            """\
import environ

env = environ.Env()
SKIP_DATABASE_HEALTHCHECK = env.bool("SKIP_DATABASE_HEALTHCHECK", default=True)  # <-- here
"""
        ),
        bad({"config.py": "class Config:\n    BYPASS_MONGO_STARTUP_CHECK = True  # <-- here\n"}),
        good(
            """\
import os

from pydantic_settings import BaseSettings

SKIP = os.getenv("SKIP_DB_CHECK", "false") == "true"


class Settings(BaseSettings):
    STARTUP_WITHOUT_REDIS: bool = False
    startup_without_banner: bool = True
    skip_db_migrations: bool = True
    ignore_cache_headers: bool = True
    disable_telemetry: bool = True


class TestSettings(Settings):
    STARTUP_WITHOUT_REDIS: bool = True
""",
            note="off, about something else, or for tests",
        ),
        good(
            """\
def connect(skip_db_check=True):
    run(startup_without_redis=True)
""",
            note="parameters and arguments are no settings",
        ),
    ),
)

_GUARD = re.compile(
    rf"(?:start(?:up|s|ing)?|boot|run|serve)_?without_?{_STORE}"
    rf"|(?:skip|ignore|bypass|disable|tolerate)_(?:\w+_)?{_STORE}_(?:\w+_)?"
    r"(?:check|checks|wait|ping|connect|connection|startup|init|health|healthcheck|readiness|errors?|failures?|guard)(?:_|$)"
    rf"|(?:skip|ignore|bypass|disable)_(?:check|wait|ping|connect|health_?check)_(?:\w+_)?{_STORE}"
    rf"|(?:allow|tolerate)_missing_{_STORE}$|^{_STORE}_optional$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ON = frozenset({"true", "1", "yes", "on"})


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report switches that are on by default and let the start go on without a store."""
    name = match.name or ""
    if match.how in {"comparison", "parameter"} or not _GUARD.search(_CAMEL.sub("_", name)):
        return
    value = match.expression
    if isinstance(value, Tuple) and len(value.elements) == 2:  # environ.Env(X=(bool, True))
        value = value.elements[1]
    if match.how != "environment":
        setting = value.setting
        if setting is None or setting.framework == "lookup" or setting.default is None:
            return
        if setting.framework == "module" and not setting.is_fallback and not is_settings_module(file.path):
            return
        value = setting.default
    found = value.constant
    on = found is True or (isinstance(found, str) and found.lower() in _ON)
    if not on or match.code.is_for_development:
        return
    yield rule.finding(
        match.code.span,
        f"`{name}` is on by default: the service starts without its store",
        subject=name,
    )
