"""python/hardcoded-password: a secret that is written into the source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Calls,
    Confidence,
    Finding,
    Keywords,
    Location,
    Match,
    MethodCalls,
    NamedValues,
    PythonFile,
    RuleContext,
    Severity,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import (
    READ_CALLS,
    assigned_name,
    environment_read,
    in_development_branch,
    is_client_call,
    is_development_class,
    is_development_module,
    is_for_people,
    is_of_tests,
    is_overridden_later,
    is_settings_module,
    last_name,
    literal_defaults,
    scope_name,
    service_of,
)
from lintkit.api.secrets import (
    Reason,
    Verdict,
    asks_to_be_changed,
    classify,
    is_for_mail,
    is_outgoing,
    is_secret_name,
    is_signing,
    is_well_known,
    known_format,
    looks_random,
    severity_of,
    split_words,
    url_credentials,
)
from lintkit.api.words import loopback_host

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
CREDENTIAL_ARGUMENTS: dict[str, int] = {
    "jwt.encode": 1,
    "jwt.decode": 1,
    "jose.jwt.encode": 1,
    "jose.jwt.decode": 1,
    "jose.jws.sign": 1,
    "hmac.new": 0,
    "cryptography.fernet.Fernet": 0,
    "itsdangerous.Signer": 0,
    "itsdangerous.Serializer": 0,
    "itsdangerous.TimestampSigner": 0,
    "itsdangerous.URLSafeSerializer": 0,
    "itsdangerous.URLSafeTimedSerializer": 0,
    "requests.auth.HTTPBasicAuth": 1,
    "requests.auth.HTTPDigestAuth": 1,
    "httpx.BasicAuth": 1,
    "aiohttp.BasicAuth": 1,
    "neo4j.basic_auth": 1,
    "pymysql.connect": 2,
    "pymysql.connections.Connection": 2,
    "MySQLdb.connect": 2,
    "pgdb.connect": 2,
    "pg.connect": 5,
    "pg.DB": 5,
    "redis.Redis": 3,
    "redis.StrictRedis": 3,
    "pika.PlainCredentials": 1,
    "pika.credentials.PlainCredentials": 1,
    "cassandra.auth.PlainTextAuthProvider": 1,
    "minio.Minio": 2,
    "ldap3.Connection": 2,
    "sqlalchemy.URL.create": 2,
    "sqlalchemy.engine.URL.create": 2,
    "sqlalchemy.engine.url.URL.create": 2,
}
"""Qualified name -> the position of the secret among the arguments; those passed by name match by their name."""

CALLS = Calls(tuple(CREDENTIAL_ARGUMENTS))
LOGINS = Keywords(("auth", "basic_auth", "http_auth"))
OPTIONS = (MethodCalls(("add_argument",)), Calls(("click.option", "rich_click.option", "asyncclick.option")))
USERS = MethodCalls(("create_superuser", "create_user"))
READS = Calls(tuple(READ_CALLS))
HEADERS = NamedValues(("authorization",))
PAIRS = Strings(("password=", "passwd=", "pwd=", "password =", "pwd ="))
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
    looks_at=(SECRET_NAMES, KNOWN_FORMATS, CALLS, PAIRS, LOGINS, USERS, READS, HEADERS, *OPTIONS),
    tags=(
        "security",
        "secrets",
        "hardcoded-password",
        "hardcoded-framework-secret-key",
        "CWE-798",
        "CWE-259",
    ),
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
    paths_ignore=NOT_A_SERVICE,
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
        bad('API_KEY = b"Winter2024!".decode()  # <-- here\n'),
        bad('app.config["SECRET_KEY"] = "d3f4ult-k3y"  # <-- here\n'),
        bad(
            """\
import environ
from decouple import config
from environs import Env
from starlette.config import Config

env = environ.Env(DB_PASSWORD=(str, "Winter2024!"))  # <-- here
SIGNING = env("SIGNING_SECRET", default="Winter2024!")  # <-- here
SECRET_KEY = config("DJANGO_KEY", default="Winter2024!")  # <-- here
settings = Config(".env")
TOKEN = settings("BOT_TOKEN", cast=str, default="Winter2024!")  # <-- here
other = Env()
PASSWORD = other.str("SHOP_PASSWORD", "Winter2024!")  # <-- here
""",
            note="readers of the environment",
        ),
        bad(
            """\
import os
from dataclasses import dataclass, field

os.environ.setdefault("DB_PASSWORD", "Winter2024!")  # <-- here


