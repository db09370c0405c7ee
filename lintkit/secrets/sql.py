"""Passwords in statements of SQL: what is inserted in a column for them, and the arguments of functions that hash."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.secrets.names import mention
from lintkit.secrets.patterns import pattern

Ranges = list[tuple[int, int]]

_FUNCTION = pattern(
    r"""(?i)\b(?:(?:crypt|password|old_password|md5|sha1|sha2|sha256|sha512|digest|encryptbypassphrase|pwdencrypt)\("""
    r"""|(?:pgp_sym_(?:en|de)crypt(?:_bytea)?|aes_(?:en|de)crypt|hmac)\([^'()]{0,100}(?:'[^']{0,200}'[^'(),]{0,40})?,)"""
    r"""\s{0,40}\\?'([^'\\\r\n]{2,400})"""
)
_INSERT = pattern(
    r"""(?i)\b(?:insert|replace)\s{1,9}(?:ignore\s{1,9})?into\s{1,9}[\w."`\[\]]{1,120}\s{0,40}
    (?:\((?P<columns>[^()]{1,2000})\)\s{0,40})?(?:overriding\s{1,9}\w+\s{1,9}value\s{1,9})?values?\s{0,40}(?=\()""".replace(
        "\n    ", ""
    )
)
_TOKEN = pattern(
    r"""'(?P<text>(?:[^'\\]|\\.|''){0,2000})'|(?P<holder>%s|%\(\w+\)s|\?|\$\d{1,3}|:\w{1,60})|[(),;]"""
)
_MOST = 20_000
"""How much of the rows is read."""


def sql_secrets(text: str, low: str) -> Ranges:
    """Where the passwords stand in statements of SQL, whatever they are written into.

    low  the text in small letters

    Where a statement names its columns, those that are called like a secret hold one; else every text may be one.
    """
    found: Ranges = []
    if "(" in text and "'" in text:
        found += [match.span(1) for match in _FUNCTION.finditer(text)]
    if "into" in low and "value" in low:
        found += [span for span, holder in _inserted(text) if not holder]
    return found


def secret_holders(sql: str) -> list[int]:
    """Which of the place holders of a statement, counted from 0, stand for a secret."""
    if "into" not in sql.lower():
        return []
    numbers: list[int] = []
    wanted = {span for span, holder in _inserted(sql) if holder}
    for number, match in enumerate(each for each in _TOKEN.finditer(sql) if each["holder"]):
        if match.span() in wanted:
            numbers.append(number)
    return numbers


def _inserted(text: str) -> Iterator[tuple[tuple[int, int], bool]]:
    covered = 0
    for insert in _INSERT.finditer(text):
        if insert.start() < covered:
            continue
        columns = insert["columns"].split(",") if insert["columns"] else []
        named = [mention(column.strip(" \t\r\n\"`[]'\\")) == "secret" for column in columns]
        depth = column = 0
        for token in _TOKEN.finditer(text, insert.end(), min(len(text), insert.end() + _MOST)):
            covered = token.end()
            if token["text"] is not None or token["holder"]:
                holder = bool(token["holder"])
                wanted = named[column] if column < len(named) else not columns and not holder
                if wanted:
                    yield (token.span() if holder else token.span("text")), holder
            elif token.group() == "(":
                depth += 1
                column = 0 if depth == 1 else column
            elif token.group() == ")":
                depth -= 1
                if depth < 0:
                    break
            elif token.group() == ";":
                break
            elif depth == 1:
                column += 1
