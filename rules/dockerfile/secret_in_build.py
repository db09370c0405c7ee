"""dockerfile/secret-in-build: a credential that a build leaves in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lintkit.api import LESSONS, NOT_A_SERVICE, Document, Finding, Route, RuleContext, bad, define, good
from lintkit.api.docker import written_secrets
from lintkit.api.formats import build_steps, part_span
from lintkit.api.secrets import (
    Reason,
    classify,
    command_secrets,
    file_secrets,
    is_secret_name,
    is_signing,
    said_of,
    severity_of,
)

RULE = define(
    summary="a credential that the build is given stays in the image",
    why="""
`docker history` shows every build argument and `docker inspect` every variable, to everybody who can pull the image. It
stays there when a later layer unsets it.
""",
    remedy="Use `RUN --mount=type=secret,id=token …` while building, and the environment of the container at run time.",
    severity="error",
    kinds=("dockerfile",),
    tags=("security", "secrets", "CWE-522", "CWE-798"),
    equivalents=(
        "checkov:CKV2_DOCKER_17",
        "semgrep:secret-in-build-arg",
        "hadolint:DL3064",
        "sonar-iac:docker/SecretsHandlingCheck",
        "sonar-iac:docker/SecretsGenerationCheck",
    ),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, *LESSONS),
    examples=(
        bad(
            """\
FROM node:22
ARG NPM_TOKEN  # <-- here
ENV API_PASSWORD=blue-whale  # <-- here
ENV A=1 AUTH_TOKEN=$NPM_TOKEN  # <-- here
RUN npm ci
"""
        ),
        bad(
            """\
FROM python:3.13
ENV ADMIN_PASSWORD=admin  # <-- here
ENV SECRET_KEY=change-me  # <-- here
""",
            note="what everybody tries first is a warning; a key for signing is not",
        ),
        bad(
            """\
FROM debian:12
RUN echo "root:blue-whale" | chpasswd  # <-- here
"""
        ),
        good(
            """\
FROM debian:12
RUN echo "root:$(openssl rand -base64 18)" | chpasswd
RUN set -e; printf 'shop:%s' "$(pwgen --secure 20 1)" | chpasswd; echo "root:`head -c 9 /dev/urandom`" | chpasswd
""",
            note="made while the image is built, so that nobody knows it",
        ),
        bad(
            """\
FROM python:3.13
RUN pip install --index-url https://build:zq8Xw2LmN4tY@pypi.example.com/simple shop  # <-- here
RUN git clone https://oauth2:q7Zk3LxW9bTq@git.example.com/shop.git  # <-- here
RUN mysql -uroot -pq7Zk3LxW9bTq shop < shop.sql  # <-- here
ONBUILD RUN git clone https://oauth2:q7Zk3LxW9bTq@git.example.com/more.git  # <-- here
ONBUILD ENV API_PASSWORD=blue-whale  # <-- here
ONBUILD RUN echo "root:blue-whale" | chpasswd  # <-- here
ADD https://build:zq8Xw2LmN4tY@files.example.com/shop.tgz /srv/  # <-- here
CMD ["shop", "--password", "zq8Xw2LmN4tY"]  # <-- here
""",
            note="in commands and addresses",
        ),
        bad(
            """\
FROM debian:12
COPY <<EOF /etc/shop.conf
url = postgresql://shop:zq8Xw2LmN4tY@db/shop  # <-- here
[mail]
password = q7Zk3LxW9bTq  # <-- here
user = shop
EOF
COPY <<-"END" /srv/shop.json
	{"token": "zq8Xw2LmN4tY7pRk"}  # <-- here
	END
""",
            note="in a file whose content stands in the Dockerfile",
        ),
        bad(
            """\
FROM python:3.13
RUN --mount=type=secret,id=key KEY=$(cat /run/secrets/key) && echo "KEY=$KEY" >> /srv/.env  # <-- here
RUN --mount=type=secret,id=npmrc,target=/tmp/npmrc cp /tmp/npmrc /root/.npmrc && npm ci  # <-- here
RUN --mount=type=secret,id=pip,env=PIP_TOKEN \\
    pip config set global.index-url "https://x:${PIP_TOKEN}@pypi.example.net/simple" && \\  # <-- here
    pip install shop
RUN --mount=type=secret,id=key <<EOF
cat /run/secrets/key | tee /srv/key  # <-- here
EOF
""",
            note="a mounted secret that the step writes down",
        ),
        bad(
            """\