@dataclass
class RedisSettings:
    password: str = "Winter2024!"  # <-- here
    token: str = field(default_factory=lambda: "Winter2024!")  # <-- here
"""
        ),
        bad(
            """\
import os
from urllib.parse import quote_plus

from pydantic_settings import BaseSettings

SECRET_KEY = os.getenv("SHOP_SECRET_KEY", "!secret")  # <-- here
SIGNING_KEY = os.getenv("SIGNING_KEY", "?secret")  # <-- here
JWT_SECRET = os.environ.get("JWT_SECRET", "!ChangeMe!")  # <-- here
QUOTED = quote_plus(os.getenv("DB_PASSWORD") or "hunter22", safe="")  # <-- here
MQ_PASSWORD = quote_plus(os.getenv("MQ_PASSWORD") or "hunter22", safe="")  # <-- here
PG_PASSWORD = "local_password"  # <-- here
SMTP_PASSWORD = "Zx9Qm" + "T4vLp2w"  # <-- here


class Settings(BaseSettings):
    billing_postgres_password: str = "billing"  # <-- here
""",
            note="words that everybody tries, with whatever before them, in parts, and through what quotes them",
        ),
        bad(
            """import os

API_KEY = os.getenv("INTERNAL_API_KEY", "your-key-here")  # <-- here
TOKEN = os.getenv("SEARCH_API_KEY", "change-me")  # <-- here
""",
            note="a key that the service asks for itself, and one that may be such",
        ),
        good(
            """\
import os


class Development(Config):
    ADMIN_CLIENT_SECRET = os.getenv("ADMIN_CLIENT_SECRET", "dev-parcel-secret-key")
    PAGES_PASSWORD = os.getenv("PAGES_PASSWORD", "local_app")
""",
            note="what developers run on where they set nothing",
        ),
        good(
            {
                "shop/settings/devstack.py": """\
JWT_AUTH.update({"JWT_ISSUERS": [{"AUDIENCE": "lms-key", "SECRET_KEY": "parcel-secret"}]})
""",
                "devel/ci/board/settings.py": 'SECRET_KEY = "this-is-only-for-integration-testing"\n',
            },
            note="settings of a developer's stack and of continuous integration",
        ),
        good(
            """import os

LLM = os.getenv("LLM_API_KEY", "placeholder")
LOCAL = os.getenv("OPENAI_API_KEY", "custom")
ARK_API_KEY = "00000000-0000-0000-0000-000000000000"
if app.config["TESTING"]:
    stripe.api_key = "SomeStripeKey"
    SECRET_KEY = "signs-only-in-tests"
MAIL_API_KEY = "YOUR_API_KEY_HERE"
GITHUB_TOKEN = os.getenv("GITHUB_TOKEN", "<your token>")
""",
            note="blanks for keys of other services, which refuse them",
        ),
        good(
            """DEFAULT_ADMIN_PASSWORD = "minioadmin"
OLD_PASSWORD = "changeme"


def is_left_in(password, secret):
    return DEFAULT_ADMIN_PASSWORD in (password, secret) or password == OLD_PASSWORD
""",
            note="constants for the question whether a default was left in",
        ),
        bad(
            """from flask import Flask

app = Flask(__name__)
app.config.update(SECRET_KEY="woopie")  # <-- here
app.config.update({"JWT_SECRET_KEY": "woopie"})  # <-- here
app.config.from_mapping(dict(SECRET_KEY="dev"))  # <-- here
""",
            note="what signs sessions and tokens, however simple",
        ),
        bad(
            """\
import jwt
import pymysql
from itsdangerous import URLSafeTimedSerializer

SALT = "this-signs-it"
token = jwt.encode({"user": 1}, "Winter2024!", algorithm="HS256")  # <-- here
other = jwt.encode({"user": 1}, SALT, algorithm="HS256")  # <-- here
secret = "secret"
third = jwt.encode({"user": 1}, secret, algorithm="HS256")  # <-- here
signer = URLSafeTimedSerializer("Winter2024!")  # <-- here
connection = pymysql.connect("db", "shop", "Winter2024!")  # <-- here
""",
            note="by position",
        ),
        bad(
            """\
FIRST = "host=db dbname=shop user=shop password=Winter2024!"  # <-- here
SECOND = "Server=db;Database=shop;Uid=shop;Pwd=Winter2024!;"  # <-- here
""",
            note="connection strings",
        ),
        bad(
            """\
import argparse
import os

import pika
import requests
from neo4j import GraphDatabase

