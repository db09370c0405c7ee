"""ignore/coverage: git would track the reports of a coverage run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, bad, define, good
from lintkit.graph.facts import IgnoreRules
from lintkit.graph.ignore_files import git_ignores
from lintkit.graph.untracked import NOT_OURS, Probe, unignored

RULE = define(
    summary="git would track coverage reports",
    why="""
A run of the tests writes `.coverage` and `htmlcov/` into the folder: a database and hundreds of pages that change
each time. Once committed they conflict in every merge, and the pages show the source to whoever gets them.
""",
    remedy="Add `.coverage`, `.coverage.*` and `htmlcov/` to `.gitignore`.",
    severity="warning",
    scope="project",
    kinds=("gitignore",),
    tags=("git", "pytest"),
    packs=("recommended",),
    fixable=True,
    examples=(
        bad(
            {".gitignore": "__pycache__/  # <-- here\n", ".coveragerc": "[run]\n", "tests/test_a.py": ""},
            fixed={
                ".gitignore": "__pycache__/\n.coverage\n.coverage.*\nhtmlcov/\n",
                ".coveragerc": "[run]\n",
                "tests/test_a.py": "",
            },
        ),
        bad(
            {
                ".gitignore": ".coverage\n__pycache__/  # <-- here\nhtmlcov\n",
                "codecov.yml": "a: 1\n",
                "test_a.py": "",
            },
            note="what is written when tests run in parallel",
        ),
        good(
            {".gitignore": ".coverage*\n/htmlcov\n", ".coveragerc": "[run]\n", "tests/test_a.py": ""},
            note="other patterns that do it",
        ),
        good({".gitignore": "__pycache__/\n", "tests/test_a.py": ""}, note="nothing measures coverage"),
        good(
            {".gitignore": "dist/\n", "codecov.yml": "a: 1\n", "a_test.go": ""},
            note="tests in another language",
        ),
    ),
)

_SPEAKS = re.compile(r"pytest|__pycache__|\.py|venv")
_CONFIGURED = frozenset(
    {".coveragerc", "codecov.yml", ".codecov.yml", "codecov.yaml", ".codecov.yaml", ".coveralls.yml"}
)
_TEST = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$")
_REPORTS = (
    (".coverage", ".coverage"),
    (".coverage.host.1.x", ".coverage.*"),
    ("htmlcov/index.html", "htmlcov/"),
)
_SET_ASIDE = ("", "ci/", ".github/", ".ci/")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Ask all ignore files about the reports, where something shows that coverage is measured."""
    ignores = git_ignores(project.facts(IgnoreRules))
    for each in unignored(ignores, _probes(project), _SPEAKS):
        yield rule.finding(each.span, each.message(), subject=each.subject, fix=each.fix)


def _probes(project: Project) -> Iterator[Probe]:
    if not any(_TEST.search(path) for path in project.paths):
        return
    for path in sorted(project.paths):
        folder, name = posixpath.split(path)
        if name not in _CONFIGURED or NOT_OURS.search(path):
            continue
        # A service's file lies at the root or in a folder of its own; `.coveragerc` lies where the tests are run.
        folder = folder if name == ".coveragerc" and folder + "/" not in _SET_ASIDE else ""
        for report, pattern in _REPORTS:
            yield Probe(posixpath.join(folder, report), pattern, path)
