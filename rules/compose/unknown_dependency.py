"""compose/unknown-dependency: a service refers to something that its project does not have."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from lintkit.api import Finding, Project, RuleContext, Span, bad, define, good
from lintkit.api.compose import (
    MAIN_FILES,
    ComposeProjects,
    RunService,
    compose_projects,
    dependencies,
    fragments,
    mount_of,
)
from lintkit.api.docker import normal
from lintkit.api.facts import ComposeFile, ComposeService, VariableProvided
from lintkit.api.formats import Node, text_of

RULE = define(
    summary="a service refers to something that does not exist",
    why="""
`docker compose` refuses the whole project: none of its services starts. It is mostly a service that was renamed in one
place, or a volume that was never declared.
""",
    remedy="Correct the name, or declare what is missing.",
    severity="error",
    scope="project",
    kinds=("compose",),
    tags=("correctness",),
    packs=("recommended", "production"),
    examples=(
        bad(
            """\
services:
  api:
    build: .
    depends_on: [database]  # <-- here
    network_mode: service:vpn  # <-- here
    volumes:
      - data:/data  # <-- here
  db:
    image: postgres:17
    networks: [back]  # <-- here
    secrets:
      - source: word  # <-- here
volumes:
  dta:
"""
        ),
        bad(
            {
                "compose.yaml": """\
services:
  api:
    build: .
    depends_on:
      db: {condition: service_healthy}
      mail:  # <-- here
        condition: service_started
""",
                "compose.override.yaml": "services: {db: {image: 'postgres:17'}}\n",
            },
            note="the other file has one of the two",
        ),
        bad(
            {
                "compose.yaml": """\
services:
  api:
    image: shop:1
    extends: bases  # <-- here
  base:
    image: base:1
  worker:
    extends:
      file: shared/compose.yaml
      service: worker  # <-- here
  web:
    extends: {file: ../elsewhere/compose.yaml, service: web}
  ui:
    extends: {file: shared/compose.yaml, service: ui}
""",
                "shared/compose.yaml": "services: {ui: {image: 'ui:1'}}\n",
            },
            note="nothing to extend; a file outside of the repository is not known",
        ),
        good(
            """\
services:
  base: {image: "shop:1", profiles: [all]}
  db: {image: "postgres:17", profiles: [all]}
  api:
    extends: base
    depends_on: [db]
""",
            note="what a service extends gives it its profiles, too",
        ),
        good(
            {
                "compose.yaml": """\
include: [infra/compose.yaml]
services:
  api:
    build: .
    depends_on:
      db: {condition: service_healthy}
      tracing: {condition: service_started, required: false}
    volumes: ["data:/data", "./conf:/conf", "/cache", "${DATA:-./d}:/d", "~/x:/x"]
    networks: [default]
  worker:
    extends: api
    network_mode: "service:api"
    links: ["db:database", "${CACHE:-cache}"]
    depends_on: ["${STORE}"]
volumes: {data: }
""",
                "infra/compose.yaml": (
                    "services: {db: {image: 'postgres:17', networks: {n: }, depends_on: [api]}}\nnetworks: {n: }\n"
                ),
            },
            note="from files that include or are included, what may be missing, folders, and every project's network",
        ),
        good(
            {"deploy/prod.compose.yaml": "services: {api: {environment: {A: '1'}, depends_on: [db]}}\n"},
            note="a part of a project that is somewhere else",
        ),
        good(
            {
                "compose.yaml": "services: {api: {image: 'shop:1'}}\n",
                "compose.metrics.yaml": "services: {metrics: {image: 'metrics:1'}}\nnetworks: {m: }\n",
                "compose.agent.yaml": (
                    "services:\n"
                    "  api: {environment: {A: '1'}}\n"
                    "  agent: {image: 'agent:1', depends_on: [metrics], networks: [m]}\n"
                ),
            },
            note="layers that are given together",
        ),
        bad(
            {
                "compose.dev.yaml": "services: {api: {image: 'shop:1'}, db: {image: 'postgres:17'}}\n",
                "compose.prod.yaml": """\
services:
  api:
    image: shop:1
    depends_on: [db]  # <-- here
""",
            },
            note="a file that stands alone",
        ),
        bad(
            """\
services:
  debugger: {image: "debugger:1", profiles: [debug, trace]}
  api:
    image: shop:1
    network_mode: service:debugger  # <-- here
  test:
    image: shop:1
    profiles: [test]
    depends_on:
      debugger:  # <-- here
        condition: service_started
""",
            note="a service that is only there with its profile",
        ),
        good(
            """\
services:
  debugger: {image: "debugger:1", profiles: [debug]}
  api:
    image: shop:1
    depends_on:
      debugger: {condition: service_started, required: false}
  test:
    image: shop:1
    profiles: [test, debug]
    depends_on: [debugger]
