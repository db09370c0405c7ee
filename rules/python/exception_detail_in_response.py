"""python/exception-detail-in-response: the text of an error, or a traceback, is sent to whoever asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Calls,
    Decorators,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    Statements,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    BROAD,
    ERROR_HANDLERS,
    Code,
    Except,
    catches_everything,
    code_of_test,
    handler_around,
    in_development_branch,
    scope_name,
)

TRACEBACKS = Calls(
    ("traceback.format_exc", "traceback.format_exception", "traceback.format_tb", "traceback.format_stack")
)
HANDLERS = Statements(("except",))
ERROR_ROUTES = Decorators(tuple(sorted(ERROR_HANDLERS)))

RULE = define(
    summary="the text of an exception is sent to the caller",
    why="""
The text of an exception is written for the log: it holds SQL with its values, hosts and ports, file paths, pieces of
tokens, and names of internal services. Sent in a response it maps the system for whoever provokes errors, and becomes
an interface that clients parse.
""",
    remedy="""
Answer with a text of your own and an id (`detail="could not create the job"`), and log the exception under that id.
""",
    severity="warning",
    kinds=("python",),
    looks_at=(HANDLERS, ERROR_ROUTES, TRACEBACKS),
    tags=("security", "information-leak", "CWE-209"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
from fastapi import FastAPI, HTTPException, status
from sqlalchemy.exc import IntegrityError

app = FastAPI()


@app.post("/jobs")
async def create(job: Job):
    try:
        return await jobs.create(job)
    except IntegrityError as e:
        raise HTTPException(
            status_code=status.HTTP_409_CONFLICT,
            detail=str(e),  # <-- here
        )
    except Exception as e:
        raise HTTPException(500, f"failed: {e}") from e  # <-- here
"""
        ),
        bad(
            """\
from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/orders")
def orders():
    try:
        return jsonify(load())
    except Exception as error:
        message = "failed: %s" % error
        return jsonify({"error": message}), 500  # <-- here


@app.route("/order")
def order():
    try:
        return {"order": load_one()}
    except Exception as error:
        return {"error": repr(error)}, 500  # <-- here
"""
        ),
        bad(
            """\
from django.http import HttpResponse, JsonResponse


def orders(request):
    try:
        return JsonResponse(load())
    except Exception as error:
        return HttpResponse("failed: {}".format(error), status=500)  # <-- here
"""
        ),
        bad(
            """\
from litestar import get
from litestar.exceptions import HTTPException


@get("/orders")
async def orders() -> list:
    try:
        return load()
    except OSError as error:
        raise HTTPException(detail=error.args[0], status_code=500)  # <-- here
"""
        ),
        bad(
            """\
from aiohttp import web


async def orders(request):
    try:
        return web.json_response(load())
    except Exception as error:
        return web.json_response({"error": str(error)}, status=500)  # <-- here
"""
        ),
        bad(
            """\
import traceback

from starlette.responses import PlainTextResponse


async def orders(request):
    try:
        return load()
    except ValueError:
        return PlainTextResponse(traceback.format_exc(), 500)  # <-- here
""",
            note="a traceback",
        ),
        bad(
            """\
from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()


@app.exception_handler(Exception)
async def failed(request, error):
    return JSONResponse({"detail": str(error)}, status_code=500)  # <-- here
""",
            note="what answers every error",
        ),
        bad(
            """\
from fastapi import FastAPI, HTTPException
from shop.errors import OrderClosed
from sqlalchemy.exc import SQLAlchemyError

app = FastAPI()


@app.get("/order")
def order():
    try:
        return load()
    except Exception as error:
        if isinstance(error, OrderClosed):
            raise HTTPException(409, detail=str(error))
        if isinstance(error, (OrderClosed, SQLAlchemyError)):
            raise HTTPException(503, detail=str(error))  # <-- here
        known = isinstance(error, AssertionError) or isinstance(error, OrderClosed)
        detail = str(error) if isinstance(error, AssertionError) else "failed"
        other = "failed" if isinstance(error, AssertionError) else str(error)
        if known:
            raise HTTPException(500, detail=detail)
        raise HTTPException(500, detail=other)  # <-- here
""",
            note="behind a test for the project's own errors the text is theirs",
        ),
        bad(
            """\
from fastapi import FastAPI, WebSocket
from pymongo.errors import DuplicateKeyError
from sanic import Sanic, json
from tornado.web import RequestHandler

app = FastAPI()
other = Sanic("shop")


@app.websocket("/orders")
async def orders(socket: WebSocket):
    try:
        await follow(socket)
    except Exception as error:
        await socket.send_json({"error": str(error)})  # <-- here


@other.get("/stock")
async def stock(request):
    try:
        return json(await load())
    except DuplicateKeyError as error:
        return json({"error": str(error.details)}, status=409)  # <-- here


class Shelf(RequestHandler):
    def get(self):
        try:
            self.write(load())
        except Exception as error:
            self.write({"error": str(error)})  # <-- here
""",
            note="web sockets, and handlers that write their answer",
        ),
        good(
            """\
import re

from rest_framework.decorators import api_view
from rest_framework.response import Response


@api_view(["POST"])
def search(request):
    try:
        pattern = re.compile(translate_pattern(request.data["pattern"]), flags=re.IGNORECASE)
    except Exception as error:
        return Response({"error": f"not a pattern: {error}"}, status=400)
    return Response(find(pattern))
""",
            note="only what the caller sent is read there, and the error is about that",
        ),
        good(
            """\
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/jobs")
async def create(job: Job):
    try:
        return await jobs.create(job)
    except Exception as error:
        logger.error("could not create a job: %s", error)
        raise HTTPException(500, "could not create the job") from error
""",
            note="it is logged; the caller gets another text",
        ),
        good(
            """\
from fastapi import HTTPException
from pydantic import ValidationError


def parse(text):
    try:
        return Job.parse(text)
    except ValidationError as error:
        raise HTTPException(422, detail=error.errors())
    except UpstreamError as error:
        raise HTTPException(error.status, detail={"kind": type(error).__name__, "code": error.code})
""",
            note="what is wrong with the request, or a code of its own",
        ),
        good(
            """\
from fastapi import HTTPException

from shop.settings import settings


def run():
    try:
        work()
    except Exception as error:
        raise HTTPException(500, detail=str(error) if settings.DEBUG else "failed")
    try:
        work()
    except Exception as error:
        detail = str(error) if settings.ENVIRONMENT != "production" else None
        raise HTTPException(500, detail=detail)
""",
            note="for developers only",
        ),
        good(
            """\
from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()


@app.exception_handler(OrderError)
async def refused(request, error: OrderError):
    return JSONResponse({"detail": str(error)}, status_code=409)
""",
            note="an error that was made to be answered so",
        ),
        good(
            """\
def work():
    try:
        load()
    except Exception as error:
        return {"error": str(error)}
""",
            note="nothing says that this is a response",
        ),
        good(
            """\
import logging
import traceback

from fastapi import HTTPException


def work():
    try:
        load()
    except Exception:
        logging.error(traceback.format_exc())
        raise HTTPException(500, "failed")
""",
            note="a traceback in the log",
        ),
        bad(
            """\
from http import HTTPStatus

import httpx
from fastapi import FastAPI, HTTPException
from flask import jsonify

app = FastAPI()


@app.get("/rate")
def rate():
    try:
        return ask()
    except (httpx.HTTPError, RateMissing) as error:
        raise HTTPException(status_code=404, detail=f"no rate: {error}")  # <-- here
    except ValueError as error:
        raise HTTPException(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))  # <-- here


@app.get("/order")
def order():
    try:
        return jsonify(load())
    except KeyError as error:
        return jsonify(error=str(error)), 500  # <-- here
""",
            note="of a library, and of Python where the service says that it is the one at fault",
        ),
        good(
            """\
from fastapi import FastAPI, HTTPException
from shop.errors import OrderClosed

app = FastAPI()


class SoldOut(Exception):
    pass


def check(name):
    if not name:
        raise ValueError("a name has a letter or more")


@app.post("/orders/{name}")
def order(name: str):
    try:
        check(name)
    except ValueError as error:
        raise HTTPException(status_code=422, detail=str(error))
    except (OrderClosed, SoldOut) as error:
        raise HTTPException(409, detail=str(error))
""",
            note="sentences for the caller: errors of the project, and of Python where the request is at fault",
        ),
        good(
            """\
from fastapi import HTTPException
from sqlalchemy.exc import NoResultFound


@app.get("/orders/{name}")
def order(name: str):
    try:
        return find(name)
    except NoResultFound as error:
        raise HTTPException(404, detail=str(error))
    except PermissionError as error:
        raise HTTPException(403, detail=str(error))
""",
            note="a fixed sentence, and a refusal by the project's own check",
        ),
        bad(
            """\
from fastapi import HTTPException


@app.get("/orders/{name}")
def order(name: str):
    try:
        return open(name).read()
    except PermissionError as error:
        raise HTTPException(500, detail=str(error))  # <-- here
""",
            note="the error of a file",
        ),
        good(
            """\
class HTTPException(ValueError):
    def __init__(self, *, detail):
        super().__init__(detail)


def work():
    try:
        load()
    except Exception as error:
        raise HTTPException(detail=str(error))
""",
            note="a class of one's own",
        ),
    ),
)

