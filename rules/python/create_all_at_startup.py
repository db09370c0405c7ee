"""python/create-all-at-startup: a service that creates its own tables when it starts."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Confidence,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    Attribute,
    Call,
    Code,
    Expression,
    Identifiers,
    handler_around,
    startup_around,
)

CREATE_ALL = Identifiers(("create_all",))

RULE = define(
    summary="tables are created by the code that serves",
    why="""
`create_all` creates the tables that are missing and changes none that exist: after the first release a new column is in
the models and not in the database, and the first query that names it fails in production. Replicas that start together
race for the same `CREATE TABLE`, and the service needs the right to create tables for as long as it runs.
""",
    remedy="Create and change tables by migrations (Alembic, Flask-Migrate), in a step of the deployment of its own.",
    severity="warning",
    kinds=("python",),
    looks_at=(CREATE_ALL,),
    tags=("database", "migrations", "startup"),
    packs=("recommended", "production"),
    paths_ignore=(
        *NOT_A_SERVICE,
        *SCRIPTS,
        "**/manage.py",
        "**/cli.py",
        "**/cli/**",
        "**/commands/**",
        "**/seed*.py",
        "**/__main__.py",
    ),
    examples=(
        bad(
            """\
from sqlalchemy.ext.asyncio import create_async_engine

from shop.models import Base

engine = create_async_engine("postgresql+asyncpg://db/shop")


async def init_db():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)  # <-- here
"""
        ),
        bad(
            """\
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlmodel import SQLModel

from shop.db import engine


@asynccontextmanager
async def lifespan(app):
    prepare()
    yield


def prepare():
    SQLModel.metadata.create_all(engine)  # <-- here


app = FastAPI(lifespan=lifespan)
"""
        ),
        bad(
            """\
from fastapi import FastAPI

from shop import models
from shop.db import engine

models.Base.metadata.create_all(bind=engine)  # <-- here
app = FastAPI()
""",
            note="at import",
        ),
        bad(
            """\
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app():
    app = Flask(__name__)
    db.init_app(app)
    with app.app_context():
        db.create_all()  # <-- here
    return app
"""
        ),
        bad(
            """\
from litestar import Litestar

from shop.db import engine, metadata


async def begin(app):
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)  # <-- here


app = Litestar([], on_startup=[begin])
"""
        ),
        bad(
            """\
from aiohttp import web

from shop.db import engine, metadata


async def begin(app):
    metadata.create_all(engine)  # <-- here


app = web.Application()
app.on_startup.append(begin)
"""
        ),
        bad(
            """\
from shop.db import Base, engine


@app.get("/install")
def install():
    Base.metadata.create_all(engine)  # <-- here
""",
            note="a request",
        ),
        good(
            {
                "scripts/create_tables.py": "from shop.db import Base, engine\n\nBase.metadata.create_all(engine)\n"
            }
        ),
        good({"tests/conftest.py": "from shop.db import Base, engine\n\nBase.metadata.create_all(engine)\n"}),
        good(
            """\
from shop.db import Base, engine

if __name__ == "__main__":
    Base.metadata.create_all(engine)
"""
        ),
        good(
            """\
from shop.db import Base, engine
from shop.settings import settings


def init_db():
    if settings.ENVIRONMENT == "development":
        Base.metadata.create_all(engine)
""",
            note="for developers only",
        ),
        good(
            """\
import sqlalchemy

from shop.db import Base

engine = sqlalchemy.create_engine("sqlite:///cache.db")


def init_db():
    Base.metadata.create_all(engine)
""",
            note="a file of its own that nobody shares",
        ),
        good(
            """\
import click

from shop.db import Base, engine


@click.command()
def init_db():
    Base.metadata.create_all(engine)
""",
            note="a command that somebody runs",
        ),
        good(
            """\
import asyncio

from shop.db import Base, engine


async def init_database():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


async def main():
    await init_database()


if __name__ == "__main__":
    asyncio.run(main())
""",
            note="a tool: only the `__main__` block runs it",
        ),
        bad(
            """\
import uvicorn
from shop.db import Base, app, engine


def init_database():
    Base.metadata.create_all(engine)  # <-- here


if __name__ == "__main__":
    init_database()
    uvicorn.run(app)
""",
            note="the block starts the service",
        ),
        good(
            """\
from shop.db import db


def create_app(url):
    if url.drivername.startswith("sqlite"):
        db.create_all()
""",
            note="for SQLite alone, which has no replicas",
        ),
        good(
            """\
from fastapi import FastAPI


@app.on_event("startup")
async def startup():
    if settings.database_url.startswith("sqlite"):
        await prepare_sqlite()


async def prepare_sqlite():
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
""",
            note="a file on one machine",
        ),
        good(
            """\
def create_all(rows):
    return [row.create() for row in rows]


def init_rows(team):
    team.members.create_all(create_all([]))
""",
            note="another `create_all`",
        ),
    ),
)

_FACTORIES = frozenset(
    {"create_app", "make_app", "build_app", "get_app", "app_factory", "create_application"}
)
_ENGINES = ("create_engine", "create_async_engine", "engine_from_config")


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report `metadata.create_all` in what runs at import, at startup or for a request."""
    chain = match.code.parent
    if not isinstance(chain, Attribute) or chain.of == match.code or not _is_metadata(chain.of):
        return
    where = _where(chain)
    if where is None or chain.in_development_branch or _is_sqlite(chain):
        return
    place, confidence = where
    yield rule.finding(
        chain.span,
        f"`{chain.text}` runs {place}: it adds missing tables, never a missing column, and replicas race for it",
        subject=chain.scope or "module",
        confidence=confidence,
    )


def _is_metadata(value: Expression) -> bool:
    """`Base.metadata`, a name `metadata` or `…_metadata`, or the `db` of Flask-SQLAlchemy."""
    last = value.last_name or value.text
    if last.lower() == "metadata" or last.lower().endswith("_metadata"):
        return True
    made = value.followed
    if isinstance(made, Call):
        return made.name in {
            "flask_sqlalchemy.SQLAlchemy",
            "sqlalchemy.MetaData",
            "sqlalchemy.schema.MetaData",
        }
    return last == "db" and (value.name or "").endswith(".db")


def _where(code: Code) -> tuple[str, Confidence] | None:
    """When the code runs, and how sure that is; None where it may be a command or a test."""
    function = code.function
    if function is None:
        return None if code.in_main_block else ("when the module is imported", "high")
    if any(
        "command" in name or "fixture" in name for name in (each.last_name for each in function.decorators)
    ):
        return None
    startup = startup_around(code)
    if startup is not None:
        return startup.reason, "high" if startup.certain else "medium"
    if function.name in _FACTORIES:
        return f"in `{function.name}`", "high"
    handler = handler_around(code)
    if handler is not None:
        return f"for a request (`{handler[1] or handler[0].name}`)", "high"
    return None


def _is_sqlite(chain: Attribute) -> bool:
    """Whether the engine is one that this file makes for an SQLite database, or the function or a test asks for one."""
    if "sqlite" in chain.scope.lower():
        return True
    if any(
        guard.test is not None and not guard.negated and "sqlite" in guard.test.followed_text.lower()
        for guard in chain.guards
    ):
        return True
    for value in chain.parent.written if isinstance(chain.parent, Call) else ():
        made = value.followed
        if isinstance(made, Call) and (made.name or "").endswith(_ENGINES) and made.written:
            first = made.written[0].parts[:1]
            if first and isinstance(first[0], str) and first[0].startswith("sqlite"):
                return True
    return False
