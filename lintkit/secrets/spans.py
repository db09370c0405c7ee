"""Where secrets stand in a text of any kind, for redaction: rather too much than too little.

The rules report a secret only where they are sure; what hides secrets from reports must find every one. So this
detector knows no context beyond the text, masks placeholders as well as real values, and rather a word too many.
Every search is linear in the text: what is scanned is masked and not scanned again, or is bounded in length.
"""

from __future__ import annotations

import re

from lintkit.formats.python_lex import Token
from lintkit.model import Kind
from lintkit.secrets.by_form import spans_by_form
from lintkit.secrets.logins import login_secrets
from lintkit.secrets.manifests import secret_manifest_values
from lintkit.secrets.named import NamedValues, lower
from lintkit.secrets.patterns import pattern
from lintkit.secrets.programs import program_secrets
from lintkit.secrets.python_calls import handed_secrets
from lintkit.secrets.python_joined import joined_secrets
from lintkit.secrets.python_named import PythonNamedValues
from lintkit.secrets.python_strings import outermost, sorted_literals
from lintkit.secrets.sql import sql_secrets
from lintkit.secrets.values import class_changes, entropy

Ranges = list[tuple[int, int]]

_SCHEMES = ("bearer", "basic", "token", "digest", "apikey")
_AFTER_SCHEME = pattern(r"[ \t]+([A-Za-z0-9._~+/=\-]{8,})")
_SHORT_OPTION = pattern(
    r"""-(?<![\w\-/]-)(?P<flag>[pPawk])
        (?:["']?[ \t]*,\s*["']  |  (?P<bare>[ \t]*,[ \t]*)(?=[^\s"'])  |  ["']?[ \t=]+["']?
          |  ["']?[ \t]*\r?\n[ \t]*-[ \t]+["']?  |  (?P<glued>["']?(?=[^\s"'\-=,])))
        (?P<value>[^\s"'`,\])}]+)""",
    re.VERBOSE,
)
_USER_OPTION = pattern(
    r"""-(?<![\w\-]-)(?:[A-Za-z]{0,6}[uU]|-user|-proxy-user|-(?:src-|dest-)?creds)"""
    r"""(?:["']?[ \t=,]+["']?|["']?[ \t]*\r?\n[ \t]*-[ \t]+["']?|(?<=-u))[^\s:"'`,${}]{1,100}:([^\s"'`]+)"""
)
_CLUSTER = pattern(r"[ \t\"'-]-[A-Za-z]{0,6}[uU]\b")
_NUMBER = pattern(r"\d{1,5}[,)\]}]?")
_IDENTIFIED = pattern(
    r"""(?i)\bidentified[ \t]+(?:with[ \t]+\S{1,60}[ \t]+)?by[ \t]+(?:password[ \t]+)?["'`]?([^\s"'`;]+)"""
)
_STDIN = pattern(
    r"""\becho[ \t]+(?:-n[ \t]+)?["']?([^\s"'|]{4,400})["']?[ \t]*\|[^\n|]{0,80}--(?:password-)?stdin"""
)
_OR_LITERAL = pattern(
    r"""(?i)\b(?:secrets\.\w{1,80}|[\w.]{0,80}(?:token|password|secret)\w{0,40})[ \t]*\|\|[ \t]*"""
    r"""(['"])([^'"\r\n]{1,400})\1"""
)
"""`${{ secrets.X || 'y' }}` of a workflow."""
_FOR_LOGIN = pattern(
    r"""\becho[ \t]+(?:-n[ \t]+)?["']?([^\s"'|]{4,400})["']?[ \t]*\|[^\n|]{0,80}--with-token
        |--with-token[ \t]*<<<[ \t]*["']?([^\s"';&|]{4,400})
        |\bvault[ \t]+login[ \t]+(?:-[\w=-]{1,40}[ \t]+)*(?:token=)?([^\s"'=;&|-][^\s"'=;&|]{7,400})
        |\bpoetry[ \t]+config[ \t]+(?:--[\w-]{1,20}[ \t]+)*
         (?:http-basic\.\S{1,60}[ \t]+\S{1,100}|pypi-token\.\S{1,60})[ \t]+["']?([^\s"';&|]{4,400})
        |::add-mask::([^\s"'`]{4,400})""",
    re.VERBOSE,
)
"""What a command takes as a password by its place alone, and what a workflow asks its log to hide."""
_SECRET_FILE = pattern(
    r"""\b(?:echo|printf)[ \t]+(?:-n[ \t]+)?["']?([^\s"'|>\\]{4,400})(?:\\n)?["']?[ \t]*>>?[ \t]*["']?
        [^\s"'|;&]{0,100}(?:/secrets/|passw|token|secret)[^\s"'|;&]{0,60}""",
    re.VERBOSE | re.IGNORECASE,
)
_ACL_PASSWORD = pattern(r"\buser[ \t]+\S{1,100}[ \t][^\r\n]{0,200}?[ \t]>([^\s\"'=]{4,400})")
"""A password in the list of users of Redis: `user web on >password ~*`."""
_PROXY_USERS = pattern(
    r"""(?i)\b(?:basic|digest)auth\.users["']?[ \t]*[=:][ \t]*["']?[^\s:"']{1,100}:([^\s"'}\]]+)"""
)
"""The users of a middleware of Traefik, in a label."""
_CHPASSWD = pattern(r"""[\w.\-$]{1,64}:([^\s"'|:]+)["']?\s*\|[^\n|]{0,40}\bchpasswd""")
_HTPASSWD = pattern(r"\bhtpasswd[ \t]+([^\n|>;&]*)")
_PORT = pattern(r"^(?:[\d.]+:)?\d+(?:[:\-]\d+)*(?:/\w+)?$|^\$\{?\w*PORT")
_GLUED = pattern(r"\b(?:mysql\w*|mariadb\w*|sshpass|7z\w*|zip|unzip|sqlcmd)\b")
_REDIS = pattern(r"\b(?:redis|valkey|keydb)")
_NO_PASSWORD = pattern(
    r"\b(?:mkdir|pytest|cp|ssh|scp|install|nc|nmap|flake8|mypy|pg_isready|ps|adduser|useradd)\b"
)