_RESPONSE = re.compile(
    r"(?:fastapi|starlette)\.(?:\w+\.)*(?:HTTPException|WebSocketException|\w*Response)$"
    r"|(?:flask|quart)\.(?:\w+\.)*(?:jsonify|make_response|abort|Response)$|flask_restful\.abort$"
    r"|flask\.json\.jsonify$|werkzeug\.(?:\w+\.)*(?:abort|Response|exceptions\.\w+)$"
    r"|django\.(?:http\.(?:\w+\.)*(?:HttpResponse\w*|JsonResponse)|shortcuts\.HttpResponse)$"
    r"|rest_framework\.(?:response\.Response|exceptions\.(?!ValidationError)\w+)$|ninja\.errors\.HttpError$"
    r"|litestar\.(?:\w+\.)*(?:Response|\w*Exception)$"
    r"|aiohttp\.web\.(?:\w+\.)*(?:json_response|Response|HTTP\w+)$"
    r"|sanic\.(?:(?:response|exceptions)\.(?:\w+\.)*\w+|json|text|html)$|falcon\.HTTP\w+$|tornado\.web\.HTTPError$|bottle\.(?:abort|HTTPResponse)$"
)
_PARTS = frozenset({"args", "orig", "details", "statement", "stderr"})
"""Parts of an exception that say what its text says: of Python, SQLAlchemy, PyMongo and subprocess."""
_SENDS = frozenset({"send_json", "send_text", "send_str"})
"""Methods of web sockets (Starlette, FastAPI, aiohttp) that send a message to whoever connected."""
_TORNADO = re.compile(r"tornado\.web(?:socket)?\.\w*Handler$")
_NOT_THE_BODY = frozenset(
    {"headers", "status", "status_code", "media_type", "content_type", "background", "reason_code"}
)
_TEXTS = (
    (
        re.compile(
            r"(?:sqlalchemy|psycopg\w*|asyncpg|aiopg|pymysql|aiomysql|MySQLdb|mysql|sqlite3|aiosqlite|pyodbc|oracledb|cx_Oracle"
            r"|peewee|tortoise|databases|duckdb|clickhouse_\w+|django\.db)\."
        ),
        "SQL and its values included",
    ),
    (
        re.compile(
            r"(?:OSError|IOError|FileNotFoundError|FileExistsError|PermissionError|IsADirectoryError|NotADirectoryError"
            r"|shutil\.Error|shutil\.\w+Error|subprocess\.\w+)$"
        ),
        "paths of the server included",
    ),
    (
        re.compile(
            r"(?:ConnectionError|ConnectionRefusedError|ConnectionResetError|ConnectionAbortedError|TimeoutError)$"
            r"|(?:socket|ssl|smtplib|ftplib|http\.client|urllib\.error|urllib3|requests|httpx|httpcore|aiohttp(?!\.web)|redis|aioredis|valkey"
            r"|pymongo|motor|neo4j|kafka|aiokafka|aio_pika|pika|amqp|kombu|celery|nats|elastic\w+|opensearchpy|grpc|botocore"
            r"|boto3|aiobotocore|minio|google|azure|kubernetes|docker|paramiko|asyncssh|ldap3?|websockets|qdrant_client)\."
        ),
        "hosts and addresses included",
    ),
)
"""Classes of exceptions whose text a library writes for developers, and what it holds."""
_OF_PYTHON = frozenset(
    {
        *(
            "ValueError",
            "TypeError",
            "KeyError",
            "IndexError",
            "LookupError",
            "AttributeError",
            "RuntimeError",
        ),
        *("AssertionError", "ArithmeticError", "ZeroDivisionError", "NotImplementedError", "MemoryError"),
    }
)
"""Classes that code of the project raises as well: with a sentence for a caller who is at fault, or asks too much."""
_FAULT = re.compile(
    r"\b5(?!01)\d\d\b|HTTP_5(?!01)\d\d|INTERNAL_SERVER_ERROR|BAD_GATEWAY|SERVICE_UNAVAILABLE|GATEWAY_TIMEOUT"
    r"|ServerError\b|InternalServerError|HTTPBadGateway|HTTPServiceUnavailable"
)


