"""A default meant for a developer's machine is what production runs with, because nothing sets the variable there."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Location, Project, RuleContext, bad, define, good
from lintkit.api.facts import VariableRead
from lintkit.api.graph import Unit
from lintkit.api.secrets import split_words

_APP = """import os

REDIS_URL = os.getenv("REDIS_URL", "redis://localhost:6379/0")  # <-- here
"""
_MAIN = "from fastapi import FastAPI\n\nfrom app import settings\n\napp = FastAPI()\n"
_DOCKERFILE = 'FROM python:3.12-slim\nWORKDIR /srv\nCOPY app app\nCMD ["uvicorn", "app.main:app"]\n'
_COMPOSE = "services:\n  api:\n    build: .\n    environment:\n      LOG_LEVEL: info\n"
_CLEAN = _APP.replace("  # <-- here", "")
_TREE = {"app/settings.py": _CLEAN, "app/main.py": _MAIN, "Dockerfile": _DOCKERFILE}
_DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          image: ghcr.io/acme/api:1.4
"""


def _settings(value: str, given: str = "") -> dict[str, str]:
    """A tree whose settings are read in this way, and what its compose file gives besides."""
    code = f"import os\n\nQUEUE_HOST = {value}\n"
    return {**_TREE, "app/settings.py": code, "compose.production.yaml": _COMPOSE + given}


def _fields(
    above: str, fields: str, options: str = "", given: str = "", base: str = "BaseSettings"
) -> dict[str, str]:
    """A tree with these fields of a settings class, below other classes."""
    code = (
        "from typing import Annotated\n\nfrom pydantic import BaseModel, Field\n"
        "from pydantic.alias_generators import to_camel\n"
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        f"\n\n{above}class Settings({base}):\n    model_config = SettingsConfigDict({options})\n{fields}"
        "\n\nsettings = Settings()\n"
    )
    variables = f"      {given}\n" if given else ""
    return {**_TREE, "app/settings.py": code, "compose.production.yaml": _COMPOSE + variables}


