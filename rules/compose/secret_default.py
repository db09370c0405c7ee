"""compose/secret-default: a secret with a default, so that the stack starts with a password everybody knows."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    Document,
    Finding,
    Fix,
    Route,
    RuleContext,
    Span,
    bad,
    define,
    good,
    replacement,
)
from lintkit.api.compose import Variable, is_developers_file, variables
from lintkit.api.dotenv import is_for_a_desk
from lintkit.api.formats import scalar_span
from lintkit.api.secrets import calls_nobody, classify, is_secret_name, is_signing, said_of, url_passwords

RULE = define(
    summary="a secret falls back to a password that stands in the compose file",
    why="""
When the variable is missing, in a new environment or after a typo, the stack starts all the same: with a password that
everybody knows who can read the repository. Nothing fails, so nobody notices. With a key that signs sessions or tokens
(an error) they can make those of any user.
""",
    remedy="Refuse to start without it: `${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}`.",
    severity="warning",
    kinds=("compose",),
    tags=("security", "secrets", "CWE-1188", "CWE-798"),
    packs=("recommended", "security", "production"),
    fixable=True,
    paths_ignore=NOT_A_SERVICE,
    examples=(
        bad(
            """\
services:
  db:
    image: postgres:17
    environment:
      - POSTGRES_USER=${POSTGRES_USER:-shop}
      - POSTGRES_PASSWORD=${POSTGRES_PASSWORD:-change_me}  # <-- here
""",
            fixed="""\
services:
  db:
    image: postgres:17
    environment:
      - POSTGRES_USER=${POSTGRES_USER:-shop}
      - POSTGRES_PASSWORD=${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}
""",
        ),
        bad(
            """\
services:
  graph:
    image: neo4j:5
    environment:
      NEO4J_AUTH: ${NEO4J_USER:-neo4j}/${NEO4J_PASSWORD-graph}  # <-- here
    healthcheck:
      test: ["CMD-SHELL", "cypher-shell -p ${NEO4J_PASSWORD:-graph} \\"RETURN 1\\""]  # <-- here
  api:
    image: shop:1
    environment:
      REDIS_URL: redis://:${REDIS_AUTH_WORD:-blue-whale}@cache  # <-- here
      DATABASE_URL: ${DATABASE_URL:-postgresql://shop:shop@db/shop}  # <-- here
""",
            fixed="""\
services:
  graph:
    image: neo4j:5
    environment:
      NEO4J_AUTH: ${NEO4J_USER:-neo4j}/${NEO4J_PASSWORD?set NEO4J_PASSWORD}
    healthcheck:
      test: ["CMD-SHELL", "cypher-shell -p ${NEO4J_PASSWORD:?set NEO4J_PASSWORD} \\"RETURN 1\\""]
  api:
    image: shop:1
    environment:
      REDIS_URL: redis://:${REDIS_AUTH_WORD:?set REDIS_AUTH_WORD}@cache
      DATABASE_URL: ${DATABASE_URL:?set DATABASE_URL}
""",
            note="in commands and in URLs",
        ),
        good(
            """\
services:
  api:
    image: shop:1
    environment:
      A_PASSWORD: ${A_PASSWORD:-}
      A_KEY: ${A_KEY:-""}
      B_PASSWORD: ${B_PASSWORD:-${A_PASSWORD}}
      C_PASSWORD: ${C_PASSWORD:?set C_PASSWORD}
      D_PASSWORD: ${D_PASSWORD}
      PASSWORD_MIN_LENGTH: ${PASSWORD_MIN_LENGTH:-12}
      SECRET_FILE: ${SECRET_FILE:-/run/secrets/api}
      PORT: ${PORT:-8000}
""",
            note="no default, an empty one, another variable, or no secret",
        ),
        good(
            {
                "dev/compose.yaml": (
                    "services:\n  db:\n    image: postgres:17\n"
                    "    environment: {POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:-shop}'}\n"
                )
            },
            note="on a developer's machine",
        ),
    ),
)


def check(document: Document, rule: RuleContext) -> Iterator[Finding]:
    """Report each interpolation whose default is a literal secret; at a desk only what opens something elsewhere."""
    at_a_desk = is_for_a_desk(document.path, rule.environment)
    developed = "${" in document.text and is_developers_file(document)
    for route, node in document.nodes.items():
        raw = node.raw
        if raw is None or "${" not in raw or node.alias is not None:
            continue
        passwords = url_passwords(raw)
        for variable in variables(raw):
            if variable.operator not in (":-", "-"):
                continue
            in_url = any(start <= variable.start and variable.end <= end for start, end in passwords)
            name = "password" if in_url and not is_secret_name(variable.name) else variable.name
            verdict = classify(name, variable.argument, credential=True)
            if verdict is None or (at_a_desk and not verdict.reason.is_issued):
                continue
            if developed and verdict.reason.is_made_up:
                continue
            if not rule.strict and calls_nobody(name, variable.argument, verdict):
                continue
            span = scalar_span(document, route, variable.start, variable.end)
            yield rule.finding(
                span,
                f"the default of `{variable.name}` {said_of(variable.argument, verdict)}, and the stack starts with it",
                subject=" ".join((*_owner(route), variable.name)),
                severity="error" if is_signing(variable.name) else None,
                fix=_fix(document, span, raw, variable),
                secret=True,
            )


def _owner(route: Route) -> tuple[str, ...]:
    """The service that a route is in, or the top-level key."""
    names = route[1:2] if route[:1] == ("services",) else route[:1]
    return tuple(str(name) for name in names)


def _fix(document: Document, span: Span, raw: str, variable: Variable) -> Fix | None:
    """Make the variable required. `-` keeps an empty value as it is, and so does `?`."""
    if document.text[span.start : span.end] != raw[variable.start : variable.end]:
        return None  # escaped or folded in the source: not to be replaced blindly
    operator = ":?" if variable.operator == ":-" else "?"
    text = f"${{{variable.name}{operator}set {variable.name}}}"
    return replacement(f"require `{variable.name}`", span, text, safe=True)
