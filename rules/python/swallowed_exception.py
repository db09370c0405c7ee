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
    define,
    good,
)
from lintkit.api.python import (
    BROAD,
    Assignment,
    Await,
    Block,
    Call,
    Code,
    Comparison,
    Comprehension,
    Conditional,
    Discarded,
    Except,
    Expression,
    Finally,
    FormattedString,
    Function,
    Import,
    Jump,
    Lambda,
    Name,
    Negation,
    Return,
    String,
    Subscript,
    Text,
    Try,
    With,
    Yield,
    catches_everything,
    is_retry,
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
    handler = match.code
    if not isinstance(handler, Except):
        yield from _suppressed(match.call, rule)
        return
    attempt = handler.attempt
    fallback = _fallback(handler) if catches_everything(handler) else None
    if fallback is None or _is_fine(attempt) or is_retry(handler):
        return
    if _has_a_reason(handler) or _only_reads(attempt.body):
        return
    if fallback == "`return False`" and _answers_whether(attempt):
        return
    head = handler.head
    caught = file.text[head.start : head.end]
    yield _finding(head, "except" if "\n" in caught else caught, attempt, fallback, rule)


def _suppressed(call: Call, rule: RuleContext) -> Iterator[Finding]:
    block = call.parent
    caught = {value.followed.name for value in call.arguments.positional}
    if isinstance(block, With) and not BROAD.isdisjoint(caught) and not _is_fine(block):
        yield _finding(call.span, call.text, block, "nothing", rule)


def _finding(span: Span, caught: str, statement: Try | With, fallback: str, rule: RuleContext) -> Finding:
    call = _attempted(statement.body)
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
        subject=statement.scope or "module",
    )


def _attempted(body: Block) -> str:
    """What a block does, in a word: the first function that it calls."""
    names = (call.callee.text for call in body.below(Call))
    return next((name for name in names if "(" not in name and "\n" not in name and len(name) <= 50), "")


def _fallback(handler: Except) -> str | None:
    """What every error becomes: "nothing", or a value or step in backticks; None where somebody may hear of it."""
    result = "nothing"
    for statement in handler.body.statements:
        if isinstance(statement, Discarded):
            if not _is_silent_step(statement.value):
                return None
        elif statement.text != "pass":
            if isinstance(statement, Return):
                silent = statement.value is None or _is_default(statement.value, handler.name)
            elif isinstance(statement, Assignment):
                silent = _assigns_default(statement, handler.name)
            else:
                silent = isinstance(statement, Jump)
            if not silent:
                return None
            result = f"`{statement.text}`"
    return result if len(result) <= 70 and "\n" not in result else "the same fallback"


def _is_silent_step(value: Expression) -> bool:
    """A docstring, `...`, a pause, or cleaning up: nothing that tells anybody."""
    if isinstance(value, Await):
        value = value.awaited
    if isinstance(value, Call):
        return value.name in _PAUSES or (value.method in {"rollback", "close"} and not value.written)
    return value.text == "..." or (isinstance(value, Text) and not isinstance(value, FormattedString))


_TELLING = (Await, Yield, Lambda, FormattedString, Comparison, Conditional, Comprehension, Subscript)
"""What may differ with what went wrong."""


def _is_default(value: Expression, error: str) -> bool:
    """Whether a value is a constant, an empty container or a variable: the same whatever went wrong."""
    return not any(
        isinstance(each, _TELLING)
        or (isinstance(each, Name) and each.text == error)
        or (isinstance(each, Name | String) and _TELLS_FAILURE.search(each.text))
        or (isinstance(each, Call) and not _is_empty(each))
        for each in value.below(Expression)
    )


def _is_empty(call: Call) -> bool:
    """Whether a call makes an empty value, or an object of which only its class is told: `list()`, `Pending()`."""
    last = call.last_name
    return not call.written and (
        call.name in _EMPTY_VALUES or (_CLASS.match(last) is not None and not _ANSWERS.search(last))
    )


