from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.python.dependencies import (
    is_manifest,
    manifest_folder,
    read_dependencies,
    script_dependencies,
    versions_of,
)
from lintkit.python.version_ranges import ANY_VERSION, VersionRange, parse_range, widest

VERSIONS = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(tuple)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("==8.0.1", (8, 0, 1), (8, 0, 2)),
        ("==8.*", (8,), (9,)),
        (">=8,<9", (8,), (9,)),
        (">=5.0, !=5.0.2, <9.0", (5, 0), (9, 0)),
        ("~=8.0", (8, 0), (9,)),
        ("~=8.0.3", (8, 0, 3), (8, 1)),
        ("^8.1", (8, 1), (9,)),
        ("^0.4.2", (0, 4, 2), (0, 5)),
        ("^0", (0,), (1,)),
        ("~8.1", (8, 1), (8, 2)),
        ("8.0.1", (8, 0, 1), (8, 0, 2)),
        ("^7 || ^8", (7,), (9,)),
        ("<= 7.4.1", None, (7, 4, 2)),
        ("(>=8)", (8,), None),
        (">=8.0.0rc1", (8, 0, 0), None),
        ("==8.0.1+local", (8, 0, 1), (8, 0, 2)),
        ("*", None, None),
        ("", None, None),
        ("==1!8.0", None, None),
        ("==²", None, None),
        (">=" + "9" * 5000, None, None),
    ],
)
def test_ranges(text: str, low: tuple[int, ...] | None, high: tuple[int, ...] | None) -> None:
    found = parse_range(text)
    assert (found.low, found.high) == (low, high)


@given(VERSIONS, VERSIONS)
def test_an_exact_version_is_before_or_from_any_other(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    exact = parse_range("==" + ".".join(map(str, one)))
    padded = tuple((*each, 0, 0, 0)[:4] for each in (one, other))
    assert exact.is_from(other) == (padded[0] >= padded[1])
    assert not (exact.is_from(other) and exact.is_below(other))


@given(st.text(max_size=40))
def test_any_text_is_a_range(text: str) -> None:
    parse_range(text)


def test_the_widest_of_several() -> None:
    assert widest([parse_range(">=5,<6"), parse_range("==8.0")]) == VersionRange((5,), (8, 1))
    assert widest([parse_range(">=5"), ANY_VERSION]) == ANY_VERSION
    assert widest([]) == ANY_VERSION


def versions(path: str, text: str, project: str = "redis") -> VersionRange | None:
    return versions_of(project, read_dependencies(path, text.encode()).mentions)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[project]\ndependencies = ['redis[hiredis] >=8,<9 ; python_version > \"3\"']"),
        ("pyproject.toml", "[project.optional-dependencies]\ncache = ['Redis >=8,<9']"),
        ("pyproject.toml", "[dependency-groups]\ncache = ['redis>=8,<9', {include-group = 'dev'}]"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nredis = '^8'"),
        ("pyproject.toml", "[tool.poetry.dependencies]\nredis = {version = '^8', extras = ['hiredis']}"),
        ("pyproject.toml", "[tool.poetry.group.cache.dependencies]\nredis = [{version = '^8'}]"),
        ("pyproject.toml", "[tool.pdm.dev-dependencies]\ncache = ['redis>=8,<9']"),
        ("pyproject.toml", "[tool.uv]\ndev-dependencies = ['redis>=8,<9']"),
        (
            "pyproject.toml",
            "[project]\ndependencies = ['redis']\n[tool.uv]\nconstraint-dependencies = ['redis>=8,<9']",
        ),
        ("pyproject.toml", "[tool.flit.metadata]\nrequires = ['redis>=8,<9']"),
        ("pyproject.toml", "[tool.hatch.envs.default]\ndependencies = ['redis>=8,<9']"),
        ("setup.cfg", "[options]\ninstall_requires =\n    redis>=8,<9\n"),
        ("setup.cfg", "[options.extras_require]\ncache =\n    redis>=8,<9\n"),
        ("setup.py", "from setuptools import setup\nsetup(install_requires=['redis>=8,<9'])"),
        ("setup.py", "NEEDS = ['redis>=8,<9']\nsetup(install_requires=NEEDS)"),
        ("setup.py", "setup(extras_require={'cache': ['redis>=8,<9']})"),
        (
            "Dockerfile",
            "FROM python\nRUN apt update \\\n && pip install -q flask 'redis[hiredis]>=8,<9' && true\n",
        ),
        ("api.Dockerfile", 'RUN uv pip install --system "redis>=8,<9"\n'),
        ("environment.yml", "dependencies:\n  - pip:\n      - redis>=8,<9\n"),
        ("environment.yml", "dependencies:\n  - redis-py >=8,<9  # cache\n"),
        ("requirements-dev.txt", "# comment\nredis>=8,<9  # cache\n"),
        ("requirements.txt", "redis>=8,<9 \\\n    --hash=sha256:00\n"),
        ("Pipfile", "[packages]\nredis = '>=8,<9'"),
        ("Pipfile", "[dev-packages]\nredis = {version = '>=8,<9'}"),
    ],
)
def test_manifests(path: str, text: str) -> None:
    assert versions(path, text) == VersionRange((8,), (9,))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", "[[package]]\nname = 'redis'\nversion = '8.0.1'\n"),
        ("services/api/poetry.lock", "[[package]]\nname = 'redis'\nversion = '8.0.1'\n"),
        ("pdm.lock", "[[package]]\nname = 'redis'\nversion = '8.0.1'\n"),
        ("pylock.toml", "[[packages]]\nname = 'redis'\nversion = '8.0.1'\n"),
        ("Pipfile.lock", '{"default": {"redis": {"version": "==8.0.1"}}}'),
    ],
)
def test_lock_files(path: str, text: str) -> None:
    assert is_manifest(path)
    (mention,) = read_dependencies(path, text.encode()).mentions
    assert (mention.project, mention.locked) == ("redis", True)
    assert mention.versions == VersionRange((8, 0, 1), (8, 0, 2), exact=True)


