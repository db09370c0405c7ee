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
    cst,
    define,
    good,
)
from lintkit.api.python import (
    SettingNode,
    assigned_name,
    environment_read,
    is_for_development,
    is_validated,
    last_name,
    setting_at,
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
    if match.value is None or not _signs(name):
        return
    setting = _setting(match, file)
    if setting is None or is_for_development(match.node, file) or _is_asked_about(setting, name, file):
        return
    yield rule.finding(
        file.span(match.node),
        f"`{name}` is empty where nothing sets it, and nothing here stops the start",
        subject=name,
    )


def _signs(name: str) -> bool:
    """Whether a name is of a key that the service signs or encrypts with, not of a credential for another service."""
    words = "_".join(split_words(name))
    return bool(_SIGNING.search(words)) and not _OF_A_VENDOR.search(words) and is_secret_name(name)


def _setting(match: Match, file: PythonFile) -> SettingNode | None:
    """The setting of a match, when it is missing or empty by default."""
    if match.value is None or match.how in {"comparison", "parameter", "keyword", "entry"}:
        return None
    if match.how == "environment":
        target = _assigned(match.node, file)
        if target is None or _signs(target):
            return None  # the assignment matches on its own
        empty = _is_empty(match.value, file)
        return SettingNode(match.name or "", match.node, "getenv", match.value) if empty else None
    setting = setting_at(match.value, file)
    if setting is None or setting.required or setting.framework in {"lookup", "class"}:
        return None
    default = setting.default
    read = environment_read(match.value, file)
    if read is not None:
        empty = read.default is None and read.how in {"getenv", "environ-get"}
        return setting if empty or (read.default is not None and _is_empty(read.default, file)) else None
    if setting.framework in {"module", "flask"}:
        return None  # an empty constant: code sets it later
    return setting if default is not None and _is_empty(default, file) else None


def _assigned(node: cst.CSTNode, file: PythonFile) -> str | None:
    """The name that a read is the whole value of; None where it is a part of something else."""
    statement = file.parent(node)
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        target = statement.targets[0].target
        if isinstance(target, cst.Subscript):
            return file.code(target.slice[0]).strip("\"'")
        return last_name(target)
    if isinstance(statement, cst.AnnAssign):
        return last_name(statement.target)
    return None


def _is_empty(value: cst.BaseExpression, file: PythonFile) -> bool:
    found = file.literal(value, follow=True)
    return found is None or found == ""


def _is_asked_about(setting: SettingNode, name: str, file: PythonFile) -> bool:
    """Whether the file does something else without the value: `if not key: raise`, `key or generate()`."""
    if is_validated(setting, file):
        return True
    return not {name, assigned_name(setting.node, file)}.isdisjoint(_asked_names(file))


def _asked_names(file: PythonFile) -> frozenset[str]:
    """The names and keys in all tests that decide something; a warning alone lets the service start."""
    key = "secret-setting-optional: asked"
    if key not in file.answers:
        found: set[str] = set()
        for statement in file.statements():
            for node in file.walk(statement):
                for test in _deciding(node, file):
                    found.update(_named(test, file))
        file.answers[key] = frozenset(found)
    names: frozenset[str] = file.answers[key]
    return names


def _deciding(node: cst.CSTNode, file: PythonFile) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.If):
        if not (_only_says(node.body, file) and (node.orelse is None or _only_says(node.orelse, file))):
            yield node.test
    elif isinstance(node, cst.Assert | cst.While | cst.IfExp):
        yield node.test
    elif isinstance(node, cst.BooleanOperation) and not _is_in_test(node, file):
        # `key or ""` is as empty as before
        if isinstance(node.operator, cst.And) or not _is_empty(node.right, file):
            yield node.left
    elif isinstance(node, cst.Comparison) and not _is_in_test(node, file):
        yield node


def _is_in_test(node: cst.CSTNode, file: PythonFile) -> bool:
    below = node
    for above in file.ancestors(node):
        if isinstance(above, cst.If):
            return above.test is below
        if isinstance(above, cst.BaseStatement | cst.BaseSmallStatement):
            return False
        below = above
    return False


def _only_says(branch: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a block, and every branch behind it, does nothing but write to the log; worked out once for each."""
    pending: list[cst.CSTNode] = [branch]
    key = "secret-setting-optional: only says"
    known: dict[int, bool] = file.answers.setdefault(key, {})
    chain: list[int] = []
    answer = True
    while pending and answer:
        node = pending.pop()
        if id(node) in known:
            answer = known[id(node)]
            break
        chain.append(id(node))
        if isinstance(node, cst.If | cst.Else):
            answer = _block_only_says(node.body, file)
            if isinstance(node, cst.If) and node.orelse is not None:
                pending.append(node.orelse)
        else:
            answer = _block_only_says(node, file)
    known.update(dict.fromkeys(chain, answer))  # a branch is as good as the worst behind it
    return answer


def _block_only_says(block: cst.CSTNode, file: PythonFile) -> bool:
    lines = getattr(block, "body", ())
    statements = [
        small
        for line in lines
        for small in (line.body if isinstance(line, cst.SimpleStatementLine) else [line])
    ]
    return bool(statements) and all(
        isinstance(each, cst.Pass)
        or (
            isinstance(each, cst.Expr)
            and (
                isinstance(each.value, cst.SimpleString | cst.Ellipsis)
                or (
                    isinstance(each.value, cst.Call | cst.Await)
                    and _SAYS.search(file.code(each.value)) is not None
                )
            )
        )
        for each in statements
    )


_SAYS = re.compile(
    r"^(?:await )?(?:print|(?:\w+\.)*_?(?:log|logger|logging|warnings)\.a?\w+|warn|(?:click|typer)\.s?echo)\("
)


def _named(test: cst.BaseExpression, file: PythonFile) -> Iterator[str]:
    for node in file.walk(test):
        if isinstance(node, cst.Name | cst.Attribute):
            yield last_name(node) or ""
        elif isinstance(node, cst.SimpleString):
            yield file.string(node) or ""
