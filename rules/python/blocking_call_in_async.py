"""python/blocking-call-in-async: a call that stops the event loop until it is done."""

from __future__ import annotations

from collections.abc import Iterator

from lintkit.api import (
    NOT_A_SERVICE,
    SCRIPTS,
    Finding,
    Location,
    Match,
    PythonFile,
    RuleContext,
    bad,
    define,
    good,
)
from lintkit.api.python import (
    FUNCTION_CALLS,
    FUNCTIONS,
    MAIL_CONNECTIONS,
    METHOD_CALLS,
    Call,
    Function,
    Lambda,
    Module,
    Yield,
    blocking_method,
    in_coroutine,
    is_awaited,
    startup_around,
)

RULE = define(
    summary="a call in a coroutine that blocks the event loop",
    why="""
A process with an event loop runs one thing at a time. While a coroutine sleeps, waits for an HTTP answer or for a query
without `await`, every other request of that process stands still, health checks included, and the orchestrator kills
a service that is only waiting.
""",
    remedy="Await an async client, or `await asyncio.to_thread(function, …)`; "
    "a handler of FastAPI that has to block can be a plain `def`.",
    severity="warning",
    kinds=("python",),
    looks_at=(FUNCTION_CALLS, *METHOD_CALLS),
    tags=("async", "performance"),
    equivalents=(
        "ruff:ASYNC210",
        "ruff:ASYNC212",
        "ruff:ASYNC221",
        "ruff:ASYNC222",
        "ruff:ASYNC250",
        "ruff:ASYNC251",
        "semgrep:sync-sleep-in-async-code",
        "sonar-python:synchronousHttpOperationsInAsync",
        "sonar-python:synchronousSubprocessOperationsInAsync",
        "sonar-python:timeSleepInAsync",
        "sonar-python:inputInAsync",
    ),
    packs=("recommended", "production"),
    paths_ignore=(*NOT_A_SERVICE, *SCRIPTS),
    examples=(
        bad(
            """\
import time
from time import sleep as pause

import requests


async def poll(url):
    time.sleep(1)  # <-- here
    pause(1)  # <-- here
    return requests.get(url, timeout=3)  # <-- here
"""
        ),
        bad(
            """\
import httpx
import requests
import urllib3

pool = urllib3.PoolManager()


class Shop:
    def __init__(self) -> None:
        self.session = requests.Session()

    async def orders(self):
        pool.request("GET", URL)  # <-- here
        with httpx.Client() as client:
            client.post(URL)  # <-- here
        return self.session.get(URL)  # <-- here
""",
            note="clients and sessions",
        ),
        bad(
            """\
import os
import subprocess


async def convert(path):
    subprocess.run(["convert", path], check=True)  # <-- here
    os.system("sync")  # <-- here
    os.spawnl(os.P_WAIT, "/bin/true", "true")  # <-- here
    process = subprocess.Popen(["wc", path])
    process.wait()  # <-- here
    answer = lambda: input()  # <-- here
    return answer()
"""
        ),
        bad(
            """\
import redis
from sqlalchemy.orm import Session


async def profile(user_id: int, db: Session, cache: redis.Redis):
    known = cache.get(f"user:{user_id}")  # <-- here
    if known is None:
        known = db.execute(query).scalar_one()  # <-- here
        cache.set(f"user:{user_id}", known, ex=60)
    return known
""",
            note="for clients of a store the first call of each function is reported",
        ),
        bad(
            """\
from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine(URL)
SessionLocal = sessionmaker(bind=engine)


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


async def names(db=Depends(get_db)):
    return db.query(User.name).filter(User.active).all()  # <-- here


async def count():
    with engine.connect() as connection:
        return connection.execute(COUNT).scalar()  # <-- here
"""
        ),
        bad(
            """\
import psycopg2
from neo4j import GraphDatabase
from openai import OpenAI

client = OpenAI(timeout=20)
driver = GraphDatabase.driver(URI)


async def answer(text):
    connection = psycopg2.connect(DSN)  # <-- here
    with driver.session() as session:
        session.run("MATCH (n) RETURN n")  # <-- here
    return client.chat.completions.create(messages=[text])  # <-- here
"""
        ),
        bad(
            """\
import imaplib
import smtplib
import socket

import boto3
import paramiko

files = boto3.client("s3")


async def send(message):
    with smtplib.SMTP("mail", 25, timeout=5) as server:  # <-- here
        server.send_message(message)
    imaplib.IMAP4_SSL("mail")  # <-- here
    later = smtplib.SMTP(timeout=5)
    later.connect("mail")  # <-- here
    later.sendmail(SENDER, RECEIVERS, message)
    socket.getaddrinfo("mail", 25)  # <-- here
    files.put_object(Bucket="b", Key="k", Body=message)  # <-- here
    shell = paramiko.SSHClient()
    shell.connect("host")  # <-- here
""",
            note="mail, names, AWS and SSH; of one client the first call of each function",
        ),
        bad(
            """\
import time

import requests


def wait():
    time.sleep(1)  # <-- here


class Shop:
    def __init__(self):
        self.session = requests.Session()

    def fetch(self, number):
        return self.session.get(URL + number, timeout=3)  # <-- here

    async def order(self, number):
        wait()
        return self.fetch(number)
""",
            note="in what a coroutine calls",
        ),
        good(
            """\
import asyncio
import time
from contextlib import asynccontextmanager

import requests


def wait():
    time.sleep(1)


def numbers():
    yield requests.get(URL, timeout=3)


@in_a_thread
def fetch():
    return requests.get(URL, timeout=3)


def wait_for_database():
    time.sleep(1)


async def order():
    await asyncio.to_thread(wait)
    await fetch()
    return [numbers(), fetch()]


@asynccontextmanager
async def lifespan(app):
    wait_for_database()
    yield


def main():
    wait()
""",
            note="a thread, a generator or a decorator stands between; nobody waits before the start",
        ),
        good(
            """\
import subprocess


async def start(command):
    process = subprocess.Popen(command)
    await ready(process)
    if process.poll() is not None:
        process.wait()
        raise RuntimeError(process.returncode)
    return process
""",
            note="a process that is over is not waited for",
        ),
        good(
            """\
import smtplib

import boto3


async def link(key):
    server = smtplib.SMTP(timeout=5)
    return boto3.client("s3").generate_presigned_url("get_object", Params={"Key": key})
""",
            note="nothing is sent",
        ),
        bad(
            """\
from elasticsearch import Elasticsearch
from pymongo import MongoClient

mongo = MongoClient(URL)
shelves = mongo["library"].shelves
search = Elasticsearch(SEARCH_URL)


class Shelves:
    def __init__(self):
        self.books = MongoClient(URL).library.books

    async def add(self, book):
        self.books.insert_one(book)  # <-- here
        return self.books.find({})


async def count():
    return shelves.count_documents({})  # <-- here


async def find(text):
    return search.search(index="books", q=text)  # <-- here
""",
            note="collections and indexes of sync clients; `find` alone asks nobody yet",
        ),
        good(
            """\
import asyncio
import subprocess
import time

import httpx
import redis.asyncio as redis

cache = redis.from_url(URL)


async def poll(url):
    await asyncio.sleep(1)
    await asyncio.to_thread(time.sleep, 1)
    async with httpx.AsyncClient() as client:
        await client.get(url)
    process = await asyncio.create_subprocess_exec("wc")
    await process.wait()
    return await cache.get("a")
""",
            note="what the event loop knows of",
        ),
        good(
            """\
import time


async def poll(loop):
    def wait():
        time.sleep(1)

    await loop.run_in_executor(None, wait)
    await loop.run_in_executor(None, lambda: time.sleep(1))
""",
            note="a function that runs in a thread",
        ),
        good(
            """\
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


async def profile(db: AsyncSession):
    await db.execute(query)
    await db.run_sync(lambda session: session.execute(query))
    db.add(user)


def total(db: Session):
    return db.execute(query).scalar_one()
"""
        ),
        good("import time\n\n\ndef poll():\n    time.sleep(1)\n", note="no coroutine"),
        good("async def poll(time):\n    time.sleep(1)\n", note="something else of that name"),
        good(
            "import os\n\n\nasync def start():\n    return os.spawnl(os.P_NOWAIT, '/bin/true', 'true')\n",
            note="it does not wait",
        ),
        good({"scripts/load.py": "import time\n\n\nasync def main():\n    time.sleep(1)\n"}, note="a script"),
    ),
)


