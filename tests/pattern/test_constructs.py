"""Each construct of the pattern language: a pattern, and code in which every line that matches is marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.pattern.finding import lines, marked

CONSTRUCTS: dict[str, list[tuple[str, str]]] = {
    "calls": [
        ("f(...)", "f()  # <\nf(1, a=2)  # <\ng()\n"),
        ("f($X)", "f(1)  # <\nf()\nf(1, 2)\nf(a=1)\nf(*x)\n"),
        ("f(1, ..., 3)", "f(1, 3)  # <\nf(1, 2, 2, 3)  # <\nf(1, 2)\n"),
        ("f(..., $X, ...)", "f()\nf(a)  # <\nf(a=1)\n"),
        ("f($X, $X)", "f(a, a)  # <\nf(a, b)\nf(a . b, a.b)  # <\n"),
        ("f($...A, 3)", "f(3)  # <\nf(1, 2, 3)  # <\nf(3, 1)\n"),
        ("$F(1)", "a.b(1)  # <\nc(1)  # <\nc(2)\n"),
        ("f(*$A, **$K)", "f(*a, **k)  # <\nf(*a)\nf(a, k)\n"),
    ],
    "keyword arguments": [
        ("f(a=1, b=2)", "f(b=2, a=1)  # <\nf(a=1)\nf(a=1, b=2, c=3)\n"),
        ("f(a=1, ...)", "f(a=1)  # <\nf(0, c=3, a=1)  # <\nf(a=2)\n"),
        ("f(..., verify=False, ...)", "f(x, verify=False)  # <\nf(x, verify=True)\n"),
        ("f(..., $K=None, ...)", "f(a=None)  # <\nf(1, b=2)\n"),
        ("f(a=$V, ...)", "o = {'a': 1}\nf(**o)  # <\nf(**unknown)\n"),
        ("f(a=True)", "ON = True\nf(a=ON)  # <\nf(a=OFF)\n"),
        ("$F(..., timeout=None, ...)", "g(1, timeout=None)  # <\ng(1)\n"),
    ],
    "names that resolve": [
        ("redis.Redis(...)", "from redis import Redis as R\nR(1)  # <\nRedis()\n"),
        ("redis.Redis(...)", "import redis as r\nr.Redis()  # <\nr.asyncio.Redis()\n"),
        ("redis.asyncio.from_url(...)", "from redis import asyncio as a\na.from_url('x')  # <\n"),
        ("redis.Redis(...)", "def f(redis):\n    redis.Redis()\n"),
        ("redis.Redis(...)", "redis.Redis()  # <\n"),
        ("redis.Redis(...)", "import fakeredis as redis\nredis.Redis()\n"),
        ("open(...)", "open('a')  # <\nimport builtins\nbuiltins.open('a')  # <\n"),
        ("open(...)", "def open(x): ...\nopen('a')\n"),
        ("os.environ", "from os import environ as e\nprint(e)  # <\nimport os\nos.environ['A']  # <\n"),
        ("self.x", "class C:\n    def f(self):\n        return self.x  # <\n"),
        ("settings.DEBUG = True", "from app import settings\nsettings.DEBUG = True\n"),
    ],
    "literals": [
        ("f(1)", "f(1)  # <\nf(True)\nf(1.0)  # <\nf(-1)\n"),
        ("f(-1)", "f(-1)  # <\nf(1)\n"),
        ("f(None)", "f(None)  # <\nf(0)\n"),
        ("f(True)", "f(True)  # <\nf(1)\n"),
        ("f(0x10)", "f(16)  # <\n"),
        ("f(8080)", "PORT = 8080\nf(PORT)  # <\nOTHER = PORT\nf(OTHER)  # <\n"),
        ("f(8080)", "PORT = 8080\nPORT = 1\nf(PORT)\n"),
        ("f(b'x')", "f(b'x')  # <\nf('x')\n"),
    ],
    "strings": [
        ('f("...")', "f('a')  # <\nf(r'b')  # <\nf(f'{x}')\nf(1)\n"),
        ('f("...")', "A = 'x'\nf(A)  # <\nf(A + 'y')  # <\nf('x' 'y')  # <\n"),
        ('f("redis://...")', "f('redis://h')  # <\nf('rediss://h')\n"),
        ('f("...:6379/...")', "f('redis://h:6379/0')  # <\nf('redis://h/0')\n"),
        ('f("a", "a")', "f('a', \"a\")  # <\nf('a', 'b')\n"),
        ('f("$X", "$X")', "f('a', 'a')  # <\nf('a', 'b')\n"),
        ('f("=~/^[a-z]+$/")', "f('abc')  # <\nf('ABC')\n"),
        ('f("$HOST:$PORT")', "f('a:1')  # <\nf('a')\n"),
        ('"..." % ...', "x = 'a%s' % b  # <\nx = 1 % 2\n"),
        ('b"..."', "x = b'a'  # <\nx = 'a'\n"),
    ],
    "f-strings": [
        ('f"..."', "x = f'a'  # <\nx = f'{a}'  # <\nx = 'a'\n"),
        ('f"...{$X}..."', "x = f'a{b}'  # <\nx = f'a'\n"),
        ('f"redis://{$H}:6379"', "x = f'redis://{h}:6379'  # <\nx = f'redis://{h}:1'\n"),
        ('f"{$X}{$X}"', "x = f'{a}{a}'  # <\nx = f'{a}{b}'\n"),
        ('f"a...{x}"', "y = f'abc{x}'  # <\ny = f'a{b}c{x}'  # <\ny = f'b{x}'\n"),
        ('$C.execute(f"...{$X}...")', "c.execute(f'select {a}')  # <\nc.execute('select')\n"),
        ("foo", "x = f'{foo}'  # <\nx = 'foo'\n"),
    ],
    "lists, tuples, sets and dicts": [
        ("[...]", "x = [1]  # <\nx = []  # <\nx = (1,)\n"),
        ('[..., "*", ...]', "x = ['*']  # <\nx = ['a', '*']  # <\nx = ['a']\n"),
        ("f([1, 2])", "f([1, 2])  # <\nf([2, 1])\nA = [1, 2]\nf(A)  # <\n"),
        ("($X, $X)", "x = (a, a)  # <\nx = (a, b)\n"),
        ('{"a": 1, ...}', "x = {'b': 2, 'a': 1}  # <\nx = {'b': 2}\n"),
        ('{"a": $V}', "x = {'a': 1}  # <\nx = {'a': 1, 'b': 2}\n"),
        ("{..., $K: None, ...}", "x = {'a': 1, 'b': None}  # <\nx = {}\n"),
        ("{..., 1, ...}", "x = {1, 2}  # <\nx = {2}\nx = {1: 2}\n"),
        ("{...}", "x = {}  # <\nx = {1}  # <\nx = {1: 2}  # <\nx = []\n"),
        ("[*$X, ...]", "x = [*a, 1]  # <\nx = [a, 1]\n"),
    ],
    "operators and comparisons": [
        ("$X == None", "a == None  # <\na is None\n"),
        ("$X == $X", "a == a  # <\na == b\n"),
        ("$A < $B < $C", "1 < x < 2  # <\n1 < x\n"),
        ("$X not in $Y", "a not in b  # <\na in b\n"),
        ("$X is not None", "a is not None  # <\na is None\n"),
        ("$A and ... and $B", "a and b  # <\na and b and c  # <\na or b\n"),
        ('$X + "..." + ...', "y = a + 'b' + c  # <\ny = a + b + c\n"),
        ("not $X", "y = not a  # <\ny = a\n"),
        ("$A or None", "y = a or None  # <\ny = a or 1\n"),
    ],
    "other expressions": [
        ("$X if $Y else $X", "z = a if b else a  # <\nz = a if b else c\n"),
        ("lambda $X: $X", "f = lambda a: a  # <\nf = lambda a: b\n"),
        ("[$X for $X in $Y]", "z = [a for a in b]  # <\nz = [f(a) for a in b]\n"),
        ("await $X", "async def f():\n    await g()  # <\n    h()\n"),
        ('$X["a"]', "y = x['a']  # <\ny = x['b']\n"),
        ("$X.$Y", "z = a.b  # <\nz = a\n"),
        ("$X.get(...)", "a.get(1)  # <\na.b.get()  # <\nget(1)\n"),
        ("f(<... g($X) ...>)", "f(1 + g(2))  # <\nf(1)\n"),
        ("$X.a(). ... .b()", "x.a().b()  # <\nx.a().c().d.b()  # <\nx.b()\n"),
        ("yield $X", "def f():\n    yield 1  # <\n    return 1\n"),
    ],
    "assignments": [
        ("$X = None", "a = None  # <\na: int = None  # <\na = 1\n"),
        ("$X = $X", "a = a  # <\na = b\n"),
        ("self.$F = $F", "self.a = a  # <\nself.a = b\n"),
        ("$X = f(...)", "a = b = f(1)  # <\na += f(1)\n"),
        ("$X: int = $V", "a: int = 1  # <\na = 1\na: str = 1\n"),
        ("$X: $T", "a: int  # <\nb: int = 1  # <\n"),
        ("$X += 1", "a += 1  # <\na -= 1\n"),
        ("$A, $B = $C", "a, b = c  # <\na = c\n"),
        ("DEBUG = True", "DEBUG = True  # <\nX = True\n"),
    ],
    "runs of statements": [
        ("a()\nb()", "a()  # <\nb()\na()\nc()\nb()\n"),
        ("a()\n...\nb()", "a()  # <\nc()\nb()\n"),
        ("$F = open(...)\n...\n$F.close()", "f = open(1)  # <\nx()\nf.close()\ng = open(2)\n"),
        ("a()\n...\nb()", "a()  # <\nif x:\n    b()\n"),
        ("a()\nb()", "def f():\n    a()  # <\n    return b()\n"),
        ("$X = 1\n$X = 2", "a = 1  # <\na = 2\nb = 1\na = 2\n"),
        ("a()\n$S\nb()", "a()  # <\nx = 1\nb()\na()\nb()\n"),
        ("a(); b()", "a(); b()  # <\n"),
    ],
    "functions": [
        ("def $F(...): ...", "def f(): pass  # <\nasync def g(a): pass  # <\nclass C: pass\n"),
        ("async def $F(...): ...", "def f(): pass\nasync def g(a): pass  # <\n"),
        ("def $F(..., $A=[], ...): ...", "def f(a, b=[]): pass  # <\ndef g(a, b=None): pass\n"),
        ("def f($X): ...", "def f(a: int): pass  # <\ndef f(a, b): pass\n"),
        ("def $F($X: int): ...", "def f(a: int): pass  # <\ndef f(a): pass\n"),
        ("def $F(...) -> str: ...", "def f() -> str: pass  # <\ndef f(): pass\n"),
        ("def $F(*$A, **$K): ...", "def f(*a, **k): pass  # <\ndef f(a, k): pass\n"),
        ("def $F(...):\n    return $X", "def f():  # <\n    return 1\ndef g():\n    a()\n    return 1\n"),
        ("def $F(...):\n    ...\n    $F(...)", "def f():  # <\n    a()\n    f()\ndef g():\n    f()\n"),
        ("def $F(self, ...): ...", "class C:\n    def f(self): pass  # <\n    def g(cls): pass\n"),
    ],
    "decorators": [
        ("@d\ndef $F(...): ...", "@d\ndef f(): pass  # <\n@e\ndef g(): pass\n"),
        ("@d\ndef $F(...): ...", "@e\n@d\ndef f(): pass  # <\n"),
        ('@$A.get("...")\ndef $F(...): ...', "@app.get('/x')\ndef f(): pass  # <\n@app.post('/x')\ndef g(): pass\n"),
        ("@$A.get(...)\ndef $F(...): ...", "@app.get\ndef f(): pass  # <\n"),
        ("@staticmethod\ndef $F(...): ...", "class C:\n    @staticmethod\n    def f(): pass  # <\n"),
        ("@d(...)\nclass $C: ...", "@d(1)\nclass C: pass  # <\nclass D: pass\n"),
        ("@a.b\ndef $F(...): ...", "from a import b as c\n@c\ndef f(): pass  # <\n"),
        ("@$D($X)", "@d(1)  # <\ndef f(): pass\n@d\ndef g(): pass\n"),
        ("@$D\ndef $F(...): ...", "@d(1)\ndef f(): pass\n@d\ndef g(): pass  # <\n"),
    ],
    "classes": [
        ("class $C: ...", "class A: pass  # <\nclass B(A): pass  # <\n"),
        ("class $C(Base): ...", "class A(Base): pass  # <\nclass B(X, Base): pass  # <\nclass D: pass\n"),
        ("class $C(pydantic.BaseModel): ...", "from pydantic import BaseModel as B\nclass A(B): pass  # <\n"),
        ("class $C(...):\n    $F: $T = $D", "class A:  # <\n    a: int = 1\nclass B:\n    a = 1\n"),
        ("class $C:\n    ...\n    def f(...): ...", "class A:  # <\n    x = 1\n    def f(self): pass\n    y = 2\n"),
        ("class $C:\n    x = 1\n    y = 2", "class A:  # <\n    y = 2\n    x = 1\nclass B:\n    x = 1\n"),
        ("class $C(metaclass=M): ...", "class A(metaclass=M): pass  # <\nclass B: pass\n"),
        ("class $C:\n    $F: $T = $F", "class A:  # <\n    a: int = a\nclass B:\n    a: int = b\n"),
    ],
    "conditions and loops": [
        ("if $X: ...", "if a: pass  # <\nelif b: pass  # <\nelse: pass\n"),
        ("if $X:\n    return True", "def f():\n    if a:  # <\n        return True\n    if b:\n        return 1\n"),
        ("if $X:\n    $S\nelse:\n    $S", "if a:  # <\n    b()\nelse:\n    b()\nif a:\n    b()\nelse:\n    c()\n"),
        ("if <... $X == 1 ...>: ...", "if a and b == 1: pass  # <\nif a: pass\n"),
        ("for $I in range(...): ...", "for i in range(3): pass  # <\nfor i in x: pass\n"),
        ("for $K, $V in $D.items(): ...", "for k, v in d.items(): pass  # <\nfor k in d: pass\n"),
        ("while True:\n    ...\n    break", "while True:  # <\n    a()\n    break\nwhile True:\n    break\n    a()\n"),
        ("async for $X in $Y: ...", "async def f():\n    async for a in b: pass  # <\n    for a in b: pass\n"),
        ("assert $X, ...", "assert a, 'b'  # <\nassert a\n"),
        ("match $X:\n    case 1: ...", "match a:  # <\n    case 1: pass\nmatch a:\n    case 2: pass\n"),
    ],
    "with": [
        ("with $X: ...", "with a: pass  # <\nwith a as b: pass  # <\n"),
        ("with $X as $Y: ...", "with a as b: pass  # <\nwith a: pass\n"),
        ("with open(...): ...", "with open(1) as f: pass  # <\nwith f: pass\n"),
        ("with open(...) as $F: ...", "with lock, open(1) as f: pass  # <\nwith lock: pass\n"),
        ("async with $X: ...", "async def f():\n    async with a: pass  # <\n    with b: pass\n"),
        ("with $X:\n    pass", "with a:  # <\n    pass\nwith a:\n    b()\n"),
        ("with $X as $Y:\n    ...\n    $Y.f()", "with a as b:  # <\n    c()\n    b.f()\n"),
    ],
    "try": [
        ("try: ...\nexcept: ...", "try:  # <\n    a\nexcept: pass\ntry:\n    a\nexcept A: pass\n"),
        ("try: ...\nexcept $E: ...", "try:  # <\n    a\nexcept A: pass\ntry:\n    a\nexcept: pass\n"),
        ("try: ...\nexcept ...:\n    pass", "try:  # <\n    a\nexcept: pass\ntry:\n    a\nexcept A: b()\n"),
        ("try: ...\nexcept Exception as $E: ...", "try:  # <\n    a\nexcept Exception as e: pass\n"),
        ("try: ...\nexcept (..., ValueError, ...): ...", "try:  # <\n    a\nexcept (A, ValueError): pass\n"),
        ("try: ...\nexcept (..., ValueError, ...): ...", "try:  # <\n    a\nexcept ValueError: pass\n"),
        ("try: ...\nfinally: ...", "try:  # <\n    a\nfinally: pass\ntry:\n    a\nexcept: pass\n"),
        ("try: ...\nexcept a.E: ...", "from a import E as X\ntry:  # <\n    b\nexcept X: pass\n"),
    ],
    "returns, raises and others": [
        ("return ...", "def f():\n    return  # <\ndef g():\n    return 1  # <\n"),
        ("return $X", "def f():\n    return\ndef g():\n    return 1  # <\n"),
        ("return", "def f():\n    return  # <\ndef g():\n    return 1\n"),
        ("return None", "def f():\n    return None  # <\ndef g():\n    return\n"),
        ("raise $E(...)", "raise A()  # <\nraise A\n"),
        ("raise $E(...) from None", "raise A() from None  # <\nraise A()\n"),
        ("del $X[$K]", "del a[b]  # <\ndel a\n"),
        ("global $X", "def f():\n    global a  # <\n    a = 1\n"),
    ],
    "imports": [
        ("import os", "import os  # <\nimport os.path  # <\nfrom os import path  # <\nimport sys\n"),
        ("import a.b", "from a import b  # <\nimport a.b as c  # <\nfrom a import c\nfrom .a import b\n"),
        ("from a import b", "from a import b as c  # <\nfrom a import c, b  # <\nfrom a import c\n"),
        ("from a import b, c", "from a import c, b  # <\nfrom a import b\n"),
        ("from a import *", "from a import *  # <\nfrom a import b\n"),
        ("import numpy as $N", "import numpy as np  # <\nimport numpy  # <\nimport a\n"),
        ("from a import $X", "from a import b  # <\nfrom c import b\n"),
        ("import os as $O\n...\n$O.system(...)", "import os as x  # <\nx.system(1)\n"),
    ],
}  # fmt: skip


def cases() -> Iterator[Any]:
    for construct, table in CONSTRUCTS.items():
        for number, (pattern, text) in enumerate(table, 1):
            yield pytest.param(pattern, text, id=f"{construct.replace(' ', '-')}-{number}")


@pytest.mark.parametrize(("pattern", "text"), list(cases()))
def test_construct(pattern: str, text: str) -> None:
    assert lines(pattern, text) == marked(text)


def test_every_construct_has_six_cases() -> None:
    assert [name for name, table in CONSTRUCTS.items() if len(table) < 6] == []
