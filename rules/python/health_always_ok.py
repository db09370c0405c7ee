"""python/health-always-ok: a health check that answers 200 whatever its checks found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Location,
    Match,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    HEALTH_TRIGGERS,
    Assignment,
    Await,
    Call,
    Code,
    Comparison,
    Conditional,
    Dict,
    Discarded,
    Entry,
    Except,
    Expression,
    FormattedString,
    HealthCheck,
    List,
    Name,
    Raise,
    Return,
    String,
    Subscript,
    Text,
    health_checks,
    may_raise,
)

RULE = define(
    summary="a health check that answers 200 whatever it found",
    why="""
Probes, load balancers and most monitors read the status code and nothing else. A handler that looks at the database,
writes "unhealthy" into its JSON and answers 200 keeps the broken replica in rotation, lets a rollout finish, and the
outage is first seen by users.
""",
    remedy="""
Answer 503 when a check fails (`raise HTTPException(503)`, `response.status_code = 503`, `JSONResponse(..., 503)`).
A liveness check should check nothing.
""",
    severity="warning",
    kinds=("python",),
    looks_at=HEALTH_TRIGGERS,
    tags=("health", "availability", "observability"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
async def health():  # <-- here
    try:
        await app.state.redis.ping()
        redis_status = "healthy"
    except Exception as error:
        logger.error("no redis", error=str(error))
        redis_status = "unhealthy"
    return {"status": redis_status}
"""
        ),
        bad(
            """\
from flask import Blueprint, jsonify

bp = Blueprint("status", __name__)


@bp.route("/readyz")
def ready():  # <-- here
    return jsonify({"database": database_ok()})


def database_ok():
    try:
        connection.execute("SELECT 1")
    except OSError:
        return False
    return True
"""
        ),
        bad(
            """\
from django.http import JsonResponse


def health_check(request):  # <-- here
    broken = find_broken()
    return JsonResponse({"status": "degraded" if broken else "ok"})
"""
        ),
        bad(
            """\
from litestar import get


@get("/health/db")
async def health(database: Database) -> dict:  # <-- here
    if not await database.is_up():
        return {"status": "down"}
    return {"status": "up"}
"""
        ),
        bad(
            """\
from aiohttp import web


async def health(request):  # <-- here
    try:
        await request.app["pool"].fetchval("SELECT 1")
    except Exception:
        return web.json_response({"status": "error"})
    return web.json_response({"status": "ok"})


app = web.Application()
app.router.add_get("/health", health)
"""
        ),
        good(
            """\
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/health")
async def health():
    try:
        await app.state.redis.ping()
    except Exception as error:
        raise HTTPException(503, "no redis") from error
    return {"status": "ok"}
""",
            note="503",
        ),
        good(
            """\
@app.get("/ready")
async def ready(response: Response):
    database = "up"
    try:
        await connect()
    except OSError:
        database = "down"
        response.status_code = 503
    return {"database": database}
""",
            note="503, by the response",
        ),
        good(
            """\
@app.get("/health")
async def health():
    found = await check_all()
    return JSONResponse(found, status_code=200 if found["status"] != "unhealthy" else 503)
"""
        ),
        good(
            """\
@bp.route("/health")
def health():
    if not database_ok():
        return {"status": "error"}, 503
    return {"status": "ok"}, 200
"""
        ),
        good(
            """\
from django.http import HttpResponse


def health_check(request):
    try:
        ask()
    except OSError:
        return HttpResponse("down", status=503)
    return HttpResponse("ok")
"""
        ),
        good(
            """\
from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/health")
async def health(request):
    try:
        await ask()
    except OSError:
        raise web.HTTPServiceUnavailable(text="down")
    return web.Response(text="ok")
"""
        ),
        bad(
            """\
from shop.schemas import HealthResponse


@router.get("/health", response_model=HealthResponse)
async def health(database: Database):  # <-- here
    status = "healthy"
    try:
        await database.execute("SELECT 1")
    except Exception:
        status = "unhealthy"
    return HealthResponse(status=status)
"""
        ),
        good('@app.get("/health")\ndef health():\n    return {"status": "ok"}\n', note="it checks nothing"),
        good(
            """\
@app.get("/livez")
def live():
    try:
        queue = len(backlog())
    except Exception:
        queue = None
    return {"status": "ok", "queue": queue}
""",
            note="liveness: the process answers, and that is all",
        ),
        good(
            """\
@app.get("/health")
async def health(database: Database):
    await database.execute("SELECT 1")
    return {"status": "ok"}
""",
            note="an error of the check becomes a 500",
        ),
        good(
            """\
@app.get("/health")
async def health():
    return answer_for(await check_all())
""",
            note="what the other function answers is not known here",
        ),
    ),
)

