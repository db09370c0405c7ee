from __future__ import annotations

import pytest

from lintkit.secrets.masked import MASK, value_of
from lintkit.words.loopback import mentions_loopback


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "LOCALHOST:6379",
        "127.0.0.1",
        "127.1.2.3:80",
        "redis://localhost:6379/0",
        "redis://:made-up@localhost:6379",
        "http://[::1]:80/",
        "kafka-1:9092,localhost:9092",
        "http://host.docker.internal:11434",
        "jdbc:postgresql://localhost/db",
        "smtp://localhost.localdomain:25",
    ],
)
def test_loopback(text: str) -> None:
    assert mentions_loopback(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "redis",
        "localhost.example.org",
        "redis://cache/localhost",
        "128.0.0.1",
        "mylocalhost",
        "1127.0.0.1",
        "root@localhost",
    ],
)
def test_not_loopback(text: str) -> None:
    assert not mentions_loopback(text)


def test_a_secret_is_kept_only_as_its_mask() -> None:
    value = value_of("DB_PASSWORD", "correct-horse-battery")
    assert (value.is_secret, value.text) == (True, MASK)


def test_a_password_in_a_url_is_masked_and_the_host_still_known() -> None:
    value = value_of("DATABASE_URL", "postgresql://shop:correct-horse-battery@localhost/shop")
    assert (value.is_secret, value.is_loopback, value.text) == (True, True, MASK)


def test_empty_and_missing_are_different() -> None:
    assert value_of("X", "").is_empty
    assert value_of("X", None).kind == "none"


def test_interpolated_values_are_dynamic() -> None:
    value = value_of("URL", "redis://${HOST:-localhost}:$PORT", interpolates=True)
    assert (value.kind, value.variables) == ("dynamic", ("HOST", "PORT"))
