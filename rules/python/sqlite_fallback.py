"""python/sqlite-fallback: a database URL that becomes SQLite when nobody sets it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
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
    Assignment,
    Attribute,
    Call,
    Choice,
    Class,
    Code,
    Conditional,
    Dict,
    Except,
    Expression,
    FormattedString,
    Function,
    Name,
    Operation,
    Return,
    String,
    Text,
)

SQLITE = Strings(("sqlite",))

RULE = define(
    summary="a database URL falls back to SQLite",
    why="""
When the variable is missing the service starts all the same, empty, on a file inside its container: customers find
their data gone, two replicas have two databases, and what is written until somebody notices is lost with the next
deployment.
""",
    remedy="Give the URL no default and stop the start when it is missing; "
    "set SQLite where a developer or a test wants it.",
    severity="warning",
    kinds=("python",),
    looks_at=(SQLITE,),
    tags=("configuration", "data-loss", "CWE-1188"),
    equivalents=(),
    packs=("recommended", "production"),
    supersedes=(),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import os

from pydantic_settings import BaseSettings

URL = os.getenv("DATABASE_URL", "sqlite:///./shop.db")  # <-- here
OTHER = os.environ.get("ORDERS_DB") or "sqlite+aiosqlite:///orders.db"  # <-- here


class Settings(BaseSettings):
    database_url: str = "sqlite:///./shop.db"  # <-- here
"""
        ),
        bad(
            """\
import os

from app.config import settings

DATABASE_URL = settings.DATABASE_URL
if not DATABASE_URL:
    DATABASE_URL = f"sqlite:///{os.getcwd()}/shop.db"  # <-- here
engine = create_engine(DATABASE_URL)
"""
        ),
        bad(
            """\
DATABASE_URL = settings.DATABASE_URL
if not DATABASE_URL or "postgresql" in DATABASE_URL:
    path = folder / "shop.db"
    DATABASE_URL = "sqlite+aiosqlite:///" + str(path)  # <-- here
""",
            note="a URL that was set is replaced",
        ),
        bad(
            """\
import os

import dj_database_url
import environ

env = environ.Env()
DATABASES = {"default": env.db("DATABASE_URL", default="sqlite:///db.sqlite3")}  # <-- here
OTHER = {"default": dj_database_url.config(default="sqlite:///db.sqlite3")}  # <-- here
THIRD = {"default": {"ENGINE": os.getenv("DB_ENGINE", "django.db.backends.sqlite3")}}  # <-- here
""",
            note="Django",
        ),
        bad(
            """\
import os

if os.environ.get("DATABASE_URL"):
    url = os.environ["DATABASE_URL"]
else:
    url = "sqlite:///shop.db"  # <-- here


def database_url(settings):
    if settings.database_url is None:
        return "sqlite:///shop.db"  # <-- here
    return settings.database_url


def engine():
    return create_engine(os.getenv("DATABASE_URL") or "sqlite:///shop.db")  # <-- here
"""
        ),
        good(
            """\
import os


class Config:
    SQLALCHEMY_DATABASE_URI = os.getenv("DATABASE_URL") or "sqlite:///shop.db"


class Production(Config):
    SQLALCHEMY_DATABASE_URI = os.environ["DATABASE_URL"]
""",
            note="a class for production asks for the variable",
        ),
        good(
            """\
import os

match os.getenv("STAGE"):
    case "test" | "dev":
        DATABASE_URL = os.getenv("DATABASE_URL", "sqlite:///local.db")
    case _:
        DATABASE_URL = os.environ["DATABASE_URL"]
""",
            note="a case for developers alone",
        ),
        good(
            """\
import os

from app.paths import DATA_DIR

URL = os.getenv("DATABASE_URL", "sqlite:////data/shop.db")
OTHER = os.getenv("ORDERS_URL", f"sqlite:///{DATA_DIR}/orders.db")
OWN = os.getenv("OWN_URL") or f"sqlite:///{home_path}/own.db"
DATABASES = {
    "default": {
        "ENGINE": os.getenv("DB_ENGINE") or "django.db.backends.sqlite3",
        "NAME": os.getenv("DB_NAME") or os.path.join(BASE_DIR, "data/shop.sqlite3"),
    }
}
""",
            note="a program that is meant to run on SQLite, with its file where its data is kept",
        ),
        good('DATABASE_URL = "sqlite:///shop.db"\nengine = create_engine("sqlite://")\n', note="no fallback"),
        good(
            """\
import os

if os.environ["ENVIRONMENT"] == "development":
    URL = os.getenv("DATABASE_URL", "sqlite:///shop.db")
URL = os.getenv("DATABASE_URL") or ("sqlite:///shop.db" if DEBUG else None)
""",
            note="a branch for developers",
        ),
        good(
            """\
import os

if os.getenv("TESTING"):
    DATABASE_URL = "sqlite://"


class TestSettings:
    SQLALCHEMY_DATABASE_URI = os.getenv("DATABASE_URL", "sqlite://")
""",
            note="tests",
        ),
        good(
            """\
import os

DATABASE_URL = os.getenv("DATABASE_URL", "sqlite:///shop.db")
if DATABASE_URL.startswith("sqlite"):
    raise RuntimeError("set DATABASE_URL")
args = {"check_same_thread": False} if url.startswith("sqlite") else {}
dialect = os.getenv("DIALECT", "sqlite")
""",
            note="refused at the start; a question about a URL; a dialect",
        ),
        bad(
            """\
import os

from sqlalchemy import create_engine

try:
    DATABASE_URL = os.environ["DATABASE_URL"]
except KeyError:
    DATABASE_URL = "sqlite:///shop.db"  # <-- here


def connect():
    try:
        return create_engine(DATABASE_URL)
    except Exception:
        return create_engine("sqlite:///shop.db")  # <-- here
""",
            note="where the URL is missing, or wrong",
        ),
        good({"tests/conftest.py": 'import os\n\nURL = os.getenv("DATABASE_URL", "sqlite://")\n'}),
    ),
)

