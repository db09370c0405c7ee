"""dockerfile/syntax: what no builder accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, bad, define, good

RULE = define(
    summary="builders refuse the Dockerfile",
    why="""
The build ends at this line, or takes it for part of another instruction. Where the file is built rarely, on the release
branch or for another platform, nobody notices before the release.
""",
    remedy="Write it as the [reference](https://docs.docker.com/reference/dockerfile/) says.",
    severity="error",
    kinds=("dockerfile",),
    tags=("correctness",),
    equivalents=("hadolint:DL1000", "hadolint:DL3061"),
    packs=("recommended",),
    paths_ignore=("**/*.template", "**/*.tmpl", "**/*.tpl", "**/*.j2", "**/*.jinja*", "**/*.in", "**/*.erb"),
    examples=(
        bad(
            """\
FROM debian:12
RUN apt-get update
    apt-get install -y git  # <-- here
ENV NAME  # <-- here
""",
            note="a continuation is missing, and a value",
        ),
        bad(
            """\
FROM debian:12
RUN <<EOF  # <-- here
make
""",
            note="the heredoc takes the rest of the file",
        ),
        bad("ENV A=1  # <-- here\nFROM debian:12\nCOPY a b\n", note="only ARG may stand before FROM"),
        bad('FROM debian:12 build  # <-- here\nLABEL a="b  # <-- here\n'),
        good(
            """\
# escape=`
ARG VERSION=12
FROM debian:${VERSION} AS base
RUN <<-EOF cat > /etc/app.conf
	FROM nowhere
	EOF
RUN make `
    # a comment between
    install
onbuild run make
""",
            note="heredocs, another escape, comments inside, and lower case",
        ),
        good(
            "FROM {{ base }}\n{% if x %}\nRUN y\n{% endif %}\n", note="a template that becomes a Dockerfile"
        ),
        good("# nothing yet\n"),
    ),
)

_PASSED_OVER = frozenset(("broken-exec-form", "empty-continuation"))
"""A rule of its own tells of the first, and builders only warn of the second."""

_TEMPLATE = re.compile(r"\{\{|\{%|<%|%%\w+%%|@[A-Z_]+@")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report what the parser could not read as a builder would."""
    if not document.data["instructions"] or _TEMPLATE.search(document.text):
        return
    for problem in document.problems:
        if problem.code not in _PASSED_OVER:
            message = problem.message[0].lower() + problem.message[1:].rstrip(".")
            keyword = document.text[problem.span.start : problem.span.end].split()[:1]
            yield rule.finding(
                problem.span, message, subject=f"{problem.code} {' '.join(keyword)}"[:80].strip()
            )
