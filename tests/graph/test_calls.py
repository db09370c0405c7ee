from __future__ import annotations

import pytest

from tests.graph.trees import graph_of

HANDLER = (
    "from fastapi import FastAPI\nfrom app import store\n\napp = FastAPI()\n\n\n"
    "@app.post('/x')\ndef x(user: str):\n    {}\n"
)


def written(files: dict[str, str]) -> list[tuple[str, str, str]]:
    """(state, function that writes it, route)"""
    found = graph_of(files).calls.written_by_requests()
    return [(use.state.name, access.function, handler.route) for use, access, handler in found]


@pytest.mark.parametrize(
    "statement",
    [
        "SESSIONS[user] = 1",
        "SESSIONS[user]['a'] = 1",
        "SESSIONS.setdefault(user, []).append(1)",
        "SESSIONS.update({user: 1})",
        "SESSIONS[user] += 1",
    ],
)
def test_a_handler_writes_the_state_of_its_module(statement: str) -> None:
    files = {"app/main.py": "SESSIONS = {}\n" + HANDLER.format(statement)}
    assert written(files) == [("SESSIONS", "x", "/x")]


def test_a_function_that_a_handler_calls() -> None:
    text = "SESSIONS = {}\n\n\ndef save(user):\n    SESSIONS[user] = 1\n\n\n" + HANDLER.format("save(user)")
    assert written({"app/main.py": text}) == [("SESSIONS", "save", "/x")]


def test_a_function_of_another_module() -> None:
    files = {
        "app/main.py": HANDLER.format("store.save(user)"),
        "app/store.py": "SESSIONS = {}\n\n\ndef save(user):\n    SESSIONS[user] = 1\n",
    }
    assert written(files) == [("SESSIONS", "save", "/x")]


def test_state_of_another_module() -> None:
    files = {"app/main.py": HANDLER.format("store.SESSIONS[user] = 1"), "app/store.py": "SESSIONS = {}\n"}
    assert written(files) == [("SESSIONS", "x", "/x")]


STORE = (
    "class Store:\n    def __init__(self):\n        self.sessions = {}\n\n"
    "    def save(self, user):\n        self.sessions[user] = 1\n"
)


def test_an_instance_that_modules_share() -> None:
    files = {
        "app/main.py": HANDLER.format("store.store.save(user)"),
        "app/store.py": STORE + "\n\nstore = Store()\n",
    }
    assert written(files) == [("Store.sessions", "Store.save", "/x")]


def test_an_instance_of_the_request_is_its_own() -> None:
    files = {"app/main.py": HANDLER.format("s = store.Store()\n    s.save(user)"), "app/store.py": STORE}
    assert written(files) == []


def test_a_dependency_is_called() -> None:
    text = (
        "from fastapi import Depends, FastAPI\n\nATTEMPTS = {}\napp = FastAPI()\n\n\n"
        "def limit(user: str):\n    ATTEMPTS[user] = 1\n\n\n@app.get('/x')\n"
        "def x(_=Depends(limit)):\n    return 1\n"
    )
    assert written({"app/main.py": text}) == [("ATTEMPTS", "limit", "/x")]


def test_a_local_name_hides_the_module_variable() -> None:
    assert (
        written({"app/main.py": "SESSIONS = {}\n" + HANDLER.format("SESSIONS = {}; SESSIONS[user] = 1")})
        == []
    )


def test_what_no_request_reaches_is_no_matter() -> None:
    text = "SESSIONS = {}\n\n\ndef load():\n    SESSIONS['a'] = 1\n\n\n" + HANDLER.format("return SESSIONS")
    assert written({"app/main.py": text}) == []


@pytest.mark.parametrize(
    "body",
    [
        "try:\n        shared(user)\n    except OSError:\n        SESSIONS[user] = 1",
        "if redis:\n        return redis.set(user, 1)\n    SESSIONS[user] = 1",
        "if not use_redis:\n        SESSIONS[user] = 1",
    ],
)
def test_a_fallback_is_guarded(body: str) -> None:
    assert written({"app/main.py": "SESSIONS = {}\n" + HANDLER.format(body)}) == []


@pytest.mark.parametrize(
    "text",
    [
        (
            "from flask import Flask\nS = {}\ns_sessions = {}\napp = Flask(__name__)\n\n\n"
            "@app.route('/x')\ndef x():\n    s_sessions[1] = 1\n"
        ),
        (
            "from aiohttp import web\ns_sessions = {}\n\n\nasync def x(request):\n"
            "    s_sessions[1] = 1\n\n\nr = [web.post('/x', x)]\n"
        ),
        "from django.http import HttpResponse\ns_sessions = {}\n\n\ndef x(request):\n    s_sessions[1] = 1\n",
        "from litestar import post\ns_sessions = {}\n\n\n@post('/x')\nasync def x():\n    s_sessions[1] = 1\n",
        (
            "from flask.views import MethodView\ns_sessions = {}\n\n\nclass X(MethodView):\n"
            "    def post(self):\n        s_sessions[1] = 1\n"
        ),
    ],
)
def test_handlers_of_other_frameworks(text: str) -> None:
    assert [name for name, _, _ in written({"app/main.py": text})] == ["s_sessions"]


def test_deep_nesting_is_survived() -> None:
    text = "SESSIONS = {}\n" + HANDLER.format("SESSIONS[user] = " + "(" * 80 + "1" + ")" * 80)
    assert written({"app/main.py": text}) == [("SESSIONS", "x", "/x")]


def test_positions_count_code_points() -> None:
    graph = graph_of({"app/main.py": "SESSIONS = {}\n" + HANDLER.format("'é€𝄞'; SESSIONS[user] = 1")})
    ((_, access, _),) = graph.calls.written_by_requests()
    text = "SESSIONS = {}\n" + HANDLER.format("'é€𝄞'; SESSIONS[user] = 1")
    assert text[access.span.start : access.span.end] == "SESSIONS[user] = 1"
