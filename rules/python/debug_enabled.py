"""python/debug-enabled: debug mode, the reloader or SQL echo is on unless somebody switches it off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Keywords,
    Match,
    NamedValues,
    PythonFile,
    RuleContext,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    RUN_METHODS,
    ServerStart,
    SettingNode,
    is_application,
    is_for_development,
    is_overridden_later,
    is_settings_module,
    is_switched_for_production,
    is_validated,
    server_start,
    setting_at,
)
from lintkit.api.words import loopback_host

SWITCHES = Keywords(("debug", "reload", "use_reloader", "use_debugger", "echo", "graphiql"))
_SWITCH = re.compile(
    r"^(?:[a-z0-9]+_)*debug(?:_mode|_enabled|_toolbar|_propagate_exceptions)?$|^(?:flask_|app_)?testing$",
    re.IGNORECASE,
)
NAMES = NamedValues(("debug", "testing"), pattern=_SWITCH.pattern)

RULE = define(
    summary="debug mode is on by default",
    why="""
A debugger shows source, settings and environment to whoever makes a page fail, and Werkzeug's runs code for them. The
reloader doubles every process and restarts it when a file changes; echoed SQL writes the data of customers to the log.
As the default of a setting it is on wherever the variable was forgotten.
""",
    remedy="Default to off, and switch it on in the environment of the developer. "
    'What a developer starts goes under `if __name__ == "__main__":`.',
    severity="warning",
    kinds=("python",),
    looks_at=(SWITCHES, NAMES, RUN_METHODS),
    tags=("security", "debug-mode-enabled", "CWE-489", "CWE-215"),
    equivalents=(
        "bandit:B201",
        "ruff:S201",
        "semgrep:debug-enabled",
        "semgrep:avoid_hardcoded_config_DEBUG",
        "semgrep:avoid_hardcoded_config_TESTING",
        "sonar-python:debugMode",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/manage.py"),
    examples=(
        bad(
            """\
import os

from pydantic import Field
from pydantic_settings import BaseSettings

VERBOSE = os.getenv("APP_DEBUG", "true").lower() == "true"  # <-- here


class Settings(BaseSettings):
    DEBUG: bool = True  # <-- here
    sql_debug: bool = Field(default=True, alias="SQL_DEBUG")  # <-- here
"""
        ),
        bad(
            """\
import environ
from starlette.config import Config

env = environ.Env(DEBUG=(bool, True))  # <-- here
TRACE = env.bool("DEBUG_TOOLBAR", default=True)  # <-- here
config = Config(".env")
DEBUG = config("DEBUG", cast=bool, default=True)  # <-- here
""",
            note="readers of the environment",
        ),
        bad(
            {
                "shop/settings.py": "DEBUG = True  # <-- here\nDEBUG_PROPAGATE_EXCEPTIONS = True  # <-- here\n",
                "config.py": "class Config:\n    DEBUG = True  # <-- here\n",
            },
            note="Django and Flask",
        ),
        bad(
            """\
from flask import Flask

app = Flask(__name__)
app.debug = True  # <-- here
app.config["DEBUG"] = True  # <-- here
app.config.update(TESTING=True)  # <-- here
app.run(debug=True)  # <-- here
app.run("127.0.0.1", 8080, True)  # <-- here
"""
        ),
        bad(
            """\
import uvicorn
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

app = FastAPI(debug=True)  # <-- here
engine = create_engine("sqlite://", echo=True)  # <-- here
OPTIONS = {"echo": True}  # <-- here
other = create_async_engine(URL, **OPTIONS)


def main():
    uvicorn.run("shop:app", reload=True)  # <-- here
"""
        ),
        bad(
            """\
from django.conf import settings
from flask_graphql import GraphQLView

settings.configure(DEBUG=True)  # <-- here
view = GraphQLView.as_view("graphql", schema=schema, graphiql=True)  # <-- here
"""
        ),
        bad(
            {
                "shop/settings.py": """\
import configparser

DEBUG = True  # <-- here
config = configparser.ConfigParser()
if config.read("/etc/shop.ini"):
    DEBUG = config["global"].getboolean("debug", DEBUG)
""",
            },
            note="a file of settings may say otherwise",
        ),
        bad(
            {"shop/settings/base.py": "DEBUG = True  # <-- here\n"},
            note="a module that other settings take in",
        ),
        good(
            """\
import os

import uvicorn
from flask import Flask
from pydantic_settings import BaseSettings

app = Flask(__name__)
app.run(debug=os.getenv("DEBUG") == "1")


class Settings(BaseSettings):
    DEBUG: bool = False
    debug_port: int = 5678


if __name__ == "__main__":
    app.run(debug=True)
    uvicorn.run("shop:app", reload=True)
