"""repo/env-file-committed: an environment file with credentials under version control."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from lintkit.api import NOT_A_SERVICE, Confidence, Finding, Project, RuleContext, Severity, bad, define, good
from lintkit.graph.env_files import is_example
from lintkit.graph.facts import VariableProvided

RULE = define(
    summary="an environment file with values is tracked by git",
    why="""
Everybody who can read the repository, its forks, its CI logs and its backups has these credentials, and deleting the
file does not take them out of the history. An ignore rule changes nothing for a file that is tracked already, so the
next real password is committed by accident.
""",
    remedy="""
`git rm --cached` the file, ignore it, commit a `.env.example` without values instead, and replace every credential
that it held.
""",
    severity="error",
    scope="project",
    kinds=("dotenv",),
    tags=("security", "secret", "CWE-538", "CWE-798"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/fixtures/**", "**/testdata/**"),
    examples=(
        bad({".env": "APP_NAME=shop\nDB_PASSWORD=k3Vw9-not-a-live-one  # <-- here\n"}),
        bad(
            {"backend/.env": "DATABASE_URL=postgresql://shop:k3Vw9notlive@db/shop  # <-- here\n"},
            note="a password inside a URL",
        ),
        bad(
            {".env.production": "LOG_LEVEL=info  # <-- here\nDB_HOST=db.internal\n"},
            note="no credential yet: a warning",
        ),
        bad({"deploy/prod.env": "SECRET_KEY=k3Vw9-not-a-live-one  # <-- here\n"}),
        good({".env.example": "DB_PASSWORD=k3Vw9-not-a-live-one\n"}, note="an example"),
        good({".env": "# DB_PASSWORD=\nDB_PASSWORD=\nDB_HOST\n"}, note="no values"),
        good({".env.test": "DB_HOST=localhost\nDEBUG=1\n"}, note="tests, without a credential"),
        good({"versions.env": "NGINX=1.27\n"}, note="a list of settings, without a credential"),
        good({".env": "SKIP_PREFLIGHT_CHECK=true\nPORT=3000\nVITE_TITLE=Shop\n"}, note="a front end's build"),
        good({".env": "COMPOSE_PROJECT_NAME=shop\nPOSTGRES_VERSION=17\n"}, note="settings of compose itself"),
        good(
            {".env": 'DOTENV_PUBLIC_KEY="02a1"\nDB_PASSWORD="encrypted:BEx9Qw3Kp7"\n'},
            note="encrypted with dotenvx",
        ),
    ),
)

_WORDS = re.compile(r"[A-Za-z0-9]+")
_HARMLESS_FILES = frozenset(
    ("test", "tests", "testing", "ci", "e2e", "dev", "development", "devel", "storybook", "docker", "compose")
)
_BUILD_PREFIXES = (
    "REACT_APP_",
    "VITE_",
    "NEXT_PUBLIC_",
    "NUXT_PUBLIC_",
    "VUE_APP_",
    "GATSBY_",
    "EXPO_PUBLIC_",
    "PUBLIC_",
    "COMPOSE_",
)
_BUILD_NAMES = frozenset(
    """SKIP_PREFLIGHT_CHECK PORT HOST BROWSER GENERATE_SOURCEMAP FAST_REFRESH NODE_ENV NODE_OPTIONS INLINE_RUNTIME_CHUNK
    ESLINT_NO_DEV_ERRORS DISABLE_ESLINT_PLUGIN PYTHONPATH PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE TZ LANG LC_ALL
    DOCKER_BUILDKIT""".split()  # noqa: SIM905
)
_BUILD_SUFFIXES = ("_VERSION", "_TAG", "_IMAGE", "_IMAGE_NAME", "_IMAGE_TAG", "_PORT")
_ENCRYPTED = frozenset({"DOTENV_PUBLIC_KEY", "sops_version", "sops_mac"})


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each tracked environment file once, at its first credential, else at its first value."""
    files: dict[str, list[VariableProvided]] = defaultdict(list)
    for fact in project.facts(VariableProvided):
        if fact.source == "dotenv" and fact.path in project.tracked:
            files[fact.path].append(fact)
    for path, entries in sorted(files.items()):
        yield from _file(path, entries, rule)


def _file(path: str, entries: Sequence[VariableProvided], rule: RuleContext) -> Iterator[Finding]:
    name = path.rpartition("/")[2]
    words = {word.lower() for word in _WORDS.findall(name)}
    if is_example(path) or any(entry.name.startswith(tuple(_ENCRYPTED)) for entry in entries):
        return
    valued = [entry for entry in entries if entry.value.kind != "none" and not entry.value.is_empty]
    secrets = [entry for entry in valued if entry.value.is_secret]
    plain = not name.startswith(".env") or bool(words & _HARMLESS_FILES)
    if not secrets and (plain or all(_is_build_setting(entry.name) for entry in valued)):
        return
    first = (secrets or valued)[0]
    severity, confidence = _weight(secrets)
    count = len(secrets)
    holds = (
        (
            "1 value that looks like a credential"
            if count == 1
            else f"{count} values that look like credentials"
        )
        if count
        else f"{len(valued)} value{'s' * (len(valued) != 1)}, none of them a credential yet"
    )
    yield rule.finding(
        first.key_span or first.span,
        f"`{name}` is tracked by git and holds {holds}",
        subject=path,
        severity=severity,
        confidence=confidence,
    )


def _weight(secrets: Sequence[VariableProvided]) -> tuple[Severity, Confidence]:
    """Real credentials are an error; placeholders and plain settings a warning about the habit."""
    if any(entry.value.reason != "is a placeholder" for entry in secrets):
        return "error", "high"
    return ("warning", "high") if secrets else ("warning", "medium")


def _is_build_setting(name: str) -> bool:
    return name in _BUILD_NAMES or name.startswith(_BUILD_PREFIXES) or name.endswith(_BUILD_SUFFIXES)
