"""repo/cache-committed: caches, editor settings and databases under version control."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Finding, Project, RuleContext, Span, bad, define, good
from lintkit.api.dotenv import is_for_a_desk

RULE = define(
    summary="git tracks a cache, an editor's state or a database",
    why="""
It changes on every machine and at every run: merges conflict in files that nobody wrote, stale bytecode hides what
the source says, and a database or dump brings the data of real users along.
""",
    remedy="`git rm -r --cached` it, and add it to `.gitignore`.",
    severity="warning",
    scope="project",
    tags=("git", "CWE-538"),
    packs=("recommended",),
    paths_ignore=(*NOT_A_SERVICE, "**/testdata/**", "**/test_data/**", "**/seed/**", "**/seeds/**"),
    examples=(
        bad(
            {
                "app/__pycache__/main.cpython-312.pyc": "  # <-- here\n",
                "app/__pycache__/other.cpython-312.pyc": "\n",
                ".pytest_cache/v/cache/lastfailed": "{}  # <-- here\n",
                "pytest-cache-files-a1b2/README.md": "#  # <-- here\n",
                ".idea/workspace.xml": "<project/>  # <-- here\n",
                "web/node_modules/a/index.js": "1  # <-- here\n",
            },
            note="each folder once",
        ),
        bad(
            {
                "db.sqlite3": "x  # <-- here\n",
                "backup/shop-dump.sql": "INSERT  # <-- here\n",
                "dump.rdb": "x  # <-- here\n",
                "data/2024.sql.gz": "x  # <-- here\n",
            },
            note="databases and what was taken out of them",
        ),
        bad(
            {
                ".venv/lib/python3.12/site-packages/a/__pycache__/a.cpython-312.pyc": "  # <-- here\n",
                ".venv/pyvenv.cfg": "\n",
                "node_modules/a/node_modules/b/index.js": "1  # <-- here\n",
            },
            note="a whole environment, and packages inside packages: the outermost folder",
        ),
        good(
            {".idea/runConfigurations/web.xml": "<a/>\n", ".idea/.gitignore": "workspace.xml\n"},
            note="made to be shared",
        ),
        good(
            {"db/schema.sql": "CREATE TABLE a (b int);\n", "migrations/1_dump.sql": "\n"},
            note="SQL that somebody wrote",
        ),
        good(
            {
                "tests/data/a.sqlite3": "x\n",
                "scripts/dump-users.sql": "COPY (SELECT 1) TO STDOUT;\n",
                "store/seed/01_dump.sql": "x\n",
                "docker/ci/postgres/login.sql.gz": "x\n",
            },
            note="what tests read, and what a new installation begins with",
        ),
        good(
            {"action.yml": "runs: {using: node20, main: index.js}\n", "node_modules/a/index.js": "1\n"},
            note="an action, which GitHub runs as it is",
        ),
    ),
)

_FOLDER = re.compile(
    r"(?P<folder>(?:.*?/)??(?:__pycache__|\.pytest_cache|pytest-cache-[^/]*|\.mypy_cache|\.ruff_cache|\.tox|\.nox|\.idea"
    r"|\.vs|node_modules|\.ipynb_checkpoints|htmlcov|\.npm-cache|\.yarn/cache|\.parcel-cache|\.next|\.nuxt"
    r"|[^/]+(?=/(?:lib|lib64|Lib)/(?:python[\d.]+/)?site-packages/)))/.+"
)
_FILE = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:sqlite3?(?:-journal|-wal)?|sqlite3-\w+|pyc|rdb|hprof|sql\.(?:gz|bz2|xz|zip))|\.coverage"
    r"|[^/]*(?:dump|backup)[^/]*\.(?:sql|dump|bson|tar|tgz|gz|bak)|[^/]+\.(?:pgdump|dmp)|core\.\d+)",
    re.IGNORECASE,
)
_SHARED = re.compile(
    r"\.idea/(?:runConfigurations|codeStyles|inspectionProfiles|dictionaries|scopes|fileTemplates|copyright|icon\.\w+"
    r"|\.gitignore|\.name|externalDependencies\.xml|jsonSchemas\.xml)(?:/|$)"
)
_SCRIPT = re.compile(r"(?:^|/)(?:scripts?|bin|tools|queries)/.*\.sql$", re.IGNORECASE)
"""SQL that makes a dump, among other scripts."""
_MOST = 5
"""Of one kind; the last one tells how many there are besides."""
_ACTION = re.compile(r"(?:^|/)action\.ya?ml$")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each folder once, at its first file, and each file that lies outside of those."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    action = any(_ACTION.search(path) for path in project.tracked)
    for path in sorted(project.tracked):
        found = _FOLDER.fullmatch(path)
        if found is None:
            if _FILE.fullmatch(path) and not is_for_a_desk(path) and not _SCRIPT.search(path):
                yield rule.finding(
                    Span(path, 0, 0), f"git tracks `{path}`, which {_what(path)}", subject=path
                )
            continue
        folder = found["folder"]
        if (
            _SHARED.search(path)
            or (action and "node_modules" in folder)
            or path.endswith("/.yarn/cache/.gitkeep")
        ):
            continue
        folders[folder].append(path)
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for folder in folders:
        if not folder.endswith(".yarn/cache"):  # committed on purpose by those who install without a network
            kinds[folder.rpartition("/")[2]].append(folder)
    for several in kinds.values():
        for index, folder in enumerate(several[:_MOST], 1):
            paths = folders[folder]
            count = f"{len(paths)} file{'s' * (len(paths) != 1)}"
            rest = len(several) - _MOST
            more = f", and {rest} more such folder{'s' * (rest != 1)}" if index == _MOST and rest > 0 else ""
            yield rule.finding(
                Span(paths[0], 0, 0),
                f"git tracks {count} of `{folder}/`{more}",
                subject=folder,
            )


def _what(path: str) -> str:
    low = path.lower()
    if low.endswith((".pyc", ".coverage")):
        return "every run writes anew"
    return (
        "holds data"
        if ".sql" in low or low.endswith((".rdb", ".dump", ".bson"))
        else "is a copy of data or memory"
    )
