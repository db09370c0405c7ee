"""Services of compose files as `docker compose` merges them."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from lintkit.facts import ComposeFile, ComposeService, Fact
from lintkit.kinds.compose.project import ComposeProjects, compose_projects
from lintkit.kinds.compose.service import parse
from lintkit.kinds.extract import extract_document
from lintkit.model import SourceFile


def facts_of(files: dict[str, str]) -> list[Fact]:
    return [
        fact
        for path, text in files.items()
        for document in parse(SourceFile(path, "compose", text.encode()))
        for fact in extract_document(document)
    ]


def projects_of(files: dict[str, str]) -> ComposeProjects:
    facts = facts_of(files)
    services = tuple(fact for fact in facts if isinstance(fact, ComposeService))
    return compose_projects(services, tuple(fact for fact in facts if isinstance(fact, ComposeFile)))


def run(files: dict[str, str], name: str = "a") -> Any:
    (service,) = [s for s in projects_of(files).services if s.name == name and not s.partial]
    return service.node.data()


def test_an_override_file_is_merged_as_compose_does() -> None:
    merged = run(
        {
            "compose.yaml": """\
services:
  a:
    image: a:1
    command: [x, y]
    environment: {A: "1", B: "2"}
    ports: ["1:1"]
    healthcheck: {test: [CMD, x], interval: 5s}
    build: ./a
    depends_on: [b]
""",
            "compose.override.yaml": """\
services:
  a:
    image: a:2
    command: [z]
    environment: [B=3, C=4]
    ports: ["2:2"]
    healthcheck: {test: [CMD, z]}
    build: {target: dev}
    depends_on: {c: {condition: service_healthy}}
""",
        }
    )
    assert merged == {
        "image": "a:2",
        "command": ["z"],
        "environment": {"A": "1", "B": "3", "C": "4"},
        "ports": ["1:1", "2:2"],
        "healthcheck": {"test": ["CMD", "z"], "interval": "5s"},
        "build": {"context": "./a", "target": "dev"},
        "depends_on": {"b": None, "c": {"condition": "service_healthy"}},
    }


def test_reset_and_override_do_what_they_say() -> None:
    merged = run(
        {
            "compose.yaml": "services: {a: {image: 'a:1', ports: ['1:1'], restart: always, environment: {A: '1'}}}\n",
            "compose.override.yaml": (
                "services: {a: {ports: !reset [], restart: !reset null, environment: !override {B: '2'}}}\n"
            ),
        }
    )
    assert merged == {"image": "a:1", "environment": {"B": "2"}}


def test_extends_is_followed_through_files() -> None:
    files = {
        "app/compose.yaml": "services: {a: {extends: {file: ../base.compose.yaml, service: b}, image: 'a:2'}}\n",
        "base.compose.yaml": "services: {b: {extends: c, restart: always}, c: {image: 'c:1', init: true}}\n",
    }
    assert run(files) == {"image": "a:2", "init": True, "restart": "always"}
    names = {service.name for service in projects_of(files).services}
    assert names == {"a", "c"}, "what only others extend is a template"


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {extends: a, image: 'a:1'}}\n",
        "services: {a: {extends: b}, b: {extends: a}}\n",
        "services: {a: {extends: {file: nowhere.yaml, service: b}}}\n",
        "services: {a: {extends: {service: 3}}}\n",
        "services: {a: {extends: [1]}}\n",
    ],
)
def test_what_a_service_extends_may_be_unknown(text: str) -> None:
    assert all(service.name != "a" for service in projects_of({"compose.yaml": text}).services)


def test_a_file_beside_the_main_one_is_a_form_of_it() -> None:
    projects = projects_of(
        {
            "docker-compose.yml": "services: {a: {image: 'a:1'}, b: {image: 'b:1'}}\n",
            "docker-compose.prod.yml": "services: {a: {restart: always}}\n",
            "other/docker-compose.prod.yml": "services: {a: {image: 'a:3'}}\n",
        }
    )
    forms = {(s.path, s.name): [form.data() for form in s.forms] for s in projects.services}
    assert forms["docker-compose.yml", "a"] == [{"image": "a:1"}, {"image": "a:1", "restart": "always"}]
    assert forms["docker-compose.yml", "b"] == [{"image": "b:1"}]
    assert forms["other/docker-compose.prod.yml", "a"] == [{"image": "a:3"}]
    partial = {s.path for s in projects.services if s.partial}
    assert partial == {"docker-compose.prod.yml"}


def test_included_files_belong_to_the_project() -> None:
    projects = projects_of(
        {
            "compose.yaml": "include: [infra/compose.yaml, {path: [x/compose.yaml]}]\nservices: {a: {image: 'a:1'}}\n",
            "infra/compose.yaml": "services: {b: {image: 'b:1'}}\nvolumes: {v: }\n",
            "x/compose.yaml": "include: ['oci://example.com/y']\nservices: {c: {image: 'c:1'}}\n",
        }
    )
    assert projects.names["compose.yaml"] == {"a", "b", "c"}
    assert projects.defined["compose.yaml"]["volumes"] == {"v"}
    assert projects.opaque == {"compose.yaml", "infra/compose.yaml", "x/compose.yaml"}


def test_places_are_those_of_the_file_that_says_it() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    image: a:1\n    restart: always\n",
        "compose.override.yaml": "services:\n  a:\n    restart: 'no'\n",
    }
    (service,) = [s for s in projects_of(files).services if not s.partial]
    span = service.node.place(("restart",))
    assert (span.path, files[span.path][span.start : span.end]) == ("compose.override.yaml", "'no'")
    span = service.node.place(("deploy",), missing=True)
    assert (span.path, files[span.path][span.start : span.end]) == ("compose.yaml", "a")


def test_facts_hold_no_secret_and_can_be_sent() -> None:
    secret = "hunter2" + "hunter3"
    facts = facts_of(
        {
            "compose.yaml": f"""\
