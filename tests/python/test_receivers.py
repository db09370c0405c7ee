"""Where objects come from, asked of the argument of `probe(…)`."""

from __future__ import annotations

import libcst as cst
import pytest

from lintkit.python.idioms.redis_clients import names_client, names_pipeline
from lintkit.python.receivers import origin_names, origins
from lintkit.python.triggers import Calls, Trigger
from tests.python.support import found

PROBE: tuple[Trigger, ...] = (Calls(("probes.probe",)),)
HEAD = "from probes import probe\nimport redis\nimport redis.asyncio as aioredis\n"


def probed(source: str, *, screen: bool = True) -> tuple[str, ...]:
    file, matches = found(HEAD + source, *PROBE, screen=screen)
    call = matches[-1].node
    assert isinstance(call, cst.Call)
    return origin_names(call.args[0].value, file)


@pytest.mark.parametrize("screen", [True, False])
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("r = redis.Redis()\nprobe(r)", ("redis.Redis()",)),
        ("from redis import Redis as R\nr = R()\nprobe(r.get)", ("redis.Redis().get",)),
        ("r = redis.Redis()\ndef f():\n    probe(r)", ("redis.Redis()",)),
        ("def f():\n    a = b = redis.Redis()\n    probe(b)", ("redis.Redis()",)),
        ("a, b = 1, redis.Redis()\nprobe(b)", ("redis.Redis()",)),
        ("async def f():\n    r = await aioredis.from_url(u)\n    probe(r)", ("redis.asyncio.from_url()",)),
        (
            "r = redis.Redis() if a else redis.RedisCluster()\nprobe(r)",
            ("redis.Redis()", "redis.RedisCluster()"),
        ),
        ("def f(r=None):\n    r = r or redis.Redis()\n    probe(r)", ("redis.Redis()",)),
        ("if (r := redis.Redis()):\n    probe(r)", ("redis.Redis()",)),
        ("with redis.Redis() as r:\n    probe(r)", ("redis.Redis()",)),
        ("r = redis.Redis()\nwith r.pipeline() as p:\n    probe(p)", ("redis.Redis().pipeline()",)),
        ("def f(r: redis.Redis):\n    probe(r)", ("redis.Redis()",)),
        ("def f(r: redis.Redis | None = None):\n    probe(r)", ("redis.Redis()",)),
        ("from typing import Optional\ndef f(r: Optional[redis.Redis]):\n    probe(r)", ("redis.Redis()",)),
        ("def f(r: 'redis.Redis[bytes] | None'):\n    probe(r)", ("redis.Redis()",)),
        ("def f(r: redis.Redis[bytes]):\n    probe(r)", ("redis.Redis()",)),
        ("def f(make: type[redis.Redis]):\n    probe(make())", ("redis.Redis()",)),
        ("r: redis.Redis = build()\nprobe(r)", ("redis.Redis()",)),
        (
            "r = None\ndef start():\n    global r\n    r = redis.Redis()\ndef f():\n    probe(r)",
            ("redis.Redis()",),
        ),
        (
            "class C:\n    def __init__(self):\n        self.r = redis.Redis()\n"
            "    def f(self):\n        probe(self.r)",
            ("redis.Redis()",),
        ),
        (
            "class C:\n    def f(self):\n        probe(self.r)\n    async def start(self):\n"
            "        self.r = await aioredis.from_url(u)",
            ("redis.asyncio.from_url()",),
        ),
        (
            "class C:\n    def __init__(self, r: redis.Redis):\n        self._r = r\n    def f(self):\n"
            "        probe(self._r.get)",
            ("redis.Redis().get",),
        ),
        ("class C:\n    r: redis.Redis\n    def f(self):\n        probe(self.r)", ("redis.Redis()",)),
        (
            "class C:\n    r = redis.Redis()\n    @classmethod\n    def f(cls):\n        probe(cls.r)",
            ("redis.Redis()",),
        ),
        (
            "class B:\n    def __init__(self):\n        self.r = redis.Redis()\nclass C(B):\n    def f(self):\n"
            "        probe(self.r)",
            ("redis.Redis()",),
        ),
        (
            "class C:\n    @property\n    def r(self):\n        return redis.Redis()\n"
            "    def f(self):\n        probe(self.r)",
            ("redis.Redis()",),
        ),
        (
            "class C:\n    def make(self) -> redis.Redis: ...\n    def f(self):\n        probe(self.make())",
            ("redis.Redis()",),
        ),
        ("class C:\n    r: redis.Redis\ndef f(c: C):\n    probe(c.r)", ("redis.Redis()",)),
        (
            "class C:\n    def __init__(self):\n        self.r = redis.Redis()\nc = C()\nprobe(c.r)",
            ("redis.Redis()",),
        ),
        ("class R(redis.Redis): ...\nprobe(R())", (":R()", "redis.Redis()")),
        ("def get():\n    return redis.Redis()\nr = get()\nprobe(r)", ("redis.Redis()",)),
        (
            "async def get():\n    yield redis.Redis()\nasync def f():\n    probe(await get())",
            ("redis.Redis()",),
        ),
        (
            "from fastapi import Depends\nasync def get():\n    yield redis.Redis()\n"
            "async def f(r=Depends(get)):\n    probe(r)",
            ("redis.Redis()",),
        ),
        (
            "from fastapi import Depends\nfrom typing import Annotated, AsyncIterator\n"
            "async def get() -> AsyncIterator[aioredis.Redis]:\n    yield x\n"
            "async def f(r: Annotated[object, Depends(get)]):\n    probe(r)",
            ("object()", "redis.asyncio.Redis()"),
        ),
        (
            "from app.deps import get_redis\nfrom fastapi import Depends\ndef f(r=Depends(get_redis)):\n    probe(r)",
            ("app.deps.get_redis()",),
        ),
        ("from app.cache import client\nprobe(client.get)", ("app.cache.client.get",)),
        ("from typing import cast\nr = cast(redis.Redis, x)\nprobe(r)", ("redis.Redis()",)),
        ("def redis_():\n    return 1\nprobe(redis_())", ()),
        ("def f(redis):\n    probe(redis.Redis())", ()),
        ("a = b\nb = a\nprobe(a)", ()),
        ("def f():\n    return f()\nprobe(f())", ()),
    ],
)
def test_origins(source: str, expected: tuple[str, ...], screen: bool) -> None:
    assert probed(source, screen=screen) == expected


