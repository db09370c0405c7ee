"""python/print-in-client: print left in a module that talks to a database, a broker or an API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Calls,
    Finding,
    Match,
    MethodCalls,
    PythonFile,
    RuleContext,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    CLIENT_CALLS,
    CLIENT_TYPES,
    HTTP_VERBS,
    code_of_test,
    holds,
    in_development_branch,
    is_client_module,
    last_name,
    logged,
    run_by_hand,
    scope_name,
    talks_to,
)

PRINTS = Calls(("print", "pprint.pprint", "pprint.pp"))
SESSIONS = MethodCalls(HTTP_VERBS, words=(("session", "http"), ("client", "http")))
"""Calls that may go to another service through a session that another module of the project makes."""
PROGRAM = Calls(
    (
        "argparse.ArgumentParser",
        "click.command",
        "click.group",
        "typer.Typer",
        "typer.run",
        "fire.Fire",
        "docopt.docopt",
        "optparse.OptionParser",
        "sys.exit",
        "getpass.getpass",
        "input",
        "exit",
        "quit",
    )
)
"""What marks a module as a program for the terminal, whose prints are its output."""

RULE = define(
    summary="print in a module that talks to another service",
    why="""
What `print` writes has no level, no time and no request id, goes to a buffered stdout, and cannot be switched off.
In a client module it runs on every query: the log fills with states and results of users, and the one line that
explains the outage is not in it.
""",
    remedy="Use the module's logger (`logger.debug(...)`), with values as arguments; delete what was for debugging.",
    severity="warning",
    kinds=("python",),
    looks_at=(PRINTS, PROGRAM, CLIENT_CALLS, CLIENT_TYPES, SESSIONS),
    tags=("logging",),
    fixable=True,
    equivalents=("ruff:T201", "ruff:T203"),
    packs=("recommended", "production"),
    paths_ignore=(
        *NOT_A_SERVICE,
        *SCRIPTS,
        "**/cli/**",
        "**/cli.py",
        "**/__main__.py",
        "**/management/commands/**",
    ),
    examples=(
        bad(
            {
                "app/neo4j_client.py": """\
from neo4j import AsyncGraphDatabase


class Graph:
    def __init__(self, uri: str) -> None:
        self.driver = AsyncGraphDatabase.driver(uri)

    async def links(self, project: str) -> list[str]:
        print(f"DEBUG: links called for {project}")  # <-- here
        # print("left out")
        return []
"""
            },
            fixed={
                "app/neo4j_client.py": """\
import logging
from neo4j import AsyncGraphDatabase

logger = logging.getLogger(__name__)


class Graph:
    def __init__(self, uri: str) -> None:
        self.driver = AsyncGraphDatabase.driver(uri)

    async def links(self, project: str) -> list[str]:
        logger.debug("DEBUG: links called for %s", project)
        # print("left out")
        return []
"""
            },
        ),
        bad(
            """\
import logging

import redis

log = logging.getLogger("cache")


class Cache:
    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def get(self, key: str) -> bytes | None:
        try:
            value = self.client.get(key)
        except redis.RedisError as error:
            print(f"❌ cannot read {key!r}: {error}", flush=True)  # <-- here
            return None
        print("got", len(value), f"bytes, {100 * self.hits / self.reads:.1f}% hits")  # <-- here
        return value
""",
            fixed="""\
import logging

import redis

log = logging.getLogger("cache")


class Cache:
    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def get(self, key: str) -> bytes | None:
        try:
            value = self.client.get(key)
        except redis.RedisError as error:
            log.exception("❌ cannot read %r: %s", key, error)
            return None
        log.info("got %s bytes, %.1f%% hits", len(value), 100 * self.hits / self.reads)
        return value
""",
            note="the logger that is there, with values as its arguments",
        ),
        bad(
            """\
import httpx
import structlog

logger = structlog.get_logger().bind(client="billing")
client = httpx.Client()


