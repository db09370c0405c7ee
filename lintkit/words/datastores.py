"""Images of datastores: what they listen on, where their data is, and how they let everybody in.

PostgreSQL moved: the official image declares the volume `/var/lib/postgresql/data` up to version 17, so a volume at the
folder above keeps nothing; from 18 on it declares `/var/lib/postgresql`, with the data in `…/18/docker`, and a volume
at `…/data` keeps nothing (documentation of the official image, PGDATA). PostGIS and pgvector build on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Datastore:
    """What is known of an image.

    name     what a message calls it
    ports    where its clients connect to
    folders  where its data is; any of them will do
    empty    folders at or below which nothing of it is, though it was there in other versions
    version  which of them it is, where that decides where its data is; else empty
    keeps    its data is meant to outlive the container
    slow     it takes seconds from its start until it answers
    """

    name: str
    ports: tuple[int, ...]
    folders: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    version: str = ""
    keeps: bool = True
    slow: bool = True

    def is_kept_by(self, target: str) -> bool:
        """Whether a mount at `target` holds the data, or a part of it."""
        inside = f"{target}/"
        if any(
            inside == f"{each}/" or (each.endswith("/data") and inside.startswith(f"{each}/"))
            for each in self.empty
        ):
            return False
        return any(inside.startswith(f"{each}/") or f"{each}/".startswith(inside) for each in self.folders)


_POSTGRES = Datastore(
    "PostgreSQL", (5432,), ("/var/lib/postgresql", "/bitnami/postgresql", "/home/postgres/pgdata")
)
_MYSQL = Datastore("MySQL", (3306,), ("/var/lib/mysql", "/bitnami/mysql", "/bitnami/mariadb", "/config"))
"""`/config` is where LinuxServer's images keep everything."""
_MONGO = Datastore("MongoDB", (27017,), ("/data/db", "/bitnami/mongodb"))
_REDIS = Datastore("Redis", (6379,), ("/data", "/bitnami/redis", "/bitnami/valkey"), keeps=False, slow=False)
_ELASTIC = Datastore(
    "Elasticsearch",
    (9200, 9300),
    ("/usr/share/elasticsearch/data", "/bitnami/elasticsearch", "/usr/share/opensearch/data"),
)

_BY_IMAGE = {
    **dict.fromkeys(
        ("postgres", "postgresql", "postgis", "pgvector", "timescaledb", "timescaledb-ha"), _POSTGRES
    ),
    **dict.fromkeys(("mysql", "percona", "percona-server", "mysql-server"), _MYSQL),
    "mariadb": replace(_MYSQL, name="MariaDB"),
    **dict.fromkeys(("mongo", "mongodb", "mongodb-community-server"), _MONGO),
    **dict.fromkeys(("redis", "redis-stack", "redis-stack-server"), _REDIS),
    "valkey": replace(_REDIS, name="Valkey"),
    "keydb": replace(_REDIS, name="KeyDB"),
    "dragonfly": replace(_REDIS, name="Dragonfly"),
    "elasticsearch": _ELASTIC,
    "opensearch": replace(_ELASTIC, name="OpenSearch"),
    "neo4j": Datastore("Neo4j", (7687, 7474), ("/data",)),
    "memcached": Datastore("memcached", (11211,), keeps=False, slow=False),
    "cassandra": Datastore("Cassandra", (9042,), ("/var/lib/cassandra", "/bitnami/cassandra")),
    "clickhouse-server": Datastore("ClickHouse", (8123, 9000), ("/var/lib/clickhouse",)),
    "couchdb": Datastore("CouchDB", (5984,), ("/opt/couchdb/data",)),
    "influxdb": Datastore("InfluxDB", (8086,), ("/var/lib/influxdb", "/var/lib/influxdb2")),
    "qdrant": Datastore("Qdrant", (6333, 6334), ("/qdrant/storage",)),
    "rabbitmq": Datastore("RabbitMQ", (5672,), ("/var/lib/rabbitmq",), keeps=False),
    "etcd": Datastore("etcd", (2379,), ("/etcd-data", "/bitnami/etcd"), keeps=False),
}

_NUMBER = r"([1-9][0-9]?)(?![0-9])"
_TAGGED = {
    **dict.fromkeys(("postgres", "postgis"), re.compile(_NUMBER)),
    "pgvector": re.compile(rf"(?:.*-)?pg{_NUMBER}"),
}
"""How the official image, and those that build on it, name the version: `18.1-alpine`, `17-3.5`, `0.8.0-pg18`."""
_MOVED = 18

_REFERENCE = re.compile(r"(?:.*/)?(?P<name>[\w.-]+)(?::(?P<tag>[\w.-]+))?(?:@sha256:\w+)?")
_DEFAULT = re.compile(r"\$\{\w+:?-([^}]*)\}")


def datastore_of(image: object) -> Datastore | None:
    """The datastore that an image runs, by the last part of its name; None for other images."""
    if not isinstance(image, str) or len(image) > 500:
        return None
    match = _REFERENCE.fullmatch(re.sub(r"\$\{?\w+\}?", "", _DEFAULT.sub(r"\1", image)).rstrip(":"))
    if match is None:
        return None
    name = match["name"].lower()
    store = _BY_IMAGE.get(name)
    if store is _POSTGRES and name in _TAGGED:
        version = _TAGGED[name].match(match["tag"] or "")
        return store if version is None else _of_version(store, version[1])
    return store


def _of_version(store: Datastore, version: str) -> Datastore:
    """PostgreSQL with the folders of one version."""
    if int(version) < _MOVED:
        return replace(
            store, folders=("/var/lib/postgresql/data",), empty=("/var/lib/postgresql",), version=version
        )
    return replace(
        store, folders=("/var/lib/postgresql",), empty=("/var/lib/postgresql/data",), version=version
    )
