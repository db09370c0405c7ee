"""What a `RUN` writes of the secrets that are mounted for it."""

from __future__ import annotations

import pytest

from lintkit.kinds.docker.build_secrets import written_secrets

MOUNT = ("mount", "type=secret,id=key")


@pytest.mark.parametrize(
    ("script", "files"),
    [
        ('echo "$(cat /run/secrets/key)" > /srv/key', ["/srv/key"]),
        ("KEY=`cat /run/secrets/key`; printf %s ${KEY} >> /srv/key", ["/srv/key"]),
        ("cat /run/secrets/key | sudo tee -a /srv/key", ["/srv/key"]),
        ("cp /run/secrets/key /srv/", ["/srv/"]),
        ("npm config set //r/:_authToken=$(cat /run/secrets/key)", ["its configuration"]),
        ("npm config set //r/:_authToken=$(cat /run/secrets/key) && npm config delete //r/:_authToken", []),
        ("cat /run/secrets/key > /srv/key && ./build && rm -f /srv/key", []),
        ("cat /run/secrets/key > /dev/null 2>&1", []),
        ("cat /run/secrets/other > /srv/key", []),
        ("KEY=$(cat /run/secrets/key) ./build > /srv/out", []),
        ("echo $HOME > /srv/home", []),
    ],
)
def test_written(script: str, files: list[str]) -> None:
    assert [file for _, file in written_secrets([MOUNT], script)] == files


def test_nothing_is_mounted() -> None:
    assert not list(
        written_secrets([("mount", "type=cache,target=/root")], "cat /run/secrets/key > /srv/key")
    )
