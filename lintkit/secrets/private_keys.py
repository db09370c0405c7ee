"""Private keys by their content: PEM blocks with a body, PuTTY and age keys, and key stores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lintkit.model import Document
from lintkit.secrets.patterns import pattern

_PEM = pattern(r"^[ \t]{0,16}-----BEGIN ((?:[A-Z0-9]{1,12} ){0,4})PRIVATE KEY( BLOCK)?-----", re.MULTILINE)
_PUTTY = pattern(r"^PuTTY-User-Key-File-\d:", re.MULTILINE)
_AGE = pattern(r"^[ \t]{0,16}AGE-SECRET-KEY-1[A-Z0-9]{40,}", re.MULTILINE)
_BODY = pattern(r"(?:(?<=\\n)|(?<![\w.:/-]))[A-Za-z0-9+/=]{24,}(?![\w.-])")
"""A line of base64, also behind a written `\\n`; no part of an address in a comment."""
_SHORTENED = pattern(r"\.[ \t]?\.[ \t]?\.|…")
_LOCKED = pattern(r"Proc-Type: 4,ENCRYPTED|b3BlbnNzaC1rZXktdjEAAAAA(?!BG5vbmU)")
"""A header of old PEM files, or an OpenSSH key whose first field, in base64, is another cipher than `none`."""

_KINDS = {
    "RSA": "an RSA private key",
    "EC": "an EC private key",
    "DSA": "a DSA private key",
    "OPENSSH": "an OpenSSH private key",
    "PGP": "a PGP private key",
}

_LOOK_AHEAD = 4000
_MOST = 1000
"""How many headings are looked at: more are no keys but a file that is made to be slow."""
_DOCUMENTS = pattern(r"\.(?:md|markdown|mdx|rst|adoc|sh|bash|zsh|fish|ps1|bat|cmd)$", re.IGNORECASE)
_STORES = {"pkcs12": "a PKCS #12 key store", "jks": "a Java key store"}


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key in a text: where its first line stands, what it is (`an RSA private key`), and if it is locked."""

    start: int
    end: int
    description: str
    encrypted: bool = False


def private_key(text: str) -> PrivateKey | None:
    """The first private key of `text`."""
    return next(private_keys(text), None)


def private_keys(text: str) -> Iterator[PrivateKey]:
    """The private keys of `text`; a heading without a body, or with a shortened one, is none."""
    for match in islice(_PEM.finditer(text), _MOST) if "PRIVATE KEY" in text else ():
        body = text[match.end() : match.end() + _LOOK_AHEAD].partition("-----END")[0]
        if _BODY.search(body) is None or _SHORTENED.search(body) is not None:
            continue
        encrypted = "ENCRYPTED" in match[1] or _LOCKED.search(body) is not None
        start = match.end() - len(match[0].lstrip())
        yield PrivateKey(start, match.end(), _KINDS.get(match[1].strip(), "a private key"), encrypted)
    putty = _PUTTY.search(text) if "PuTTY" in text else None
    if putty is not None and "Private-Lines:" in text:
        yield PrivateKey(putty.start(), putty.end(), "a PuTTY private key", "Encryption: none" not in text)
    age = _AGE.search(text) if "AGE-SECRET" in text else None
    if age is not None:
        yield PrivateKey(age.start(), age.end(), "an age secret key")


def key_of_file(document: Document) -> PrivateKey | None:
    """The key that a text file is there to keep; None for documents and scripts, which at most quote one."""
    if document.kind != "text" or _DOCUMENTS.search(document.path):
        return None
    store = document.data["store"]
    if store:
        # Its certificates may be public, but what opens them is in whatever reads the store.
        return PrivateKey(0, len(document.text), _STORES[store], True)
    return private_key(document.text)
