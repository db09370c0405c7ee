"""python/swallowed-exception: every error ends as the same fallback, and nobody hears of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Calls,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    Span,
    Statements,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    BROAD,
    Except,
    catches_everything,
    in_development_branch,
    is_retry,
    last_name,
    scope_name,
)

HANDLERS = Statements(("except",))
SUPPRESS = Calls(("contextlib.suppress",))

RULE = define(
    summary="a broad except that drops every error",
    why="""
A broad `except` catches the outage it was written for, and the typo, the changed schema and the exhausted pool as well.
When it neither logs nor raises, all of them look like "no data": the service keeps answering, wrongly, and the only
trace of the cause is gone by the time somebody asks.
""",
    remedy="""
Catch the errors that are expected here (`except KeyError:`), and let the others pass; or log with
`logger.exception(...)` before falling back.
""",
    severity="warning",
    kinds=("python",),
    looks_at=(HANDLERS, SUPPRESS),
    tags=("errors", "observability", "CWE-390", "CWE-755"),
    equivalents=(
        "ruff:S110",
        "ruff:S112",
        "ruff:BLE001",
        "ruff:E722",
        "bandit:B110",
        "bandit:B112",
        "pylint:broad-exception-caught",
        "pylint:bare-except",
    ),
    packs=("production", "strict"),
    supersedes=("python/exit-swallowed",),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
def profile(client, user):
    try:
        return client.fetch(user)
    except Exception:  # <-- here
        return None
"""
        ),
        bad(
            """\
def send_all(mails):
    for mail in mails:
        try:
            mail.send()
        except:  # <-- here
            continue
"""
        ),
        bad(
            """\
async def count(session, key):
    try:
        total = await session.total(key)
    except (KeyError, Exception) as error:  # <-- here
        total = 0
    return total
"""
        ),
        bad(
            """\
import time


def work(queue):
    while True:
        try:
            queue.handle()
        except Exception:  # <-- here
            time.sleep(5)
""",
            note="waiting is no answer",
        ),
        bad(
            """\
def save(session, row):
    try:
        session.add(row)
        session.commit()
    except BaseException:  # <-- here
        session.rollback()
""",
            note="it rolls back, and the caller believes that the row is saved",
        ),
        bad(
            """\
from contextlib import suppress


def notify(channel, event):
    with suppress(Exception):  # <-- here
        channel.publish(event)
"""
        ),
        bad(
            """\
FAILURES = (ValueError, Exception)


def parse(text, default=None):
    try:
        return decode(text)
    except FAILURES:  # <-- here
        return default
""",
            note="followed through the constant",
        ),
        bad(
            """\
import httpx


class Unclear:
    pass


async def state(client: httpx.AsyncClient, parcel: str):
    try:
        answer = await client.get(f"/parcels/{parcel}")
        return answer.raise_for_status().json()["state"]
    except Exception:  # <-- here
        return Unclear()
""",
            note="an object of which only the class is told says as little as `None`",
        ),
        bad(
            """\
def sync(parcels):
    # Ask the depot first
    try:
        depot.push(parcels)
    except Exception:  # <-- here
        pass
""",
            note="a comment that speaks of what is tried gives no reason",
        ),
        good(
            """\
def is_reachable(client, address):
    try:
        return client.head(address).status_code == 200
    except Exception:
        return False
""",
            note="the failure is the answer",
        ),
        good(
            """\
import shutil


def keep(source, target):
    shutil.copyfile(source, target)
    # The times as well; it is fine if the disk has none.
    try:
        shutil.copystat(source, target)
    except Exception:
        pass


def warm(cache):
    \"\"\"Fill the cache. Best effort: a cold cache is slow, no more.\"\"\"
    try:
        cache.fill()
    except Exception:
        pass


def note(hook):
    try:
        hook.send()  # a lost note does not matter to the parcel
    except Exception:
        pass
""",
            note="a reason above the `try`, in its block, and in the docstring",
        ),
        good(
            """\
def count(client):
    try:
        return client.count()
    except Exception:
        # The page shows a dash then, and the next poll asks again.
        return None
""",
            note="a comment says why: somebody has decided",
        ),
        bad(
            """\
def count(client):
    try:
        return client.count()
    except Exception:  # <-- here
        # TODO: handle this
        return None
""",
            note="a comment that decides nothing",
        ),
        good(
            """\
def second(text):
    try:
        return text.split(":")[1]
    except Exception:
        return ""
""",
            note="one statement that takes a value apart",
        ),
        good(
            {
                "shop/telemetry.py": """\
def send(client, event):
    try:
        client.capture(event)
    except Exception:
        pass
"""
            },
            note="counting users must never stop them",
        ),
        good(
            """\
import logging


def profile(client, user):
    try:
        return client.fetch(user)
    except Exception:
        logging.exception("no profile for %s", user)
        return None
""",
            note="it is logged",
        ),
        good(
            """\
def profile(client, user):
    try:
        return client.fetch(user)
    except Exception as error:
        raise LookupError(user) from error
""",
            note="it is raised",
        ),
        good(
            """\
def age(text):
    try:
        return int(text)
    except ValueError:
        return None
""",
            note="a narrow type",
        ),
        good(
            """\
from contextlib import suppress


def forget(path):
    with suppress(FileNotFoundError):
        path.unlink()
""",
            note="`contextlib.suppress` of a narrow type",
        ),
        good(
            """\
def report(connection, query):
    try:
        return connection.run(query)
    finally:
        try:
            connection.reset_state()
        except Exception:
            pass
""",
            note="cleanup in `finally`: the first error is the one that counts",
        ),
        good(
            """\
try:
    import orjson
except ImportError:
    orjson = None

try:
    import uvloop
except Exception:
    uvloop = None
""",
            note="an optional dependency",
        ),
        good(
            """\
def leave(socket):
    try:
        socket.close()
    except Exception:
        pass
""",
            note="closing what may be closed already",
        ),
        good(
            """\
def probe(client):
    try:
        client.ping()
    except Exception as error:
        return {"ok": False, "reason": type(error).__name__}
    return {"ok": True}
""",
            note="the answer tells the error",
        ),
        good(
            """\
def check(client):
    status = "up"
    try:
        client.ping()
    except Exception:
        status = "unreachable"
    return status
""",
            note="the failure is what it tells",
        ),
        good(
            """\
def fetch(client):
    for attempt in range(3):
        try:
            return client.get()
        except Exception:
            continue
    raise TimeoutError("three attempts failed")
""",
            note="a retry that ends in an error",
        ),
        good(
            """\
import time


def wait_for_api(client, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return client.get()
        except Exception:
            time.sleep(1)
    return None
""",
            note="waiting for it to come up, until a deadline",
        ),
        good(
            """\
def can_read(key, data):
    try:
        key.decrypt(data)
        return True
    except Exception:
        return False
""",
            note="whether it works is the question",
        ),
        good(
            """\
def load(primary, secondary):
    try:
        return primary.get()
    except Exception:
        return secondary.get()
""",
            note="something else is tried; whether it logs is not known here",
        ),
        good(
            """\
class Exception(ValueError):
    pass


def read(text):
    try:
        return decode(text)
    except Exception:
        return None
""",
            note="a class of one's own",
        ),
        good(
            """\
def is_known(name):
    try:
        lookup(name)
    except Exception:
        return False
    return True
""",
        ),
        good(
            """\
import pynvml


def cards():
    try:
        pynvml.nvmlInit()
        return pynvml.nvmlDeviceGetCount()
    except Exception:
        return 0
""",
            note="whether there is a graphics card",
        ),
        good(
            """\
from django.conf import settings

if settings.DEBUG:
    try:
        warm_up()
    except Exception:
        pass
""",
            note="runs for developers only",
        ),
        good({"tests/test_pay.py": "try:\n    pay()\nexcept Exception:\n    pass\n"}, note="a test"),
    ),
)

