"""env/debug-in-production: a production environment file that switches debugging on."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import NOT_A_SERVICE, Document, Finding, RuleContext, bad, define, good, replacement
from lintkit.api.dotenv import is_on, production_entries, switches_debugging

RULE = define(
    summary="a production environment file switches debugging on",
    why="""
Debug pages show settings, variables and source code to whoever makes a request fail; Flask's offers a console. Debug
modes also keep every query in memory and reload the code when a file changes.
""",
    remedy="Switch it off, or leave the variable out of the file.",
    severity="error",
    kinds=("dotenv",),
    tags=("configuration", "production", "security", "CWE-489"),
    packs=("recommended", "security", "production"),
    fixable=True,
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            {".env.production": "DEBUG=true  # <-- here\nFLASK_DEBUG='1'  # <-- here\nPORT=8000\n"},
            fixed={".env.production": "DEBUG=false\nFLASK_DEBUG='0'\nPORT=8000\n"},
        ),
        bad(
            {".env": "ENVIRONMENT=production\nAPP_DEBUG_MODE=True  # <-- here\n"},
            fixed={".env": "ENVIRONMENT=production\nAPP_DEBUG_MODE=False\n"},
            note="a file for production by what it says",
        ),
        bad({"prod.env": "FLASK_ENV=development  # <-- here\n"}, note="Flask's older switch"),
        good({".env": "DEBUG=true\n", ".env.staging": "DEBUG=1\n"}, note="not production"),
        good({".env.production": "DEBUG=false\nDJANGO_DEBUG=0\n"}, note="off"),
        good(
            {".env.production": "DEBUG=shop:*\nLOG_DEBUG=true\nDEBUG_TOOLBAR_PANELS=none\nDEBUG_PORT=1\n"},
            note="what is logged, and other things that are called so",
        ),
        good({".env.production.example": "DEBUG=true\n"}, note="an example"),
    ),
)

_OFF = {"1": "0", "true": "false", "yes": "no", "on": "off"}


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report every switch that is on, at its value."""
    for index, entry, found in production_entries(document, rule.environment):
        name, value = entry["key"], entry["value"]
        on = is_on(value) and switches_debugging(name)
        if not on and (name, value) != ("FLASK_ENV", "development"):
            continue
        span = document.span(("entries", index, "value"))
        off = _OFF.get(value.lower(), "")
        fix = None
        if on and off and document.text[span.start : span.end].strip("'\"") == value:
            off = off.upper() if value.isupper() else off.title() if value.istitle() else off
            quote = entry["quote"]
            fix = replacement("switch it off", span, f"{quote}{off}{quote}", safe=False)
        yield rule.finding(
            span,
            f"`{name}` switches debugging on in production",
            subject=name,
            related=found.related,
            confidence=found.confidence,
            fix=fix,
        )
