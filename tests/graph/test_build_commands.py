"""`docker build` among the commands of a script."""

from __future__ import annotations

import pytest

from lintkit.kinds.docker.build_commands import builds


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("docker build .", [(".", "")]),
        ("docker build -t shop:1 -f docker/api.Dockerfile .", [(".", "docker/api.Dockerfile")]),
        (
            "docker buildx build --push --platform linux/amd64 --file=a.Dockerfile web",
            [("web", "a.Dockerfile")],
        ),
        ("echo hi && docker build \\\n  -t shop:1 \\\n  api/ && docker push shop:1", [("api/", "")]),
        ("podman build --no-cache ./a; docker build b", [("./a", ""), ("b", "")]),
        ('docker build -t "$TAG" --build-arg VERSION=${V} .', [(".", "")]),
        ("docker build $CONTEXT", []),
        ("docker build -f $FILE .", []),
        ("docker build - < Dockerfile", []),
        ("docker build https://example.com/shop.git", []),
        ("cd api && docker build .", []),
        ("docker build a\ncd b\ndocker build .", [("a", "")]),
        ('docker build "', []),
        ("echo docker building", []),
        ("npm run build", []),
    ],
)
def test_builds(script: str, expected: list[tuple[str, str]]) -> None:
    assert [(each.context, each.dockerfile) for each in builds(script)] == expected


def test_what_else_a_build_says() -> None:
    (found,) = builds("sudo docker build --target web -t a:1 --tag b:2 --build-arg TOKEN=x --build-arg=B=1 .")
    assert (found.target, found.tags) == ("web", ("a:1", "b:2"))


def test_a_long_script_takes_no_time() -> None:
    assert list(builds("docker build " * 20_000)) == []
