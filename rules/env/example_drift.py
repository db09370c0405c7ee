"""env/example-drift: an example of an environment file that lacks what is needed."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from lintkit.api import NOT_A_SERVICE, Finding, Location, Project, RuleContext, Span, bad, define, good
from lintkit.api.dotenv import is_example, used_path
from lintkit.api.facts import VariableMentioned, VariableProvided, VariableRead
from lintkit.api.secrets import split_words
from lintkit.api.words import environment_of_path, is_served

RULE = define(
    summary="the example of an environment file lacks variables that are used",
    why="""
Whoever sets up the service copies the example, and the service stops at its first start, or worse: runs without what
the missing variable would have switched on. The one who added the variable has it in a file that nobody else sees.
""",
    remedy="Add the variables to the example, without their values.",
    severity="warning",
    scope="project",
    confidence="medium",
    kinds=("dotenv",),
    tags=("configuration",),
    packs=("strict",),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                ".env.example": "PORT=8000  # <-- here\nDEBUG=0\n",
                "app.py": "import os\n\nKEY = os.environ['SIGNING_KEY']\nPORT = os.environ['PORT']\n",
            },
            note="code that stops at start without it",
        ),
        bad(
            {
                "api/.env.example": "PORT=8000  # <-- here\n",
                "api/.env": "PORT=8000\nCACHE_HOST=cache\nQUEUE_HOST=mq\n",
            },
            note="the file that was copied from it has more",
        ),
        good(
            {
                ".env.example": "PORT=8000\n# SIGNING_KEY=\n# export TRACE=1\n",
                ".env": "PORT=8000\nTRACE=1\n",
                "app.py": "import os\n\nKEY = os.environ['SIGNING_KEY']\nLOG = os.getenv('LOG_LEVEL', 'info')\n",
            },
            note="named in a comment; with a default",
        ),
        good(
            {
                ".env.example": "DJANGO_SETTINGS_MODULE=shop.settings.local\n",
                "shop/settings/local_base.py": "DEBUG = True\n",
                "shop/settings/production.py": "import os\n\nKEY = os.environ['SIGNING_KEY']\n",
            },
            note="settings of production, which no developer has",
        ),
        good(
            {
                ".env.example": "PORT=8000\nSIGNING_KEY=\n",
                ".env.integration.example": "SPEECH_URL=\n",
                "app.py": "import os\n\nKEY = os.environ['SIGNING_KEY']\nPORT = os.environ['PORT']\n"
                "if 'GIT_REV' in os.environ:\n    RELEASE = os.environ['GIT_REV']\n",
                "mail.py": """\
import os

try:
    HOOK = os.environ["CHAT_HOOK"]
except KeyError:
    HOOK = None
if os.environ.get("STAGE") in ("staging", "production"):
    BUS = os.environ["EVENT_BUS"]
""",
            },
            note="asked for before it is read, in a branch, or caught; and an example of what tests are given",
        ),
        good(
            {
                ".env.example": "PORT=8000\n",
                "app.py": "import os\n\nHOME = os.environ['HOME']\nRUN = os.environ['GITHUB_RUN_ID']\n"
                "WITH = os.environ['PYTHON_VERSION']\n",
                "scripts/load.py": "import os\n\nDUMP = os.environ['DUMP_FILE']\n",
            },
            note="what the system or the base image sets, and what a script is called with",
        ),
        good(
            {
                ".env.example": "SHOP_AUTH__KEY=\n",
                "settings.py": """\
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Auth(BaseModel):
    key: str


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")
    auth: Auth
""",
            },
            note="a part of a nested setting",
        ),
        good(
            {
                ".env.example": "LOG_LEVEL=info\n",
                "compose.yaml": """\
