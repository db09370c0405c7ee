"""python/cors-middleware-order: middleware outside of CORS, whose own answers have no CORS headers."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Calls,
    Decorators,
    Finding,
    Location,
    Match,
    MethodCalls,
    PythonFile,
    RuleContext,
    bad,
    cst,
    define,
    good,
)
from lintkit.python.branches import in_development_branch
from lintkit.python.idioms.cors import STARLETTE

CORS = Calls(STARLETTE.names, as_argument=True)
ADDED = MethodCalls(("add_middleware",))
DECORATED = Decorators(("middleware",))

RULE = define(
    summary="CORS is not the outermost middleware",
    why="""
Starlette and FastAPI put each middleware around those that were added before. What is added after CORS stands outside
of it: when it answers by itself (401, 429, a redirect, an error), the browser finds no CORS headers, hides the answer,
and the frontend shows a CORS error in place of "please sign in".
""",
    remedy="Add `CORSMiddleware` last, or list it first in `middleware=[...]`.",
    severity="note",
    kinds=("python",),
    confidence="low",
    looks_at=(CORS, ADDED, DECORATED),
    tags=("cors", "http"),
    equivalents=("sonar-python:corsMiddlewareOrdering",),
    packs=("strict",),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from shop.auth import AuthMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=origins)  # <-- here
app.add_middleware(AuthMiddleware)
"""
        ),
        bad(
            """\
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware as Cors


def create_app():
    app = FastAPI()
    app.add_middleware(middleware_class=Cors, allow_origins=origins)  # <-- here

    @app.middleware("http")
    async def authenticate(request, call_next):
        return await call_next(request)

    return app
""",
            note="a function that is decorated is added as well",
        ),
        bad(
            """\
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

stack = [Middleware(RateLimit), Middleware(CORSMiddleware, allow_origins=origins)]  # <-- here
""",
            note="in a list the first one is the outermost",
        ),
        good(
            """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware import Middleware

app = FastAPI()
app.add_middleware(AuthMiddleware)
app.add_middleware(CORSMiddleware, allow_origins=origins)
other = FastAPI(middleware=[Middleware(CORSMiddleware, allow_origins=origins), Middleware(AuthMiddleware)])
other.add_middleware(AuthMiddleware)
""",
            note="added last, listed first; another application",
        ),
        good(
            """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


def first(app: FastAPI):
    app.add_middleware(CORSMiddleware, allow_origins=origins)


def second(app: FastAPI):
    app.add_middleware(AuthMiddleware)


def third(app: FastAPI, behind_proxy):
    if behind_proxy:
        app.add_middleware(CORSMiddleware, allow_origins=origins)
    else:
        app.add_middleware(AuthMiddleware)
""",
            note="functions and branches of which nobody knows that both run",
        ),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report CORS where other middleware of the same application is added after it, or listed before it."""
    call = match.node
    if match.trigger is not CORS or not isinstance(call, cst.Call) or in_development_branch(call, file):
        return
    if isinstance(call.func, cst.Attribute) and call.func.attr.value == "add_middleware":
        outside = _added_later(call, call.func.value, file, rule)
    else:
        outside = _listed_before(call, file)
    if not outside:
        return
    places = tuple(Location(file.span(node), f"`{name}` stands outside of CORS") for node, name in outside)
    first, more = outside[0][1], len(outside) - 1
    named = f"`{first}` and {more} more stand" if more else f"`{first}` stands"
    message = f"{named} outside of CORS: what they answer by themselves has no CORS headers"
    if not more:
        message = f"{named} outside of CORS: what it answers by itself has no CORS headers"
    yield rule.finding(file.span(call), message, subject=first, related=places)


def _added_later(
    call: cst.Call, application: cst.BaseExpression, file: PythonFile, rule: RuleContext
) -> list[tuple[cst.CSTNode, str]]:
    """The middleware that is added to the same application after `call`, in the same function."""
    found: list[tuple[cst.CSTNode, str]] = []
    function = file.enclosing_function(call)
    branches = _branches(call, file)
    for other in rule.matches:
        node = other.node
        if other.trigger is ADDED and isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            owner: cst.BaseExpression = node.func.value
            given = file.argument(node, 0, "middleware_class")
            name = (
                file.code(given.func if isinstance(given, cst.Call) else given) if given is not None else ""
            )
        elif other.trigger is DECORATED and isinstance(node, cst.FunctionDef):
            decorator = other.value.func if isinstance(other.value, cst.Call) else other.value
            if not isinstance(decorator, cst.Attribute):
                continue
            owner, name = decorator.value, node.name.value
        else:
            continue
        if (
            name
            and file.order(node) > file.order(call)
            and file.enclosing_function(node) is function
            and file.code(owner) == file.code(application)
            and not _excludes(branches, _branches(node, file))
        ):
            found.append((node.name if isinstance(node, cst.FunctionDef) else node, name))
    return found


def _branches(node: cst.CSTNode, file: PythonFile) -> dict[int, int]:
    """The statements with branches around a node: id -> which of them it stands in."""
    found: dict[int, int] = {}
    below = node
    for above in file.ancestors(node):
        if isinstance(above, cst.If):
            found[id(above)] = int(above.body is below)
        elif isinstance(above, cst.Match):
            found[id(above)] = id(below)
        below = above
    return found


def _excludes(one: dict[int, int], other: dict[int, int]) -> bool:
    return any(statement in other and other[statement] != taken for statement, taken in one.items())


def _listed_before(call: cst.Call, file: PythonFile) -> list[tuple[cst.CSTNode, str]]:
    """The elements that stand before `Middleware(CORSMiddleware)` in its list."""
    element = file.parent(call)
    display = file.parent(element) if isinstance(element, cst.Element) else None
    found: list[tuple[cst.CSTNode, str]] = []
    for each in display.elements if isinstance(display, cst.List | cst.Tuple) else ():
        if each is element:
            break
        made = each.value
        if isinstance(made, cst.Call) and file.qualified_name(made.func) == "starlette.middleware.Middleware":
            given = file.argument(made, 0, "cls")
            if given is not None:
                found.append((made, file.code(given)))
    return found
