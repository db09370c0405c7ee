"""Secrets that Python source puts together: strings that are joined, and what is formatted into one.

`"redis://:" + "x" + "@cache"`, `"redis://:%s@cache" % "x"`, `"{}:{}".format(…)`, `log("password=%s", "x")`. Strings
side by side are read as one text, in which credentials are found by their form; then each place holder that stands
where a secret would is followed to its argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lintkit.formats.numbers import whole_number
from lintkit.formats.python_lex import Token
from lintkit.secrets.by_form import spans_by_form
from lintkit.secrets.names import mention
from lintkit.secrets.patterns import pattern
from lintkit.secrets.python_strings import Argument, content, literals_in

Range = tuple[int, int]
Ranges = list[Range]

_BETWEEN = pattern(
    r"""(?:\s|\\[\r\n])*(?P<plus>\+)?(?:\s|\\[\r\n])*(?P<other>[A-Za-z_][\w.]{0,60}(?:\([^()"']{0,60}\)|\[[^\[\]"']{0,60}\])?
    \s*\+\s*)?$""",
    re.VERBOSE,
)
_JOIN = pattern(r"""\.join\(\s*[\[(]\s*$""")
_COMMA = pattern(r"\s*,\s*$")
_HOLDER = pattern(
    r"""%%|\{\{|\}\}|%(?:\((?P<key>\w+)\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]
    |\{\s*[rRbBuU]?(?P<quote>["'])(?P<nested>[^"']*)(?P=quote)\s*(?:![rsa])?\}
    |\{(?P<name>\w*)(?:[.\[][^{}]*)?(?:![rsa])?(?::[^{}"']*)?\}""",
    re.VERBOSE,
)
_USERINFO = pattern(r"://[^\s/?#@\"'`<>]{0,200}$")
_TO_HOST = pattern(r"[^\s/?#\"'`<>]{0,200}@")
_NAMED = pattern(r"([\w.\-]{2,60})[\"'\]}]{0,2}(?:[\s:=>]|\b(?:is|of|for|to|was)\b|%\w|\{\w*\}){0,12}[\"']?$")
_OPERATOR = pattern(r"\s*(?:,|\)?\s*(?:%\s*(?P<operand>[({]?)|\.\s*format\s*\())")
_LABEL = pattern(r"(?:[:=]|\bis)\s*$")
_OPAQUE = "{x}"
_MOST = 40
"""How many strings are read as one."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """The content of a literal: where it stands in the source, and in the text of its group."""

    start: int
    end: int
    at: int


@dataclass(frozen=True, slots=True)
class _Group:
    """Literals that are one text.

    end        where the last one ends in the source
    formatted  one of them is an f-string
    """

    text: str
    pieces: tuple[_Piece, ...]
    end: int
    formatted: bool

    def places(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where a range of the text stands in the source."""
        for piece in self.pieces:
            low, high = max(start, piece.at), min(end, piece.at + piece.end - piece.start)
            if low < high:
                yield piece.start + low - piece.at, piece.start + high - piece.at


def joined_secrets(text: str, strings: Sequence[Token]) -> Ranges:
    """Where secrets stand in the strings of Python source that are parts of a longer text.

    strings  those that stand in no other one, in their order
    """
    found: Ranges = []
    for group in _groups(text, strings):
        if len(group.pieces) > 1:
            for start, end in spans_by_form(group.text):
                found += group.places(start, end)
            found += _after_labels(group)
        found += _formatted(text, strings, group)
    return found


def _after_labels(group: _Group) -> Iterator[Range]:
    """The strings that follow on one which ends with the name of a secret: `"password=" + "x"`."""
    for piece in group.pieces[1:]:
        before = group.text[: piece.at]
        url = _USERINFO.search(before[-240:])  # which is read by its form
        if (
            url is None
            and _LABEL.search(before[-80:])
            and _stands_for_a_secret(group.text, piece.at, piece.at)
        ):
            yield piece.start, piece.end


def _groups(text: str, strings: Sequence[Token]) -> Iterator[_Group]:
    index = 0
    while index < len(strings):
        first = strings[index]
        start, end = content(text, first)
        pieces, parts, length = [_Piece(start, end, 0)], [text[start:end]], end - start
        joined = bool(_JOIN.search(text, max(0, first.start - 40), first.start))
        last = first
        index += 1
        while index < len(strings) and len(pieces) < _MOST and strings[index].start - last.end <= 200:
            between = text[last.end : strings[index].start]
            match = _BETWEEN.match(between)
            if match is None and not (joined and _COMMA.match(between)):
                break
            if match is not None and match["other"] and not match["plus"]:
                break
            if match is not None and match["other"]:
                parts.append(_OPAQUE)
                length += len(_OPAQUE)
            last = strings[index]
            start, end = content(text, last)
            pieces.append(_Piece(start, end, length))
            parts.append(text[start:end])
            length += end - start
            index += 1
        prefixes = "".join(text[piece.start - 5 : piece.start].rpartition(" ")[2] for piece in pieces)
        yield _Group("".join(parts), tuple(pieces), last.end, "f" in prefixes.lower())


def _formatted(text: str, strings: Sequence[Token], group: _Group) -> Ranges:
    """Where the arguments stand that are put in the place of a secret."""
    found: Ranges = []
    wanted: list[tuple[int, str]] = []
    count = 0
    for holder in _HOLDER.finditer(group.text) if "%" in group.text or "{" in group.text else ():
        if holder.group() in ("%%", "{{", "}}"):
            continue
        name = holder["key"] or holder["name"] or ""
        position = whole_number(name, longest=3)
        number = count if position is None else position
        count += 1
        if not _stands_for_a_secret(group.text, holder.start(), holder.end()):
            continue
        if group.formatted and holder["nested"] is None and holder.group().startswith("{"):
            continue  # an expression of Python
        if holder["nested"] is not None:
            found += group.places(*holder.span("nested"))
        else:
            wanted.append((number, name))
    if not wanted and _LABEL.search(group.text) and _stands_for_a_secret(group.text, len(group.text), 0):
        wanted.append((0, ""))
    if not wanted:
        return found
    arguments = _arguments(text, strings, group.end)
    for number, name in wanted:
        own = [
            argument
            for argument in arguments
            if (argument.name == name if name else argument.index == number)
        ]
        own = own or [
            argument for argument in arguments if name and argument.index == number and not argument.name
        ]
        found += [(argument.start, argument.end) for argument in own]
    return found


def _stands_for_a_secret(text: str, start: int, end: int) -> bool:
    """Whether what is put in a place of a text is a password in a URL, or follows the name of a secret."""
    before = text[max(0, start - 240) : start]
    end = max(start, end)
    userinfo = _USERINFO.search(before)
    if userinfo is not None:
        return ":" in userinfo.group()[3:] and (start == end or bool(_TO_HOST.match(text, end)))
    named = _NAMED.search(before[-120:])
    return named is not None and mention(named[1]) == "secret"


def _arguments(text: str, strings: Sequence[Token], position: int) -> list[Argument]:
    """The literals among what is formatted into the text that ends at `position`."""
    operator = _OPERATOR.match(text, position, position + 200)
    if operator is None:
        return []
    return literals_in(text, strings, operator.end(), alone=operator["operand"] == "")
