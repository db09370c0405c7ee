"""python/env-default-type: an environment variable, which is text, is read as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lintkit.api import NOT_A_SERVICE, Calls, Finding, Match, PythonFile, RuleContext, bad, cst, define, good
from lintkit.api.python import (
    READ_CALLS,
    READER_CLASSES,
    EnvironmentRead,
    assigned_name,
    environment_read,
    last_name,
)
from lintkit.api.secrets import is_secret_name

READS = Calls(tuple(READ_CALLS))
READERS = Calls(
    tuple(name for name, how in READER_CLASSES.items() if how in {"starlette", "decouple", "environs"})
)

RULE = define(
    summary="an environment variable is read as a type that text is not",
    why="""
A variable is always text. `os.getenv("PORT", 8000)` is a number until somebody sets the variable, and breaks, or
compares wrongly, on the first host where it is set. `bool(os.getenv("DEBUG"))` is true for `false` and `0`, so the
switch that was meant to be off is on.
""",
    remedy='Give the default as text and convert the result: `int(os.getenv("PORT", "8000"))`, '
    '`os.getenv("DEBUG", "").lower() in {"1", "true"}`.',
    severity="warning",
    kinds=("python",),
    looks_at=(READS, READERS),
    tags=("configuration", "correctness", "env-default", "CWE-704"),
    equivalents=(
        "ruff:PLW1508",
        "ruff:PLE1507",
        "pylint:invalid-envvar-default",
        "pylint:invalid-envvar-value",
    ),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import os

PORT = os.getenv("PORT", 8000)  # <-- here
DEBUG = os.environ.get("DEBUG", False)  # <-- here
HOSTS = os.getenv("ALLOWED_HOSTS", []).split(",")  # <-- here
os.environ.setdefault("WORKERS", 4)  # <-- here
"""
        ),
        bad(
            """\
import os

DEFAULT = 30
serve(timeout=os.getenv("TIMEOUT", default=DEFAULT))  # <-- here
""",
            note="through a constant",
        ),
        bad(
            """\
import os

DEBUG = bool(os.getenv("DEBUG"))  # <-- here
TRACE = bool(os.getenv("TRACE") or os.getenv("APP_TRACE"))  # <-- here x2
CACHE = bool(os.environ.get("USE_CACHE", "False"))  # <-- here
HOSTS = list(os.getenv("ALLOWED_HOSTS", ""))  # <-- here
""",
            note="casts that are true for `false`, or make a list of letters",
        ),
        bad(
            """\
from decouple import config
from starlette.config import Config

settings = Config(".env")
DEBUG = config("DEBUG", default=False)  # <-- here
PORT = settings("PORT", default=8000)  # <-- here
""",
            note="readers convert only what a `cast` asks for",
        ),
        bad("import os\n\nos.getenv(1)  # <-- here\n", note="a name that is no text"),
        good(
            """\
import os

PORT = int(os.getenv("PORT", "8000"))
WORKERS = int(os.getenv("WORKERS", 4))
RATIO = float(os.environ.get("RATIO", 0.5))
DEBUG = os.getenv("DEBUG", "false").lower() in {"1", "true"}
NAME = os.getenv("NAME", None)
""",
            note="a number converts as well as its text does",
        ),
        good(
            """\
import os

if os.getenv("TRACE", False):
    trace()
STRICT = os.getenv("STRICT", False) == "true"
HAS_KEY = bool(os.getenv("OPENAI_API_KEY"))
NOTIFY = sanitize(os.getenv("NOTIFY", False), bool)
HAS_CERTIFICATES = bool(os.environ.get("REQUESTS_CA_BUNDLE"))
IN_CI = bool(os.environ.get("CI"))
HAS_SCREEN = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
IN_CLOUD = bool(os.getenv("RENDER") or os.getenv("RENDER_SERVICE_ID"))
TOKEN = os.getenv("GITHUB_TOKEN", False)
URL = os.environ.get("REPORT_URL", False)
""",
            note="the question whether something is set, or is one word",
        ),
        good(
            """\
from decouple import config
from environ import Env

env = Env()
DEBUG = config("DEBUG", default=False, cast=bool)
PORT = env("PORT", default=8000)
TRACE = env.bool("TRACE", default=False)
""",
            note="a cast, and django-environ, which converts to the type of the default",
        ),
        good(
            """\
import os

HOST = os.getenv("API_HOST", "api")
PORT = os.getenv("API_PORT", 8000)
BASE = f"http://{HOST}:{PORT}"
bind = f"0.0.0.0:{os.environ.get('PORT', 5000)}"
amqp = "amqp://%s:%s" % (HOST, os.getenv("AMQP_PORT", 5672))
cache = "redis://{}:{}/0".format(HOST, os.getenv("CACHE_PORT", 6379))
""",
            note="a number that only goes into text, as its text does",
        ),
        bad(
            """\
import os

PORT = os.getenv("API_PORT", 8000)  # <-- here
print(f"listening on {PORT}")
serve(PORT)
HOSTS = os.getenv("API_HOSTS", ["a"])  # <-- here
print(f"for {HOSTS}")
""",
            note="a number that goes elsewhere as well, and what reads otherwise as text",
        ),
        good(
            {
                "conf/gunicorn.conf.py": "import os\n\nmax_requests = os.environ.get('MAX_REQUESTS', 500_000)\n",
            },
            note="gunicorn reads numbers from texts",
        ),
        good(
            'def getenv(name, default):\n    return default\n\n\nPORT = getenv("PORT", 8000)\n',
            note="a function of one's own",
        ),
    ),
)

