"""From the bytes of a Python file to its text, as PEP 263 says."""

from __future__ import annotations

import codecs
import re

from lintkit.formats.errors import ParseError

_UTF8 = b"\xef\xbb\xbf"
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$", re.ASCII)
# Text encodings by name, but decoders of something else: escapes, domain names; some take quadratic time.
_REFUSED = frozenset(
    {
        "idna",
        "punycode",
        "unicode-escape",
        "unicode_escape",
        "raw-unicode-escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "oem",
    }
)


def declared_encoding(data: bytes, path: str) -> str:
    """The encoding that a file declares in its first two lines, `utf-8` if none. Raises ParseError."""
    head = data[:4096]
    if b"coding" not in head:
        return "utf-8"
    lines = re.split(b"\r\n|\r|\n", head, maxsplit=2)[:2]
    for number, line in enumerate(lines, 1):
        found = _COOKIE.match(line.removeprefix(_UTF8) if number == 1 else line)
        if found is not None:
            name = found[1].decode("ascii", "replace")
            try:
                encoding = codecs.lookup(name).name
            except (LookupError, ValueError):
                raise ParseError(
                    "The file declares an encoding that does not exist; correct its `coding` comment.",
                    path,
                    number,
                ) from None
            if encoding in _REFUSED or not _is_text_encoding(encoding):
                raise ParseError(
                    "The file declares an encoding that is none for text; correct its `coding` comment.",
                    path,
                    number,
                )
            return encoding
        if number == 1 and not _BLANK.match(line.removeprefix(_UTF8)):
            break
    return "utf-8"


def _is_text_encoding(name: str) -> bool:
    try:
        b"".decode(name)
    except (LookupError, ValueError):
        return False
    except Exception:
        return False
    return True


def decode_python(data: bytes, path: str) -> str:
    """The text of a Python file without a byte order mark; newlines stay as they are.

    Raises ParseError, with the line, for bytes that are not of the declared encoding, and for NUL bytes.
    """
    encoding = declared_encoding(data, path)
    body = data
    if data.startswith(_UTF8):
        body = data[3:]
        if encoding not in ("utf-8", "utf-8-sig"):
            raise ParseError(
                "The file begins with a UTF-8 byte order mark but declares another encoding; remove one.",
                path,
            )
        encoding = "utf-8"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ParseError("The file is UTF-16, which Python does not read; save it as UTF-8.", path)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line = len(re.findall(b"\r\n|\r|\n", body[: error.start])) + 1
        raise ParseError(
            f"The file is not valid {encoding}; save it in that encoding or declare the right one.",
            path,
            line,
        ) from None
    except Exception:
        raise ParseError(f"The file cannot be decoded as {encoding}; save it as UTF-8.", path) from None
    nul = text.find("\0")
    if nul >= 0:
        raise ParseError("The file contains a NUL byte, so it is no Python source.", path, _line(text, nul))
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ParseError(
                "The file contains a lone surrogate, which is no character.", path, _line(text, error.start)
            ) from None
    return text


def _line(text: str, offset: int) -> int:
    return len(re.findall("\r\n|\r|\n", text[:offset])) + 1
