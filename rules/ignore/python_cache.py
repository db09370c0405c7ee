"""ignore/python-cache: git would track the bytecode that Python writes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, bad, define, good
from lintkit.api.facts import IgnoreRules, ModuleImport
from lintkit.api.ignore import NOT_OURS, Probe, git_ignores, unignored

RULE = define(
    summary="git would track Python's bytecode",
    why="""
Python writes a `__pycache__` folder beside each module that is imported. Once committed, every run changes files that
git watches, merges conflict in binaries, and stale bytecode hides what the source says.
""",
    remedy="Add `__pycache__/` to `.gitignore`.",
    severity="warning",
    scope="project",
    kinds=("gitignore",),
    tags=("git", "python"),
    packs=("recommended",),
    fixable=True,
    examples=(
        bad(
            {".gitignore": "*.log\nbuild/  # <-- here\n", "shop/__init__.py": ""},
            fixed={".gitignore": "*.log\nbuild/\n__pycache__/\n", "shop/__init__.py": ""},
        ),
        bad(
            {
                ".gitignore": "*.log  # <-- here\n",
                "tools/run.py": "import report\n",
                "tools/report.py": "",
            },
            note="a module that another one imports",
        ),
        good(
            {
                ".gitignore": "*.log\n",
                "scripts/make-report.py": "import json\n",
                ".github/scripts/release.py": "import requests\n",
            },
            note="scripts that nothing imports, of which Python keeps no bytecode",
        ),
        bad(
            {".gitignore": "/__pycache__/  # <-- here\n", "main.py": "", "shop/main.py": ""},
            note="a pattern that speaks of the root folder only",
        ),
        bad(
            {"app.py": "print(1)  # <-- here\n", "requirements.txt": "flask\n"},
            note="a project with no ignore file at all",
        ),
        good({".gitignore": "__pycache__/\n", "shop/main.py": ""}),
        good({".gitignore": "*.py[cod]\n", "shop/main.py": ""}, note="another pattern that does it"),
        good(
            {".gitignore": "dist/\n", "api/.gitignore": "__pycache__\n", "api/main.py": ""},
            note="an ignore file in the folder itself",
        ),
        good(
            {"rename.py": "print(1)\n"},
            note="a script, in a folder of which nothing says that it is a project",
        ),
        good({".gitignore": "dist/\n", "main.go": "", "docs/conf.py": ""}, note="no code in Python"),
    ),
)

_SPEAKS = re.compile(r"\.py|venv|pytest|egg-info|mypy_cache|ruff_cache")
_PROJECT = frozenset(
    {".gitignore", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "manage.py"}
)
_MOST = 200
"""How many folders are asked about; the others lie in them or beside them."""


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Ask all ignore files about the bytecode of one module in each folder with code."""
    ignores = git_ignores(project.facts(IgnoreRules))
    for each in unignored(ignores, _probes(project), _SPEAKS):
        yield rule.finding(each.span, each.message(), subject=each.subject, fix=each.fix)


_STARTED_BY_NAME = frozenset({"__init__", "app", "main", "asgi", "wsgi", "settings", "conftest"})
"""Servers and pytest import these, where no `import` says so."""


def _probes(project: Project) -> Iterator[Probe]:
    if not any(posixpath.basename(path) in _PROJECT for path in project.paths):
        return
    imported = set(_STARTED_BY_NAME)
    for each in project.facts(ModuleImport):
        imported.update(each.module.split("."), each.names)
    folders: dict[str, str] = {}
    for path in sorted(project.paths):
        if not path.endswith(".py") or NOT_OURS.search(path) or len(folders) >= _MOST:
            continue
        # Python keeps the bytecode of what is imported, and none of a script that is run.
        if posixpath.basename(path).removesuffix(".py") in imported:
            folders.setdefault(posixpath.dirname(path), path)
    for folder, path in folders.items():
        name = posixpath.splitext(posixpath.basename(path))[0]
        yield Probe(posixpath.join(folder, f"__pycache__/{name}.cpython-312.pyc"), "__pycache__/", path)
