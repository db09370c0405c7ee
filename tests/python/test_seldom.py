"""What is true and seldom worth a change is found under `strict`, and not by default; its neighbours always are."""

from __future__ import annotations

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import load_rules
from lintkit.config import Config
from lintkit.run.engine import Request, run

_COMMAND = "import click\nimport redis\nimport requests\n\n\n@click.command()\ndef {name}():\n    {body}\n"
_GET = "requests.get(URL)"
_GROUP = """\
import typer
import redis

app = typer.Typer()


@app.command()
def {name}():
    redis.Redis(host="cache")
"""
_MADE_UP = """\
import os

PASSWORD = os.getenv("SHOP_PASSWORD", "password123")
"""
_LOCAL, _READ = "'redis://localhost:6379'", "os.getenv('REDIS_URL', 'redis://localhost:6379')"
_REFUSED = """\
import logging


def f(access_token):
    if not is_valid(access_token):
        logging.warning("refused %s", access_token)
        {how} ValueError
"""
_TESTING = "def {name}(app):\n    app.config['SECRET_KEY'] = 'summer'\n"
_LOG = "import logging\n\n\ndef f(access_token):\n    logging.info('a call with %s', access_token{piece})\n"
_CLIENT = """\
import httpx

client = httpx.Client()


class Billing:
    def charge(self, order):
        print("charging", order)
        return client.post("https://billing.example.com", json=order)


if __name__ == "__main__":
    Billing().charge({{}})
"""

_BOT = """\
import requests
from discord.ext import commands

bot = commands.Bot("!")


@bot.command()
def show():
    requests.get(URL)
"""

CASES = [
    ("python/http-client-without-timeout", "shop/tool.py", _COMMAND, {"name": "show", "body": _GET}, False),
    ("python/http-client-without-timeout", "shop/tool.py", _COMMAND, {"name": "worker", "body": _GET}, True),
    ("python/redis-client-without-timeout", "shop/tool.py", _GROUP, {"name": "show"}, False),
    ("python/redis-client-without-timeout", "shop/tool.py", _GROUP, {"name": "consume"}, True),
    ("python/redis-keys-command", "shop/tool.py", _COMMAND, {"name": "drop", "body": "redis.Redis().flushdb()"}, False),
    ("python/redis-keys-command", "shop/tool.py", _COMMAND, {"name": "serve", "body": "redis.Redis().flushdb()"}, True),
    ("python/hardcoded-password", "shop/management/commands/seed.py", _MADE_UP, {}, False),
    ("python/hardcoded-password", "scripts/seed.py", _MADE_UP, {}, False),
    ("python/hardcoded-password", "shop/seed.py", _MADE_UP, {}, True),
    ("python/hardcoded-password", "shop/a.py", _TESTING, {"name": "load_testing_configuration"}, False),
    ("python/hardcoded-password", "shop/a.py", _TESTING, {"name": "load_configuration"}, True),
    ("python/localhost-default", "shop/config.py", "import os\n\nREDIS_URL = {value}\n", {"value": _LOCAL}, False),
    ("python/localhost-default", "shop/config.py", "import os\n\nREDIS_URL = {value}\n", {"value": _READ}, True),
    ("python/secret-in-log", "shop/a.py", _REFUSED, {"how": "raise"}, False),
    ("python/secret-in-log", "shop/a.py", _LOG, {"piece": "[:8]"}, False),
    ("python/secret-in-log", "shop/a.py", _LOG, {"piece": "[-4:]"}, False),
    ("python/secret-in-log", "shop/a.py", _LOG, {"piece": "[:30]"}, True),
    ("python/secret-in-log", "shop/a.py", _LOG, {"piece": ""}, True),
    ("python/print-in-client", "shop/report.py", _CLIENT, {}, False),
    ("python/print-in-client", "shop/billing_client.py", _CLIENT, {}, True),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "path", "text", "words", "shown"), CASES)
def test_what_is_seldom_worth_a_change_is_for_those_who_ask(
    rule: str, path: str, text: str, words: dict[str, str], shown: bool
) -> None:
    tree = MemoryTree({path: text.format(**words).encode()})
    rules = load_rules()

    def found(select: tuple[str, ...]) -> int:
        config = Config().with_flags(select=select, extend_select=(), ignore=(), fail_on=None)
        report = run(Request(tree, config, rules, rules.ids(), jobs=1))
        return len([each for each in report.findings if each.rule == rule])

    assert found(("*",)) == 1
    assert found(()) == shown


def test_a_command_of_a_chat_bot_is_none_that_somebody_types() -> None:
    text = _BOT
    rules = load_rules()
    report = run(Request(MemoryTree({"shop/bot.py": text.encode()}), Config(), rules, rules.ids(), jobs=1))
    assert [each.rule for each in report.findings if "timeout" in each.rule] == [
        "python/http-client-without-timeout"
    ]