LOGIN = ("shop", "Winter2024!")  # <-- here
requests.get("https://api.example.com", auth=LOGIN, timeout=5)
GraphDatabase.driver("bolt://db", auth=("neo4j", "Winter2024!"))  # <-- here
requests.get("https://api.example.com", auth=("shop", "Winter2024!"), timeout=5)  # <-- here
requests.get("https://api.example.com", headers={"Authorization": "Bearer Winter2024!"}, timeout=5)  # <-- here
queue = pika.PlainCredentials("guest", "guest")  # <-- here
KEY = os.getenv("SESSION_SECRET") or os.getenv("OLD_SECRET") or "change-me-in-production"  # <-- here
SESSION_SECRET = os.getenv("SESSION_SECRET") or "change-me-in-production"  # <-- here

parser = argparse.ArgumentParser()
parser.add_argument("--password", default="Winter2024!")  # <-- here
parser.add_argument("--token", default=os.getenv("TOKEN"), help="Winter2024!")


def first_user(User, password):
    User.objects.create_superuser("admin", "admin@example.com", "Winter2024!")  # <-- here
    User.objects.create_superuser("admin", "admin@example.com", password)
""",
            note="pairs, headers, options and fallbacks, whose own name does not say it",
        ),
        good(
            """import os

import requests
from openai import OpenAI

if os.getenv("ENV") == "dev":
    SECRET_KEY = "only-for-developers"
model = OpenAI(base_url="http://vllm:8000/v1", api_key="not-needed")
requests.get("https://api.example.com", auth=("shop", os.environ["PASSWORD"]), timeout=5)
requests.get("https://api.github.com/user", auth=(os.environ["TOKEN"], "x-oauth-basic"), timeout=5)
requests.get("https://api.example.com", headers={"Authorization": f"Bearer {token}"}, timeout=5)
requests.get("https://api.example.com", headers={"Authorization": "Bearer "}, timeout=5)
said = os.getenv("API_KEY") or "missing"
TEXTS = {"password_reset": "Set a new password", "password": "Passwort"}
""",
            note="for developers, a server of one's own that asks for no key, and labels",
        ),
        good(
            """\
import jwt

