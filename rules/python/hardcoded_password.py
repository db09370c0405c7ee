"""python/hardcoded-password: a secret that is written into the source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    DOCS,
    EXAMPLES,
    MIGRATIONS,
    TESTS,
    Confidence,
    Finding,
    Match,
    NamedValues,
    PythonFile,
    RuleContext,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.python.branches import scope_name
from lintkit.python.clients import is_client_call
from lintkit.python.defaults import literal_defaults
from lintkit.secrets import Verdict, classify, is_secret_name, is_well_known, known_format, split_words

SECRET_NAMES = NamedValues(
    (
        "pass",
        "pwd",
        "secret",
        "token",
        "cred",
        "apikey",
        "api_key",
        "private_key",
        "privatekey",
        "access_key",
        "accesskey",
        "auth_key",
        "signing_key",
        "encryption_key",
        "master_key",
        "session_key",
        "account_key",
        "service_key",
        "admin_key",
        "shared_key",
        "jwt_key",
        "fernet_key",
        "license_key",
        "storage_key",
        "api-key",
        "subscription_key",
    ),
    literal=True,
)
KNOWN_FORMATS = Strings(
    (
        "akia",
        "asia",
        "ghp_",
        "gho_",
        "ghs_",
        "github_pat_",
        "glpat-",
        "sk-",
        "_live_",
        "xox",
        "aiza",
        "eyj",
        "begin ",
    )
)

RULE = define(
    summary="a secret is written into the source",
    why="""
Whoever can read the repository, an image layer, a traceback or a backup has the password, and it stays in the history
after it is removed. As a default it is worse: production runs on it when the variable is missing, and nobody notices
until somebody else does.
""",
    remedy="Read it from the environment or a secret store and stop at start when it is missing "
    '(`PASSWORD: SecretStr` without a default, `os.environ["PASSWORD"]`). '
    "Replace a real one: it is no secret any more.",
    severity="error",
    kinds=("python",),
    looks_at=(SECRET_NAMES, KNOWN_FORMATS),
    tags=("security", "secrets", "CWE-798", "CWE-259"),
    equivalents=(
        "bandit:B105",
        "bandit:B106",
        "bandit:B107",
        "ruff:S105",
        "ruff:S106",
        "ruff:S107",
        "semgrep:hardcoded-password-default-argument",
        "semgrep:hardcoded-token",
        "semgrep:avoid_hardcoded_config_SECRET_KEY",
        "semgrep:jwt-python-hardcoded-secret",
        "sonar-python:hardCodedCredentials",
        "sonar-python:hardcodedCredentialsCall",
        "sonar-python:flaskHardCodedSecretKey",
        "sonar-python:flaskHardCodedJWTSecretKey",
    ),
    packs=("recommended", "security", "production"),
    supersedes=("python/localhost-default",),
    paths_ignore=(*TESTS, *EXAMPLES, *DOCS, *MIGRATIONS),
    examples=(
        bad(
            """\
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    NEO4J_PASSWORD: str = "graph_change_this"  # <-- here
    redis_password: SecretStr = SecretStr("tr0ub4dor&3")  # <-- here
    jwt_secret: str = Field(default="supersecret", alias="JWT_SECRET")  # <-- here
    database_url: str = Field(..., description="password in the URL")
"""
        ),
        bad('import os\n\nWORD = os.getenv("DB_PASSWORD", "password")  # <-- here\n'),
        bad('import os\n\nPASSWORD = os.getenv("DB_PASSWORD", "postgres")  # <-- here\n'),
        bad('import os\n\nsecret = os.environ.get("JWT_SECRET") or "s3cr3t-f0r-all"  # <-- here\n'),
        bad('def connect(host, password="Winter2024!"):  # <-- here\n    return host, password\n'),
        bad(
            'import psycopg\n\nconnection = psycopg.connect(host="db", password="Winter2024!")  # <-- here\n'
        ),
        bad('CONFIG = {\n    "user": "shop",\n    "password": "Winter2024!",  # <-- here\n}\n'),
        bad('def login(password):\n    return password == "Winter2024!"  # <-- here\n'),
        bad('app.config["SECRET_KEY"] = "d3f4ult-k3y"  # <-- here\n'),
        good('PASSWORD = ""\nTOKEN = None\nAPI_KEY: str\n', note="nothing is written there"),
        good(
            """\
PASSWORD_FIELD = "password"
TOKEN_HEADER = "X-Auth-Token"
SECRET_COLUMN = "client_secret"
PASSWORD = "DB_PASSWORD"
token_url = "https://login.example.com/oauth/token"
""",
            note="names of fields, headers, columns and variables",
        ),
        good('LABELS = {"password": "Please enter your password", "token": "Token:"}\n', note="labels"),
        good(
            """\
from enum import Enum


class Kind(Enum):
    PASSWORD = "pass-word-kind"
    TOKEN = "token2"
""",
            note="members of an enumeration",
        ),
        good(
            """\
SERVICE_ACCOUNT_KEY = "google_service_account_key"
REQUEST_TOKEN = "request"
fields = {"client_secret": "bot-context"}
if API_KEY == "YOUR_API_KEY_HERE":
    raise SystemExit("set API_KEY")