RULE = define(
    summary="a default for a developer's machine is what production runs with",
    why="""
A fallback such as `redis://localhost:6379` or a literal signing key makes the first start easy. When nobody sets the
variable for the deployed unit, the fallback wins without a word: the service starts, reports that it is healthy, and
talks to a database that is not there, or signs tokens with a key that everybody can read.
""",
    remedy="Set the variable for the unit, and read it without a default, so that a missing one stops the start.",
    severity="error",
    scope="project",
    kinds=("python",),
    tags=("configuration", "CWE-1188"),
    supersedes=("python/localhost-default", "python/hardcoded-password"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad({**_TREE, "app/settings.py": _APP, "compose.production.yaml": _COMPOSE}),
        bad(
            {
                **_TREE,
                "app/settings.py": _APP,
                "compose.production.yaml": _COMPOSE,
                ".env": "REDIS_URL=redis://cache:6379/0\n",
            },
            note="compose reads `.env` for substitution; the container never sees it",
        ),
        bad({**_TREE, "app/settings.py": _APP, "k8s/api.yaml": _DEPLOYMENT, ".dockerignore": ".env\n"}),
        bad(
            {
                **_TREE,
                "app/settings.py": "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
                '    jwt_secret_key: str = "change-me"  # <-- here\n',
                "compose.production.yaml": _COMPOSE,
            }
        ),
        good(
            {**_TREE, "compose.production.yaml": _COMPOSE + "      REDIS_URL: redis://cache:6379/0\n"},
            note="the unit is given the variable",
        ),
        good(
            {**_TREE, "compose.production.yaml": _COMPOSE + "      REDIS_URL: ''\n"},
            note="set but empty: the default is not used",
        ),
        good(
            {
                **_TREE,
                "compose.yaml": _COMPOSE + "      REDIS_URL: redis://cache:6379/0\n",
                "compose.production.yaml": "services:\n  api:\n    restart: always\n",
            },
            note="the file for production is merged onto the base",
        ),
        good({**_TREE, "compose.dev.yaml": _COMPOSE}, note="only developers run it"),
        good(
            {**_TREE, "compose.production.yaml": _COMPOSE + "    env_file: /etc/acme/api.env\n"},
            note="a file that is not in the repository may set it",
        ),
        good(
            {
                **_TREE,
                "k8s/api.yaml": _DEPLOYMENT + "          envFrom:\n            - secretRef: {name: api}\n",
            },
            note="a Secret that is not in the repository may set it",
        ),
        good(
            {
                **_TREE,
                "k8s/api.yaml": _DEPLOYMENT + "        - name: cache\n          image: redis:7.4\n",
            },
            note="the loopback of a pod reaches its other containers",
        ),
        good(
            {
                **_TREE,
                "app/settings.py": "import os\n\nDEBUG = bool(os.getenv('DEBUG'))\nif DEBUG:\n"
                "    REDIS_URL = os.getenv('REDIS_URL', 'redis://localhost')\n",
                "compose.production.yaml": _COMPOSE,
            },
            note="a branch for development",
        ),
        good(
            {
                **_TREE,
                "Dockerfile": _DOCKERFILE.replace("CMD", "ENV REDIS_URL=redis://cache:6379/0\nCMD"),
                "compose.production.yaml": _COMPOSE,
            },
            note="the image sets it",
        ),
        good(
            {
                **_TREE,
                "app/settings.py": "import os\n\nHOST = os.getenv('HOST', '127.0.0.1')\n",
                "compose.production.yaml": _COMPOSE,
            },
            note="an address to listen on",
        ),
        bad(
            _settings('os.environ["QUEUE_HOST"] if "QUEUE_HOST" in os.environ else "localhost"  # <-- here'),
            note="a default that a test decides for",
        ),
        bad(
            _settings(
                'os.getenv("QUEUE_HOST")\nif QUEUE_HOST is None:\n    QUEUE_HOST = "localhost"  # <-- here'
            ),
            note="a default that is assigned where the variable is missing",
        ),
        bad(
            _settings('os.getenv("QUEUE_HOST") or "localhost"  # <-- here', "      QUEUE_HOST: ''\n"),
            note="set but empty, which `or` takes for missing",
        ),
        bad(
            _fields(
                "",
                '    queue_host: str = "localhost"  # <-- here\n',
                "env_ignore_empty=True",
                "QUEUE_HOST: ''",
            ),
            note="set but empty, which the class ignores",
        ),
        bad(
            _fields("", '    queue_host: Annotated[str, Field(title="Queue")] = "localhost"  # <-- here\n'),
            note="an annotated field",
        ),
        bad(
            _fields(
                "",
                '    queue_host: str = Field("localhost", env="BROKER_HOST")  # <-- here\n',
                "",
                "BROKER_HOST: mq",
            ),
            note="`env` of pydantic 1 says nothing to pydantic-settings 2",
        ),
        bad(
            _fields(
                'class Queue(BaseModel):\n    host: str = "localhost"  # <-- here\n\n\n',
                "    queue: Queue = Queue()\n",
                'env_nested_delimiter="__"',
                "QUEUE_HOST: mq",
            ),
            note="a field of a nested model, which one underscore does not reach",
        ),
        good(
            _fields(
                'class Queue(BaseModel):\n    host: str = "localhost"\n\n\n',
                "    queue: Queue = Queue()\n",
                'env_prefix="SHOP_", env_nested_delimiter="__"',
                "SHOP_QUEUE__HOST: mq",
            ),
            note="a field of a nested model, set behind the delimiter",
        ),
        good(
            _fields(
                'class Common(BaseSettings):\n    queue_host: str = "localhost"\n\n\n',
                "",
                'env_prefix="SHOP_"',
                "SHOP_QUEUE_HOST: mq",
                "Common",
            ),
            note="the prefix of the class that is created holds for the fields of its base",
        ),
        good(
            _fields("", '    queue_host: str = "localhost"\n', "alias_generator=to_camel", "queueHost: mq"),
            note="a generator gives each field an alias",
        ),
        good(
            _fields(
                "",
                '    queue_host: str = Field("localhost", validation_alias="BROKER")\n',
                "validate_by_name=True",
                "QUEUE_HOST: mq",
            ),
            note="read by its name besides its alias",
        ),
        good(
            {
                **_settings('env("QUEUE_HOST", default="localhost")', "      SHOP_QUEUE_HOST: mq\n"),
                "app/settings.py": "import environ\n\nenv = environ.Env()\nenv.prefix = 'SHOP_'\n"
                "QUEUE_HOST = env('QUEUE_HOST', default='localhost')\n",
            },
            note="the reader puts a prefix before each name",
        ),
        bad(
            {
                **_settings(""),
                "app/settings.py": "import environ\n\nenv = environ.Env()\n"
                "DATABASES = {'default': env.db(default='postgres://localhost/shop')}  # <-- here\n",
            },
            note="`DATABASE_URL`, which the reader asks for where no name is given",
        ),
        good(
            {
                **_settings(""),
                "app/settings.py": "from decouple import config\n\n"
                "QUEUE_HOST = config('QUEUE_HOST', default='localhost')\n",
                "app/settings.ini": "[settings]\nQUEUE_HOST=mq\n",
            },
            note="a file that the reader looks for beside the code",
        ),
        good(
            {
                **_TREE,
                "app/settings.py": "import os\n\nINSTANCE_ID = os.getenv('INSTANCE_ID', 'localhost')\n",
                "compose.production.yaml": _COMPOSE,
            },
            note="a name, not a place to connect to",
        ),
    ),
)