_PAUSES = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep"})
_CLASS = re.compile(r"_?[A-Z]\w*[a-z]")
_ANSWERS = re.compile(r"Response|Result|Error|Exception")
_EMPTY_VALUES = frozenset({"dict", "list", "set", "tuple", "str", "bytes", "int", "float", "frozenset"})
_CLEANUP = frozenset(
    """close aclose close_all cancel kill terminate disconnect unlink remove rmtree rmdir rollback shutdown stop release
    unsubscribe quit wait_closed cleanup flush join detach unlock dispose delete_file removedirs unregister logout exit
    __exit__ __aexit__ wait purge terminate_all unlink_file unbind destroy server_close""".split()  # noqa: SIM905
)
_READING = frozenset(
    """json loads split rsplit partition splitlines strip lstrip rstrip lower upper fromisoformat strptime
    group""".split()  # noqa: SIM905
)
_READING_FUNCTIONS = frozenset(
    """int float str bool bytes json.loads ast.literal_eval uuid.UUID decimal.Decimal base64.b64decode
    datetime.datetime.fromisoformat datetime.datetime.strptime""".split()  # noqa: SIM905
)
"""Calls that only read a value they were given: the one thing that can go wrong is the value."""
_REASON = re.compile(
    r"(?:^|\s)#+[ \t]*(?!(?:TODO|FIXME|XXX|HACK)\b|noqa|pragma|pylint|type:|nosec)(?:\S+[ \t]+){2,}\S"
)
_OF_FAILURE = re.compile(
    r"\b(?:best[ -]effort|never ?mind|must not|should not (?:fail|break|stop)|swallow(?:s|ed)?"
    r"|never (?:raises?|fails?|blocks?|breaks?)"
    r"|(?:not |non-?)(?:fatal|critical|important|essential)"
    r"|(?:is|it'?s|are|be|that'?s) (?:fine|ok(?:ay)?|optional|harmless)"
    r"|(?:may|might|can|could) (?:fail|be missing|not (?:be|exist|work))"
    r"|(?:does|do)(?:n't| not) (?:matter|care|fail|break|block|stop)"
    r"|fails? silently|silently (?:fails?|ignored?|skip\w*)"
    r"|ignor(?:e|es|ed|ing) (?:any |all )?(?:errors?|failures?|exceptions?|it|this)"
    r"|(?:errors?|failures?|exceptions?) (?:are|is) (?:ignored|swallowed|fine|ok)"
    r"|if (?:we|it|this|that) (?:can(?:'t|not)|fails?|could not|couldn't|doesn't work))\b",
    re.IGNORECASE,
)
_DRIVERS = frozenset(
    {"pynvml", "py3nvml", "nvidia_smi", "GPUtil", "gpustat", "amdsmi", "pyamdgpuinfo", "cpuinfo", "wmi"}
)
"""Libraries that read the graphics card, the processor or the sensors, and raise where there is none."""
_TELEMETRY = re.compile(r"(?:^|[_/])(?:telemetry|analytics|usage_stats)(?:[_./]|$)")
_BESIDE_CLEANUP = frozenset(
    """getattr hasattr callable isinstance len list wait_for shield gather exists Path str is_file values
    iscoroutine""".split()  # noqa: SIM905
)
_CLOSING_FUNCTION = re.compile(
    r"__(?:del|exit|aexit)__|_*(?:a?close|shutdown|stop|clean_?up|tear_?down|disconnect|dispose|terminate|kill)(?:_\w+)?"
    r"|_*on_(?:shutdown|close|exit|disconnect)|\w+_(?:cleanup|shutdown|teardown)"
)
_TELLS_FAILURE = re.compile(
    r"err|fail|exception|unhealthy|unavailable|unreachable|\bdown\b|degraded|invalid|unknown|not[ _]|n/a|missing"
    r"|offline|disconnected|broken|could|unable|disabled|timeout|inactive|bad\b|cannot|can't|\bno\b|wrong|oops|sorry|empty",
    re.IGNORECASE,
)
_STATE_NAME = re.compile(
    r"(?:^|_)(?:ok|success|succeeded|failed|failure|healthy|alive|valid|available|connected|reachable|ready|status|state"
    r"|error|errors|supported|exists|found|passed|works|loads|loaded|enabled|broken)(?:$|_)|^(?:is|has|can|have)_",
    re.IGNORECASE,
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a handler that catches everything and does nothing with it."""
    if match.trigger is SUPPRESS:
        yield from _suppressed(match, file, rule)
        return
    handler = match.node
    if not isinstance(handler, cst.ExceptHandler | cst.ExceptStarHandler):
        return
    attempt = file.parent(handler)
    if not isinstance(attempt, cst.Try | cst.TryStar) or not catches_everything(Except(handler, file)):
        return
    fallback = _fallback(handler, file)
    if fallback is None or _is_fine(attempt, attempt.body, file) or is_retry(Except(handler, file)):
        return
    if _has_a_reason(handler, file) or _only_reads(attempt.body, file):
        return
    if fallback == "`return False`" and _answers_whether(attempt, file):
        return
    start = file.span(handler).start
    end = file.span(handler.type).end if handler.type is not None else start + len("except")
    caught = file.text[start:end] if "\n" not in file.text[start:end] else "except"
    yield _finding(Span(file.path, start, end), caught, attempt, attempt.body, fallback, file, rule)


def _suppressed(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    call = match.node
    if not isinstance(call, cst.Call):
        return
    item = file.parent(call)
    block = file.parent(item) if isinstance(item, cst.WithItem) else None
    caught = {file.qualified_name(file.follow(value)) for value in file.positional(call)}
    if not isinstance(block, cst.With) or not BROAD.intersection(caught) or _is_fine(block, block.body, file):
        return
    yield _finding(file.span(call), file.code(call), block, block.body, "nothing", file, rule)


def _finding(
    span: Span,
    caught: str,
    statement: cst.CSTNode,
    body: cst.CSTNode,
    fallback: str,
    file: PythonFile,
    rule: RuleContext,
) -> Finding:
    call = _attempted(body, file)
    every = f"every error of `{call}()`" if call else "every error"
    if fallback == "nothing":
        ends = f"drops {every}"
    elif fallback == "`continue`":
        ends = f"goes on with the next round after {every}"
    elif fallback == "`break`":
        ends = f"ends the loop on {every}"
    else:
        ends = f"turns {every} into {fallback}"
    return rule.finding(
        span,
        f"`{caught}` {ends}: nothing tells that it happened, or why",
        subject=scope_name(statement, file) or "module",
    )


def _attempted(body: cst.CSTNode, file: PythonFile) -> str:
    """What a block does, in a word: the first function that it calls."""
    for node in file.walk(body):
        if type(node) is cst.Call and isinstance(node, cst.Call):
            name = file.code(node.func)
            if "(" not in name and "\n" not in name and len(name) <= 50:
                return name
    return ""


# -- what a handler does ----------------------------------------------------------------------------------------------


def _fallback(handler: cst.ExceptHandler | cst.ExceptStarHandler, file: PythonFile) -> str | None:
    """What every error becomes: "nothing", or a value or step in backticks; None where somebody may hear of it."""
    name = (
        handler.name.name.value
        if handler.name is not None and isinstance(handler.name.name, cst.Name)
        else ""
    )
    result = "nothing"
    for statement in _small_statements(handler.body):
        if isinstance(statement, cst.Pass) or (
            isinstance(statement, cst.Expr) and _is_silent_step(statement.value, file)
        ):
            continue
        if isinstance(statement, cst.Continue | cst.Break):
            result = f"`{file.code(statement)}`"
        elif isinstance(statement, cst.Return):
            if statement.value is not None and not _is_default(statement.value, name, file):
                return None
            result = f"`{file.code(statement)}`"
        elif isinstance(statement, cst.Assign | cst.AnnAssign):
            if not _assigns_default(statement, name, file):
                return None
            result = f"`{file.code(statement)}`"
        else:
            return None
    return result if len(result) <= 70 and "\n" not in result else "the same fallback"


def _small_statements(block: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    """The simple statements of a block; a compound one as itself."""
    for statement in block.body:
        if isinstance(statement, cst.SimpleStatementLine):
            yield from statement.body
        else:
            yield statement


def _is_silent_step(value: cst.BaseExpression, file: PythonFile) -> bool:
    """A docstring, `...`, a pause, or cleaning up: nothing that tells anybody."""
    if isinstance(value, cst.Await):
        value = value.expression
    if isinstance(value, cst.SimpleString | cst.ConcatenatedString | cst.Ellipsis):
        return True
    if not isinstance(value, cst.Call):
        return False
    if file.qualified_name(value.func) in _PAUSES:
        return True
    return (
        isinstance(value.func, cst.Attribute)
        and value.func.attr.value in {"rollback", "close"}
        and not value.args
    )


def _is_default(value: cst.BaseExpression, error: str, file: PythonFile) -> bool:
    """Whether a value is a constant, an empty container or a variable: the same whatever went wrong."""
    for node in file.walk(value):
        if isinstance(node, cst.Name) and error and node.value == error:
            return False
        if isinstance(node, cst.SimpleString | cst.FormattedString) and _TELLS_FAILURE.search(
            file.code(node)
        ):
            return False
        if isinstance(node, cst.Call) and not _is_empty(node, file):
            return False
        if isinstance(
            node, cst.Await | cst.Yield | cst.Lambda | cst.FormattedString | cst.Comparison | cst.IfExp
        ):
            return False
        if isinstance(node, cst.ListComp | cst.DictComp | cst.SetComp | cst.GeneratorExp | cst.Subscript):
            return False
        if isinstance(node, cst.Name) and _TELLS_FAILURE.search(node.value):
            return False
    return True


def _is_empty(call: cst.Call, file: PythonFile) -> bool:
    """Whether a call makes an empty value, or an object of which only its class is told: `list()`, `Pending()`."""
    if call.args:
        return False
    name = file.qualified_name(call.func)
    if name in _EMPTY_VALUES:
        return True
    last = last_name(call.func) or ""
    return _CLASS.match(last) is not None and not _ANSWERS.search(last)


def _assigns_default(statement: cst.Assign | cst.AnnAssign, error: str, file: PythonFile) -> bool:
    targets = (
        [each.target for each in statement.targets]
        if isinstance(statement, cst.Assign)
        else [statement.target]
    )
    if statement.value is None or not _is_default(statement.value, error, file):
        return False
    for target in targets:
        last = target.attr.value if isinstance(target, cst.Attribute) else file.code(target)
        if isinstance(target, cst.Subscript) or _STATE_NAME.search(
            last
        ):  # what is kept of it may be looked at
            return False
    return True


# -- where it is no harm ----------------------------------------------------------------------------------------------


def _is_fine(statement: cst.CSTNode, body: cst.CSTNode, file: PythonFile) -> bool:
    """Cleaning up, on the way out of another error, or an optional import."""
    lines = (
        list(_small_statements(body))
        if isinstance(body, cst.IndentedBlock | cst.SimpleStatementSuite)
        else []
    )
    if lines and all(isinstance(line, cst.Import | cst.ImportFrom) for line in lines):
        return True
    if _only_cleans_up(body, file) or in_development_branch(statement, file):
        return True
    if _only_asks_hardware(body, file):
        return True
    if _TELEMETRY.search(file.path) or _TELEMETRY.search(scope_name(statement, file) or ""):
        return True  # what counts users must never stop them
    below = statement
    for above in file.ancestors(statement):
        if isinstance(above, cst.Finally | cst.ExceptHandler | cst.ExceptStarHandler):
            return True
        if isinstance(above, cst.FunctionDef):
            return _CLOSING_FUNCTION.fullmatch(above.name.value) is not None or _follows_yield(
                above, below, file
            )
        below = above
    return False


def _only_asks_hardware(body: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a block begins by asking a driver what the machine has: on most machines the driver is not there."""
    for node in file.walk(body):
        if type(node) is cst.Call and isinstance(node, cst.Call):
            return (file.qualified_name(node.func) or "").partition(".")[0] in _DRIVERS
    return False


def _has_a_reason(handler: cst.ExceptHandler | cst.ExceptStarHandler, file: PythonFile) -> bool:
    """Whether a comment says why nothing is done: somebody has decided.

    In the handler any comment of several words; above the `try`, in its block and in the docstring, which speak of what
    is tried, only one that speaks of its failure.
    """
    span = file.span(handler)
    line_end = file.text.find("\n", span.end)
    if _REASON.search(file.text[span.start : line_end if line_end >= 0 else None]):
        return True
    attempt = file.parent(handler)
    start = file.span(attempt).start if attempt is not None else span.start
    comments = [line for line in file.text[start : span.start].splitlines() if _REASON.search(line)]
    for line in reversed(file.text[: file.text.rfind("\n", 0, start) + 1].splitlines()):
        if not line.lstrip().startswith("#"):
            break
        comments.append(line)
    function = file.enclosing_function(handler)
    docstring = function.get_docstring(clean=False) if function is not None else None
    return any(_OF_FAILURE.search(text) for text in (*comments, docstring or ""))


def _only_reads(body: cst.BaseSuite, file: PythonFile) -> bool:
    """Whether a block is one statement that takes a value apart: `int(text)`, `parts[1]`, `response.json()`."""
    statements = list(_small_statements(body))
    if len(statements) != 1 or not isinstance(statements[0], cst.Assign | cst.AnnAssign | cst.Return):
        return False
    found = False
    for node in file.walk(statements[0]):
        if isinstance(node, cst.Await | cst.Yield | cst.Lambda):
            return False
        if isinstance(node, cst.Call):
            is_method = isinstance(node.func, cst.Attribute) and node.func.attr.value in _READING
            if not is_method and file.qualified_name(node.func) not in _READING_FUNCTIONS:
                return False
            found = True
        elif isinstance(node, cst.Subscript):
            found = True
    return found


def _only_cleans_up(body: cst.CSTNode, file: PythonFile) -> bool:
    names = [
        last_name(node.func)
        for node in file.walk(body)
        if type(node) is cst.Call and isinstance(node, cst.Call)
    ]
    return any(name in _CLEANUP for name in names) and all(
        name in _CLEANUP | _BESIDE_CLEANUP for name in names
    )


def _follows_yield(function: cst.FunctionDef, statement: cst.CSTNode, file: PythonFile) -> bool:
    """What a context manager does behind its `yield` is cleaning up."""
    if not any(
        decoration.name.endswith(("contextmanager", "fixture")) for decoration in file.decorators(function)
    ):
        return False
    place = file.order(statement)
    return any(type(node) is cst.Yield and file.order(node) < place for node in file.walk(function.body))


def _answers_whether(attempt: cst.Try | cst.TryStar, file: PythonFile) -> bool:
    """Whether it returns true or false where nothing failed: then `return False` is the answer to "does it work?"."""
    ends = [list(_small_statements(attempt.body))[-1:]]
    if attempt.orelse is not None:
        ends.append(list(_small_statements(attempt.orelse.body))[-1:])
    block = file.parent(attempt)
    if isinstance(block, cst.IndentedBlock):
        place = file.order(attempt)
        behind = (each for each in _small_statements(block) if file.order(each) > place)
        ends.append([*behind][-1:])
    return any(isinstance(each, cst.Return) and _is_answer(each.value, file) for end in ends for each in end)


def _is_answer(value: cst.BaseExpression | None, file: PythonFile) -> bool:
    """Whether a value is true or false: `True`, `status == 200`, `not missing`, `all(parts)`."""
    if value is None:
        return False
    if isinstance(value, cst.Call):
        return file.qualified_name(value.func) in {
            "all",
            "any",
            "bool",
            "isinstance",
            "issubclass",
            "callable",
            "hasattr",
        }
    negated = isinstance(value, cst.UnaryOperation) and isinstance(value.operator, cst.Not)
    return negated or isinstance(value, cst.Comparison) or file.literal(value) is True
