"""env/cors-allow-all: a production environment file that lets every website call the API."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import is_on, production_entries
from lintkit.api.secrets import split_words

RULE = define(
    summary="a production environment file opens CORS to every origin",
    why="""
Any website that a user visits may then read the API's answers with that user's session, or run its own front end on
top of it. It is usually a setting from development that was copied.
""",
    remedy="List the origins of the front ends (`CORS_ORIGINS=https://app.example.com`).",
    severity="error",
    kinds=("dotenv",),
    tags=("configuration", "production", "security", "CWE-942"),
    packs=("recommended", "security", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                ".env.production": """\
CORS_ALLOW_ALL=true  # <-- here
CORS_ORIGIN_ALLOW_ALL=1  # <-- here
"""
            }
        ),
        bad(
            {
                ".env.prod": """\
BACKEND_CORS_ORIGINS=["*"]  # <-- here
ALLOWED_ORIGINS=https://app.example.com,*  # <-- here
CORS_ALLOW_ORIGIN_REGEX=https?://.*  # <-- here
"""
            },
            note="lists and patterns that match everything",
        ),
        bad({".env": "ENVIRONMENT=prod\nCORS_ORIGIN='*'  # <-- here\n"}, note="production by what it says"),
        good({".env": "CORS_ALLOW_ALL=true\n"}, note="nothing says production"),
        good(
            {
                ".env.production": """\
CORS_ALLOW_ALL=false
CORS_ORIGINS=https://app.example.com,https://*.shop.example.com
CORS_ALLOW_HEADERS=*
CORS_ALLOW_METHODS=*
CORS_ALLOW_ALL_METHODS=true
ALLOWED_HOSTS=*
"""
            },
            note="origins by name, the hosts of one domain, and what is no origin",
        ),
        good({".env.production.example": "CORS_ORIGINS=*\n"}, note="an example"),
    ),
)

_EVERY = re.compile(r"\*|(?:https?|\*)://\*|\^?(?:https\?://|https?://)?\.[*+]\$?")
_OTHER = frozenset(
    {"header", "headers", "method", "methods", "credential", "credentials", "expose", "exposed", "csrf"}
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every variable that allows all origins, at its value."""
    for index, entry, found in production_entries(document, rule.environment):
        name = entry["key"]
        if _opens(split_words(name), entry["value"]):
            yield rule.finding(
                document.span(("entries", index, "value")),
                f"`{name}` allows every origin in production",
                subject=name,
                related=found.related,
                confidence=found.confidence,
            )


def _opens(words: tuple[str, ...], value: str) -> bool:
    about = {*words}
    if not _OTHER.isdisjoint(about) or about.isdisjoint({"cors", "origin", "origins"}):
        return False
    if {"allow", "all"} <= about or {"allow", "any"} <= about:
        return is_on(value)
    members = [part.strip().strip("\"'").rstrip("/") for part in value.strip().strip("[]").split(",")]
    return any(_EVERY.fullmatch(member) for member in members)
