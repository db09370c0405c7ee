"""compose/refused-service: what a service says fits every type, and compose refuses it all the same."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping

from lintkit.api import Budget, Finding, Project, RuleContext, Severity, Span, bad, define, good
from lintkit.api.compose import (
    MAIN_FILES,
    ComposeProjects,
    Fault,
    RunService,
    compose_projects,
    dependencies,
    faults_of,
)
from lintkit.api.facts import ComposeFile, ComposeService

RULE = define(
    summary="compose refuses a service, because what it says does not fit together",
    why="""
One such service stops the whole project: `docker compose` says what it does not like and starts nothing, also none of
the services that were running well. An editor that knows the schema sees no fault.
""",
    remedy="Keep one of the two settings, break the circle, or write what is missing.",
    severity="error",
    scope="project",
    kinds=("compose",),
    tags=("correctness",),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
services:
  api:  # <-- here
    environment: {A: "1"}
  web:
    image: web:1
    network_mode: host  # <-- here
    networks: [back]
    healthcheck:
      test: ["curl", "-f", "http://localhost"]  # <-- here
  worker:
    image: worker:1
    container_name: worker  # <-- here
    deploy:
      replicas: 2
networks:
  back:
"""
        ),
        bad(
            """\
services:
  api:
    image: shop:1
    depends_on: [queue]  # <-- here
  queue:
    image: queue:1
    network_mode: service:mesh
  mesh:
    image: mesh:1
    depends_on:
      api:
        condition: service_healthy
  alone:
    image: alone:1
    depends_on: [alone]  # <-- here
""",
            note="each circle once",
        ),
        bad(
            """\
services:
  api:
    image: shop:1
    scale: 2  # <-- here
    cpus: "0.5"  # <-- here
    mem_limit: 1g  # <-- here
    deploy:
      replicas: 3
      resources: {limits: {cpus: "1", memory: 512M}}
    ports:
      - "80800:80"  # <-- here
      - target: 8000
        published: "99999"  # <-- here
      - "9000:9000/http"  # <-- here
  web:
    build:
      dockerfile: web.Dockerfile  # <-- here
      dockerfile_inline: FROM web:1
""",
            note="said twice, and ports that do not exist",
        ),
        bad(
            """\
services:
  api:
    image: shop:1
    restart: Always  # <-- here
    shm_size: 64Mi  # <-- here
    stop_grace_period: "30"  # <-- here
    volumes:
      - ":/data"  # <-- here
      - /srv:/data:/more:ro  # <-- here
      - type: tmpfs
        target: /scratch
        tmpfs: {size: 5x}  # <-- here
    healthcheck:
      test: [CMD, "true"]
      interval: 10 seconds  # <-- here
  web:
    image: web:1
    network_mode: service:api
    hostname: web  # <-- here
    ports: ["80:80"]  # <-- here
    dns: 1.1.1.1  # <-- here
  worker:
    image: worker:1
    restart: on-failure:many  # <-- here
  old:
    image: web:1
    restart: any  # <-- here
    ports:
      - "localhost:80:80"  # <-- here
      - "8000-8001:8000-8003"  # <-- here
      - "http:80"  # <-- here
      - target: 90
        host_ip: localhost  # <-- here
""",
            note="words, units and forms that compose or the engine does not know",
        ),
        good(
            {
                "compose.yaml": "services: {agent: {image: 'agent:1', networks: [a]}}\nnetworks: {a: }\n",
                "compose.agents.yaml": "services: {agent: {image: 'agent:1', network_mode: host}}\n",
            },
            note="a file that is started alone",
        ),
        good(
            {
                "compose.yaml": "include: [infra/db.yaml]\nservices: {db: {shm_size: 256mb}, web: {image: 'shop:1'}}\n",
                "infra/db.yaml": "services: {db: {image: 'postgres:17', volumes: ['db:/var/lib/postgresql/data']}}\n",
            },
            note="what a file adds to a service that it includes",
        ),
        good(
            """\
services:
  api:
    image: shop:1
    restart: "on-failure:3"
    shm_size: 64mb
    mem_limit: "1.5 GiB"
    memswap_limit: "-1"
    stop_grace_period: 1m30s
    hostname: api
    volumes: ["./a:/a:ro", /cache, 'C:\\data:/data', "${DATA:-./data}:/d", "~/x:/x", '\\\\.\\pipe\\a:\\\\.\\pipe\\a']
    healthcheck: {test: [CMD, "true"], interval: 1h30m, timeout: "0"}
    ports: ["53/", "127.0.0.1::80", "3000-3005", "8000-8010:80", "[::1]:53:53/UDP", {target: 90, host_ip: "::1"}]
  web:
    image: web:1
    network_mode: service:api
    restart: ""
  batch:
    image: web:1
    command: serve --api-key ${API_KEY:-test-key-12345} --port ${PORT:-8005}
    ports: ["${PORT:-8005}:${PORT:-8005}"]
    restart: ${RESTART:-Never}
    network_mode: host
    hostname: batch
    deploy: {restart_policy: {condition: any, delay: 5s}}
  other:
    image: web:1
    restart: sometimes
    shm_size: 1e8
    deploy: {restart_policy: {condition: on-failure}}
"""
        ),
        bad(
            {
                "compose.yaml": "services:\n  api:\n    image: shop:1\n    network_mode: host  # <-- here\n",
                "compose.override.yaml": "services: {api: {networks: [a]}}\nnetworks: {a: }\n",
            },
            note="where compose merges the files by itself",
        ),
        good(
            """\
services:
  api:
    image: shop:1
    healthcheck: {test: [CMD, "true"]}
    container_name: ${NAME:-api}
    scale: ${SCALE:-2}
    ports: ["8080:80", "127.0.0.1:443:443/tcp", "[::1]:53:53/udp", "${P}:99999", "7000-7010:7000-7010"]
  web:
    image: web:1
    container_name: web
    deploy: {replicas: 1, resources: {limits: {memory: 1024M, cpus: "0.50"}}}
    cpus: 0.5
    mem_limit: 1g
    depends_on: {worker: {condition: service_started}}
    network_mode: bridge
    networks:
  worker:
    build: {context: ., dockerfile_inline: FROM worker:1}
    healthcheck: {test: curl -f http://localhost}
    depends_on: [api]
  model:
    provider: {type: model}
""",
            note="one name for one container, the same twice, and what only the environment knows",
        ),
        good(
            {
                "compose.yaml": "services: {api: {environment: {A: '1'}, network_mode: host}}\n",
                "compose.override.yaml": (
                    "services: {api: {image: 'shop:1', network_mode: !reset null, networks: [a]}}\nnetworks: {a: }\n"
                ),
            },
            note="the file that compose merges has the rest, and takes back what does not fit",
        ),
        good(
            {
                "compose.yaml": "services: {api: {environment: {A: '1'}}}\n",
                "deploy/prod.compose.yaml": "services: {api: {image: 'shop:1'}, db: {depends_on: [api]}}\n",
                "compose.debug.yaml": "services: {worker: {environment: {DEBUG: '1'}}}\n",
            },
            note="parts of projects that somebody puts together by hand",
        ),
    ),
)

