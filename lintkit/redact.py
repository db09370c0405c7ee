"""Keep secrets out of everything that is shown: texts are masked in place, messages are scrubbed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lintkit.model import Kind
from lintkit.secrets import secret_spans, split_words
from lintkit.secrets.names import mention
from lintkit.secrets.spans import merge
from lintkit.secrets.values import is_well_known

MASK = "*"

_NAME = re.compile(r"[A-Za-z_]+")
_KEPT = re.compile(r"[\r\n]+")
_SECTION = re.compile(r"^[ \t]*([^\W\d_A-Z]+):[ \t]*(?:#.*)?$", re.MULTILINE)
_LEAST = 4
_LEAST_PIECE = 12
_FEW = 100
_WORDS_OF_A_COMMAND = 5
_FREE = 8
"""A value of letters alone that is shorter than this is masked in a message only where it stands as a word."""
_FREE_WORD = 13
"""The same for small letters alone: a password that is a word is often the name of the project as well."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one text holds of secrets: where they stand, and what `scrub` has to mask in words about it."""

    spans: tuple[tuple[int, int], ...]
    values: frozenset[str]


def find_secrets(text: str, kind: Kind) -> Secrets:
    """The detected secrets of a text, for `redact` and `scrub`."""
    spans = tuple(secret_spans(text, kind))
    return Secrets(spans, _values(text, kind, spans))


def redact(
    text: str, kind: Kind, extra: Iterable[tuple[int, int]] = (), secrets: Secrets | None = None
) -> str:
    """`text` with every detected secret masked by as many characters, so that all positions hold.

    extra    further ranges to mask, in code points: what rules found to be secrets
    secrets  what `find_secrets` finds in the text, where that is known
    Newlines inside a secret stay, so that lines keep their numbers. A secret that is no plain word is masked wherever
    its file repeats it, such as in the comment beside it.
    """
    secrets = secrets or find_secrets(text, kind)
    length = len(text)
    ranges = merge([*secrets.spans, *((max(0, start), min(end, length)) for start, end in extra)])
    pieces: list[str] = []
    position = 0
    for start, end in ranges:
        pieces.append(text[position:start])
        pieces.append(_masked(text[start:end]))
        position = end
    pieces.append(text[position:])
    repeated = frozenset(value for value in secrets.values if len(value) >= _FREE and not value.isalpha())
    return scrub("".join(pieces), repeated)


def _values(text: str, kind: Kind, spans: Iterable[tuple[int, int]]) -> frozenset[str]:
    """The detected secrets of a text themselves, as they are written and without their escapes, for `scrub`.

    Left out are values of fewer than four characters and well-known defaults such as `postgres`: they are no secret
    to anybody, and a message about the service `postgres` has to be able to say so. So are names of secrets, such as
    `api_key`, which stand where values do in `data.get("api_key")`, and plain words that are a name of a section in the
    file, such as its service.
    """
    values: set[str] = set()
    for start, end in spans:
        value = text[start:end]
        lines = _KEPT.split(value)
        for piece in lines:
            stripped = piece.strip().strip("\"'`,;")
            if len(stripped) < (_LEAST if len(lines) == 1 else _LEAST_PIECE) or is_well_known(stripped):
                continue
            values.add(stripped)
            for variant in (re.sub(r"\\(.)", r"\1", stripped), stripped.replace("''", "'")):
                if len(variant) >= _LEAST:
                    values.add(variant)
            values.update(_parts(stripped))
    sections = _sections(text, kind) if values else frozenset()
    return frozenset(value for value in values if not _is_a_name(value) and value not in sections)


def scrub(message: str, values: frozenset[str]) -> str:
    """`message` with every one of `values` masked where it occurs; a short plain word only where it stands alone.

    Takes time in the length of the message, not in the number of values: a file may hold thousands of both.
    """
    found: list[tuple[int, int]] = []
    for value, start in _few(message, values) if len(values) <= _FEW else _many(message, values):
        end = start + len(value)
        if not _is_plain(value) or _stands_alone(message, start, end):
            found.append((start, end))
    if not found:
        return message
    characters = list(message)
    for start, end in merge(found):
        characters[start:end] = MASK * (end - start)
    return "".join(characters)


def _few(message: str, values: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Each place of each value, also where they overlap, by searching for one after the other."""
    for value in values:
        start = message.find(value) if value else -1
        while start >= 0:
            yield value, start
            start = message.find(value, start + 1)


def _many(message: str, values: frozenset[str]) -> Iterator[tuple[str, int]]:
    """The same, by looking at each place of the message once."""
    least, lengths = _index(values)
    for start in range(len(message) - least + 1) if least else ():
        for length in lengths.get(message[start : start + least], ()):
            value = message[start : start + length]
            if value in values:
                yield value, start


def _is_plain(value: str) -> bool:
    return value.isalpha() and len(value) < (_FREE_WORD if value.islower() else _FREE)


def _stands_alone(message: str, start: int, end: int) -> bool:
    before, after = message[start - 1 : start], message[end : end + 1]
    return not (before and (before.isalnum() or before in "_.-")) and not (
        after and (after.isalnum() or after in "_-")
    )


def _masked(secret: str) -> str:
    return "".join(char if char in "\r\n" else MASK for char in secret)


def _parts(value: str) -> Iterable[str]:
    """The password in `user/password` or `user:password`, and the words of a masked line.

    A line of prose is masked because it may hold a secret; of its words only those with a digit may be one.
    """
    prose = len(value.split()) > _WORDS_OF_A_COMMAND
    for part in re.split(r"[/:,;=\s]+", value):
        words = split_words(part)
        if prose and (len(part) < _FREE or not any(map(str.isdigit, part))):
            continue
        if len(part) >= 6 and not is_well_known(part) and (len(words) > 1 or not part.isalpha()):
            yield part


def _is_a_name(value: str) -> bool:
    return _NAME.fullmatch(value) is not None and ((value.isupper() and "_" in value) or mention(value) != "")


def _sections(text: str, kind: Kind) -> frozenset[str]:
    """The plain words that name sections of a file: to mask the service `shop` would hide what is meant."""
    if kind not in ("compose", "kubernetes", "workflow", "yaml"):
        return frozenset()
    return frozenset(_SECTION.findall(text))


@lru_cache(maxsize=64)
def _index(values: frozenset[str]) -> tuple[int, dict[str, tuple[int, ...]]]:
    """The length of the shortest value, and for each beginning of that length how long the values with it are."""
    least = min((len(value) for value in values if value), default=0)
    lengths: dict[str, set[int]] = {}
    for value in values:
        if value:
            lengths.setdefault(value[:least], set()).add(len(value))
    return least, {beginning: tuple(sorted(found)) for beginning, found in lengths.items()}
