"""dockerfile/exec-form-not-json: a list of words that no builder reads as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="what looks like a list of words is not JSON",
    why="""
A builder that cannot read `CMD ['python', 'app.py']` as JSON takes it for a line of the shell, without an error. The
shell then looks for a program called `[python,`: the build succeeds and the container ends at once.
""",
    remedy="Write JSON: double quotes, a comma between the words and none after the last, backslashes twice.",
    severity="error",
    kinds=("dockerfile",),
    tags=("correctness",),
    packs=("recommended",),
    examples=(
        bad(
            """\
FROM debian:12
ENTRYPOINT ['/entry']  # <-- here
CMD ["/app", "--serve",]  # <-- here
"""
        ),
        bad(
            """\
FROM mcr.microsoft.com/windows/servercore:ltsc2022
ENTRYPOINT ["c:\\app\\shop.exe"]  # <-- here
HEALTHCHECK CMD ["shop.exe" "check"]  # <-- here
""",
            note="a backslash stands once, and a comma is missing",
        ),
        good(
            """\
FROM debian:12
RUN [ -f /app ] && chmod +x /app
RUN [[ -f /app ]]
ENTRYPOINT [ "/entry" ]
CMD ["/app", "it's on"]
""",
            note="the test command, and JSON",
        ),
        good('FROM debian:12\\nCMD [ -f /app ] && exec /app ["x"]\\n'),
    ),
)

_LIST = re.compile(r"""(?:CMD\s+)?\[\s*(?:["'“‘].*|[\w./-]+\s*,.*)\]""", re.DOTALL | re.IGNORECASE)
_KEYWORDS = frozenset(("CMD", "ENTRYPOINT", "RUN", "HEALTHCHECK", "SHELL"))


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each list of words in the shell form."""
    for index, item in enumerate(document.data["instructions"]):
        value = item["value"].strip()
        if item["keyword"] not in _KEYWORDS or item["form"] == "exec" or len(value) > 5_000:
            continue
        if _LIST.fullmatch(value):
            why = "it has single quotes" if "['" in value.replace(" ", "") else "it is not JSON"
            yield rule.finding(
                document.span(("instructions", index, "value")),
                f"a shell is given this list as one line and finds no such program, because {why}",
                subject=item["keyword"],
            )
