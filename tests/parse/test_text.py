"""Documents, scripts and key files as text, and the private keys in them."""

from __future__ import annotations

import pytest

from lintkit.kinds.text.document import parse
from lintkit.model import SourceFile
from lintkit.secrets.private_keys import key_of_file

BODY = "bm90IGEga2V5LCBvbmx5IGxpbmVzIG9mIGJhc2U2NCB0aGF0IGxvb2sgbGlrZSBvbmU\n"


def pem(label: str, body: str = BODY) -> str:
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n"


def key(path: str, data: bytes) -> tuple[str, bool] | None:
    for document in parse(SourceFile(path, "text", data)):
        found = key_of_file(document)
        if found is not None:
            assert found.start <= found.end <= len(document.text)
            return found.description, found.encrypted
    return None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (pem("RSA PRIVATE KEY"), ("an RSA private key", False)),
        (pem("PRIVATE KEY"), ("a private key", False)),
        (pem("ENCRYPTED PRIVATE KEY"), ("a private key", True)),
        (pem("RSA PRIVATE KEY", f"Proc-Type: 4,ENCRYPTED\n\n{BODY}"), ("an RSA private key", True)),
        (
            pem("OPENSSH PRIVATE KEY", f"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU{BODY}"),
            ("an OpenSSH private key", False),
        ),
        (
            pem("OPENSSH PRIVATE KEY", f"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1{BODY}"),
            ("an OpenSSH private key", True),
        ),
        (pem("PGP PRIVATE KEY BLOCK", f"\n{BODY}"), ("a PGP private key", False)),
        (pem("CERTIFICATE") + pem("EC PRIVATE KEY"), ("an EC private key", False)),
        (pem("PRIVATE KEY", "...\n") + pem("EC PRIVATE KEY"), ("an EC private key", False)),
        (pem("RSA PRIVATE KEY").replace("\n", "\r\n"), ("an RSA private key", False)),
        (
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n",
            ("a PuTTY private key", False),
        ),
        ("# public key: age1x\nAGE-SECRET-KEY-1" + "Q" * 58 + "\n", ("an age secret key", False)),
        (pem("CERTIFICATE"), None),
        (pem("PUBLIC KEY"), None),
        (pem("RSA PRIVATE KEY", ""), None),
        (pem("RSA PRIVATE KEY", BODY.strip() + "...\n"), None),
        ("-----BEGIN PRIVATE KEY", None),
        ("it begins with `-----BEGIN PRIVATE KEY-----`\n", None),
    ],
)
def test_private_keys(text: str, expected: tuple[str, bool] | None) -> None:
    assert key("a.pem", text.encode()) == expected


def test_documents_and_scripts_only_quote_keys() -> None:
    assert key("setup.md", pem("RSA PRIVATE KEY").encode()) is None
    assert key("setup.sh", pem("RSA PRIVATE KEY").encode()) is None


def test_key_stores() -> None:
    java = b"\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01"
    assert key("a.jks", java + b"\x00\x00\x00\x01" + bytes(50)) == ("a Java key store", True)
    assert key("a.jks", java + b"\x00\x00\x00\x02" + bytes(50)) is None
    pkcs = bytes.fromhex("308209b2020103308209780609 2a864886f70d010701") + bytes(100)
    assert key("a.p12", pkcs) == ("a PKCS #12 key store", True)
    assert key("a.p12", bytes(200)) is None


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"\xff\xfea", b"\x80caf\xe9\n", bytes(9000), b"\xef\xbb\xbfx"]
)
def test_nothing_is_too_strange(data: bytes) -> None:
    assert key("a.txt", data) is None
