"""env/secret-value: a credential that looks live, in an environment file that git tracks."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import is_example, is_for_a_desk, is_public_setting
from lintkit.api.secrets import Reason, classify, is_outgoing, looks_random, url_credentials

_ANONYMOUS = ".".join(
    ("eyJhbGciOiJIUzI1NiJ9", "eyJyb2xlIjoiYW5vbiIsImlzcyI6InNob3AifQ", "c2lnbmF0dXJlMTIzNDU2Nzg5")
)
"""A token that says `"role": "anon"`."""

RULE = define(
    summary="a tracked environment file holds a credential that looks live",
    why="""
Whoever can read the repository, its forks or a CI log can use it. Scanners find such tokens within minutes of a push,
and taking the line out does not take it out of the history.
""",
    remedy="""
Revoke it where it was issued, put the new one into a secret store, and leave the value empty here; take a file that is
in use out of git (`git rm --cached`).
""",
    severity="error",
    kinds=("dotenv",),
    tags=("security", "secret", "CWE-798", "CWE-540"),
    equivalents=("gitleaks:generic-api-key", "detect-secrets:keyword", "semgrep:detected-generic-api-key"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/testdata/**", "**/mocks/**"),
    examples=(
        bad(
            {".env.example": "GITHUB_TOKEN=ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "  # <-- here\n"},
            note="an example, filled in",
        ),
        bad(
            {
                ".env": "OPENAI_API_KEY=sk-"
                + "a1B2c3D4e5F6g7H8i9J0k1"
                + "  # <-- here\nSESSION_SECRET="
                + "9f8Qz1Lm4Xv7Kp2Rt6Yw3"
                + "  # <-- here\n"
            },
            note="told by its form, and by looking generated",
        ),
        bad(
            {".env": 'PUBLIC_NAME="ghp_' + "a1B2c3D4e5F6g7H8i9J0" + '"  # <-- here\n'}, note="under any name"
        ),
        bad(
            {".env.example": "SECRET_KEY=9f8Qz1Lm4Xv7Kp2Rt6Yw3  # <-- here\n"},
            note="a key that everybody who copies the example shares: a warning",
        ),
        bad(
            {
                ".env.sample": 'SIGNING_KEY="-----BEGIN PRIVATE '
                + 'KEY-----\\n9f8Qz1Lm4Xv7Kp2Rt6Yw3a1B2c3D4e5F6g7H8\\n-----END PRIVATE KEY-----"  # <-- here\n'
            },
            note="so is a private key",
        ),
        good(
            {".env.example": "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxx\nGITHUB_TOKEN=\nSECRET_KEY=change-me\n"}
        ),
        good(
            {".env": "DB_PASSWORD=blue-whale\nSECRET_KEY=${SECRET_KEY}\n"},
            note="what is no token is not told from here",
        ),
        good(
            {
                ".env.dev": "APP_SECRET=9f8Qz1Lm4Xv7Kp2Rt6Yw3\n",
                ".env.staging.local": "APP_SECRET=9f8Qz1Lm4Xv7Kp2Rt6Yw3\n",
            },
            note="generated for a developer's own machine",
        ),
        bad(
            {
                ".env.test": """\
SESSION_SECRET=9f8Qz1Lm4Xv7Kp2Rt6Yw3
MAPS_API_KEY=4c1f09d27be84a63915f0ad2c7e83b56  # <-- here
BUCKET_ACCESS_KEY=71d0c9ae35f24b8896e1d3f7a0c2b45e  # <-- here
BUCKET_SECRET_KEY=e09b7a31c5d84f2296b1f8e3d4a7c605  # <-- here
"""
            },
            note="keys that another service issued, in a file for tests",
        ),
        bad(
            {
                ".env.staging": "APP_SECRET=9f8Qz1Lm4Xv7Kp2Rt6Yw3  # <-- here\n",
                ".env.development": "OPENAI_API_KEY=sk-" + "a1B2c3D4e5F6g7H8i9J0k1" + "  # <-- here\n",
            },
            note="others can reach staging, and a token opens the same account from everywhere",
        ),
        bad(
            {".env": "VITE_OPENAI_API_KEY=sk-" + "a1B2c3D4e5F6g7H8i9J0k1" + "  # <-- here\n"},
            note="what a front end shows to everybody",
        ),
        good(
            {
                ".env": f"""\
