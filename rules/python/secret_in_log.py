"""python/secret-in-log: a password, a token, a connection URL or all settings are written to the log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    bad,
    cst,
    define,
    good,
)
from lintkit.python.log_calls import LOG_CALLS, is_log_call
from lintkit.python.receivers import origin_names, origins
from lintkit.python.settings_fields import class_framework, fields_of
from lintkit.python.spelling import last_name
from lintkit.secrets import is_secret_name, split_words

RULE = define(
    summary="a secret is written to the log",
    why="""
Logs are copied to places where secrets are not: a collector, a ticket, a colleague's screen, a vendor's support. They
are kept for months, and nobody thinks of them when a password is replaced. The first characters of a connection URL
are its user and its password.
""",
    remedy="Log what identifies the thing (a host, a name, whether it is set). "
    "Hold secrets in `SecretStr`, and put a URL through a function that masks it.",
    severity="error",
    kinds=("python",),
    looks_at=LOG_CALLS,
    tags=("security", "secrets", "secret-in-log", "CWE-532"),
    equivalents=("semgrep:python-logger-credential-disclosure",),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS, "**/cli/**", "**/cli.py", "**/management/commands/**"),
    examples=(
        bad(
            """\
import logging

import structlog

from app.core.config import settings

logger = structlog.get_logger(__name__)


def start(password, api_key):
    logger.info("connected", url=settings.REDIS_URL)  # <-- here
    logger.debug("login with %s", password)  # <-- here
    logging.warning(f"key is {api_key}")  # <-- here
    logging.getLogger(__name__).error("key: " + api_key)  # <-- here
    print("token: {}".format(settings.bot_token))  # <-- here
    logger.info("key %s" % api_key)  # <-- here
"""
        ),
        bad(
            """\
import logging

log = logging.getLogger(__name__)


def start(config):
    print(f"connects to {config.DATABASE_URL[:30]}...")  # <-- here
    log.info("key begins with %s", config["api_key"][:8])  # <-- here
    log.info("uses %s", config.get("client_secret"))  # <-- here
""",
            note="a part of a secret gives away what it is, and the first of a URL are user and password",
        ),
        bad(
            """\
import os
from logging import getLogger

from pydantic_settings import BaseSettings

logger = getLogger(__name__)


class Settings(BaseSettings):
    password: str


settings = Settings()
logger.info("settings: %s", settings)  # <-- here
logger.debug("settings", extra={"settings": settings.model_dump()})  # <-- here
print(dict(os.environ))  # <-- here
print("password", os.getenv("DB_PASSWORD"))  # <-- here
""",
            note="all settings at once",
        ),
        good(
            """\
def start(settings, token):
    logger.info("connected", url=mask_password(settings.REDIS_URL))
    logger.info("key %s", redact(settings.api_key))
    logger.info("key is %s", "set" if settings.api_key else "missing")
    logger.info("key is set: %s, %d characters", bool(token), len(token))
    logger.info("same token: %s", token == settings.bot_token)
    logger.info("fingerprint %s", hashlib.sha256(token.encode()).hexdigest())
    logger.info("no password" if settings.password is None else "password")
""",
            note="masked, counted, compared, or only asked for",
        ),
        good(
            """\
def report(usage, user, key):
    logger.info("tokens: %d of %d", usage.total_tokens, usage.max_tokens)
    logger.info("%s %s %s", user.token_type, user.password_hash, user.secret_name)
    logger.error("password is missing, set DB_PASSWORD")
    logger.info("cache %s, object %s", key, user.storage_key)
    logger.info("base url %s", user.base_url)
    logger.debug("%s %s", user.supports_auth_plain, lock.local.token)
    logger.debug("%s", os.environ[key])
    audit.info(user.password)
""",
            note="names that only speak of secrets, and what is no logger",
        ),
        good(
            """\
from pydantic import SecretStr


