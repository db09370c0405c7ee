"""python/in-process-session-state: requests leave in the memory of one process what later requests need."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.facts import ModuleImport
from lintkit.api.graph import kept_for_requests

RULE = define(
    summary="sessions or the like live in the memory of one process",
    why="""
A restart, a deployment or a crash forgets what requests left in a module-level container: everybody is logged out, the
challenge that was sent is unknown, the limit counts from zero. On the day a second worker or replica is added, the next
request fails whenever it reaches the other one.
""",
    remedy="""
Keep it in a store that all processes share (Redis, the database), with a time to live. `functools.lru_cache` is for
what every process can compute for itself.
""",
    severity="warning",
    scope="project",
    kinds=("python",),
    tags=("scaling", "sessions"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                "app.py": """\
from fastapi import FastAPI

app = FastAPI()
challenges = {}


@app.post("/login/begin")
def begin(user: str):
    challenges[user] = new_challenge()  # <-- here


@app.post("/login/finish")
def finish(user: str):
    return challenges.pop(user, None)
"""
            }
        ),
        bad(
            {
                "store.py": """\
class SessionStore:
    def __init__(self):
        self.sessions = {}

    def save(self, token, user):
        self.sessions[token] = user  # <-- here

    def load(self, token):
        return self.sessions.get(token)


store = SessionStore()
""",
                "views.py": """\
from flask import Blueprint

from store import store

bp = Blueprint("login", __name__)


@bp.route("/login", methods=["POST"])
def login():
    store.save("token", "user")


@bp.route("/me")
def me():
    return store.load("token")
""",
            },
            note="an attribute of an instance that the module makes",
        ),
        bad(
            {
                "views.py": """\
from collections import defaultdict

from django.http import JsonResponse

login_attempts = defaultdict(list)


def login(request):
    login_attempts[request.POST["user"]].append(1)  # <-- here
    return JsonResponse({"left": 5 - len(login_attempts[request.POST["user"]])})
"""
            }
        ),
        bad(
            {
                "handlers.py": """\
from aiohttp import web

revoked_tokens = set()
routes = web.RouteTableDef()


@routes.post("/logout")
async def logout(request):
    revoked_tokens.add(request.headers["Authorization"])  # <-- here


@routes.get("/me")
async def me(request):
    return web.json_response({"in": request.headers["Authorization"] not in revoked_tokens})
"""
            }
        ),
        bad(
            {
                "controllers.py": """\
from litestar import get

price_cache = {}


@get("/price")
async def price(name: str) -> int:
    if name not in price_cache:
        price_cache[name] = await ask(name)  # <-- here
    return price_cache[name]
"""
            },
            note="a cache that grows for as long as the process lives",
        ),
        bad(
            {
                "app/main.py": """\
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import basket


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.carts = {}
    yield


app = FastAPI(lifespan=lifespan)
app.state.logins = {}
app.include_router(basket.router)


@app.post("/login")
def login(user: str):
    app.state.logins[user] = "made-up"  # <-- here


@app.get("/me")
def me(user: str):
    return app.state.logins.get(user)
""",
                "app/basket.py": """\
from fastapi import APIRouter, Request

router = APIRouter()


@router.post("/basket")
def put(request: Request, user: str, item: str):
    carts = request.app.state.carts
    carts.setdefault(user, []).append(item)  # <-- here


@router.get("/basket")
def show(request: Request, user: str):
    return request.app.state.carts[user]
""",
            },
            note="what hangs on the application",
        ),
        good(
            {
                "app/main.py": """\
from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/me")
def me(request: Request, user: str):
    request.state.sessions = {}
    request.state.sessions[user] = "made-up"
    return request.state.sessions.get(user)
""",
            },
            note="the state of one request",
        ),
        good(
            {
                "app.py": """\
from fastapi import FastAPI

app = FastAPI()
SESSION_TYPES = {"web": 3600, "api": 60}


@app.get("/sessions")
def sessions():
    return SESSION_TYPES.get("web")
"""
            },
            note="a constant",
        ),
        good(
            {
                "app.py": """\
from fastapi import FastAPI

app = FastAPI()
session_handlers = {}


def register(name):
    def wrap(function):
        session_handlers[name] = function
        return function

    return wrap


@app.get("/sessions/{name}")
def sessions(name: str):
    return session_handlers[name]()
"""
            },
            note="a registry that is filled at import",
        ),
        good(
            {
                "app.py": """\
from functools import lru_cache

from cachetools import TTLCache
from fastapi import FastAPI

app = FastAPI()
price_cache = TTLCache(100, 60)


@lru_cache
def rate(name):
    return load(name)


@app.get("/price/{name}")
def price(name: str):
    if name not in price_cache:
        price_cache[name] = rate(name)
    return price_cache[name]
"""
            },
            note="`lru_cache`, and a cache that forgets by itself",
        ),
        good(
            {
                "app.py": """\
from fastapi import FastAPI

app = FastAPI()
model_cache = {}


def model(name):
    if name not in model_cache:
        model_cache[name] = load(name)
    return model_cache[name]


@app.get("/answer/{name}")
def answer(name: str):
    return model(name).answer()
"""
            },
            note="what every process computes alike",
        ),
        good(
            {
                "app.py": """\
from fastapi import FastAPI

from shop.redis import redis

app = FastAPI()
sessions = {}


@app.post("/login")
def login(token: str, user: str):
    if redis is not None:
        redis.setex(token, 3600, user)
        return
    sessions[token] = user


@app.get("/me")
def me(token: str):
    return sessions.get(token)
"""
            },
            note="only where the shared store is missing",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report the first write of each container that keeps something for later requests."""
    for use, write, handler, kind in kept_for_requests(project.graph.calls, project.facts(ModuleImport)):
        if kind == "cache":
            # A function further down may cache what every process computes alike, which is what `lru_cache` does.
            of_the_request = (write.path, f":{write.function}") == (handler.path, handler.function)
            if use.state.container == "bounded" or not of_the_request:
                continue
            harm = "each process has another, which grows and goes stale"
        elif kind == "connection":
            harm = "what another process sends does not reach them"
        else:
            harm = "a restart forgets it, and another process never knew it"
        kept = "the connections" if kind == "connection" else f"{kind} state in the memory"
        yield rule.finding(
            write.span,
            f"`{use.state.name}` keeps {kept} of one process: {harm}",
            subject=use.state.name,
            severity="note" if kind == "connection" else None,
            label="a request writes it",
            related=(
                Location(use.state.span, f"`{use.state.name}` lives as long as one process"),
                Location(handler.span, "the request that leads here"),
            ),
        )
