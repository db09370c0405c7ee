"""repo/secret-in-document: a credential in a document, a script, or a comment of a `.env` file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import TESTS, Document, Finding, RuleContext, Span, bad, define, good
from lintkit.api.dotenv import is_example
from lintkit.api.secrets import (
    DOCUMENTED,
    Reason,
    classify,
    find_formats,
    key_of_file,
    private_keys,
    url_credentials,
)
from lintkit.api.words import is_remote

RULE = define(
    summary="a document or script holds a credential that looks live",
    why="""
Runbooks, notes and scripts are copied, published and searched like code, and nobody looks into them when a credential
is replaced. A URL with its password is complete: it says where to go and how to get in.
""",
    remedy="Revoke the credential, and write where to find the new one instead of what it is.",
    severity="error",
    kinds=("text", "dotenv"),
    tags=("security", "secret", "CWE-798", "CWE-540"),
    equivalents=(
        "gitleaks:private-key",
        "gitleaks:curl-auth-user",
        "detect-secrets:private_key",
        "detect-secrets:basic_auth",
        "semgrep:detected-private-key",
        "semgrep:detected-username-and-password-in-uri",
    ),
    packs=("recommended", "security"),
    paths_ignore=(*TESTS, "**/testdata/**", "**/test_data/**", "**/mocks/**", "**/vendor/**"),
    examples=(
        bad(
            {
                "docs/runbook.md": "# Restore\n\n    psql postgresql://shop:k3Vw9notlive@db.shop.io/  # <-- here\n",
                "deploy.sh": "#!/bin/sh\nexport TOKEN=ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "  # <-- here\n",
            }
        ),
        bad(
            {".env": "# old: redis://:k3Vw9notlive@fast-cat.shop.io:6379  # <-- here\nPORT=8000\n"},
            note="a comment of an environment file",
        ),
        good(
            {
                "README.md": """\
    psql postgresql://user:password@localhost/shop
    psql postgresql://shop:k3Vw9notlive@db/shop
    psql postgresql://shop:${PASSWORD}@db.shop.io/shop
    psql postgresql://shop:your-password@db.shop.io/shop
    curl https://user:k3Vw9notlive@example.com
    export OPENAI_API_KEY=sk-...
    export ANTHROPIC_API_KEY=user_provided
    Post: https://news.example.net/t/pypi-malware-observation-report-outcomes-of-the-year-2024
    export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxx
    export CHAT_TOKEN=xoxb-MY-BOT-TOKEN
""",
                "docs/chain.md": """\
    -----BEGIN PRIVATE """
                """KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCvxGZOW4IXvGlh
     . . .
    m8JCpbJXDfSSVxKHgK1Siw4K6pnTsIA2
    -----END PRIVATE KEY-----
""",
                "docs/login.md": """\
    signing_key: |
      -----BEGIN PRIVATE """
                """KEY-----
      the key
      # made as https://www.example.net/configuration/identity/providers says
      -----END PRIVATE KEY-----
""",
            },
            note="what documents print in the place of a credential, and hosts of one's own machine",
        ),
        good(
            {".env": "# set DB_PASSWORD=change-me\nDB_PASSWORD=k3Vw9notlive\n"},
            note="the value itself is another rule's",
        ),
    ),
)

_HOST = re.compile(r"@(\[?[A-Za-z0-9.:-]+)")
_MADE_UP = re.compile(
    r"(?i)(?:^|\.)(?:example|acme|company|domain|host|server|yourdomain|mydomain|foo|bar|test)s?\b|my|your|\bxx"
)
_PUBLIC_FORMATS = frozenset({Reason.JSON_WEB_TOKEN, Reason.DJANGO_KEY, Reason.PRIVATE_KEY})
"""Shown in documents everywhere, or looked at more closely below."""
_MOST = 20


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each credential once, at itself."""
    text = document.text
    if document.kind == "dotenv":
        parts = (
            [(span.start, span.end) for span in document.comments] if not is_example(document.path) else []
        )
    elif document.data["store"]:
        return
    else:
        parts = [(0, len(text))]
    # Of a tracked file that is there to keep a key another rule speaks.
    keys = not (rule.tracked and key_of_file(document) is not None)
    shown = 0
    for start, end in parts:
        for first, last, what in _credentials(text[start:end], keys):
            shown += 1
            if shown > _MOST:
                return
            span = Span(document.path, start + first, start + last)
            yield rule.finding(span, f"here stands {what}", subject=f"{what} {shown}", secret=True)


def _credentials(text: str, keys: bool) -> Iterator[tuple[int, int, str]]:
    taken: list[tuple[int, int]] = []
    for form, start, end in find_formats(text):
        if form.reason in _PUBLIC_FORMATS or DOCUMENTED.search(text[start:end]):
            continue
        if any(low <= start < high for low, high in taken):
            continue
        verdict = classify("", text[start:end])
        if verdict is None or verdict.kind == "placeholder":
            continue
        if len(set(text[start:end])) < 10:
            continue  # `ghp_aaaaaaaa`
        taken.append((start, end))
        yield start, end, f"what looks like {form.description}"
    for start, end in url_credentials(text) if "://" in text else ():
        verdict = classify("password", text[start:end], credential=True)
        if verdict is None or verdict.kind not in ("real", "format") or verdict.reason is Reason.GUESSABLE:
            continue
        host = _HOST.match(text, end)
        if host is not None and is_remote(host[1].partition(":")[0]) and not _MADE_UP.search(host[1]):
            yield start, end, f"the password of a URL, which {verdict.description}"
    for key in private_keys(text) if keys else ():
        if not key.encrypted:
            yield key.start, key.end, key.description
