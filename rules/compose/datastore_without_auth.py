"""compose/datastore-without-auth: a datastore that lets everybody in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lintkit.api import TESTS, Finding, Project, RuleContext, Span, bad, define, good
from lintkit.api.compose import RunService, compose_projects, environment
from lintkit.api.facts import ComposeFile, ComposeService
from lintkit.api.formats import Node, text_of
from lintkit.api.words import Datastore, datastore_of

RULE = define(
    summary="a datastore asks for no password",
    why="""
Everything that reaches the port may read, change and delete the data: a program with a hole next to it, a port that is
published for an hour, a neighbour on the same network. Redis without a password also lets the visitor write files and
run code. A store that is not published is reported as a note.
""",
    remedy="Set a password from the environment, such as `--requirepass ${REDIS_PASSWORD:?}` or `POSTGRES_PASSWORD`.",
    severity="warning",
    scope="project",
    kinds=("compose",),
    tags=("security", "CWE-306"),
    packs=("security", "production", "strict"),
    paths_ignore=TESTS,
    examples=(
        bad(
            """\
services:
  cache:
    image: redis:7-alpine  # <-- here
    command: redis-server --appendonly yes
  db:
    image: postgres:17
    environment:
      POSTGRES_HOST_AUTH_METHOD: trust  # <-- here
  graph:
    image: neo4j:5
    environment:
      - NEO4J_AUTH=none  # <-- here
  legacy:
    image: bitnami/mariadb:11
    environment:
      ALLOW_EMPTY_PASSWORD: "yes"  # <-- here
"""
        ),
        bad(
            """\
services:
  docs:
    image: mongo:8  # <-- here
  search:
    image: elasticsearch:8.15.0
    environment:
      xpack.security.enabled: "false"  # <-- here
""",
            note="MongoDB has no users until one is named",
        ),
        good(
            """\
services:
  cache:
    image: redis:7
    command: ["redis-server", "--requirepass", "${REDIS_PASSWORD:?}"]
  own:
    image: redis:7
    command: redis-server /etc/redis.conf
    volumes: ["./redis.conf:/etc/redis.conf:ro"]
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db}
  docs:
    image: mongo:8
    env_file: mongo.env
  search:
    image: elasticsearch:8.15.0
""",
            note="passwords, a configuration of its own, and variables from a file",
        ),
        good(
            {
                "compose.yaml": "services: {cache: {image: 'redis:7'}}\n",
                "compose.prod.yaml": "services: {cache: {command: 'redis-server --requirepass ${WORD:?}'}}\n",
            },
            note="the file for production sets one",
        ),
    ),
)

_LET_IN: Mapping[str, frozenset[str]] = {
    "ALLOW_EMPTY_PASSWORD": frozenset(("yes", "true", "1")),
    "ALLOW_ANONYMOUS_LOGIN": frozenset(("yes", "true", "1")),
    "MYSQL_ALLOW_EMPTY_PASSWORD": frozenset(("yes", "true", "1")),
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": frozenset(("yes", "true", "1")),
    "POSTGRES_HOST_AUTH_METHOD": frozenset(("trust",)),
    "NEO4J_AUTH": frozenset(("none",)),
    "NEO4J_dbms_security_auth__enabled": frozenset(("false",)),
    "xpack.security.enabled": frozenset(("false",)),
    "plugins.security.disabled": frozenset(("true",)),
    "DISABLE_SECURITY_PLUGIN": frozenset(("true",)),
}


_REDIS = 6379
"""Where Redis listens, and all that speaks like it."""


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report variables that switch a login off, and stores that have none until one is set."""
    for service in compose_projects(project.facts(ComposeService), project.facts(ComposeFile)).services:
        store = datastore_of(text_of(service.node.child("image")))
        if store is None or service.partial:
            continue
        for name, node in environment(service.node).items():
            if name in _LET_IN and text_of(node).lower() in _LET_IN[name]:
                yield rule.finding(
                    node.span, f"`{name}` lets everybody into {store.name}", subject=f"{service.name} {name}"
                )
        if all(_is_open(store, form) for form in service.forms):
            published = any(form.child("ports") is not None for form in service.forms)
            yield rule.finding(
                _image(service),
                f"{store.name} asks for no password" + (", and its port is published" if published else ""),
                subject=f"{service.name} image",
                severity=None if published else "note",
            )


def _is_open(store: Datastore, form: Node) -> bool:
    if form.child("env_file") is not None:
        return False
    variables = environment(form)
    if store.name == "MongoDB":
        given = any(name.startswith("MONGO") and "USER" in name for name in variables)
        return not given and "--auth" not in _words(form) and "--config" not in _words(form)
    if _REDIS not in store.ports or any("PASS" in name or "REQUIREPASS" in name for name in variables):
        return False
    if "ALLOW_EMPTY_PASSWORD" in variables:
        return False
    words = _words(form)
    known = not words or "redis-server" in words or "valkey-server" in words
    own_file = any(mark in words for mark in (".conf", "requirepass", "aclfile", "$"))
    mounted = any(".conf" in text or ".acl" in text for text in _mounts(form))
    return known and not own_file and not mounted and form.child("entrypoint") is None


def _words(form: Node) -> str:
    command = form.child("command")
    if command is None:
        return ""
    if command.sequence is not None:
        return " ".join(text_of(item) for item in command.sequence)
    return text_of(command)


def _mounts(form: Node) -> Iterator[str]:
    for key in ("volumes", "configs", "secrets"):
        node = form.child(key)
        for item in (node.sequence or ()) if node is not None else ():
            yield text_of(item) or f"{text_of(item.child('source'))} {text_of(item.child('target'))}"


def _image(service: RunService) -> Span:
    node = service.node.child("image")
    return node.span if node is not None else service.span