""",
            note="it need not be there, or comes with the same profile",
        ),
        good(
            {
                "compose.yaml": "services: {api: {image: 'shop:1', secrets: [word]}}\n",
                "compose.override.yaml.example": "secrets: {word: {file: word.txt}}\n",
                "shop/docker-compose.yml": "services: {api: {image: 'shop:1', networks: [back]}}\nnetworks: {back: }\n",
                "shop/extras/db.compose.yml": (
                    "services: {db: {image: 'postgres:17', networks: [back], depends_on: [api]}}\n"
                ),
            },
            note="an override file that everybody writes, and a file that is given on top of the one above it",
        ),
        good(
            {
                "docker/default.yml": "services:\n  web: {image: 'shop:1'}\nvolumes: {logs: {}}\n",
                "plugins/scan/compose.yml": (
                    "services:\n  scan: {image: 'scan:1', depends_on: [web], volumes: ['logs:/var/log/shop']}\n"
                ),
                "plugins/mail/compose.yml": "services:\n  mail: {image: 'mail:1', depends_on: [web]}\n",
            },
            note="pieces that are started together with a file of another folder",
        ),
        good(
            {
                "parts/web.yml": "services: {web: {image: 'shop:1'}}\n",
                "parts/tunnel.yml": "services: {tunnel: {image: 'tunnel:1', depends_on: [web]}}\n",
                "parts/mail.yml": "services: {mail: {image: 'mail:1'}}\n",
                "docker-compose.db.yaml": "services: {db: {image: 'postgres:17'}}\n",
                "docker-compose.index.yaml": "services: {index: {image: 'index:1', depends_on: [db]}}\n",
            },
            note="pieces side by side, none of which compose starts by itself",
        ),
        good(
            {
                "quickstart.yml": "services: {api: {image: 'shop:1', networks: [inner]}}\nnetworks: {inner: }\n",
                "contrib/cloud/quickstart.yml": """\
services:
  api:
    volumes: ["./contrib/cloud:/etc/shop"]
  proxy: {image: 'caddy:2', networks: [inner]}
""",
            },
            note="a layer: one of its services is nothing by itself",
        ),
        good(
            {
                "compose.yaml": "services: {central: {image: 'shop:1', networks: [inner]}}\nnetworks: {inner: }\n",
                "contrib/tunnel/compose.yaml": """\
services:
  tunnel: {image: 'tunnel:1', depends_on: [central], networks: [inner]}
  button: {image: 'button:1', volumes: ['./contrib/tunnel/button:/app']}
""",
            },
            note="a layer: its paths count from the folder of the file that it is given after",
        ),
        good(
            {
                "compose.yaml": (
                    "services:\n"
                    "  db: {image: 'postgres:17', profiles: [postgres]}\n"
                    "  api: {image: 'shop:1', depends_on: [db]}\n"
                ),
                ".env.example": "COMPOSE_PROFILES=postgres\n",
            },
            note="the profile is chosen by a variable",
        ),
    ),
)

_OVERRIDE_TO_COPY = re.compile(
    r"(?:^|/)(?:docker-)?compose\.override(?:\.ya?ml)?[.-](?:example|sample|dist|template|tmpl)(?:\.ya?ml)?$"
)
"""What is copied to the override file before the project is started, and has the rest of it."""

_KINDS = ("volumes", "networks", "secrets", "configs")


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each reference to a service, volume, network, secret or config that no file of the project has."""
    projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
    chosen = any(fact.name == "COMPOSE_PROFILES" for fact in project.facts(VariableProvided))
    yield from _extended(project, rule)
    copied = {posixpath.dirname(path) for path in project.paths if _OVERRIDE_TO_COPY.search(path)}
    above = _Above(projects)
    together = fragments(projects)
    layers = {
        service.path for service in projects.services if _is_part(service) or _counts_from_above(service)
    }
    everywhere = frozenset[str]().union(*projects.names.values())
    for service in projects.services:
        if service.path in together:
            continue
        if (
            service.path in layers
            or service.path in projects.opaque
            or _is_part(service)
            or posixpath.dirname(service.path) in copied
        ):
            continue
        names = projects.names[service.path] | above.names(service.path)
        if not rule.strict and not _is_main(service.path):
            names |= everywhere  # another file defines it, and may be given with `-f` as well
        for each in dependencies(service.node):
            if each.required and each.name not in names and "$" not in each.name:
                yield _missing(rule, service, "service", each.name, each.span)
            elif each.required and not chosen and (away := _disabled(projects, service, each.name)):
                listed = " or ".join(f"`{name}`" for name in away)
                message = (
                    f"without the profile {listed} there is no service `{each.name}`, which this one needs"
                )
                yield rule.finding(each.span, message, subject=f"{service.name} service {each.name}")
        for key in _KINDS:
            known = projects.defined[service.path].get(key, frozenset()) | above.defined(service.path, key)
            for name, span in _references(service.node, key):
                if name not in known:
                    yield _missing(rule, service, key.removesuffix("s"), name, span)


