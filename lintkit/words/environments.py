"""Whether something is for production, for development or for nobody, by its name: a file, a stage, a value.

Each question has a meaning of its own, since what follows differs: of a file for staging the secrets are real, and its
debug mode is not production's.

- `environment_of_value`: what a variable such as `APP_ENV` says
- `environment_of_path`: which of the two a file is for; staging and tests count as development
- `is_for_a_desk`: what is in a file is worth nothing to others
- `named_for_production`: a file says itself, close by, that it is production's
- `is_example`: a file is there to be copied
- `is_lesson`, `is_for_learning`: a file is part of a course, or of examples
- `is_past_release`: a file belongs to a release that was made
- `is_material`: a manifest is part of a program
- `is_for_developers`: a file is for developers' own clusters and machines
- `is_development_stage`: a stage of a Dockerfile is not what is shipped
- `is_served`: a Python file may be part of a service
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from lintkit.words.names import split_words

Environment = Literal["production", "development", ""]
"""`development` stands for all that is not production, staging and tests included; empty: nothing says so."""

_LESSON = re.compile(
    r"(?:^|/)(?:(?:chapter|part|lesson|day|week|step|exercise|lab|module|lecture|episode)s?[-_ ]?[0-9]{1,3}(?![a-z0-9])"
    r"|[0-9]{1,2}[-_. ][a-z])[^/]*/",
    re.IGNORECASE,
)

MARKERS = frozenset(
    {
        "APP_ENV",
        "APP_ENVIRONMENT",
        "DEPLOYMENT_ENV",
        "DEPLOY_ENV",
        "DJANGO_ENV",
        "ENV",
        "ENVIRONMENT",
        "FASTAPI_ENV",
        "FLASK_ENV",
        "NODE_ENV",
        "PYTHON_ENV",
        "RUNTIME_ENV",
        "SERVICE_ENV",
        "STAGE",
    }
)
"""Variables whose value names the environment."""

PRODUCTION_NAMES = frozenset({"prod", "production", "prd", "live"})
"""What production is called."""

_PRODUCTION = frozenset(
    {"prod", "production", "prd", "live", "deploy", "deployment", "deployments", "release"}
)
_DEVELOPMENT = frozenset(
    """dev devel develop development local test tests testing ci e2e staging stage stg qa uat preview kind minikube k3d
    k3s example examples sample samples demo demos tutorial tutorials docs doc override debug mock mocks loadtest
    integration playground sandbox template templates devcontainer devservices devstack benchmark
    benchmarks fixtures profiling""".split()  # noqa: SIM905
)
EXAMPLES = frozenset(
    """example examples sample samples template templates tpl tmpl dist default defaults schema skeleton stub
    demo""".split()  # noqa: SIM905
)
"""Words of names of files that are there to be copied."""
_DESK = frozenset(
    """dev devel develop development local localhost test tests testing ci e2e debug mock mocks devcontainer devservices
    devstack sandbox playground demo demos tutorial tutorials workshop hackathon quickstart""".split()  # noqa: SIM905
)
"""Words for what is run on one desk: staging is not among them."""
_NOT_SERVED = frozenset(
    """tests test testing scripts script migrations alembic examples example docs docs_src benchmarks fixtures
    notebooks""".split()  # noqa: SIM905
)
_WORDS = re.compile(r"[A-Za-z0-9]+")


_STAGE = re.compile(
    r"(?:dev|devel|development|test|tests|tester|testing|debug|local|ci|lint|docs)(?:$|[-_.])", re.IGNORECASE
)


def is_development_stage(name: str | None) -> bool:
    """Whether the stage of a Dockerfile with this name is not what is shipped.

    >>> is_development_stage("dev"), is_development_stage("Test-deps"), is_development_stage("device")
    (True, True, False)
    """
    return _STAGE.match(name or "") is not None


def is_lesson(path: str) -> bool:
    """Whether a file lies in a folder that is numbered as the parts of a course are.

    >>> is_lesson("04-deployment/web/Dockerfile"), is_lesson("part-3.http/Dockerfile"), is_lesson("2024/app.py")
    (True, True, False)
    """
    return _LESSON.search(path) is not None


_LEARNING = frozenset(
    """cka ckad cks course courses demo demos example examples exercise exercises getting-started hackfest lab labs
    lesson lessons playground quickstart quickstarts sample samples tutorial tutorials workshop workshops""".split()  # noqa: SIM905
)


_SHOWING = re.compile(
    r"(?:^|/)(?:(?:demo|example|quickstart|tutorial|workshop)s?[-_][^/]+"
    r"|[^/]+[-_](?:demo|example|quickstart|tutorial|workshop)s?)/",
    re.IGNORECASE,
)


def is_for_learning(path: str) -> bool:
    """Whether a file lies in a folder of a course, of examples or of demonstrations, which runs nothing that matters.

    >>> is_for_learning("labs/helm/values.yaml"), is_for_learning("02-deploy/app.yaml"), is_for_learning("lab.yaml")
    (True, True, False)
    >>> is_for_learning("shop-demo/app.yaml"), is_for_learning("k8s/shop-demo.yaml")
    (True, False)
    """
    folders = path.lower().split("/")[:-1]
    return not _LEARNING.isdisjoint(folders) or is_lesson(path) or _SHOWING.search(path) is not None


_PAST = re.compile(r"(?:^|/)releases?/[^/]*[0-9]\.[0-9][^/]*/", re.IGNORECASE)


def is_past_release(path: str) -> bool:
    """Whether a file lies in a folder of one release among others, which stays as it was released.

    >>> is_past_release("releases/shop-v0.18.0/compose.yaml"), is_past_release("releases/compose.yaml")
    (True, False)
    """
    return _PAST.search(path) is not None


_MATERIAL = re.compile(r"(?:^|/)(?:assets?|bindata|cmd|pkg)/|^(?:controllers|internal)/", re.IGNORECASE)


def is_material(path: str) -> bool:
    """Whether a manifest lies among the sources of a program, which embeds it and fills in what is missing.

    >>> is_material("pkg/resources/agent/daemonset.yaml"), is_material("internal/agent.yaml")
    (True, True)
    >>> is_material("infrastructure/controllers/agent.yaml"), is_material("ingress/internal/agent.yaml")
    (False, False)
    """
    return _MATERIAL.search(path) is not None


_DEVELOPERS_FOLDER = re.compile(
    r"(?:^|/)(?:(?:[\w.]+-)*dev(?:el(?:op(?:ment)?)?)?(?:-(?:cluster|env|environment|local))?"
    r"|chainsaw|contrib|debug|devenv|devspace|e2e|fixtures|hack|testdata|testing|(?:[\w.]+-)*tests?|k3d|kind|kuttl|local|localhost|minikube|skaffold|tilt)/"
    r"|^(?:(?:config/)?recipes?|scripts?|tools?)/",
    re.IGNORECASE,
)
_DEVELOPERS_FILE = re.compile(
    r"(?:^|/)(?:tilt|skaffold)[-_.][^/]*$|(?:^|[-_./])(?:dev|devel|development|local|localdev|minikube|kind|k3d)\.[^./]+$",
    re.IGNORECASE,
)


def is_for_developers(path: str) -> bool:
    """Whether a manifest is for the cluster of a developer or a test, or for what somebody runs by hand.

    To such a cluster a branch is deployed on purpose.

    >>> is_for_developers("overlays/dev/web.yaml"), is_for_developers("values-local.yaml")
    (True, True)
    >>> is_for_developers("tools/pod.yaml"), is_for_developers("apps/tools/editor.yaml")
    (True, False)
    >>> is_for_developers("apps/local-path-provisioner/device-plugin.yaml"), is_for_developers("dev-tools/app.yaml")
    (False, False)
    """
    return _DEVELOPERS_FOLDER.search(path) is not None or _DEVELOPERS_FILE.search(path) is not None


EnvironmentRules = Callable[[str], "str | None"]
"""What the configuration says of a path: `production`, `staging`, `development`, or None where it says nothing."""


def no_rules(path: str) -> str | None:
    """A configuration that says nothing of any path."""
    return None


def environment_of_value(text: str) -> Environment:
    """What the value of one of `MARKERS` says."""
    word = text.strip().lower()
    if word in PRODUCTION_NAMES:
        return "production"
    return "development" if word in _DEVELOPMENT else ""


def environment_of_path(path: str, configured: str | None = None) -> Environment:
    """What the name of a file and its folders say; a word for development wins over one for production.

    configured  what the configuration says of the file (`production`, `staging`, `development`), which wins over both;
                None where it says nothing

    >>> environment_of_path("deploy/docker-compose.dev.yml")
    'development'
    >>> environment_of_path("compose.production.yaml")
    'production'
    """
    if configured is not None:
        return "production" if configured == "production" else "development"
    words = {word.lower() for word in _WORDS.findall(path)}
    if words & _DEVELOPMENT:
        return "development"
    return "production" if words & _PRODUCTION else ""


def is_example(path: str) -> bool:
    """Whether a file is only copied from (`.env.example`, `env.dist`), by its name.

    >>> is_example(".env.production.sample"), is_example("examples/.env"), is_example("sample.env")
    (True, False, True)
    """
    return not EXAMPLES.isdisjoint(split_words(path.rpartition("/")[2]))


def named_for_production(path: str) -> bool:
    """Whether the name of a file, or of its folder, is production's, and nothing says that it is an example.

    >>> named_for_production("env/production/.env"), named_for_production("production/web/.env")
    (True, False)
    """
    folder, _, name = path.rpartition("/")
    words = {*split_words(name), *split_words(folder.rpartition("/")[2])}
    return (
        not words.isdisjoint(PRODUCTION_NAMES)
        and environment_of_path(path) == "production"
        and not is_example(path)
    )


def is_for_a_desk(path: str, configured: str | None = None) -> bool:
    """Whether a file is for a developer's machine, a test run, a demonstration or a lesson: for nothing that holds what
    is worth anything to others.

    A staging server is no such place: its secrets are real ones. `configured` is as for `environment_of_path`.
    """
    if configured is not None:
        return configured == "development"
    return (is_lesson(path) or not _DESK.isdisjoint(split_words(path))) and not named_for_production(path)


def is_served(path: str) -> bool:
    """Whether a Python file may be part of a running service."""
    *folders, name = path.split("/")
    if any(folder.lower() in _NOT_SERVED for folder in folders):
        return False
    return not (name == "conftest.py" or name.startswith("test_") or name.endswith(("_test.py", "_tests.py")))
