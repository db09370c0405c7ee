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
        bad("FROM debian:12\nCOPY app  # <-- here\nRUN  # <-- here\n", note="nothing says where to, or what"),
        bad('FROM debian:12 build  # <-- here\nLABEL a="b  # <-- here\n'),
        good(
            """\
# escape=`
ARG VERSION=12
FROM debian:${VERSION} AS base
RUN <<-EOF cat > /etc/app.conf
	FROM nowhere
	EOF
COPY <<EOF /etc/other.conf
EOF
COPY --from=base ["a b", "/c"]
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
        good({"Dockerfile.notes": "How we build\nFirst this, then that\n"}, note="no Dockerfile at all"),
    ),
)

_PASSED_OVER = frozenset(("broken-exec-form", "empty-continuation"))
"""A rule of its own tells of the first, and builders only warn of the second."""

_NEEDED = {"COPY": 2, "ADD": 2, "RUN": 1, "USER": 1, "WORKDIR": 1, "EXPOSE": 1, "VOLUME": 1, "STOPSIGNAL": 1}

_TEMPLATE = re.compile(r"\{\{|\{%|<%|%%\w+%%|@[A-Z_]+@")


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report what the parser could not read as a builder would."""
    if not document.data["instructions"] or _TEMPLATE.search(document.text):
        return
    if not document.data["stages"] and any(each.code == "unknown-instruction" for each in document.problems):
        return  # it only has the name of a Dockerfile
    for problem in document.problems:
        if problem.code not in _PASSED_OVER:
            message = problem.message.rstrip(".")
            if message[1:2].islower() or message[1:2] == " ":
                message = message[0].lower() + message[1:]
            keyword = document.text[problem.span.start : problem.span.end].split()[:1]
            yield rule.finding(
                problem.span, message, subject=f"{problem.code} {' '.join(keyword)}"[:80].strip()
            )
    for index, item in enumerate(document.data["instructions"]):
        needed = _NEEDED.get(item["keyword"], 0)
        if len(item["arguments"]) < needed and not item["heredocs"] and item["form"] != "exec":
            what = "a source and a target" if needed > 1 else "a value"
            span = document.span(("instructions", index, "keyword"))
            yield rule.finding(
                span, f"{item['keyword']} needs {what}; builders refuse it", subject=item["keyword"]
            )
