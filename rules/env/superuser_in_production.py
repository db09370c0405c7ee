"""env/superuser-in-production: production connects to its database as the database's administrator."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import production_entries
from lintkit.api.secrets import split_words
from lintkit.api.words import url_parts

RULE = define(
    summary="production connects to its database as an administrator",
    why="""
One injected statement may then read every database of the server, create users or, in some, run programs on its host;
and a faulty migration may drop what belongs to others.
""",
    remedy="Create a user for the service with rights on its own database, and connect as that one.",
    severity="warning",
    kinds=("dotenv",),
    tags=("configuration", "production", "security", "CWE-250"),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                ".env.production": """\
DATABASE_URL=postgresql+asyncpg://postgres:${DB_PASSWORD}@db.internal/shop  # <-- here
MYSQL_USER=root  # <-- here
NEO4J_USERNAME="neo4j"  # <-- here
MSSQL_USER=sa  # <-- here
"""
            }
        ),
        bad({".env": "ENVIRONMENT=production\nPGUSER=postgres  # <-- here\n"}, note="by what it says"),
        bad(
            {"prod.env": "NEO4J_AUTH=neo4j/${NEO4J_PASSWORD}  # <-- here\n"}, note="user and password in one"
        ),
        good({".env": "POSTGRES_USER=postgres\n"}, note="nothing says production"),
        good(
            {
                ".env.production": """\
DATABASE_URL=postgresql://shop:${DB_PASSWORD}@db.internal/postgres
POSTGRES_USER=shop
ADMIN_USER=admin
FIRST_SUPERUSER=admin
POSTGRES_DB=postgres
AMQP_URL=amqp://admin:${MQ_PASSWORD}@mq.internal
"""
            },
            note="a user of its own; a user of the application; no database",
        ),
    ),
)

_ADMINISTRATORS = frozenset({"postgres", "root", "sa", "admin", "administrator", "neo4j", "sys", "system"})
_DATABASES = frozenset(
    """db database postgres postgresql pg pgsql mysql mariadb mongo mongodb neo mssql sqlserver sql oracle
    clickhouse""".split()  # noqa: SIM905
)
"""`neo` is the first word of `NEO4J_USER`."""
_SCHEMES = frozenset(
    "postgres postgresql mysql mariadb mongodb mssql sqlserver oracle neo4j bolt clickhouse".split()  # noqa: SIM905
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every user name and URL that is an administrator's, at its value."""
    for index, entry, found in production_entries(document, rule.environment):
        name = entry["key"]
        user = _user(name, entry["value"])
        if user.lower() in _ADMINISTRATORS:
            yield rule.finding(
                document.span(("entries", index, "value")),
                f"`{name}` connects as `{user}`, the administrator of the database",
                subject=name,
                related=found.related,
                confidence=found.confidence,
            )


def _user(name: str, value: str) -> str:
    """The user of a database that a variable names; empty where it names none."""
    words = split_words(name)
    if words[-1:] in {("user",), ("username",), ("login",)} and not _DATABASES.isdisjoint(words[:-1]):
        return value.strip() if "admin" not in words and "super" not in words else ""
    if words in {("pguser",), ("dbuser",)}:
        return value.strip()
    if name == "NEO4J_AUTH":
        return value.partition("/")[0]
    parts = url_parts(value)
    return parts[1] if parts is not None and parts[0].partition("+")[0] in _SCHEMES else ""
