"""ignore/pytest-cache: git would track what pytest leaves behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lintkit.api import Finding, Project, Release, RuleContext, Span, bad, define, good
from lintkit.api.facts import IgnoreRules, ModuleImport
from lintkit.api.ignore import GitIgnores, appended, git_ignores, place_in
from lintkit.api.python import PYTEST_IGNORES_ITSELF

RULE = define(
    summary="git would track pytest's caches",
    why="""
pytest first builds `.pytest_cache` under a temporary name (`pytest-cache-files-…`). When that step is interrupted or
forbidden, as on Windows, in a container or on a network share, the temporary folders stay, and nothing ignores them:
`git add .` commits them, and unreadable ones make `git status` and Docker builds fail. The finished folder ignores
itself since pytest 3.8.1. On most machines the step never fails, so the rule is for those who know such folders;
`repo/cache-committed` tells everybody of the ones that git already tracks.
""",
    remedy="Add `pytest-cache-*/` to `.gitignore`, and `.pytest_cache/` for pytest before 3.8.1.",
    severity="note",
    scope="project",
    kinds=("gitignore",),
    tags=("git", "pytest"),
    packs=("strict",),
    fixable=True,
    examples=(
        bad(
            {
                ".gitignore": "__pycache__/\n.pytest_cache/  # <-- here\n*.log\n",
                "tests/test_a.py": "def test_a():\n    pass\n",
            },
            fixed={
                ".gitignore": "__pycache__/\n.pytest_cache/\n*.log\npytest-cache-*/\n",
                "tests/test_a.py": "def test_a():\n    pass\n",
            },
            note="the finished cache is ignored, the folders it is built in are not",
        ),
        bad(
            {".gitignore": "dist/\n__pycache__/  # <-- here", "conftest.py": ""},
            fixed={".gitignore": "dist/\n__pycache__/\npytest-cache-*/\n", "conftest.py": ""},
            note="a last line without its newline gets one",
        ),
        bad(
            {
                ".gitignore": "/.pytest_cache/  # <-- here\n/pytest-cache-*/\n",
                "backend/pytest.ini": "",
                "backend/test_a.py": "import pytest\n",
            },
            note="pytest's root folder is not the repository's",
        ),
        bad(
            {
                ".gitignore": "__pycache__/\npytest-cache-*/  # <-- here\n",
                "requirements-dev.txt": "pytest==3.8.0\n",
                "test_a.py": "import pytest\n",
            },
            fixed={
                ".gitignore": "__pycache__/\npytest-cache-*/\n.pytest_cache/\n",
                "requirements-dev.txt": "pytest==3.8.0\n",
                "test_a.py": "import pytest\n",
            },
            note="a version whose folder does not ignore itself",
        ),
        bad({"pytest.ini": "[pytest]  # <-- here\n"}, note="no ignore file at all"),
        good({".gitignore": ".pytest_cache/\npytest-cache-*/\n", "tests/test_a.py": ""}),
        good(
            {".gitignore": "pytest-cache-*/\n", "tests/test_a.py": ""},
            note="the finished folder ignores itself",
        ),
        good({".gitignore": "*cache*\n", "tests/test_a.py": ""}, note="another pattern that does it"),
        good(
            {"backend/.gitignore": "*cache*/\n", "backend/setup.cfg": "", "backend/tests/test_a.py": ""},
            note="an ignore file in the folder where pytest runs",
        ),
        good({".gitignore": "dist/\n", "app.py": "print(1)\n"}, note="no tests"),
        bad(
            {
                ".gitignore": "node_modules/\n",
                "backend/.gitignore": "__pycache__/  # <-- here\n",
                "backend/pyproject.toml": "",
                "backend/tests/test_a.py": "",
            },
            fixed={
                ".gitignore": "node_modules/\n",
                "backend/.gitignore": "__pycache__/\npytest-cache-*/\n",
                "backend/pyproject.toml": "",
                "backend/tests/test_a.py": "",
            },
            note="the nearest ignore file that speaks of Python",
        ),
        good(
            {
                ".gitignore": "dist/\n",
                "manage.py": "import django\n",
                "app/test_a.py": "from django.test import TestCase\n",
            },
            note="tests that another runner runs",
        ),
    ),
)

_UNFINISHED: Mapping[str, str] = {
    "pytest-cache-files-x1y2/README.md": "pytest-cache-*/",
    "pytest-cache-x/y": "pytest-cache-*/",
}
"""Paths that pytest leaves in its root folder, and the line that ignores each."""
_FINISHED: Mapping[str, str] = {".pytest_cache/v/cache/lastfailed": ".pytest_cache/"}
"""The same of a folder that gets an ignore file of its own, once it is finished."""

_TEST_FILE = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test)\.py")
_OWN_CONFIG = frozenset({"pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "conftest.py"})
_ROOT_FILES = frozenset(
    {"pytest.ini", ".pytest.ini", "pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg", "setup.py"}
)
_OTHER_RUNNERS = ("unittest", "django.test", "rest_framework.test")
_NOT_OURS = re.compile(
    r"(?:^|/)(?:node_modules|site-packages|vendor|third_party|fixtures|testdata|examples?|docs?|samples?)/"
)
_CACHE = re.compile("pytest")
_SPEAKS_OF_PYTHON = re.compile(r"pytest|__pycache__|\.py|\.?venv|egg-info|mypy_cache|ruff_cache")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Ask all ignore files about each folder that pytest may take as its root; one finding per ignore file."""
    evidence = _evidence(project)
    if not evidence:
        return
    ignores = git_ignores(project.facts(IgnoreRules))
    folders = sorted(_root_folders(project, evidence))
    yield from _unignored(ignores, folders, _UNFINISHED, evidence[0], None, rule)
    yield from _unignored(ignores, folders, _FINISHED, evidence[0], PYTEST_IGNORES_ITSELF, rule)