_CALLER_AT_FAULT = re.compile(r"\b4\d\d\b|HTTP_4\d\d|BadRequest|BAD_REQUEST|UNPROCESSABLE")
_PARSES = re.compile(
    r"^(?:(?:\w+\.)*(?:compile|loads|safe_load|fromisoformat|strptime|fromhex|b64decode|urlsafe_b64decode|literal_eval"
    r"|(?:parse|translate|validate|decode|normali[sz]e|unquote)(?:_\w+)?|model_validate\w*|from_(?:string|json|dict)"
    r"|ip_address|ip_network|urlparse|urlsplit|strip|lower|split|join|check_schema)"
    r"|(?:int|float|str|len|dict|list|tuple|set|bool|type|isinstance|(?:uuid\.)?UUID|(?:decimal\.)?Decimal"
    r"|(?:jinja2\.)?Template|(?:croniter\.)?croniter|ZoneInfo))$"
)


def _only_parses(body: cst.CSTNode, file: PythonFile) -> bool:
    """Whether what failed before the handler's `body` only reads what the caller sent: its error is about that."""
    handler = file.parent(body)
    attempt = file.parent(handler) if isinstance(handler, cst.ExceptHandler) else None
    if not isinstance(attempt, cst.Try):
        return False
    calls = 0
    for node in file.walk(attempt.body):
        if isinstance(node, cst.Await | cst.With | cst.For | cst.While):
            return False
        if isinstance(node, cst.Call):
            calls += 1
            if not _PARSES.match(file.code(node.func)):
                return False
    return calls > 0


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each place where the text of a caught exception, or a traceback, becomes part of a response."""
    node = match.node
    if match.trigger is TRACEBACKS:
        yield from _traceback(node, file, rule)
    elif match.trigger is ERROR_ROUTES and isinstance(node, cst.FunctionDef):
        name = _error_parameter(node, match, file)
        if name:
            yield from _sent(node.body, name, _ANY_ERROR, file, rule)
    elif isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler):
        name = node.name.name.value if node.name is not None and isinstance(node.name.name, cst.Name) else ""
        text = _text_for_developers(node, file)
        if name and text is not None:
            yield from _sent(node.body, name, text, file, rule)


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of an exception: of what, what it holds, and whether it is one only where the service is at fault."""

    what: str
    holds: str
    broad: bool = False
    at_fault: bool = False