def charge(order):
    print(f"charging order {order.number} for {order.total}")  # <-- here
""",
            fixed="""\
import httpx
import structlog

logger = structlog.get_logger().bind(client="billing")
client = httpx.Client()


def charge(order):
    logger.info("charging order for", number=order.number, total=order.total)
""",
            note="structlog takes an event and values by name",
        ),
        bad(
            """\
import httpx
from loguru import logger

client = httpx.Client()


def charge(order):
    print("charging", order, sep=": ")  # <-- here
""",
            fixed="""\
import httpx
from loguru import logger

client = httpx.Client()


def charge(order):
    logger.info("charging: {}", order)
""",
        ),
        bad(
            """\
import sys

import httpx

client = httpx.Client()
print(*client.headers, file=sys.stderr, end="")  # <-- here
""",
            note="no logger does this",
        ),
        bad(
            """\
import redis
from pprint import pprint

cache = redis.Redis(host="cache")


def get(key: str) -> bytes:
    value = cache.get(key)
    pprint(value)  # <-- here
    return value
"""
        ),
        bad(
            {
                "app/clients/billing.py": 'def charge(order):\n    print("charging", order, flush=True)  # <-- here\n'
            }
        ),
        bad(
            {
                "app/parcels.py": """\
from shop.net import http_client

BASE_URL = "https://depot.example.com"


def find(parcel):
    answer = http_client.get(f"{BASE_URL}/parcels/{parcel}")
    print(answer.json())  # <-- here
    return answer
"""
            },
            note="through a session that another module makes",
        ),
        bad(
            {
                "app/tasks.py": """\
import psycopg2
from celery import shared_task

connection = psycopg2.connect(DSN)


@shared_task
def sweep():
    print("sweeping")  # <-- here
    connection.cursor().execute("DELETE FROM parcels")
"""
            },
            note="Celery's workers take over stdout",
        ),
        good(
            {
                "app/database.py": """\
import logging

from sqlalchemy import create_engine, event

engine = create_engine(URL)

if DEV_SQL_ECHO:

    @event.listens_for(engine, "before_cursor_execute")
    def before(conn, cursor, statement, parameters, context, executemany):
        print(f"SQL: {statement}")


def find(order, verbose=False):
    if verbose:
        print("looking for", order)
    return engine.connect().execute(query(order))


def print_orders(orders):
    for order in orders:
        print(order)


def configure_logging(level):
    print(f"the level is {level}")
    logging.basicConfig(level=level)
"""
            },
            note="who runs it asked for the output, or there is no logger yet",
        ),
        good(
            {"app/store.py": "def show(session, key):\n    print(session.get(key))\n"},
            note="nothing says that this session calls a service",
        ),
        good(
            'import redis\n\ncache = redis.Redis()\n\nif __name__ == "__main__":\n    print(cache.ping())\n'
        ),
        good(
            {
                "app/clients/probe.py": """\
import asyncio

import httpx


async def main():
    async with httpx.AsyncClient() as client:
        print((await client.get("https://api.example.com/health")).text)


if __name__ == "__main__":
    asyncio.run(main())
"""
            },
            note="what the `__main__` block starts",
        ),
        good(
            """\
import httpx


def probe():
    print(httpx.get("https://api.example.com/health", timeout=5).text)


if (
    __name__
    == "__main__"
):
    probe()
""",
            note="however the block is wrapped",
        ),
        good({"scripts/ping.py": "import redis\n\nprint(redis.Redis().ping())\n"}),
        good(
            {"app/report.py": 'def show(total):\n    print(f"{total} orders")\n'},
            note="no service is wrapped here",
        ),
        good(
            {"app/db_client.py": "def print(*values):\n    return None\n\n\nprint(1)\n"},
            note="a function of one's own",
        ),
        good(
            {
                "tool.py": """\
import argparse
import httpx


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    with httpx.Client() as client:
        print(client.get(parser.parse_args().url).status_code)
