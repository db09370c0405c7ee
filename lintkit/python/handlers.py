"""Which functions of a file answer requests, and to what.

FastAPI and Starlette, Flask (also `MethodView` and flask-restful), Django (function views, class-based views, REST
framework), Litestar and aiohttp.web: by decorators, by base classes, and by calls that register a function of the same
file. What another file registers is not known here, except that a Django view says so by its first parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lintkit.python.idioms.web_names import (
    ERROR_HANDLERS,
    HOOKS,
    METHODS,
    REGISTRATIONS,
    ROUTES,
    VIEW_METHODS,
    is_view_class,
    may_register,
)
from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.code import Code, Function
    from lintkit.python.module import Decoration, PythonFile

HandlerKind = Literal["route", "view", "hook", "error"]

_FRAMEWORKS = re.compile(
    r"(?:fastapi|starlette|flask|quart|sanic|litestar|aiohttp\.web|falcon|bottle|ninja|robyn|blacksheep)\b"
)
_DJANGO_VIEW = re.compile(
    r"django\.(?:http|shortcuts|views|contrib\.auth|template|urls|conf)\b|rest_framework\b"
)
_DJANGO_DECORATORS = re.compile(
    r"django\.(?:views|contrib\.auth)\.decorators\.|rest_framework\.decorators\.(?:api_view|action)$"
)
_DJANGO_METHODS = {"require_GET": ("GET",), "require_POST": ("POST",), "require_safe": ("GET", "HEAD")}


@dataclass(frozen=True, slots=True)
class Handler:
    """One way in which a function is called for a request.

    kind     route: bound to a path; view: a method of a class, or a view that another file binds to a path;
             hook: runs around every request (middleware, `before_request`); error: answers a request that failed
    methods  HTTP methods in upper case; empty when any, or not known
    route    the path as it is written; empty when it is not known
    """

    kind: HandlerKind
    methods: tuple[str, ...] = ()
    route: str = ""

    def __str__(self) -> str:
        """`GET /health`, as far as it is known."""
        return " ".join([",".join(self.methods), self.route]).strip()


def handlers_of(function: cst.FunctionDef, file: PythonFile) -> tuple[Handler, ...]:
    """How requests reach `function`; empty when nothing in the file says that they do."""
    key = ("handlers", id(function))
    known: tuple[Handler, ...] | None = file.answers.get(key)
    if known is None:
        found = dict.fromkeys([*_decorated(function, file), *_registered(function, file)])
        if not found:
            found = dict.fromkeys([*_method_of_view(function, file), *_django_view(function, file)])
        known = file.answers[key] = tuple(found)
    return known


def handler_around(code: Code) -> tuple[Function, Handler] | None:
    """The handler whose body holds some code, also through functions nested in it."""
    function = code.function
    while function is not None:
        found = handlers_of(function.node, function.file)
        if found:
            return function, found[0]
        function = function.function
    return None


def _decorated(function: cst.FunctionDef, file: PythonFile) -> Iterator[Handler]:
    for decoration in file.decorators(function):
        yield from _from_decorator(decoration, file)


def _from_decorator(decoration: Decoration, file: PythonFile) -> Iterator[Handler]:
    name, call, qualified = decoration.name, decoration.call, decoration.qualified or ""
    callee = call.func if call is not None else decoration.expression
    if qualified and _DJANGO_DECORATORS.match(qualified):
        methods = _DJANGO_METHODS.get(name, ())
        if call is not None and name in {"api_view", "require_http_methods", "action"}:
            methods = _listed(
                file.argument(call, None if name == "action" else 0, "methods" if name == "action" else None),
                file,
            )
        yield Handler("view", methods)
        return
    litestar = isinstance(callee, cst.Name) and qualified.startswith("litestar.")
    if litestar:
        name = qualified.rpartition(".")[2]
    if not litestar and not isinstance(callee, cst.Attribute):
        return
    if name in HOOKS or name in ERROR_HANDLERS:
        if not litestar:
            yield Handler("hook" if name in HOOKS else "error")
        return
    if name not in METHODS and name not in ROUTES:
        return
    routes = _routes(call, file) if call is not None else []
    if not routes and (litestar or _is_router(callee, file)):
        routes = [""]
    prefix = _prefix(callee, file) if routes else ""
    for route in routes:
        yield Handler("route", _methods(name, call, file), prefix + route)


def _routes(call: cst.Call, file: PythonFile) -> list[str]:
    """The paths that a decorator names: `@app.get("/x")`, `@get(["/x", "/y"])`, `@app.route(rule="/x")`."""
    for value in (
        file.argument(call, 0),
        file.argument(call, None, "path"),
        file.argument(call, None, "rule"),
    ):
        if value is None:
            continue
        literal = file.literal(value, follow=True)
        found = [
            each for each in (literal if isinstance(literal, list) else [literal]) if isinstance(each, str)
        ]
        return [each for each in found if not each or each.startswith("/")]
    return []


def _prefix(callee: cst.BaseExpression, file: PythonFile) -> str:
    """What a router of this file puts before its paths, such as `APIRouter(prefix="/health")`."""
    made = file.follow(callee.value) if isinstance(callee, cst.Attribute) else None
    if not isinstance(made, cst.Call) or not _is_router(callee, file):
        return ""
    given = file.argument(made, None, "prefix") or file.argument(made, None, "url_prefix")
    found = file.string(given, follow=True) if given is not None else None
    return found.rstrip("/") if found is not None and found.startswith("/") else ""


def _is_router(callee: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a decorator's receiver is an application or router that this file makes of a web framework."""
    if not isinstance(callee, cst.Attribute):
        return False
    made = file.follow(callee.value)
    if not isinstance(made, cst.Call):
        return False
    name = file.qualified_name(made.func)
    return name is not None and _FRAMEWORKS.match(name) is not None


