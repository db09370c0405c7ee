"""env/credentials-in-url: a password inside a URL, in an environment file that git tracks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import is_example, production
from lintkit.api.formats import scalar_span
from lintkit.api.secrets import Reason, Verdict, classify, looks_random, said_of, severity_of, url_credentials
from lintkit.api.words import environment_of_path, is_remote, url_parts

RULE = define(
    summary="a tracked environment file holds a URL with a password",
    why="""
A URL is logged, shown in errors and handed on whole, and its password with it. In a tracked file everybody who can
read the repository has the password and the address that it opens.
""",
    remedy="Replace the password, and let the deployment set the variable, or put the URL together from parts.",
    severity="error",
    kinds=("dotenv",),
    tags=("security", "secret", "CWE-798", "CWE-522"),
    equivalents=(
        "gitleaks:curl-auth-user",
        "detect-secrets:basic_auth",
        "semgrep:detected-username-and-password-in-uri",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, "**/testdata/**", "**/mocks/**"),
    examples=(
        bad(
            {
                ".env": "DATABASE_URL=postgresql://shop:k3Vw9notlive@db/shop  # <-- here\n"
                'MIRRORS="https://shop:k3Vw9notlive@a.example.com,https://b.example.com"  # <-- here\n'
            }
        ),
        bad(
            {
                ".env.example": "REDIS_URL=rediss://default:9f8Qz1Lm4Xv7Kp2Rt6Yw3@cache.example.net  # <-- here\n"
            },
            note="an example that was filled in with something live",
        ),
        good(
            {
                ".env": """\
A_URL=postgresql://shop:${DB_PASSWORD}@db/shop
B_URL=postgresql://shop@db/shop
C_URL=postgresql://shop:changeme@db/shop
D_URL=postgresql://postgres:postgres@localhost/shop
E_URL=postgresql://shop:shop@db/shop
"""
            },
            note="a reference, no password, and words that other rules speak of",
        ),
        good({".env.example": "DATABASE_URL=postgresql://shop:k3Vw9notlive@db/shop\n"}, note="an example"),
        good(
            {".env.development": "DATABASE_URL=postgresql://shop:k3Vw9notlive@localhost/shop\n"},
            note="for development",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each URL of a tracked file whose password somebody chose, at the password."""
    careful = (
        is_example(document.path) or environment_of_path(document.path, rule.environment) == "development"
    )
    in_production = rule.tracked and production(document, rule.environment) is not None
    for index, entry in enumerate(document.data["entries"] if rule.tracked else ()):
        value = entry["value"] or ""
        verdict = _worst(value, guessable=in_production)
        if verdict is None:
            continue
        parts = url_parts(value)
        remote = parts is not None and is_remote(parts[2])
        if careful and not (remote and looks_random(value[verdict.start : verdict.end])):
            continue
        yield rule.finding(
            scalar_span(document, ("entries", index, "value"), verdict.start, verdict.end),
            f"the URL in `{entry['key']}` holds a password that {said_of(value, verdict)}, and git tracks the file",
            subject=entry["key"],
            severity=severity_of(entry["key"], value, verdict),
            confidence="high" if remote else "medium",
            secret=True,
            deployed=not in_production and not remote,
        )


def _worst(value: str, *, guessable: bool) -> Verdict | None:
    """The verdict on the first password of a URL in `value` that works as it stands, of several the worst.

    guessable  a word that is easily guessed counts as well: production runs on it
    """
    found: Verdict | None = None
    for start, end in url_credentials(value) if "://" in value else ():
        verdict = classify("password", value[start:end], credential=True)
        if verdict is None or verdict.kind not in ("real", "format"):
            continue
        if verdict.reason is Reason.GUESSABLE and not guessable:
            continue
        verdict = replace(verdict, start=start + verdict.start, end=start + verdict.end)
        if severity_of("password", value, verdict) == "error":
            return verdict
        found = found or verdict
    return found