""",
            note="off, decided by the environment, or a script",
        ),
        good(
            {
                "shop/settings/local.py": "DEBUG = True\n",
                "config.py": "class DevelopmentConfig:\n    DEBUG = True\n\n\nclass TestConfig:\n    TESTING = True\n",
                "shop/settings/staging.py": "class StageSettings:\n    DEBUG = True\n\n\nTESTING = True\n",
            },
            note="settings for developers and tests",
        ),
        good(
            """\
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    debug: bool = True


class Deployed(Settings):
    region: str


class Production(Deployed):
    debug: bool = False
""",
            note="a class for production that switches it off",
        ),
        bad(
            """\
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    debug: bool = True  # <-- here


class ProductionSettings(Settings):
    workers: int = 4


class ProductionMailSettings(BaseSettings):
    debug: bool = False
""",
            note="a class for production that keeps it, and one of something else",
        ),
        good(
            """\
import click
from sqlalchemy import create_engine

engine = create_engine(URL, echo=settings.debug)
click.echo("x", err=True)
start(debug=True)
DEBUG = True
logger.debug = True
""",
            note="what is no framework and no settings module",
        ),
        bad(
            {
                "shop/settings.py": "DEBUG = True  # <-- here\nfrom .local_settings import *\n",
            },
            note="until a file that the repository does not hold says otherwise",
        ),
        good(
            """\
import uvicorn


def start():
    uvicorn.run("shop:app", host="127.0.0.1", reload=True)
""",
            note="a reloader that only the machine itself reaches",
        ),
        good(
            """\
import os

import uvicorn

if os.environ["ENVIRONMENT"] == "development":
    app.config["DEBUG"] = True


def run_develop():
    uvicorn.run("shop:app", reload=True)
""",
            note="a branch and a function for development",
        ),
    ),
)

_CONSTRUCTORS = {
    "debug": (
        "fastapi.FastAPI",
        "fastapi.applications.FastAPI",
        "starlette.applications.Starlette",
        "litestar.Litestar",
        "aiohttp.web.Application",
        "tornado.web.Application",
        "connexion.FlaskApp",
        "flask_debugtoolbar.DebugToolbarExtension",
    ),
    "echo": (
        "sqlalchemy.create_engine",
        "sqlalchemy.engine.create_engine",
        "sqlalchemy.ext.asyncio.create_async_engine",
        "sqlmodel.create_engine",
        "sqlalchemy.create_async_engine",
        "flask_sqlalchemy.SQLAlchemy",
    ),
    "graphiql": (
        "flask_graphql.GraphQLView",
        "graphene_django.views.GraphQLView",
        "strawberry.fastapi.GraphQLRouter",
    ),
}
_ON = frozenset({"true", "1", "yes", "on", "debug"})


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report switches that are on in calls, in attributes of an application, and as the default of a setting."""
    if match.trigger is NAMES:
        yield from _named(match, file, rule)
    elif match.trigger is SWITCHES and match.flows_into is not None and match.value is not None:
        if match.name in _CONSTRUCTORS and _builds(match.flows_into, match.name, file):
            yield from _report(
                match.value, file.code(match.flows_into.func), match.name, file, rule, place=match.node
            )
        elif (started := server_start(match.flows_into, file)) is not None:
            if match.name in {"reload", "use_reloader", "auto_reload"} and _is_for_this_machine(
                started, file
            ):
                return
            yield from _report(
                match.value, file.code(match.flows_into.func), match.name or "", file, rule, place=match.node
            )
    elif match.trigger is RUN_METHODS:
        started = server_start(match.node, file)
        written = file.keyword_arguments(match.node) if isinstance(match.node, cst.Call) else {}
        for name, value in started.debug if started is not None else ():
            if name not in written:  # by position; the keywords match on their own
                yield from _report(
                    value, started.name if started is not None else "", name, file, rule, place=value
                )


def _is_for_this_machine(started: ServerStart, file: PythonFile) -> bool:
    """Whether a server only listens to the machine it runs on, as a developer's does."""
    host = file.literal(started.host, follow=True) if started.host is not None else None
    return isinstance(host, str) and loopback_host(host) is not None


def _builds(call: cst.Call, switch: str, file: PythonFile) -> bool:
    callee = call.func
    if isinstance(callee, cst.Attribute) and callee.attr.value == "as_view":
        definition = file.definition(callee.value)
        bases = (
            [base.value for base in definition.bases]
            if isinstance(definition, cst.ClassDef)
            else [callee.value]
        )
        return any(file.qualified_name(base) in _CONSTRUCTORS[switch] for base in bases)
    return any(name in _CONSTRUCTORS[switch] for name in file.qualified_names(callee))


