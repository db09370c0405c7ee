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
    cst,
    define,
    good,
)
from lintkit.python.branches import scope_name

ASYNC = Calls(
    (
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlalchemy.ext.asyncio.engine.create_async_engine",
    )
)
SYNC = Calls(("sqlalchemy.create_engine", "sqlalchemy.engine.create_engine", "sqlmodel.create_engine"))

RULE = define(
    summary="the database URL of an engine names a driver that the engine cannot use",
    why="""
An async engine needs an async driver: `create_async_engine("postgresql://…")` loads psycopg2 and stops with
`InvalidRequestError` when the service starts. The reverse starts, and fails with `MissingGreenlet` at the first query.
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
_READERS = frozenset({"os.getenv", "os.environ.get", "decouple.config"})
_URLS = frozenset(
    {"sqlalchemy.URL.create", "sqlalchemy.engine.URL.create", "sqlalchemy.engine.url.URL.create"}
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report the engine whose URL is written down with the other kind of driver."""
    call = match.node
    if not isinstance(call, cst.Call):
        return
    url = file.argument(call, 0, "url")
    scheme = _scheme(url, file) if url is not None else None
    if scheme is None:
        return
    dialect, driver = scheme
    if dialect not in _NEEDED or driver in _BOTH:
        return
    written = dialect + (f"+{driver}" if driver else "")
    says = ""
    if match.trigger is ASYNC and driver not in _ASYNC_DRIVERS:
        says = f"an async engine cannot use `{written}://`: it needs `{_NEEDED[dialect]}://`, and stops at the start"
    elif match.trigger is SYNC and driver in _ASYNC_DRIVERS and not _becomes_async(call, file):
        says = f"`{written}://` is for an async engine: this one fails at the first query"
    if says:
        yield rule.finding(file.span(call), says, subject=f"{scope_name(call, file) or 'module'} {written}")


def _scheme(url: cst.BaseExpression, file: PythonFile) -> tuple[str, str] | None:
    """Dialect and driver of a URL that is written down, or of the fallback of a variable."""
    value = file.follow(url)
    if isinstance(value, cst.BooleanOperation) and isinstance(value.operator, cst.Or):
        return _scheme(value.right, file)
    if isinstance(value, cst.Call):
        name = file.qualified_name(value.func)
        inner = None
        if name in _READERS:
            inner = file.argument(value, 1, "default")
        elif name in _URLS:
            inner = file.argument(value, 0, "drivername")
        elif name == "str" and len(value.args) == 1:
            inner = value.args[0].value
        return _scheme(inner, file) if inner is not None else None
    parts = file.string_parts(value, follow=True)
    first = parts[0] if parts else None
    found = _SCHEME.match(first) if isinstance(first, str) else None
    if found is None or (parts is not None and len(parts) > 1 and not found[0].endswith("://")):
        return None
    return found[1], found[2] or ""


def _becomes_async(call: cst.Call, file: PythonFile) -> bool:
    """`AsyncEngine(create_engine(…))` makes an async engine of it."""
    argument = file.parent(call)
    outer = file.parent(argument) if isinstance(argument, cst.Arg) else None
    return isinstance(outer, cst.Call) and (file.qualified_name(outer.func) or "").endswith(".AsyncEngine")
