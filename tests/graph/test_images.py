from __future__ import annotations

from lintkit.facts import CopyInstruction, ImageStage
from lintkit.globs.docker import DockerMatcher
from lintkit.kinds.docker.images import BuiltImage, Dockerfile, Paths, contents
from lintkit.model import Span
from tests.graph.trees import graph_of, unit_of

PYTHON = {"app/main.py": "", "app/__init__.py": "", "tests/test_x.py": "", "README.md": "", "lib/x.py": ""}


def held(dockerfile: str, **more: str) -> dict[str, str]:
    graph = graph_of({**PYTHON, "Dockerfile": "FROM python:3.12\n" + dockerfile, **more})
    return dict(graph.files(unit_of(graph, "Dockerfile")))


def test_a_folder_goes_where_it_is_copied() -> None:
    assert held("WORKDIR /srv\nCOPY app ./code\n") == {
        "/srv/code/main.py": "app/main.py",
        "/srv/code/__init__.py": "app/__init__.py",
    }


def test_everything_after_dockerignore() -> None:
    files = held("COPY . /srv/\n", **{".dockerignore": "tests\n*.md\nDockerfile\n.dockerignore\n"})
    assert sorted(files) == ["/srv/app/__init__.py", "/srv/app/main.py", "/srv/lib/x.py"]


def test_a_dockerignore_beside_the_dockerfile_wins() -> None:
    files = held("COPY app /srv/\n", **{".dockerignore": "app\n", "Dockerfile.dockerignore": "lib\n"})
    assert "/srv/main.py" in files


def test_files_and_globs() -> None:
    assert held("WORKDIR /srv\nCOPY app/main.py lib/*.py ./\n") == {
        "/srv/main.py": "app/main.py",
        "/srv/x.py": "lib/x.py",
    }


def test_what_an_earlier_stage_holds() -> None:
    text = (
        "FROM python:3.12 AS build\nWORKDIR /b\nCOPY app app\nFROM python:3.12\n"
        "COPY --from=build /b/app /srv/app\n"
    )
    graph = graph_of({**PYTHON, "Dockerfile": text})
    assert graph.files(unit_of(graph, "Dockerfile")) == {
        "/srv/app/main.py": "app/main.py",
        "/srv/app/__init__.py": "app/__init__.py",
    }


def test_the_target_decides() -> None:
    text = "FROM python:3.12 AS one\nCOPY app /one\nFROM python:3.12 AS two\nCOPY lib /two\n"
    compose = "services:\n  a:\n    build: {context: ., target: one}\n"
    graph = graph_of({**PYTHON, "Dockerfile": text, "compose.yaml": compose})
    assert set(graph.files(unit_of(graph, "compose.yaml:a"))) == {"/one/main.py", "/one/__init__.py"}


def test_a_source_outside_the_context_is_nothing() -> None:
    assert held("COPY ../../etc /x\n") == {}


def test_images_that_copy_everything_many_times_run_out_of_visits() -> None:
    span = Span("Dockerfile", 0, 1)
    copies = tuple(CopyInstruction(span, 0, (".",), f"/{number}/") for number in range(1_000))
    dockerfile = Dockerfile("Dockerfile", (ImageStage(span, 0, "", "x"),), copies)
    paths = Paths(frozenset(f"m{number}.py" for number in range(100)), visits=1_000)
    assert len(contents(BuiltImage("Dockerfile", ""), dockerfile, paths, DockerMatcher(()))) == 1_000