def _unignored(
    ignores: GitIgnores,
    folders: Iterable[str],
    left: Mapping[str, str],
    evidence: str,
    until: Release | None,
    rule: RuleContext,
) -> Iterator[Finding]:
    """A finding for each ignore file that should say more; true of versions before the release `until`."""
    open_probes: dict[str, dict[str, str]] = {}
    for folder in folders:
        for probe, pattern in left.items():
            below = f"{folder}/" if folder else ""
            if not ignores.ignores(below + probe):
                fact = ignores.responsible(folder, _SPEAKS_OF_PYTHON)
                open_probes.setdefault("" if fact is None else fact.path, {})[below + pattern] = pattern
    by_path = {fact.path: fact for fact in ignores.files.values()}
    for owner, probes in open_probes.items():
        names = [f"`{caches}`" for caches in probes]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        message = f"git would track what pytest leaves in {shown}"
        subject = f"{owner or '.gitignore'}{' .pytest_cache' if until is not None else ''}"
        if not owner:
            yield rule.finding(
                Span(evidence, 0, 0), f"{message}: there is no .gitignore", subject=subject, fixed_in=until
            )
        else:
            fix = appended(by_path[owner], probes.values(), safe=True)
            place = place_in(by_path[owner], _CACHE)
            yield rule.finding(place, message, subject=subject, fix=fix, fixed_in=until)


def _evidence(project: Project) -> list[str]:
    """The files that show that pytest runs here, its configuration first.

    Without any sign of pytest itself, tests that `unittest` or Django runs speak for those.
    """
    tests, configured, imports, claimed = [], [], set(), set()
    for path in sorted(project.paths):
        if _NOT_OURS.search(path):
            continue
        if path.rpartition("/")[2] in _OWN_CONFIG:
            configured.append(path)
        elif _TEST_FILE.fullmatch(path):
            tests.append(path)
    for each in project.facts(ModuleImport):
        if each.module == "pytest" or each.module.startswith("pytest."):
            imports.add(each.path)
        elif each.module in _OTHER_RUNNERS or each.module.startswith("unittest."):
            claimed.add(each.path)
    if configured or imports.intersection(project.paths) or not claimed.intersection(tests):
        return configured + tests
    return []


def _root_folders(project: Project, evidence: list[str]) -> set[str]:
    """The folders that pytest takes as its root: the nearest ones above the tests with a configuration file."""
    configured = {path.rpartition("/")[0] for path in project.paths if path.rpartition("/")[2] in _ROOT_FILES}
    folders = set()
    for path in evidence:
        folder = path.rpartition("/")[0]
        while folder and folder not in configured:
            folder = folder.rpartition("/")[0]
        folders.add(folder)
    return folders
