from __future__ import annotations

import pickle

import pytest

from lintkit.facts import Build, ContainerDefined, VariableProvided
from lintkit.graph.join import ConfigGraph, join
from lintkit.model import Span
from tests.graph.trees import facts_of, graph_of, unit_of

APP = {
    "Dockerfile": "FROM python:3.12\nWORKDIR /srv\nENV FROM_IMAGE=1\nCOPY app app\nCMD uvicorn app.main:app\n",
    "app/main.py": "import os\nX = os.getenv('X', 'redis://localhost')\n",
}


def given(graph: ConfigGraph, identifier: str, name: str) -> list[tuple[str, str | None]]:
    return [(each.source, each.value.text) for each in graph.providers(unit_of(graph, identifier), name)]


def test_compose_environment_in_both_forms() -> None:
    graph = graph_of(
        {
            "compose.yaml": (
                "services:\n  a:\n    image: x\n    environment: {A: 1, B: ''}\n  b:\n    image: x\n"
                "    environment: [A=2, B]\n"
            )
        }
    )
    assert given(graph, "compose.yaml:a", "A") == [("compose-environment", "1")]
    assert given(graph, "compose.yaml:a", "B") == [("compose-environment", "")]
    assert given(graph, "compose.yaml:b", "A") == [("compose-environment", "2")]
    assert graph.providers(unit_of(graph, "compose.yaml:b"), "B")[0].value.kind == "dynamic"


def test_dotenv_is_not_injected_by_itself() -> None:
    graph = graph_of({"compose.yaml": "services: {a: {image: x}}\n", ".env": "A=1\n"})
    assert given(graph, "compose.yaml:a", "A") == []
    assert [each.source for each in graph.definitions("A")] == ["dotenv"]


def test_env_file_is_relative_to_the_compose_file() -> None:
    graph = graph_of(
        {"ops/compose.yaml": "services: {a: {image: x, env_file: [../api.env]}}\n", "api.env": "A=1\n"}
    )
    assert given(graph, "ops/compose.yaml:a", "A") == [("compose-env-file", "1")]
    assert unit_of(graph, "ops/compose.yaml:a").unknown == ()


def test_a_missing_env_file_makes_a_unit_unknown() -> None:
    graph = graph_of({"compose.yaml": "services: {a: {image: x, env_file: api.env}}\n"})
    assert "api.env" in unit_of(graph, "compose.yaml:a").unknown[0]


def test_a_file_for_production_is_merged_onto_its_base() -> None:
    graph = graph_of(
        {
            **APP,
            "compose.yaml": "services: {a: {build: ., environment: {A: base, B: base}}}\n",
            "compose.prod.yaml": "services: {a: {environment: {A: prod}, deploy: {replicas: 3}}}\n",
        }
    )
    assert given(graph, "compose.prod.yaml:a", "A")[0] == ("compose-environment", "prod")
    assert given(graph, "compose.prod.yaml:a", "B") == [("compose-environment", "base")]
    unit = unit_of(graph, "compose.prod.yaml:a")
    assert (unit.environment, unit.replicas and unit.replicas.value) == ("production", 3)
    assert unit.entries == ("app/main.py",)


def test_extends_in_a_circle_ends() -> None:
    text = "services:\n  a: {extends: b, image: x, environment: {A: 1}}\n  b: {extends: a, environment: {B: 1}}\n"
    graph = graph_of({"compose.yaml": text})
    assert given(graph, "compose.yaml:a", "B") == [("compose-environment", "1")]


def test_environment_by_content() -> None:
    graph = graph_of({"compose.yaml": "services: {a: {image: x, environment: {APP_ENV: production}}}\n"})
    assert unit_of(graph, "compose.yaml:a").environment == "production"


def test_what_the_image_sets_reaches_the_unit() -> None:
    graph = graph_of({**APP, "compose.yaml": "services: {a: {build: .}}\n"})
    assert given(graph, "compose.yaml:a", "FROM_IMAGE") == [("dockerfile-env", "1")]