""",
            note="names of keys, and the question whether a placeholder was left in",
        ),
        good('import getpass\n\npassword = getpass.getpass("Password of the database: ")\n', note="a prompt"),
        good('import os\n\nPASSWORD = os.environ["DB_PASSWORD"]\nurl = f"redis://:{PASSWORD}@cache"\n'),
        good({"tests/test_login.py": 'PASSWORD = "Winter2024!"\n'}, note="tests"),
    ),
)

_WORDS = re.compile(r"[a-z]+(?:[_\-. :/][a-z]+)*")
_PASSWORD_HEAD = frozenset({"password", "passwd", "pwd", "pw", "pass", "passphrase"})
_LABEL_FIELDS = re.compile(
    r"label|title|text|message|help|description|placeholder|translation|verbose", re.IGNORECASE
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report literal secrets by the name they are bound to, or by a form that only a credential has."""
    if match.trigger is KNOWN_FORMATS:
        yield from _by_format(match, file, rule)
        return
    name = match.name or ""
    if match.value is None or not is_secret_name(name) or _is_enum_member(match, file):
        return
    if match.how == "comparison" and not _compares_credentials(name):
        return
    if _is_setting_name_call(match, file):
        return
    certain = _is_certainly_used(match, file)
    for node, text in literal_defaults(match.value, file):
        verdict = classify(name, text, credential=certain)
        if verdict is None or _is_name_of_something(name, text, verdict, certain=certain):
            continue
        if match.how == "comparison" and verdict.kind not in {"format", "real"}:
            continue  # asks whether somebody left the placeholder in
        yield rule.finding(
            file.span(node),
            f"`{name}` {_clause(match)}a literal that {verdict.description}",
            subject=name,
            secret=True,
            confidence=_confidence(match, verdict),
        )


def _clause(match: Match) -> str:
    return {
        "annotated": "defaults to ",
        "parameter": "defaults to ",
        "environment": "falls back to ",
        "comparison": "is compared with ",
        "keyword": "is passed as ",
    }.get(match.how or "", "is set to ")


def _confidence(match: Match, verdict: Verdict) -> Confidence:
    if verdict.kind in {"format", "real"} or match.how in {"annotated", "environment", "subscript"}:
        return "high"
    return "medium"


def _by_format(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    if not isinstance(match.node, cst.SimpleString):
        return
    text = file.literal(match.node)
    verdict = known_format(text) if isinstance(text, str) else None
    if verdict is None or verdict.kind != "format" or not isinstance(text, str):
        return
    # A pattern that finds such credentials, or a text about them, is none.
    if re.search(r"\[[a-zA-Z0-9]|\\[wdbs]|\s", text.strip()) and "BEGIN" not in text:
        return
    yield rule.finding(
        file.span(match.node),
        f"a string {verdict.description.replace('looks like', 'that looks like')} is written into the source",
        subject=scope_name(match.node, file) or "module",
        secret=True,
    )


def _is_enum_member(match: Match, file: PythonFile) -> bool:
    owner = file.enclosing_class(match.node)
    if owner is None or match.how not in {"assignment", "annotated"}:
        return False
    names = [file.qualified_name(base.value) or file.code(base.value) for base in owner.bases]
    return any("Enum" in name or "Choices" in name for name in names)


def _compares_credentials(name: str) -> bool:
    """Parsers compare tokens all day; a comparison counts only where the name is of a password or a key."""
    return bool({"password", "passwd", "pwd", "passphrase", "apikey", "key"} & set(split_words(name)))


def _is_certainly_used(match: Match, file: PythonFile) -> bool:
    """Whether the value is what something runs on, so that even the word `password` is the password."""
    if match.how == "environment":
        return True
    if match.how == "annotated":
        owner = file.enclosing_class(match.node)
        return owner is not None and any(
            "Settings" in (file.qualified_name(base.value) or file.code(base.value)) for base in owner.bases
        )
    if match.how == "keyword" and isinstance(match.node, cst.Arg):
        call = file.parent(match.node)
        name = file.qualified_name(call.func) if isinstance(call, cst.Call) else None
        return name is not None and is_client_call(name)
    return False


def _is_setting_name_call(match: Match, file: PythonFile) -> bool:
    """`argparse`'s and `click`'s `metavar`, `dest` and the like name an option; they hold no value."""
    if match.how != "keyword" or not isinstance(match.node, cst.Arg):
        return False
    call = file.parent(match.node)
    return isinstance(call, cst.Call) and bool(_LABEL_FIELDS.search(file.code(call.func)))


def _is_name_of_something(name: str, text: str, verdict: Verdict, *, certain: bool) -> bool:
    """Whether small words without a digit are what a field, a grant or an object is called, not a secret itself.

    `SERVICE_ACCOUNT_KEY = "google_service_account_key"` is the name of a key; `password = "winter"` is a password.
    """
    if verdict.kind in {"format", "placeholder"} or is_well_known(text) or not _WORDS.fullmatch(text):
        return False
    if certain:
        return verdict.kind == "well-known" and not set(split_words(text)) & {split_words(name)[-1]}
    return not (_PASSWORD_HEAD & set(split_words(name)[-2:]) and text.isalpha())