_LIVENESS = re.compile(
    r"/_*(?:live|livez|liveness|alive|ping)\b|^_?(?:live|livez|liveness|is_alive)", re.IGNORECASE
)
_BAD_STATE = re.compile(
    r"[\"'](?:unhealthy|degraded|down|error|errors|fail|failed|failing|failure|unavailable|not[ _-]?ready|disconnected"
    r"|not[ _-]?ok|ko|critical|unreachable|broken)[\"']\Z",
    re.IGNORECASE,
)
_SAYS_STATUS = re.compile(
    r"\bstatus_code\b|\babort\(|HTTPException|HTTPError|HTTP_?[45]\d\d|\bHTTP[A-Z]\w+|ServiceUnavailable"
    r"|ServerError|\bset_status\(|\b50[0-9]\b|\bHttpResponse\w+Error|_to_(?:json_)?response\(|ImproperlyConfigured"
)
_FRAMEWORK = re.compile(
    r"(?:fastapi|starlette|flask|django|rest_framework|litestar|aiohttp|quart|sanic|werkzeug)\b"
)
_PLAIN = frozenset(
    {"dict", "jsonify", "JSONResponse", "ORJSONResponse", "JsonResponse", "json_response", "Response"}
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each health check that finds out something and never answers anything but 200."""
    if match is not rule.matches[0]:
        return
    for each in health_checks(file):
        if _LIVENESS.search(each.handler.route or each.function.name) or _may_fail(each):
            continue
        found = _found_out(each)
        if found is None:
            continue
        code, what = found
        yield rule.finding(
            each.function.name_span,
            f"{each.name} answers 200 {what}: probes read the status code and keep the replica in rotation",
            subject=each.function.name,
            related=[Location(code.span, "found here, and told in the body only")],
        )


def _may_fail(check: HealthCheck) -> bool:
    """Whether a status is set, or an error leaves, on any way through the handler and what it calls."""
    return any(
        _SAYS_STATUS.search(part.text) or next(part.body.below(Raise), None) for part in check.parts
    ) or any(
        returned.value is not None and not _is_plain(returned.value)
        for returned in check.function.body.below(Return)
    )


def _name(call: Call) -> str:
    """The last name of what is called: as its library calls it where that is known, as it is spelled otherwise."""
    return (call.name or call.callee.text).rpartition(".")[2]


def _is_plain(value: Expression) -> bool:
    """Whether a returned value is a body that becomes a 200: data, or a response made of data."""
    if isinstance(value, Await):
        value = value.awaited
    if isinstance(value, Call):
        # A model of one's own becomes a body; a response of a framework may be anything.
        name = _name(value)
        return name in _PLAIN or (name[:1].isupper() and not _FRAMEWORK.match(value.name or ""))
    if isinstance(value, Name):
        return value.followed == value or _is_plain(value.followed)
    return isinstance(value, Dict | List | Text | Conditional | Subscript)


def _found_out(check: HealthCheck) -> tuple[Code, str] | None:
    """Where a handler learns that something is wrong: a word for it in a value, or an error that it catches."""
    for part in check.parts:
        for word in part.body.below(String):
            if _BAD_STATE.search(word.text) and _is_answer(word):
                return word, f"also when it finds {word.text.strip(chr(34) + chr(39))!r}"
    for part in check.parts:
        for handler in part.body.below(Except):
            if not may_raise(handler) and any(call.method for call in handler.attempt.body.below(Call)):
                return handler, "also when its check fails"  # it asks a dependency, and no import or number
    return None


def _is_answer(word: String) -> bool:
    """Whether a word is a value that may be answered: assigned, returned, or an entry; no log, no comparison."""
    below: Code = word
    for above in word.around(Code):
        if isinstance(above, Comparison | Subscript | FormattedString | Raise | Discarded):
            return False
        if isinstance(above, Entry) and above.key == below:
            return False
        if isinstance(above, Call) and _name(above) not in _PLAIN and not _name(above)[:1].isupper():
            return False
        if isinstance(above, Return | Assignment):
            return True
        below = above
    return False
