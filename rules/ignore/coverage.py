"""ignore/coverage: git would track the reports of a coverage run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from lintkit.api import Finding, Project, RuleContext, bad, define, good
from lintkit.api.facts import IgnoreRules
from lintkit.api.ignore import NOT_OURS, Probe, git_ignores, unignored
from lintkit.api.python import COVERAGE_IGNORES_ITSELF

RULE = define(
    summary="git would track coverage reports",
    why="""
A run of the tests writes `.coverage` into the folder, a database that changes each time and conflicts in every merge
once it is committed. The pages of `htmlcov/` ignore themselves since coverage 6.1; before, they are hundreds of files
that show the source to whoever gets them.
""",
    remedy="Add `.coverage` and `.coverage.*` to `.gitignore`, and `htmlcov/` for coverage before 6.1.",
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
                ".gitignore": "__pycache__/\n.coverage\n.coverage.*\n",
                ".coveragerc": "[run]\n",
                "tests/test_a.py": "",
            },
        ),
        good(
            {
                ".gitignore": ".coverage\n__pycache__/\nhtmlcov\n",
                "codecov.yml": "a: 1\n",
                "test_a.py": "",
            },
            note="what tests write that run in parallel is put together and removed when they end",
        ),
        bad(
            {
                ".gitignore": ".coverage*\n__pycache__/  # <-- here\n",
                ".coveragerc": "[run]\n",
                "requirements.txt": "coverage==5.5\n",
                "tests/test_a.py": "",
            },
            note="pages of a version that does not ignore them",
        ),
        good(
            {
                ".gitignore": ".coverage*\n__pycache__/\n",
                ".coveragerc": "[run]\n",
                "requirements.txt": "coverage>=7\n",
                "tests/test_a.py": "",
            },
            note="the folder of the pages has an ignore file of its own",
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
_IN_PARALLEL = ".coverage.*"
"""`coverage combine` and pytest-cov remove such files, so that one is only left behind by a run that was killed."""
_DATA = ((".coverage", ".coverage"), (".coverage.host.1.x", _IN_PARALLEL))
_PAGES = (("htmlcov/index.html", "htmlcov/"),)
_SET_ASIDE = ("", "ci/", ".github/", ".ci/")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Ask all ignore files about the reports, where something shows that coverage is measured."""
    ignores = git_ignores(project.facts(IgnoreRules))
    for each in unignored(ignores, _probes(project, _DATA), _SPEAKS):
        if all(probe.pattern == _IN_PARALLEL for probe in each.probes):
            continue
        yield rule.finding(each.span, each.message(), subject=each.subject, fix=each.fix)
    for each in unignored(ignores, _probes(project, _PAGES), _SPEAKS):
        subject = f"{each.subject} htmlcov"
        yield rule.finding(
            each.span, each.message(), subject=subject, fix=each.fix, fixed_in=COVERAGE_IGNORES_ITSELF
        )


def _probes(project: Project, reports: Sequence[tuple[str, str]]) -> Iterator[Probe]:
    if not any(_TEST.search(path) for path in project.paths):
        return
    for path in sorted(project.paths):
        folder, name = posixpath.split(path)
        if name not in _CONFIGURED or NOT_OURS.search(path):
            continue
        # A service's file lies at the root or in a folder of its own; `.coveragerc` lies where the tests are run.
        folder = folder if name == ".coveragerc" and folder + "/" not in _SET_ASIDE else ""
        for report, pattern in reports:
            yield Probe(posixpath.join(folder, report), pattern, path)
