"""Calls that hold the thread they run in: what an `async def` must not call directly.

Sources: the documentation of each library; of SQLAlchemy's `Session` and redis-py's client, the methods that talk to
the server.
"""

from __future__ import annotations

import re

from lintkit.python.code import Assignment, Call, Class, Code, Function, Lambda, Name
from lintkit.python.idioms.redis_clients import COMMON_COMMANDS, names_client
from lintkit.python.lazy import cst
from lintkit.python.triggers import Calls, MethodCalls, Trigger

_HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_SPAWN = ("spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe")
_MAIL = ("connect", "login", "starttls", "sendmail", "send_message")
_AWS = (
    *("get_object", "put_object", "head_object", "delete_object", "copy_object", "list_objects_v2"),
    *("upload_file", "upload_fileobj", "download_file", "download_fileobj"),
    *("get_item", "put_item", "update_item", "delete_item", "batch_write_item", "query", "scan"),
    *("send_message", "receive_message", "delete_message", "publish", "put_events", "put_record"),
    *("invoke", "invoke_model", "invoke_agent", "converse", "start_execution", "send_email"),
    *("get_secret_value", "get_parameter", "decrypt", "encrypt", "get_caller_identity", "assume_role"),
)
_SQL = (
    "execute",
    "executemany",
    "exec",
    "scalar",
    "scalars",
    "commit",
    "flush",
    "refresh",
    "rollback",
    "merge",
)
_MONGO = (
    *("find_one", "find_one_and_update", "find_one_and_replace", "find_one_and_delete"),
    *("insert_one", "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many"),
    *("bulk_write", "count_documents", "estimated_document_count", "distinct", "aggregate", "create_index"),
)
_SEARCH = ("search", "index", "bulk", "msearch", "delete_by_query", "update_by_query", "count", "mget")
_QUERY = ("all", "first", "one", "one_or_none", "count", "fetchone", "fetchall", "fetchmany", "run")

_THREAD = "`await asyncio.to_thread(…)`"
_ASYNC_HTTP = "an async client"
_PROCESS = "`await asyncio.create_subprocess_exec(…)`"

MAIL_CONNECTIONS: dict[str, str] = {
    **{f"smtplib.{name}": "aiosmtplib" for name in ("SMTP", "SMTP_SSL", "LMTP")},
    **{f"ftplib.{name}": _THREAD for name in ("FTP", "FTP_TLS")},
    **{f"imaplib.{name}": "aioimaplib" for name in ("IMAP4", "IMAP4_SSL")},
    **{f"poplib.{name}": _THREAD for name in ("POP3", "POP3_SSL")},
    "telnetlib.Telnet": "`await asyncio.open_connection(…)`",
}
"""Classes of the standard library whose instances connect when they are made, if they are told where."""

FUNCTIONS: dict[str, str] = {
    "time.sleep": "`await asyncio.sleep(…)`",
    "input": _THREAD,
    "builtins.input": _THREAD,
    **{f"requests.{name}": _ASYNC_HTTP for name in _HTTP},
    **{f"httpx.{name}": "`httpx.AsyncClient`" for name in (*_HTTP, "stream")},
    "urllib.request.urlopen": _ASYNC_HTTP,
    "urllib.request.urlretrieve": _ASYNC_HTTP,
    "urllib3.request": _ASYNC_HTTP,
    **{
        f"subprocess.{name}": _PROCESS
        for name in ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
    },
    "os.system": _PROCESS,
    "os.popen": _PROCESS,
    "os.posix_spawn": _PROCESS,
    "os.posix_spawnp": _PROCESS,
    **{f"os.{name}": _PROCESS for name in _SPAWN},
    **{f"os.{name}": _PROCESS for name in ("wait", "wait3", "wait4", "waitid", "waitpid")},
    "psycopg2.connect": "psycopg 3 or asyncpg",
    "psycopg.connect": "`psycopg.AsyncConnection`",
    "pymysql.connect": "an async driver",
    "MySQLdb.connect": "an async driver",
    "mysql.connector.connect": "`mysql.connector.aio`",
    "pymssql.connect": "an async driver",
    "oracledb.connect": "`oracledb.connect_async`",
    "pika.BlockingConnection": "aio-pika",
    "socket.create_connection": "`await asyncio.open_connection(…)`",
    **{f"socket.{name}": "`await loop.getaddrinfo(…)`" for name in ("getaddrinfo", "gethostbyname")},
    "websocket.create_connection": "the library websockets",
    **MAIL_CONNECTIONS,
}
"""Qualified name of a function that blocks -> what to use in a coroutine."""

