"""repo/env-file-committed: an environment file with credentials under version control."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Sequence

from lintkit.api import NOT_A_SERVICE, Finding, Project, RuleContext, bad, define, good
from lintkit.api.compose import compose_projects, developers_environment_files
from lintkit.api.dotenv import is_example, is_for_a_desk, is_public_setting
from lintkit.api.facts import ComposeFile, ComposeService, ContainerDefined, VariableProvided
from lintkit.api.secrets import Reason, is_secret_name, split_words
from lintkit.api.words import environment_of_path

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
        bad(
            {".env": "APP_ENV=prod\nPOSTGRES_PASSWORD=shop123  # <-- here\nREDIS_URL=redis://:changeme@db\n"},
            note="guessable passwords: a warning",
        ),
        good(
            {".env": "APP_ENV=prod\nPOSTGRES_PASSWORD=postgres\nREDIS_URL=redis://:changeme@db\n"},
            note="nothing but what env/placeholder-secret names one by one",
        ),
        good(
            {
                ".env.development": "DB_HOST=localhost\nGITHUB_TOKEN=ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "\n",
                ".env": "SESSION_SECRET=9f8Qz1Lm4Xv7Kp2Rt6Yw3\nDB_PASSWORD=postgres\nADMIN_PASSWORD=blue\n",
            },
            note="what env/secret-value and env/placeholder-secret name one by one, and what is no worse",
        ),
        bad(
            {".env": "SESSION_SECRET=9f8Qz1Lm4Xv7Kp2Rt6Yw3\nDB_PASSWORD=k3Vw9-not-a-live-one  # <-- here\n"},
            note="one that nothing else names",
        ),
        good(
            {
                ".env.dev": "SECRET_KEY=foo\nDATABASE_URL=postgresql://user:blue-whale-7@localhost/shop\n",
                "docker/.env.local": "POSTGRES_PASSWORD=k3Vw9-not-a-live-one\n",
                ".env.test": "GITLAB_TOKEN=123test\n",
            },
            note="the passwords of a developer's own machine",
        ),
        good(
            {
                ".env": "APP_ENV=dev\nAPP_SECRET=\nDATABASE_URL=postgresql://app:!ChangeMe!@127.0.0.1/app\n",
                "symfony.lock": "{}\n",
                "web/.env.production": "VITE_API_KEY=k3Vw9-not-a-live-one\nVITE_API=https://api.example.com\n",
            },
            note="files that Symfony and Vite want to have committed",
        ),
        good(
            {".env.linux": "MODELS_DIR=/var/lib/models\nLOG_LEVEL=info\n"},
            note="settings, and no place for a credential",
        ),
        good(
            {
                ".env": "PORT=5000\nSOLR_PASSWORD=Bleeding-Edge\n",
                "compose.yaml": "services: {web: {build: ./web, env_file: .env, volumes: ['./web:/app']}}\n",
                "web/app.py": "",
            },
            note="what a developer's stack alone reads",
        ),
        bad(
            {
                ".env": "PORT=5000\nSOLR_PASSWORD=Bleeding-Edge  # <-- here\n",
                "compose.yaml": "services: {web: {image: 'shop:1', restart: always, env_file: .env}}\n",
            },
            note="and one that serves",
        ),
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

_BUILD_NAMES = frozenset(
    """SKIP_PREFLIGHT_CHECK PORT HOST BROWSER GENERATE_SOURCEMAP FAST_REFRESH NODE_ENV NODE_OPTIONS INLINE_RUNTIME_CHUNK
    ESLINT_NO_DEV_ERRORS DISABLE_ESLINT_PLUGIN PYTHONPATH PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE TZ LANG LC_ALL
    DOCKER_BUILDKIT""".split()  # noqa: SIM905
)
_BUILD_SUFFIXES = ("_VERSION", "_TAG", "_IMAGE", "_IMAGE_NAME", "_IMAGE_TAG", "_PORT")
_ENCRYPTED = ("DOTENV_PUBLIC_KEY", "sops_version", "sops_mac")


_DATASTORES = frozenset(
    """db database postgres postgresql pg mysql mariadb mongo mongodb redis neo rabbitmq amqp kafka elasticsearch smtp
    mail""".split()  # noqa: SIM905
)
_ADDRESSES = frozenset({"url", "uri", "dsn", "host", "hostname", "endpoint"})
_UNCHOSEN = frozenset({Reason.PLACEHOLDER, Reason.WELL_KNOWN})
_HARMLESS = frozenset({*_UNCHOSEN, Reason.GUESSABLE})


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each tracked environment file once, at its first credential, else at its first value."""
    files: dict[str, list[VariableProvided]] = defaultdict(list)
    for fact in project.facts(VariableProvided):
        if fact.source == "dotenv" and fact.path in project.tracked:
            files[fact.path].append(fact)
    developed: frozenset[str] = frozenset()
    if files:
        projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
        developed = developers_environment_files(projects, project.facts(ContainerDefined))
    for path, entries in sorted(files.items()):
        if not is_example(path) and not any(entry.name.startswith(_ENCRYPTED) for entry in entries):
            wanted = posixpath.join(posixpath.dirname(path), "symfony.lock") in project.paths
            yield from _file(path, entries, wanted, path in developed or is_for_a_desk(path), rule)