_MOST_STEPS = 1_000_000
"""How many references between services are followed in one repository."""

_WHAT = "following the services that wait for each other"


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report what compose refuses of what it makes of a service, and services that wait for each other."""
    facts = project.facts(ComposeService)
    projects = compose_projects(facts, project.facts(ComposeFile))
    files: defaultdict[str, set[str]] = defaultdict(set)
    for fact in facts:
        files[fact.name].add(fact.path)
    seen: set[tuple[Span, str]] = set()
    for service in projects.services:
        if service.partial:
            continue
        faults = [*faults_of(service.node)]
        if posixpath.basename(service.path) not in MAIN_FILES:  # which is started alone as well
            alone = {fault.sentence for fault in faults_of(service.forms[-1])}
            faults = [fault for fault in faults if fault.sentence in alone]
        if _is_empty(service) and _is_whole(service, projects, files[service.name]):
            sentence = f"service `{service.name}` has neither `image` nor `build`, so compose starts nothing"
            faults.append(Fault("empty", (), sentence))
        for fault in faults:
            span = service.node.place(fault.route) if fault.route else service.span
            if (span, fault.sentence) not in seen:  # services that share a mapping share its faults
                seen.add((span, fault.sentence))
                severity: Severity | None = None if fault.refused else "warning"
                yield rule.finding(
                    span, fault.sentence, subject=f"{service.name} {fault.name}", severity=severity
                )
    yield from _circles(projects, rule)


def _is_empty(service: RunService) -> bool:
    return not any(
        form.child(key) is not None for form in service.forms for key in ("image", "build", "provider")
    )


def _is_whole(service: RunService, projects: ComposeProjects, files: set[str]) -> bool:
    """Whether a service is started from this file, and no file that is given by hand can have the rest of it."""
    started = posixpath.basename(service.path) in MAIN_FILES
    return started and service.path not in projects.opaque and files <= set(service.project)


def _circles(projects: ComposeProjects, rule: RuleContext) -> Iterator[Finding]:
    """Each circle of services once, where the first of them names the next one."""
    known: set[frozenset[tuple[str, str]]] = set()
    waiting: dict[str, dict[str, list[str]]] = {}
    settled: set[tuple[str, str]] = set()
    budget = Budget(_MOST_STEPS)
    for service in projects.services:
        if service.partial or not any(dependencies(service.node)):
            continue
        others = projects.others(service)
        if service.path not in waiting:
            waiting[service.path] = _waiting(others, budget)
        needs = waiting[service.path]
        if (service.path, service.name) in settled or others.get(service.name) is not service:
            continue
        found = _circle(service.name, needs, budget) if service.name in needs else None
        if found is None:
            continue
        if all(len(needs[name]) == 1 for name in found):  # then each of them is in no other circle
            settled.update((service.path, name) for name in found if others[name].path == service.path)
        key = frozenset((others[name].path, name) for name in found)
        if key in known:
            continue
        known.add(key)
        after = found[1] if len(found) > 1 else service.name
        span = next(each.span for each in dependencies(service.node) if each.name == after)
        path = " → ".join(f"`{name}`" for name in (*found, service.name)[:10])
        sentence = (
            f"`{service.name}` waits for itself, which compose refuses"
            if len(found) == 1
            else f"each waits for the next one, and compose starts none: {path}"
        )
        yield rule.finding(span, sentence, subject=f"{service.name} circle")


def _waiting(others: Mapping[str, RunService], budget: Budget) -> dict[str, list[str]]:
    """The services that still wait when all have begun that can, and for which of these; circles are among them."""
    needs = {
        name: [each for each in dict.fromkeys(each.name for each in dependencies(one.node)) if each in others]
        for name, one in others.items()
    }
    needed_by: defaultdict[str, list[str]] = defaultdict(list)
    for name, needed in needs.items():
        budget.spend(1 + len(needed), _WHAT)
        for each in needed:
            needed_by[each].append(name)
    left = {name: len(needed) for name, needed in needs.items()}
    begun = [name for name, count in left.items() if not count]
    for name in begun:
        for other in needed_by[name]:
            left[other] -= 1
            if not left[other]:
                begun.append(other)
    waiting = left.keys() - begun
    return {name: [each for each in needs[name] if each in waiting] for name in needs if name in waiting}


def _circle(start: str, needs: Mapping[str, list[str]], budget: Budget) -> list[str] | None:
    """The shortest way from a service back to itself, by name; None where there is none."""
    before: dict[str, str] = {}
    queue = [start]
    for name in queue:
        budget.spend(1 + len(needs[name]), _WHAT)
        for each in needs[name]:
            if each == start:
                way = [name]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if each not in before:
                before[each] = name
                queue.append(each)
    return None
