"""env/sqlite-in-production: a production environment file that keeps its data in a SQLite file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import production_entries
from lintkit.api.secrets import split_words

RULE = define(
    summary="a production environment file chooses SQLite",
    why="""
The data lies in a file of one container: it is gone when the container is replaced, a second replica has another one,
and two processes that write at once get `database is locked`. It usually is the default of a laptop that was copied.
""",
    remedy="Give production the URL of its database server.",
    severity="error",
    kinds=("dotenv",),
    tags=("configuration", "production"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                ".env.production": """\
DATABASE_URL=sqlite:///./app.db  # <-- here
REPORTS_DB_URI="sqlite+aiosqlite:////data/reports.db"  # <-- here
"""
            }
        ),
        bad({"prod.env": "DB_ENGINE=django.db.backends.sqlite3  # <-- here\n"}, note="an engine by its name"),
        bad(
            {".env": "APP_ENV=production\nDB_CONNECTION=sqlite  # <-- here\n"},
            note="production by what it says",
        ),
        bad({".env.prod": "DATABASE_URL=file:./prod.db  # <-- here\n"}, note="as Prisma writes it"),
        bad(
            {".env.prod": "DATABASE_FILE=/var/lib/shop/shop.sqlite  # <-- here\n"}, note="a path to the file"
        ),
        good({".env": "DATABASE_URL=sqlite:///./app.db\n"}, note="nothing says production"),
        good({".env.production.example": "DATABASE_URL=sqlite:///./app.db\n"}, note="an example"),
        good(
            {
                ".env.production": """\
DATABASE_URL=postgresql://db.internal/shop
TEST_DATABASE_URL=sqlite://
HTTP_CACHE_URL=sqlite:////tmp/http-cache.db
GEOIP_DB=/usr/share/GeoIP/city.db
"""
            },
            note="a server; the database of tests; a cache that may be lost",
        ),
    ),
)

_URL = re.compile(r"sqlite(?:\+\w+)?:", re.IGNORECASE)
_FILE = re.compile(r"file:\S+\.(?:db|sqlite3?)\b|\.{0,2}/\S+\.sqlite3?$", re.IGNORECASE)
_ENGINE = re.compile(r"(?:django\.db\.backends\.)?sqlite3?(?:\+\w+)?", re.IGNORECASE)
_NAMES_ENGINE = frozenset(
    {"engine", "connection", "type", "driver", "backend", "dialect", "vendor", "client"}
)
_DATABASE = frozenset({"db", "database", "sql", "sqlalchemy", "datastore", "storage"})
_MAY_BE_LOST = frozenset({"test", "tests", "testing", "cache", "dev", "development", "local"})


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every variable that says SQLite, at its value."""
    for index, entry, found in production_entries(document, rule.environment):
        name, value = entry["key"], entry["value"]
        words = set(split_words(name))
        if words.isdisjoint(_MAY_BE_LOST) and _is_sqlite(words, value):
            yield rule.finding(
                document.span(("entries", index, "value")),
                f"`{name}` keeps the data in a SQLite file in production",
                subject=name,
                related=found.related,
                confidence=found.confidence,
            )


def _is_sqlite(words: set[str], value: str) -> bool:
    if _URL.match(value):
        return True
    if words.isdisjoint(_DATABASE):
        return False
    return bool(_FILE.match(value) or (not words.isdisjoint(_NAMES_ENGINE) and _ENGINE.fullmatch(value)))
