"""compose/volume-lost-data: the data of a datastore is gone with its container."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    DEVELOPMENT,
    DOCS,
    EXAMPLES,
    LESSONS,
    TESTS,
    Finding,
    Project,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.compose import RunService, compose_projects, environment, mount_of, runs_for_development
from lintkit.api.dotenv import is_for_a_desk
from lintkit.api.facts import ComposeFile, ComposeService
from lintkit.api.formats import Node, text_of
from lintkit.api.words import Datastore, datastore_of, environment_of_path

RULE = define(
    summary="the data of a datastore is in no volume that has a name",
    why="""
The image puts its data into a volume without a name, which belongs to one container. After `docker compose down`, on
another host, or when the project is renamed, the database comes up empty; `docker system prune --volumes` removes what
was in the old one.
""",
    remedy="""
Mount a named volume where the image keeps its data: `db:/var/lib/postgresql/data` up to PostgreSQL 17,
`db:/var/lib/postgresql` from 18 on.
""",
    severity="warning",
    scope="project",
    kinds=("compose",),
    tags=("reliability", "data-loss"),
    packs=("recommended", "production"),
    paths_ignore=(
        *TESTS,
        *EXAMPLES,
        *DOCS,
        *LESSONS,
        *DEVELOPMENT,
        "**/*[.-]test*",
        "**/*[.-]ci.*",
        "**/*e2e*",
        "**/*cypress*",
        "**/*[.-]dev*",
        "**/dev[.-]*",
    ),
    examples=(
        bad(
            """\
services:
  db:  # <-- here
    image: postgres:17
  store:
    image: mongo:8
    volumes:  # <-- here
      - store:/data/mongo
      - ./init.js:/docker-entrypoint-initdb.d/init.js:ro
volumes:
  store:
""",
            note="no volume at all, and one that is mounted where no data is",
        ),
        bad(
            """\
services:
  old:
    image: postgres:17-alpine
    volumes:
      - old:/var/lib/postgresql  # <-- here
  new:
    image: postgres:${VERSION:-18.1}
    volumes:
      - new:/var/lib/postgresql/data  # <-- here
      - ./init.sql:/docker-entrypoint-initdb.d/init.sql:ro
  vectors:
    image: pgvector/pgvector:0.8.1-pg18
    volumes: ["vectors:/var/lib/postgresql/data"]  # <-- here
volumes: {old: , new: , vectors: }
""",
            note="the folder of another version",
        ),
        good(
            {"compose.build.yaml": "services: {base: {image: 'postgis/postgis:17-3.5', build: .}}\n"},
            note="what images are only built with starts nothing",
        ),
        good(
            """\
services:
  old:
    image: postgis/postgis:17-3.5
    volumes: ["old:/var/lib/postgresql/data"]
  new:
    image: postgres:18
    volumes: ["new:/var/lib/postgresql"]
  exact:
    image: postgres:19beta1
    volumes: ["exact:/var/lib/postgresql/19/docker"]
  latest:
    image: postgres
    volumes: ["latest:/var/lib/postgresql"]
  other:
    image: bitnami/postgresql:18
    volumes: ["other:/bitnami/postgresql"]
volumes: {old: , new: , exact: , latest: , other: }
""",
            note="the folder of the version, and images of which the version is not known or does not decide",
        ),
        good(
            """\
services:
  db:
    image: postgres:17
    volumes: ["db:/var/lib/postgresql/data"]
  graph:
    image: neo4j:5
    volumes:
      - type: bind
        source: ./graph
        target: /data
  scratch:
    image: postgres:17
    tmpfs: [/var/lib/postgresql/data]
  moved:
    image: postgres:17
    environment: {PGDATA: /db}
    volumes: ["moved:/db"]
  chosen:
    image: postgres:17
    volumes: ["${DATA:-./data}:/var/lib/postgresql/data"]
  cache:
    image: redis:7
  check:
    image: postgres:17
    profiles: [test]
  fast:
    image: postgres:17
    command: postgres -c fsync=off
volumes: {db: , moved: }
""",
            note="volumes, a folder, memory, other places, a cache, what tests run, and what need not be durable",
        ),
        good(
            {
                "docker-compose.yml": "services: {db: {image: 'mysql:8'}}\n",
                "docker-compose.prod.yml": "services: {db: {volumes: ['db:/var/lib/mysql']}}\nvolumes: {db: }\n",
            },
            note="the file for production mounts it",
        ),
        good(
            {
                "docker/develop.yml": "services: {db: {image: 'mysql:8'}}\n",
                "quickstart-mysql.yml": "services: {db: {image: 'mysql:8'}}\n",
                "docker-compose.yml": (
                    "services:\n  db: {image: 'mysql:8'}\n"
                    "  api: {build: ., command: uvicorn app:app --host 0.0.0.0 --reload}\n"
                ),
                "shop/compose.yaml": (
                    "services:\n  db: {image: 'mysql:8'}\n  web: {build: ., environment: [FLASK_ENV=development]}\n"
                ),
            },
            note="what a developer starts, by its name or by how its programs run",
        ),
    ),
)


def check(project: Project, rule: RuleContext) -> Iterator[Finding]:
    """Report each datastore that keeps data, none of whose forms mounts anything where that data is."""
    projects = compose_projects(project.facts(ComposeService), project.facts(ComposeFile))
    for service in projects.services:
        store = datastore_of(text_of(service.node.child("image")))
        if store is None or not store.keeps or service.partial:
            continue
        if any(_is_kept(store, form) for form in service.forms):
            continue
        if environment_of_path(service.path) == "development" or is_for_a_desk(service.path):
            continue
        if runs_for_development(projects, service):
            continue
        yield _lost(service, store, rule)


def _lost(service: RunService, store: Datastore, rule: RuleContext) -> Finding:
    """The finding: at the mount that should keep the data and does not, else at the mounts, else at the service."""
    name, folder = f"{store.name} {store.version}".strip(), store.folders[0]
    volumes = service.node.child("volumes")
    for index, item in enumerate((volumes.sequence or ()) if volumes is not None else ()):
        target = mount_of(item)[1]
        if target in store.empty:
            message = f"{name} keeps its data in `{folder}`, and a volume at `{target}` keeps nothing of it"
            return rule.finding(service.node.place(("volumes", index)), message, subject=service.name)
    return rule.finding(
        service.node.place(("volumes",)) if volumes is not None else service.span,
        f"the data of {name} (`{service.name}`, in `{folder}`) is lost with its container",
        subject=service.name,
    )


def _is_kept(store: Datastore, form: Node) -> bool:
    """Whether something is mounted where the data is, or the service says that it is for tests or elsewhere."""
    for key in ("profiles", "tmpfs", "volumes_from", "extends"):
        if form.child(key) is not None:
            return True
    if any(name in ("PGDATA", "MYSQL_DATADIR", "path.data") for name in environment(form)):
        return True
    command = form.child("command")
    words = " ".join(map(text_of, command.sequence or (command,))) if command is not None else ""
    if any(mark in words for mark in ("data_directory", "datadir", "dbpath", "fsync=off")):
        return True
    volumes = form.child("volumes")
    mounts = [mount_of(item) for item in (volumes.sequence or ())] if volumes is not None else []
    targets = [target for source, target in mounts if source]
    return any(target.startswith("$") or store.is_kept_by(target) for target in targets if target)
