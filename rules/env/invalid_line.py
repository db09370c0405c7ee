"""env/invalid-line: a line that readers of `.env` files skip, or read as something else."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from lintkit.api import TESTS, Document, Finding, RuleContext, Span, bad, define, good
from lintkit.api.formats import is_shell_script

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
    paths_ignore=(*TESTS, "**/fixtures/**"),
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
        good(
            {"lab/bench.env": "targets:\n  main:\n    drivers:\n      NetworkDriver: {}\n"},
            note="what another program calls its environment",
        ),
        bad({".env": "port: 8000  # <-- here\n"}, note="no line of it sets anything"),
        good({".env": 'KEY="-----BEGIN\nbm90\n-----END"\n'}, note="quotes that are closed on another line"),
        good(
            {"data.env": 'i=0\nKEPT[((i++))]="/srv/a"\nKEPT[((i++))]="/srv/b"\nexport KEPT\ni=0\n'},
            note="a script that a shell sources",
        ),
    ),
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


_MOST = 20
"""A file with more such lines is something else, and the first ones say so."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each line that python-dotenv skips, and each name that no reader can mean."""
    if is_shell_script(document.text):
        return
    found = [
        (_first_line(document, problem.span), problem.message.removesuffix("."))
        for problem in document.problems
        if problem.code == "invalid-line"
    ]
    starts, names = [], []
    for index, entry in enumerate(document.data["entries"]):
        span = document.span(("entries", index, "key"))
        if _NAME.fullmatch(entry["key"]):
            starts.append(span.start)
            names.append(entry["key"])
        else:
            # The name is not shown: it may be a piece of a key.
            found.append((span, "The line does not begin with the name of a variable"))
    if not names and not document.path.rpartition("/")[2].startswith(".env"):
        return  # a file of another program: nothing in it sets a variable
    for span, message in sorted(found, key=lambda each: each[0].start)[:_MOST]:
        before = bisect_left(starts, span.start)
        subject = f"after {names[before - 1]}" if before else "first"
        yield rule.finding(span, message, subject=subject)


def _first_line(document: Document, span: Span) -> Span:
    end = document.text.find("\n", span.start, span.end)
    return span if end < 0 else Span(span.path, span.start, end)