def test_the_call_that_made_it_is_known() -> None:
    file, matches = found(
        HEAD + "class C:\n    def __init__(self):\n        self.r = redis.Redis(host=h)\n"
        "    def f(self):\n        probe(self.r)\n",
        *PROBE,
    )
    call = matches[-1].node
    assert isinstance(call, cst.Call)
    made = origins(call.args[0].value, file)[0].call
    assert made is not None
    assert file.code(made) == "redis.Redis(host=h)"


@pytest.mark.parametrize(
    "source",
    [
        "x0 = redis.Redis()\n" + "".join(f"x{n + 1} = x{n}.a()\n" for n in range(3000)) + "probe(x3000)",
        "".join(f"def f{n}():\n    return f{n + 1}() or f{n + 2}()\n" for n in range(300)) + "probe(f0())",
        "class C:\n"
        + "".join(f"    def m{n}(self):\n        self.a = self.m{n + 1}()\n" for n in range(2000))
        + "    def z(self):\n        probe(self.a)",
        "def f(r: '" + "a." * 5000 + "b'):\n    probe(r)",
    ],
    ids=["chain", "tree", "attributes", "annotation"],
)
def test_questions_are_bounded(source: str) -> None:
    probed(source)


@pytest.mark.parametrize(
    ("made", "client", "pipeline"),
    [
        ("redis.Redis()", True, False),
        ("redis.StrictRedis()", True, False),
        ("redis.client.Redis()", True, False),
        ("redis.from_url(u)", True, False),
        ("redis.Redis.from_url(u)", True, False),
        ("redis.Redis.from_pool(p)", True, False),
        ("redis.cluster.RedisCluster()", True, False),
        ("redis.sentinel.Sentinel([]).master_for('m')", True, False),
        ("redis.sentinel.Sentinel([])", False, False),
        ("aioredis.Redis()", True, False),
        ("aioredis.from_url(u).client()", True, False),
        ("aioredis.Redis().pipeline()", False, True),
        ("redis.Redis().pipeline()", False, True),
        ("redis.client.Pipeline()", False, True),
        ("redis.Redis().lock('a')", False, False),
        ("redis.ConnectionPool()", False, False),
        ("redis.exceptions.RedisError()", False, False),
        ("dict()", False, False),
    ],
)
def test_redis_clients(made: str, client: bool, pipeline: bool) -> None:
    _, matches = found(HEAD + f"r = {made}\nprobe(r)", *PROBE)
    value = matches[-1].call.argument(0)
    assert value is not None
    assert any(map(names_client, value.origins)) is client
    assert any(map(names_pipeline, value.origins)) is pipeline