@pytest.mark.parametrize(
    ("path", "text", "low"),
    [
        ("pyproject.toml", "[project]\nrequires-python = '>=3.13'", (3, 13)),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.13'", (3, 13)),
        ("setup.cfg", "[options]\npython_requires = >=3.13", (3, 13)),
        ("setup.py", "setup(python_requires='>=3.13')", (3, 13)),
        ("Pipfile", "[requires]\npython_version = '3.13'", (3, 13)),
        ("Pipfile", "[requires]\npython_full_version = '3.13.1'", (3, 13, 1)),
        ("uv.lock", "requires-python = '>=3.13'", (3, 13)),
        ("poetry.lock", "[metadata]\npython-versions = '^3.13'", (3, 13)),
        (".python-version", "3.13.1\n", (3, 13)),
        (".python-version", "cpython-3.13\n3.14\n", (3, 13)),
        ("environment.yml", "dependencies:\n- python=3.13\n", (3, 13)),
    ],
)
def test_the_python_that_is_required(path: str, text: str, low: tuple[int, ...]) -> None:
    found = versions(path, text, "python")
    assert found is not None
    assert found.low == low


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("pyproject.toml", b"[project"),
        ("pyproject.toml", b"project = 1\ntool = []"),
        ("pyproject.toml", b"[project]\ndependencies = 'redis'\noptional-dependencies = [1]"),
        ("pyproject.toml", b"a = " + b"[" * 5000),
        ("pyproject.toml", b"a." * 500_000 + b"a = 1"),
        ("Pipfile.lock", b"[" * 100_000),
        ("Pipfile.lock", b'{"default": []}'),
        ("uv.lock", b"package = 1"),
        ("uv.lock", b"package = [1, {name = 2, version = 3}]"),
        ("setup.cfg", b"no section"),
        ("setup.cfg", b"[options]\ninstall_requires = %(x)s"),
        ("setup.py", b"setup(install_requires="),
        ("setup.py", b"x = " + b"(" * 5000),
        ("requirements.txt", b"\xff\xfe\x00-r\n-c\n==\n-r ../../secret.txt\n-r /etc/passwd"),
    ],
)
def test_what_cannot_be_read_says_nothing(path: str, data: bytes) -> None:
    assert read_dependencies(path, data).includes == ()
    assert versions_of("redis", read_dependencies(path, data).mentions) is None


@pytest.mark.parametrize(
    "line",
    [
        "redis @ https://files.example.com/redis-8.0.1-py3-none-any.whl#sha256=00",
        "redis[hiredis] @ https://files.example.com/redis-8.0.1.tar.gz ; python_version > '3'",
        "redis @ git+https://git.example.com/redis-py.git@v8.0.1",
    ],
)
def test_a_direct_reference_names_its_version(line: str) -> None:
    assert versions("requirements.txt", line) == VersionRange((8, 0, 1), (8, 0, 2), exact=True)


def test_a_direct_reference_to_a_branch_says_nothing_of_versions() -> None:
    assert versions("requirements.txt", "redis @ git+https://10.2.3.4/redis-py.git@main") == ANY_VERSION


def test_requirements_of_powershell() -> None:
    found = read_dependencies("requirements.txt", "redis==8.0.1\r\n".encode("utf-16"))
    assert versions_of("redis", found.mentions) == VersionRange((8, 0, 1), (8, 0, 2), exact=True)


SCRIPT = "#!/usr/bin/env python\n# /// script\n{}# ///\nimport redis\n"


def test_what_a_script_says_of_itself() -> None:
    said = '# requires-python = ">=3.13"\n# dependencies = [\n#   "redis>=8,<9",\n# ]\n'
    mentions = script_dependencies(SCRIPT.format(said).encode())
    assert versions_of("redis", mentions) == VersionRange((8,), (9,))
    assert versions_of("python", mentions) == VersionRange((3, 13))


@pytest.mark.parametrize(
    "said", ["# dependencies = [\n", "# dependencies = 1\n", "x = 1\n", "# a = " + "[" * 5000 + "\n"]
)
def test_a_script_whose_block_cannot_be_read(said: str) -> None:
    assert script_dependencies(SCRIPT.format(said).encode()) == ()
    assert script_dependencies(b"# /// script\n# dependencies = ['redis']\n") == ()


def test_requirements_include_others_of_the_tree() -> None:
    found = read_dependencies(
        "api/requirements/prod.txt", b"-r base.txt\n-c ../constraints.txt\n-r../all.txt\n"
    )
    assert found.includes == (
        ("api/requirements/base.txt", False),
        ("api/constraints.txt", True),
        ("api/all.txt", False),
    )


def test_the_folder_that_a_manifest_speaks_for() -> None:
    assert manifest_folder("api/requirements/prod.txt") == "api"
    assert manifest_folder("api/requirements.txt") == "api"
    assert manifest_folder("requirements/pyproject.toml") == "requirements"
    assert not is_manifest("api/requirements.md")