class _Above:
    """What the files that are started in the folders above a file define: it may be given with `-f` on top of them."""

    def __init__(self, projects: ComposeProjects) -> None:
        self._projects = projects
        self._main = {posixpath.dirname(path): path for path in projects.names if _is_main(path)}

    def _paths(self, path: str) -> Iterator[str]:
        folder = posixpath.dirname(path)
        if _is_main(path) or folder in self._main:
            return
        while folder:
            folder = posixpath.dirname(folder)
            if folder in self._main:
                yield self._main[folder]

    def names(self, path: str) -> frozenset[str]:
        return frozenset[str]().union(*(self._projects.names[each] for each in self._paths(path)))

    def defined(self, path: str, key: str) -> frozenset[str]:
        found = (self._projects.defined[each].get(key, frozenset()) for each in self._paths(path))
        return frozenset[str]().union(*found)


def _is_main(path: str) -> bool:
    return posixpath.basename(path) in MAIN_FILES


def _disabled(projects: ComposeProjects, service: RunService, name: str) -> tuple[str, ...]:
    """The profiles of a service that is not started where this one is; none where it may be.

    compose removes the services of profiles that are not chosen, and then refuses what depends on them
    (compose-go, types/project.go: WithProfiles; loader/validate.go).
    """
    other = projects.others(service).get(name)
    if other is None or service.partial:
        return ()
    own = {text for form in service.forms for text in _profiles(form)}
    theirs = [_profiles(form) for form in other.forms]
    if not all(theirs) or any(own.intersection(each) or any("$" in text for text in each) for each in theirs):
        return ()
    return theirs[0]


def _profiles(form: Node) -> tuple[str, ...]:
    profiles = form.child("profiles")
    return tuple(text_of(item) for item in profiles.sequence or ()) if profiles is not None else ()


def _extended(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """What is extended in the same file, or in one of the repository that includes no other, and is not in it."""
    closed = {file.path for file in project.facts(ComposeFile) if not file.includes}
    services = project.facts(ComposeService)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for service in services:
        names[service.path].add(service.name)
    for service in services:
        extends = service.node.child("extends")
        wanted = extends if extends is None or extends.mapping is None else extends.child("service")
        written = text_of(extends.child("file")) if extends is not None else ""
        name = text_of(wanted)
        path = normal(posixpath.dirname(service.path), written) if written else service.path
        if wanted is None or not name or "$" in name + written or path not in closed:
            continue
        if name not in names[path]:
            where = f" in `{path}`" if written else " in this file"
            message = f"there is no service `{name}` to extend{where}"
            yield rule.finding(wanted.span, message, subject=f"{service.name} extends {name}")


def _missing(rule: RuleContext, service: RunService, what: str, name: str, span: Span) -> Finding:
    return rule.finding(
        span, f"there is no {what} `{name}` in this project", subject=f"{service.name} {what} {name}"
    )


def _is_part(service: RunService) -> bool:
    """Whether the service is nothing by itself: the rest of it is in a file that is not known."""
    return all(form.child("image") is None and form.child("build") is None for form in service.forms)


def _counts_from_above(service: RunService) -> bool:
    """Whether paths in a file lead through its own folder, as where it is given with `-f` after a file above it."""
    folder = posixpath.dirname(service.path)
    build, volumes = service.node.child("build"), service.node.child("volumes")
    written = [text_of(build.child("context") or build)] if build is not None else []
    written += [mount_of(item)[0] for item in (volumes.sequence or ())] if volumes is not None else []
    return bool(folder) and any(
        posixpath.normpath(path) == folder or posixpath.normpath(path).startswith(folder + "/")
        for path in written
        if path
    )


def _references(node: Node, key: str) -> Iterator[tuple[str, Span]]:
    found = node.child(key)
    if found is None:
        return
    if key == "networks":
        for name, entry in found.names():
            if name != "default" and "$" not in name:
                yield name, entry.key if entry.mapping is not None and entry.key else entry.span
        return
    for item in found.sequence or ():
        if item.mapping is None:
            written = text_of(item)
            name = written.partition(":")[0] if key == "volumes" else written
            if key == "volumes" and (":" not in written or not _is_named(name)):
                continue
            span = item.span
        else:
            source = item.child("source")
            if source is None or (key == "volumes" and text_of(item.child("type")) != "volume"):
                continue
            name, span = text_of(source), source.span
        if name and "$" not in name:
            yield name, span


def _is_named(source: str) -> bool:
    return source[:1].isalnum() and "/" not in source and "\\" not in source and len(source) > 1