def _assigns_default(statement: Assignment, error: str) -> bool:
    if statement.value is None or not _is_default(statement.value, error):
        return False
    return not any(  # what is kept of it may be looked at
        isinstance(target, Subscript) or _STATE_NAME.search(target.last_name or target.text)
        for target in statement.targets
    )


def _is_fine(statement: Try | With) -> bool:
    """Cleaning up, on the way out of another error, or an optional import."""
    body = statement.body
    if body.statements and all(isinstance(each, Import) for each in body.statements):
        return True
    if _only_cleans_up(body) or statement.in_development_branch or _only_asks_hardware(body):
        return True
    if _TELEMETRY.search(statement.span.path) or _TELEMETRY.search(statement.scope):
        return True  # what counts users must never stop them
    for above in statement.around(Finally, Except, Function):
        if not isinstance(above, Function):
            return True
        return _CLOSING_FUNCTION.fullmatch(above.name) is not None or _follows_yield(above, statement)
    return False


def _only_asks_hardware(body: Block) -> bool:
    """Whether a block begins by asking a driver what the machine has: on most machines the driver is not there."""
    first = next(body.below(Call), None)
    return first is not None and (first.name or "").partition(".")[0] in _DRIVERS


def _has_a_reason(handler: Except) -> bool:
    """Whether a comment says why nothing is done: somebody has decided.

    In the handler any comment of several words; above the `try`, in its block and in the docstring, which speak of what
    is tried, only one that speaks of its failure.
    """
    text, span = handler.module.text, handler.span
    line_end = text.find("\n", span.end)
    if _REASON.search(text[span.start : line_end if line_end >= 0 else None]):
        return True
    start = handler.attempt.span.start
    comments = [line for line in text[start : span.start].splitlines() if _REASON.search(line)]
    for line in reversed(text[: text.rfind("\n", 0, start) + 1].splitlines()):
        if not line.lstrip().startswith("#"):
            break
        comments.append(line)
    docstring = handler.function.docstring if handler.function is not None else ""
    return any(_OF_FAILURE.search(said) for said in (*comments, docstring))


def _only_reads(body: Block) -> bool:
    """Whether a block is one statement that takes a value apart: `int(text)`, `parts[1]`, `response.json()`."""
    if len(body.statements) != 1 or not isinstance(body.statements[0], Assignment | Return):
        return False
    found = [*body.below(Call, Subscript, Await, Yield, Lambda)]
    return bool(found) and all(
        isinstance(each, Subscript)
        or (isinstance(each, Call) and (each.method in _READING or each.name in _READING_FUNCTIONS))
        for each in found
    )


def _only_cleans_up(body: Block) -> bool:
    names = [call.last_name for call in body.below(Call)]
    return any(name in _CLEANUP for name in names) and all(
        name in _CLEANUP | _BESIDE_CLEANUP for name in names
    )


def _follows_yield(function: Function, statement: Code) -> bool:
    """What a context manager does behind its `yield` is cleaning up."""
    manages = any(each.last_name.endswith(("contextmanager", "fixture")) for each in function.decorators)
    return manages and any(each.order < statement.order for each in function.body.below(Yield))


def _answers_whether(attempt: Try) -> bool:
    """Whether it returns true or false where nothing failed: then `return False` is the answer to "does it work?"."""
    behind = attempt.block.statements if attempt.block is not None else ()
    ends = (
        attempt.body.statements,
        attempt.orelse.statements if attempt.orelse is not None else (),
        [each for each in behind if each.order > attempt.order],
    )
    return any(isinstance(end[-1], Return) and _is_answer(end[-1].value) for end in ends if end)


def _is_answer(value: Expression | None) -> bool:
    """Whether a value is true or false: `True`, `status == 200`, `not missing`, `all(parts)`."""
    if isinstance(value, Call):
        return value.name in {"all", "any", "bool", "isinstance", "issubclass", "callable", "hasattr"}
    return value is not None and (
        isinstance(value, Comparison)
        or (isinstance(value, Negation) and value.is_not)
        or value.literal is True
    )
