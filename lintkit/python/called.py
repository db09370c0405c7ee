"""Which functions of a file a function calls, and so runs as a part of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst
from lintkit.python.receivers import origin_names
from lintkit.python.settings import is_for_development
from lintkit.python.spelling import last_name

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

_MOST = 200
"""Functions that one question follows; more are not looked at."""


def called_functions(function: cst.FunctionDef, file: PythonFile) -> Iterator[cst.FunctionDef]:
    """The functions and methods of this file that `function` calls, or hands on to be called.

    `check()`, `self.check()`, `asyncio.to_thread(check)`, `asyncio.gather(check())`, and in a parameter's default
    `Depends(check)`. The same one may come more than once.
    """

    for node in file.walk(function):
        if type(node) is not cst.Call:
            continue
        for value in (node.func, *(argument.value for argument in node.args)):
            if isinstance(value, cst.Name | cst.Attribute):
                definition = file.definition(value)
                if isinstance(definition, cst.FunctionDef) and definition is not function:
                    yield definition


def reached_functions(
    roots: list[cst.FunctionDef], file: PythonFile
) -> dict[int, tuple[cst.FunctionDef, cst.FunctionDef]]:
    """Every function of the file that runs when one of `roots` does: id -> (the function, the root it runs for)."""
    reached = {id(root): (root, root) for root in roots}
    waiting = list(roots)
    while waiting and len(reached) < _MOST:
        current = waiting.pop(0)
        root = reached[id(current)][1]
        for each in called_functions(current, file):
            if id(each) not in reached:
                reached[id(each)] = (each, root)
                waiting.append(each)
    return reached


_STARTS_SERVER = re.compile(
    r"(?:uvicorn|hypercorn|waitress|granian|gunicorn|aiohttp)(?:\.\w+)*\.(?:run|serve|run_app|Server|Granian)$"
    r"|werkzeug(?:\.serving)?\.run_simple$|wsgiref\.simple_server\.make_server$"
)
_SERVES = frozenset(
    {"serve", "serve_forever", "run_forever", "wait_for_termination", "run_app", "run_polling"}
)


def run_by_hand(function: cst.FunctionDef, file: PythonFile) -> bool:
    """Whether only the `__main__` block runs a function, by itself or through others, and starts no server.

    Such a function is a tool: `python load.py`. What another file imports is not known.
    """
    if "__main__" not in file.text:
        return False
    key = "run by hand"
    known: frozenset[int] | None = file.answers.get(key)
    if known is None:
        known = file.answers[key] = frozenset(_tools(file))
    return id(function) in known


def _tools(file: PythonFile) -> set[int]:
    """The functions that `run_by_hand` holds for."""
    roots: list[cst.FunctionDef] = []
    elsewhere: list[cst.FunctionDef] = []
    functions: list[cst.FunctionDef] = []
    for statement in file.statements():
        for node in file.walk(statement):
            if isinstance(node, cst.FunctionDef):
                functions.append(node)
            if not isinstance(node, cst.Name | cst.Attribute) or file.enclosing_function(node) is not None:
                continue
            definition = file.definition(node)
            if isinstance(definition, cst.FunctionDef):
                (roots if file.in_main_block(node) else elsewhere).append(definition)
            elif file.in_main_block(node) and _starts_server(node, file):
                return set()
    reached = reached_functions(roots, file)
    if any(_starts_server(node, file) for each, _ in reached.values() for node in file.walk(each.body)):
        return set()
    others = [each for each in functions if id(each) not in reached]
    outside = reached_functions([*elsewhere, *others], file)
    return set(reached) - set(outside)


def _starts_server(node: cst.CSTNode, file: PythonFile) -> bool:
    if not isinstance(node, cst.Attribute | cst.Name):
        return False
    name = file.qualified_name(node)
    if name is not None:
        return _STARTS_SERVER.match(name) is not None
    if not isinstance(node, cst.Attribute):
        return False
    if node.attr.value in _SERVES:
        return True
    return (
        node.attr.value == "run"
        and isinstance(node.value, cst.Name)
        and node.value.value in {"app", "server"}
    )


_COMMAND_LINES = ("click.", "asyncclick.", "rich_click.", "typer.", "cyclopts.")
_OF_A_MACHINE = re.compile(
    r"health|check|status|probe|wait|cron|worker|entry|start|boot|init|run|serve|server|consume|listen|schedul|poll|sync|job"
    r"|daemon|loop|beat|watch",
    re.IGNORECASE,
)
"""Names of commands that containers and timers start."""


_COMMAND_PATH = re.compile(
    r"(?:^|/)(?:cli|cmd|commands?|scripts?|hack|tools|bin|[\w.-]*[-_]scripts?)(?:/|\.py$)"
)


def is_command_module(path: str) -> bool:
    """Whether a module holds commands by its path: `shop/cli.py`, `management/commands/seed.py`, `scripts/seed.py`."""
    return _COMMAND_PATH.search(path) is not None


def in_command(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether code stands in a function that somebody starts by typing its name: a command of click, Typer or Flask.

    `@click.command()`, `@app.command()` of a `typer.Typer()`, `@cli.command()` of a group, `@app.cli.command()`. Not
    one whose name says that a container or a timer starts it (`worker`, `serve`); and no command of a chat bot.
    """
    return any(
        isinstance(above, cst.FunctionDef)
        and not _OF_A_MACHINE.search(above.name.value)
        and any(_registers_command(each.decorator, file) for each in above.decorators)
        for above in file.ancestors(node)
    )


def _registers_command(decorator: cst.BaseExpression, file: PythonFile) -> bool:
    callee = decorator.func if isinstance(decorator, cst.Call) else decorator
    name = file.qualified_name(callee)
    if name is not None and name.startswith(_COMMAND_LINES):
        return name.endswith((".command", ".group"))
    if not isinstance(callee, cst.Attribute) or callee.attr.value != "command":
        return False
    if last_name(callee.value) == "cli":
        return True
    group = file.definition(callee.value)
    if isinstance(group, cst.FunctionDef):
        return any(
            (each.qualified or "").startswith(_COMMAND_LINES) and each.name == "group"
            for each in file.decorators(group)
        )
    return any(each.startswith(_COMMAND_LINES) for each in origin_names(callee.value, file))


def is_for_people(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether code is for developers and tests, or is a command: no service runs on what it falls back to."""
    return is_for_development(node, file) or is_command_module(file.path) or in_command(node, file)


_DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+def|def|class)\b", re.MULTILINE)
_TALKS = re.compile(r"^[ \t]*(?:print|input)\(|\bsys\.argv\b|\bargparse\b", re.MULTILINE)


_STARTED_BY_MACHINES = re.compile(
    r"health|check|status|probe|wait|cron|worker|entry|start|boot|init|^(?:app|main|server|service|wsgi|asgi|api)\.py$",
    re.IGNORECASE,
)


def is_one_off(file: PythonFile) -> bool:
    """Whether a file is a script that somebody runs and watches: it defines nothing, and talks to a terminal.

    Not one that a container or a timer starts, such as a health check or the server itself, by its name.
    """
    if _STARTED_BY_MACHINES.search(file.path.rpartition("/")[2]):
        return False
    return not _DEFINES.search(file.text) and _TALKS.search(file.text) is not None
