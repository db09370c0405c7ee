"""From the bytes of a file to the text that spans count in, and back to the same bytes."""

from __future__ import annotations

import codecs
import io
import tokenize
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is encoded: a codec, and the byte order mark it begins with."""

    codec: str = "utf-8"
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """The bytes of `text`. Raises ValueError for characters that the codec does not have."""
        return self.mark + text.encode(self.codec)


def decode_file(data: bytes, *, python: bool) -> tuple[str, Encoding]:
    """The text of a file without its byte order mark, newlines as they are, and its encoding.

    python  the file is Python source, which may declare its encoding
    Raises ValueError if the bytes cannot be decoded, or if the text would not give the same bytes again.
    """
    encoding = _encoding(data, python)
    text = data[len(encoding.mark) :].decode(encoding.codec)
    if encoding.encode(text) != data:
        raise ValueError(f"{encoding.codec} does not give the same bytes again")
    return text, encoding


def _encoding(data: bytes, python: bool) -> Encoding:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return Encoding(codec, mark)
    if not python:
        return Encoding()
    try:
        declared, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        raise ValueError("the declared encoding is unknown") from None
    return Encoding(declared)
