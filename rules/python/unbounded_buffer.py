"""python/unbounded-buffer: received data is collected in a buffer that nothing bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
from lintkit.api.python import scope_name

RECEIVED = MethodCalls(
    (
        "recv",
        "recvfrom",
        "receive",
        "receive_text",
        "receive_bytes",
        "receive_json",
        "receive_str",
        "iter_text",
        "iter_bytes",
        "iter_json",
        "iter_chunked",
        "listen",
        "getone",
        "get_message",
        "readline",
        "read",
    ),
    words=("websocket", "socket", "pubsub", "kafka", "streamreader", "aiohttp", "starlette", "fastapi"),
)
BUILT = Calls(
    (
        "collections.deque",
        "asyncio.Queue",
        "asyncio.LifoQueue",
        "asyncio.PriorityQueue",
        "queue.Queue",
        "queue.SimpleQueue",
    )
)

RULE = define(
    summary="received data goes into a buffer without a bound",
    why="""
A peer that sends faster than the service works, or one message without an end, fills the memory until the process is
killed; every other connection of that process dies with it.
""",
    remedy="Bound it: `asyncio.Queue(maxsize=…)`, `deque(maxlen=…)`, or stop reading when `len(buffer)` is too large.",
    severity="note",
    confidence="low",
    kinds=("python",),
    looks_at=(RECEIVED, BUILT),
    tags=("memory", "CWE-770"),
    packs=("strict",),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
from fastapi import WebSocket


async def speech(websocket: WebSocket):
    audio = bytearray()
    while True:
        chunk = await websocket.receive_bytes()
        audio += chunk  # <-- here
        if chunk.endswith(END):
            break
    await websocket.send_json(recognise(audio))
"""
        ),
        bad(
            """\
import socket


class Reader:
    def __init__(self, connection: socket.socket):
        self.connection = connection
        self.lines = []

    def run(self):
        while self.running:
            self.lines.append(self.connection.recv(4096))  # <-- here
"""
        ),
        bad(
            """\
import asyncio

from fastapi import WebSocket


async def chat(websocket: WebSocket):
    waiting = asyncio.Queue()  # <-- here
    worker = asyncio.create_task(answer(waiting))
    async for message in websocket.iter_text():
        waiting.put_nowait(message)
""",
            note="a queue without a limit",
        ),
        bad(
            """\
from collections import deque

HISTORY = deque()  # <-- here


async def follow(pubsub):
    async for message in pubsub.listen():
        HISTORY.append(message)
"""
        ),
        good(
            """\
from fastapi import WebSocket


async def speech(websocket: WebSocket):
    audio = bytearray()
    while True:
        audio += await websocket.receive_bytes()
        if len(audio) > LARGEST:
            raise TooMuch()
""",
            note="its length is looked at",
        ),
        good(
            """\
import asyncio
from collections import deque

from fastapi import WebSocket

HISTORY = deque(maxlen=100)


async def chat(websocket: WebSocket):
    waiting = asyncio.Queue(maxsize=10)
    async for message in websocket.iter_text():
        await waiting.put(message)
        HISTORY.append(message)
""",
            note="bounded",
        ),
        good(
            """\
import socket


def lines(connection: socket.socket):
    buffer = b""
    while True:
        buffer += connection.recv(4096)
        *whole, buffer = buffer.split(b"\\n")
        yield from whole


def batches(connection: socket.socket):
    batch = []
    while True:
        batch.append(connection.recv(4096))
        if connection.idle:
            send(batch)
            batch.clear()
""",
            note="it is emptied on the way",
        ),
        good(
            """\
import socket


def once(connection: socket.socket):
    parts = []
    for _ in range(3):
        parts.append(connection.recv(4096))
    return parts
""",
            note="a loop with an end",
        ),
        good(
            "from collections import deque\n\nwaiting = deque()\nwaiting.append(1)\n",
            note="nothing is received",
        ),
    ),
)