FROM node:22 AS build
ARG NPM_TOKEN=q7Zk3LxW9bTq2VnR  # <-- here
RUN npm ci
FROM nginx:1.27
COPY --from=build /dist /usr/share/nginx/html
""",
            note="a real one stands in the file, though the image does not have it",
        ),
        good(
            """\
FROM python:3.13 AS build
RUN --mount=type=secret,id=key cat /run/secrets/key > /srv/key
FROM python:3.13
RUN --mount=type=secret,id=key KEY=$(cat /run/secrets/key) && ./fetch "$KEY" > /dev/null 2>&1
RUN --mount=type=secret,id=npm echo "//r/:_authToken=$(cat /run/secrets/npm)" > .npmrc && npm ci && rm -f .npmrc
RUN --mount=type=secret,id=npm,target=/root/.npmrc npm ci > /var/log/npm.log
RUN --mount=type=secret,id=key,env=KEY ./build && echo done > /srv/built
RUN --mount=type=secret,id=key,env=KEY curl -H "Authorization: $KEY" https://files.example.net/a > /srv/a
COPY <<EOF /etc/shop.conf
password = ${PASSWORD}
password_file = /run/secrets/password
EOF
""",
            note="in a stage that is only copied from, removed by the same step, or used and not written",
        ),
        good(
            """\
FROM python:3.13
RUN --mount=type=secret,id=pip pip install -i "https://build:$(cat /run/secrets/pip)@pypi.example.com/simple" shop
RUN git clone https://${USER}:${TOKEN}@git.example.com/shop.git
RUN curl -u user:pass https://example.com && redis-cli -a changeme ping
CMD shop --password "$PASSWORD"
""",
            note="references and placeholders",
        ),
        good(
            """\
FROM node:22
ENV PASSWORD_FILE=/run/secrets/password TOKEN_EXPIRE_MINUTES=30 API_PASSWORD=
ARG TOKENIZERS_PARALLELISM=false
RUN --mount=type=secret,id=npm NPM_TOKEN=$(cat /run/secrets/npm) npm ci
""",
            note="a secret mount, and names that only speak of one",
        ),
        good(
            """\
