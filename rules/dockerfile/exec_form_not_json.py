"""dockerfile/exec-form-not-json: a list of words that no builder reads as one."""

from __future__ import annotations

import bisect
import json
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
        bad(
            "FROM debian:12\nVOLUME ['/data', '/logs']  # <-- here\n",
            note="these would be volumes at odd paths",
        ),
        bad(
            'FROM debian:12\nCMD ["serve", 1]  # <-- here\n',
            note="JSON, but not of words alone: no image is built",
        ),
        good('FROM debian:12\\nCMD [ -f /app ] && exec /app ["x"]\\n'),
    ),
)

_TAKEN_AS = {
    "VOLUME": "each word with its brackets and commas becomes the path of a volume",
    "COPY": "its words are taken as paths, brackets and all",
    "ADD": "its words are taken as paths, brackets and all",
}


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each list of words that the builder takes for a line of the shell, or for paths."""
    instructions = document.data["instructions"]
    starts = [document.span(("instructions", index)).start for index in range(len(instructions))]
    for problem in document.problems:
        if problem.code != "broken-exec-form":
            continue
        index = max(bisect.bisect_right(starts, problem.span.start) - 1, 0)
        keyword = instructions[index]["keyword"]
        text = document.text[problem.span.start : problem.span.end]
        if _is_json(text):
            yield rule.finding(
                problem.span,
                "this list holds more than words in quotes, so builders refuse it",
                subject=keyword,
            )
            continue
        why = "has single quotes" if text.lstrip("[ ").startswith("'") else "is not JSON"
        does = _TAKEN_AS.get(keyword, "a shell is given it as one line and finds no such program")
        yield rule.finding(problem.span, f"this list {why}, so {does}", subject=keyword)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False
