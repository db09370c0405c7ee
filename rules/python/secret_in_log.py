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
from lintkit.api.python import (
    LOG_CALLS,
    class_framework,
    fields_of,
    is_log_call,
    last_name,
    origin_names,
    origins,
)
from lintkit.api.secrets import is_secret_name, split_words

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
    paths_ignore=(
        *NOT_A_SERVICE,
        *SCRIPTS,
        "**/cli/**",
        "**/cli.py",
        "**/cmd/**",
        "**/management/commands/**",
    ),
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
        bad(
            """\
def start(settings, config, url):
    cache_url = settings.cache_redis_url or settings.redis_url
    logger.info("connects to %s", cache_url)  # <-- here
    value = config["client_secret"]
    logger.info("uses %s", value)  # <-- here
    shown = mask(settings.redis_url)
    begins = settings.api_key[:4] + "..."
    logger.info("%s %s %s", shown, begins, url)
""",
            note="under another name",
        ),
        bad(
            """\
import structlog
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url


class Settings(BaseSettings):
    smtp_password: SecretStr
    database_dsn: str
    password: str


settings = Settings()
log = structlog.get_logger()


def start(token, engine):
    log.info("mail as %s", settings.smtp_password.get_secret_value())  # <-- here
    log.bind(token=token).info("called")  # <-- here
    log.info("database", url=engine.url.render_as_string(hide_password=False))  # <-- here
    log.info("database", url=make_url(settings.database_dsn).render_as_string())
    log.info("mail as %s", settings.smtp_password)
    log.info("started", settings=settings.model_dump(exclude={"password", "database_dsn"}))
""",
            note="taken out of what hides it, or bound to the logger",
        ),
        bad(
            """\
import logging

import jwt
from itsdangerous import BadSignature, SignatureExpired

log = logging.getLogger(__name__)


def read(serializer, token, password):
    try:
        return serializer.loads(token)
    except (SignatureExpired, BadSignature):
        log.warning("refused %s", token)  # <-- here
    except jwt.InvalidTokenError:
        log.warning("refused %s for %s", token, password)  # <-- here x2
    except ValueError:
        log.warning("refused %s", token)  # <-- here
""",
            note="a token that was refused as expired or foreign is a warning, what may be good is an error",
        ),
        good(
            """\
import logging

log = logging.getLogger(__name__)


def refuse(api_key):
    shown_key = f"{api_key[:4]}********{api_key[-4:]}" if len(api_key) > 8 else "*" * 8
    log.error(f"refused the API key {shown_key}")
""",
            note="the first and the last letters",
        ),
        bad(
            """\
import logging

log = logging.getLogger(__name__)


def accept(api_token):
    log.debug("received the token %s", api_token[7:])  # <-- here
    start = api_token[:60]
    log.debug("received the token %s", api_token[:60])  # <-- here
""",
            note="all but the beginning, and most of it",
        ),
        bad(
            """\
import logging

log = logging.getLogger(__name__)


def refuse(api_key):
    shown_key = api_key
    log.error(f"refused the API key {shown_key}")  # <-- here
""",
            note="all of it under another name",
        ),
        good(
            """\
def start(settings, log):
    log.info("at %s", settings.redis_url.split("@")[-1] if "@" in settings.redis_url else settings.redis_url)
    log.info("at %s", settings.redis_url if "@" not in settings.redis_url else "elsewhere")
    log.info("at %s", settings.redis_url.rpartition("@")[2])
""",
            note="a URL without its password",
        ),
        good(
            """\
import argparse
import secrets


def create(name):
    client_secret = secrets.token_urlsafe(32)
    print(f"the secret of {name}: {client_secret}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    create(parser.parse_args().name)
""",
            note="a command whose purpose is to hand out a secret prints it at a terminal",
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
        bad(
            """\
import hmac
import logging

from django.core.exceptions import PermissionDenied

log = logging.getLogger(__name__)


def receive(request, key):
    token = request.headers["Webhook-Token"]
    signature = request.headers["Webhook-Signature"]
    if signature != hmac.new(key, token.encode(), "sha256").hexdigest():
        log.info("rejected %s", token)  # <-- here
        raise PermissionDenied
    log.info("accepted %s", token)  # <-- here


def login(session, token):
    session.headers["Authorization"] = f"Bearer {token}"
    print("token", token)  # <-- here
""",
            note="a token that a comparison turned away, and those that open something",
        ),
        good(
            """\
import logging

log = logging.getLogger(__name__)


def parse(text, lexer):
    for token in text.split():
        log.debug("token %r", token)
    token = lexer.next()
    log.warning("unexpected %r", token)


def count(token, vocabulary):
    print("unknown token", token)
    return vocabulary.get(token)


def create_txt_record(domain, token, account):
    log.debug("published %s below %s", token, domain)


def show(media, page_token):
    log.info("no media with %s", media.friendly_token)
    log.info("goes on at %s", page_token)


def revoke(session, token):
    token.revoke()
    log.info("revoked %r of %s", token, token.user)
""",
            note="pieces of a text, what is published for everybody, names of a page or a medium, and a record",
        ),
        good(
            """\
import logging
import secrets

log = logging.getLogger(__name__)


def first_start(users):
    password = secrets.token_urlsafe(12)
    users.create("admin", password)
    log.warning("made the user admin with the initial password %s", password)
""",
            note="the first password of a program, which is told to whoever starts it",
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
_NO_CREDENTIAL_TOKEN = frozenset(
    {
        "local",
        "remote",
        "lock",
        "fencing",
        "claims",
        "stop",
        "sync",
        "trace",
        "friendly",
        "slug",
        "public",
        "page",
        "cursor",
        "continuation",
        "resume",
        "idempotency",
        "dedup",
        "deduplication",
        "correlation",
        "cancel",
        "cancellation",
        "concurrency",
        "version",
        "parser",
        "lexer",
        "word",
        "unknown",
        "unexpected",
        "matched",
        "device",
        "push",
        "csrf",
        "xsrf",
        "challenge",
        "acme",
    }
)
"""Words of tokens that name a place, a page or a device, or that only hold together with a session."""

_LOGS_IN = re.compile(
    r"auth(?!or)|log_?in|log_?out|sign_?in|jwt|bearer|passw|credential|secret|session|api_?key|verif|invit|cookie"
    r"|request|header|account|user|member|refresh|revoke|expire|webhook|telegram|discord|slack|github|gitlab|vault"
    r"|client|connect|setting|config|environ|reset|bot(?![a-z])",
    re.IGNORECASE,
)
"""What code is about in which a `token` opens something."""

_READS_TEXT = re.compile(
    r"\b(?:lex|lexer|tokeni[sz]\w*|next|peek|advance|consume|popleft|pop|scan\w*|\w*split|partition|match|group|finditer|findall"
    r"|nlp|vocab|pars\w*|word_tokenize)\(",
    re.IGNORECASE,
)
"""Calls that give the pieces of a text."""

_IN_THE_OPEN = re.compile(r"acme|txt[_ ]?(?:record|value|name)|dns_?challenge", re.IGNORECASE)
"""Whoever proves that a name is his publishes a token for it (RFC 8555, section 8.4)."""

_OF_RECORDS = (
    r"id|pk|name|user|user_id|owner|revoke|save|delete|is_\w+|expir\w*|scopes?|generate\w*|created\w*"
)
_LONGEST = 200
_MADE = re.compile(
    r"\bsecrets\.|token_(?:hex|urlsafe|bytes)\(|(?:generat|random|make|create|new)\w*\(|uuid4\(|pwgen\(",
    re.IGNORECASE,
)
_HANDED_OVER = re.compile(
    r"generat|initial|temporary|one[- ]time|first (?:start|run|login|time)|bootstrap|default|created|admin"
    r"|(?:save|note|copy|keep) (?:it|this)",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"\braise\b|\babort\(|\b40[013]\b|[Uu]nauthori[sz]ed|[Ff]orbidden|\breturn (?:False|None)\b|\breturn\s*$",
    re.MULTILINE,
)
_DUMPS = frozenset({"model_dump", "dict", "json", "model_dump_json", "to_dict", "as_dict", "asdict"})
_TEXTS = frozenset(
    {"str", "repr", "format", "json.dumps", "dict", "list", "tuple", "vars", "pprint.pformat", "ascii"}
)
_TEXT_METHODS = frozenset({"format", "strip", "lower", "upper", "encode", "decode", "join"})
_BINDS = frozenset({"bind", "new"})
"""Methods of structlog's and loguru's loggers that add what each line of the new logger says."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MOST = 2_000
_MOST_NAMES = 4
_COMMAND_LINES = frozenset(
    {"argparse", "click", "typer", "fire", "docopt", "optparse", "cyclopts", "getpass"}
)
_SERVERS = frozenset(
    {"fastapi", "flask", "django", "starlette", "aiohttp", "sanic", "tornado", "uvicorn", "celery"}
)
_REFUSALS = re.compile(
    r"Expired|BadSignature|BadTimeSignature|BadData|InvalidSignature|Invalid\w*Token|TokenInvalid|Invalid\w*Signature"
    r"|DecodeError|JWTError|JOSEError|JWSError|InvalidAudience|InvalidIssuer|ImmatureSignature|JWTClaimsError"
)
"""Exceptions of itsdangerous, PyJWT, python-jose, cryptography and their like that say that a token opens nothing."""


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report each secret among what one call writes."""
    if not isinstance(match.node, cst.Call) or not is_log_call(match.node, file):
        return
    seen: set[str] = set()
    for argument in _arguments(match.node):
        if argument.keyword is not None and argument.keyword.value in {
            "exc_info",
            "stack_info",
            "file",
            "end",
            "sep",
        }:
            continue
        for node in _written(argument.value, file, pieces=rule.strict):
            found = _secret(node, file)
            if found is None or found[0] in seen or _is_handed_over(node, match.node, file):
                continue
            name, what = found
            if isinstance(match.node.func, cst.Name) and _is_terminal_tool(file):
                continue
            seen.add(name)
            refused = _was_refused(node, file)
            if refused and not rule.strict:
                continue  # it opens nothing
            yield rule.finding(
                file.span(node),
                f"`{name}` is written to the log{', after it was refused' if refused else what}",
                subject=f"{file.code(match.node.func)} {name}",
                severity="warning" if refused else None,
            )


def _arguments(call: cst.Call) -> Iterator[cst.Arg]:
    """What a call writes, with what the logger in front of it was given: `log.bind(user=user).info("came")`."""
    yield from call.args
    while isinstance(call.func, cst.Attribute) and isinstance(call.func.value, cst.Call):
        call = call.func.value
        if last_name(call.func) in _BINDS:
            yield from call.args


def _is_terminal_tool(file: PythonFile) -> bool:
    """Whether the module is a command that somebody starts at a terminal: it reads its arguments where it is run."""
    names = {imported.module.partition(".")[0] for imported in file.imports()}
    if not names & _COMMAND_LINES or names & _SERVERS:
        return False
    return "__main__" in file.text or bool(names & {"click", "typer", "fire", "cyclopts"})


def _is_handed_over(node: cst.BaseExpression, call: cst.Call, file: PythonFile) -> bool:
    """Whether a secret was made right here and is told to whoever starts the program: `initial password: …`.

    It is how a program that nobody has logged in to tells its first password, and it is to be replaced.
    """
    if not isinstance(node, cst.Name) or not _HANDED_OVER.search(file.code(call)):
        return False
    bindings = file.bindings(node)
    return bool(bindings) and all(
        each.kind == "value" and each.value is not None and _MADE.search(file.code(each.value))
        for each in bindings
    )


def _is_piece_of_text(node: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a thing that is called `token`, and no more, is a piece of a text, or of what is about none that opens.

    Parsers, tokenizers and language models have tokens all day. A bare `token` is a credential where its value does
    not come from cutting up a text, and where the code around it speaks of those who log in or are called.
    """
    if isinstance(node, cst.Name):
        for binding in file.bindings(node):
            loop = _loop(binding.node, file)
            if loop is not None:
                return not _LOGS_IN.search(file.code(loop))
            if binding.value is not None and _READS_TEXT.search(file.code(binding.value)):
                return True
    function, owner = file.enclosing_function(node), file.enclosing_class(node)
    known: dict[int, bool] = file.answers.setdefault("code about logins", {})
    place = function or file.enclosing_statement(node)
    if id(place) not in known:
        around = f"{file.path} {owner.name.value if owner is not None else ''} {file.code(place)}"
        known[id(place)] = _LOGS_IN.search(around) is not None and _IN_THE_OPEN.search(around) is None
    return not known[id(place)]


def _is_record(node: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a token is a record of a database, as its other uses there show: `token.revoke()`, `token.id`."""
    function = file.enclosing_function(node)
    known: dict[tuple[int, str], bool] = file.answers.setdefault("records", {})
    name = file.code(node)
    if function is None or len(name) > _LONGEST:
        return False
    if (id(function), name) not in known:
        uses = rf"(?<![\w.]){re.escape(name)}\.(?:{_OF_RECORDS})\b"
        known[id(function), name] = re.search(uses, file.code(function)) is not None
    return known[id(function), name]


def _loop(node: cst.CSTNode, file: PythonFile) -> cst.BaseExpression | None:
    """What is gone through by the loop or comprehension whose target is `node`; None for other bindings."""
    below = node
    for above in (node, *file.ancestors(node)):
        if isinstance(above, (cst.For, cst.CompFor)):
            return above.iter if below is above.target or above is node else None
        if not isinstance(above, (cst.Name, cst.Tuple, cst.List, cst.Element, cst.StarredElement)):
            return None
        below = above
    return None


def _was_refused(node: cst.BaseExpression, file: PythonFile) -> bool:
    """Whether a token is written where it has just been found to be expired, foreign or malformed."""
    name = last_name(node) or ""
    if split_words(name)[-1:] not in {
        ("token",),
        ("jwt",),
        ("ticket",),
        ("cookie",),
        ("signature",),
        ("code",),
    }:
        return False
    if _failed_a_test(node, name, file):
        return True
    for above in file.ancestors(node):
        if isinstance(above, (cst.FunctionDef, cst.Lambda)):
            return False
        if isinstance(above, (cst.ExceptHandler, cst.ExceptStarHandler)):
            caught = file.caught(above)
            if caught and all(_REFUSALS.search(each.rpartition(".")[2]) for each in caught):
                owner = file.parent(above)
                return isinstance(owner, (cst.Try, cst.TryStar)) and any(
                    isinstance(each, (cst.Name, cst.Attribute)) and last_name(each) == name
                    for each in file.walk(owner.body)
                )
    return False


def _failed_a_test(node: cst.BaseExpression, name: str, file: PythonFile) -> bool:
    """Whether a token is written in a branch that turns it away: `if signature != hmac(token): …; raise`."""
    for above in file.ancestors(node):
        if isinstance(above, (cst.FunctionDef, cst.Lambda)):
            return False
        if not isinstance(above, cst.If):
            continue
        test = above.test
        if isinstance(test, cst.Comparison):
            differs = all(isinstance(each.operator, (cst.NotEqual, cst.NotIn)) for each in test.comparisons)
        else:
            differs = (
                isinstance(test, cst.UnaryOperation)
                and isinstance(test.operator, cst.Not)
                and isinstance(test.expression, cst.Call)
            )
        if differs and re.search(rf"\b{re.escape(name)}\b", file.code(test)):
            return _REFUSES.search(file.code(above.body)) is not None and _within(above.body, node, file)
    return False


def _within(block: cst.CSTNode, node: cst.CSTNode, file: PythonFile) -> bool:
    return any(above is block for above in file.ancestors(node))


def _written(value: cst.BaseExpression, file: PythonFile, *, pieces: bool) -> Iterator[cst.BaseExpression]:
    """The expressions whose text a value holds: through formatting, concatenation, slices and dumps.

    `pieces` says that the first few letters count as well, by which a reader tells one token from another.
    """
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
            stack += _branches(node, file)
        elif isinstance(node, cst.BooleanOperation):
            stack += [node.left, node.right] if isinstance(node.operator, cst.Or) else [node.right]
        elif isinstance(node, cst.Await):
            stack.append(node.expression)
        elif isinstance(node, cst.Subscript) and isinstance(node.slice[0].slice, cst.Slice):
            if pieces or not _is_short(node, file, _TELLS_APART):
                stack.append(node.value)  # `url[:30]`
        elif isinstance(node, cst.Call):
            stack += _through(node, file)
            yield node
        else:
            yield node


def _branches(node: cst.IfExp, file: PythonFile) -> list[cst.BaseExpression]:
    """Both values of a conditional, without the one that is a URL in which no `@` is, and so no password."""
    test = node.test
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        operator, right = test.comparisons[0].operator, test.comparisons[0].comparator
        if isinstance(operator, (cst.In, cst.NotIn)) and file.literal(test.left) == "@":
            without = node.orelse if isinstance(operator, cst.In) else node.body
            if file.code(without) == file.code(right):
                return [node.body if isinstance(operator, cst.In) else node.orelse]
    return [node.body, node.orelse]


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
    if not name or not _speaks_of_secret(name):
        return _by_another_name(node, file) if isinstance(node, cst.Name) else None
    if _masks_itself(node, file) or (name == "token" and "lock" in file.code(node)):
        return None
    if split_words(name) == ("token",) and _is_piece_of_text(node, file):
        return None
    if split_words(name)[-1:] == ("token",) and _is_record(node, file):
        return None
    url = "" if _is_secret(name) else ", and with it the password in it"
    return name, url


def _speaks_of_secret(name: str) -> bool:
    return _is_secret(name) or bool(_CONNECTION.search(_CAMEL.sub("_", name).lower()))


def _by_another_name(node: cst.Name, file: PythonFile) -> tuple[str, str] | None:
    """A variable that is nothing but a secret under another name: `url = settings.redis_url or FALLBACK`."""
    if _masks_itself(node, file) or _NO_CREDENTIAL_TOKEN & set(split_words(node.value)):
        return None
    bindings = file.bindings(node)
    value = bindings[0].value if bindings and bindings[0].kind == "value" else None
    pending = [(value, 0)] if value is not None else []
    while pending:
        part, depth = pending.pop(0)
        if depth > _MOST_NAMES:
            continue
        if isinstance(part, cst.BooleanOperation):
            pending += [(part.left, depth + 1), (part.right, depth + 1)]
        elif isinstance(part, cst.IfExp):
            pending += [(each, depth + 1) for each in _branches(part, file)]
        elif isinstance(part, (cst.Attribute, cst.Subscript, cst.Call)):
            found = _secret(part, file)
            if found is not None and "whole" not in found[1]:
                return node.value, found[1] or f", and it is `{found[0]}`"
        elif isinstance(part, cst.Name):
            if _speaks_of_secret(part.value):
                found = _secret(part, file)
                return None if found is None else (node.value, found[1] or f", and it is `{found[0]}`")
            above = file.bindings(part)
            if above and above[0].kind == "value" and above[0].value is not None:
                pending.append((above[0].value, depth + 1))
    return None


def _secret_of_call(call: cst.Call, file: PythonFile) -> tuple[str, str] | None:
    """`os.getenv("X_PASSWORD")`, `config.get("token")`, `settings.model_dump()`, `password.get_secret_value()`."""
    callee = call.func
    if isinstance(callee, cst.Attribute) and callee.attr.value in _DUMPS and _is_settings(callee.value, file):
        if not {"exclude", "include"}.isdisjoint(file.keyword_arguments(call)):
            return None  # whoever chooses the fields has thought of it
        return file.code(callee.value), " whole, with every secret in it"
    if isinstance(callee, cst.Attribute) and callee.attr.value == "get_secret_value":
        return last_name(callee.value) or file.code(callee.value), ", taken out of what would have hidden it"
    if isinstance(callee, cst.Attribute) and callee.attr.value == "render_as_string":
        hides = file.argument(call, 0, "hide_password")
        if hides is None or file.literal(hides, follow=True) is not False:
            return None
        return file.code(callee.value), ", and with it the password in it"
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
    made = file.follow(node)
    if made is not node and "**" in file.code(made) and _is_in_part(made, file):
        return True
    return any(
        re.search(r"\b(?:SecretStr|SecretBytes|Secret)\(\)$", origin.replace("pydantic.", ""))
        for origin in origin_names(node, file)
    )


def _is_short(piece: cst.Subscript, file: PythonFile, most: int) -> bool:
    """Whether a slice takes so few letters from an end that it tells keys apart and gives none away: `key[:8]`."""
    part = piece.slice[0].slice
    if len(piece.slice) != 1 or not isinstance(part, cst.Slice) or part.step is not None:
        return False
    if (part.lower is None) == (part.upper is None):
        return False
    end = part.upper or part.lower
    bound = file.literal(end) if end is not None else None
    if not isinstance(bound, int):
        return False
    return 0 < bound <= most if part.upper is not None else -most <= bound < 0


def _is_in_part(value: cst.CSTNode, file: PythonFile) -> bool:
    """Whether a text shows the first or last letters of a secret alone: `f"{key[:4]}****{key[-4:]}"`."""
    if isinstance(value, cst.IfExp):
        return _is_in_part(value.body, file) and _is_in_part(value.orelse, file)
    if isinstance(value, cst.BinaryOperation):
        return _is_in_part(value.left, file) and (
            isinstance(value.operator, cst.Multiply) or _is_in_part(value.right, file)
        )
    if isinstance(value, cst.Subscript):
        return _is_short(value, file, _FEW_LETTERS)
    if isinstance(value, cst.FormattedString):
        fields = [each for each in value.parts if isinstance(each, cst.FormattedStringExpression)]
        return bool(fields) and all(_is_in_part(each.expression, file) for each in fields)
    return isinstance(value, cst.SimpleString)


_FEW_LETTERS = 12
"""How many letters a mask may leave at an end."""
_TELLS_APART = 10
"""How many letters are written to tell tokens apart; such findings are left to `strict`."""


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