def check(match: Match, file: PythonFile, rule: RuleContext) -> Iterator[Finding]:
    """Report a call that blocks in the code of a coroutine itself."""
    call = match.call
    coroutine = in_coroutine(call)
    caller = _coroutine_around(call) if coroutine is None else None
    if coroutine is None and caller is not None:
        coroutine = call.function
    if coroutine is None or is_awaited(call):
        return
    if match.trigger is FUNCTION_CALLS:
        if match.name not in FUNCTIONS or _returns_at_once(call, match.name):
            return
        what, instead = "", FUNCTIONS[match.name]
    else:
        found = blocking_method(call)
        if found is None:
            return
        through, instead = found
        what = f" through {through}"
        if _is_known(call, coroutine, through) or (through == "a process" and _has_ended(call)):
            return
    callee = " ".join(call.callee.text.split())
    shown = callee if len(callee) <= 60 else callee[:59] + "…"
    where = f" in `{coroutine.name}`, which a coroutine calls," if caller is not None else ""
    yield rule.finding(
        call.span,
        f"`{shown}`{what}{where} stops the event loop until it is done: use {instead}",
        subject=f"{call.scope} {shown}",
        related=[] if caller is None else [Location(caller.span, "called by a coroutine")],
    )


_TRANSPARENT = frozenset({"staticmethod", "classmethod", "lru_cache", "cache", "wraps"})


