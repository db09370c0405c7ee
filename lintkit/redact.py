"""Keep secrets out of everything that is shown: texts are masked in place, messages are scrubbed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lintkit.model import Kind
from lintkit.secrets import secret_spans, split_words
from lintkit.secrets.spans import merge
from lintkit.secrets.values import is_well_known

MASK = "*"

_KEPT = re.compile(r"[\r\n]+")
_LEAST = 4
_LEAST_PIECE = 12
_FREE = 8
"""A value of letters alone that is shorter than this is masked in a message only where it stands as a word."""


def redact(text: str, kind: Kind, extra: Iterable[tuple[int, int]] = ()) -> str:
    """`text` with every detected secret masked by as many characters, so that all positions hold.

    extra  further ranges to mask, in code points: what rules found to be secrets
    Newlines inside a secret stay, so that lines keep their numbers.
    """
    length = len(text)
    ranges = merge([*_spans(text, kind), *((max(0, start), min(end, length)) for start, end in extra)])
    pieces: list[str] = []
    position = 0
    for start, end in ranges:
        pieces.append(text[position:start])
        pieces.append(_masked(text[start:end]))
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def secret_values(text: str, kind: Kind) -> frozenset[str]:
    """The detected secrets of a text themselves, as they are written and without their escapes, for `scrub`.

    Left out are values of fewer than four characters and well-known defaults such as `postgres`: they are no secret
    to anybody, and a message about the service `postgres` has to be able to say so.
    """
    values: set[str] = set()
    for start, end in _spans(text, kind):
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
    return frozenset(values)


def scrub(message: str, values: frozenset[str]) -> str:
    """`message` with every one of `values` masked where it occurs; a short plain word only where it stands alone."""
    for value in _by_length(values):
        if value not in message:
            continue
        if value.isalpha() and len(value) < _FREE:
            message = re.sub(rf"(?<![\w.-]){re.escape(value)}(?![\w-])", MASK * len(value), message)
        else:
            message = message.replace(value, MASK * len(value))
    return message


def _masked(secret: str) -> str:
    return "".join(char if char in "\r\n" else MASK for char in secret)


def _parts(value: str) -> Iterable[str]:
    """The password in `user/password` or `user:password`, and the words of a masked line."""
    for part in re.split(r"[/:,;=\s]+", value):
        words = split_words(part)
        if len(part) >= 6 and not is_well_known(part) and (len(words) > 1 or not part.isalpha()):
            yield part


@lru_cache(maxsize=8)
def _cached_spans(text: str, kind: Kind) -> tuple[tuple[int, int], ...]:
    return tuple(secret_spans(text, kind))


def _spans(text: str, kind: Kind) -> tuple[tuple[int, int], ...]:
    # A file is both redacted and searched for values to scrub; only the small ones are worth keeping for that.
    return _cached_spans(text, kind) if len(text) < 500_000 else tuple(secret_spans(text, kind))


@lru_cache(maxsize=64)
def _by_length(values: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(values, key=lambda value: (-len(value), value)))
