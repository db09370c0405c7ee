"""python/cors-middleware-order: middleware outside of CORS, whose own answers have no CORS headers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

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
from lintkit.api.python import STARLETTE, in_development_branch

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
        good(
            """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=staff)
app.add_middleware(AuthMiddleware)
app.add_middleware(CORSMiddleware, allow_origins=guests)
""",
            note="the second CORS is outside of all others",
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


@dataclass(frozen=True, slots=True)
class _Added:
    """Middleware that is added to an application.

    node      where it is added: the call, or the name of the decorated function
    order     the place of that call or function in the file
    name      as it is written
    branches  see `_branches`
    cors      it is CORS itself
    """

    node: cst.CSTNode
    order: int
    name: str
    branches: dict[int, int]
    cors: bool


def _added_later(
    call: cst.Call, application: cst.BaseExpression, file: PythonFile, rule: RuleContext
) -> list[tuple[cst.CSTNode, str]]:
    """The middleware that is added to the same application after `call`, in the same function.

    Nothing where CORS is added once more: then that one is outside of what stands between the two.
    """
    found: list[tuple[cst.CSTNode, str]] = []
    branches = _branches(call, file)
    added = _added(file, rule).get(_application(call, application, file), [])
    first = bisect_right(added, file.order(call), key=attrgetter("order"))
    for place in range(first, len(added)):
        each = added[place]
        file.budget.spend(1, "comparing the middleware of one application")
        if not _excludes(branches, each.branches):
            if each.cors:
                return []
            found.append((each.node, each.name))
    return found


def _application(
    node: cst.CSTNode, owner: cst.BaseExpression, file: PythonFile
) -> tuple[cst.FunctionDef | None, str]:
    """What tells an application from others: the function that it is built in, and how it is written there."""
    return file.enclosing_function(node), file.code(owner)


def _added(file: PythonFile, rule: RuleContext) -> dict[tuple[cst.FunctionDef | None, str], list[_Added]]:
    """All middleware that is added to an application after it was made, in the order of the file."""
    found: dict[tuple[cst.FunctionDef | None, str], list[_Added]] | None = file.answers.get(_added)
    if found is not None:
        return found
    found = file.answers[_added] = {}
    for other in rule.matches:
        node: cst.CSTNode = other.node
        place = node
        cors = False
        if other.trigger is ADDED and isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            owner = node.func.value
            given = file.argument(node, 0, "middleware_class")
            if given is None:
                continue
            name = file.code(given.func if isinstance(given, cst.Call) else given)
            cors = file.qualified_name(given) in STARLETTE.names
        elif other.trigger is DECORATED and isinstance(node, cst.FunctionDef):
            decorator = other.value.func if isinstance(other.value, cst.Call) else other.value
            if not isinstance(decorator, cst.Attribute):
                continue
            owner, name, place = decorator.value, node.name.value, node.name
        else:
            continue
        added = _Added(place, file.order(node), name, _branches(node, file), cors)
        found.setdefault(_application(node, owner, file), []).append(added)
    for together in found.values():
        together.sort(key=attrgetter("order"))
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
