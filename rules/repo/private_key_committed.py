"""repo/private-key-committed: a file with a private key under version control."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, Span, bad, define, good
from lintkit.api.secrets import key_of_file, split_words

_BODY = "\n".join(["bm90IGEga2V5LCBvbmx5IGxpbmVzIG9mIGJhc2U2NCB0aGF0IGxvb2sgbGlrZSBvbmU"] * 3)
"""What stands for the body of a key in the examples: base64 that says that it is none."""


def _pem(label: str, mark: str = "") -> str:
    dashes = "-" * 5
    return f"{dashes}BEGIN {label}{dashes}{mark}\n{_BODY}\n{dashes}END {label}{dashes}\n"


RULE = define(
    summary="a private key is tracked by git",
    why="""
Everybody who can read the repository, its forks, its CI caches and its backups can log in, sign or decrypt with this
key. Deleting the file does not take it out of the history, so the key has to be replaced wherever it is trusted.
""",
    remedy="""
Replace the key wherever it is trusted, `git rm` the file, ignore it, and keep the new one in a secret store or on the
machine that uses it.
""",
    severity="error",
    kinds=("text",),
    tags=("security", "secret", "CWE-321", "CWE-538"),
    equivalents=("gitleaks:private-key", "detect-secrets:private_key", "semgrep:detected-private-key"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/testdata/**", "**/test_data/**", "**/mocks/**"),
    examples=(
        bad({"deploy/server.key": _pem("EC PRIVATE KEY", "  # <-- here")}),
        bad(
            {"certs/bundle.pem": _pem("CERTIFICATE") + _pem("PRIVATE KEY", "  # <-- here")},
            note="after a certificate",
        ),
        bad({"keys/deploy": _pem("OPENSSH PRIVATE KEY", "  # <-- here")}, note="a name that says nothing"),
        bad({"notes.txt": "for the build\n" + _pem("EC PRIVATE KEY", "  # <-- here")}, note="another suffix"),
        bad({"ssl/client.pem": _pem("ENCRYPTED PRIVATE KEY", "  # <-- here")}, note="locked: a warning"),
        good(
            {"certs/server.pem": _pem("CERTIFICATE"), "keys/deploy.pub": "ssh-ed25519 bm90IGEga2V5 shop\n"},
            note="what may be public, whatever its name",
        ),
        good({"public.key": _pem("PUBLIC KEY")}, note="a public key under the name of a private one"),
        good(
            {"README.md": "Paste your key:\n\n" + _pem("EC PRIVATE KEY").replace(_BODY, "...")},
            note="no key at all",
        ),
        good({"tests/server.key": _pem("EC PRIVATE KEY")}, note="a key for tests"),
    ),
)

_FOR_TRYING_OUT = frozenset(
    """test tests testing testdata example examples sample dummy fake mock snakeoil localhost local dev development
    selfsigned insecure vagrant demo placeholder""".split()  # noqa: SIM905
)
_TRUST_STORES = frozenset({"truststore", "cacerts", "trust", "ca"})


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report the first key of a tracked file that is there to keep one."""
    key = key_of_file(document) if rule.tracked else None
    name = document.path.rpartition("/")[2]
    if key is None or (document.data["store"] and not _TRUST_STORES.isdisjoint(split_words(name))):
        return
    harmless = not _FOR_TRYING_OUT.isdisjoint(split_words(document.path))
    if harmless and not rule.strict:
        return  # its name, or the folder it lies in, says that it opens nothing
    yield rule.finding(
        Span(document.path, key.start, key.end),
        f"`{name}` holds {key.description}"
        + (", locked by a passphrase," if key.encrypted else "")
        + " and is tracked by git",
        subject=document.path,
        severity="warning" if key.encrypted or harmless else "error",
        confidence="medium" if harmless or document.data["store"] else "high",
        secret=bool(document.data["store"]),
    )
