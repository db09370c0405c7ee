"""python/async-driver-url: an engine and the driver in its URL do not go together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Calls,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    SQLALCHEMY_ORACLE,
    SQLALCHEMY_POSTGRESQL,
    Argument,
    Attribute,
    Call,
    Choice,
    Dict,
    Expression,
)

ASYNC = Calls(
    (
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.ext.asyncio.engine.create_async_engine",
        "sqlalchemy.ext.asyncio.async_engine_from_config",
    )
)
SYNC = Calls(
    (
        *("sqlalchemy.create_engine", "sqlalchemy.engine.create_engine", "sqlmodel.create_engine"),
        *("sqlalchemy.engine_from_config", "sqlalchemy.engine.engine_from_config"),
    )
)

RULE = define(
    summary="the database URL of an engine names a driver that the engine cannot use",
    why="""
An async engine needs an async driver: before SQLAlchemy 2.1 `create_async_engine("postgresql://…")` loads psycopg2 and
stops with `InvalidRequestError` when the service starts. The reverse starts, and fails with `MissingGreenlet` at the
first query.
""",
    remedy="Name the driver in the URL: `postgresql+asyncpg://` for an async engine, `postgresql+psycopg://` for both.",
    severity="error",
    kinds=("python",),
    looks_at=(ASYNC, SYNC),
    tags=("database", "async"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql://db/shop")  # <-- here
other = create_async_engine(url="mysql+pymysql://db/shop")  # <-- here
"""
        ),
        bad(
            """\
import os

from sqlalchemy.ext.asyncio import create_async_engine

URL = os.getenv("DATABASE_URL", "sqlite:///shop.db")
engine = create_async_engine(URL, echo=False)  # <-- here
""",
            note="the default of a variable",
        ),
        bad(
            """\
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

USER = "shop"
engine = create_async_engine(f"postgresql+psycopg2://{USER}@{host}/shop")  # <-- here
other = create_async_engine(URL.create("postgresql", host="db"))  # <-- here
"""
        ),
        bad(
            """\
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import async_engine_from_config, create_async_engine


class Settings(BaseSettings):
    dsn: str = "mysql+mysqldb://db/shop"


settings = Settings()
a = create_async_engine(settings.dsn)  # <-- here
b = create_async_engine(make_url("postgresql+psycopg2://db/shop"))  # <-- here
c = create_async_engine(make_url(URL).set(drivername="sqlite"))  # <-- here
d = async_engine_from_config({"sqlalchemy.url": "mssql+pyodbc://db/shop"})  # <-- here
""",
            note="the default of a setting, and other ways to hand over a URL",
        ),
        bad(
            {
                "pyproject.toml": "[project]\ndependencies = ['sqlalchemy>=2.1']\n",
                "app.py": "from sqlalchemy.ext.asyncio import create_async_engine\n\n"
                "a = create_async_engine('postgresql+psycopg2://db/shop')  # <-- here\n"
                "b = create_async_engine('mysql://db/shop')  # <-- here\n",
            },
            note="SQLAlchemy 2.1 takes another driver only where the URL names none, and not for MySQL",
        ),
        bad(
            {
                "requirements/base.txt": "sqlalchemy[asyncio]~=2.0.30\n",
                "app.py": "from sqlalchemy.ext.asyncio import create_async_engine\n\n"
                "a = create_async_engine('oracle://db/shop')  # <-- here\n",
            },
            note="an older release",
        ),
        bad(
            """\
from pydantic import MySQLDsn, PostgresDsn
from sqlalchemy.ext.asyncio import create_async_engine

dsn = PostgresDsn.build(scheme="postgresql", host="db", path="shop")
orders = create_async_engine(str(dsn))  # <-- here
stock = create_async_engine(MySQLDsn.build(scheme="mysql+pymysql", host="db").unicode_string())  # <-- here
users = create_async_engine(str(PostgresDsn.build(scheme="postgresql+asyncpg", host="db")))
""",
            note="URLs that pydantic builds",
        ),
        good(
            {
                "Pipfile.lock": '{"default": {"sqlalchemy": {"version": "==2.1.4"}}}',
                "app.py": "from sqlalchemy.ext.asyncio import create_async_engine\n\n"
                "a = create_async_engine('postgresql://db/shop')\n"
                "b = create_async_engine('oracle://db/shop')\n",
            },
            note="SQLAlchemy 2.1 takes psycopg 3 and oracledb",
        ),
        good(
            """\
from pydantic import field_validator
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine


class Settings(BaseSettings):
    dsn: str = "postgresql://db/shop"

    @field_validator("dsn")
    @classmethod
    def with_driver(cls, value):
        return value.replace("postgresql://", "postgresql+asyncpg://")


engine = create_async_engine(Settings().dsn)
""",
            note="a validator puts the driver in",
        ),
        bad(
            """\
import sqlalchemy as sa

engine = sa.create_engine("postgresql+asyncpg://db/shop")  # <-- here
""",
            note="the reverse",
        ),
        bad(
            'from sqlmodel import create_engine\n\nengine = create_engine("sqlite+aiosqlite:///shop.db")  # <-- here\n'
        ),
        good(
            """\
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

a = create_async_engine("postgresql+asyncpg://db/shop")
b = create_async_engine("postgresql+psycopg://db/shop")
c = create_engine("postgresql+psycopg://db/shop")
d = create_engine("postgresql://db/shop")
e = create_async_engine("sqlite+aiosqlite://")
f = create_async_engine("oracle+oracledb://db/shop")
""",
            note="psycopg and oracledb are both",
        ),
        good(
            """\
import os

from sqlalchemy.ext.asyncio import create_async_engine

URL = os.getenv("DATABASE_URL", "postgresql://db/shop")
engine = create_async_engine(URL.replace("postgresql://", "postgresql+asyncpg://"))
other = create_async_engine(os.environ["DATABASE_URL"])
""",
            note="the driver is put in, or nobody knows",
        ),
        good(
            """\
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import create_engine

engine = AsyncEngine(create_engine("postgresql+asyncpg://db/shop", future=True))
""",
            note="what an async engine is built from",
        ),
        good("def create_async_engine(url):\n    return url\n\n\ncreate_async_engine('mysql://db')\n"),
    ),
)