def start(password: SecretStr):
    logger.info("password: %s", password)
""",
            note="SecretStr prints stars",
        ),
    ),
)

_CONNECTION = re.compile(
    r"(?:^|_)(?:database|db|sql|sqlalchemy|postgres\w*|pg|mysql|mariadb|mongo\w*|redis|valkey|amqp|rabbit\w*|broker|celery)"
    r"_(?:\w+_)?(?:url|uri|dsn|connection_string|conn_str)$|(?:^|_)(?:dsn|connection_string|conn_string|conn_str)$"
)
_NO_CREDENTIAL_KEY = frozenset(
    {"storage", "role", "app", "service", "account", "session", "admin", "license", "master"}
)
_NO_CREDENTIAL_TOKEN = frozenset({"local", "remote", "lock", "fencing", "claims", "stop", "sync", "trace"})
_DUMPS = frozenset({"model_dump", "dict", "json", "model_dump_json", "to_dict", "as_dict", "asdict"})
_TEXTS = frozenset(
    {"str", "repr", "format", "json.dumps", "dict", "list", "tuple", "vars", "pprint.pformat", "ascii"}
)
_TEXT_METHODS = frozenset(
    {"format", "strip", "lower", "upper", "encode", "decode", "join", "get_secret_value"}
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MOST = 2_000


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each secret among what one call writes."""
    if not isinstance(match.node, cst.Call) or not is_log_call(match.node, file):
        return
    seen: set[str] = set()
    for argument in match.node.args:
        if argument.keyword is not None and argument.keyword.value in {
            "exc_info",
            "stack_info",
            "file",
            "end",
            "sep",
        }:
            continue
        for node in _written(argument.value, file):
            found = _secret(node, file)
            if found is None or found[0] in seen:
                continue
            name, what = found
            seen.add(name)
            yield rule.finding(
                file.span(node),
                f"`{name}` is written to the log{what}",
                subject=f"{file.code(match.node.func)} {name}",
            )


def _written(value: cst.BaseExpression, file: PythonFile) -> Iterator[cst.BaseExpression]:
    """The expressions whose text a value holds: through formatting, concatenation, slices and dumps."""
    stack: list[cst.BaseExpression] = [value]
    for _ in range(_MOST):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, cst.FormattedString):
            stack += [p.expression for p in node.parts if isinstance(p, cst.FormattedStringExpression)]
        elif isinstance(node, cst.ConcatenatedString):
            stack += [node.left, node.right]
        elif isinstance(node, cst.BinaryOperation):
            if isinstance(node.operator, (cst.Add, cst.Modulo)):
                stack += [node.left, node.right]
        elif isinstance(node, (cst.Tuple, cst.List, cst.Set)):
            stack += [element.value for element in node.elements]
        elif isinstance(node, cst.Dict):
            stack += [
                e.value for e in node.elements if isinstance(e, (cst.DictElement, cst.StarredDictElement))
            ]
        elif isinstance(node, cst.IfExp):
            stack += [node.body, node.orelse]
        elif isinstance(node, cst.BooleanOperation):
            stack += [node.left, node.right] if isinstance(node.operator, cst.Or) else [node.right]
        elif isinstance(node, cst.Await):
            stack.append(node.expression)
        elif isinstance(node, cst.Subscript) and isinstance(node.slice[0].slice, cst.Slice):
            stack.append(node.value)  # `url[:30]`
        elif isinstance(node, cst.Call):
            stack += _through(node, file)
            yield node
        else:
            yield node


def _through(call: cst.Call, file: PythonFile) -> list[cst.BaseExpression]:
    """What a call that keeps the text of its arguments is given; nothing for calls that may mask it."""
    name = file.qualified_name(call.func)
    if name in _TEXTS:
        return [argument.value for argument in call.args]
    if isinstance(call.func, cst.Attribute) and call.func.attr.value in _TEXT_METHODS:
        return [call.func.value, *(argument.value for argument in call.args)]
    return []


