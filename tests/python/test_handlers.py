from __future__ import annotations

import libcst as cst
import pytest

from lintkit.python.handlers import handler_around, handlers_of
from lintkit.python.idioms.health import health_checks
from lintkit.python.idioms.startup import startup_around
from lintkit.python.triggers import Calls, Statements
from tests.python.support import found


def handlers(source: str) -> dict[str, list[str]]:
    """The handlers of a file: the function's name, and how requests reach it."""
    file, matches = found(source, Statements(("function",)))
    result = {}
    for match in matches:
        assert isinstance(match.node, cst.FunctionDef)
        result[match.node.name.value] = [f"{h.kind} {h}".strip() for h in handlers_of(match.node, file)]
    return {name: each for name, each in result.items() if each}


def reasons(source: str) -> list[str | None]:
    """For each `print()` of a file, why it runs at startup."""
    around = [startup_around(match.code) for match in found(source, Calls(("print",)))[1]]
    return [None if each is None else each.reason + ("" if each.certain else "?") for each in around]


def checks(source: str) -> list[str]:
    file, _ = found(source, Statements(("function",)))
    return [f"{each.name}: {' '.join(part.name for part in each.parts)}" for each in health_checks(file)]


APP = "from fastapi import FastAPI\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (APP + '@app.get("/x")\nasync def f(): ...', {"f": ["route GET /x"]}),
        ('from .api import router\n@router.post("")\ndef f(): ...', {"f": ["route POST"]}),
        (APP + 'PATH = "/x"\n@app.delete(PATH)\ndef f(): ...', {"f": ["route DELETE /x"]}),
        (APP + "@app.get(path())\ndef f(): ...", {"f": ["route GET"]}),
        ("@router.get(path())\ndef f(): ...", {}),
        ('import requests_mock\n@mock.get("key")\ndef f(): ...', {}),
        (APP + '@app.get("/a")\n@app.get("/b")\ndef f(): ...', {"f": ["route GET /a", "route GET /b"]}),
        (APP + '@app.websocket("/ws")\ndef f(): ...', {"f": ["route WEBSOCKET /ws"]}),
        (APP + '@app.api_route("/x", methods=["GET", "put"])\ndef f(): ...', {"f": ["route GET,PUT /x"]}),
        (APP + '@app.middleware("http")\ndef f(request, call_next): ...', {"f": ["hook"]}),
        (APP + "@app.exception_handler(ValueError)\ndef f(request, error): ...", {"f": ["error"]}),
        (APP + 'def f(): ...\napp.add_api_route("/x", f, methods=["POST"])', {"f": ["route POST /x"]}),
        (
            "from starlette.routing import Route\ndef f(request): ...\nroutes = [Route('/x', f)]",
            {"f": ["route /x"]},
        ),
        (
            "from starlette.endpoints import HTTPEndpoint\nfrom starlette.routing import Route\n"
            "class H(HTTPEndpoint):\n    def get(self, request): ...\nroutes = [Route('/x', H)]",
            {"get": ["view GET /x"]},
        ),
        (
            "from flask import Blueprint\nbp = Blueprint('a', __name__)\n@bp.route('/x')\ndef f(): ...",
            {"f": ["route GET /x"]},
        ),
        ("@bp.route('/x', methods=('POST',))\ndef f(): ...", {"f": ["route POST /x"]}),
        ("def f(): ...\napp.add_url_rule('/x', view_func=f)", {"f": ["route /x"]}),
        (
            "from flask.views import MethodView\nclass V(MethodView):\n    def post(self): ...\n"
            "    def _get(self): ...\n"
            "app.add_url_rule('/x', view_func=V.as_view('v'))",
            {"post": ["view POST /x"]},
        ),
        ("@app.errorhandler(404)\ndef f(error): ...", {"f": ["error"]}),
        ("from django.http import JsonResponse\ndef f(request, id): ...\ndef g(id): ...", {"f": ["view"]}),
        (
            "from django.views import View\nclass V(View):\n    def get(self, request): ...",
            {"get": ["view GET"]},
        ),
        (
            "from rest_framework.viewsets import ModelViewSet\nclass V(ModelViewSet):\n"
            "    def list(self, request): ...",
            {"list": ["view"]},
        ),
        (
            "from rest_framework.decorators import api_view\n@api_view(['POST'])\ndef f(request): ...",
            {"f": ["view POST"]},
        ),
        (
            "from django.views.decorators.http import require_GET\n@require_GET\ndef f(r): ...",
            {"f": ["view GET"]},
        ),
        ("from django.urls import path\ndef f(r): ...\nurlpatterns = [path('x/', f)]", {"f": ["route x/"]}),
        ("from litestar import get\n@get('/x')\nasync def f() -> str: ...", {"f": ["route GET /x"]}),
        (
            "from litestar import get\n@get(['/a', '/b'])\ndef f() -> str: ...",
            {"f": ["route GET /a", "route GET /b"]},
        ),
        (
            "from litestar import Controller, post\nclass C(Controller):\n"
            "    @post()\n    def create_it(self) -> str: ...",
            {"create_it": ["route POST"]},
        ),
        ("from mylib import get\n@get('/x')\ndef f(): ...", {}),
        (
            "from aiohttp import web\nroutes = web.RouteTableDef()\n@routes.get('/x')\nasync def f(request): ...",
            {"f": ["route GET /x"]},
        ),
        (
            "from aiohttp import web\nasync def f(request): ...\napp.add_routes([web.post('/x', f)])",
            {"f": ["route POST /x"]},
        ),
        ("async def f(request): ...\napp.router.add_route('PUT', '/x', f)", {"f": ["route PUT /x"]}),
        (
            "from aiohttp import web\nclass V(web.View):\n    async def get(self): ...\napp.router.add_view('/x', V)",
            {"get": ["view GET /x"]},
        ),
        ("class Store:\n    def get(self, key): ...", {}),
        ("def f(request): ...", {}),
    ],
)
def test_handlers(source: str, expected: dict[str, list[str]]) -> None:
    assert handlers(source) == expected


