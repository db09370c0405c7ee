"""Secrets that Python source hands over by their place: arguments of calls, cases of a `match`, lines under a comment.

`Fernet("x")`, `add_middleware(SessionMiddleware, "x")`, `match password: case "x"`, `telnet.write("x")  # password`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from lintkit.formats.python_lex import Token
from lintkit.secrets.names import mention
from lintkit.secrets.patterns import pattern
from lintkit.secrets.python_strings import content, literals_in
from lintkit.secrets.sql import secret_holders

Range = tuple[int, int]
Ranges = list[Range]

_CREDENTIAL_CALL = pattern(
    r"""(?:(?P<first>\b(?:Fernet|hmac\.new|AESGCM|ChaCha20Poly1305|bcrypt\.(?:hashpw|checkpw)|crypt\.crypt|HMAC
       |hashlib\.(?:scrypt|md5|sha1|sha224|sha256|sha384|sha512|sha3_\d{3}|blake2[bs])|(?<![\w.])(?:md5|sha1|sha256|sha512)
       |(?:Async)?(?:OpenAI|Anthropic|Groq|Together|TavilyClient|ElevenLabs)|cohere\.(?:Async)?Client(?:V2)?|Mistral(?:Client)?|Pinecone|Exa|FirecrawlApp
       |googlemaps\.Client|deepl\.(?:Translator|DeepLClient)|(?:Postmark(?:Server)?|NewsApi|Mailchimp)Client|TodoistAPI|Dropbox|pyairtable\.Api
       |tweepy\.Client|Bot|(?:bot|client)\.run|Application\.builder\(\)\.token|huggingface_hub\.login|wandb\.login|generate_password_hash|make_password|with_password|PasswordHasher\(\)\.hash|StripeClient|Github|(?:Async)?WebClient|SendGridAPIClient|TeleBot|Updater
       |(?:URLSafe(?:Timed)?|Timed(?:JSONWebSignature)?|JSONWebSignature)Serializer|TimestampSigner))
    |(?P<second>check_password_hash|\.(?:login|authenticate|simple_bind(?:_s)?)|\bjwt\.(?:encode|decode)|(?<![\w.])authenticate(?!\(\s*(?:self\.)?request\b)
       |\b(?:SessionMiddleware|hashlib\.pbkdf2_hmac|hvac\.Client|Gitlab|InfluxDBClient|hashlib\.new|twilio\.rest\.Client|tweepy\.OAuth\w*Handler)
       |\b(?:(?:cx_Oracle|oracledb)\.connect|boto3\.Session)
       |\b(?:HTTPBasicAuth|HTTPDigestAuth|BasicAuth|basic_auth|PlainCredentials|PlainTextAuthProvider))
    |(?P<after>(?<![\w.])authenticate(?=\(\s*(?:self\.)?request\b))
    |(?P<third>\b(?:URL\.create|(?:pymysql|MySQLdb)\.connect|FTP|FTP_TLS|Minio|create_(?:super)?user))
    |(?P<fourth>\b(?:Strict)?Redis|\b(?:ssh|paramiko)\w*\.connect))\(""",
    re.VERBOSE,
)
_PASSWORD_PLACES = {"first": 0, "second": 1, "third": 2, "after": 2, "fourth": 3}
"""Which argument of these is a password or a key: cryptography, itsdangerous and PyJWT, clients of APIs; smtplib and
ftplib, ldap, requests, aiohttp, neo4j, pika, Starlette; SQLAlchemy, MinIO, Django's users; redis-py, paramiko.
"""
_MIDDLEWARE = pattern(r"\b(?:add_middleware|Middleware)\(\s*(?:[\w.]+\.)?SessionMiddleware\s*,\s*")
_OPTION_CALL = pattern(r"\b(?:add_argument|option|Option|Argument)\(")
_ENCODED = pattern(r"\b(?:\w*b64encode|b64_?encode|encodebytes|base64_?encode)\(\s*(?:\w+\(\s*)?$")
_LOGIN = pattern(r"[^\s:/@]{1,64}:(.{1,400})", re.DOTALL)
_ANSWER = pattern(
    r"""(?i)\b\w*(?:expect|read_until|expect_exact|recv_until|wait_for)\w*\(\s*[bru]{0,2}["'][^"'\r\n]{0,60}
    (?:passw|passphrase|passcode|\bpin\b|token|secret)[^"'\r\n]{0,20}["'][^()\r\n]{0,80}\)[^\r\n]{0,80}
    (?:\r?\n[ \t]*)(?:await[ \t]+)?[\w.]{1,80}\.(?:send|sendline|sendall|send_line|write|writeline)\(\s*""".replace(
        "\n    ", ""
    )
)
_ABOUT = pattern(
    r"""(?i)\#[ \t]*(?:(?:this|it)[ \t]+is[ \t]+|send[ \t]+|enter[ \t]+)?
    (?:(?:the|our|my|a|an|its|their|his|plain|default)[ \t]+)*
    (?:[\w\-']{1,20}[ \t]+){0,2}?
    [\w\-]*(?:password|passwd|passphrase|passcode|token|secret|api[ _-]?key|credentials?|pwd)s?
    [ \t]*[.!:;]?[ \t]*(?:(?:of|for|from|here|in)\b[^\r\n]{0,60})?$""",
    re.VERBOSE,
)
_MATCH = pattern(r"(?m)^(?P<indent>[ \t]*)match[ \t]+(?P<subject>[^\r\n#]{1,200}):[ \t]*(?:\#[^\r\n]*)?\r?$")
_CASE = pattern(r"[ \t]*case\b[^\r\n]*")
_LINE = pattern(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_IDENTIFIER = pattern(r"[A-Za-z_][\w.]*")
_PARAMETERS = pattern(
    r"\bparams[\"']?\s{0,9}[=:]\s{0,9}\{[^{}]{0,400}?"
    r"[\"'](?:key|sig|signature|code|appid|hash)[\"']\s{0,9}:\s{0,9}"
)
_COLON = pattern(r"\s*:")
_VARIABLE = pattern(r"[A-Z][A-Z0-9_]*")
_MOST_LINES = 200
_MOST_CHARACTERS = 20_000


def handed_secrets(text: str, tokens: Sequence[Token], strings: Sequence[Token]) -> Ranges:
    """Where strings stand that are a secret by their place.

    tokens   the strings and comments of the text, in their order
    strings  the strings that stand in no other one
    """
    starts = [token.start for token in strings]
    found: Ranges = []
    for call in _CREDENTIAL_CALL.finditer(text):
        place = next(place for name, place in _PASSWORD_PLACES.items() if call[name])
        found += _arguments_at(text, strings, call.end(), place)
    for expression in (_MIDDLEWARE, _ANSWER, _PARAMETERS):
        for call in expression.finditer(text):
            found += _string_at(text, strings, starts, call.end())
    found += _options(text, strings)
    found += _encoded(text, strings)
    found += _inserted(text, strings)
    found += _explained(text, tokens, strings, starts)
    found += _matched(text, strings, starts)
    return found


def _string_at(text: str, strings: Sequence[Token], starts: Sequence[int], position: int) -> Iterator[Range]:
    index = bisect_left(starts, position)
    if index < len(strings) and starts[index] == position:
        yield content(text, strings[index])


def _arguments_at(text: str, strings: Sequence[Token], position: int, place: int) -> Ranges:
    return [
        (each.start, each.end)
        for each in literals_in(text, strings, position)
        if each.index == place and not each.name and not _is_key(text, each.end)
    ]


def _is_key(text: str, end: int) -> bool:
    """Whether a string is a key of a dictionary of options."""
    return _COLON.match(text, end + 1) is not None


def _options(text: str, strings: Sequence[Token]) -> Iterator[Range]:
    """The defaults of options of a command line whose names stand for a secret."""
    covered = 0
    for call in _OPTION_CALL.finditer(text):
        if call.start() < covered:  # within another one, as only a text that means harm has it
            continue
        arguments = literals_in(text, strings, call.end())
        covered = arguments[-1].end if arguments else 0
        names = [text[each.start : each.end] for each in arguments if not each.name]
        if any(name.startswith("-") and mention(name) == "secret" for name in names):
            yield from ((each.start, each.end) for each in arguments if each.name == "default")


def _encoded(text: str, strings: Sequence[Token]) -> Iterator[Range]:
    """The password of `user:password` that is encoded for a header."""
    if "encode" not in text:
        return
    for string in strings:
        if _ENCODED.search(text, max(0, string.start - 80), string.start):
            start, end = content(text, string)
            login = _LOGIN.fullmatch(text, start, end)
            if login is not None:
                yield login.span(1)


def _inserted(text: str, strings: Sequence[Token]) -> Iterator[Range]:
    """What is handed over for the columns of a statement of SQL that hold a secret."""
    for string in strings:
        start, end = content(text, string)
        wanted = secret_holders(text[start : min(end, start + _MOST_CHARACTERS)]) if end - start > 20 else []
        if not wanted:
            continue
        opening = re.compile(r"\s*,\s*[\[(]").match(text, string.end)
        if opening is not None:
            for each in literals_in(text, strings, opening.end()):
                if each.index in wanted and not each.name:
                    yield each.start, each.end


def _explained(
    text: str, tokens: Sequence[Token], strings: Sequence[Token], starts: Sequence[int]
) -> Iterator[Range]:
    """The strings of a line whose comment says that a secret stands there."""
    for comment in tokens:
        if comment.kind != "comment" or not _ABOUT.match(text, comment.start, comment.end):
            continue
        line = max(text.rfind("\n", 0, comment.start), text.rfind("\r", 0, comment.start)) + 1
        for string in strings[bisect_left(starts, line) : bisect_left(starts, comment.start)]:
            start, end = content(text, string)
            value = text[start:end]
            if not (_VARIABLE.fullmatch(value) or (_IDENTIFIER.fullmatch(value) and mention(value))):
                yield start, end


def _matched(text: str, strings: Sequence[Token], starts: Sequence[int]) -> Iterator[Range]:
    """The strings of the cases that a secret is compared with."""
    covered = 0
    for statement in _MATCH.finditer(text):
        names = _IDENTIFIER.findall(statement["subject"])
        if statement.start() < covered or not any(mention(name) == "secret" for name in names):
            continue
        position = _LINE.match(text, statement.end() - 1).end()  # type: ignore[union-attr]
        indent = len(statement["indent"])
        for _ in range(_MOST_LINES):
            line = _LINE.match(text, position)
            if line is None or line.end() == position:
                break
            written = line.group().strip()
            if written and len(line.group()) - len(line.group().lstrip(" \t")) <= indent:
                break
            if _CASE.match(line.group()):
                for string in strings[bisect_left(starts, position) : bisect_left(starts, line.end())]:
                    yield content(text, string)
            position = line.end()
        covered = position
