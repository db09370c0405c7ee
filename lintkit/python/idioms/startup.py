"""Which code of a file runs when the service starts, before it answers a request.

What the frameworks call: `lifespan` (up to its `yield`), `on_event("startup")`, `on_startup` of Starlette, Litestar
and aiohttp, `cleanup_ctx`, `AppConfig.ready` of Django, `before_serving` of Quart, `before_server_start` of Sanic, the
start signals of Celery; what these call in the same file; and functions that are named as nothing else is (`init_db`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lintkit.python.called import reached_functions, run_by_hand
from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.code import Code
    from lintkit.python.module import PythonFile

STARTUP_NAMES = re.compile(
    r"_?(?:setup|connect(?:_to)?|open|start|bootstrap)_(?:the_)?(?:app_|async_)?"
    r"(?:db|database|databases|datastores?|redis|neo4j|mongo|mongodb|postgres|mysql|sqlite|broker|kafka|rabbitmq"
    r"|clickhouse|elasticsearch|opensearch|qdrant|connections?|pool)(?:_\w+)?"
    r"|(?:on_)?startup(?:_event|_handler)?|(?:app_)?lifespan|_?init(?:iali[sz]e)?_\w+"
)
"""Names of functions that open what the service needs (`init_db`, `connect_to_redis`, `on_startup`)."""

_DECORATORS = frozenset({"before_serving", "before_server_start", "main_process_start", "startup_handler"})
_CELERY = re.compile(r"celery\.signals\.(?:worker_process_init|worker_init|worker_ready|beat_init)\.connect$")


@dataclass(frozen=True, slots=True)
class Startup:
    """Why a piece of code runs at startup.

    function  the outermost function that does
    reason    completes "runs …": `in the lifespan`, `in what the lifespan calls`
    certain   a framework says so, not the name alone
    """

    function: cst.FunctionDef
    reason: str
    certain: bool


def startup_around(code: Code) -> Startup | None:
    """The startup function whose body holds some code; None behind the `yield` of a lifespan, which is shutdown."""
    node, file = code.node, code.file
    function = file.enclosing_function(node)
    while function is not None:
        found = startup_of(function, file)
        if found is not None:
            return None if _after_yield(function, node, file) else found
        function = file.enclosing_function(function)
    return None


def startup_of(function: cst.FunctionDef, file: PythonFile) -> Startup | None:
    """Why `function` runs at startup, if it does."""
    known: dict[int, Startup] | None = file.answers.get("startup")
    if known is None:
        known = file.answers["startup"] = _startup_functions(file)
    found = known.get(id(function))
    if (
        found is None
        and STARTUP_NAMES.fullmatch(function.name.value)
        and not _is_registry_hook(function, file)
        and not _is_for_one(function)
        and not run_by_hand(function, file)
    ):
        found = Startup(function, f"in `{function.name.value}`", False)
    return found


def _is_registry_hook(function: cst.FunctionDef, file: PythonFile) -> bool:
    """Whether the name means something else: an extension's `init_app(app)`, and private steps of a constructor."""
    name = function.name.value
    return name in {"init_app", "init_subclass"} or (
        name.startswith("_") and file.enclosing_class(function) is not None
    )


_OF_THE_SERVICE = re.compile(
    r"^_*(?:self|cls|app|application|server|config|configuration|cfg|conf|settings|options|env|environment|loop|logger|log"
    r"|engine|db|database|session|conn|connection|client|redis|cache|pool|driver|url|uri|dsn|host|port|path|name|user|username"
    r"|password|echo|debug|timeout|\w*_(?:app|config|settings|engine|db|pool|url|uri|dsn|client|host|port|path|name|dir))$",
    re.IGNORECASE,
)
"""Parameters of what is set up once, with settings or with the parts of the service."""


def _is_for_one(function: cst.FunctionDef) -> bool:
    """Whether a function must be told for what it runs: `initialize_channel(self, channel_id)` is no startup."""
    required = [
        each.name.value
        for each in (*function.params.posonly_params, *function.params.params, *function.params.kwonly_params)
        if each.default is None
    ]
    return any(not _OF_THE_SERVICE.match(name) for name in required)