def _methods(name: str, call: cst.Call | None, file: PythonFile) -> tuple[str, ...]:
    if name in METHODS:
        return (name.upper(),)
    if "websocket" in name:
        return ("WEBSOCKET",)
    given = None
    if call is not None:
        keywords = file.keyword_arguments(call)
        argument = keywords.get("methods") or keywords.get("http_method")
        given = argument.value if argument is not None else None
    return ("GET",) if given is None else _listed(given, file)


def _listed(value: cst.BaseExpression | None, file: PythonFile) -> tuple[str, ...]:
    literal = file.literal(value, follow=True) if value is not None else None
    each = (
        literal
        if isinstance(literal, list | tuple)
        else sorted(literal, key=str)
        if isinstance(literal, set)
        else ()
    )
    return tuple(method.upper() for method in each if isinstance(method, str))


def _method_of_view(function: cst.FunctionDef, file: PythonFile) -> Iterator[Handler]:
    if function.name.value not in VIEW_METHODS:
        return
    owner = file.enclosing_class(function)
    if owner is None or file.enclosing_function(function) is not None:
        return
    bases = [
        base.value.value if isinstance(base.value, cst.Subscript) else base.value for base in owner.bases
    ]
    if not any(is_view_class(file.code(base), file.qualified_names(base)) for base in bases):
        return
    name = function.name.value
    methods = (name.upper(),) if name in METHODS else ()
    routes = [handler.route for handler in _routes_of(file).get(id(owner), ())]
    for decoration in file.decorators(owner):
        if decoration.call is not None and decoration.name in {"view", "route"}:
            routes += _routes(decoration.call, file)
    for route in routes or [""]:
        yield Handler("view", methods, route)


def _django_view(function: cst.FunctionDef, file: PythonFile) -> Iterator[Handler]:
    """A function whose first parameter is the request, in a file that uses Django's."""
    parameters = [*function.params.posonly_params, *function.params.params]
    if not parameters or parameters[0].name.value != "request":
        return
    if any(_DJANGO_VIEW.match(each.module) for each in file.imports()):
        yield Handler("view")


def _registered(function: cst.FunctionDef, file: PythonFile) -> list[Handler]:
    return _routes_of(file).get(id(function), [])


def _routes_of(file: PythonFile) -> dict[int, list[Handler]]:
    routes: dict[int, list[Handler]] | None = file.answers.get("routes")
    if routes is None:
        routes = file.answers["routes"] = {}
        imported = ((each.alias or each.name or "", each.name or "") for each in file.imports())
        if may_register(file.text, imported):
            for definition, handler in _registrations(file):
                routes.setdefault(id(definition), []).append(handler)
    return routes


def _registrations(file: PythonFile) -> Iterator[tuple[cst.CSTNode, Handler]]:
    for statement in file.statements():
        for node in file.walk(statement):
            if type(node) is not cst.Call:
                continue
            if not isinstance(node.func, cst.Attribute | cst.Name):
                continue
            parts = (file.qualified_name(node.func) or file.code(node.func)).rsplit(".", 2)
            last = parts[-1]
            web = parts[-2:-1] == ["web"] and last in METHODS
            if not web and last not in REGISTRATIONS:
                continue
            values = [argument.value for argument in node.args]
            texts = [text for value in values if (text := file.string(value, follow=True)) is not None]
            method = last.removeprefix("add_")
            methods: tuple[str, ...] = (method.upper(),) if method in METHODS else ()
            if last == "add_route" and len(texts) > 1 and texts[0].lower() in METHODS:
                methods, texts = (texts[0].upper(),), texts[1:]
            listed = file.keyword_arguments(node).get("methods")
            if listed is not None:
                methods = _listed(listed.value, file)
            django = last in {"path", "re_path"}
            routes = [text for text in texts if text.startswith("/") or django]
            if not routes:
                continue
            for value in values:
                if (
                    isinstance(value, cst.Call)
                    and isinstance(value.func, cst.Attribute)
                    and value.func.attr.value == "as_view"
                ):
                    value = value.func.value
                if not isinstance(value, cst.Name | cst.Attribute):
                    continue
                definition = file.definition(value)
                if definition is not None:
                    yield definition, Handler("route", methods, routes[0])
