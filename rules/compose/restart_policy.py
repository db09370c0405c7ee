"""compose/restart-policy: a service that nobody brings back, or that is restarted without end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lintkit.api import DEVELOPMENT, TESTS, Budget, Finding, Project, RuleContext, Span, bad, define, good
from lintkit.api.compose import ComposeProjects, compose_projects
from lintkit.api.facts import ComposeFile, ComposeService
from lintkit.api.formats import Node, text_of

RULE = define(
    summary="a service is not restarted, or without end",
    why="""
Without a policy a service that crashed at night is down until somebody notices, also after a reboot of the machine.
`always` without a bound restarts a service that cannot start for ever and fills the disk with its logs.
""",
    remedy="Set `restart` to `on-failure:5` or `unless-stopped` and alert on restarts, or use `deploy.restart_policy`.",
    severity="note",
    scope="project",
    kinds=("compose",),
    tags=("reliability",),
    equivalents=("kics:restart_policy_on_failure_not_set_to_5",),
    packs=("strict",),
    paths_ignore=(*TESTS, *DEVELOPMENT),
    examples=(
        bad(
            """\
services:
  api:  # <-- here
    image: shop:1
  worker:
    image: shop:1
    restart: "no"  # <-- here
  web:
    image: shop:1
    restart: always  # <-- here
  cron:
    image: shop:1
    restart: on-failure  # <-- here
  mail:
    image: shop:1
    restart: on-failure:3  # <-- here
"""
        ),
        good(
            "services:\n  sms:\n    image: shop:1\n    restart: allways\n",
            note="another rule says that it is none",
        ),
        bad(
            {
                "docker-compose.yml": "services:\n  db:  # <-- here\n    image: postgres:17\n",
                "docker-compose.prod.yml": "services:\n  db:\n    image: postgres:17.2\n",
                "common.compose.yml": "services:\n  app:  # <-- here\n    image: shop:1\n",
            },
            note="neither form has it; the last file is a project of its own",
        ),
        good(
            """\
services:
  api:
    image: shop:1
    restart: on-failure:5
    depends_on:
      migrate: {condition: service_completed_successfully}
  worker:
    image: shop:1
    deploy: {restart_policy: {condition: on-failure, max_attempts: 5}}
  web:
    image: shop:1
    restart: ${RESTART:-always}
  migrate:
    image: shop:1
    command: migrate
  shell:
    image: shop:1
    profiles: [tools]
""",
            note="a bound, a variable, one that others wait for until it ended, and one that is started by hand",
        ),
        good(
            {
                "docker-compose.yml": (
                    "services:\n"
                    "  api: {extends: {file: common.compose.yml, service: app}}\n"
                    "  db: {image: 'postgres:17'}\n"
                ),
                "docker-compose.override.yml": "services: {db: {restart: unless-stopped}, api: {ports: ['80']}}\n",
                "common.compose.yml": "services: {app: {image: 'shop:1', restart: 'on-failure:5'}}\n",
            },
            note="from a file that is extended, and from one that overrides",
        ),
    ),
)

_BOUNDED = re.compile(r"on-failure:(?:[5-9]|[1-9]\d+)|unless-stopped|.*\$.*", re.DOTALL)
_FEW = re.compile(r"on-failure:(\d)")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each service none of whose forms is restarted with a bound."""
    projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
    jobs = _jobs(projects)
    seen: set[Span] = set()
    for service in projects.services:
        if service.partial or (service.path, service.name) in jobs or not _is_run(service.node):
            continue
        problems = [_problem(form) for form in service.forms]
        place = service.node.place(("restart",), missing=service.node.child("restart") is None)
        if all(problems) and place not in seen:  # what two forms take from one place is one defect
            seen.add(place)
            yield rule.finding(place, f"service `{service.name}` {problems[0]}", subject=service.name)


def _is_run(node: Node) -> bool:
    built = node.child("image") is not None or node.child("build") is not None
    return built and node.child("profiles") is None


def _problem(node: Node) -> str:
    """What is wrong with the policy of a service; empty if nothing."""
    restart = node.child("restart")
    if restart is None or restart.scalar is None:
        bounded = node.at("deploy", "restart_policy") is not None
        return "" if bounded else "stays down after a crash or a reboot: it has no `restart`"
    policy = text_of(restart)
    if _BOUNDED.fullmatch(policy):
        return ""
    if policy in ("no", "false"):
        return "stays down after a crash or a reboot: nothing restarts it"
    few = _FEW.fullmatch(policy)
    if few is not None:
        # Docker waits a tenth of a second, and twice as long each time.
        return f"is given up after {few[1]} tries, which take less than two seconds"
    if policy not in ("always", "on-failure"):
        return ""  # no policy at all: `compose/refused-service`
    return f"is restarted for ever by `{policy}`, also when it cannot start"


_MOST_STEPS = 1_000_000


def _jobs(projects: ComposeProjects) -> frozenset[tuple[str, str]]:
    """Services that others wait for until they have ended: nobody wants them back."""
    found: set[tuple[str, str]] = set()
    seen: set[tuple[str, str]] = set()
    budget = Budget(_MOST_STEPS)
    for service in projects.services:
        node = service.node.child("depends_on")
        for name, entry in node.names() if node is not None else ():
            done = text_of(entry.child("condition")) == "service_completed_successfully"
            if done and (service.path, name) not in seen:
                seen.add((service.path, name))
                budget.spend(len(service.project), "looking for services that others wait for")
                found.update((path, name) for path in service.project)
    return frozenset(found)
