"""ignore/virtualenv: git would track a virtual environment."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, bad, define, good
from lintkit.api.facts import IgnoreRules
from lintkit.api.ignore import NOT_OURS, Probe, git_ignores, unignored
from lintkit.api.python import VENV_IGNORES_ITSELF

RULE = define(
    summary="git would track a virtual environment",
    why="""
`python -m venv .venv` puts thousands of files of other people into the folder, with programs for one system and paths
of one machine in them. One `git add .` commits them all, and they stay in the history. Environments of Python 3.13 and
later ignore themselves, as those of uv, Poetry and virtualenv do: this is about projects that keep to an older one.
""",
    remedy="Add `.venv/` and `venv/` to `.gitignore`.",
    severity="warning",
    scope="project",
    kinds=("gitignore",),
    tags=("git", "python"),
    packs=("recommended",),
    fixable=True,
    examples=(
        bad(
            {
                ".gitignore": "__pycache__/  # <-- here\n*.log\n",
                "requirements.txt": "",
                "pyproject.toml": "[project]\nname = 'shop'\nrequires-python = '>=3.9,<3.13'\n",
                "app.py": "",
            },
            fixed={
                ".gitignore": "__pycache__/\n*.log\n.venv/\nvenv/\n",
                "requirements.txt": "",
                "pyproject.toml": "[project]\nname = 'shop'\nrequires-python = '>=3.9,<3.13'\n",
                "app.py": "",
            },
        ),
        bad(
            {
                ".gitignore": "/.venv/\n__pycache__/  # <-- here\n",
                "pyproject.toml": "[project]\nname = 'shop'\nrequires-python = '~=3.11.0'\n",
                "api/pyproject.toml": "",
                "api/app.py": "",
            },
            note="a pattern that speaks of the root folder only",
        ),
        good(
            {".gitignore": "dist/\n", "requirements.txt": "", "app.py": ""},
            note="nothing holds back a newer Python",
        ),
        good(
            {".gitignore": "venv/\n", "requirements.txt": "", "app.py": ""}, note="the name that is used here"
        ),
        good(
            {".gitignore": ".*/\n", "pyproject.toml": "", "app.py": ""}, note="another pattern that does it"
        ),
        good({".gitignore": "dist/\n", "package.json": "{}\n"}, note="no project in Python"),
        good({".gitignore": "__pycache__/\n", "requirements.txt": ""}, note="no code beside it"),
        good(
            {
                ".gitignore": "dist/\n",
                "shop/config/setup.py": "",
                "shop/config/__init__.py": "",
                ".github/scripts/requirements.txt": "",
                ".github/scripts/release.py": "",
            },
            note="a module called setup, and what only a workflow installs",
        ),
        good(
            {".gitignore": "dist/\n", "pyproject.toml": "", "uv.lock": "", "app.py": ""},
            note="a tool whose environments ignore themselves",
        ),
    ),
)

_SPEAKS = re.compile(r"\.py|__pycache__|pytest|egg-info|mypy_cache|ruff_cache")
_PROJECT = frozenset({"requirements.txt", "pyproject.toml", "Pipfile", "setup.py"})
_ELSEWHERE = ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock")
"""Of tools that make the environment elsewhere, or with an ignore file of its own inside."""
_USUAL = (".venv", "venv", "env", ".env", "ENV", "virtualenv")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Ask all ignore files about a virtual environment beside each list of requirements."""
    ignores = git_ignores(project.facts(IgnoreRules))
    for each in unignored(ignores, _probes(project), _SPEAKS):
        yield rule.finding(
            each.span, each.message(), subject=each.subject, fix=each.fix, fixed_in=VENV_IGNORES_ITSELF
        )


def _probes(project: Project) -> Iterator[Probe]:
    ignores = git_ignores(project.facts(IgnoreRules))
    code = {path.partition("/")[0] for path in project.paths if path.endswith(".py")}
    for path in sorted(project.paths):
        folder, name = posixpath.split(path)
        if name not in _PROJECT or NOT_OURS.search(path):
            continue
        if name == "setup.py" and posixpath.join(folder, "__init__.py") in project.paths:
            continue  # a module of that name
        if any(posixpath.join(folder, lock) in project.paths for lock in _ELSEWHERE):
            continue
        if not code or (folder and folder.partition("/")[0] not in code):
            continue
        places = {
            each: posixpath.join(folder, each, "lib/python3.12/site-packages/pip/main.py") for each in _USUAL
        }
        # Whoever ignores one name works with that one.
        if not any(ignores.ignores(place) for place in places.values()):
            for each in _USUAL[:2]:
                yield Probe(posixpath.join(folder, each) + "/", f"{each}/", path)