_ADDING = frozenset({"append", "extend", "put", "put_nowait", "appendleft", "write"})
_EMPTYING = frozenset({"clear", "pop", "popleft", "popitem", "truncate", "qsize"})
_BOUNDS = {"collections.deque": ("maxlen", 1), "asyncio.Queue": ("maxsize", 0), "queue.Queue": ("maxsize", 0)}
_GROWS = re.compile(r"^(?:\[\]|b?(?:\"\"|'')|bytearray\(\)|list\(\)|io\.BytesIO\(\)|BytesIO\(\))$")


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Look at the loop around a call that receives, and at what it adds to."""
    call = match.node
    if match.trigger is not RECEIVED or not isinstance(call, cst.Call):
        return
    loop = _endless_loop(call, file)
    if loop is None:
        return
    key = ("unbounded buffer", id(loop))
    if file.answers.setdefault(key, call) is not call:
        return
    names = _received_names(loop)
    for node in file.walk(loop.body):
        added = _added(node)
        if added is None:
            continue
        buffer, value = added
        if not _comes_from(value, call, names, file) or _is_bounded(buffer, loop, file):
            continue
        place = _unbounded(buffer, node, rule, file)
        if place is not None:
            yield rule.finding(
                file.span(place),
                f"`{file.code(buffer)}` takes everything that `{file.code(call.func)}` receives, and nothing bounds it",
                subject=f"{scope_name(call, file) or 'module'} {file.code(buffer)}",
            )


def _endless_loop(call: cst.Call, file: PythonFile) -> cst.For | cst.While | None:
    """The loop that receives until the peer stops: `while`, or `for` over what is received."""
    below: cst.CSTNode = call
    for above in file.ancestors(call):
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return None
        if isinstance(above, cst.While) and above.body is below:
            return above
        if isinstance(above, cst.For):
            return above if above.iter is below else None
        below = above
    return None


def _received_names(loop: cst.For | cst.While) -> set[str]:
    from lintkit.api.python import target_names

    return {name.value for name in target_names(loop.target)} if isinstance(loop, cst.For) else set()


def _added(node: cst.CSTNode) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """What is added to, and what is added: `a.append(b)`, `a += b`."""
    if isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.AddAssign):
        return node.target, node.value
    if (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in _ADDING
        and node.args
    ):
        return node.func.value, node.args[0].value
    return None


def _comes_from(value: cst.BaseExpression, call: cst.Call, names: set[str], file: PythonFile) -> bool:
    for node in file.walk(value):
        if node is call or (isinstance(node, cst.Name) and node.value in names):
            return True
        if isinstance(node, cst.Name):
            for binding in file.bindings(node):
                if binding.value is not None and any(each is call for each in file.walk(binding.value)):
                    return True
    return False


def _is_bounded(buffer: cst.BaseExpression, loop: cst.For | cst.While, file: PythonFile) -> bool:
    """Whether the function empties or replaces the buffer, cuts it, or looks at its length."""
    code = file.code(buffer)
    around = file.enclosing_class(loop) if "." in code else None
    function = around or file.enclosing_function(loop) or loop
    for node in file.walk(function):
        if isinstance(node, cst.Call):
            if (
                isinstance(node.func, cst.Name)
                and node.func.value == "len"
                and node.args
                and file.code(node.args[0].value) == code
            ):
                return True
            if (
                isinstance(node.func, cst.Attribute)
                and node.func.attr.value in _EMPTYING
                and file.code(node.func.value) == code
            ):
                return True
        elif isinstance(node, cst.Del) and file.code(node.target).startswith(code + "["):
            return True
        elif isinstance(node, cst.Assign) and any(_binds(each.target, code, file) for each in node.targets):
            in_loop = any(above is loop for above in file.ancestors(node))
            if in_loop or not _makes_buffer(node.value, file):
                return True
    return False


def _binds(target: cst.BaseExpression, code: str, file: PythonFile) -> bool:
    if isinstance(target, cst.Tuple | cst.List):
        return any(_binds(element.value, code, file) for element in target.elements)
    return file.code(target) == code


def _makes_buffer(value: cst.BaseExpression, file: PythonFile) -> bool:
    return bool(_GROWS.match(file.code(value))) or (
        isinstance(value, cst.Call) and file.qualified_name(value.func) in BUILT.names
    )


def _unbounded(
    buffer: cst.BaseExpression, node: cst.CSTNode, rule: RuleContext, file: PythonFile
) -> cst.CSTNode | None:
    """Where to report: the addition, or for a queue the place that builds it without a limit; None for others."""
    made = _made(buffer, file)
    if made is None:
        return None
    if isinstance(made, cst.Call):
        name = file.qualified_name(made.func) or ""
        if name in BUILT.names:
            keyword, position = _BOUNDS.get(name, ("maxsize", 0))
            limit = file.argument(made, position, keyword)
            return made if limit is None or file.literal(limit, follow=True) in (None, 0) else None
    return node if _GROWS.match(file.code(made)) else None


def _made(buffer: cst.BaseExpression, file: PythonFile) -> cst.BaseExpression | None:
    """The one expression that the buffer begins as."""
    from lintkit.api.python import class_attributes

    if isinstance(buffer, cst.Name):
        function = file.enclosing_function(buffer)
        local = [
            node.value
            for node in (file.walk(function.body) if function is not None else ())
            if isinstance(node, cst.Assign)
            and any(file.code(each.target) == buffer.value for each in node.targets)
        ]
        known = local or [each.value for each in file.module_bindings(buffer.value) if each.value is not None]
        return known[0] if len(known) == 1 else None
    if isinstance(buffer, cst.Attribute) and isinstance(buffer.value, cst.Name):
        owner = file.enclosing_class(buffer)
        said = class_attributes(owner, file).get(buffer.attr.value, []) if owner is not None else []
        values = [each.value for each in said if each.value is not None]
        return values[0] if len(values) == 1 else None
    return None