_WORD = pattern(r"(?<![A-Za-z0-9+/=_\-])[A-Za-z0-9+/=_\-]{20,}")
_ASSIGNED_TO = pattern(
    r"(?:[a-z]{2,30}(?:[_\-][a-z]{2,30}){0,6}|[A-Z]{2,30}(?:_[A-Z]{2,30}){0,6}|[a-z]{2,30}(?:[A-Z][a-z]{1,30}){1,6})=(?=[^=])"
)
"""The name before a value, whose words are none of it: `client-secret=…`."""
_DIGEST_BEFORE = pattern(
    r"(?i)(?:sha\d{1,3}|md5|blake2\w?|h1|@|commit|rev|ref|sha|digest|integrity|checksum)[\"']?[:=@\-/ ]{0,3}[\"']?$"
)
_REASON = pattern(r"\blintkit:[ \t]*ignore[\w-]*[ \t]*\[[^\]\r\n]{0,400}\]([^\r\n]*)")
_PROSE_WORD = pattern(r"[^\s\"'`()<>,;]{10,}")
_CHANGES = 4
_UUID = pattern(r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")
_INTEGRITY = pattern(r"^sha(?:1|256|384|512)-")
_HEX = pattern(r"^(?:0x)?[0-9a-fA-F]+$")
_PARTS = pattern(r"[A-Za-z0-9]+")


def secret_spans(text: str, kind: Kind) -> list[tuple[int, int]]:
    """Where secrets may stand in `text`: half-open ranges of code points, sorted, apart from each other.

    text  of any size and content
    kind  decides where a value behind a name ends, and that an unquoted word in Python code is no value
    """
    found = spans_by_form(text)
    low = lower(text)
    if kind == "python":
        found += _python_secrets(text)
    else:
        found += NamedValues(text, kind).read()
        found += login_secrets(text, [(0, len(text))] if kind == "text" else None)
    found += sql_secrets(text, low)
    found += program_secrets(text, low, code=kind == "python")
    if "lintkit:" in text:
        found += [
            span for reason in _REASON.finditer(text) for span in secrets_in_prose(text, *reason.span(1))
        ]
    found += _options(text, kind)
    found += _random_words(text)
    if kind in {"kubernetes", "yaml", "json", "text"}:
        found += secret_manifest_values(text)
    return merge(found)


def _python_secrets(text: str) -> Ranges:
    tokens = sorted_literals(text)
    strings = outermost(tokens)
    prose = [
        (token.start, token.end) for token in tokens if token.kind == "comment" or _is_prose(text, token)
    ]
    return [
        *PythonNamedValues(text, tokens).read(),
        *joined_secrets(text, strings),
        *handed_secrets(text, tokens, strings),
        *login_secrets(text, prose),
    ]


def _is_prose(text: str, string: Token) -> bool:
    return " " in text[string.start : string.end]


def merge(ranges: Ranges) -> Ranges:
    """The union of ranges, sorted; empty ones are dropped and touching ones joined."""
    merged: Ranges = []
    for start, end in sorted(ranges):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _options(text: str, kind: Kind) -> Ranges:
    """Passwords among the words of commands: `-p x`, `-px`, `-u user:x`, `Bearer x`, `IDENTIFIED BY 'x'`.

    Python has no bare words: there `f(-p, x)` is arithmetic, while `[redis-cli, -a, x]` is a command in YAML.
    """
    found: Ranges = []
    low = lower(text)
    for scheme in _SCHEMES:
        position = low.find(scheme)
        while position != -1:
            position += len(scheme)
            match = _AFTER_SCHEME.match(text, position)
            if match and (any(c.isdigit() for c in match[1]) or any(c.isupper() for c in match[1][1:])):
                found.append(match.span(1))
            position = low.find(scheme, position)
    if any(flag in text for flag in ("-p", "-P", "-a", "-w", "-k")):
        for match in _SHORT_OPTION.finditer(text):
            if (match["bare"] is None or kind != "python") and _is_password_option(text, match):
                found.append(match.span("value"))
    if "-u" in text or "-user" in text or "creds" in text or _CLUSTER.search(text):
        found += [
            match.span(1)
            for match in _USER_OPTION.finditer(text)
            if not _reference_only(match[1]) and not _NUMBER.fullmatch(match[1])
        ]
    if "dentified" in text or "DENTIFIED" in text:
        found += [match.span(1) for match in _IDENTIFIED.finditer(text)]
    if "stdin" in text:
        found += [match.span(1) for match in _STDIN.finditer(text) if not _reference_only(match[1])]
    if any(word in text for word in ("--with-token", "vault", "poetry", "::add-mask::")):
        found += [
            match.span(match.lastindex)
            for match in _FOR_LOGIN.finditer(text)
            if match.lastindex and not _reference_only(match[match.lastindex])
        ]
    if kind != "python" and ("echo" in text or "printf" in text):
        found += [match.span(1) for match in _SECRET_FILE.finditer(text) if not _reference_only(match[1])]
    if " >" in text and "user" in text:
        found += [match.span(1) for match in _ACL_PASSWORD.finditer(text)]
    if "auth.users" in low:
        found += [match.span(1) for match in _PROXY_USERS.finditer(text)]
    if "||" in text:
        found += [match.span(2) for match in _OR_LITERAL.finditer(text)]
    if "chpasswd" in text:
        found += [match.span(1) for match in _CHPASSWD.finditer(text)]
    if "htpasswd" in text:
        found += [match.span(1) for match in _HTPASSWD.finditer(text)]
    return found


def _reference_only(value: str) -> bool:
    return bool(re.fullmatch(r"\$\{?\w+\}?|\$\$?\{\{?[^}:]*\}?\}", value))


def _is_password_option(text: str, match: re.Match[str]) -> bool:
    """Whether `-p x` hands over a password rather than a port, a path or a switch."""
    flag, value = match["flag"], match["value"]
    before = text[max(0, match.start() - 120) : match.start()].rpartition("\n")[2]
    if match["glued"] is not None:
        if before.strip() == "-":  # an item of a list, whose program is one above it
            before = text[max(0, match.start() - 200) : match.start()]
        return bool(flag in "pP" and len(value) > 1 and _GLUED.search(before[-80:]))
    if "\n" in match.group() or "args" in before:
        before = text[max(0, match.start() - 300) : match.start()]
    if _PORT.match(value) or _reference_only(value) or value.startswith("-"):
        return False
    if flag == "a":
        after = (
            text[match.end() : match.end() + 300] if "args" in before else ""
        )  # the program may come behind them
        return bool(_REDIS.search(before) or _REDIS.search(after))
    if flag in "wk":
        return bool(re.search(r"\b(?:ldap\w*|openssl|mosquitto\w*)\b", before))
    if value.startswith(("/", "./", "../", "~/")) or _NO_PASSWORD.search(before):
        return (
            any(c.isdigit() for c in value) and not value.startswith(("/", ".", "~")) and "sshpass" in before
        )
    return True


def _random_words(text: str) -> Ranges:
    """Words of 20 and more characters that look generated; digests and UUIDs stay."""
    found: Ranges = []
    position = 0
    for piece in text.split():  # several times faster than a search for long words
        if len(piece) < 20:
            continue
        position = text.index(piece, position)
        for match in _WORD.finditer(text, position, position + len(piece)):
            word = match.group()
            if is_random_word(word) and not (
                _INTEGRITY.match(word)
                or _DIGEST_BEFORE.search(text[max(0, match.start() - 24) : match.start()])
            ):
                name = _ASSIGNED_TO.match(word)
                found.append((match.start() + (name.end() if name else 0), match.end()))
        position += len(piece)
    return found


def secrets_in_prose(text: str, start: int, end: int) -> Ranges:
    """The words of a sentence that nobody would say: long, with letters and digits that alternate."""
    found: Ranges = []
    for match in _PROSE_WORD.finditer(text, start, end):
        word = match.group()
        if class_changes(word) >= _CHANGES and any(map(str.isdigit, word)) and not _UUID.match(word):
            found.append(match.span())
    return found


def is_random_word(word: str) -> bool:
    """Whether a word of letters, digits and `+/=_-` looks generated rather than composed of words and numbers."""
    if len(word) > 4096:
        word = word[:4096]
    changes = class_changes(word)
    if changes < 4 or _UUID.match(word):
        return False
    if _HEX.match(word):
        return len(word) >= 24 and entropy(word.lower()) >= 2.5
    parts = _PARTS.findall(word)
    size = sum(map(len, parts))
    longest = max(map(len, parts), default=0)
    if size < 16 or longest < 8:
        return False
    return changes >= 0.22 * size and entropy(word) >= 3.2