services:
  app:
    build: .
    environment:
      CACHE_URL: redis://cache:6379
      QUEUE_URL: ${QUEUE_URL:-amqp://mq}
""",
                "app.py": "import os\n\nA = os.environ['CACHE_URL']\nB = os.environ['QUEUE_URL']\n",
            },
            note="set by the compose file",
        ),
        bad(
            {
                ".env.example": "LOG_LEVEL=info  # <-- here\n",
                "compose.yaml": "services: {app: {build: ., environment: {API_KEY: '${API_KEY:?}'}}}\n",
                "app.py": "import os\n\nKEY = os.environ['API_KEY']\n",
            },
            note="the compose file takes it from where the example is copied to",
        ),
        good(
            {
                "web/.env.example": "API=\n",
                "api/app.py": "import os\n\nKEY = os.environ['SIGNING_KEY']\n",
            },
            note="code of another folder",
        ),
    ),
)

_SYSTEM = frozenset(
    """HOME PATH USER SHELL PWD LANG TERM TMPDIR TEMP TMP HOSTNAME HOST PORT CI PYTHONPATH VIRTUAL_ENV DISPLAY
    EDITOR LD_LIBRARY_PATH USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA SYSTEMROOT COMPUTERNAME LOGNAME NODE_ENV
    LOCAL_RANK RANK WORLD_SIZE MASTER_ADDR MASTER_PORT CUDA_VISIBLE_DEVICES DJANGO_SETTINGS_MODULE
    PYTHON_VERSION NODE_VERSION YARN_VERSION GOLANG_VERSION GOPATH JAVA_HOME JAVA_VERSION RUBY_VERSION PHP_VERSION
    PG_MAJOR PG_VERSION""".split()  # noqa: SIM905
)
"""What systems and runners set, and official images: `python` has `ENV PYTHON_VERSION`."""
_SET_BY_PLATFORMS = tuple(
    """GITHUB_ GITLAB_ CI_ AWS_LAMBDA_ KUBERNETES_ RUNNER_ PYTEST_ XDG_ VERCEL_ RENDER_ FLY_ RAILWAY_ HEROKU_ SLURM_ K_
    ECS_ WEBSITE_ COMPOSE_""".split()  # noqa: SIM905
)
_DEPLOYED = frozenset({"compose-environment", "configmap", "secret", "kubernetes-env", "dockerfile-env"})
"""Where the deployment itself sets a variable, so that no file has to."""
_HAS_DEFAULT = re.compile(r"\$\{\w+:?-")
_MOST_SHOWN = 4


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each example once, with what it lacks, at its first entry."""
    named: defaultdict[str, dict[str, Span]] = defaultdict(dict)
    for fact in project.facts(VariableProvided):
        if fact.source == "dotenv":
            named[fact.path].setdefault(fact.name, fact.key_span or fact.span)
    listed = {path: {name.upper() for name in entries} for path, entries in named.items()}
    for mentioned in project.facts(VariableMentioned):
        listed.setdefault(mentioned.path, set()).add(mentioned.name.upper())
    examples = sorted(
        path
        for path in named
        if is_example(path) and environment_of_path(posixpath.dirname(path) or "x") != "development"
    )
    chosen = {
        posixpath.dirname(path) for path in examples if environment_of_path(used_path(path)) != "development"
    }
    examples = [
        path
        for path in examples
        if posixpath.dirname(path) not in chosen or environment_of_path(used_path(path)) != "development"
    ]
    set_elsewhere = {
        fact.name
        for fact in project.facts(VariableProvided)
        if fact.source in _DEPLOYED
        and (fact.value.kind == "literal" or _HAS_DEFAULT.match(fact.value.text or ""))
    }
    # Settings of production beside those of a developer, for whom an example is copied.
    developed = {posixpath.dirname(path) for path in project.paths if _is_settings_of_a_developer(path)}
    required = [
        read
        for read in _required(project)
        if read.name not in set_elsewhere
        and not (
            posixpath.dirname(read.path) in developed
            and environment_of_path(posixpath.basename(read.path)) == "production"
        )
    ]
    for path in examples:
        lacking = {**_of_copy(path, named), **_of_code(path, examples, required)}
        lacking = {
            name: span for name, span in lacking.items() if not _is_known(name, path, examples, listed)
        }
        if not lacking:
            continue
        names = sorted(lacking)
        shown = ", ".join(f"`{name}`" for name in names[:_MOST_SHOWN])
        more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
        yield rule.finding(
            next(iter(named[path].values())),
            f"`{posixpath.basename(path)}` lacks {shown}{more}",
            subject=path,
            related=tuple(Location(lacking[name], f"needs `{name}`") for name in names[:_MOST_SHOWN]),
        )


def _is_settings_of_a_developer(path: str) -> bool:
    """Whether a module is for a developer's machine by its name: `settings/local.py`, `settings/dev_base.py`."""
    return path.endswith(".py") and not {"local", "dev", "development"}.isdisjoint(
        split_words(posixpath.basename(path))
    )


def _of_copy(example: str, named: Mapping[str, Mapping[str, Span]]) -> Mapping[str, Span]:
    """The variables of the file that the example is copied to, if it is there."""
    used = used_path(example)
    return named[used] if used in named and used != example else {}


def _required(project: Project) -> list[VariableRead]:
    """The reads that stop a service at start when the variable is missing."""
    return [
        read
        for read in project.graph.all_reads()
        if read.default.kind == "required"
        and not read.guarded
        and not read.aliases
        and is_served(read.path)
        and read.name not in _SYSTEM
        and not read.name.startswith(_SET_BY_PLATFORMS)
    ]


def _of_code(example: str, examples: list[str], required: list[VariableRead]) -> dict[str, Span]:
    """What code below the example's folder requires, and below no nearer example's."""
    folder = posixpath.dirname(example)
    inner = {posixpath.dirname(each) for each in examples} - {folder}
    found: dict[str, Span] = {}
    for read in required:
        if folder and not read.path.startswith(folder + "/"):
            continue
        if any(len(other) > len(folder) and read.path.startswith(other + "/") for other in inner):
            continue
        found.setdefault(read.name.upper() if not read.case_sensitive else read.name, read.span)
    return found


def _is_known(name: str, example: str, examples: list[str], listed: Mapping[str, set[str]]) -> bool:
    """Whether an example of the same folder names it, or a part of it; there may be several."""
    folder, wanted = posixpath.dirname(example), name.upper()
    return any(
        wanted in listed[each] or any(other.startswith(wanted + "__") for other in listed[each])
        for each in examples
        if posixpath.dirname(each) == folder
    )