_URL = re.compile(r"^(?:db\+)?sqlite(?:\+\w+)?:(?://|$)|^django\.db\.backends\.sqlite3$")
_IN_MEMORY = re.compile(r":memory:|^[\w+]+:(?://)?/?$")
_DATA_FOLDER = re.compile(
    r"(?<![a-z])(?:data|config|storage|state|user|app)_?(?:dir|directory|folder|path|root|home)|[\"'/](?:data|storage)/",
    re.IGNORECASE,
)
_ON_A_VOLUME = re.compile(
    r"sqlite[\w+]*:////(?:data|config|storage|db|var/lib|opt)\b"
    r"|sqlite[\w+]*:///\{[^{}]*(?<![a-z])(?:(?:data|config|storage|state|user)_?(?:dir|directory|folder|path|root|home)|home_?(?:dir|path))",
    re.IGNORECASE,
)
_ABSENT = re.compile(r"\bnot\b|\bis None\b|==\s*(?:\"\"|''|None)|len\(")


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report SQLite URLs that a setting falls back to, and assignments where a URL is missing."""
    url = match.expression
    whole = _whole(url)
    if not _URL.match(_beginning(url)) or whole.is_for_development:
        return
    if whole.is_switched_for_production or _is_kept(whole):
        return
    setting = whole.setting
    if setting is not None and (setting.framework not in {"module", "class", "flask"} or setting.is_fallback):
        if not setting.is_validated:
            yield _finding(url, setting.name, _UNSET, rule)
        return
    found = _fallback(whole) or _branch(whole) or _handler(whole)
    if found is not None:
        yield _finding(url, *found, rule)


_UNSET = "falls back to SQLite where nothing sets it"


def _finding(url: Expression, name: str, what: str, rule: RuleContext) -> Finding:
    memory = isinstance(url.literal, str) and _IN_MEMORY.search(url.literal) is not None
    kept = "empty database in its memory" if memory else "empty file of its own"
    return rule.finding(url.span, f"`{name}` {what}, and the service starts on an {kept}", subject=name)


def _is_kept(url: Expression) -> bool:
    """Whether the file lies where a program that is meant to run on SQLite keeps its data: on a volume.

    `sqlite:////data/shop.db`, `f"sqlite:///{DATA_DIR}/shop.db"`, and for Django `"NAME"` beside `"ENGINE"`.
    """
    if _ON_A_VOLUME.search(_spelled(url)):
        return True
    for above in url.around(Code):
        if isinstance(above, Dict):
            stored = next((each.value for each in above.entries if each.key.literal == "NAME"), None)
            return stored is not None and _DATA_FOLDER.search(_spelled(stored)) is not None
        if above.is_statement:
            return False
    return False


def _spelled(value: Expression) -> str:
    """The code of an expression; behind it its constants, and its names as they are where they come from."""
    said = [value.text]
    for each in value.below(FormattedString, Name, Attribute):
        if isinstance(each, FormattedString):
            said += [f"sqlite:///{{{part.name or ''}}}" for part in each.operands]
        elif isinstance(each.constant, str):
            said.append(f'"{each.constant}"')
    return " ".join(said)


def _whole(url: Expression) -> Expression:
    """The concatenation that a string begins."""
    while isinstance(url.parent, Text | Operation) and url.parent.operands[0] == url:
        url = url.parent
    return url


def _beginning(url: Expression) -> str:
    first = url.parts[0] if isinstance(url, FormattedString) and url.parts else url.literal
    return first if isinstance(first, str) else ""


def _fallback(url: Expression) -> tuple[str, str] | None:
    """`… or "sqlite://"` anywhere, and `dj_database_url.config(default="sqlite://")`."""
    above = url.parent
    if isinstance(above, Conditional) and url != above.test:
        other = next(each for each in above.options if each != url)
        return (_name(other), _UNSET) if above.test.asks_for(other) else None
    if isinstance(above, Choice) and above.fallback == url:
        return _name(above.options[0]), _UNSET
    if isinstance(above, Argument) and above.name == "default":
        call = above.parent
        if isinstance(call, Call) and call.name == "dj_database_url.config":
            return "DATABASE_URL", _UNSET
    return None


def _name(value: Expression) -> str:
    first = next((each.literal for each in value.below(String)), None)
    return first if isinstance(first, str) and first else value.last_name or "the database URL"


def _branch(url: Expression) -> tuple[str, str] | None:
    """An assignment or a return under a test that asks whether the URL is there."""
    statement = url.parent
    if not isinstance(statement, Assignment | Return) or (
        isinstance(statement, Assignment) and statement.is_annotated
    ):
        return None
    target = statement.targets[0].last_name if isinstance(statement, Assignment) else ""
    for guard in statement.guards:
        if guard.test is None:
            continue
        absent = bool(_ABSENT.search(guard.test.text)) is not guard.negated
        asked = _asked(guard.test, target)
        if not absent or not asked:
            continue
        if isinstance(guard.test, Choice) and guard.test.fallback is not None:
            return asked, "is replaced by SQLite, even where it is set"
        return asked, _UNSET
    return None


def _handler(url: Expression) -> tuple[str, str] | None:
    """What stands in for a database whose URL is not set, or that does not answer: `except KeyError: url = "sqlite://"`."""
    statement = next(url.around(Assignment, Return), None)
    value = statement.value if isinstance(statement, Assignment | Return) else None
    if statement is None or value is None or (isinstance(statement, Assignment) and statement.is_annotated):
        return None
    if value != url and not (isinstance(value, Call) and value.argument(0, "url") == url):
        return None
    handler = next(statement.around(Except, Function, Class), None)
    if not isinstance(handler, Except):
        return None
    asked = _asked(handler.attempt.body, "")
    what = _UNSET if handler.caught == ("KeyError",) else "is replaced by SQLite where it fails"
    return (asked, what) if asked else None


def _asked(test: Code, target: str) -> str:
    """The name of a database URL that a test asks about; empty where it asks about something else."""
    for each in test.below(String, Name, Attribute):
        text = each.literal if isinstance(each, String) else each.last_name
        name = text if isinstance(text, str) and (text.isupper() or not isinstance(each, String)) else ""
        if name and (name == target or _DATABASE.search(name)):
            return name
    return ""


_DATABASE = re.compile(
    r"(?:database|db|sql|postgres\w*|pg|mysql)_?(?:url|uri|dsn|host|name)$|^(?:url|uri|dsn)$", re.I
)
