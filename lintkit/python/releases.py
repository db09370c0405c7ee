"""Releases of libraries that end, or begin, what a rule reports: the one table of such facts, each with its source.

A finding names the release that it ends with (`fixed_in`); what the manifests and lock files of the checked project
say of the version decides when the findings of all files are settled.
"""

from __future__ import annotations

from lintkit.model import Release

REDIS_TIMEOUTS = Release(
    "redis",
    (8, 0),
    "redis-py 8.0.0, redis/_defaults.py: DEFAULT_SOCKET_TIMEOUT and DEFAULT_SOCKET_CONNECT_TIMEOUT are 5 seconds, for "
    "clients, clusters and connections of sync and asyncio",
)
"""The client of Redis has a time limit by default."""

SQLALCHEMY_POSTGRESQL = Release(
    "sqlalchemy",
    (2, 1),
    "https://docs.sqlalchemy.org/en/21/changelog/migration_21.html: `postgresql://` means psycopg 3, which is sync and "
    "async; before it was psycopg2",
)
"""SQLAlchemy takes psycopg 3 for `postgresql://`."""

SQLALCHEMY_ORACLE = Release(
    "sqlalchemy",
    (2, 1),
    "https://docs.sqlalchemy.org/en/21/changelog/migration_21.html: `oracle://` means oracledb, which is sync and "
    "async; before it was cx_oracle",
)
"""SQLAlchemy takes python-oracledb for `oracle://`."""

PSYCOPG_CONNECT_TIMEOUT = Release(
    "psycopg",
    (3, 1, 13),
    "psycopg 3.1.13, psycopg/connection.py: _DEFAULT_CONNECT_TIMEOUT is 130 seconds; before there was none",
    presumed=True,
)
PYTHON_WINDOWS_10 = Release(
    "python",
    (3, 13),
    "https://docs.python.org/3.13/using/windows.html and PEP 11: Python 3.13 needs Windows 10; "
    "https://docs.python.org/3/library/socket.html: TCP_KEEPCNT and TCP_KEEPINTVL are there where Windows has them",
)
"""Python runs on Windows 10 and later only."""

COVERAGE_IGNORES_ITSELF = Release(
    "coverage",
    (6, 1),
    "coverage 6.1, coverage/html.py: the folder of the HTML report gets a `.gitignore` of its own",
    presumed=True,
)
"""coverage writes an ignore file into the folder of its report."""

PYTEST_IGNORES_ITSELF = Release(
    "pytest",
    (3, 8, 1),
    "pytest 3.8.1, _pytest/cacheprovider.py: `.pytest_cache` gets a `.gitignore` of its own",
    presumed=True,
)
"""pytest writes an ignore file into its cache."""

VENV_IGNORES_ITSELF = Release(
    "python",
    (3, 13),
    "https://docs.python.org/3.13/library/venv.html, scm_ignore_files: an environment gets a `.gitignore` of its own; "
    "so do those of virtualenv from 20.0.21 on (virtualenv/create/creator.py), of uv and of Poetry",
    presumed=True,
)
"""virtualenv and venv write an ignore file into the environment."""
