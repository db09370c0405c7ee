"""The build arguments among the commands of a script."""

from __future__ import annotations

import pytest

from lintkit.kinds.docker.build_arguments import build_arguments


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("sudo docker build -t a:1 --build-arg TOKEN=x --build-arg=B=1 .", [("TOKEN", "x"), ("B", "1")]),
        ("docker build --build-arg TOKEN .", [("TOKEN", None)]),
        ("docker buildx bake --set web.args.TOKEN=$T --set '*.platform=linux/arm64'", [("TOKEN", "$T")]),
        ("buildctl build --opt build-arg:TOKEN=x --opt target=web", [("TOKEN", "x")]),
        ("cd web\nkaniko \\\n  --build-arg 'TOKEN=a b'", [("TOKEN", "a b")]),
        ("echo --build-arg", []),
        ("# docker build --build-arg TOKEN=x .", []),
        ("docker build --build-arg --no-cache .", []),
    ],
)
def test_arguments(script: str, expected: list[tuple[str, str | None]]) -> None:
    found = list(build_arguments(script))
    assert [(each.name, each.value) for each in found] == expected
    for each in found:
        assert each.name in script[each.start : each.end]