_BIND = frozenset(
    """host bind listen address addr ip interface server app api web http grpc uvicorn gunicorn
    service""".split()  # noqa: SIM905
)
_NOT_CONNECTIONS = frozenset(
    """cors origin origins allowed trusted proxies forwarded hosts dev debug local test
    tests""".split()  # noqa: SIM905
)
_TELEMETRY = frozenset(
    """otel otlp statsd dd datadog jaeger zipkin prometheus metrics telemetry tracing trace agent
    apm""".split()  # noqa: SIM905
)
_ON_THE_SPOT = frozenset(
    """ollama lmstudio vllm llamacpp localai xinference comfyui selenium chromedriver
    playwright""".split()  # noqa: SIM905
)
"""Programs that are meant to run on the user's own machine; their loopback default is the vendor's own."""
_CONNECTIONS = frozenset(
    """host hostname url uri dsn address addr endpoint server servers bootstrap node nodes peer peers
    upstream""".split()  # noqa: SIM905
)
_DATASTORES = frozenset(
    """redis valkey postgres postgresql pg pghost database db mysql mariadb mongo mongodb neo4j bolt rabbit rabbitmq
    amqp kafka nats broker celery queue elasticsearch elastic opensearch memcached memcache qdrant milvus weaviate
    chroma clickhouse cassandra minio s3 etcd vault""".split()  # noqa: SIM905
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """One finding for each default that reaches production, whatever the number of units."""
    reached: dict[VariableRead, list[Unit]] = {}
    for unit in project.graph.units():
        if unit.environment != "production" or unit.unknown or not unit.entries:
            continue
        for read in project.graph.reads(unit):
            if _is_developers(read, unit) and not _is_given(project, unit, read):
                reached.setdefault(read, []).append(unit)
    for read, units in reached.items():
        yield _finding(project, rule, read, units)


def _is_developers(read: VariableRead, unit: Unit) -> bool:
    """Whether the default is one that no production unit should run with."""
    if read.guarded or read.default.kind != "literal":
        return False
    if read.default.is_secret:
        return True
    if not read.default.is_loopback or unit.shares_network:
        return False
    words = {word for name in read.names for word in split_words(name)}
    if words & (_NOT_CONNECTIONS | _TELEMETRY | _ON_THE_SPOT):
        return False
    if "://" in (read.default.text or ""):
        return True
    return bool(words & (_CONNECTIONS | _DATASTORES)) and not words <= _BIND


def _is_given(project: Project, unit: Unit, read: VariableRead) -> bool:
    return project.graph.loads_unknown_file(unit, read) or project.graph.gives(unit, read)


def _given_empty(project: Project, unit: Unit, read: VariableRead) -> str:
    """The variable that a unit is given with an empty value; empty where it is given none."""
    return next(
        (
            name
            for name in read.names
            if project.graph.providers(unit, name, case_sensitive=read.case_sensitive)
        ),
        "",
    )


def _lacks(project: Project, unit: Unit, read: VariableRead) -> str:
    empty = _given_empty(project, unit, read)
    return f"{unit.label} runs it and sets " + (f"`{empty}` to nothing" if empty else f"no `{read.name}`")


def _finding(project: Project, rule: RuleContext, read: VariableRead, units: list[Unit]) -> Finding:
    unit = units[0]
    empty = _given_empty(project, unit, read)
    how = (
        f"runs this in production with an empty `{empty}`, which counts as none here"
        if empty
        else f"runs this in production and is given no `{read.name}`"
    )
    what = f"a secret that {read.default.description}" if read.default.is_secret else f"`{read.default.text}`"
    others = f" and {len(units) - 1} more" if len(units) > 1 else ""
    related = [Location(each.span, _lacks(project, each, read)) for each in units[:5]]
    for provided in project.graph.definitions(read.name):
        if provided.source in {"dotenv", "configmap", "secret"}:
            why = (
                "compose reads this file for substitution only"
                if provided.source == "dotenv"
                else f"{unit.label} takes nothing from it"
            )
            related.append(Location(provided.key_span or provided.span, f"sets `{read.name}`, but {why}"))
            if len(related) > 8:
                break
    # A datastore is needed to run at all; another service at a loopback default may be one that nobody uses.
    certain = read.default.is_secret or _names_datastore(read) or len(related) > len(units[:5])
    return rule.finding(
        read.default_span,
        f"{unit.label}{others} {how}, so it uses the default: {what}",
        subject=read.name,
        label=f"the default of `{read.name}`",
        related=related,
        secret=read.default.is_secret,
        severity=None if certain else "warning",
        confidence=None if certain else "medium",
    )


def _names_datastore(read: VariableRead) -> bool:
    scheme = (read.default.text or "").partition("://")[0].partition("+")[0].lower()
    return scheme in _DATASTORES or any(
        word in _DATASTORES for name in read.names for word in split_words(name)
    )