FROM node:22 AS build
ARG NPM_TOKEN
ARG SESSION_SECRET=secret
ENV SESSION_SECRET=${SESSION_SECRET}
RUN npm ci
FROM nginx:1.27
ENV UWSGI_PASS=app:3031
COPY --from=build /dist /usr/share/nginx/html
""",
            note="arguments and variables of a stage that is only copied from, and what nginx calls an upstream",
        ),
    ),
)

_CHPASSWD = re.compile(
    r"(?:echo|printf)\s(?:(?!\$\()[^|;&`])*?\w:(?:(?!\$\(|\$\{?RANDOM\b)[^|;&`])*\|\s*(?:sudo\s+)?chpasswd\b"
)
"""A password that is written in the step, or that it is given; not one that a command makes while it runs."""
_KNOWN = frozenset({Reason.PLACEHOLDER, Reason.WELL_KNOWN, Reason.GUESSABLE})
"""Of these nothing leaks: they are no secret to anybody, and the image starts with them."""
_REAL = frozenset({"format", "real"})
_PUBLIC = re.compile(
    r"(?i)(?:^|_)(?:PUBLIC|PUBLISHABLE|VITE|NEXT_PUBLIC|SENTRY_DSN)(?:_|$)|_(?:FILE|PATH|DIR|NAME|ID|URL)$"
)


_HANDED_ON = re.compile(r"^\$\{?([A-Za-z_]\w{0,200})\}?$")


def _commands(
    document: Document, step: Route, instruction: dict[str, Any], rule: RuleContext
) -> Iterator[Finding]:
    """Report what looks like a real credential among the words of a command, or in an address that ADD fetches."""
    keyword = instruction["keyword"]
    for number, command in enumerate(instruction["commands"]):
        for found in command_secrets([command["name"], *command["arguments"]]):
            if (
                found.item
                and found.verdict.kind in _REAL
                and (rule.strict or not found.verdict.reason.is_made_up)
            ):
                what = f"what follows `{found.name}`" if found.name else "an argument"
                yield rule.finding(
                    document.span((*step, "commands", number, "arguments", found.item - 1)),
                    f"{what} of `{command['name']}` {found.verdict.description}, "
                    "and everybody who can pull the image can read it",
                    subject=f"{keyword} {command['name']}",
                    secret=True,
                )
    for number, argument in enumerate(instruction["arguments"] if keyword == "ADD" else ()):
        verdict = classify("", argument)
        if verdict is not None and verdict.kind in _REAL:
            yield rule.finding(
                document.span((*step, "arguments", number)),
                "the address that is fetched holds credentials, and everybody who can pull the image can read them",
                subject="ADD",
                secret=True,
            )


def _written_files(
    document: Document, step: Route, instruction: dict[str, Any], rule: RuleContext
) -> Iterator[Finding]:
    """Report the credentials of files whose content stands in the Dockerfile (`COPY <<EOF /etc/shop.conf`)."""
    target = instruction["arguments"][-1] if instruction["arguments"] else ""
    name = target.rpartition("/")[2]
    for number, heredoc in enumerate(instruction["heredocs"]):
        whole = document.span((*step, "heredocs", number, "content"))
        for key, verdict in file_secrets(name, heredoc["content"]):
            span = part_span(document.text, whole, heredoc["content"], "plain", verdict.start, verdict.end)
            what = f"`{key}`" if key else "a line"
            yield rule.finding(
                span,
                f"{what} of the file that is written {said_of(heredoc['content'], verdict)}, "
                "and everybody who can pull the image can read it",
                subject=f"{instruction['keyword']} {target} {key}".rstrip(),
                severity=severity_of(key, heredoc["content"], verdict),
                secret=True,
            )


def _kept(
    document: Document, step: Route, instruction: dict[str, Any], rule: RuleContext
) -> Iterator[Finding]:
    """Report what a step writes of a mounted secret into a file of the image."""
    script = "\n".join((instruction["value"], *(heredoc["content"] for heredoc in instruction["heredocs"])))
    for text, file in written_secrets(instruction["flag_list"], script):
        places = [number for number, command in enumerate(instruction["commands"]) if command["text"] in text]
        route: Route = (*step, *(("commands", places[0]) if places else ("keyword",)))
        where = f"`{file}`" if file != "its configuration" else "the configuration of its program"
        yield rule.finding(
            document.span(route),
            f"a mounted secret is written into {where}, which stays in the image",
            subject=f"RUN {file}",
        )


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report secrets among the pairs of ARG and ENV, and among the words of commands.

    An ARG that an ENV of the file hands on is one secret in two places: the ENV, which the image keeps, is told.
    """
    handed_on = {
        name
        for _, instruction in build_steps(document)
        if instruction["keyword"] == "ENV"
        for key, value in instruction["pairs"]
        if isinstance(key, str) and is_secret_name(key)
        for name in _HANDED_ON.findall(value or "")
    }
    for step, instruction in build_steps(document):
        keyword = instruction["keyword"]
        yield from _commands(document, step, instruction, rule)
        if keyword in ("COPY", "ADD"):
            yield from _written_files(document, step, instruction, rule)
        if keyword == "RUN" and instruction["shipped"]:
            yield from _kept(document, step, instruction, rule)
        if keyword == "RUN" and _CHPASSWD.search(instruction["value"]):
            yield rule.finding(
                document.span((*step, "keyword")),
                "a password is set by a build step, which `docker history` shows",
                subject="RUN chpasswd",
            )
        if keyword not in ("ARG", "ENV"):
            continue
        for place, (name, value) in enumerate(instruction["pairs"]):
            if not isinstance(name, str) or not is_secret_name(name) or _PUBLIC.search(name):
                continue
            if keyword == "ENV" and not value:
                continue
            if keyword == "ARG" and not value and name in handed_on and not rule.strict:
                continue
            literal = bool(value) and "$" not in value
            verdict = classify(name, value, credential=True) if literal else None
            if literal and verdict is None:
                continue
            if not instruction["shipped"] and (verdict is None or verdict.kind not in _REAL):
                # Nobody who pulls the image sees a stage that is only copied from: what is left is what stands in
                # the file, and there a placeholder that only lets a build run opens nothing.
                continue
            known = keyword == "ENV" and verdict is not None and verdict.reason in _KNOWN
            problem = (
                f"`ENV {name}` {verdict.description}, and every container of the image has it that is given no other"
                if known and verdict is not None
                else f"`{keyword} {name}` holds a literal secret, for everybody who can read this file"
                + (" or pull the image" if instruction["shipped"] else "")
                if literal
                else f"`docker history` shows what `ARG {name}` is given to everybody who can pull the image"
                if keyword == "ARG"
                else f"`ENV {name}` leaves a secret in the image, for everybody who can pull it"
            )
            yield rule.finding(
                document.span((*step, "pairs", place, 0)),
                problem,
                subject=f"{keyword} {name}",
                severity="warning" if known and not is_signing(name) else None,
            )