def _file(
    path: str, entries: Sequence[VariableProvided], wanted: bool, at_a_desk: bool, rule: RuleContext
) -> Iterator[Finding]:
    """What is wrong with one file.

    wanted     a framework asks for it to be committed, with defaults in it
    at_a_desk  it is for a developer's machine, by its name or by the compose files that read it
    """
    name = posixpath.basename(path)
    valued = [entry for entry in entries if entry.value.kind != "none" and not entry.value.is_empty]
    secrets = [entry for entry in valued if entry.value.is_secret and not _is_for_browsers(entry)]
    live = [entry for entry in secrets if entry.value.reason not in _HARMLESS]
    if at_a_desk:
        secrets = live = [entry for entry in live if _is_issued(entry)]
        valued = []
    elif wanted:
        secrets, valued = live, []
    if not secrets and (not name.startswith(".env") or not _has_a_place_for_one(entries, valued)):
        return
    if not secrets and not rule.strict:
        return  # what it holds may be read, and perhaps always will be
    unnamed = [each for each in secrets if not _is_named(each)]
    if len(unnamed) < len(secrets):
        live = [each for each in live if each in unnamed]
        if not live:
            return  # what is left is no worse than what has its own finding
    first = (live or secrets or valued)[0]
    holds = (
        _counted(len(live), "value that looks like a credential", "values that look like credentials")
        if live
        else _counted(len(secrets), "placeholder or default", "placeholders and defaults")
        + " in the place of credentials"
        if secrets
        else _counted(len(valued), "value", "values") + ", and has places for credentials"
    )
    yield rule.finding(
        first.key_span or first.span,
        f"`{name}` is tracked by git and holds {holds}",
        subject=path,
        severity="error" if live else "warning",
        confidence="high" if secrets else "medium",
    )


def _is_named(entry: VariableProvided) -> bool:
    """Whether env/placeholder-secret or env/secret-value names a secret: they say more of it."""
    if _is_issued(entry):
        return True
    if entry.value.reason in _UNCHOSEN:
        return environment_of_path(entry.path) != "development"
    return entry.value.is_random and not is_public_setting(entry.name) and not is_for_a_desk(entry.path)


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _is_for_browsers(entry: VariableProvided) -> bool:
    reason = entry.value.reason
    issued = reason is not None and reason.is_issued and not reason.is_for_browsers
    return is_public_setting(entry.name) and not issued


def _is_issued(entry: VariableProvided) -> bool:
    return entry.value.reason is not None and entry.value.reason.is_issued


def _has_a_place_for_one(entries: Sequence[VariableProvided], valued: Sequence[VariableProvided]) -> bool:
    """Whether the file sets up a service, and will be given a credential one day: it has a name for one."""
    if all(_is_build_setting(entry.name) for entry in valued):
        return False
    return any(
        is_secret_name(entry.name) or (words[-1:] and words[-1] in _ADDRESSES and _DATASTORES & set(words))
        for entry in entries
        if not is_public_setting(entry.name) and (words := split_words(entry.name))
    )


def _is_build_setting(name: str) -> bool:
    return (
        name in _BUILD_NAMES
        or is_public_setting(name)
        or name.startswith("COMPOSE_")
        or name.endswith(_BUILD_SUFFIXES)
    )
