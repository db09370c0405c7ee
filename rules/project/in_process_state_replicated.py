"""Requests leave state in the memory of one process, and the service runs more than one."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.facts import Count, ModuleImport, RouteHandler, StateAccess
from lintkit.api.graph import StateUse, Unit, kept_for_requests

_STORE = """CHALLENGES = {}


def begin(user, challenge):
    CHALLENGES[user] = challenge  # <-- here


def finish(user):
    return CHALLENGES.pop(user, None)
"""
_MAIN = """from fastapi import FastAPI

from app import store

app = FastAPI()


@app.post("/login/begin")
def begin(user: str):
    store.begin(user, "made-up")


@app.post("/login/finish")
def finish(user: str):
    return store.finish(user)
"""
_DOCKERFILE = (
    'FROM python:3.12-slim\nWORKDIR /srv\nCOPY app app\nCMD ["gunicorn", "-w", "9", "app.main:app"]\n'
)
_ONE = 'FROM python:3.12-slim\nWORKDIR /srv\nCOPY app app\nCMD ["uvicorn", "app.main:app"]\n'
_CLEAN = _STORE.replace("  # <-- here", "")
_TREE = {"app/store.py": _CLEAN, "app/main.py": _MAIN, "Dockerfile": _DOCKERFILE}
_DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: api
          image: ghcr.io/acme/api:1.4
"""
_AUTOSCALER = """---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
  minReplicas: 1
  maxReplicas: 6
"""

