from __future__ import annotations

import pytest

from lintkit.words.environments import environment_of_path


@pytest.mark.parametrize(
    "path",
    [
        "docker-compose.prod.yml",
        "compose.production.yaml",
        "k8s/overlays/production/api.yaml",
        "deploy/compose.yaml",
        "docker-compose.prod-no-letsencrypt.yml",
    ],
)
def test_production(path: str) -> None:
    assert environment_of_path(path) == "production"


@pytest.mark.parametrize(
    "path",
    [
        "docker-compose.dev.yml",
        "deploy/docker-compose.dev.yml",
        "k8s/staging/api.yaml",
        "examples/prod/compose.yaml",
        "compose.override.yml",
    ],
)
def test_development(path: str) -> None:
    assert environment_of_path(path) == "development"


def test_nothing_is_said() -> None:
    assert environment_of_path("services/api/compose.yaml") == ""


def test_the_configuration_wins() -> None:
    assert environment_of_path("compose.dev.yaml", "production") == "production"
    assert environment_of_path("compose.prod.yaml", "staging") == "development"
