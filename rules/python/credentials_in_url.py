"""python/credentials-in-url: a URL in the source that holds a password."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lintkit.api import (
    NOT_A_SERVICE,
    Finding,
    Match,
    PythonFile,
    RuleContext,
    Span,
    Strings,
    bad,
    cst,
    define,
    good,
)
from lintkit.api.python import is_for_people, is_of_tests, last_name, scope_name, setting_at
from lintkit.api.secrets import (
    Verdict,
    classify,
    said_of,
    severity_of,
    split_words,
    url_credentials,
)

URLS = Strings(("://",))

RULE = define(
    summary="a URL in the source holds a password",
    why="""
The password is in every clone, image layer and traceback, and a URL is logged where nobody would log a password: by
drivers, proxies and error reports. As the default of a setting it is what production connects with when the variable
is missing. A password for this machine, or one that everybody tries first, is a warning: it opens nothing elsewhere
until somebody deploys it.
""",
    remedy="Take the whole URL, or its password, from the environment or a secret store. "
    "Replace a password that was real: it is in the history.",
    severity="error",
    kinds=("python",),
    looks_at=(URLS,),
    tags=("security", "secrets", "secret-url-credentials", "CWE-798", "CWE-522"),
    equivalents=(
        "detect-secrets:basic_auth",
        "gitleaks:curl-auth-user",
        "semgrep:detected-username-and-password-in-uri",
        "sonar-python:hardCodedCredentials",
    ),
    packs=("recommended", "security", "production"),
    supersedes=("python/localhost-default",),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
import os

from pydantic_settings import BaseSettings

BROKER = "amqp://shop:Winter2024!@broker:5672//"  # <-- here
URL = os.getenv("DATABASE_URL", "postgresql://postgres:postgres@db/shop")  # <-- here


class Settings(BaseSettings):
    redis_url: str = "redis://:Winter2024!@cache:6379/0"  # <-- here
"""
        ),
        bad(
            """\
def dsn(host, name):
    first = f"postgresql+asyncpg://shop:Winter2024!@{host}/{name}"  # <-- here
    second = "mysql://shop:Winter2024!@" + host  # <-- here
    return first, second
""",
            note="the host is put in, the password is written there",
        ),
        bad('client.get("https://deploy:Winter2024!@registry.example.com/v2/")  # <-- here\n'),
        bad('logger.info("connects to mongodb://shop:Winter2024!@db/shop")  # <-- here\n', note="in a text"),
        bad(
            """\
import os

FIRST = os.getenv("DATABASE_URL", "postgresql://shop:dev_password@localhost:5432/shop")  # <-- here
SECOND = "mongodb://shop:Winter2024!@localhost:27017,127.0.0.1:27018/shop"  # <-- here
THIRD = "mongodb://shop:Winter2024!@db-0.example.net:27017,db-1.example.net:27017/shop"  # <-- here
FOURTH = "amqp://shop:Win,ter2024!@mq:5672"  # <-- here
""",
            note="several hosts, a comma in the password; for this machine it is a warning",
        ),
        bad(
            """\
from pydantic_settings import BaseSettings


class TestSettings(BaseSettings):
    database_url: str = "postgresql://shop:shop@localhost/shop_test"
    queue_url: str = "amqps://shop:Winter2024!@mq.shop-staging.net/test"  # <-- here


class PenTest(BaseSettings):
    database_url: str = "postgresql://shop:shop@localhost/findings"  # <-- here
""",
            note="in settings of tests, only the password of a host that is somewhere else",
        ),
        bad(
            """\
FIRST = "amqp://" + "shop" + ":" + "Winter2024!" + "@mq.example.net"  # <-- here
SECOND = "mysql://shop:%s@db.example.net" % "Winter2024!"  # <-- here
THIRD = "redis://{}:{word}@cache.example.net".format("shop", word="Winter2024!")  # <-- here
""",
            note="put together from pieces that are all written there",
        ),
        good(
            """\
import os

fake_values = [("DATABASE_URL", "postgresql://postgres:postgres@db/shop")]
for name, value in fake_values:
    os.environ[name] = value
""",
            note="a name that says so",
        ),
        good(
            """\
class Queue:
    def __init__(self, amqp_url="amqp://guest:guest@localhost:5672/%2F"):
        self.amqp_url = amqp_url
""",
            note="RabbitMQ's own user for the machine itself, which it lets in from nowhere else",
        ),
        bad(
            """\
BROKER_URL = "amqp://guest:guest@rabbit.example.org:5672/"  # <-- here
""",
            note="the same on another machine",
        ),
        good(
            """\
URL_REGEX_TESTS = [("http://us:pa55w0rd@ex.example/a", ["http://us:pa55w0rd@ex.example/a"])]
SAMPLE_DSN = "postgresql://shop:Tr0ub4dor@db.internal/shop"
default = "postgresql://user:pass@host/shop"
database_url = "postgresql://user:password@localhost:5432/your_database"
""",
            note="what code is tried with, and what shows where the parts go",
        ),
        good(
            """\
def dsn(user, password, host):
    first = f"postgresql://{user}:{password}@{host}/shop"
    second = "postgresql://%s:%s@%s/shop" % (user, password, host)
    third = "postgresql://{user}:{password}@db/shop".format(user=user, password=password)
    fourth = "redis://:" + password + "@cache"
    return first, second, third, fourth, "postgresql://${USER}:${PASSWORD}@db"
""",
            note="the password is put in",
        ),
        good(
            """\
MASKED = "postgresql://shop:***@db/shop"
TEMPLATE = "redis://:<password>@cache:6379"
WITHOUT = "postgresql://shop@db:5432/shop"
PORT = "https://shop.example.com:8443/@team"
EMPTY = "redis://shop:@cache"
PATTERN = r"^\\w+://[^:]+:[^@]+@"
""",
            note="masks, templates, URLs without a password, patterns",
        ),
        good(
            """\
from pydantic import Field

HELP = "The URL of the database, for example postgresql://user:password@host:5432/name"
url: str = Field(..., description="redis://user:pass@host:6379", examples=["redis://user:pass@host:6379"])
LEFT_IN = {"postgresql://user:password@localhost:5432/shop"}
if url == "postgresql://user:changeme@db/shop":
    raise SystemExit("set DATABASE_URL")
""",
            note="how such a URL is written, and the question whether an example was left in",
        ),
        good({"tests/test_db.py": 'URL = "postgresql://postgres:postgres@db/shop"\n'}, note="tests"),
    ),
)