def _key(node: cst.Subscript, file: PythonFile) -> str:
    """The name in `config["api_key"]`; empty for a slice or an index."""
    if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Index):
        return ""
    key = file.literal(node.slice[0].slice.value)
    return key if isinstance(key, str) else ""


def _secret(node: cst.BaseExpression, file: PythonFile) -> tuple[str, str] | None:
    """(the name of a secret that an expression is, what to add to the message), or None."""
    name = ""
    if isinstance(node, (cst.Name, cst.Attribute)):
        name = last_name(node) or ""
        if name == "environ" and file.qualified_name(node) == "os.environ":
            return "os.environ", " whole, with every secret in it"
        if _is_settings(node, file):
            return file.code(node), " whole, with every secret in it"
    elif isinstance(node, cst.Subscript):
        name = _key(node, file)
    elif isinstance(node, cst.Call):
        return _secret_of_call(node, file)
    if not name or not (_is_secret(name) or _CONNECTION.search(_CAMEL.sub("_", name).lower())):
        return None
    if _masks_itself(node, file) or (name == "token" and "lock" in file.code(node)):
        return None
    url = "" if _is_secret(name) else ", and with it the password in it"
    return name, url


def _secret_of_call(call: cst.Call, file: PythonFile) -> tuple[str, str] | None:
    """`os.getenv("X_PASSWORD")`, `config.get("token")`, `settings.model_dump()`."""
    callee = call.func
    if isinstance(callee, cst.Attribute) and callee.attr.value in _DUMPS and _is_settings(callee.value, file):
        return file.code(callee.value), " whole, with every secret in it"
    getter = file.qualified_name(callee) in {"os.getenv", "os.environ.get"}
    if getter or (isinstance(callee, cst.Attribute) and callee.attr.value == "get" and call.args):
        name = file.literal(call.args[0].value) if call.args else None
        if isinstance(name, str) and (_is_secret(name) or _CONNECTION.search(name.lower())):
            return name, ""
    return None


def _is_secret(name: str) -> bool:
    words = split_words(name)
    if words[-1:] == ("token",) and _NO_CREDENTIAL_TOKEN & set(words):
        return False
    if "auth" in words and not {"token", "key", "password", "secret"} & set(words):
        return False
    if words[-1:] == ("key",) and words[-2:-1] and words[-2] in _NO_CREDENTIAL_KEY:
        return False
    return is_secret_name(name)


def _masks_itself(node: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a name is of a type that prints stars, or of a mask itself: `password: SecretStr`, `masked_token`."""
    if re.search(
        r"mask|redact|sanit|obfus|hidden|scrub|censor|hash|encrypt|fingerprint", last_name(node) or "", re.I
    ):
        return True
    return any(
        re.search(r"\b(?:SecretStr|SecretBytes|Secret)\(\)$", origin.replace("pydantic.", ""))
        for origin in origin_names(node, file)
    )


def _is_settings(node: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether an expression is the settings object: an instance of a settings class, or `settings` as imported."""
    name = last_name(node)
    if name is None or not re.search(r"settings?$|config$", name, re.IGNORECASE):
        return False
    if isinstance(node, cst.Name) and name == "settings":
        qualified = file.qualified_name(node) or ""
        if re.search(r"(?:^|\.)(?:config|settings|conf|core)\.settings$", qualified):
            return True
    return any(
        origin.name.endswith("()")
        and isinstance(origin.definition, cst.ClassDef)
        and class_framework(origin.definition, file) == "pydantic"
        and _holds_secret(origin.definition, file)
        for origin in origins(node, file)
    )


def _holds_secret(definition: cst.ClassDef, file: PythonFile) -> bool:
    """Whether a settings class has a field for a secret that is plain text."""
    return any(
        _is_secret(field.name) and "Secret" not in field.annotation for field in fields_of(definition, file)
    )