def test_a_nested_function_belongs_to_the_handler_around_it() -> None:
    _, matches = found(APP + '@app.get("/x")\ndef f():\n    def g():\n        print()\n', Calls(("print",)))
    around = handler_around(matches[0].code)
    assert around is not None
    assert around[0].name == "f"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "from contextlib import asynccontextmanager\n@asynccontextmanager\nasync def lifespan(app):\n"
            "    print()\n    yield\n    print()",
            ["in the lifespan", None],
        ),
        (
            "from contextlib import asynccontextmanager\nasync def begin(app):\n    print()\n    yield\n"
            "app = FastAPI(lifespan=begin)",
            ["in the lifespan `begin`"],
        ),
        ('@app.on_event("startup")\ndef f():\n    print()', ["in the startup handler `f`"]),
        ('@app.on_event("shutdown")\ndef f():\n    print()', [None]),
        ('def f():\n    print()\napp.add_event_handler("startup", f)', ["in the startup handler `f`"]),
        ("def f():\n    print()\napp = Litestar([], on_startup=[f])", ["in the startup handler `f`"]),
        ("def f():\n    print()\nON = [f]\napp = Starlette(on_startup=ON)", ["in the startup handler `f`"]),
        ("async def f(app):\n    print()\napp.on_startup.append(f)", ["in the startup handler `f`"]),
        (
            "async def f(app):\n    print()\n    yield\n    print()\napp.cleanup_ctx.append(f)",
            ["in the startup handler `f`", None],
        ),
        ("@app.before_serving\nasync def f():\n    print()", ["in the startup handler `f`"]),
        (
            "from celery.signals import worker_process_init\n@worker_process_init.connect\ndef f(**_):\n    print()",
            ["in the startup handler `f`"],
        ),
        (
            "from django.apps import AppConfig\nclass Shop(AppConfig):\n    def ready(self):\n        print()",
            ["in `Shop.ready`"],
        ),
        ("class Shop(Base):\n    def ready(self):\n        print()", [None]),
        (
            'def f():\n    g()\ndef g():\n    print()\napp.add_event_handler("startup", f)',
            ["in what the startup handler `f` calls"],
        ),
        ("def init_db():\n    print()", ["in `init_db`?"]),
        ("def connect_to_redis():\n    print()", ["in `connect_to_redis`?"]),
        ("def init_app(app):\n    print()", [None]),
        ("class A:\n    def _init_fields(self):\n        print()", [None]),
        ("def connect_signals():\n    print()", [None]),
    ],
)
def test_startup(source: str, expected: list[str | None]) -> None:
    assert reasons(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('@app.get("/healthz")\ndef f(): ...', ["GET /healthz: f"]),
        ('@app.get("/api/v1/health/db/")\ndef f(): ...', ["GET /api/v1/health/db/: f"]),
        ('@app.get("/health-records")\ndef health(): ...', []),
        ('@app.get("/health/{person}")\ndef health(person): ...', []),
        ('@app.post("/health")\ndef f(): ...', []),
        ('@app.get("/heartbeat")\ndef f(): ...', []),
        ('@app.get("/ready")\ndef f():\n    return ping()\ndef ping(): ...', ["GET /ready: f ping"]),
        (
            "from django.http import HttpResponse\ndef health_check(request): ...",
            ["health_check: health_check"],
        ),
        ("from django.http import HttpResponse\ndef health_insurance(request): ...", []),
        (
            "from django.views import View\nclass HealthView(View):\n    def get(self, request):\n        self.ping()\n"
            "    def ping(self): ...",
            ["get: get ping"],
        ),
        ("def health(): ...", []),
        ('@app.get("/health")\ndef f(user=Depends(current_user)): ...', []),
        ('@app.get("/health")\n@login_required\ndef f(): ...', []),
    ],
)
def test_health_checks(source: str, expected: list[str]) -> None:
    assert checks(source) == expected