def _report(
    value: cst.BaseExpression,
    callee: str,
    switch: str,
    file: PythonFile,
    rule: RuleContext,
    place: cst.CSTNode,
) -> Iterator[Finding]:
    if not _is_on(value, file) or is_for_development(place, file):
        return
    what = {
        "echo": "writes every statement and its values to the log",
        "reload": "restarts itself when a file changes",
        "use_reloader": "restarts itself when a file changes",
        "graphiql": "serves its query console to everybody",
    }.get(switch, "runs with its debugger on")
    yield rule.finding(file.span(place), f"`{callee}` {what}", subject=f"{callee} {switch}")


def _named(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    name = match.name or ""
    if match.value is None or not _SWITCH.match(name) or not _is_on(match.value, file):
        return
    if match.how == "assignment" and _is_attribute_of_application(match.node, file):
        if not is_for_development(match.node, file):
            yield rule.finding(
                file.span(match.node), f"`{name}` of the application is switched on in code", subject=name
            )
        return
    setting = _setting(match, file)
    if setting is None or not _is_switch(setting) or is_for_development(match.node, file):
        return
    if is_validated(setting, file) or is_switched_for_production(match.node, file):
        return
    place = match.node if match.how in {"keyword", "entry"} else match.value
    where = _where(setting)
    if is_overridden_later(match.node, file):
        where = "unless the settings that are read after it say otherwise"
    elif setting.framework == "module" and _is_set_anew(match.node, name, file):
        where = "unless a later line of this file sets it anew"
    elif setting.framework == "module" and _BASE.search(file.path):
        where = "for all settings built on this module that do not switch it off"
    yield rule.finding(file.span(place), f"`{name}` is on {where}", subject=name)


def _setting(match: Match, file: PythonFile) -> SettingNode | None:
    """The setting that a match switches on; a constant counts in a module of settings only."""
    assert match.value is not None
    if match.how == "environment":
        return SettingNode(match.name or "", match.node, "getenv", match.value)
    if match.how == "keyword" and isinstance(match.node, cst.Arg):
        call = file.parent(match.node)
        if isinstance(call, cst.Call) and file.qualified_name(call.func) == "django.conf.settings.configure":
            return SettingNode(match.name or "", match.node, "flask", match.value)
    if match.how in {"comparison", "parameter"}:
        return None
    value = match.value.elements[-1].value if isinstance(match.value, cst.Tuple) else match.value
    setting = setting_at(value, file)
    if setting is not None and setting.framework == "module" and not is_settings_module(file.path):
        return None
    return setting


_BASE = re.compile(r"(?:^|/)(?:settings|config|conf)/_?(?:base|common|defaults?|shared)\.py$")
"""Modules of settings that others take in whole, by the name that nearly everybody gives them."""


def _is_set_anew(node: cst.CSTNode, name: str, file: PythonFile) -> bool:
    """Whether a line further down the module assigns the name once more, as where a file of settings is read."""
    last: dict[str, int] | None = file.answers.get("last assignments of a module")
    if last is None:
        last = file.answers["last assignments of a module"] = {}
        for statement in file.statements():
            if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                continue
            for each in file.walk(statement):
                if isinstance(each, cst.AssignTarget) and isinstance(each.target, cst.Name):
                    place = file.order(each)
                    last[each.target.value] = max(place, last.get(each.target.value, place))
    statement = file.enclosing_statement(node)
    target = statement.targets[-1] if isinstance(statement, cst.Assign) else node
    return last.get(name, -1) > file.order(target)


def _is_switch(setting: SettingNode) -> bool:
    return setting.annotation.replace(" ", "") in {
        "",
        "bool",
        "bool|None",
        "Optional[bool]",
        "Final",
        "Final[bool]",
    }


def _where(setting: SettingNode) -> str:
    if setting.framework in {"flask", "module", "class"}:
        return "in code, whatever the environment says"
    return "where nothing sets it, production included"


def _is_attribute_of_application(statement: cst.CSTNode, file: PythonFile) -> bool:
    if not isinstance(statement, cst.Assign):
        return False
    return any(
        isinstance(each.target, cst.Attribute)
        and each.target.attr.value in {"debug", "testing"}
        and is_application(each.target.value, file)
        for each in statement.targets
    )


def _is_on(value: cst.BaseExpression, file: PythonFile) -> bool:
    if isinstance(value, cst.Tuple) and len(value.elements) == 2:  # environ.Env(DEBUG=(bool, True))
        value = value.elements[1].value
    if (
        isinstance(value, cst.Call)
        and value.args
        and file.code(value.func).rpartition(".")[2] in {"Field", "field"}
    ):
        first = value.args[0]
        named = file.keyword_arguments(value).get("default")
        inner = named.value if named is not None else first.value if first.keyword is None else None
        return inner is not None and file.literal(inner, follow=True) is True
    found = file.literal(value, follow=True)
    return found is True or (isinstance(found, str) and found.lower() in _ON)