FUNCTION_CALLS = Calls(tuple(FUNCTIONS))
"""Calls of functions that block the thread."""


def _in_coroutines(
    names: tuple[str, ...], libraries: tuple[str, ...], owners: tuple[str, ...] = ()
) -> MethodCalls:
    """Calls of such methods in files with coroutines that use a library and spell what makes its objects."""
    return MethodCalls(names, tuple((library, "async def") for library in libraries), owners)


METHOD_CALLS: tuple[Trigger, ...] = (
    _in_coroutines(COMMON_COMMANDS, ("redis", "valkey")),
    _in_coroutines(
        (*_SQL, *_QUERY, "get", "get_one", "delete"),
        ("sqlalchemy", "sqlmodel"),
        ("Session", "sessionmaker", "scoped_session", "create_engine"),
    ),
    _in_coroutines(_SQL + _QUERY, ("psycopg", "pymysql", "mysqldb"), ("connect",)),
    _in_coroutines(("execute_query", "verify_connectivity", "run"), ("neo4j",), ("GraphDatabase",)),
    _in_coroutines(_HTTP, ("import requests", "from requests"), ("Session", "session")),
    _in_coroutines(_HTTP, ("httpx",), ("Client",)),
    _in_coroutines(
        ("request",),
        ("urllib3",),
        ("PoolManager", "ProxyManager", "HTTPSConnectionPool", "HTTPConnectionPool"),
    ),
    _in_coroutines(("communicate", "wait"), ("subprocess",), ("Popen",)),
    _in_coroutines(("create", "parse", "stream"), ("openai",), ("OpenAI", "AzureOpenAI", "Client")),
    _in_coroutines(
        ("create", "parse", "stream"), ("anthropic",), ("Anthropic", "AnthropicBedrock", "AnthropicVertex")
    ),
    _in_coroutines(("generate_content",), ("genai",), ("Client",)),
    _in_coroutines(_MAIL, ("smtplib",), ("SMTP", "SMTP_SSL", "LMTP")),
    _in_coroutines(_AWS, ("boto3",), ("client", "resource", "Session")),
    _in_coroutines(("connect", "exec_command"), ("paramiko",), ("SSHClient",)),
    _in_coroutines(_MONGO, ("pymongo",), ("MongoClient",)),
    _in_coroutines(_SEARCH, ("elasticsearch", "opensearchpy"), ("Elasticsearch", "OpenSearch")),
)
"""Calls of methods that block where the object is of a client that does; `blocking_method` decides."""

