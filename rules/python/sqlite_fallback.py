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
    cst,
    define,
    good,
)
from lintkit.api.python import (
    asks_for,
    is_for_development,
    is_switched_for_production,
    is_validated,
    last_name,
    setting_at,
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
    node = _whole(match.node, file)
    if not _URL.match(_beginning(match.node, file)) or is_for_development(node, file):
        return
    if is_switched_for_production(node, file) or _is_kept(node, file):
        return
    setting = setting_at(node, file)
    if setting is not None and (setting.framework not in {"module", "class", "flask"} or setting.is_fallback):
        if not is_validated(setting, file):
            yield _finding(match.node, setting.name, "falls back to SQLite where nothing sets it", file, rule)
        return
    found = _fallback(node, file) or _branch(node, file) or _handler(node, file)
    if found is not None:
        yield _finding(match.node, *found, file, rule)


def _finding(node: cst.CSTNode, name: str, what: str, file: PythonFile, rule: RuleContext) -> Finding:
    text = file.literal(node) if isinstance(node, cst.SimpleString) else None
    memory = isinstance(text, str) and _IN_MEMORY.search(text) is not None
    kept = "empty database in its memory" if memory else "empty file of its own"
    return rule.finding(
        file.span(node), f"`{name}` {what}, and the service starts on an {kept}", subject=name
    )


def _is_kept(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether the file lies where a program that is meant to run on SQLite keeps its data: on a volume.

    `sqlite:////data/shop.db`, `f"sqlite:///{DATA_DIR}/shop.db"`, and for Django `"NAME"` beside `"ENGINE"`.
    """
    if _ON_A_VOLUME.search(_spelled(node, file)):
        return True
    for above in file.ancestors(node):
        if isinstance(above, cst.Dict):
            for element in above.elements:
                if isinstance(element, cst.DictElement) and file.literal(element.key) == "NAME":
                    return _DATA_FOLDER.search(_spelled(element.value, file)) is not None
            return False
        if isinstance(above, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
    return False


def _spelled(node: cst.CSTNode, file: PythonFile) -> str:
    """The code of an expression; behind it its constants, and its names as they are where they come from."""
    said = [file.code(node)]
    for each in file.walk(node):
        if isinstance(each, cst.FormattedStringExpression):
            said.append(f"sqlite:///{{{file.qualified_name(each.expression) or ''}}}")
        elif isinstance(each, (cst.Name, cst.Attribute)):
            constant = file.literal(each, follow=True)
            said += [f'"{constant}"'] if isinstance(constant, str) else []
    return " ".join(said)


def _whole(node: cst.CSTNode, file: PythonFile) -> cst.CSTNode:
    """The concatenation that a string begins."""
    for above in file.ancestors(node):
        if not isinstance(above, (cst.ConcatenatedString, cst.BinaryOperation)) or above.left is not node:
            break
        node = above
    return node


def _beginning(node: cst.CSTNode, file: PythonFile) -> str:
    if isinstance(node, cst.FormattedString):
        parts = file.string_parts(node) or ()
        return parts[0] if parts and isinstance(parts[0], str) else ""
    value = file.literal(node) if isinstance(node, cst.SimpleString) else ""
    return value if isinstance(value, str) else ""


def _fallback(node: cst.CSTNode, file: PythonFile) -> tuple[str, str] | None:
    """`… or "sqlite://"` anywhere, and `dj_database_url.config(default="sqlite://")`."""
    above = file.parent(node)
    what = "falls back to SQLite where nothing sets it"
    if isinstance(above, cst.BooleanOperation) and isinstance(above.operator, cst.Or) and above.right is node:
        return _name(above.left, file), what
    if isinstance(above, cst.IfExp) and node is not above.test:
        other = above.orelse if above.body is node else above.body
        return (_name(other, file), what) if asks_for(above.test, other, file) else None
    if isinstance(above, cst.Arg) and above.keyword is not None and above.keyword.value == "default":
        call = file.parent(above)
        if isinstance(call, cst.Call) and file.qualified_name(call.func) == "dj_database_url.config":
            return "DATABASE_URL", what
    return None


def _name(expression: cst.BaseExpression, file: PythonFile) -> str:
    strings = [n for n in file.walk(expression) if isinstance(n, cst.SimpleString)]
    first = file.literal(strings[0]) if strings else None
    return first if isinstance(first, str) and first else last_name(expression) or "the database URL"


def _branch(node: cst.CSTNode, file: PythonFile) -> tuple[str, str] | None:
    """An assignment or a return under a test that asks whether the URL is there."""
    statement = file.enclosing_statement(node)
    if not isinstance(statement, (cst.Assign, cst.Return)) or statement.value is not node:
        return None
    target = last_name(statement.targets[0].target) if isinstance(statement, cst.Assign) else ""
    for guard in file.guards(statement):
        if guard.test is None:
            continue
        test = file.code(guard.test)
        absent = bool(_ABSENT.search(test)) is not guard.negated
        asked = _asked(guard.test, target or "", file)
        if not absent or not asked:
            continue
        if isinstance(guard.test, cst.BooleanOperation) and isinstance(guard.test.operator, cst.Or):
            return asked, "is replaced by SQLite, even where it is set"
        return asked, "falls back to SQLite where nothing sets it"
    return None


def _handler(node: cst.CSTNode, file: PythonFile) -> tuple[str, str] | None:
    """What stands in for a database whose URL is not set, or that does not answer: `except KeyError: url = "sqlite://"`."""
    statement = file.enclosing_statement(node)
    if not isinstance(statement, (cst.Assign, cst.Return)) or statement.value is None:
        return None
    value = statement.value
    if value is not node and not (isinstance(value, cst.Call) and file.argument(value, 0, "url") is node):
        return None
    for above in file.ancestors(statement):
        if isinstance(above, (cst.FunctionDef, cst.ClassDef)):
            return None
        attempt = file.parent(above)
        if isinstance(above, cst.ExceptHandler) and isinstance(attempt, cst.Try):
            asked = _asked(attempt.body, "", file)
            unset = file.caught(above) == ("KeyError",)
            what = "falls back to SQLite where nothing sets it"
            return (asked, what if unset else "is replaced by SQLite where it fails") if asked else None
    return None


def _asked(test: cst.CSTNode, target: str, file: PythonFile) -> str:
    """The name of a database URL that a test asks about; empty where it asks about something else."""
    for node in file.walk(test):
        name = last_name(node) if isinstance(node, (cst.Name, cst.Attribute)) else None
        if isinstance(node, cst.SimpleString):
            value = file.literal(node)
            name = value if isinstance(value, str) and value.isupper() else None
        if name and (name == target or _DATABASE.search(name)):
            return name
    return ""


_DATABASE = re.compile(
    r"(?:database|db|sql|postgres\w*|pg|mysql)_?(?:url|uri|dsn|host|name)$|^(?:url|uri|dsn)$", re.I
)
