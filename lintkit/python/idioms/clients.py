"""Which modules wrap an external service, and what the libraries that do so are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst
from lintkit.python.triggers import Calls, MethodCalls, References

if TYPE_CHECKING:
    from lintkit.python.code import Call
    from lintkit.python.match import Match
    from lintkit.python.module import PythonFile

CLIENT_CONSTRUCTORS: dict[str, str] = {
    "redis.*": "Redis",
    "rediscluster.*": "Redis",
    "aioredis.*": "Redis",
    "coredis.*": "Redis",
    "arq.connections.*": "Redis",
    "arq.create_pool": "Redis",
    "dramatiq.brokers.redis.RedisBroker": "Redis",
    "dramatiq.brokers.rabbitmq.RabbitmqBroker": "RabbitMQ",
    "huey.RedisHuey": "Redis",
    "taskiq_redis.*": "Redis",
    "valkey.*": "Valkey",
    "neo4j.*": "Neo4j",
    "sqlalchemy.create_engine": "a SQL database",
    "sqlalchemy.engine.create_engine": "a SQL database",
    "sqlalchemy.ext.asyncio.create_async_engine": "a SQL database",
    "sqlmodel.create_engine": "a SQL database",
    "psycopg.*": "PostgreSQL",
    "psycopg2.*": "PostgreSQL",
    "psycopg_pool.*": "PostgreSQL",
    "asyncpg.*": "PostgreSQL",
    "aiopg.*": "PostgreSQL",
    "pymysql.*": "MySQL",
    "aiomysql.*": "MySQL",
    "MySQLdb.*": "MySQL",
    "pymongo.*": "MongoDB",
    "motor.*": "MongoDB",
    "cassandra.cluster.*": "Cassandra",
    "clickhouse_connect.*": "ClickHouse",
    "elasticsearch.*": "Elasticsearch",
    "opensearchpy.*": "OpenSearch",
    "httpx.Client": "an HTTP API",
    "httpx.AsyncClient": "an HTTP API",
    "requests.Session": "an HTTP API",
    "requests.session": "an HTTP API",
    "aiohttp.ClientSession": "an HTTP API",
    "boto3.*": "AWS",
    "aioboto3.*": "AWS",
    "google.cloud.*": "Google Cloud",
    "azure.*": "Azure",
    "minio.Minio": "an object store",
    "kafka.*": "Kafka",
    "aiokafka.*": "Kafka",
    "confluent_kafka.*": "Kafka",
    "pika.*": "RabbitMQ",
    "aio_pika.*": "RabbitMQ",
    "kombu.*": "a message broker",
    "celery.Celery": "a message broker",
    "nats.*": "NATS",
    "paho.mqtt.*": "MQTT",
    "openai.*": "OpenAI",
    "anthropic.*": "Anthropic",
    "google.genai.*": "Gemini",
    "google.generativeai.*": "Gemini",
    "pinecone.*": "Pinecone",
    "qdrant_client.*": "Qdrant",
    "weaviate.*": "Weaviate",
    "chromadb.*": "Chroma",
    "supabase.*": "Supabase",
    "stripe.*": "Stripe",
    "twilio.*": "Twilio",
    "smtplib.*": "a mail server",
    "aiosmtplib.*": "a mail server",
    "ldap3.*": "LDAP",
    "grpc.insecure_channel": "a gRPC service",
    "grpc.secure_channel": "a gRPC service",
    "grpc.aio.*": "a gRPC service",
}
"""Qualified names (`.*` covers everything below) -> what they talk to."""

CLIENT_CALLS = Calls(tuple(CLIENT_CONSTRUCTORS))
"""Calls into a client library: a module with one builds or holds a client."""

CLIENT_TYPES = References(
    (
        *("redis.Redis", "redis.asyncio.Redis", "redis.RedisCluster", "redis.asyncio.RedisCluster"),
        *(
            "neo4j.Driver",
            "neo4j.AsyncDriver",
            "pymongo.MongoClient",
            "motor.motor_asyncio.AsyncIOMotorClient",
        ),
        *("asyncpg.Pool", "asyncpg.Connection", "psycopg.Connection", "psycopg.AsyncConnection"),
        *("psycopg_pool.ConnectionPool", "psycopg_pool.AsyncConnectionPool"),
        *("httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession", "requests.Session"),
        *("aiokafka.AIOKafkaProducer", "aiokafka.AIOKafkaConsumer", "aio_pika.Connection"),
        *("elasticsearch.Elasticsearch", "elasticsearch.AsyncElasticsearch", "qdrant_client.QdrantClient"),
        *("openai.OpenAI", "openai.AsyncOpenAI", "anthropic.Anthropic", "anthropic.AsyncAnthropic"),
    )
)
"""Client classes by name: a class that is given one, or declares one, holds a client."""

HTTP_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
"""Methods of HTTP clients that send a request."""

HTTP_CALLS = Calls(
    (
        *(f"requests.{verb}" for verb in HTTP_VERBS if verb != "stream"),
        *(f"httpx.{verb}" for verb in HTTP_VERBS),
        "aiohttp.request",
        "urllib.request.urlopen",
        "urllib3.request",
    )
)
"""Functions that call a URL without a client object."""

HTTP_METHODS = MethodCalls(
    HTTP_VERBS,
    words=(
        "import requests",
        "from requests",
        "import httpx",
        "from httpx",
        "import aiohttp",
        "from aiohttp",
    ),
)
"""Calls that may be of an HTTP client object; `is_http_method` decides."""

_HTTP_OBJECT = re.compile(
    r"(?:requests\.(?:sessions\.)?[sS]ession|httpx\.(?:Async)?Client|aiohttp\.(?:client\.)?ClientSession)\(\)\.\w+"
)

_BUILDER = re.compile(
    r"\.(?:[A-Z]\w*|from_url|from_pool|connect|create_(?:async_)?engine|create_pool|create_redis(?:_pool)?|driver|client|resource"
    r"|session|insecure_channel|secure_channel|get_(?:async_)?client|create_client|acreate_client)\Z"
)
"""The last part of what builds a client: a class, or one of the functions that do."""

_NO_CLIENT = re.compile(
    r"(?:exceptions?|errors?|types|typing|models|testing|mock|fake)\b|(?:Error|Exception|Warning)$"
)

_MODULE_NAME = re.compile(
    r"(?:^|/)(?:[\w-]+_)?(?:client|gateway|repository)s?\.py$"
    r"|(?:^|/)(?:clients|gateways)/[^/]+\.py$"
    r"|(?:^|/)(?:database|db|redis|neo4j|mongo|postgres|cache|broker|vector_store)\.py$"
)


def is_client_module(path: str) -> bool:
    """Whether a module is named like one that wraps a service: `neo4j_client.py`, `clients/billing.py`, `db.py`."""
    return _MODULE_NAME.search(path) is not None


def is_client_call(name: str) -> bool:
    """Whether the qualified name belongs to a client library and is no exception, type or test double of it."""
    return not _NO_CLIENT.search(name) and _service(name) is not None


def builds_client(name: str) -> bool:
    """Whether calling the qualified name builds a client, a pool or an engine of one of the libraries."""
    return _BUILDER.search(name) is not None and is_client_call(name)


def is_http_method(call: Call) -> bool:
    """Whether a call is of a session or client object of requests, httpx or aiohttp."""
    return any(map(_HTTP_OBJECT.fullmatch, call.callee.origins))


def service_of(name: str) -> str:
    """What the library of a qualified name talks to; empty for a name of no such library."""
    return _service(name) or ""


_ADDRESS_FIRST = frozenset(
    {
        "Redis",
        "Valkey",
        "Neo4j",
        "a SQL database",
        "PostgreSQL",
        "MySQL",
        "MongoDB",
        "Cassandra",
        "Elasticsearch",
        "OpenSearch",
        "an object store",
        "Kafka",
        "NATS",
        "a mail server",
        "LDAP",
        "a gRPC service",
        "Supabase",
    }
)


def takes_address_first(name: str) -> bool:
    """Whether the first argument of what builds a client is its address; elsewhere it is a name, or a key."""
    return service_of(name) in _ADDRESS_FIRST or name in {"kombu.Connection", "kombu.connection.Connection"}


def _service(name: str) -> str | None:
    for prefix, what in CLIENT_CONSTRUCTORS.items():
        if name == prefix or (prefix.endswith(".*") and name.startswith(prefix[:-1])):
            return what
    return None


def talks_to(matches: Iterable[Match]) -> str | None:
    """What a module's client talks to, told by the first match of `CLIENT_CALLS`; None without one.

    Exceptions and helpers of a library (`redis.exceptions.…`) are no client.
    """
    for match in matches:
        if match.trigger is CLIENT_CALLS and match.name is not None and is_client_call(match.name):
            return _service(match.name)
    return None


def holds(matches: Iterable[Match], file: PythonFile) -> str | None:
    """What the client talks to that a class of the module is given or declares, told by `CLIENT_TYPES`.

    A parameter of `__init__` or a field of the class; a function that is handed a client for once wraps nothing.
    """
    for match in matches:
        if match.trigger is not CLIENT_TYPES:
            continue
        for above in file.ancestors(match.node):
            if isinstance(above, cst.FunctionDef):
                if above.name.value == "__init__":
                    return _service(match.name or "")
                break
            if isinstance(above, cst.AnnAssign) and file.enclosing_class(above) is not None:
                return _service(match.name or "")
    return None