_NUMBERS = frozenset(
    {"int", "float", "str", "Decimal", "complex", "timedelta", "round", "abs", "repr", "format"}
)
_LETTERS = frozenset({"list", "tuple", "set", "frozenset"})
_CONVERTS = re.compile(
    r"bool|int\b|float|str|parse|cast|convert|coerce|^to_|^as_|number|truthy|flag|duration", re.I
)
_PRESENCE = re.compile(
    r"(?:^|_)(?:URL|URI|HOST|HOSTNAME|PATH|DIR|FILE|DSN|ID|KEY|NAME|ADDRESS|ADDR|EMAIL|ENDPOINT|API|DATABASE|USER|USERNAME|PROXY|TAG"
    r"|VERSION|SHA|REGION|DOMAIN|BUCKET|PROFILE|BUNDLE|CERT|HOME|ROOT)S?$|DISPLAY$|^(?:CI|TERM|NO_COLOR|FORCE_COLOR|VIRTUAL_ENV|SSH_\w+"
    r"|GITHUB_ACTIONS|GITLAB_CI|JENKINS_HOME|KUBERNETES_\w+|AWS_LAMBDA_\w+|DYNO|VERCEL|PYTEST_\w+|LOCAL_RANK)$"
)
_MOST_ALTERNATIVES = 20
_NUMBER_FORMAT = re.compile(r"%[-+ #0-9.]*[diouxXeEfFgGc]")
_FIELD = re.compile(r"\{[^{}]*\}")
_KINDS = {
    "bool": "a bool",
    "int": "a number",
    "float": "a number",
    "list": "a list",
    "tuple": "a tuple",
    "set": "a set",
    "dict": "a dict",
    "bytes": "bytes",
}


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report names, defaults and casts of another type than text."""
    if not isinstance(match.node, cst.Call):
        return
    if match.trigger is READS:
        yield from _wrong_name(match.node, file, rule)
        read = environment_read(match.node, file)
        if read is not None:
            yield from _check_read(read, file, rule)
        return
    for call in _calls_of_reader(match.node, file):
        read = environment_read(call, file)
        if read is not None and not _has_cast(read, file):
            yield from _check_read(read, file, rule)


def _calls_of_reader(constructor: cst.Call, file: PythonFile) -> Iterator[cst.Call]:
    """The calls of the object that a module keeps in a name: `config = Config(".env")`, then `config("X")`."""
    statement = file.enclosing_statement(constructor)
    if not isinstance(statement, cst.Assign) or file.enclosing_function(statement) is not None:
        return
    name = last_name(statement.targets[0].target)
    for top in file.statements():
        for node in file.walk(top):
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == name:
                yield node


def _has_cast(read: EnvironmentRead, file: PythonFile) -> bool:
    if "cast" in file.keyword_arguments(read.call):
        return True
    return read.how != "environs" and len(file.positional(read.call)) > 1


def _wrong_name(call: cst.Call, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    name = file.argument(call, 0, "key")
    value = file.literal(name, follow=True) if name is not None else ""
    if isinstance(name, cst.BinaryOperation) and not isinstance(value, str):
        operands = (name.left, name.right)
        value = next((v for v in map(file.literal, operands) if isinstance(v, (int, float))), "")
    if name is None or type(value).__name__ not in _KINDS:
        return
    what = _KINDS[type(value).__name__]
    yield rule.finding(
        file.span(name),
        f"a variable is asked for by {what}, which raises `TypeError`",
        subject=file.code(name)[:80],
    )


def _check_read(read: EnvironmentRead, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    if read.how == "decouple" and _has_cast(read, file):
        return
    cast = _cast(read.call, file)
    default = _default(read, file)
    if default is not None and not _is_fine(default[1], cast, read, file):
        what = _KINDS[default[1]]
        message = (
            f"`{read.name}` is set to {what}, which raises `TypeError`: variables are text"
            if read.how == "environ-setdefault"
            else f"`{read.name}` is text where it is set and {what} where it is not"
        )
        yield rule.finding(file.span(default[0]), message, subject=read.name)
    elif cast == "bool" and not _is_presence(read, file):
        message = f"`bool` of `{read.name}` is true for `false` and `0` as well"
        yield rule.finding(file.span(read.call), message, subject=read.name)
    elif cast in _LETTERS and default is None:
        message = f"`{cast}` of `{read.name}` splits it into single letters"
        yield rule.finding(file.span(read.call), message, subject=read.name)


_GUNICORN = re.compile(r"(?:^|/)gunicorn[^/]*\.py$")


def _is_fine(kind: str, cast: str, read: EnvironmentRead, file: PythonFile) -> bool:
    """Whether a default of another type does no harm: its text converts as well, or the value is only asked for."""
    if cast == "bool":
        return True  # what is wrong there is the cast
    if kind == "int" and _GUNICORN.search(file.path) and file.enclosing_function(read.call) is None:
        return True  # gunicorn reads the numbers of its settings from texts (gunicorn/config.py, validate_pos_int)
    if kind in {"int", "float"} and read.how != "environ-setdefault" and _becomes_text(read.call, file):
        return True
    if cast in _NUMBERS:
        return kind in {"int", "float", "bool"}
    if cast and cast not in _LETTERS and (_CONVERTS.search(cast) or _is_given_a_type(read.call, file)):
        return True
    if kind != "bool" or read.how == "environ-setdefault":
        return False
    names_a_thing = is_secret_name(read.name) or bool(_PRESENCE.search(read.name))
    return names_a_thing or _asks_only(read.call, file)  # `False` says that there is none


def _default(read: EnvironmentRead, file: PythonFile) -> tuple[cst.BaseExpression, str] | None:
    """(the default, the name of its type), where that is not text."""
    if read.default is None:
        return None
    for node in _branches(read.default):
        value = file.literal(node, follow=True)
        if type(value).__name__ in _KINDS:
            return node, type(value).__name__
    return None


def _branches(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.IfExp):
        yield from (node.body, node.orelse)
    else:
        yield node


def _cast(call: cst.Call, file: PythonFile) -> str:
    """The function that the value goes into at once, through `or`; empty without one."""
    for above in file.ancestors(call):
        if isinstance(above, cst.Arg):
            outer = file.parent(above)
            return (
                (last_name(outer.func) or "") if isinstance(outer, cst.Call) and above.keyword is None else ""
            )
        if not isinstance(above, cst.BooleanOperation) or not isinstance(above.operator, cst.Or):
            return ""
    return ""


def _is_given_a_type(call: cst.Call, file: PythonFile) -> bool:
    """Whether the function that takes the value is told a type as well: `sanitize(os.getenv("TRACE", False), bool)`."""
    outer = next((above for above in file.ancestors(call) if isinstance(above, cst.Call)), None)
    others = [each.value for each in outer.args if each.value is not call] if outer is not None else []
    return any(isinstance(each, cst.Name) and each.value in {"bool", "int", "float"} for each in others)


def _becomes_text(call: cst.Call, file: PythonFile) -> bool:
    """Whether a value is only written into text: at once, or in every use of the local name it is assigned to."""
    if _is_formatted(call, file):
        return True
    statement = file.parent(call)
    if not isinstance(statement, (cst.Assign, cst.AnnAssign)) or file.enclosing_class(call) is not None:
        return False
    return assigned_name(call, file) in _only_formatted(file)


def _only_formatted(file: PythonFile) -> frozenset[str]:
    """The names that a module reads, and reads only to write them into text; found once."""
    found: frozenset[str] | None = file.answers.get("names that are only formatted")
    if found is None:
        read, elsewhere = set[str](), set[str]()
        for statement in file.statements():
            for node in file.walk(statement):
                if isinstance(node, cst.Name) and not _is_target(node, file):
                    (read if _is_formatted(node, file) else elsewhere).add(node.value)
        found = file.answers["names that are only formatted"] = frozenset(read - elsewhere)
    return found


def _is_target(name: cst.Name, file: PythonFile) -> bool:
    return isinstance(file.parent(name), (cst.AssignTarget, cst.AnnAssign))


def _is_formatted(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a value stands in an f-string, is an operand of `"…" % …`, or an argument of `"…".format(…)`."""
    above = file.parent(node)
    if isinstance(above, cst.FormattedStringExpression):
        return above.format_spec is None
    if isinstance(above, cst.Element) and isinstance(row := file.parent(above), cst.Tuple):
        node, above = row, file.parent(row)
    if isinstance(above, cst.BinaryOperation):
        text = file.literal(above.left)
        only_text = isinstance(text, str) and not _NUMBER_FORMAT.search(text)
        return isinstance(above.operator, cst.Modulo) and above.right is node and only_text
    call = file.parent(above) if isinstance(above, cst.Arg) else None
    return (
        isinstance(call, cst.Call)
        and isinstance(call.func, cst.Attribute)
        and call.func.attr.value == "format"
        and isinstance(text := file.literal(call.func.value), str)
        and ":" not in "".join(_FIELD.findall(text))
    )


