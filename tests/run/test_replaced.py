"""A default that the repository replaces where it is deployed is told to those who ask for what is seldom changed."""

from __future__ import annotations

import pytest

from lintkit.authoring.examples import MemoryTree
from lintkit.catalog.load import load_rules
from lintkit.config import Config
from lintkit.run.engine import Request, run

RULES = load_rules()
READ = {"shop/config.py": "import os\n\nREDIS_URL = os.getenv('REDIS_URL', 'redis://localhost:6379')\n"}
FIELD = {
    "shop/config.py": """\
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    redis_url: str = "redis://localhost:6379"
"""
}
COMPOSE = "services:\n  web:\n    build: .\n    environment:\n      REDIS_URL: {}\n"
_DOCKERFILE = 'FROM python:3.12-slim\nWORKDIR /srv\nCOPY shop shop\nCMD ["python", "-m", "shop.config"]\n'
IMAGE = {"Dockerfile": _DOCKERFILE}
DATASTORE = "services:\n  cache:\n    image: redis:8.0.1\n"
SERVICE = "services:\n  web:\n    build: .\n"
CONFIG_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  REDIS_URL: redis://cache:6379\n"
)
LOCALHOST, SECRET = "python/localhost-default", "python/hardcoded-password"
KEY = "SECRET_KEY = 'correct-horse-9-battery'\n"
BASE = {"shop/settings/base.py": KEY}
LIVE = "from .base import *\nimport os\n\n{} = os.environ['DJANGO_{}']\n"


def found(rule: str, files: dict[str, str], select: tuple[str, ...] = ()) -> int:
    config = Config().with_flags(select=select, extend_select=(), ignore=(), fail_on=None)
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    report = run(Request(tree, config, RULES, RULES.ids(), jobs=1))
    return len([each for each in report.findings if each.rule == rule and each.path.endswith(".py")])


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        (READ, 1),
        ({**READ, "compose.yaml": COMPOSE.format("redis://cache:6379")}, 0),
        ({**READ, "compose.yaml": COMPOSE.format("${REDIS_URL:?}")}, 0),
        ({**READ, "compose.yaml": DATASTORE}, 0),
        ({**READ, **IMAGE, "compose.yaml": SERVICE + DATASTORE.partition("\n")[2]}, 1),
        ({**READ, "compose.dev.yaml": COMPOSE.format("redis://cache:6379")}, 1),
        ({**READ, "k8s/config.yaml": CONFIG_MAP}, 0),
        ({**READ, ".env.example": "REDIS_URL=redis://cache:6379\n"}, 1),
        ({**READ, **IMAGE, "compose.yaml": SERVICE}, 1),
        ({**READ, **IMAGE, "compose.production.yaml": SERVICE + "    env_file: secrets.env\n"}, 0),
        (FIELD, 1),
        ({**FIELD, "compose.yaml": COMPOSE.format("redis://cache:6379")}, 0),
    ],
)
def test_a_variable_that_deployments_are_given(files: dict[str, str], shown: int) -> None:
    assert found(LOCALHOST, files) == shown
    assert found(LOCALHOST, files, ("*",)) == 1


def test_what_production_runs_with_is_told_once_for_both_ends() -> None:
    files = {**READ, **IMAGE, "compose.production.yaml": SERVICE}
    assert (found(LOCALHOST, files), found("project/default-reaches-production", files)) == (0, 1)


def test_a_client_that_connects_to_this_machine_has_no_default_to_replace() -> None:
    client = {"shop/cache.py": "import redis\n\nREDIS_URL = redis.Redis(host='localhost')\n"}
    assert found(LOCALHOST, {**client, "compose.yaml": COMPOSE.format("redis://cache:6379")}) == 1


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        (BASE, 1),
        ({**BASE, "shop/settings/production.py": LIVE.format("SECRET_KEY", "SECRET_KEY")}, 0),
        ({**BASE, "shop/settings/production.py": LIVE.format("MAIL_HOST", "MAIL_HOST")}, 1),
        ({**BASE, "shop/settings/local.py": LIVE.format("SECRET_KEY", "SECRET_KEY")}, 1),
        ({**BASE, "shop/live.py": LIVE.format("SECRET_KEY", "SECRET_KEY")}, 1),
        (
            {
                "shop/keys.py": KEY,
                "shop/live.py": "from .keys import *\n" + LIVE.format("SECRET_KEY", "SECRET_KEY"),
            },
            1,
        ),
    ],
)
def test_settings_that_another_module_takes_in_and_replaces(files: dict[str, str], shown: int) -> None:
    assert found(SECRET, files) == shown
    assert found(SECRET, files, ("*",)) == 1