def _coroutine_around(call: Call) -> Call | None:
    """The first call by a coroutine of this file of the plain function whose own code makes `call`.

    Not where something stands between the two: a decorator, a generator, a lambda, a thread. What runs at startup
    keeps nobody waiting.
    """
    module, function = call.module, call.function
    if "async def" not in module.text or function is None or next(call.around(Lambda), None) is not None:
        return None
    return module.kept("functions that coroutines call", _called_by_coroutines).get(function)


def _called_by_coroutines(module: Module) -> dict[Function, Call]:
    found: dict[Function, Call] = {}
    separate: set[Function] = set()
    for call in module.below(Call):
        if in_coroutine(call) is None or is_awaited(call):
            continue
        callee = call.callee.definition
        if not isinstance(callee, Function) or callee in found or callee in separate:
            continue
        if not _runs_as_a_part(callee):
            separate.add(callee)
        elif startup_around(call) is None and not call.in_main_block:
            found[callee] = call
    return found


def _runs_as_a_part(function: Function) -> bool:
    """Whether the code of a function runs where it is called, and not in a thread or piece by piece."""
    return (
        not function.is_async
        and all(each.last_name in _TRANSPARENT for each in function.decorators)
        and next(function.body.below(Yield), None) is None
    )


def _is_known(call: Call, coroutine: Function, through: str) -> bool:
    """Whether the coroutine's use of such a client is reported already: where it is made, or at an earlier call."""
    if not any(
        word in through for word in ("database", "Redis", "Neo4j", "MongoDB", "search", "mail", "AWS", "SSH")
    ):
        return False
    for source in call.callee.sources:
        made = source.call
        if (
            made is not None
            and made.name in MAIL_CONNECTIONS
            and in_coroutine(made) == coroutine
            and not _returns_at_once(made, made.name or "")
        ):
            return True
    return call.module.kept(("blocking call reported", coroutine, through), lambda _: call) != call


def _has_ended(call: Call) -> bool:
    """Whether a process is waited for where it is known to be over: `if process.poll() is not None: process.wait()`."""
    tests = [guard.test.text for guard in call.guards if guard.test is not None]
    return any("returncode" in test or ".poll(" in test for test in tests)


def _returns_at_once(call: Call, name: str) -> bool:
    """Whether nothing is waited for: `SMTP()` without a host, `os.spawnl(os.P_NOWAIT, …)`, a mode that nobody knows."""
    if name in MAIL_CONNECTIONS and not name.startswith(("imaplib.", "poplib.")):
        return call.arguments.whole and call.argument(0, "host") is None
    mode = call.argument(0, "mode") if name.startswith("os.spawn") else None
    return mode is not None and mode.followed.name != "os.P_WAIT"
