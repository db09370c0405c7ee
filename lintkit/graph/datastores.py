"""Images of datastores: what they listen on, where their data is, and how they let everybody in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Datastore:
    """What is known of an image.

    name     what a message calls it
    ports    where its clients connect to
    folders  where its data is; any of them will do
    keeps    its data is meant to outlive the container
    slow     it takes seconds from its start until it answers
    """

    name: str
    ports: tuple[int, ...]
    folders: tuple[str, ...] = ()
    keeps: bool = True
    slow: bool = True


_POSTGRES = Datastore(
    "PostgreSQL", (5432,), ("/var/lib/postgresql", "/bitnami/postgresql", "/home/postgres/pgdata")
)
_MYSQL = Datastore("MySQL", (3306,), ("/var/lib/mysql", "/bitnami/mysql", "/bitnami/mariadb"))
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

_REFERENCE = re.compile(r"(?:.*/)?(?P<name>[\w.-]+)(?::(?P<tag>[\w.-]+))?(?:@sha256:\w+)?")
_DEFAULT = re.compile(r"\$\{\w+:?-([^}]*)\}")


def datastore_of(image: object) -> Datastore | None:
    """The datastore that an image runs, by the last part of its name; None for other images."""
    if not isinstance(image, str) or len(image) > 500:
        return None
    match = _REFERENCE.fullmatch(re.sub(r"\$\{?\w+\}?", "", _DEFAULT.sub(r"\1", image)).rstrip(":"))
    return None if match is None else _BY_IMAGE.get(match["name"].lower())