_ANY_ERROR = _Text("any error", "SQL, hosts, paths and values included", broad=True)


_SAYS_NOTHING = frozenset({"NoResultFound", "MultipleResultsFound"})
"""Errors of SQLAlchemy whose text is a fixed sentence about the number of rows, or one that the project gave them."""


def _text_for_developers(
    handler: cst.ExceptHandler | cst.ExceptStarHandler, file: PythonFile
) -> _Text | None:
    """The text that a handler has; None for exceptions whose text the project may have written for its callers."""
    if catches_everything(Except(handler, file)):
        return _ANY_ERROR
    caught = file.caught(handler)
    for words, holds in _TEXTS:
        for name in caught:
            kind = name.rpartition(".")[2]
            if words.match(name) and kind not in _SAYS_NOTHING:
                return _Text(f"`{kind}`", holds, at_fault=kind == "PermissionError")
    named = [name for name in caught if name in _OF_PYTHON]
    return _Text(f"`{named[0]}`", "names of the code included", at_fault=True) if named else None


def _error_parameter(function: cst.FunctionDef, match: Match, file: PythonFile) -> str:
    """The parameter of a function that answers every error; empty where it answers errors of one kind."""
    call = match.value
    if not isinstance(call, cst.Call):
        return ""
    handled = file.argument(call, 0)
    every = handled is not None and (file.qualified_name(handled) in BROAD or file.literal(handled) == 500)
    parameters = [*function.params.posonly_params, *function.params.params]
    return parameters[-1].name.value if every and parameters else ""