def test_reads_of_the_code_a_unit_runs() -> None:
    graph = graph_of(
        {**APP, "app/other.py": "import os\nos.getenv('Y')\n", "compose.yaml": "services: {a: {build: .}}\n"}
    )
    assert [read.name for read in graph.reads(unit_of(graph, "compose.yaml:a"))] == ["X"]


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: main
          image: ghcr.io/acme/api:1
          envFrom: [{configMapRef: {name: settings}, prefix: P_}]
          env:
            - {name: A, value: "1"}
            - {name: B, valueFrom: {secretKeyRef: {name: gone, key: b}}}
"""
UNIT = "k8s/api.yaml:Deployment/api/main"


def test_kubernetes_variables() -> None:
    graph = graph_of(
        {
            "k8s/api.yaml": DEPLOYMENT,
            "k8s/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {X: y}\n",
        }
    )
    assert given(graph, UNIT, "A") == [("kubernetes-env", "1")]
    assert given(graph, UNIT, "B") == [("kubernetes-env", None)]
    assert given(graph, UNIT, "P_X") == [("configmap", "y")]
    assert unit_of(graph, UNIT).unknown == ()
    assert unit_of(graph, UNIT).environment == "production"


def test_a_missing_configmap_makes_a_unit_unknown() -> None:
    graph = graph_of({"k8s/api.yaml": DEPLOYMENT})
    assert "settings" in unit_of(graph, UNIT).unknown[0]


def test_a_generated_configmap() -> None:
    kustomization = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        "configMapGenerator: [{name: settings, literals: [X=y], envs: [more.env]}]\n"
    )
    graph = graph_of(
        {"k8s/api.yaml": DEPLOYMENT, "k8s/kustomization.yaml": kustomization, "k8s/more.env": "Z=1\n"}
    )
    assert given(graph, UNIT, "P_X") == [("configmap", "y")]
    assert given(graph, UNIT, "P_Z") == [("configmap", "1")]


def test_a_patch_of_the_production_overlay_counts() -> None:
    patch = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  replicas: 5\n"
        "  template: {spec: {containers: [{name: main, env: [{name: C, value: d}]}]}}\n"
    )
    graph = graph_of({"k8s/api.yaml": DEPLOYMENT, "k8s/overlays/prod/api.yaml": patch})
    assert given(graph, UNIT, "C") == [("kubernetes-env", "d")]
    replicas = unit_of(graph, UNIT).replicas
    assert replicas is not None and (replicas.value, replicas.span.path) == (5, "k8s/overlays/prod/api.yaml")


def test_a_patch_for_staging_does_not() -> None:
    patch = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n"
        "  template: {spec: {containers: [{name: main, env: [{name: C, value: d}]}]}}\n"
    )
    graph = graph_of({"k8s/api.yaml": DEPLOYMENT, "k8s/overlays/staging/api.yaml": patch})
    assert given(graph, UNIT, "C") == []


def test_the_dockerfile_of_a_workload_by_its_folder() -> None:
    files = {
        "services/api/Dockerfile": "FROM python:3.12\n",
        "services/web/Dockerfile": "FROM node:22\n",
        "k8s/api.yaml": DEPLOYMENT,
    }
    built = unit_of(graph_of(files), UNIT).built
    assert built is not None and built.dockerfile == "services/api/Dockerfile"


def test_the_dockerfile_of_a_workload_by_the_workflow_that_builds_it() -> None:
    workflow = """\
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          - uses: docker/build-push-action@v6
            with: {context: ., file: docker/x.Dockerfile, tags: "ghcr.io/acme/api:latest"}
    """
    files = {
        "docker/x.Dockerfile": "FROM python:3.12\nCOPY app /app\n",
        "docker/y.Dockerfile": "FROM node:22\n",
        "app/m.py": "",
    }
    graph = graph_of({**files, ".github/workflows/ci.yml": workflow, "k8s/api.yaml": DEPLOYMENT})
    built = unit_of(graph, UNIT).built
    assert built is not None and (built.dockerfile, built.context) == ("docker/x.Dockerfile", "")


def test_an_image_is_released_without_its_stage_for_developers() -> None:
    files = {
        "Dockerfile": "FROM python:3.12 AS a\nFROM a AS dev\nCMD python app.py\nFROM a\nCMD gunicorn -w 4 app:app\n",
        "compose.yaml": "services: {api: {image: ghcr.io/acme/api, build: {context: ., target: dev}}}\n",
    }
    graph = graph_of({**files, "k8s/api.yaml": DEPLOYMENT})
    workers = unit_of(graph, UNIT).workers
    assert workers is not None and workers.value == 4
    assert unit_of(graph, "compose.yaml:api").workers is None


@pytest.mark.parametrize(
    ("final", "workers"),
    [
        ('ENTRYPOINT ["uvicorn", "app:app"]', None),
        ('CMD ["--workers", "3"]\nENTRYPOINT ["uvicorn", "app:app"]', 3),
        ('ENTRYPOINT ["uvicorn", "app:app"]\nCMD ["--workers", "2"]', 2),
    ],
)
def test_an_entrypoint_resets_the_command_that_it_inherits(final: str, workers: int | None) -> None:
    text = f'FROM python:3.12 AS base\nCMD ["--workers", "4"]\nFROM base\n{final}\n'
    found = unit_of(graph_of({"Dockerfile": text}), "Dockerfile").workers
    assert (found and found.value) == workers


def test_a_package_that_is_run_begins_at_its_main() -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nWORKDIR /srv\nCOPY shop shop\nCMD python -m shop\n",
        "shop/__init__.py": "",
        "shop/__main__.py": "from shop import web\n",
        "shop/web.py": "",
    }
    graph = graph_of(files)
    unit = unit_of(graph, "Dockerfile")
    assert unit.entries == ("shop/__main__.py",)
    assert graph.modules(unit) == {"shop/__init__.py", "shop/__main__.py", "shop/web.py"}


def test_workers_from_a_gunicorn_file() -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nWORKDIR /srv\nCOPY . .\nCMD gunicorn -c gunicorn.conf.py app:app\n",
        "gunicorn.conf.py": "workers = 9\n",
        "app.py": "",
    }
    workers = unit_of(graph_of(files), "Dockerfile").workers
    assert workers is not None and (workers.value, workers.span.path) == (9, "gunicorn.conf.py")


def test_workers_from_a_variable_of_the_server() -> None:
    graph = graph_of(
        {**APP, "compose.yaml": "services: {a: {build: ., environment: {WEB_CONCURRENCY: 4}}}\n"}
    )
    workers = unit_of(graph, "compose.yaml:a").workers
    assert workers is not None and (workers.value, workers.text) == (4, "WEB_CONCURRENCY=4")


def test_workers_from_a_variable_of_the_command() -> None:
    compose = """\
    services:
      a:
        build: .
        command: sh -c 'uvicorn app.main:app --workers $${N:-2}'
        environment: {N: 5}
    """
    workers = unit_of(graph_of({**APP, "compose.yaml": compose}), "compose.yaml:a").workers
    assert workers is not None and workers.value == 5


def test_the_graph_is_the_same_whatever_the_order_of_the_facts() -> None:
    facts = facts_of({**APP, "compose.yaml": "services: {a: {build: .}, b: {image: x}}\n"})
    paths = frozenset({fact.path for fact in facts})
    one, other = join(facts, paths), join(reversed(facts), paths)
    assert one.units() == other.units()
    assert one.names() == other.names()


def test_facts_survive_pickling() -> None:
    facts = facts_of({**APP, "k8s/api.yaml": DEPLOYMENT})
    assert pickle.loads(pickle.dumps(facts)) == facts


def test_facts_hold_no_secret() -> None:
    text = "services: {a: {image: x, environment: {DB_PASSWORD: correct-horse-battery}}}\n"
    facts = facts_of(
        {
            "compose.yaml": text,
            ".env": "API_TOKEN=correct-horse-battery\n",
            "a.py": "import os\nos.getenv('DB_PASSWORD', 'correct-horse-battery')\n",
        }
    )
    assert any(isinstance(fact, VariableProvided) and fact.value.is_secret for fact in facts)
    assert "correct-horse" not in repr(facts)


def test_ten_thousand_services_are_joined() -> None:
    services = [
        ContainerDefined(
            Span("compose.yaml", n, n + 1),
            f"s{n}",
            "service",
            build=Build("."),
            command=("uvicorn", "app.main:app"),
        )
        for n in range(10_000)
    ]
    graph = join([*facts_of(APP), *services], frozenset(APP))
    assert len(graph.units()) == 10_000
    assert {unit.entries for unit in graph.units()} == {("app/main.py",)}