VITE_FIREBASE_API_KEY=AIza{"a1B2c3D4e5F6g7H8i9J0"}k1L2m3N4o5P6q7
NEXT_PUBLIC_MAPS_TOKEN=9f8Qz1Lm4Xv7Kp2Rt6Yw3
NEXT_PUBLIC_SUPABASE_ANON_KEY={_ANONYMOUS}
SUPABASE_KEY={_ANONYMOUS}
"""
            },
            note="keys that browsers are given, and a token of the role that everybody has",
        ),
        good(
            {
                ".env.production": """\
DOTENV_PUBLIC_KEY_PRODUCTION="02a1b3c5"
DB_PASSWORD="encrypted:BEx9Qw3Kp7a1B2c3D4e5F6g7H8i9J0"
API_TOKEN=ENC[AES256_GCM,data:a1B2c3D4e5F6g7H8,iv:i9J0k1L2,tag:m3N4o5P6,type:str]
""",
                ".env.example": 'KEY="-----BEGIN PRIVATE KEY-----\\nyour-key-here\\n-----END PRIVATE KEY-----"\n',
            },
            note="encrypted, and the frame of a key without the key",
        ),
        good({"tests/.env": "API_TOKEN=9f8Qz1Lm4Xv7Kp2Rt6Yw3\n"}, note="for tests"),
        good({".env": "BUILD_HASH=9f8Qz1Lm4Xv7Kp2Rt6Yw3\n"}, note="no secret by its name"),
    ),
)


_MADE_AT_A_DESK = frozenset({Reason.JSON_WEB_TOKEN, Reason.DJANGO_KEY})
"""What the server of a developer's machine made for itself."""
_KEYS = frozenset({Reason.PRIVATE_KEY, Reason.DJANGO_KEY})
"""What nobody issues: in an example it is one that was made for it, and everybody who copies the example has it."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each value of a tracked file that has the form of a credential, or looks generated, at the value."""
    at_a_desk = is_for_a_desk(document.path, rule.environment)
    names = {entry["key"] for entry in document.data["entries"]}
    for index, entry in enumerate(document.data["entries"] if rule.tracked else ()):
        value = entry["value"] or ""
        verdict = classify(entry["key"], value) if value else None
        if verdict is None or (verdict.start, verdict.end) in url_credentials(value):
            continue
        secret = value[verdict.start : verdict.end]
        by_form = verdict.kind == "format"
        if by_form:
            if is_public_setting(entry["key"]) and verdict.reason.is_for_browsers:
                continue
            if at_a_desk and verdict.reason in _MADE_AT_A_DESK:
                continue
        elif verdict.kind != "real" or not looks_random(secret) or is_public_setting(entry["key"]):
            continue
        elif at_a_desk and not _was_issued(entry["key"], names):
            continue  # made there, for that machine alone
        copied = (not by_form or verdict.reason in _KEYS) and is_example(document.path)
        then = "whoever copies the example has the same" if copied else "git tracks the file"
        yield rule.finding(
            document.span(("entries", index, "value")),
            f"`{entry['key']}` {verdict.description}, and {then}",
            subject=entry["key"],
            severity="warning" if copied else "error",
            confidence="high" if by_form else "medium",
            secret=True,
            deployed=not by_form and not _was_issued(entry["key"], names),
        )


def _was_issued(name: str, names: set[str]) -> bool:
    """Whether another service issued a key, so that it opens the same account from everywhere.

    names  all of the file: `X_SECRET_KEY` beside `X_ACCESS_KEY` is the other half of it
    """
    return is_outgoing(name) or ("SECRET" in name and name.replace("SECRET", "ACCESS") in names)
