"""env/startup-guard-disabled: a production environment file that lets the service start broken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good
from lintkit.api.dotenv import is_off, is_on, production_entries
from lintkit.api.secrets import split_words

RULE = define(
    summary="a production environment file switches off what stops a broken start",
    why="""
The service comes up without its datastore or with unsafe settings, answers its probes, and takes traffic that it can
only fail. Without the guard the rollout would have stopped and the old version would still serve.
""",
    remedy="Leave the variable out of production's file, so that a start that cannot work fails.",
    severity="error",
    kinds=("dotenv",),
    tags=("configuration", "production", "reliability"),
    packs=("recommended", "production"),
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {
                ".env.production": """\
STARTUP_WITHOUT_REDIS=true  # <-- here
ALLOW_START_WITHOUT_DATABASE=1  # <-- here
SKIP_DB_CHECK=yes  # <-- here
FAIL_ON_STARTUP_ERROR=false  # <-- here
REQUIRE_NEO4J_AT_STARTUP=0  # <-- here
"""
            }
        ),
        bad(
            {".env": "APP_ENV=production\nSKIP_CONFIG_VALIDATION=True  # <-- here\n"}, note="by what it says"
        ),
        good({".env": "STARTUP_WITHOUT_REDIS=true\n"}, note="nothing says production"),
        good(
            {
                ".env.production": """\
STARTUP_WITHOUT_REDIS=false
FAIL_ON_STARTUP_ERROR=true
SKIP_PREFLIGHT_CHECK=true
SKIP_MIGRATIONS=true
REQUIRE_EMAIL_VERIFICATION=false
"""
            },
            note="the guard is on; a build's own check; what is done elsewhere; no guard at all",
        ),
    ),
)

_PARTS = (
    "startup|boot|db|database|datastore|redis|postgres|neo_4_j|mongo|config|env|environment|settings|secrets?"
)
_ON = re.compile(
    rf"""(?:^|_)(?:startup|start|boot|run)_without_
    |(?:^|_)(?:skip|disable|ignore|bypass)_(?:\w+_)?(?:{_PARTS})(?:_\w+)?_(?:checks?|validations?|guards?|errors?|failures?)$
    |(?:^|_)(?:allow|ignore)_(?:missing|absent|unavailable|broken)_(?:{_PARTS}|dependencies)
    |(?:^|_)allow_(?:insecure|unsafe|default)_(?:secrets?|config|settings|start|startup|production)""",
    re.VERBOSE,
)
_OFF = re.compile(
    rf"""(?:^|_)(?:fail|exit|abort|crash)_(?:fast_)?(?:on|at)_(?:startup|boot|start|missing|{_PARTS})
    |(?:^|_)(?:require|check|verify|enforce)_\w+_(?:on|at)_(?:startup|boot|start)$
    |(?:^|_)startup_(?:checks?|validations?|guards?)(?:_enabled)?$""",
    re.VERBOSE,
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every guard that is off, at its value."""
    for index, entry, found in production_entries(document, rule.environment):
        name = "_".join(split_words(entry["key"]))
        off = (is_on(entry["value"]) and _ON.search(name)) or (is_off(entry["value"]) and _OFF.search(name))
        if off:
            yield rule.finding(
                document.span(("entries", index, "value")),
                f"`{entry['key']}` lets production start without what it needs",
                subject=entry["key"],
                related=found.related,
                confidence=found.confidence,
            )