services:
  a:
    image: redis:7
    command: redis-server --requirepass {secret}
    environment:
      - DB_PASSWORD={secret}
      - ALLOW_EMPTY_PASSWORD=yes
    secrets: [db_password]
"""
        }
    )
    services = tuple(fact for fact in facts if isinstance(fact, ComposeService))
    text = repr(services)
    assert secret not in text
    assert "--requirepass" in text
    assert "ALLOW_EMPTY_PASSWORD=yes" in text
    assert "db_password" in text
    assert pickle.loads(pickle.dumps(services)) == services


@pytest.mark.parametrize(
    "text",
    [
        "services:\n",
        "services: [a, b]\n",
        "services: {a: }\n",
        "services: {a: {depends_on: 3, volumes: x, environment: y, env_file: {a: 1}}}\n",
        "web: {image: 'a:1'}\n",
        "include: 3\nservices: {a: {image: [1, 2]}}\n",
        "volumes: [a]\nservices: {a: {image: 'a:1'}}\n",
        "services: {a: {image: 'a:1', deploy: " + "{a: " * 90 + "1" + "}" * 90 + "}}\n",
    ],
)
def test_odd_files_are_no_reason_to_fail(text: str) -> None:
    projects_of({"compose.yaml": text, "compose.override.yaml": text})


def test_what_one_include_names_is_merged() -> None:
    files = {
        "compose.yaml": """\
include:
  - path: [infra/db.yaml, infra/db.local.yaml]
    project_directory: .
  - infra/cache.yaml
services: {api: {image: 'shop:1', depends_on: [db]}}
""",
        "infra/db.yaml": "services: {db: {image: 'postgres:17', env_file: db.env, depends_on: [api]}}\n",
        "infra/db.local.yaml": "services: {db: {mem_limit: 1g, image: 'postgres:18'}, seed: {image: 'seed:1'}}\n",
        "infra/cache.yaml": "services: {cache: {image: 'redis:7'}}\n",
    }
    projects = projects_of(files)
    assert run(files, "db") == {
        "image": "postgres:18",
        "env_file": "db.env",
        "depends_on": ["api"],
        "mem_limit": "1g",
    }
    assert [(s.path, s.name) for s in projects.services if s.partial] == [("infra/db.local.yaml", "db")]
    assert {projects.names[path] for path in files} == {frozenset(("api", "db", "seed", "cache"))}
    assert [projects.folders.of(path) for path in files] == ["", "", "", "infra"]


def test_files_that_include_each_other_are_read_once() -> None:
    files = {
        "compose.yaml": "include: [b/compose.yaml]\nservices: {a: {image: 'a:1'}}\n",
        "b/compose.yaml": "include: [../compose.yaml]\nservices: {b: {image: 'b:1'}}\n",
    }
    assert projects_of(files).names["compose.yaml"] == frozenset("ab")


def test_a_mount_takes_the_place_of_another_at_its_target() -> None:
    merged = run(
        {
            "compose.yaml": "services: {a: {image: 'a:1', volumes: ['/:/host', 'data:/data', '/cache']}}\n",
            "compose.override.yaml": """\
services:
  a:
    volumes:
      - "${DATA:-./data}:/data"
      - {type: tmpfs, target: /cache/}
""",
        }
    )
    assert merged["volumes"] == ["/:/host", "${DATA:-./data}:/data", {"type": "tmpfs", "target": "/cache/"}]
