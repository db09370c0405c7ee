"""python/secret-setting-optional: a credential that may be missing, and nobody asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
    Match,
    NamedValues,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    Assert,
    Assignment,
    Attribute,
    Await,
    Block,
    Call,
    Choice,
    Code,
    Comparison,
    Conditional,
    Discarded,
    Else,
    Expression,
    If,
    Module,
    Name,
    Setting,
    String,
    Subscript,
    While,
)
from lintkit.api.secrets import is_secret_name, split_words

NAMES = NamedValues(
    ("secret", "signing", "jwt", "private_key", "privatekey", "encryption", "fernet", "hmac", "password")
)

RULE = define(
    summary="a signing key or credential may be missing",
    why="""
Without the variable the service starts, signs with an empty key or connects without a password, and everything looks
well: sessions can be forged by anybody, or the first request that needs the credential fails hours after the rollout.
""",
    remedy="Declare it without a default, so that a missing value stops the start, or check it in a validator.",
    severity="warning",
    confidence="low",
    kinds=("python",),
    looks_at=(NAMES,),
    tags=("security", "secrets", "configuration", "CWE-1188", "CWE-258"),
    equivalents=(),
    packs=("strict",),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import os

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

SIGNING_KEY = os.getenv("SIGNING_KEY", "")  # <-- here


class Settings(BaseSettings):
    SECRET_KEY: str = ""  # <-- here
    jwt_secret: str | None = None  # <-- here
    encryption_key: SecretStr = SecretStr("")  # <-- here
    session_secret: str = Field(default="", alias="SESSION_SECRET")  # <-- here
"""
        ),
        bad(
            """\
import environ

env = environ.Env()
SECRET_KEY = env("DJANGO_SECRET_KEY", default="")  # <-- here
""",
            note="Django",
        ),
        bad(
            """\
import os

import jwt

JWT_SECRET = os.environ.get("JWT_SECRET")  # <-- here


def sign(claims):
    return jwt.encode(claims, JWT_SECRET, algorithm="HS256")
""",
            note="read without a default, and used to sign",
        ),
        bad(
            """\
import os

from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.getenv("SECRET_KEY")  # <-- here
"""
        ),
        bad(
            """\
import logging
import os

from pydantic_settings import BaseSettings

SIGNING_KEY = os.getenv("SIGNING_KEY", "")  # <-- here
if not SIGNING_KEY:
    logging.warning("SIGNING_KEY is not set")


class Settings(BaseSettings):
    jwt_secret: str | None = None  # <-- here
    session_secret: str = ""  # <-- here


# if session_secret is None, raise
def check(settings, key):
    if settings.jwt_secret is None:
        print("no jwt_secret")
    return settings.session_secret or ""
""",
            note="a warning stops nobody, and an empty text is no other key",
        ),
        good(
            """\
import os

from pydantic_settings import BaseSettings

SIGNING_KEY = os.environ["SIGNING_KEY"]


class Settings(BaseSettings):
    SECRET_KEY: str
    redis_password: str | None = None
    smtp_password: str = ""
    openai_api_key: str | None = None
    jwt_secret_file: str = ""
""",
            note="required, or of a service that does without",
        ),
        good(
            """\
import os

from pydantic import model_validator
from pydantic_settings import BaseSettings

JWT_SECRET = os.getenv("JWT_SECRET", "")
if not JWT_SECRET:
    raise RuntimeError("set JWT_SECRET")


class Settings(BaseSettings):
    SECRET_KEY: str = ""

    @model_validator(mode="after")
    def check(self):
        if not self.SECRET_KEY:
            raise ValueError("set SECRET_KEY")
        return self
""",
            note="checked",
        ),
        good(
            """\
import os

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    jwt_secret: str | None = None


def sign(claims, settings):
    if settings.jwt_secret is None:
        return None
    return encode(claims, settings.jwt_secret)


def secret():
    return os.getenv("JWT_SECRET", "") or generate()
""",
            note="asked for where it is used",
        ),
        good("def connect(password=None, secret_key=''):\n    secret = ''\n    return secret\n"),
    ),
)

