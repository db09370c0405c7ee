"""env/invalid-line: a line that readers of `.env` files skip, or read as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, Span, bad, define, good

RULE = define(
    summary="a line of an environment file cannot be read",
    why="""
Some programs skip such a line in silence, so that the variable is missing; others refuse the whole file. A quote that
is not closed may take the lines after it along.
""",
    remedy="Write `NAME=value`, with the value in closed quotes where it has spaces or goes over several lines.",
    severity="warning",
    kinds=("dotenv",),
    tags=("configuration",),
    packs=("recommended",),
    examples=(
        bad({".env": 'PORT=8000\n=9000  # <-- here\nNAME="shop  # <-- here\nHOST=a\n'}),
        bad({".env": "NAME='shop' and more  # <-- here\nHOST=a\n"}, note="something follows the value"),
        bad({".env": "PORT: 8000  # <-- here\n"}, note="YAML"),
        bad(
            {".env": "CERT=-----BEGIN CERTIFICATE-----\nbm90IGEga2V5+/=  # <-- here\n"},
            note="a value over several lines, without quotes",
        ),
        good(
            {".env": '# settings\n\nexport PORT=8000\nNAME="a shop"\nEMPTY=\nINHERITED\nes.dotted-name=1\n'}
        ),
        good({".env": 'KEY="-----BEGIN\nbm90\n-----END"\n'}, note="quotes that are closed on another line"),
    ),
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each line that python-dotenv skips, and each name that no reader can mean."""
    for problem in document.problems:
        if problem.code == "invalid-line":
            message = problem.message.removesuffix(".")
            yield rule.finding(
                _first_line(document, problem.span), message, subject=_place(document, problem.span)
            )
    for index, entry in enumerate(document.data["entries"]):
        name = entry["key"]
        if _NAME.fullmatch(name):
            continue
        # The name is not shown: it may be a piece of a key.
        span = document.span(("entries", index, "key"))
        yield rule.finding(
            span, "The line does not begin with the name of a variable", subject=_place(document, span)
        )


def _first_line(document: Document, span: Span) -> Span:
    end = document.text.find("\n", span.start, span.end)
    return span if end < 0 else Span(span.path, span.start, end)


def _place(document: Document, span: Span) -> str:
    """The variable before the line, in words that survive edits elsewhere."""
    before = [
        entry["key"]
        for index, entry in enumerate(document.data["entries"])
        if document.span(("entries", index, "key")).start < span.start and _NAME.fullmatch(entry["key"])
    ]
    return f"after {before[-1]}" if before else "first"