def _sent(
    body: cst.CSTNode, error: str, text: _Text, file: PythonFile, rule: RuleContext
) -> Iterator[Finding]:
    """The places below `body` that send the text of the exception `error`."""
    only_parses = _only_parses(body, file)
    tainted: set[str] = set()
    for node in file.walk(body):
        if isinstance(node, cst.Assign):
            leak = _leak(node.value, error, tainted, file)
            if leak is not None and _is_told(leak, error, file):
                tainted.update(
                    each.target.value for each in node.targets if isinstance(each.target, cst.Name)
                )
            continue
        for value in _bodies(node, file):
            leak = _leak(value, error, tainted, file)
            if leak is None or not _is_told(leak, error, file):
                continue
            status = _status(node, file)
            if text.at_fault and not _FAULT.search(status):
                continue
            if only_parses and _is_callers_fault(status):
                continue
            code = file.code(leak)
            quoted = (
                isinstance(leak, cst.Name | cst.Call | cst.Attribute) and len(code) <= 50 and "\n" not in code
            )
            shown = f"`{code}`" if quoted else "This text"
            yield rule.finding(
                file.span(leak),
                f"{shown} tells the caller what {text.what} says: {text.holds}",
                subject=scope_name(leak, file) or "module",
                confidence=None if text.broad else "medium",
                severity="note" if text.broad and _is_callers_fault(status) else None,
            )


def _is_callers_fault(status: str) -> bool:
    """Whether a response says that the caller is at fault, so that somebody thought of what the error may be."""
    return bool(_CALLER_AT_FAULT.search(status)) and not _FAULT.search(status)


def _status(node: cst.CSTNode, file: PythonFile) -> str:
    """The code that says how a response ends: the class, the number, and what a `return` gives beside it."""
    parts: list[cst.BaseExpression] = []
    statement = file.enclosing_statement(node)
    if isinstance(statement, cst.Return) and isinstance(statement.value, cst.Tuple):
        parts += [each.value for each in statement.value.elements[1:]]
    if isinstance(node, cst.Call):
        parts.append(node.func)
        for argument in node.args:
            if argument.keyword is None or argument.keyword.value in {"status", "status_code"}:
                parts.append(argument.value)
    texts = [
        code_of_test(part, file)
        for part in parts
        if not isinstance(part, cst.Dict | cst.FormattedString | cst.SimpleString)
    ]
    return " ".join(texts)


def _bodies(node: cst.CSTNode, file: PythonFile) -> Iterator[cst.BaseExpression]:
    """The values that `node` puts into a response."""
    if isinstance(node, cst.Call):
        if _RESPONSE.match(file.qualified_name(node.func) or ""):
            for argument in node.args:
                if argument.keyword is None or argument.keyword.value not in _NOT_THE_BODY:
                    yield argument.value
        elif isinstance(node.func, cst.Attribute) and node.args and _is_sent_by(node.func, file):
            yield node.args[0].value
    elif isinstance(node, cst.Return) and node.value is not None:
        values = (
            [each.value for each in node.value.elements]
            if isinstance(node.value, cst.Tuple)
            else [node.value]
        )
        plain = isinstance(values[0], cst.Dict | cst.FormattedString | cst.BinaryOperation) or _is_text(
            values[0], file
        )
        if plain and (found := handler_around(Code(node, file))) is not None and found[1].kind != "hook":
            yield values[0]


def _is_sent_by(method: cst.Attribute, file: PythonFile) -> bool:
    """Whether a method sends what it is given: of a web socket that a handler serves, of a handler of Tornado."""
    if method.attr.value in _SENDS:
        return (found := handler_around(Code(method, file))) is not None and found[1].kind != "hook"
    if method.attr.value not in {"write", "finish", "write_message"} or file.code(method.value) != "self":
        return False
    owner = file.enclosing_class(method)
    return owner is not None and any(
        _TORNADO.match(file.qualified_name(base.value) or "") for base in owner.bases
    )


def _is_text(value: cst.BaseExpression, file: PythonFile) -> bool:
    return isinstance(value, cst.Call) and file.qualified_name(value.func) in {"str", "repr"}