RULE = define(
    summary="sessions or the like live in one process of a service that runs several",
    why="""
Each worker and each replica has memory of its own. A session, a challenge or a counter that one of them keeps in a
module-level container is unknown to the others, so with nine workers eight of nine follow-up requests fail, at random,
and only in production. A restart loses all of it.
""",
    remedy="""
Keep it in a store that all processes share (Redis, the database) with a time to live; or run one process and say so.
""",
    severity="error",
    scope="project",
    kinds=("python",),
    tags=("scaling", "sessions"),
    packs=("recommended", "production"),
    supersedes=("python/in-process-session-state",),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad({**_TREE, "app/store.py": _STORE}),
        bad({"app/store.py": _STORE, "app/main.py": _MAIN, "Procfile": "web: gunicorn -w 4 app.main:app\n"}),
        good({"app/store.py": _CLEAN, "app/main.py": _MAIN, "Procfile": "web: gunicorn -w 1 app.main:app\n"}),
        bad({**_TREE, "app/store.py": _STORE, "Dockerfile": _ONE, "k8s/api.yaml": _DEPLOYMENT}),
        bad(
            {
                **_TREE,
                "app/store.py": _STORE,
                "Dockerfile": _ONE,
                "k8s/api.yaml": _DEPLOYMENT.replace("  replicas: 3\n", "") + _AUTOSCALER,
            }
        ),
        bad(
            {
                **_TREE,
                "app/store.py": _STORE,
                "Dockerfile": _ONE,
                "compose.yaml": "services:\n  api:\n    build: .\n    deploy: {replicas: 2}\n",
            }
        ),
        bad(
            {
                **_TREE,
                "app/store.py": _STORE,
                "Dockerfile": _ONE,
                "compose.yaml": "services:\n  api:\n    build: .\n    environment: {WEB_CONCURRENCY: 4}\n",
            }
        ),
        bad(
            {
                **_TREE,
                "app/store.py": "class SessionStore:\n    def __init__(self):\n        self.sessions = {}\n\n"
                "    def begin(self, user, token):\n        self.sessions[user] = token  # <-- here\n\n"
                "    def finish(self, user):\n        return self.sessions.get(user)\n\n\n"
                "session_store = SessionStore()\n",
                "app/main.py": _MAIN.replace(
                    "from app import store", "from app.store import session_store as store"
                ),
            }
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
                "Dockerfile": _DOCKERFILE,
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
                "Dockerfile": _DOCKERFILE,
            },
            note="the state of one request",
        ),
        good({**_TREE, "Dockerfile": _ONE}, note="one process"),
        good(
            {**_TREE, "Dockerfile": _ONE, "k8s/api.yaml": _DEPLOYMENT.replace("replicas: 3", "replicas: 1")},
            note="one replica",
        ),
        good(
            {
                **_TREE,
                "Dockerfile": _ONE,
                "compose.dev.yaml": "services:\n  api:\n    build: .\n    scale: 3\n",
            },
            note="only developers scale it",
        ),
        good(
            {
                **_TREE,
                "app/store.py": "PROVIDERS = {}\n\n\ndef begin(user, challenge):\n    return PROVIDERS.get(user)\n\n\n"
                "def finish(user):\n    return None\n",
            },
            note="a registry that requests only read",
        ),
        good(
            {
                **_TREE,
                "app/store.py": "from functools import lru_cache\n\n\n@lru_cache\ndef begin(user, challenge):\n"
                "    return user\n\n\ndef finish(user):\n    return None\n",
            },
            note="a cache of what every process can compute for itself",
        ),
        good(
            {
                **_TREE,
                "app/store.py": "price_cache = {}\n\n\ndef begin(user, challenge):\n    if user not in price_cache:\n"
                "        price_cache[user] = challenge\n    return price_cache[user]\n\n\n"
                "def finish(user):\n    return None\n",
            },
            note="a cache: each process may have its own",
        ),
        good(
            {
                **_TREE,
                "app/store.py": "from app.redis import redis\n\nSESSIONS = {}\n\n\ndef begin(user, challenge):\n"
                "    if redis is not None:\n        redis.setex(user, 60, challenge)\n        return\n"
                "    SESSIONS[user] = challenge\n\n\ndef finish(user):\n    return SESSIONS.get(user)\n",
            },
            note="a fallback for a shared store",
        ),
        good(
            {
                **_TREE,
                "app/main.py": "\n".join(line for line in _MAIN.split("\n") if line[:1] != "@"),
            },
            note="no request writes it",
        ),
        good(
            {
                **_TREE,
                "Dockerfile": _DOCKERFILE.replace(
                    '"gunicorn", "-w", "9", "app.main:app"', '"celery", "-A", "app.main", "worker"'
                ),
            },
            note="a queue worker answers no requests",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """One finding for each container that requests share and the processes do not."""
    graph = project.graph
    several = [(unit, count) for unit in graph.units() if (count := _processes(unit)) is not None]
    if not several:
        return
    for use, write, handler, kind in kept_for_requests(graph.calls, project.facts(ModuleImport)):
        if (
            kind == "cache"
        ):  # each process may have its own; whether a stale one does harm cannot be told from here
            continue
        needed = {use.state.path, write.path, handler.path}
        for unit, count in several:
            if needed <= graph.modules(unit):
                yield _finding(rule, use, write, handler, kind, unit, count)
                break


def _processes(unit: Unit) -> Count | None:
    """The proof that a unit runs several processes which answer requests."""
    if unit.environment == "development" or unit.serves == "task":
        return None
    counts = [count for count in (unit.workers, unit.replicas) if count is not None and count.value > 1]
    return counts[0] if counts else None


def _finding(
    rule: RuleContext,
    use: StateUse,
    write: StateAccess,
    handler: RouteHandler,
    kind: str,
    unit: Unit,
    count: Count,
) -> Finding:
    request = f"{handler.method} {handler.route}".strip(" *") or handler.function.lstrip(":")
    return rule.finding(
        write.span,
        f"`{use.state.name}` keeps {kind} state in one process, and {unit.label} runs several ({count.text}): "
        f"what `{request}` stores here, the next request may not find",
        subject=use.state.name,
        label="a request writes it",
        related=(
            Location(use.state.span, f"`{use.state.name}` lives as long as one process"),
            Location(handler.span, "the request that leads here"),
            Location(count.span, f"{unit.label}: {count.text}"),
        ),
    )