FIRST = "host=db user=shop password=%s" % password
SECOND = f"Server=db;Uid=shop;Pwd={password}"
THIRD = "user=shop&password=:password"
HELP = "write password=Winter2024! into the file"
claims = jwt.decode(token, key, algorithms=["HS256"])
""",
            note="the password is put in; a sentence",
        ),
        good(
            'POSTHOG_API_KEY = "phc_aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5oQ7sU9w"\n', note="a key for browsers"
        ),
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
DB_PASSWORD_SECRET_KEY = "password"
TRUSTSTORE_PASSWORD = "trustStorePassword"
REQUEST_TOKEN = "request"
fields = {"client_secret": "bot-context"}
if API_KEY == "YOUR_API_KEY_HERE":
    raise SystemExit("set API_KEY")
""",
            note="names of keys, and the question whether a placeholder was left in",
        ),
        good('import getpass\n\npassword = getpass.getpass("Password of the database: ")\n', note="a prompt"),
        good('import os\n\nPASSWORD = os.environ["DB_PASSWORD"]\nurl = f"redis://:{PASSWORD}@cache"\n'),
        bad(
            """\
from pydantic_settings import BaseSettings


class TestSettings(BaseSettings):
    secret_key: str = "signs-only-in-tests"
    mail_password: str = "Winter2024!"  # <-- here


class Settings(BaseSettings):
    secret_key: str = "signs-only-here"  # <-- here
    stub_password: str = "Winter2024!"
""",
            note="in settings of tests, only what may be a real one; the login of a stub opens nothing",
        ),
        good(
            """\
HEADER_TOKEN = "X-Hub-Token-9"
TOKEN = "X-Gitlab-Token"
DEVICE_SECRET = "x-amz-device-2"
""",
            note="names of headers",
        ),
        good({"app/settings/test.py": 'SECRET_KEY = "signs-only-in-tests"\n'}, note="settings of tests"),
        good({"shop/_vendor/client.py": 'PASSWORD = "Winter2024!"\n'}, note="a copy of other people's code"),
        good({"tests/test_login.py": 'PASSWORD = "Winter2024!"\n'}, note="tests"),
        good(
            """\
labels = {"friendly_token": "Slug", "access_token": "Zugangsmarke9"}
HELP = {
    "SECRET_KEY": "A secret key that signs sessions, please change it for production",
    "SMTP_PASSWORD": "Password of the mail server. Replace it with your own.",
    "token": "Replace it with the token of your bot",
}
columns = {"password": "hashed_password", "token": "VARCHAR(255)"}
WIDGETS = dict(password="PasswordInput")
AUTH_HEADER_TOKEN = "Authorization"
SLACK_TEST_TOKEN = "xoxb-not-a-real-token"
EMAIL_HOST_PASSWORD = "xyz"
response.headers["x-shop-apitoken"] = "e30="
model = load(eod_token="<eod>", sep_token="<|im_sep|>")
""",
            note="words for people, names, types, the vocabulary of a model, and blanks",
        ),
        bad(
            {
                "shop/settings.py": """\
SECRET_KEY = "shop"  # <-- here
DATABASES = {"default": {"HOST": "localhost", "PASSWORD": "shopuser"}}
from local_settings import *
""",
                "shop/settings/ci.py": 'SECRET_KEY = "CISIGNS4NOBODY"\n',
                "shop/settings/dev.py": """\
SECRET_KEY = "django-insecure-q8$k2m1x!z7w@e4r#t6y^u9i&o0p*a3s"
DATABASES = {"default": {"HOST": "localhost", "PASSWORD": "root"}}
MAIL_PASSWORD = "Zx9Qm!T4vLp2w"  # <-- here
""",
                "other/settings.py": """\
DATABASES = {"default": {"HOST": "localhost", "PASSWORD": "shopuser"}}  # <-- here
""",
            },
            note="what signs sessions until it is set anew, and what may be real on a developer's machine",
        ),
        good(
            'ALERT = Alert(memo="It works", token="a+test+token")\n',
            note="a sample of a message",
        ),
        good(
            """\
import factory
from polyfactory.factories import DataclassFactory


class UserFactory(factory.django.DjangoModelFactory):
    password = "winter2019"


class AccountFactory(DataclassFactory):
    password = "winter2019"
""",
            note="what tests work with",
        ),
        good(
            {"shop/factories.py": "import factory\n\nDEFAULT_PASSWORD = 'p4ssw0rd'\n"},
            note="beside factories",
        ),
        good(
            'GITLAB_STATE_SESSION_KEY = "_gitlab_state"\nSESSION_KEY = "prices:replace_price_list"\n',
            note="the name under which a session keeps something",
        ),
    ),
)

_FRAMEWORK_KEYS = frozenset({"SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY", "SECURITY_PASSWORD_SALT"})
"""Settings of Flask and Django: what stands there signs sessions and tokens, however simple the word."""

_WORDS = re.compile(r"_*[a-z]+(?:[_\-. :/][a-z]+\d?)*")
_PUBLIC = re.compile(r"phc_|pk_(?:live|test)_|pk\.eyJ")
"""Keys of PostHog, Stripe and Mapbox that their makers mean to be seen."""

_PLACES = frozenset(
    {"dev", "develop", "development", "local", "localhost", "staging", "prod", "production", "default"}
)
"""Words for where a password is used, which no field is called by: `dev_password`."""

_SHOWN = frozenset({"test", "tests", "testing", "example", "sample", "demo"})
"""Words of names for what stands in tests and texts."""

_SENTENCE = re.compile(r"<|(?:[A-Z][a-z]+|A|The|Your|Please)\s\S")
_LEAST_BLANKS = 4
"""From five words on, what a dictionary holds is a sentence for people."""

_TELLING = re.compile(
    r"(?:label|title|text|message|description|doc|placeholder|translation|hint|tooltip|widget|error|style|type|column|url"
    r"|path|route|endpoint|caption|prompt)s?|help|verbose|i18n|locale|css|classes|schema|mapping|renamed|aliases|names"
)
"""Names of dictionaries of words for people, of names, of types and of addresses."""