"""
            },
            note="a command line tool prints its answer",
        ),
    ),
)

_DEBUG_WORDS = re.compile(r"debug|warning|error|trace|failed|exception|>>>|===|---", re.IGNORECASE)
_TRACES = re.compile(r"debug|trace|>>>|===|---", re.IGNORECASE)
_TASK = re.compile(
    r"^[ \t]*@(?:[\w.]*\bcelery\w*\.task|[\w.]*\bshared_task|(?:app|cel)\.task)\b", re.MULTILINE
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a print where the module wraps a service and is not a program of its own."""
    call = match.node
    if (
        match.trigger is not PRINTS
        or not isinstance(call, cst.Call)
        or file.in_main_block(call)
        or _writes_elsewhere(call, file)
        or _runs_as_a_script(call, file)
        or _is_asked_for(call, file)
    ):
        return
    if not rule.strict and _MAIN_BLOCK.search(file.text) and not _is_imported_client(call, file):
        return  # a job that somebody starts, and whose output somebody or something reads
    if not rule.strict and (_OF_LAMBDA.search(file.text) or _is_of_a_script(call, file)):
        return
    library, program = _about(file, rule)
    if program or (library is None and not is_client_module(file.path)):
        return
    name = file.code(call.func)
    place = f"a module that talks to {library}" if library is not None else "a client module"
    what = f"`{name}` in {place}"
    certain = _is_debug_output(call, file)
    yield rule.finding(
        file.span(call),
        f"{what}: "
        + (
            "debugging output runs in production"
            if _is_for_debugging(call, file)
            else "a worker of Celery logs the line as a warning, whatever it says"
            if _has_tasks(file, rule)
            else "the line has no level, no time and no request"
        ),
        subject=scope_name(call, file) or "module",
        confidence="high" if certain or library is not None else "medium",
        fix=logged(call, file),
    )


_SESSION = re.compile(r"(?:^|_)(?:session|http|client)$")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_ADDRESS_NAME = re.compile(r"(?:^|_)(?:url|uri|endpoint|base|host|api)(?:$|_)", re.IGNORECASE)


def _calls_service(matches: Sequence[Match], file: PythonFile) -> str | None:
    """`session.post("https://…")`: what is called is another service, whoever made the session."""
    return next(
        ("another service" for each in matches if each.trigger is SESSIONS and _is_request(each.node, file)),
        None,
    )


def _is_request(call: cst.CSTNode, file: PythonFile) -> bool:
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return False
    if not _SESSION.search((last_name(call.func.value) or "").lower()):
        return False
    for value in file.positional(call)[:2]:
        first = next(iter(file.string_parts(value, follow=True) or ()), None)
        if isinstance(first, str):
            if _ADDRESS.match(first):
                return True
        elif first is not None and _ADDRESS_NAME.search(last_name(first) or ""):
            return True
    return False


def _about(file: PythonFile, rule: RuleContext) -> tuple[str | None, bool]:
    """What the module talks to, and whether it is a program; found once, as it may print thousands of times."""
    key = ("print-in-client", id(rule.matches))
    if key not in file.answers:
        library = talks_to(rule.matches) or holds(rule.matches, file) or _calls_service(rule.matches, file)
        file.answers[key] = library, any(other.trigger is PROGRAM for other in rule.matches)
    found: tuple[str | None, bool] = file.answers[key]
    return found


def _writes_elsewhere(call: cst.Call, file: PythonFile) -> bool:
    """`print(..., file=sink)` writes where the code wants it; only stdout and stderr are a log."""
    sink = file.keyword_arguments(call).get("file")
    return sink is not None and file.qualified_name(sink.value) not in {"sys.stdout", "sys.stderr"}