def _startup_functions(file: PythonFile) -> dict[int, Startup]:
    """What frameworks call at startup, and what that calls in turn."""
    roots: dict[int, Startup] = {}
    if not _WORTH.search(file.text):
        return roots
    for statement in file.statements():
        for node in file.walk(statement):
            kind = type(node)
            if kind is cst.FunctionDef and isinstance(node, cst.FunctionDef):
                reason = _by_definition(node, file)
                if reason:
                    roots.setdefault(id(node), Startup(node, reason, True))
            elif kind is cst.Call and isinstance(node, cst.Call):
                for function, reason in _registered(node, file):
                    roots.setdefault(id(function), Startup(function, reason, True))
    found = dict(roots)
    for function, root in reached_functions([each.function for each in roots.values()], file).values():
        reason = f"in what {roots[id(root)].reason.removeprefix('in ')} calls"
        found.setdefault(id(function), Startup(function, reason, True))
    return found


_WORTH = re.compile(
    r"\b(?:lifespan|on_event|on_startup|cleanup_ctx|add_event_handler|AppConfig|before_serving|before_server_start"
    r"|main_process_start|startup_handler|worker_process_init|worker_init|worker_ready|beat_init)\b"
)


def _by_definition(function: cst.FunctionDef, file: PythonFile) -> str:
    """Why a function runs at startup by its decorators, its name or its class."""
    name = function.name.value
    for decoration in file.decorators(function):
        if decoration.name == "on_event" and decoration.call is not None:
            if (
                file.argument(decoration.call, 0) is not None
                and file.string(decoration.call.args[0].value) == "startup"
            ):
                return f"in the startup handler `{name}`"
        elif decoration.name in _DECORATORS or _CELERY.match(decoration.qualified or ""):
            return f"in the startup handler `{name}`"
        elif decoration.name == "listener" and decoration.call is not None and decoration.call.args:
            if file.string(decoration.call.args[0].value) in _DECORATORS:
                return f"in the startup handler `{name}`"
        elif (decoration.qualified or "") in {
            "contextlib.asynccontextmanager",
            "contextlib.contextmanager",
        } and "lifespan" in name:
            return "in the lifespan" if name == "lifespan" else f"in the lifespan `{name}`"
    if name == "ready":
        owner = file.enclosing_class(function)
        if owner is not None and any(
            (file.qualified_name(base.value) or "").startswith("django.apps.")
            or file.code(base.value).endswith("AppConfig")
            for base in owner.bases
        ):
            return f"in `{owner.name.value}.ready`"
    return ""


def _registered(call: cst.Call, file: PythonFile) -> Iterator[tuple[cst.FunctionDef, str]]:
    """The functions that a call names for startup: `FastAPI(lifespan=f)`, `app.on_startup.append(f)`, and so on."""
    given: list[tuple[cst.BaseExpression, str]] = []
    if isinstance(call.func, cst.Attribute):
        method = call.func.attr.value
        if method == "append" and file.code(call.func.value).endswith((".on_startup", ".cleanup_ctx")):
            given = [(value, "handler") for value in file.positional(call)[:1]]
        elif (
            method == "add_event_handler"
            and file.string(call.args[0].value if call.args else call.func) == "startup"
        ):
            value = file.argument(call, 1, "func")
            given = [(value, "handler")] if value is not None else []
    for argument in call.args:
        keyword = argument.keyword.value if argument.keyword is not None else ""
        if keyword in {"lifespan", "lifespan_context"}:
            given.append((argument.value, "lifespan"))
        elif keyword == "on_startup":
            value = file.follow(argument.value)
            if isinstance(value, cst.List | cst.Tuple):
                given += [(element.value, "handler") for element in value.elements]
            else:
                given.append((argument.value, "handler"))
        elif keyword == "lifespan_handlers" and isinstance(argument.value, cst.List):
            given += [(element.value, "lifespan") for element in argument.value.elements]
    for value, what in given:
        function = file.definition(value)
        if isinstance(function, cst.FunctionDef):
            name = function.name.value
            short = what == "lifespan" and name == "lifespan"
            yield (
                function,
                "in the lifespan"
                if short
                else f"in the {'lifespan' if what == 'lifespan' else 'startup handler'} `{name}`",
            )


def _after_yield(function: cst.FunctionDef, node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether `node` comes after a `yield` of the function itself."""
    place = file.order(node)
    return any(
        type(each) is cst.Yield and file.order(each) < place and file.enclosing_function(each) is function
        for each in file.walk(function)
    )
