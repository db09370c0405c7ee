"""python/cors-middleware-order: middleware outside of CORS, whose own answers have no CORS headers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeAlias

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
    Span,
    bad,
    define,
    good,
)
from lintkit.api.python import STARLETTE, Attribute, Call, Code, Function, If, List, MatchStatement, Tuple

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
    if match.trigger is not CORS or match.call.in_development_branch:
        return
    call = match.call
    added = call.method == "add_middleware"
    outside = _added_later(call, rule) if added else _listed_before(call)
    if not outside:
        return
    first, more = outside[0][1], len(outside) - 1
    named = f"`{first}` and {more} more stand" if more else f"`{first}` stands"
    what = "what they answer by themselves" if more else "what it answers by itself"
    yield rule.finding(
        call.span,
        f"{named} outside of CORS: {what} has no CORS headers",
        subject=first,
        related=tuple(Location(span, f"`{name}` stands outside of CORS") for span, name in outside),
    )


Application: TypeAlias = "tuple[Function | None, str]"
"""What tells an application from others: the function that it is built in, and how it is written there."""


@dataclass(frozen=True, slots=True)
class _Added:
    """Middleware that is added to an application.

    span      where it is added: the call, or the name of the decorated function
    order     the place of that call or function in the file
    name      as it is written
    branches  see `_branches`
    cors      it is CORS itself
    """

    span: Span
    order: int
    name: str
    branches: dict[Code, Code]
    cors: bool


def _added_later(call: Call, rule: RuleContext) -> list[tuple[Span, str]]:
    """The middleware that is added to the same application after `call`, in the same function.

    Nothing where CORS is added once more: then that one is outside of what stands between the two.
    """
    found: list[tuple[Span, str]] = []
    branches = _branches(call)
    application = (call.function, call.receiver.text if call.receiver is not None else "")
    added = call.module.kept(_middleware, lambda _: _middleware(rule.matches)).get(application, [])
    first = bisect_right(added, call.order, key=attrgetter("order"))
    for place in range(first, len(added)):
        each = added[place]
        call.module.spend("comparing the middleware of one application")
        if not any(taken != each.branches.get(branch, taken) for branch, taken in branches.items()):
            if each.cors:
                return []
            found.append((each.span, each.name))
    return found


def _middleware(matches: Sequence[Match]) -> dict[Application, list[_Added]]:
    """All middleware that is added to an application after it was made, in the order of the file."""
    found: dict[Application, list[_Added]] = {}
    for match in matches:
        code, cors = match.code, False
        if match.trigger is ADDED and isinstance(code, Call):
            owner, given, span = code.receiver, code.argument(0, "middleware_class"), code.span
            if given is None:
                continue
            name = (given.callee if isinstance(given, Call) else given).text
            cors = not isinstance(given, Call) and given.name in STARLETTE.names
        elif match.trigger is DECORATED and isinstance(code, Function):
            decorator = match.expression
            called = decorator.callee if isinstance(decorator, Call) else decorator
            owner, name, span = (
                called.of if isinstance(called, Attribute) else None,
                code.name,
                code.name_span,
            )
        else:
            continue
        if owner is not None:
            added = _Added(span, code.order, name, _branches(code), cors)
            found.setdefault((code.function, owner.text), []).append(added)
    for together in found.values():
        together.sort(key=attrgetter("order"))
    return found


def _branches(code: Code) -> dict[Code, Code]:
    """The statements with branches around some code, and which of them it stands in."""
    found: dict[Code, Code] = {}
    below = code
    for above in code.around(Code):
        if isinstance(above, If | MatchStatement):
            found[above] = below
        below = above
    return found


def _listed_before(call: Call) -> list[tuple[Span, str]]:
    """The elements that stand before `Middleware(CORSMiddleware)` in its list."""
    found: list[tuple[Span, str]] = []
    for made in call.parent.elements if isinstance(call.parent, List | Tuple) else ():
        if made == call:
            break
        given = made.argument(0, "cls") if isinstance(made, Call) else None
        if made.name == "starlette.middleware.Middleware" and given is not None:
            found.append((made.span, given.text))
    return found
