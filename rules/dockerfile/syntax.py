"""dockerfile/syntax: what no builder accepts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lintkit.api import Document, Finding, RuleContext, Span, bad, define, good
from lintkit.api.docker import refusals

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
        bad(
            """\
FROM debian:12 AS 1st  # <-- here
STOPSIGNAL  # <-- here
WORKDIR  # <-- here
ARG  # <-- here
ONBUILD  # <-- here
ONBUILD ONBUILD RUN make  # <-- here
ONBUILD FROM debian:12  # <-- here
SHELL /bin/bash -c  # <-- here
SHELL []  # <-- here
HEALTHCHECK curl -f http://localhost  # <-- here
HEALTHCHECK NONE --interval=5s  # <-- here
HEALTHCHECK CMD  # <-- here
COPY https://example.com/a.tar.gz /a  # <-- here
""",
            note="too little, too much, and what does not go together",
        ),
        bad(
            """\
FROM --plattform=linux/amd64 debian:12  # <-- here
COPY --form=build a /a  # <-- here
COPY --link=1 a /a  # <-- here
ADD --from=build a /a  # <-- here
USER --uid=5 app  # <-- here
HEALTHCHECK --interval=5 CMD true  # <-- here
HEALTHCHECK --interval=5s --interval=6s CMD true  # <-- here
HEALTHCHECK --retries=few CMD true  # <-- here
RUN --network=bridge make  # <-- here
RUN --mount=type=caches,target=/c make  # <-- here
ONBUILD COPY --own=app a /a  # <-- here
""",
            note="flags that there are not, and values that they do not take",
        ),
        bad(
            """\
FROM debian:12
HEALTHCHECK --interval=500us CMD true  # <-- here
HEALTHCHECK --interval CMD true  # <-- here
HEALTHCHECK --timeout=1d CMD true  # <-- here
COPY --Link a /a  # <-- here
COPY --chmod=999 a /a  # <-- here
COPY --from=$BASE a /a  # <-- here
COPY git@example.com:shop/api.git /a  # <-- here
ADD --checksum=sha256:0 a /a  # <-- here
RUN --network=$NETWORK make  # <-- here
RUN --mount=type=cache,targt=/c make  # <-- here
RUN --mount=type=bind,target=/c,required=true make  # <-- here
RUN --mount=type=tmpfs,target=/c,size=5x make  # <-- here
RUN --mount=type=cache,target=/c,sharing=one make  # <-- here
RUN --mount=type=bind,from=$BASE,target=/c make  # <-- here
VOLUME [""]  # <-- here
ARG =1  # <-- here
""",
            note="times, modes, mounts and variables that are not read",
        ),
        good(
            """\
# syntax=docker/dockerfile:1.7-labs
FROM --platform=$BUILDPLATFORM debian:12 AS Base-1.x_y
SHELL ["/bin/bash", "-c"]
HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=0 --retries=3 CMD true
HEALTHCHECK --interval=5 NONE
COPY --link --parents --exclude=*.md --exclude=*.txt a b /c/
ADD --checksum=sha256:0 --keep-git-dir=true https://example.com/a /a
COPY --from=base https://x /y
RUN --mount=type=secret,id=a,required --mount=type=cache,target=$HOME/c,sharing=locked,uid=5 --network=none make
RUN --mount=type=tmpfs,size=1.5g,target=/t --mount=from=base,dst=/b,rw --mount=type=ssh -- make
HEALTHCHECK --interval=0 --retries=+3 CMD true
COPY --chmod=u+x,go-w a /a
COPY --chmod=${MODE} a /a
ONBUILD RUN --mount=type=bind,target=/a make
"""
        ),
        good("# syntax=acme/frontend:2\nFROM debian:12\nCOPY --mirror a /b\n", note="another frontend"),
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
        good(
            """\
FROM ${docker.base.image}
COPY ${pkg.name}.deb /tmp/
USER ${pkg.user}
""",
            note="Maven fills in its properties, and the builder reads what becomes of it",
        ),
        good("FROM debian:12\n${LABELS}\nCMD true\n", note="a script puts instructions there"),
        good("# nothing yet\n"),
        good({"Dockerfile.notes": "How we build\nFirst this, then that\n"}, note="no Dockerfile at all"),
    ),
)

_PASSED_OVER = frozenset(("broken-exec-form", "empty-continuation"))
"""A rule of its own tells of the first, and builders only warn of the second."""

_TEMPLATE = re.compile(r"\{\{|\{%|<%|%%\w+%%|@[A-Z_]+@|\$\{\w{1,80}\.[\w.-]{1,200}\}")
"""What another program fills in before a builder reads the file; `${project.version}` is Maven's."""

_FILLED_IN = re.compile(r"\$\{?\w{1,80}\}?[ \t]*(?:$|[\r\n])")
"""A line that is a variable alone, in which `envsubst` and shell scripts put instructions."""


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report what the parser could not read as a builder would."""
    if not document.data["instructions"] or _TEMPLATE.search(document.text):
        return
    if not document.data["stages"] and any(each.code == "unknown-instruction" for each in document.problems):
        return  # it only has the name of a Dockerfile
    if not document.data["stages"] and posixpath.basename(document.path).lower() != "dockerfile":
        return  # a part that is put behind another file
    if any(_FILLED_IN.match(document.text, each.span.start) for each in document.problems):
        return
    for problem in document.problems:
        if problem.code not in _PASSED_OVER:
            message = problem.message.rstrip(".")
            if message[1:2].islower() or message[1:2] == " ":
                message = message[0].lower() + message[1:]
            keyword = document.text[problem.span.start : problem.span.end].split()[:1]
            yield rule.finding(
                problem.span, message, subject=f"{problem.code} {' '.join(keyword)}"[:80].strip()
            )
    for index, refusal in refusals(document.data):
        span = document.span(("instructions", index, *refusal.route))
        keyword = document.data["instructions"][index]["keyword"]
        yield rule.finding(_first_line(document, span), refusal.sentence, subject=keyword)


def _first_line(document: Document, span: Span) -> Span:
    line = document.text.find("\n", span.start, span.end)
    return span if line < 0 else Span(span.path, span.start, line)
