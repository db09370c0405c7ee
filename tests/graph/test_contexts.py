"""From which folder an image is built, what of it is sent, and what of that is in the image."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lintkit.kinds.docker.contexts import BuildContext, T, build_contexts
from lintkit.kinds.docker.images import Paths
from tests.graph.trees import facts_of


def contexts_of(files: Mapping[str, str]) -> list[BuildContext]:
    found = facts_of(files)

    def facts(kind: type[T], /) -> tuple[T, ...]:
        return tuple(fact for fact in found if isinstance(fact, kind))

    return [*build_contexts(facts, Paths(frozenset(files)))]


def folders(files: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    return [(each.image.dockerfile, each.folder, each.stated) for each in contexts_of(files)]


COPIES_ALL = "FROM a\nCOPY . /app\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Dockerfile": COPIES_ALL, "a.py": ""}, [("Dockerfile", "", False)]),
        ({"api/Dockerfile": COPIES_ALL, "api/a.py": ""}, [("api/Dockerfile", "api", False)]),
        ({"docker/Dockerfile": COPIES_ALL, "a.py": ""}, []),
        (
            {"docker/Dockerfile": "FROM a\nCOPY src /app\n", "src/a.py": ""},
            [("docker/Dockerfile", "", False)],
        ),
        ({"api/Dockerfile": "FROM a\nRUN true\n", "api/a.py": ""}, []),
        (
            {
                "api/Dockerfile": COPIES_ALL,
                "compose.yaml": "services: {a: {build: {context: ., dockerfile: api/Dockerfile}}}\n",
            },
            [("api/Dockerfile", "", True)],
        ),
        (
            {
                "api/Dockerfile": COPIES_ALL,
                "compose.yaml": "include: [{path: deploy/api.yaml, project_directory: .}]\n",
                "deploy/api.yaml": "services: {a: {build: ./api}}\n",
            },
            [("api/Dockerfile", "api", True)],
        ),
        (
            {
                "api/Dockerfile": COPIES_ALL,
                ".github/workflows/ci.yml": "jobs: {a: {steps: [{run: docker build -f api/Dockerfile .}]}}\n",
            },
            [("api/Dockerfile", "", True)],
        ),
        (
            {
                "api/Dockerfile": COPIES_ALL,
                ".github/workflows/ci.yml": (
                    "defaults: {run: {working-directory: api}}\njobs: {a: {steps: [{run: docker build .}]}}\n"
                ),
            },
            [("api/Dockerfile", "api", True)],
        ),
        (
            {
                "api/Dockerfile": COPIES_ALL,
                "api/a.py": "",
                ".github/workflows/ci.yml": (
                    "jobs: {a: {steps: [{uses: docker/build-push-action@v6, with: {context: '${{ matrix.x }}'}}]}}\n"
                ),
            },
            [("api/Dockerfile", "api", False)],
        ),
    ],
)
def test_contexts(files: Mapping[str, str], expected: list[tuple[str, str, bool]]) -> None:
    assert folders(files) == expected


def test_the_ignore_file_in_force() -> None:
    files = {"api/Dockerfile": COPIES_ALL, "api/a.py": "", "api/.dockerignore": "*.md\n!README.md\n"}
    (context,) = contexts_of(files)
    assert context.sends("api/a.py")
    assert not context.sends("api/b.md")
    assert not context.sends("other/a.py")
    assert context.takes_back("api/README.md")
    assert not context.takes_back("api/a.py")
    (own,) = contexts_of({**files, "api/Dockerfile.dockerignore": "*.py\n"})
    assert own.sends("api/b.md")
    assert not own.sends("api/a.py")


@pytest.mark.parametrize(
    ("dockerfile", "expected"),
    [
        ("FROM a\nCOPY . /app\n", True),
        ("FROM a AS b\nCOPY . /app\nFROM b\n", True),
        ("FROM a AS b\nCOPY . /app\nFROM c\nCOPY --from=b /app /app\n", True),
        ("FROM a AS b\nCOPY . /app\nFROM c\nCOPY --from=0 / /\n", True),
        ("FROM a AS b\nCOPY . /app\nFROM b AS d\nFROM c\nCOPY --from=d /app /x\n", True),
        ("FROM a AS b\nCOPY . /app\nFROM c AS d\nCOPY --from=b /app /x\nFROM e\nCOPY --from=d /x /\n", True),
        ("FROM a AS b\nCOPY . /app\nFROM c\nCOPY --from=b /app/dist /app\n", False),
        ("FROM a AS b\nCOPY . /app\nFROM c\nCOPY --from=b /usr /app\n", False),
        ("FROM a AS b\nCOPY . /app\nFROM c\n", False),
    ],
)
def test_what_reaches_the_image(dockerfile: str, expected: bool) -> None:
    (context,) = contexts_of({"Dockerfile": dockerfile, "a.py": ""})
    (copy,) = context.copies_of_everything()
    assert context.reaches_image(copy) is expected
