from __future__ import annotations

from collections.abc import Mapping

import pytest

from lintkit.model import Finding, Location, Release, Span
from lintkit.run.releases import settle

NEW = Release("redis", (8, 0), "test")
OLD = Release("redis", (8, 0), "test", presumed=True)


def is_left(path: str, files: Mapping[str, str], release: Release = NEW) -> bool:
    finding = Finding("f/r", "m", (Location(Span(path, 0, 0)),), "s", "warning", fixed_in=release)
    data = {name: text.encode() for name, text in files.items()}
    return bool(settle([finding], data, data.get))


LOCK = "[[package]]\nname = 'redis'\nversion = '{}'\n"


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({}, True),
        ({"requirements.txt": "redis==8.0.1"}, False),
        ({"requirements.txt": "redis==7.4.1"}, True),
        ({"requirements.txt": "redis"}, True),
        ({"requirements.txt": "flask==3"}, True),
        ({"requirements.txt": "redis>=8"}, False),
        ({"requirements.txt": "redis>=7"}, True),
        ({"requirements.in": "redis", "requirements.txt": "redis==8.1.0"}, False),
        ({"requirements.txt": "redis==8.1.0", "requirements-old.txt": "redis==7.0.0"}, True),
        ({"requirements.txt": "-r shared/base.txt", "shared/base.txt": "redis==8.1"}, False),
        ({"requirements.txt": "redis\n-c limits.txt", "limits.txt": "redis>=8,<9"}, False),
        ({"requirements.txt": "redis>=5\n-c limits.txt", "limits.txt": "redis==8.1"}, False),
        ({"requirements.txt": "-r requirements.txt\nredis==8.1"}, False),
        ({"requirements/prod.txt": "redis==8.1"}, False),
        (
            {"pyproject.toml": "[project]\ndependencies = ['redis>=5']", "uv.lock": LOCK.format("8.1.0")},
            False,
        ),
        ({"pyproject.toml": "[project]\ndependencies = ['redis>=8']", "uv.lock": LOCK.format("7.4.1")}, True),
        ({"uv.lock": LOCK.format("8.1.0") + LOCK.format("7.4.1")}, True),
        # The nearest manifest wins, and a lock file above it speaks for what it leaves open.
        ({"app/requirements.txt": "redis==7.0", "requirements.txt": "redis==8.1"}, True),
        ({"app/requirements.txt": "redis==8.1", "requirements.txt": "redis==7.0"}, False),
        (
            {"app/pyproject.toml": "[project]\ndependencies = ['redis']", "uv.lock": LOCK.format("8.1.0")},
            False,
        ),
        ({"app/requirements.txt": "redis", "requirements.txt": "redis==8.1"}, True),
        ({"other/requirements.txt": "redis==8.1"}, True),
        ({"app/Dockerfile": "RUN pip install redis==8.1"}, False),
        ({"app/Dockerfile": "RUN pip install redis==8.1", "app/requirements.txt": "redis==7.0"}, True),
        ({"app/cache/client.py": "# /// script\n# dependencies = ['redis>=8']\n# ///\n"}, False),
    ],
)
def test_what_the_project_pins_decides(files: Mapping[str, str], left: bool) -> None:
    assert is_left("app/cache/client.py", files) is left


@pytest.mark.parametrize(
    ("pinned", "left"),
    [("redis", False), ("flask", False), ("redis>=5", False), ("redis==7.0", True), ("redis<8", True)],
)
def test_an_old_release_is_taken_for_granted(pinned: str, left: bool) -> None:
    assert is_left("app.py", {"requirements.txt": pinned}, OLD) is left


def test_nothing_is_read_for_findings_of_every_release() -> None:
    def read(path: str) -> bytes:
        raise AssertionError(path)

    finding = Finding("f/r", "m", (Location(Span("app.py", 0, 0)),), "s", "warning")
    assert settle([finding], ["requirements.txt"], read) == [finding]


def test_a_chain_of_requirements_is_read_to_its_bound() -> None:
    read: list[str] = []
    files = {f"requirements{n}.txt": f"-r requirements{n + 1}.txt".encode() for n in range(5000)}

    def load(path: str) -> bytes | None:
        read.append(path)
        return files.get(path)

    finding = Finding("f/r", "m", (Location(Span("app.py", 0, 0)),), "s", "warning", fixed_in=NEW)
    assert settle([finding], ["requirements0.txt"], load) == [finding]
    assert len(read) < 100


def test_a_long_lock_file_is_gone_through_once_for_all_folders() -> None:
    read = 0

    class Watched(str):
        def __eq__(self, other: object) -> bool:
            nonlocal read
            read += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    monorepo = {"uv.lock": "".join(f"[[package]]\nname = 'p{n}'\nversion = '1'\n" for n in range(200))}
    release = Release(Watched("redis"), (8, 0), "test")
    findings = [
        Finding("f/r", "m", (Location(Span(f"a{n}/client.py", 0, 0)),), "s", "warning", fixed_in=release)
        for n in range(50)
    ]
    data = {name: text.encode() for name, text in monorepo.items()}
    assert len(settle(findings, data, data.get)) == 50
    assert read < 200