def _asks_only(call: cst.Call, file: PythonFile) -> bool:
    """Whether the value is only compared, or tested for being there."""
    child: cst.CSTNode = call
    for above in file.ancestors(call):
        if isinstance(above, (cst.Comparison, cst.ComparisonTarget, cst.Assert)):
            return True
        if isinstance(above, (cst.If, cst.IfExp, cst.While)):
            return above.test is child
        if isinstance(above, cst.Match):
            return above.subject is child
        if isinstance(above, cst.UnaryOperation):
            return isinstance(above.operator, cst.Not)
        if not isinstance(above, cst.BooleanOperation):
            return False
        child = above
    return False


def _is_presence(read: EnvironmentRead, file: PythonFile) -> bool:
    """Whether `bool(…)` asks if a variable is set whose value is no yes or no: a key, an address, a name."""
    default = file.literal(read.default, follow=True) if read.default is not None else None
    if default not in (None, ""):
        return False
    names = (read.name, *_alternatives(read.call, file))
    return any(is_secret_name(name) or _PRESENCE.search(name) for name in names)


def _alternatives(call: cst.Call, file: PythonFile) -> list[str]:
    """The other variables that are asked for in the same chain of `or`: all of them answer one question."""
    chain: cst.CSTNode = call
    for above in file.ancestors(call):
        if not isinstance(above, cst.BooleanOperation) or not isinstance(above.operator, cst.Or):
            break
        chain = above
    reads = (environment_read(node, file) for node in file.walk(chain) if isinstance(node, cst.Call))
    first = islice((read for read in reads if read is not None), _MOST_ALTERNATIVES)
    return [read.name for read in first if read.call is not call]
