"""python/unbounded-buffer: received data is collected in a buffer that nothing bounds."""

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
    define,
    good,
)
from lintkit.api.python import (
    Assignment,
    Attribute,
    Augmented,
    Call,
    Code,
    Delete,
    Expression,
    For,
    Function,
    Lambda,
    List,
    Loop,
    Name,
    Tuple,
)

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
    loop = _endless_loop(match.call) if match.trigger is RECEIVED else None
    if loop is None:
        return
    call = match.call
    if call.module.kept(("unbounded buffer", loop), lambda _: call) != call:
        return
    names = {name.text for name in loop.names}
    for code in loop.body.below(Call, Augmented):
        added = _added(code)
        if added is None:
            continue
        buffer, value = added
        if not _comes_from(value, call, names) or _is_bounded(buffer, loop):
            continue
        place = _unbounded(buffer, code)
        if place is not None:
            yield rule.finding(
                place.span,
                f"`{buffer.text}` takes everything that `{call.callee.text}` receives, and nothing bounds it",
                subject=f"{call.scope or 'module'} {buffer.text}",
            )


def _endless_loop(call: Call) -> Loop | None:
    """The loop that receives until the peer stops: `while`, or `for` over what is received."""
    below: Code = call
    for above in call.around(Code):
        if isinstance(above, Function | Lambda):
            return None
        if isinstance(above, For):
            return above if above.over == below else None
        if isinstance(above, Loop) and above.body == below:
            return above
        below = above
    return None


def _added(code: Code) -> tuple[Expression, Expression] | None:
    """What is added to, and what is added: `a.append(b)`, `a += b`."""
    if isinstance(code, Augmented):
        return (code.target, code.value) if code.operator == "+=" else None
    if isinstance(code, Call) and code.method in _ADDING and code.receiver is not None and code.written:
        return code.receiver, code.written[0]
    return None


def _comes_from(value: Expression, call: Call, names: set[str]) -> bool:
    return any(
        each == call
        or (
            isinstance(each, Name)
            and (each.text in names or any(call in bound.below(Call) for bound in each.values))
        )
        for each in value.below(Name, Call)
    )


def _is_bounded(buffer: Expression, loop: Loop) -> bool:
    """Whether the function empties or replaces the buffer, cuts it, or looks at its length."""
    code = buffer.text
    around = (loop.owner if "." in code else None) or loop.function or loop
    for each in around.below(Call, Delete, Assignment):
        if isinstance(each, Call):
            measured = each.callee.text == "len" and [value.text for value in each.written[:1]] == [code]
            emptied = each.method in _EMPTYING and each.receiver is not None and each.receiver.text == code
            if measured or emptied:
                return True
        elif (isinstance(each, Delete) and each.target.text.startswith(code + "[")) or (
            isinstance(each, Assignment)
            and each.value is not None
            and not each.is_annotated
            and any(_binds(target, code) for target in each.targets)
            and (loop in each.around(Loop) or not _makes_buffer(each.value))
        ):
            return True
    return False


def _binds(target: Expression, code: str) -> bool:
    if isinstance(target, Tuple | List):
        return any(_binds(element, code) for element in target.elements)
    return target.text == code


def _makes_buffer(value: Expression) -> bool:
    return bool(_GROWS.match(value.text)) or (isinstance(value, Call) and value.name in BUILT.names)


def _unbounded(buffer: Expression, added: Code) -> Code | None:
    """Where to report: the addition, or for a queue the place that builds it without a limit; None for others."""
    made = _made(buffer)
    if made is None:
        return None
    if isinstance(made, Call) and made.name in BUILT.names:
        keyword, position = _BOUNDS.get(made.name or "", ("maxsize", 0))
        limit = made.argument(position, keyword)
        return made if limit is None or limit.constant in (None, 0) else None
    return added if _GROWS.match(made.text) else None


def _made(buffer: Expression) -> Expression | None:
    """The one expression that the buffer begins as."""
    values: Sequence[Expression | None] = ()
    if isinstance(buffer, Name):
        statements = buffer.function.body.below(Assignment) if buffer.function is not None else ()
        values = [
            each.value
            for each in statements
            if not each.is_annotated and any(target.text == buffer.text for target in each.targets)
        ] or buffer.values_in_module
    elif isinstance(buffer, Attribute) and isinstance(buffer.of, Name) and buffer.owner is not None:
        values = buffer.owner.values(buffer.attribute)
    return values[0] if len(values) == 1 else None