_PATTERN = re.compile(r"\[\^|\\[wdsSW]|\(\?[:P!=<]|\.[*+]|\]\+")
_PROSE = frozenset(
    {
        "description",
        "help",
        "example",
        "examples",
        "title",
        "doc",
        "detail",
        "message",
        "placeholder",
        "hint",
        "epilog",
    }
)


_TEMPLATE = re.compile(r"@(?:host|hostname|server)(?:[:/]|$)|(?<![a-z])your[-_]", re.IGNORECASE)
"""A URL that only shows where its parts go: `postgresql://user:pass@host/your_database`."""
_SHOWN = frozenset(
    {
        "fake",
        "dummy",
        "mock",
        "test",
        "tests",
        "testing",
        "example",
        "examples",
        "sample",
        "samples",
        "case",
        "cases",
        "fixture",
    }
)
"""Words of names for URLs that code is tried with: `URL_REGEX_TESTS`."""
_LOOPBACK_GUEST = re.compile(r"(?:py)?amqps?://guest:guest@(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)")
"""The user that RabbitMQ comes with; it may log in from the machine itself only (its documentation, Access Control)."""


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report strings in which the password of a URL is written."""
    text = _text(match.node, file)
    if text is None or "\n" in text or _PATTERN.search(text):
        return  # a text of several lines is a document or a sample
    verdict = _worst(text)
    if verdict is None:
        text = _put_together(match.node, file)
        verdict = _worst(text) if text else None
    if verdict is None:
        return
    setting = setting_at(match.node, file)
    if setting is not None and _SHOWN & set(split_words(setting.name)):
        return
    shows = _only_shows(match.node, text, file) or (setting is not None and setting.name.lower() in _PROSE)
    if verdict.kind not in {"format", "real"} and (shows or _TEMPLATE.search(text)):
        return
    if verdict.kind != "format" and _LOOPBACK_GUEST.match(text):
        return
    severity = severity_of("password", text, verdict)
    if severity != "error" and is_of_tests(match.node, file):
        return  # the database that the tests bring up for themselves
    if not rule.strict and verdict.reason.is_made_up and is_for_people(match.node, file):
        return
    whose = f"the URL of `{setting.name}`" if setting is not None else f"{_scheme(text, verdict.start)}URL"
    yield rule.finding(
        _password_span(match.node, text, verdict, file),
        f"{whose} holds a password that {said_of(text, verdict)}",
        subject=setting.name if setting is not None else scope_name(match.node, file) or "module",
        severity=severity,
        secret=True,
    )


def _password_span(node: cst.CSTNode, text: str, verdict: Verdict, file: PythonFile) -> Span:
    """Where the password is written, so that the rest of the URL can be shown; the whole string where it is escaped."""
    whole, code = file.span(node), file.code(node)
    password = text[verdict.start : verdict.end]
    for start, end in url_credentials(code):
        if code[start:end] == password:
            return Span(whole.path, whole.start + start, whole.start + end)
    return whole


def _text(node: cst.CSTNode, file: PythonFile) -> str | None:
    """The text of a string, with a reference in the place of each expression."""
    if isinstance(node, cst.SimpleString):
        value = file.literal(node)
        return value if isinstance(value, str) else None
    if isinstance(node, cst.FormattedString):
        parts = file.string_parts(node) or ()
        return "".join(part if isinstance(part, str) else _REFERENCE for part in parts)
    return None


def _put_together(node: cst.CSTNode, file: PythonFile) -> str:
    """The text that a string begins: `"redis://:" + "x" + "@cache"`, `"redis://:%s@cache" % "x"`, `"…".format("x")`.

    A reference stands in the place of each part that is not written there; empty where the string stands alone.
    """
    above = file.parent(node)
    if not isinstance(node, cst.SimpleString) or above is None:
        return ""
    if isinstance(above, cst.BinaryOperation) and above.left is node:
        if isinstance(above.operator, cst.Add):
            whole: cst.BaseExpression = above
            while isinstance(above := file.parent(whole), cst.BinaryOperation) and above.left is whole:
                whole = above
            parts = file.string_parts(whole) or ()
            return "".join(part if isinstance(part, str) else _REFERENCE for part in parts)
        if isinstance(above.operator, cst.Modulo):
            given = above.right
            values = [each.value for each in given.elements] if isinstance(given, cst.Tuple) else [given]
            return _filled(node, _PERCENT, values, {}, file)
    call = file.parent(above)
    if isinstance(above, cst.Attribute) and above.attr.value == "format" and isinstance(call, cst.Call):
        named = {name: each.value for name, each in file.keyword_arguments(call).items()}
        return _filled(node, _BRACES, file.positional(call), named, file)
    return ""


_REFERENCE = "{value}"
_PERCENT = re.compile(r"%(?P<name>)[sr]")
_BRACES = re.compile(r"\{(?P<name>\w*)(?:![rsa])?\}")


def _filled(
    template: cst.SimpleString,
    holders: re.Pattern[str],
    values: Sequence[cst.BaseExpression],
    named: Mapping[str, cst.BaseExpression],
    file: PythonFile,
) -> str:
    """A template with the literals that are given to it in the place of its holders."""
    waiting = iter(values)

    def fill(holder: re.Match[str]) -> str:
        given = named.get(holder["name"]) if holder["name"] else next(waiting, None)
        text = file.literal(given) if given is not None else None
        return text if isinstance(text, str) else _REFERENCE

    written = file.literal(template)
    return holders.sub(fill, written) if isinstance(written, str) else ""


def _worst(text: str) -> Verdict | None:
    """The verdict on a password in `text`, its place counted there: the first real one, else the last that is none."""
    found: Verdict | None = None
    for start, end in url_credentials(text):
        verdict = classify("password", text[start:end], credential=True)
        if verdict is not None and (found is None or verdict.kind in {"format", "real"}):
            found = replace(verdict, start=start + verdict.start, end=start + verdict.end)
            if severity_of("password", text, found) == "error":
                break
    return found


def _scheme(text: str, start: int) -> str:
    """The article and the scheme: "a `postgresql` ", "an `amqp` ", or "a " where none is told."""
    before = re.search(r"([A-Za-z][A-Za-z0-9+.\-]{0,30})://[^\s/]*$", text[:start])
    scheme = f"`{before[1]}` " if before else ""
    return ("an " if scheme[1:2].lower() in set("aeio") else "a ") + scheme


def _only_shows(node: cst.CSTNode, text: str, file: PythonFile) -> bool:
    """Whether a URL with a made-up password shows how one is written, or is compared with what was left in."""
    if any(c.isspace() for c in text.strip()):
        return True
    for above in file.ancestors(node):
        if isinstance(above, (cst.Comparison, cst.ComparisonTarget, cst.Set)):
            return True
        if isinstance(above, cst.DictElement) and "example" in str(file.literal(above.key)).lower():
            return True
        if isinstance(above, cst.Arg):
            if above.keyword is not None and above.keyword.value in _PROSE:
                return True
            call = file.parent(above)
            if isinstance(call, cst.Call) and (last_name(call.func) or "") in {
                "startswith",
                "replace",
                "frozenset",
            }:
                return True
        if isinstance(above, cst.Raise):
            return True
    return False
