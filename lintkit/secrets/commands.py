"""Literal secrets among the words of a command: `--requirepass x`, `-p x`, `-u user:x`, `PGPASSWORD=x`, URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lintkit.formats.numbers import is_digits
from lintkit.secrets.names import is_secret_name
from lintkit.secrets.patterns import pattern
from lintkit.secrets.values import Verdict, classify


@dataclass(frozen=True, slots=True)
class CommandSecret:
    """A secret in a command.

    name        the option or variable that takes it, as written (`--requirepass`, `PGPASSWORD`); "" for a URL's
    verdict     what it is; its `start` and `end` count from the beginning of `item`
    item        which of the command's items holds it
    """

    name: str
    verdict: Verdict
    item: int


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    item: int
    start: int


_PLAIN = pattern(r"""(?:[^\s"'\\;|&<>()$`]|\\.)+""")
_OPERATOR = pattern(r"&&|\|\||[;|&]")
_CLOSED = {
    '"': (pattern(r'"(?:[^"\\]|\\.)*"'), '"'),
    "'": (pattern(r"'[^']*'"), "'"),
    "`": (pattern(r"`[^`]*`"), "`"),
    "$(": (pattern(r"\$\([^)]*\)"), ")"),
    "${": (pattern(r"\$\{[^}]*\}"), "}"),
}
"""What belongs to a word whole, and the character that ends it; where none of these follows, it is not looked for."""
_SHELL_SWITCH = pattern(r"^-[a-z]*c$")
_ENDS = frozenset({"&&", "||", ";", "|", "&"})
_ASSIGNMENT = pattern(r"^(?:--?)?(?P<name>[A-Za-z_][\w.\-]*)=(?P<value>.*)$", re.DOTALL)
_OPTION = pattern(r"^--?[A-Za-z][\w.\-]*$")

_SHORT: dict[str, frozenset[str]] = {
    "-p": frozenset(
        {
            "cypher-shell",
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "sshpass",
            "login",
        }
    ),
    "-a": frozenset({"redis-cli", "valkey-cli", "keydb-cli", "redis-benchmark"}),
    "-P": frozenset({"sqlcmd", "bcp"}),
    "-w": frozenset({"ldapsearch", "ldapwhoami", "ldapadd", "ldapmodify"}),
}
"""Which short option of which program takes a password as its next word."""

_GLUED = frozenset(
    {"mysql", "mysqladmin", "mysqldump", "mysqlshow", "mariadb", "mariadb-admin", "mariadb-dump", "sshpass"}
)
"""Programs that take a password glued to `-p`."""

_USER = frozenset({"curl", "wget", "http"})


def command_secrets(items: Sequence[str]) -> Iterator[CommandSecret]:
    """The secrets that are written into a command, in order.

    items  the words of the exec form, or one shell command as the only item
    """
    words = list(_words(items))
    program = ""
    option = ""
    for word in words:
        text, skipped = _unquoted(word.text)
        if text in _ENDS:
            program = option = ""
            continue
        name, value, offset = _assigned(text, program)
        if option and not (text.startswith("-") and len(text) > 1 and not is_digits(text[1:2])):
            name, value, offset = option, text, 0
            if option in {"-u", "--user"}:
                user, colon, value = text.partition(":")
                name, offset = (option, len(user) + 1) if colon else ("", 0)
        option = ""
        verdict = _verdict(name, value) if name else None
        if verdict is None:
            name, offset = "", 0
            verdict = classify("", text)
        if verdict is not None:
            base = word.start + skipped + offset
            found = replace(verdict, start=base + verdict.start, end=base + verdict.end)
            yield CommandSecret(name, found, word.item)
        elif _takes_secret(text, program):
            option = text
        if _is_program(text):
            program = text.rpartition("/")[2]


_OBJECT_NAME = pattern(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*-secrets?")
"""What people call a Secret of Kubernetes: `cookie_secret=shop-cookie-secret` says which one a script makes."""


def _verdict(name: str, value: str) -> Verdict | None:
    bare = name.lstrip("-")
    if name.islower() and name == bare and name.endswith("secret") and _OBJECT_NAME.fullmatch(value):
        return None
    return classify(bare if is_secret_name(bare) else "password", value, credential=True)


def _assigned(text: str, program: str) -> tuple[str, str, int]:
    """(name, value, where the value begins) of `NAME=x`, `--name=x` and a glued `-px`."""
    match = _ASSIGNMENT.match(text)
    if match and is_secret_name(match["name"]):
        value, skipped = _unquoted(match["value"])
        return text[: match.start("value") - 1], value, match.start("value") + skipped
    if program in _GLUED and text.startswith("-p") and not text.startswith("--") and len(text) > 2:
        value, skipped = _unquoted(text[2:])
        return "-p", value, 2 + skipped
    return "", "", 0


def _takes_secret(text: str, program: str) -> bool:
    """Whether the word after the option `text` of `program` is a secret."""
    if text in _SHORT:
        return program in _SHORT[text]
    if text in {"-u", "--user"}:
        return program in _USER
    return bool(_OPTION.match(text)) and len(text) > 2 and is_secret_name(text.lstrip("-"))


def _is_program(text: str) -> bool:
    """A word that may name a program: no option, no assignment; the last known one counts."""
    name = text.rpartition("/")[2]
    return name in _GLUED or name in _USER or any(name in programs for programs in _SHORT.values())


def _words(items: Sequence[str]) -> Iterator[_Word]:
    shell = len(items) == 1
    for index, item in enumerate(items):
        # An item with options in it is a command in one piece, whatever the author meant.
        if shell or " -" in item:
            for start, end in _shell_words(item):
                yield _Word(item[start:end], index, start)
        else:
            yield _Word(item, index, 0)
        shell = item == "CMD-SHELL" or bool(_SHELL_SWITCH.match(item))


def _shell_words(text: str) -> Iterator[tuple[int, int]]:
    """Where the words and operators of a shell command begin and end."""
    last = {close: text.rfind(close) for _, close in _CLOSED.values()}
    position = 0
    while position < len(text):
        start = position
        while (end := _piece(text, position, last)) > position:
            position = end
        if position == start:
            operator = _OPERATOR.match(text, position)
            if operator is None:
                position += 1
                continue
            position = operator.end()
        yield start, position


def _piece(text: str, position: int, last: Mapping[str, int]) -> int:
    """Where the part of a word ends that begins at `position`: there where no part begins.

    last  where each character that closes something stands for the last time
    """
    plain = _PLAIN.match(text, position)
    if plain is not None:
        return plain.end()
    char = text[position : position + 1]
    if not char or char not in "$\"'`":
        return position
    closed = _CLOSED.get(char) or _CLOSED.get(text[position : position + 2])
    if closed is not None and last[closed[1]] > position:
        whole = closed[0].match(text, position)
        if whole is not None:
            return whole.end()
    return position + 1


def _unquoted(text: str) -> tuple[str, int]:
    """A word without its surrounding quotes, also escaped ones, and how many characters went before it."""
    for quote in ('\\"', "\\'", '"', "'"):
        if len(text) >= 2 * len(quote) and text.startswith(quote) and text.endswith(quote):
            return text[len(quote) : -len(quote)], len(quote)
    return text, 0