_PASSWORD_HEAD = frozenset({"password", "passwd", "pwd", "pw", "pass", "passphrase"})
_LABEL_FIELDS = re.compile(
    r"label|title|text|message|help|description|placeholder|translation|verbose", re.IGNORECASE
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report literal secrets by the name they are bound to, or by a form that only a credential has."""
    if match.trigger is KNOWN_FORMATS:
        yield from _by_format(match, file, rule)
        return
    if match.trigger is CALLS:
        yield from _argument(match, file, rule)
        return
    if match.trigger is PAIRS:
        yield from _pairs(match, file, rule)
        return
    if match.trigger in (LOGINS, USERS, READS, HEADERS, *OPTIONS):
        yield from _elsewhere(match, file, rule)
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
        if url_credentials(text) or _PUBLIC.match(text):
            continue  # python/credentials-in-url speaks of the one, and browsers are sent the other
        verdict = classify(name, text, credential=certain)
        if verdict is None or _is_name_of_something(name, text, verdict, certain=certain):
            continue
        if not certain and _repeats_name(name, text):
            continue
        if match.how == "entry" and verdict.reason is not Reason.STRONG and _is_label(match, file):
            continue
        if match.how == "comparison" and verdict.kind not in {"format", "real"}:
            continue  # asks whether somebody left the placeholder in
        if verdict.kind == "placeholder" and _is_sample(match, text):
            continue  # what is shown to try something out
        if verdict.kind == "placeholder" and _is_blank(name, text):
            continue  # whoever is called with it refuses the call
        if verdict.reason is Reason.GUESSABLE and is_outgoing(name) and not is_for_mail(name):
            continue  # a word for a server that asks for some key and looks at none: `custom`, `ollama`
        if verdict.kind != "format" and _is_described(match, text, file):
            continue
        if _is_for_nobody_else(match, text, verdict, file):
            continue
        if verdict.kind != "format" and _is_only_compared(match, file):
            continue
        if verdict.kind != "format" and _opens_nothing(match, verdict, file):
            continue
        if not rule.strict and verdict.reason.is_made_up and is_for_people(match.node, file):
            continue
        if not rule.strict and _is_called_public(node, file):
            continue
        yield rule.finding(
            file.span(node),
            f"`{name}` {_clause(match)}a literal that {verdict.description}",
            subject=name,
            secret=True,
            severity=_severity(match, text, verdict, file),
            confidence=_confidence(match, verdict),
            replaceable=not rule.strict
            and is_signing(name)
            and verdict.kind != "format"
            and _is_a_base(match, file),
        )


_CALLED_PUBLIC = re.compile(r"#[^\n]*\bpublic\b", re.IGNORECASE)


def _is_called_public(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a comment on the line, or on the one above, calls a key public."""
    start = file.span(node).start
    above = file.text.rfind("\n", 0, max(file.text.rfind("\n", 0, start), 0)) + 1
    end = file.text.find("\n", start)
    return _CALLED_PUBLIC.search(file.text, above, end if end >= 0 else len(file.text)) is not None


def _is_a_base(match: Match, file: PythonFile) -> bool:
    """Whether a module of settings sets it, which another one may take in whole and replace."""
    return (
        match.how in {"assignment", "annotated"}
        and is_settings_module(file.path)
        and file.enclosing_function(match.node) is None
        and file.enclosing_class(match.node) is None
    )


def _is_sample(match: Match, text: str) -> bool:
    """Whether a token that says that it is one for tests is handed on: `Alert(token="a+test+token")`."""
    words = split_words(match.name or "")
    return match.how in {"keyword", "entry"} and words[-1:] == ("token",) and not asks_to_be_changed(text)


def _is_blank(name: str, text: str) -> bool:
    """Whether a placeholder is a blank to fill in: for another service's key, in its form, or in a name for tests."""
    if asks_to_be_changed(text):
        return False
    return is_outgoing(name) or known_format(text) is not None or bool(_SHOWN & set(split_words(name)))


def _is_described(match: Match, text: str, file: PythonFile) -> bool:
    """Whether a dictionary or a call tells people what is meant, or what a thing is called, and holds no secret.

    `LABELS = {"token": "Slug"}`, `HELP = {"API_KEY": "Replace it with the key of your account"}`.
    """
    if match.how not in {"entry", "keyword"}:
        return False
    if _SENTENCE.match(text) and text.count(" ") >= _LEAST_BLANKS:
        return True
    place, above = match.node, file.parent(match.node)
    if match.how == "keyword":
        if not isinstance(above, cst.Call) or file.code(above.func) != "dict":
            return False
        place = above
    return not looks_random(text) and any(map(_TELLING.fullmatch, split_words(_holder(place, file))))


def _holder(entry: cst.CSTNode, file: PythonFile) -> str:
    """What the dictionary of an entry is called: its variable, its argument, or its key in the one around it."""
    for above in file.ancestors(entry):
        if isinstance(above, cst.DictElement):
            key = file.literal(above.key)
            return key if isinstance(key, str) else ""
        if isinstance(above, cst.Arg):
            return above.keyword.value if above.keyword is not None else ""
        if isinstance(above, (cst.Assign, cst.AnnAssign, cst.FunctionDef, cst.ClassDef)):
            return assigned_name(above, file)
    return ""


def _is_for_nobody_else(match: Match, text: str, verdict: Verdict, file: PythonFile) -> bool:
    """Whether an example stands where production never sees it: a developer's settings, or those set anew later.

    What signs sessions is told of where the settings are set anew: whoever forgets that runs on it.
    """
    name = match.name or ""
    at_a_desk = _is_at_a_desk(match, file) or in_development_branch(match.node, file)
    if text.startswith("django-insecure-"):
        return is_development_module(file.path)
    if verdict.kind == "format":
        return False
    if match.how == "environment":
        return _is_at_a_desk(match, file) and (is_signing(name) or verdict.reason is not Reason.STRONG)
    if at_a_desk and (is_signing(name) or verdict.reason is not Reason.STRONG):
        return True
    if verdict.reason in {Reason.STRONG, Reason.CHOSEN}:
        return False
    return not is_signing(name) and is_overridden_later(match.node, file)


def _is_label(match: Match, file: PythonFile) -> bool:
    """Whether the entries beside it under such names are sentences: texts that a form shows."""
    table = file.parent(match.node) if isinstance(match.node, cst.DictElement) else None
    if not isinstance(table, cst.Dict):
        return False
    for entry in table.elements:
        name, text = (
            (file.literal(entry.key), file.literal(entry.value))
            if isinstance(entry, cst.DictElement)
            else ("", "")
        )
        if (
            isinstance(name, str)
            and isinstance(text, str)
            and len(text.split()) > 2
            and _SECRET_WORD.search(name)
        ):
            return True
    return False


_SECRET_WORD = re.compile(r"pass|secret|token|key", re.IGNORECASE)


def _opens_nothing(match: Match, verdict: Verdict, file: PythonFile) -> bool:
    """Whether a made-up value is of tests or developers, or stands in for a key that a server of one's own ignores."""
    if verdict.reason is Reason.STRONG:
        return False
    if is_of_tests(match.node, file):
        return True
    if verdict.reason is not Reason.CHOSEN and in_development_branch(match.node, file):
        return True
    call = file.parent(match.node) if match.how == "keyword" else None
    return (
        isinstance(call, cst.Call)
        and is_outgoing(match.name or "")
        and service_of(file.qualified_name(call.func) or "") in {"OpenAI", "Anthropic"}
        and not {"base_url", "api_base"}.isdisjoint(file.keyword_arguments(call))
    )


def _elsewhere(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Secrets whose place is no name for one: a pair of user and password, an option, a header, a fallback."""
    for node, text, says in _places(match, file):
        if url_credentials(text):
            continue
        verdict = classify("password", text, credential=True)
        if verdict is None or (verdict.kind == "placeholder" and not asks_to_be_changed(text)):
            continue
        if verdict.kind != "format" and _opens_nothing(match, verdict, file):
            continue
        if not rule.strict and verdict.reason.is_made_up and is_for_people(match.node, file):
            continue
        yield rule.finding(
            file.span(node),
            f"{says} a literal that {verdict.description}",
            subject=scope_name(node, file) or "module",
            secret=True,
        )


def _places(match: Match, file: PythonFile) -> Iterator[tuple[cst.CSTNode, str, str]]:
    """The literals in such a place, each with its text and the beginning of a sentence about it."""
    node = match.node
    if match.trigger is HEADERS:
        yield from _of_header(match, file)
    elif match.trigger is LOGINS:
        yield from _of_login(match, file)
    elif not isinstance(node, cst.Call):
        return
    elif match.trigger is USERS:
        values = file.positional(node)
        owner = node.func.value if isinstance(node.func, cst.Attribute) else None
        if len(values) > 2 and owner is not None and last_name(owner) == "objects":
            yield from (
                (each, text, "a user is made with") for each, text in literal_defaults(values[2], file)
            )
    elif match.trigger is READS:
        yield from _of_read(node, file)
    else:
        yield from _of_option(node, file)


def _of_header(match: Match, file: PythonFile) -> Iterator[tuple[cst.CSTNode, str, str]]:
    if match.value is None or match.how not in {"entry", "keyword", "subscript"}:
        return
    for each, text in literal_defaults(match.value, file):
        found = re.fullmatch(r"(?:Bearer|Basic|Token|ApiKey|Bot|token) (?P<secret>\S{8,500})", text)
        if found is not None:
            yield each, found["secret"], f"the header `{match.name}` holds"


def _of_login(match: Match, file: PythonFile) -> Iterator[tuple[cst.CSTNode, str, str]]:
    """`auth=("user", "password")` of requests, httpx, aiohttp, Neo4j and Elasticsearch."""
    pair = file.follow(match.value) if match.value is not None else None
    if isinstance(pair, cst.Tuple) and len(pair.elements) == 2:
        for each, text in literal_defaults(pair.elements[1].value, file):
            yield each, text, "a login holds"


def _of_read(call: cst.Call, file: PythonFile) -> Iterator[tuple[cst.CSTNode, str, str]]:
    """`KEY = os.getenv("SESSION_SECRET") or "literal"`, where nothing but the variable says that it is a secret."""
    read = environment_read(call, file)
    if read is None or not is_secret_name(read.name):
        return
    below: cst.CSTNode = call
    chain = file.parent(call)
    while isinstance(chain, cst.BooleanOperation) and isinstance(chain.operator, cst.Or):
        if chain.left is below and not _is_bound_to_secret(chain, file):
            for each, text in literal_defaults(chain.right, file):
                if looks_random(text) or not is_outgoing(read.name):  # `os.getenv("API_KEY") or "missing"`
                    yield each, text, f"`{read.name}` falls back to"
        below, chain = chain, file.parent(chain)


def _is_bound_to_secret(node: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a name around an expression says already that it is a secret, so that it matches by that."""
    for above in file.ancestors(node):
        name: object = None
        if isinstance(above, cst.Assign):
            name = last_name(above.targets[0].target)
        elif isinstance(above, (cst.AnnAssign, cst.NamedExpr)):
            name = last_name(above.target)
        elif isinstance(above, cst.Arg) and above.keyword is not None:
            name = above.keyword.value
        elif isinstance(above, cst.Param):
            name = above.name.value
        elif isinstance(above, cst.DictElement):
            name = file.literal(above.key)
        elif isinstance(above, cst.BaseSmallStatement):
            return False
        if isinstance(name, str) and is_secret_name(name):
            return True
    return False


def _of_option(call: cst.Call, file: PythonFile) -> Iterator[tuple[cst.CSTNode, str, str]]:
    """The default of an option of argparse or click: `add_argument("--password", default="literal")`."""
    if last_name(call.func) == "add_argument" and all(each.module != "argparse" for each in file.imports()):
        return
    flags = [file.literal(each) for each in file.positional(call)]
    name = next((f for f in flags if isinstance(f, str) and f.startswith("--") and is_secret_name(f[2:])), "")
    default = file.keyword_arguments(call).get("default")
    if name and default is not None:
        for each, text in literal_defaults(default.value, file):
            yield each, text, f"the option `{name}` defaults to"


def _is_only_compared(match: Match, file: PythonFile) -> bool:
    """Whether a constant only serves the question whether somebody left this value in: `x == DEFAULT_PASSWORD`."""
    if match.how not in {"assignment", "annotated"} or file.enclosing_class(match.node) is not None:
        return False
    name = match.name or ""
    uses = [node for node in _uses(file).get(name, ()) if not _binds(node, match.node, file)]
    return name.isupper() and bool(uses) and all(_is_compared(node, file) for node in uses)


def _severity(match: Match, text: str, verdict: Verdict, file: PythonFile) -> Severity:
    """As for every secret; a warning in the settings of a developer's machine, but for a key that others issued."""
    name = match.name or ""
    if verdict.kind != "format" and not is_outgoing(name) and _is_at_a_desk(match, file):
        return "warning"
    if verdict.reason is not Reason.STRONG and _is_of_local_database(match, file):
        return "warning"
    return severity_of(name, text, verdict)


def _is_at_a_desk(match: Match, file: PythonFile) -> bool:
    owner = file.enclosing_class(match.node)
    return is_development_module(file.path) or (owner is not None and is_development_class(owner.name.value))


def _is_of_local_database(match: Match, file: PythonFile) -> bool:
    """Whether a password stands beside the address of this very machine: `{"HOST": "localhost", "PASSWORD": …}`."""
    around = file.parent(match.node) if match.how == "entry" else None
    if not isinstance(around, cst.Dict):
        return False
    for element in around.elements:
        if isinstance(element, cst.DictElement) and str(file.literal(element.key)).lower() == "host":
            host = file.literal(element.value)
            return isinstance(host, str) and loopback_host(host) is not None
    return False


def _uses(file: PythonFile) -> dict[str, list[cst.Name]]:
    """Every name of the file that is written in capitals, with all its places; found once for a file."""
    found: dict[str, list[cst.Name]] | None = file.answers.get("names in capitals")
    if found is None:
        found = file.answers["names in capitals"] = {}
        for statement in file.statements():
            for node in file.walk(statement):
                if isinstance(node, cst.Name) and node.value.isupper():
                    found.setdefault(node.value, []).append(node)
    return found


def _binds(node: cst.Name, target: cst.CSTNode, file: PythonFile) -> bool:
    above = file.parent(node)
    return node is target or above is target or isinstance(above, (cst.AssignTarget, cst.AnnAssign))


def _is_compared(node: cst.Name, file: PythonFile) -> bool:
    """Whether a name stands on a side of a comparison, alone or among the items that are compared."""
    for above in file.ancestors(node):
        if isinstance(above, (cst.Comparison, cst.ComparisonTarget)):
            return True
        if not isinstance(above, (cst.Tuple, cst.List, cst.Set, cst.Element)):
            return False
    return False


def _argument(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """A literal, or a constant whose name does not say so, that a library takes as a secret."""
    call, callee = match.node, match.name or ""
    if not isinstance(call, cst.Call):
        return
    given = file.argument(call, CREDENTIAL_ARGUMENTS[callee])
    if given is None:
        return
    written = file.follow(given)
    constant = last_name(given) if written is not given else None
    text = file.literal(written)
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    if not isinstance(text, str) or len(text) < 3:
        return
    if constant is not None and is_secret_name(constant) and classify(constant, text) is not None:
        return  # the assignment matches on its own
    verdict = classify("secret", text, credential=True)
    if verdict is not None:
        related = [Location(file.span(written), "it is written here")] if written is not given else []
        yield rule.finding(
            file.span(given),
            f"`{file.code(call.func)}` is given a literal that {verdict.description}",
            subject=callee,
            related=related,
            secret=True,
        )


_PAIR = re.compile(
    r"(?:^|[\s;&?,])(?:password|passwd|pwd)\s?=\s?(?P<value>[^\s;&,'\"]{3,200})", re.IGNORECASE
)
_ALL_PAIRS = re.compile(
    r"(?:[\w.+-]+://[^\s?]*\?)?\s*[\w ]{1,40}=[^;&\s]*(?:[;&\s]+[\w ]{1,40}=[^;&\s]*)+[;\s]*"
)


def _pairs(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """`host=db user=shop password=…`, `Server=db;Uid=shop;Pwd=…`, `user=shop&password=…`."""
    text = file.literal(match.node) if isinstance(match.node, cst.SimpleString) else None
    if not isinstance(text, str) or len(text) > 2_000 or not _ALL_PAIRS.fullmatch(text):
        return
    found = _PAIR.search(text)
    verdict = classify("password", found["value"], credential=True) if found is not None else None
    if (
        verdict is None
        or verdict.kind == "placeholder"
        or re.match(r"[:%?$]", found["value"] if found else "")
    ):
        return
    yield rule.finding(
        file.span(match.node),
        f"a connection string holds a password that {verdict.description}",
        subject=scope_name(match.node, file) or "module",
        secret=True,
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
    if match.how == "environment" or match.name in _FRAMEWORK_KEYS:
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


def _repeats_name(name: str, text: str) -> bool:
    """Whether a value only says a part of its name: `DB_PASSWORD_SECRET_KEY = "password"`, a key in a secret."""
    words, own = split_words(text), split_words(name)
    return text.isalpha() and (set(words) < set(own) or "".join(words) == "".join(own))


def _is_name_of_something(name: str, text: str, verdict: Verdict, *, certain: bool) -> bool:
    """Whether small words without a digit are what a field, a grant or an object is called, not a secret itself.

    `SERVICE_ACCOUNT_KEY = "google_service_account_key"` is the name of a key; `password = "winter"` is a password.
    """
    if verdict.kind in {"format", "placeholder"} or is_well_known(text) or not _WORDS.fullmatch(text):
        return False
    if certain:
        own = split_words(name)
        return (
            verdict.kind == "well-known"
            and own[-1] not in split_words(text)
            and not (own[-1] in _PASSWORD_HEAD and text.isalpha())
        )
    if not _PASSWORD_HEAD & set(split_words(name)[-2:]):
        return True
    return not (text.isalpha() or (verdict.reason is Reason.GUESSABLE and _PLACES & set(split_words(text))))