_SCHEME = re.compile(r"([a-z][a-z0-9]*)(?:\+([a-z0-9_]+))?(?:://|\Z)")
_ASYNC_DRIVERS = frozenset(
    {"asyncpg", "aiomysql", "asyncmy", "aiosqlite", "aioodbc", "oracledb_async", "psycopg_async"}
)
_BOTH = frozenset({"psycopg", "oracledb"})
_NEEDED = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mariadb+asyncmy",
    "sqlite": "sqlite+aiosqlite",
    "mssql": "mssql+aioodbc",
    "oracle": "oracle+oracledb",
}
_FIXED_IN = {
    "postgresql": SQLALCHEMY_POSTGRESQL,
    "oracle": SQLALCHEMY_ORACLE,
}
_FROM_CONFIG = "engine_from_config"
_PLACES = ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.engine.url")
_URLS = frozenset(f"{place}.URL.create" for place in _PLACES)
_BUILDERS = re.compile(r"pydantic\.(?:networks\.)?(?:Postgres|Cockroach|MySQL|MariaDB|Any)(?:Dsn|Url)\.build")
"""Pydantic's classes of URLs, which are made of a scheme and the rest."""
_PARSED = frozenset({*(f"{place}.make_url" for place in _PLACES), "str"})


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report the engine whose URL is written down with the other kind of driver."""
    call = match.call
    url = _url(call, match.name or "")
    scheme = _scheme(url) if url is not None else None
    if scheme is None:
        return
    dialect, driver = scheme
    if dialect not in _NEEDED or driver in _BOTH:
        return
    written = dialect + (f"+{driver}" if driver else "")
    says = ""
    fixed_in = None
    if match.trigger is ASYNC and driver not in _ASYNC_DRIVERS:
        says = f"an async engine cannot use `{written}://`: it needs `{_NEEDED[dialect]}://`, and stops at the start"
        fixed_in = None if driver else _FIXED_IN.get(dialect)
    elif match.trigger is SYNC and driver in _ASYNC_DRIVERS and not _becomes_async(call):
        says = f"`{written}://` is for an async engine: this one fails at the first query"
    if says:
        yield rule.finding(call.span, says, subject=f"{call.scope or 'module'} {written}", fixed_in=fixed_in)


def _url(call: Call, name: str) -> Expression | None:
    """The URL among the arguments, or in the dict that they hold."""
    if not name.endswith(_FROM_CONFIG):
        return call.argument(0, "url")
    prefix, settings = call.argument(1, "prefix"), call.argument(0, "configuration")
    begins = "sqlalchemy." if prefix is None else prefix.constant
    found = settings.followed if settings is not None else None
    entries = found.entries if isinstance(found, Dict) and isinstance(begins, str) else ()
    return next((each.value for each in entries if each.key.literal == f"{begins}url"), None)


def _scheme(url: Expression) -> tuple[str, str] | None:
    """Dialect and driver of a URL that is written down, or of the fallback of a variable."""
    value = url.followed
    inner: Expression | None = None
    if isinstance(value, Choice):
        inner = value.fallback
    elif isinstance(value, Attribute):
        setting = value.field
        inner = setting.default if setting is not None and not setting.is_validated else None
    elif isinstance(value, Call):
        inner = _inner(value)
    if inner is not None:
        return _scheme(inner)
    parts = value.parts
    found = _SCHEME.match(parts[0]) if parts and isinstance(parts[0], str) else None
    if found is None or (len(parts) > 1 and not found[0].endswith("://")):
        return None
    return found[1], found[2] or ""


def _inner(call: Call) -> Expression | None:
    """What decides the driver of a URL that a call makes."""
    name = call.name or ""
    if call.reads is not None:
        return call.reads.default
    if name in _URLS:
        return call.argument(0, "drivername")
    if _BUILDERS.fullmatch(name):
        return call.argument(None, "scheme")
    if name in _PARSED:
        return call.argument(0, "name_or_url")
    if call.method == "set":
        return call.argument(None, "drivername")
    made = call.receiver.followed if call.receiver is not None else None
    return _inner(made) if call.method == "unicode_string" and isinstance(made, Call) else None


def _becomes_async(call: Call) -> bool:
    """`AsyncEngine(create_engine(…))` makes an async engine of it."""
    outer = call.parent.parent if isinstance(call.parent, Argument) else None
    return isinstance(outer, Call) and (outer.name or "").endswith(".AsyncEngine")