_SIGNING = re.compile(
    r"(?:^|_)(?:secret_key|signing_key|signing_secret|jwt_key|jwt_secret|jwt_secret_key|session_secret|session_key"
    r"|cookie_secret|csrf_secret|encryption_key|encrypt_key|fernet_key|hmac_key|hmac_secret|token_secret|auth_secret"
    r"|app_secret|jwt_signing_key|jwt_private_key|secret_key_base|secret_token)$|^secret$"
)
_OF_A_VENDOR = re.compile(
    r"oauth|client|google|github|gitlab|slack|discord|stripe|twilio|aws|s3|azure|gcp|gcs|minio|openai|sentry|langfuse"
    r"|facebook|microsoft|okta|saml|oidc|ldap|smtp|mail|recaptcha|turnstile|captcha|vapid|apns|firebase|datadog|posthog"
    r"|ssh|tls|ssl|snowflake|bedrock|access_key|telegram|line_|kakao|naver|wechat|notion|zoom|hubspot|salesforce"
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report signing keys with an empty default that no code asks about."""
    name = match.name or ""
    if match.how in {"comparison", "parameter", "keyword", "entry"} or not _signs(name):
        return
    read = match.how == "environment"
    setting = None if read else match.expression.setting
    empty = (
        _reads_empty(match)
        if read
        else setting is not None and _is_empty_by_default(match.expression, setting)
    )
    if not empty or match.code.is_for_development:
        return
    module, asked = match.code.module, {name, (setting or match.code).assigned_name}
    checked = setting.is_validated if setting is not None else any(map(module.checks, asked))
    if checked or not asked.isdisjoint(module.kept(_asked_names, _asked_names)):
        return
    yield rule.finding(
        match.code.span,
        f"`{name}` is empty where nothing sets it, and nothing here stops the start",
        subject=name,
    )


def _signs(name: str) -> bool:
    """Whether a name is of a key that the service signs or encrypts with, not of a credential for another service."""
    words = "_".join(split_words(name))
    return bool(_SIGNING.search(words)) and not _OF_A_VENDOR.search(words) and is_secret_name(name)


def _reads_empty(match: Match) -> bool:
    """Whether a read falls back to nothing, and is the whole value of something that is no match by itself."""
    statement = match.code.parent
    if not isinstance(statement, Assignment) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    key = target.key if isinstance(target, Subscript) else None
    named = key.text.strip("\"'") if key is not None else target.last_name
    return bool(named) and not _signs(named) and _is_empty(match.expression)


def _is_empty_by_default(value: Expression, setting: Setting) -> bool:
    if setting.is_required or setting.framework in {"lookup", "class"}:
        return False
    read = value.reads if isinstance(value, Call) else None
    if read is not None:
        return _is_empty(read.default) if read.default is not None else read.may_be_none
    # An empty constant: code sets it later.
    return (
        setting.framework not in {"module", "flask"}
        and setting.default is not None
        and _is_empty(setting.default)
    )


def _is_empty(value: Expression) -> bool:
    return value.constant is None or value.constant == ""


def _asked_names(module: Module) -> frozenset[str]:
    """The names and keys in all tests that decide something; a warning alone lets the service start."""
    tests = filter(None, map(_deciding, module.below(If, While, Assert, Choice, Comparison)))
    return frozenset(
        str(each.literal) if isinstance(each, String) else each.last_name
        for test in tests
        for each in test.below(Name, Attribute, String)
    )


def _deciding(code: Code) -> Expression | None:
    """What a piece of code asks, where something depends on the answer."""
    if isinstance(code, If):
        return (
            None if _only_says(code.body) and (code.orelse is None or _only_says(code.orelse)) else code.test
        )
    if isinstance(code, While | Assert | Conditional):
        return code.test
    if isinstance(code, Choice):
        # `key or ""` is as empty as before
        decides = code.fallback is None or not _is_empty(code.fallback)
        return code.options[0] if decides and not _is_in_test(code) else None
    return code if isinstance(code, Comparison) and not _is_in_test(code) else None


def _is_in_test(code: Code) -> bool:
    below = code
    for above in code.around(Code):
        if isinstance(above, If) or above.is_statement:
            return isinstance(above, If) and above.test == below
        below = above
    return False


def _only_says(branch: Code) -> bool:
    """Whether a block, and every branch behind it, does nothing but write to the log; worked out once for each."""
    known: dict[Code, bool] = branch.module.kept(_only_says, lambda _: {})
    chain: list[Code] = []
    waiting: Code | None = branch
    answer = True
    while waiting is not None and answer:
        if waiting in known:
            answer = known[waiting]
            break
        chain.append(waiting)
        block = waiting.body if isinstance(waiting, If | Else) else waiting
        answer = isinstance(block, Block) and _block_only_says(block)
        waiting = waiting.orelse if isinstance(waiting, If) else None
    known.update(dict.fromkeys(chain, answer))  # a branch is as good as the worst behind it
    return answer


def _block_only_says(block: Block) -> bool:
    return bool(block.statements) and all(
        each.text == "pass"
        or (
            isinstance(each, Discarded)
            and (
                isinstance(each.value, String)
                or each.value.text == "..."
                or (isinstance(each.value, Call | Await) and _SAYS.search(each.value.text) is not None)
            )
        )
        for each in block.statements
    )


_SAYS = re.compile(
    r"^(?:await )?(?:print|(?:\w+\.)*_?(?:log|logger|logging|warnings)\.a?\w+|warn|(?:click|typer)\.s?echo)\("
)
