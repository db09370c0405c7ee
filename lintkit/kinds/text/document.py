"""Documents, scripts and key files: their text alone, because only secrets are looked for in them."""

from __future__ import annotations

from lintkit.formats.sniff import is_binary
from lintkit.model import Document, NodeSpans, SourceFile, Span
from lintkit.source import decode

_JAVA_STORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_PRIVATE_ENTRY = b"\x00\x00\x00\x01"
"""The tag of the first entry of a Java key store, after magic, version and count; certificates have another one."""

_PKCS12_CONTENT = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
"""How the object identifiers of PKCS #7 begin (RFC 2315), the first of which opens a PKCS #12 store (RFC 7292)."""


def parse(source: SourceFile) -> tuple[Document, ...]:
    """The text of a file, `{"store": ""}`; nothing for binary files.

    A key store is binary and known by how it begins: `{"store": "pkcs12"}` or `"jks"`. Bytes that are not UTF-8
    become replacement characters, because a document in another encoding is still worth a look.
    """
    store = _store(source.data)
    if not store and is_binary(source.data):
        return ()
    try:
        text, _ = decode(source.data)
    except UnicodeDecodeError:
        text = source.data.decode("utf-8", "replace").removeprefix("\ufeff")
    whole = Span(source.path, 0, len(text))
    return (Document(source.path, "text", text, {"store": store}, {(): NodeSpans(whole)}, 0),)


def _store(data: bytes) -> str:
    if data.startswith(_JAVA_STORES):
        return "jks" if data[12:16] == _PRIVATE_ENTRY else ""
    # SEQUENCE { INTEGER 3, SEQUENCE { OBJECT IDENTIFIER pkcs7-… } }
    head = data[:40]
    return "pkcs12" if head[:1] == b"\x30" and b"\x02\x01\x03\x30" in head and _PKCS12_CONTENT in head else ""
