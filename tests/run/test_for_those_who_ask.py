"""What is true and seldom worth a change is told to those who select everything, and to nobody else."""

from __future__ import annotations

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import load_rules
from lintkit.config import Config
from lintkit.run.engine import Request, run

RULES = load_rules()


def found(rule: str, files: dict[str, str], select: tuple[str, ...]) -> int:
    config = Config().with_flags(select=select, extend_select=(), ignore=(), fail_on=None)
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    report = run(Request(tree, config, RULES, RULES.ids(), jobs=1))
    return len([each for each in report.findings if each.rule == rule])


CLIENT = "import redis\n\n\n{}def {}():\n    print(redis.Redis('cache').get('a'))\n"
PART = "services:\n  ui:\n    image: ui:1\n    depends_on: [api]\n"
KEY = "-----BEGIN PRIVATE " + "KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCvxGZOW4IXvGlh\n"
GUESSED = "services:\n  db:\n    image: mysql:8\n    environment: {MYSQL_ROOT_PASSWORD: admin}\n"
TWICE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {A: b}\ndata: {A: c}\n"


@pytest.mark.parametrize(
    ("rule", "files", "told"),
    [
        ("env/placeholder-secret", {"ops/web.env": "DB_PASSWORD=<DATABASE_PASSWORD>\n"}, 0),
        ("env/placeholder-secret", {"ops/web.env": "DB_PASSWORD=changeme\n"}, 1),
        ("repo/env-file-committed", {".env": "DB_HOST=db\nDB_PASSWORD=\nLEVEL=info\n"}, 0),
        ("repo/env-file-committed", {".env": "DB_HOST=db\nDB_PASSWORD=gq4X9vKtPz2W\n"}, 1),
        ("python/print-in-client", {"shop/api.py": CLIENT.format("", "get")}, 1),
        ("python/print-in-client", {"shop/tasks.py": CLIENT.format("@app.task\n", "debug_task")}, 0),
        (
            "python/print-in-client",
            {"ops/report.py": "import redis\n\nprint(redis.Redis('cache').get('a'))\n"},
            0,
        ),
        ("python/hardcoded-password", {"shop/maps.py": "api_key = '3edfb5603418f101926c64ca5dd0e409'\n"}, 1),
        (
            "python/hardcoded-password",
            {"shop/maps.py": "# Public key\napi_key = '3edfb5603418f101926c64ca5dd0e409'\n"},
            0,
        ),
        (
            "python/localhost-default",
            {"shop/a.py": "import os\n\nH = os.getenv('STATSD_HOST', 'localhost')\n"},
            0,
        ),
        ("compose/hardcoded-secret", {"releases/v0.18.0/compose.yaml": GUESSED}, 0),
        ("compose/hardcoded-secret", {"compose.yaml": GUESSED}, 1),
        ("python/cors-wildcard", {"shop/settings.py": "CORS_ORIGIN_ALLOW_ALL = True\n"}, 1),
        (
            "python/cors-wildcard",
            {"shop/settings.py": "CORS_ORIGIN_ALLOW_ALL = True\nCORS_URLS_REGEX = r'^/api/'\n"},
            0,
        ),
        ("lintkit/duplicate-key", {"config/a.yaml": TWICE}, 1),
        ("repo/private-key-committed", {"dev/tls/server.key": KEY}, 0),
        ("repo/private-key-committed", {"tls/server.key": KEY}, 1),
        ("dockerfile/python-unbuffered", {"Dockerfile": 'FROM python:3.13\nCMD ["python", "bot.py"]\n'}, 1),
        ("dockerfile/python-unbuffered", {"Dockerfile": 'FROM python:3.13\nCMD ["gunicorn", "shop"]\n'}, 0),
        (
            "compose/unknown-dependency",
            {
                "dev/common/docker-compose-ui.yaml": PART,
                "dev/alone/docker-compose.yaml": "services:\n  api:\n    image: shop:1\n",
            },
            0,
        ),
        ("compose/unknown-dependency", {"compose.yaml": PART}, 1),
        ("lintkit/duplicate-key", {"tests/expected/a.yaml": TWICE}, 0),
        (
            "dockerfile/secret-in-build",
            {"Dockerfile": "FROM a:1\nARG API_TOKEN\nENV API_TOKEN=$API_TOKEN\n"},
            1,
        ),
        ("dockerfile/secret-in-build", {"Dockerfile": "FROM a:1\nARG API_TOKEN\n"}, 1),
    ],
)
def test_the_default_and_everything(rule: str, files: dict[str, str], told: int) -> None:
    assert found(rule, files, ()) == told
    assert found(rule, files, ("*",)) >= max(told, 1)
