"""env/secret-value: a credential that looks live, in an environment file that git tracks."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.secrets import classify, url_credentials
from lintkit.secrets.values import looks_random

RULE = define(
    summary="a tracked environment file holds a credential that looks live",
    why="""
Whoever can read the repository, its forks or a CI log can use it. Scanners find such tokens within minutes of a push,
and taking the line out does not take it out of the history.
""",
    remedy="Revoke it where it was issued, put the new one into a secret store, and leave the value empty here.",
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
        good(
            {".env.example": "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxx\nGITHUB_TOKEN=\nSECRET_KEY=change-me\n"}
        ),
        good(
            {".env": "DB_PASSWORD=blue-whale\nSECRET_KEY=${SECRET_KEY}\n"},
            note="what is no token is not told from here",
        ),
        good({"tests/.env": "API_TOKEN=9f8Qz1Lm4Xv7Kp2Rt6Yw3\n"}, note="for tests"),
        good({".env": "BUILD_HASH=9f8Qz1Lm4Xv7Kp2Rt6Yw3\n"}, note="no secret by its name"),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each value of a tracked file that has the form of a credential, or looks generated, at the value."""
    for index, entry in enumerate(document.data["entries"] if rule.tracked else ()):
        value = entry["value"] or ""
        verdict = classify(entry["key"], value) if value else None
        if verdict is None or (verdict.start, verdict.end) in url_credentials(value):
            continue
        if verdict.kind == "format" or (
            verdict.kind == "real" and looks_random(value[verdict.start : verdict.end])
        ):
            yield rule.finding(
                document.span(("entries", index, "value")),
                f"`{entry['key']}` {verdict.description}, and git tracks the file",
                subject=entry["key"],
                confidence="high" if verdict.kind == "format" else "medium",
                secret=True,
            )