def _leak(
    value: cst.BaseExpression, error: str, tainted: set[str], file: PythonFile
) -> cst.BaseExpression | None:
    """The part of `value` that is the text of the exception; None where only something of it is used."""
    waiting: list[cst.CSTNode] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.Name):
            if node.value == error or node.value in tainted:
                return node
            continue
        if isinstance(node, cst.IfExp):
            waiting += [each for each in (node.orelse, node.body) if _is_told(each, error, file)]
        elif isinstance(node, cst.Attribute):
            if isinstance(node.value, cst.Name) and node.value.value == error and node.attr.value in _PARTS:
                return node
        elif isinstance(node, cst.Call):
            found = _text_of(node, error, tainted, file)
            if found:
                return node
            if _RESPONSE.match(file.qualified_name(node.func) or ""):
                continue  # judged by itself
            if (
                isinstance(node.func, cst.Name)
                and node.func.value[:1].islower()
                and file.qualified_name(node.func) != "dict"
            ):
                continue  # what a function makes of it is not known
            waiting += [argument.value for argument in reversed(node.args)]
        elif isinstance(node, cst.FormattedString):
            parts = file.string_parts(node) or ()
            if any(
                not isinstance(part, str) and _leak(part, error, tainted, file) is not None for part in parts
            ):
                return node
        elif isinstance(node, cst.BinaryOperation):
            if any(_leak(side, error, tainted, file) is not None for side in (node.left, node.right)):
                return node
        elif isinstance(node, cst.DictElement):
            waiting.append(node.value)
        elif isinstance(
            node, cst.Dict | cst.List | cst.Tuple | cst.Element | cst.BooleanOperation | cst.Subscript
        ):
            children = [node.value] if isinstance(node, cst.Subscript) else file.children(node)
            waiting.extend(reversed(children))
    return None


def _is_told(leak: cst.CSTNode, error: str, file: PythonFile) -> bool:
    """Whether the text is told to whoever calls the service, and may be of any error.

    Not for developers only, and not where a test asks for errors whose text the project may have written for its
    callers: `str(e) if isinstance(e, OrderClosed) else "failed"`.
    """
    if in_development_branch(leak, file):
        return False
    return not any(
        guard.test is not None and not guard.negated and _is_answer(guard.test, error, file)
        for guard in file.guards(leak)
    )


def _is_answer(test: cst.BaseExpression, error: str, file: PythonFile) -> bool:
    """Whether a test is `isinstance(error, …)` of such errors, or holds only where that does."""
    if isinstance(test, cst.BooleanOperation):
        asked = [_is_answer(side, error, file) for side in (test.left, test.right)]
        return all(asked) if isinstance(test.operator, cst.Or) else any(asked)
    if (
        not isinstance(test, cst.Call)
        or file.qualified_name(test.func) != "isinstance"
        or len(test.args) != 2
    ):
        return False
    asked_of, classes = test.args[0].value, file.follow(test.args[1].value)
    if not isinstance(asked_of, cst.Name) or asked_of.value != error:
        return False
    each = [item.value for item in classes.elements] if isinstance(classes, cst.Tuple) else [classes]
    names = [file.qualified_name(one) or file.code(one) for one in each]
    return not any(name in BROAD or any(words.match(name) for words, _ in _TEXTS) for name in names)


def _text_of(call: cst.Call, error: str, tainted: set[str], file: PythonFile) -> bool:
    """Whether a call is `str(error)`, `repr(error)`, `"…".format(error)` or `str(error)[:100].strip()`."""
    names = {error, *tainted}
    if file.qualified_name(call.func) in {"str", "repr", "format"}:
        return any(
            (isinstance(each.value, cst.Name) and each.value.value in names)
            or _leak(each.value, error, tainted, file) is not None
            for each in call.args
        )
    if not isinstance(call.func, cst.Attribute):
        return False
    method = call.func.attr.value
    if method == "format":
        return any(_leak(each.value, error, tainted, file) is not None for each in call.args)
    if method in {"strip", "lower", "capitalize", "replace", "split", "__str__"}:
        return _leak(call.func.value, error, tainted, file) is not None
    return False


def _traceback(call: cst.CSTNode, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """A traceback that is written where a response is made, by itself or through one variable."""
    names: set[str] = set()
    statement = file.enclosing_statement(call)
    if isinstance(statement, cst.Assign):
        names = {each.target.value for each in statement.targets if isinstance(each.target, cst.Name)}
    function = file.enclosing_function(call)
    if function is None or in_development_branch(call, file):
        return
    for node in file.walk(function.body):
        for value in _bodies(node, file):
            for inner in file.walk(value):
                if inner is call or (isinstance(inner, cst.Name) and inner.value in names):
                    yield rule.finding(
                        file.span(inner),
                        f"`{file.code(inner)}` sends the traceback to the caller: code, paths and versions included",
                        subject=scope_name(inner, file) or "module",
                    )
