"""env/malformed-url: a URL that no client can use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import entries_in_force, is_example
from lintkit.api.formats import is_digits, whole_number
from lintkit.api.secrets import split_words

RULE = define(
    summary="a URL in an environment file cannot be used",
    why="""
The service starts, and fails when it first connects, with an error that speaks of a host nobody has heard of. Quotes
inside a value are usually left over from another file format.
""",
    remedy="Write the URL as the client expects it: `scheme://user:password@host:port/path`.",
    severity="error",
    kinds=("dotenv",),
    tags=("configuration", "correctness"),
    packs=("recommended", "production"),
    examples=(
        bad(
            {
                ".env": """\
REDIS_URL=redis://cache:66379/0  # <-- here
API_URL=https:/api.example.com  # <-- here
AMQP_URL=amqp://mq:port  # <-- here
SEARCH_URL="'http://search:9200'"  # <-- here
DOCS_URL=http://docs. example.com  # <-- here
HOOK_URL=http://https://example.com  # <-- here
"""
            },
            note="ports, slashes, quotes, spaces, two schemes",
        ),
        bad(
            {
                ".env": """\
REDIS_URL=postgresql://db/shop  # <-- here
DATABASE_URL=postgressql://db/shop  # <-- here
MONGODB_URI=http://mongo:27017  # <-- here
"""
            },
            note="the scheme of something else, and one that is misspelt",
        ),
        good(
            {
                ".env": """\
DATABASE_URL=postgresql+asyncpg://shop:p%40ss@db:5432,db2:5432/shop?sslmode=require
SQLITE_URL=sqlite:////data/shop.db
REDIS_URL=rediss://:pw@cache:6380
REDIS_SENTINEL_URL=redis+sentinel://a:26379,b:26379/0
UPSTASH_REDIS_REST_URL=https://fast-cat.example.com
API_URL=http://${HOST}:${PORT}/v1
IPV6_URL=http://[::1]:8000
MAIL=mailto:shop@example.com
JDBC_URL=jdbc:postgresql://db/shop
CALLBACK_URL=/auth/callback
LOGO_URL=data:image/png;base64,AAAA
"""
            }
        ),
        good(
            {
                ".env.example": "DATABASE_URL=postgresql://<user>:<password>@<host>:<port>/<name>\nAPI_URL=https://\n"
            },
            note="what is to be filled in",
        ),
    ),
)

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]{1,40}):(?P<slashes>/{1,3})(?P<rest>.*)", re.DOTALL)
_QUOTES = "\"'`“”‘’"
_AUTHORITY = re.compile(r"[^/?#]*")
_WANTED = {
    "redis": frozenset(
        {
            "redis",
            "rediss",
            "valkey",
            "valkeys",
            "unix",
            "sentinel",
            "sentinels",
            "keydb",
            "memory",
            "fakeredis",
        }
    ),
    "mongo": frozenset({"mongodb"}),
    "amqp": frozenset({"amqp", "amqps", "pyamqp", "librabbitmq", "kombu"}),
    "neo": frozenset({"neo4j", "bolt"}),
}
_DATABASES = (
    "postgresql", "postgres", "mysql", "mariadb", "sqlite", "mssql", "oracle", "mongodb", "cockroachdb", "clickhouse",
    "snowflake", "sqlserver", "redshift", "duckdb", "libsql", "prisma", "file", "jdbc", "psql", "pgsql", "postgis",
)  # fmt: skip
_NO_DATASTORE = frozenset(
    {"rest", "api", "http", "console", "admin", "ui", "dashboard", "exporter", "management", "web"}
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each URL with the first thing that is wrong with it."""
    if is_example(document.path):
        return
    for index, entry in entries_in_force(document):
        said = _wrong(entry["key"], entry["value"])
        if said:
            yield rule.finding(
                document.span(("entries", index, "value")),
                f"the URL in `{entry['key']}` {said}",
                subject=entry["key"],
                secret="@" in entry["value"],
            )


def _wrong(name: str, value: str) -> str:
    words = split_words(name)
    if (
        words[-1:] not in {("url",), ("uri",), ("dsn",), ("endpoint",)}
        or "$" in value
        or "<" in value
        or "{" in value
    ):
        return ""
    bare = value.strip(_QUOTES + " \t")
    match = _URL.match(bare)
    if match is None:
        return ""
    scheme = match["scheme"].lower()
    base = scheme.partition("+")[0]
    if bare != value:
        return "has quotes inside" if value.strip() == value else "begins or ends with a space"
    if match["slashes"] == "/" and base in {
        "http",
        "https",
        "redis",
        "rediss",
        "postgres",
        "postgresql",
        "ws",
        "wss",
    }:
        return "has one slash after the scheme instead of two"
    if match["slashes"] != "//" or base in {"sqlite", "file", "unix", "jdbc", "memory"}:
        return _of_scheme(words, base)
    authority = _AUTHORITY.match(match["rest"])
    hosts = "" if authority is None else authority[0].rpartition("@")[2]
    if any(char.isspace() for char in hosts):
        return "has a space in its host"
    if re.match(r"https?://", match["rest"]) or hosts in {"http:", "https:"}:
        return "has two schemes"
    for host in hosts.split(","):
        port = host.rpartition("]")[2].partition(":")[2] if "[" in host else host.partition(":")[2]
        if ":" in port or (port and not is_digits(port)):
            return "has a port that is no number" if "@" not in match["rest"] or ":" not in port else ""
        if port and not 0 < (whole_number(port) or 0) < 65536:
            return f"has the port {port[:9]}, and ports end at 65535"
    return _of_scheme(words, base)


def _of_scheme(words: tuple[str, ...], base: str) -> str:
    """Whether the scheme fits what the variable is called for."""
    if not _NO_DATASTORE.isdisjoint(words):
        return ""
    for word, wanted in _WANTED.items():
        if words[0] in {word, word + "db"} and len(words) <= (4 if word == "neo" else 2):
            fits = base in wanted or base.startswith(("redis", "valkey"))
            return (
                "" if fits else f"has the scheme `{base}`, which is none of {word + '4j' * (word == 'neo')}"
            )
    if words[-2:-1] in {("database",), ("db",)} and base not in _DATABASES:
        near = difflib.get_close_matches(base, _DATABASES, 1, 0.85)
        return f"has the scheme `{base}`; `{near[0]}` is probably meant" if near else ""
    return ""