_RESULTS = r"(?:\.\w+\(\))*?"
_KINDS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(
            r"(?:sqlalchemy(?:\.orm)?(?:\.session|\.scoping)?\.(?:Session|(?:sessionmaker|scoped_session)\(\))"
            r"|sqlmodel(?:\.orm\.session)?\.Session)\(\)(?:\.begin\(\))?"
            rf"\.(?:(?:{'|'.join(_SQL)}|get|get_one)|query\(\){_RESULTS}\.(?:all|first|one|one_or_none|count|delete|scalar|get))"
        ),
        "a database session",
        "an `AsyncSession`",
    ),
    (
        re.compile(
            r"(?:sqlalchemy|sqlalchemy\.engine|sqlmodel)\.create_engine\(\)\.(?:connect|begin)\(\)\.(?:execute|scalar|scalars|commit)"
        ),
        "a database connection",
        "an async engine",
    ),
    (
        re.compile(
            r"(?:psycopg2?|pymysql|MySQLdb)\.connect\(\)(?:\.cursor\(\))?"
            r"\.(?:execute|executemany|commit|rollback|fetchone|fetchall|fetchmany)"
        ),
        "a database connection",
        "an async driver",
    ),
    (
        re.compile(
            r"neo4j\.GraphDatabase\.driver\(\)\.(?:execute_query|verify_connectivity|session\(\)\.run)"
        ),
        "a Neo4j driver",
        "`AsyncGraphDatabase`",
    ),
    (
        re.compile(rf"requests\.(?:sessions\.)?[sS]ession\(\)\.(?:{'|'.join(_HTTP)})"),
        "an HTTP session",
        _ASYNC_HTTP,
    ),
    (re.compile(rf"httpx\.Client\(\)\.(?:{'|'.join(_HTTP)})"), "an HTTP client", "`httpx.AsyncClient`"),
    (
        re.compile(
            r"urllib3\.(?:PoolManager|ProxyManager|HTTPSConnectionPool|HTTPConnectionPool)\(\)\.request"
        ),
        "a pool",
        _ASYNC_HTTP,
    ),
    (re.compile(r"subprocess\.Popen\(\)\.(?:communicate|wait)"), "a process", _PROCESS),
    (
        re.compile(r"openai\.(?:Azure)?(?:OpenAI|Client)\(\)\.[\w.]+\.(?:create|parse|stream)"),
        "a client of a language model",
        "`AsyncOpenAI`",
    ),
    (
        re.compile(r"anthropic\.Anthropic(?:Bedrock|Vertex)?\(\)\.[\w.]+\.(?:create|parse|stream)"),
        "a client of a language model",
        "`AsyncAnthropic`",
    ),
    (
        re.compile(rf"smtplib\.(?:SMTP|SMTP_SSL|LMTP)\(\)\.(?:{'|'.join(_MAIL)})"),
        "a mail server",
        "aiosmtplib",
    ),
    (
        re.compile(
            r"boto3\.(?:(?:session\.)?Session\(\)\.)?(?:client|resource)\(\)(?:\.\w+\(\))?"
            rf"\.(?:{'|'.join(_AWS)})"
        ),
        "an AWS client",
        "aioboto3",
    ),
    (
        re.compile(r"paramiko\.(?:client\.)?SSHClient\(\)\.(?:connect|exec_command)"),
        "an SSH client",
        "asyncssh",
    ),
    (
        re.compile(r"google\.genai\.Client\(\)\.models\.generate_content"),
        "a client of a language model",
        "`client.aio`",
    ),
    (
        re.compile(
            rf"pymongo\.(?:mongo_client\.)?MongoClient\(\)(?:\.\w+(?:\(\))?|\[\])*?\.(?:{'|'.join(_MONGO)})"
        ),
        "a MongoDB client",
        "`AsyncMongoClient`",
    ),
    (
        re.compile(
            rf"(?:elasticsearch\.Elasticsearch|opensearchpy\.OpenSearch)\(\)\.(?:{'|'.join(_SEARCH)})"
        ),
        "a search client",
        "the async client of the library",
    ),
)
_ASYNC_NAMES = re.compile(
    r"redis\.asyncio\.|valkey\.asyncio\.|aioredis\.|arq\.|sqlalchemy\.ext\.asyncio\.|httpx\.Async|sqlmodel\.ext\.asyncio\."
    r"|psycopg\.Async|neo4j\.Async|openai\.Async|anthropic\.Async|asyncpg\.|aiohttp\."
)


def blocking_method(call: Call) -> tuple[str, str] | None:
    """What a method call talks through (`a Redis client`), and what to use instead; None where it may not block."""
    names = call.callee.origins
    if any(_ASYNC_NAMES.match(name) for name in names):
        return None
    for name in names:
        owner, _, method = name.rpartition(".")
        if method in COMMON_COMMANDS and (names_client(owner) or _is_pipeline_execute(owner, method)):
            return "a Redis client", "`redis.asyncio`"
        for pattern, through, instead in _KINDS:
            if pattern.fullmatch(name):
                return through, instead
    return None


def _is_pipeline_execute(owner: str, method: str) -> bool:
    return (
        method == "execute"
        and owner.endswith(".pipeline()")
        and names_client(owner.removesuffix(".pipeline()"))
    )


def in_coroutine(call: Call) -> Function | None:
    """The `async def` whose own code makes a call; None in a nested function or lambda, which others may run.

    A lambda that the coroutine gives a name and calls by it is its own code.
    """
    below: Code = call
    for above in call.around(Code):
        if isinstance(above, Lambda) and above.value == below and not _is_called_by_name(above):
            return None
        if isinstance(above, Function) and above.body == below:
            return above if above.is_async else None
        if isinstance(above, Class):
            return None
        below = above
    return None


def _is_called_by_name(function: Lambda) -> bool:
    statement, around = function.parent, function.function
    if not isinstance(statement, Assignment) or len(statement.targets) != 1 or around is None:
        return False
    target = statement.targets[0]
    return isinstance(target, Name) and any(
        isinstance(call.callee, Name) and call.callee.text == target.text for call in around.body.below(Call)
    )


def is_awaited(code: Call) -> bool:
    """Whether the result of a call is awaited, also by `async with` and `async for`: such a call does not block."""
    call, file = code.node, code.file
    parent = file.parent(call)
    if isinstance(parent, cst.Await):
        return True
    if isinstance(parent, cst.WithItem):
        statement = file.parent(parent)
        return isinstance(statement, cst.With) and statement.asynchronous is not None
    if isinstance(parent, cst.For | cst.CompFor):
        return parent.asynchronous is not None and parent.iter is call
    return False
