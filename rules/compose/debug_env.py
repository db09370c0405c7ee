"""compose/debug-env: a service that is kept running in a debug mode."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import DEVELOPMENT, NOT_A_SERVICE, Finding, Project, RuleContext, Span, bad, define, good
from lintkit.api.compose import RunService, compose_projects, environment, is_developed, resolve, variables
from lintkit.api.dotenv import is_debug_mode, is_off
from lintkit.api.facts import ComposeFile, ComposeService, VariableProvided
from lintkit.api.formats import Node, text_of
from lintkit.api.words import environment_of_path

RULE = define(
    summary="a service that is kept running is in a debug mode",
    why="""
Debug modes show tracebacks with settings and source to every visitor, and some, such as Werkzeug's console, run what
the visitor types. A service with `restart: always` is one that others use, and what stands in its compose file is what
most of them run.
""",
    remedy="Remove the variable, or set it in the override file for development.",
    severity="warning",
    scope="project",
    kinds=("compose",),
    tags=("security", "CWE-489"),
    packs=("recommended", "security", "production"),
    paths_ignore=(*NOT_A_SERVICE, *DEVELOPMENT),
    examples=(
        bad(
            """\
services:
  api:
    image: shop:1
    restart: always
    environment:
      DEBUG: ${DEBUG:-True}  # <-- here
      FLASK_DEBUG: "1"  # <-- here
      LOG_DEBUG: "1"
  web:
    image: web:1
    deploy: {restart_policy: {condition: any}}
    environment:
      - NODE_ENV=development  # <-- here
      - DEBUG=web:*
"""
        ),
        bad(
            {
                "compose.prod.yaml": 'services:\n  api:\n    image: shop:1\n    environment: {DEBUG: "1"}  # <-- here\n'
            },
            note="a file for production, whatever restarts its services",
        ),
        good(
            """\
services:
  api:
    image: shop:1
    restart: always
    environment: {DEBUG: "false", FLASK_ENV: production, APP_DEBUG: "${APP_DEBUG}"}
  worker:
    image: shop:1
    environment: {DEBUG: "1"}
  web:
    build: .
    restart: unless-stopped
    volumes: [".:/app"]
    environment: {NODE_ENV: development}
  ui:
    build: {context: ., target: dev}
    restart: unless-stopped
    environment: {NODE_ENV: development}
  tool:
    image: tool:1
    restart: always
    profiles: [dev]
    environment: {DEBUG: "1"}
""",
            note="off, started by hand, and services that run the source of a developer",
        ),
        good(
            {
                "docker-compose.yml": (
                    "services:\n"
                    "  api: {image: 'shop:1', restart: always, environment: {DEBUG: '1'}}\n"
                    "  web: {image: 'web:1', restart: always, environment: {APP_DEBUG: '${APP_DEBUG:-1}'}}\n"
                ),
                "docker-compose.prod.yml": "services: {api: {environment: {DEBUG: '0'}}}\n",
                ".env.example": "APP_DEBUG=false\n",
            },
            note="switched off by the file for production, and by the variable",
        ),
    ),
)

_KEPT = ("always", "unless-stopped", "on-failure")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each variable that switches debugging on in every form of a service that is kept running."""
    off = {
        fact.name
        for fact in project.facts(VariableProvided)
        if fact.source == "dotenv" and is_off(fact.value.text or "")
    }
    seen: set[Span] = set()
    for service in compose_projects(project.facts(ComposeService), project.facts(ComposeFile)).services:
        place = environment_of_path(service.path)
        if (
            service.partial
            or place == "development"
            or not (place or _is_kept(service))
            or is_developed(service)
        ):
            continue
        for name, node in environment(service.node).items():
            if all(_is_on(form, name, off) for form in service.forms) and node.span not in seen:
                seen.add(node.span)
                message = f"`{name}` switches debugging on in service `{service.name}`"
                yield rule.finding(node.span, message, subject=f"{service.name} {name}")


def _is_on(form: Node, name: str, off: set[str]) -> bool:
    value = text_of(environment(form).get(name))
    if any(each.name in off for each in variables(value)):
        return False
    return is_debug_mode(name, resolve(value, {}))


def _is_kept(service: RunService) -> bool:
    """Whether something brings the service back when it ends."""
    node = service.node
    return (
        text_of(node.child("restart")).partition(":")[0] in _KEPT
        or node.at("deploy", "restart_policy") is not None
    )