_OUTPUT_SWITCH = re.compile(r"verbos|quiet|silent|debug|trace|\becho|print", re.IGNORECASE)
_SHOWS = re.compile(
    r"(?:^|_)(?:print|show|display)(?:_|$)|(?:setup|set_up|configure|init\w*)_\w*log|^(?:p|pretty)print",
    re.IGNORECASE,
)
"""Functions that are there to show something, or run before there is a logger."""


def _is_asked_for(call: cst.Call, file: PythonFile) -> bool:
    """Whether who runs the code asked for the output: a switch such as `verbose`, or a function named for it."""
    if any(
        isinstance(above, cst.FunctionDef) and _SHOWS.search(above.name.value)
        for above in file.ancestors(call)
    ):
        return True
    return in_development_branch(call, file) or any(
        guard.test is not None
        and not guard.negated
        and bool(_OUTPUT_SWITCH.search(code_of_test(guard.test, file)))
        for guard in file.guards(call)
    )


_MAIN_BLOCK = re.compile(r"""^if\s*\(?\s*__name__\s*==\s*["']__main__["']\s*\)?\s*:""", re.MULTILINE)


_SCAFFOLDS = frozenset({"debug_task", "celery_debug_task"})
"""Functions that Celery's own guide for Django has in every project (docs.celeryq.dev, "First steps with Django")."""


def _is_of_a_script(call: cst.Call, file: PythonFile) -> bool:
    """Whether a print is of a file of statements, which is started by hand, or of a task that only shows itself."""
    function = file.enclosing_function(call)
    if function is not None:
        return function.name.value in _SCAFFOLDS
    return _DEFINES.search(file.text) is None and not any(
        isinstance(above, cst.ExceptHandler) for above in file.ancestors(call)
    )


_DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+def|def|class)[ \t]", re.MULTILINE)


_OF_LAMBDA = re.compile(r"^def \w+\(\s*event\b[^)\n]{0,80},\s*_?(?:context|ctx)\b", re.MULTILINE)
"""The handler of a function of AWS, whose runtime writes each line with its time and request into the log."""


def _is_imported_client(call: cst.Call, file: PythonFile) -> bool:
    """Whether a module that can be started is a client by its name, and what prints is not for its `__main__` block."""
    if not is_client_module(file.path):
        return False
    function = next((above for above in file.ancestors(call) if isinstance(above, cst.FunctionDef)), None)
    return function is not None and not run_by_hand(function, file)


def _runs_as_a_script(call: cst.Call, file: PythonFile) -> bool:
    """Whether the function around a print is one that the module's `__main__` block starts."""
    top = file.top_level_statement(call)
    return isinstance(top, cst.FunctionDef) and top.name.value in _started(file)


def _started(file: PythonFile) -> frozenset[str]:
    """The words behind the beginning of the `__main__` block; found once."""
    key = "print-in-client: started"
    if key not in file.answers:
        block = _MAIN_BLOCK.search(file.text)
        behind = file.text[block.end() :] if block is not None else ""
        file.answers[key] = frozenset(re.findall(r"\w+", behind))
    found: frozenset[str] = file.answers[key]
    return found


def _has_tasks(file: PythonFile, rule: RuleContext) -> bool:
    """Whether tasks of Celery are defined here, whose workers take over stdout (`worker_redirect_stdouts`)."""
    key = ("print-in-client: tasks", id(rule.matches))
    if key not in file.answers:
        file.answers[key] = _TASK.search(file.text) is not None
    found: bool = file.answers[key]
    return found


def _is_for_debugging(call: cst.Call, file: PythonFile) -> bool:
    text = "".join(file.code(argument.value) for argument in call.args)
    return bool(_EMOJI.search(text) or _TRACES.search(text))


def _is_debug_output(call: cst.Call, file: PythonFile) -> bool:
    if "flush" in file.keyword_arguments(call):
        return True
    text = "".join(file.code(argument.value) for argument in call.args)
    return bool(_EMOJI.search(text) or _DEBUG_WORDS.search(text)) or any(
        isinstance(argument.value, cst.FormattedString) for argument in call.args
    )
