"""Facts of code that talks to other services, and of tables."""

from __future__ import annotations

import pytest

from lintkit.facts import ClientBuilt, HostCalled, TableMapped
from tests.graph.trees import facts_of


def clients(text: str) -> list[tuple[str, str, int, str]]:
    return [
        (fact.service, fact.host, fact.port, fact.name)
        for fact in facts_of({"app.py": text})
        if isinstance(fact, ClientBuilt)
    ]


def hosts(text: str) -> list[tuple[str, int, str]]:
    return [(f.host, f.port, f.function) for f in facts_of({"app.py": text}) if isinstance(f, HostCalled)]


def tables(text: str, path: str = "app.py") -> list[tuple[str, str, str]]:
    return [(f.table, f.how, f.model) for f in facts_of({path: text}) if isinstance(f, TableMapped)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("redis.Redis(host='cache', port=6380)", ("cache", 6380, "")),
        ("redis.Redis('cache', 6380)", ("cache", 6380, "")),
        ("redis.from_url('rediss://user:secret@Cache.example.com:6397/0')", ("cache.example.com", 6397, "")),
        ("redis.from_url(os.environ['REDIS_URL'])", ("", 0, "REDIS_URL")),
        ("redis.from_url(os.getenv('REDIS_URL', 'redis://cache'))", ("cache", 0, "REDIS_URL")),
        ("redis.from_url(os.getenv('REDIS_URL') or 'redis://cache')", ("cache", 0, "REDIS_URL")),
        ("redis.from_url(str(settings.redis_url))", ("", 0, "redis_url")),
        ("redis.from_url(settings.redis_url.get_secret_value())", ("", 0, "redis_url")),
        ("redis.from_url(URL)", ("cache", 1, "")),
        ("redis.from_url(f'redis://{settings.redis_host}:6379')", ("", 0, "redis_host")),
        ("redis.from_url(f'redis://cache:{port}/0')", ("", 0, "")),
        ("redis.from_url(f'redis://cache/{db}')", ("cache", 0, "")),
        ("redis.Redis()", ("", 0, "")),
        ("redis.Redis(host=host)", ("", 0, "host")),
    ],
)
def test_how_a_client_is_addressed(code: str, expected: tuple[str, int, str]) -> None:
    assert clients(f"import os\nimport redis\nURL = 'redis://cache:1'\nr = {code}\n") == [
        ("Redis", *expected)
    ]


@pytest.mark.parametrize(
    ("imports", "code", "service"),
    [
        ("from neo4j import AsyncGraphDatabase", "AsyncGraphDatabase.driver(URI)", "Neo4j"),
        (
            "from sqlalchemy.ext.asyncio import create_async_engine",
            "create_async_engine(URI)",
            "a SQL database",
        ),
        ("import asyncpg", "asyncpg.create_pool(dsn=URI)", "PostgreSQL"),
        ("from motor.motor_asyncio import AsyncIOMotorClient", "AsyncIOMotorClient(URI)", "MongoDB"),
        ("from aiokafka import AIOKafkaProducer", "AIOKafkaProducer(bootstrap_servers=[URI])", "Kafka"),
        ("from elasticsearch import Elasticsearch", "Elasticsearch([URI])", "Elasticsearch"),
        ("from celery import Celery", "Celery('jobs', broker=URI)", "a message broker"),
        ("import httpx", "httpx.AsyncClient(base_url=URI)", "an HTTP API"),
        ("from openai import AsyncOpenAI", "AsyncOpenAI(base_url=URI)", "OpenAI"),
        ("import boto3", "boto3.client('s3', endpoint_url=URI)", "AWS"),
    ],
)
def test_libraries(imports: str, code: str, service: str) -> None:
    assert clients(f"{imports}\nURI = make()\nx = {code}\n") == [(service, "", 0, "")]


@pytest.mark.parametrize(
    ("imports", "code"),
    [
        ("import boto3", "boto3.client('s3')"),
        ("from celery import Celery", "Celery('jobs')"),
        ("from pinecone import Pinecone", "Pinecone('a-key-that-nobody-may-see')"),
    ],
)
def test_a_first_argument_that_is_no_address(imports: str, code: str) -> None:
    assert [found[1:] for found in clients(f"{imports}\nx = {code}\n")] == [("", 0, "")]


def test_what_builds_no_client() -> None:
    assert clients("import redis\nredis.exceptions.RedisError()\nr = redis.Redis\nr.get\n") == []


def test_hosts_that_are_called() -> None:
    assert hosts(
        """\
        import aiohttp
        import httpx
        import requests

        API = "https://api.example.com/v1"
        client = httpx.Client(base_url="https://pay.example.com:8443")


        def orders():
            requests.get(f"{API}/orders", timeout=3)
            requests.request("GET", "http://plain.example.com")
            client.get("/relative")
            client.get("https://other.example.com/x")
            options.get("https://no.example.com")


        async def feed():
            async with aiohttp.ClientSession() as session:
                await session.post("https://feed.example.com/")
        """
    ) == [
        ("pay.example.com", 8443, ""),
        ("api.example.com", 443, "orders"),
        ("other.example.com", 443, "orders"),
        ("feed.example.com", 443, "feed"),
    ]


def test_tables_of_sqlalchemy() -> None:
    assert tables(
        """\
        from sqlalchemy import Table

        NAME = "orders"


        class Order(Base):
            __tablename__ = NAME
            __table_args__ = (Index("x"), {"schema": "shop"})


        class Item(Base):
            __tablename__: str = "items"


        links = Table("links", metadata, schema="shop")
        """
    ) == [
        ("shop.orders", "sqlalchemy", "Order"),
        ("items", "sqlalchemy", "Item"),
        ("shop.links", "sqlalchemy", ""),
    ]


def test_tables_of_sqlmodel() -> None:
    assert tables(
        """\
        from sqlmodel import SQLModel


        class HeroBase(SQLModel):
            name: str


        class Hero(HeroBase, table=True):
            pass


        class Team(SQLModel, table=True):
            __tablename__ = "teams"
        """
    ) == [("hero", "sqlmodel", "Hero"), ("teams", "sqlmodel", "Team")]


def test_tables_of_django() -> None:
    text = """\
        from django.db import models


        class Base(models.Model):
            class Meta:
                abstract = True


        class Order(Base):
            pass


        class Item(models.Model):
            class Meta:
                db_table = "shop_items"
        """
    assert tables(text, "shop/orders/models.py") == [
        ("orders_order", "django", "Order"),
        ("shop_items", "django", "Item"),
    ]
    assert tables(text, "shop/orders/models/order.py")[0] == ("orders_order", "django", "Order")


def test_tables_of_supabase() -> None:
    assert tables(
        """\
        from app.clients import supabase
        from supabase import create_client

        client = create_client(URL, KEY)
        client.table("orders").select("*")
        supabase.from_("items").select("*")
        console.table("rows")
        """
    ) == [("orders", "supabase", ""), ("items", "supabase", "")]
