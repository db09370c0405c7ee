"""The screen only saves time: with and without it the matches are the same."""

from __future__ import annotations

import random
import sysconfig
import unicodedata
from pathlib import Path

import pytest

from lintkit.formats.errors import ParseError
from lintkit.python.screen import find_matches
from lintkit.python.triggers import (
    Calls,
    Decorators,
    Keywords,
    MethodCalls,
    NamedClasses,
    NamedValues,
    References,
    Statements,
    Strings,
    Subclasses,
    Trigger,
)
from tests.python.support import facts

LIBRARY = Path(sysconfig.get_path("stdlib"))
SAMPLE = 150

TRIGGERS: list[Trigger] = [
    Calls(("open", "os.path.join", "re.compile", "os.getenv", "print", "super")),
    Calls(("collections.*", "functools.*", "socket.*"), as_argument=True),
    References(("sys.platform", "os.environ", "os.path", "typing.*")),
    Subclasses(("Exception", "object", "unittest.TestCase", "enum.*")),
    NamedClasses(("Error", "Handler", "Mixin")),
    MethodCalls(("setsockopt", "append", "encode")),
    MethodCalls(("keys",), words=("redis",)),
    MethodCalls(("values",), words=(("redis", "async def"), "valkey")),
    Decorators(("property", "wraps", "contextmanager")),
    Keywords(("key", "encoding", "default")),
    NamedValues(("password", "token", "host", "name")),
    NamedValues(("path", "url", "key"), literal=True),
    NamedValues(("data", "text"), pattern="_(?:data|text)$"),
    NamedValues(("mode",), literal=True, pattern="^mode"),
    MethodCalls(("read", "write"), spelled=("StringIO", "BytesIO")),
    Strings(("localhost", "http", "%s")),
    Strings(("example",), docstrings=True),
    Statements(("except", "with", "finally")),
]


def _files() -> list[Path]:
    every = sorted(
        p for p in LIBRARY.rglob("*.py") if "site-packages" not in p.parts and p.stat().st_size < 40_000
    )
    return random.Random(20).sample(every, min(SAMPLE, len(every)))


def test_standard_library() -> None:
    total = 0
    for path in _files():
        data = path.read_bytes()
        try:
            whole = facts(find_matches(data, path.name, TRIGGERS, screen=False))
        except ParseError:
            continue
        assert facts(find_matches(data, path.name, TRIGGERS)) == whole, path
        total += len(whole)
    assert total > 1000


CASES = {
    "two on a line": "import os; x = 1\ny = 2; os.getenv('NAME', 'x'); z = 3",
    "continued behind a semicolon": "x = 1; \\\nname = 'v'\nopen(x)",
    "decorator on its own line": "@(\n    property\n)\ndef f(): ...\nopen(1)",
    "comment at the end of a block": "def f():\n    open(1)\n    # end\nname = 'v'",
    "form feed": "\x0cname = 'v'\n\x0c\nopen(1)",
    "carriage returns": "name = 'v'\ropen(1)\rdef f():\r    open(2)\r",
    "no final newline": "x = 1\nname = 'v'",
    "compatibility letters": "ｎａｍｅ = 'v'\nｏｐｅｎ(1)\nx.ａｐｐｅｎｄ(1)",
    "ligature in a name": "conﬁg_name = 'v'\n",
    "lower case changes the length": "İ = 1\nname = 'İ'\nx = 'localhost'\n",
    "escape in a key": "x = {'\\name': 1, '\\x6eame': 'v', 'name\\n': 2}",
    "alias of an alias": "import functools as f\ng = f.partial\nh = g\nh(1)\nrun(h)",
    "alias in a function": "def a():\n    global p\n    p = print\ndef b():\n    p()\n    q = print\n    q()",
    "star": "from functools import *\npartial(1)\nx(partial)",
    "two stars": "from functools import *\nfrom socket import *\npartial(1)",
    "keyword through a dict elsewhere": "O = {'key': 1}\ndef f():\n    return g(**O)",
    "keyword through dict": "O = dict(key=1)\nP = {**O}\nf(**P)",
    "keyword stored in": "O = {}\nO['key'] = 1\nf(**O)",
    "environment through a dict": (
        "import os\nO = {'default': 'v'}\nos.getenv('NAME', **O)\nos.getenv(key='NAME', default='v')"
    ),
    "subclass chain": "class A(Exception): ...\nB = A\nclass C(B): ...\nclass D(C): ...",
    "class under a name": "from enum import Enum as E\nclass A(E): ...\nfrom enum import *\nclass B(Flag): ...",
    "relative": "from . import functools\nfunctools.partial(1)",
    "shadowed later": "import os\ndef f():\n    os.getenv('NAME', 'v')\nos = None",
    "implicit concatenation": "x = ('a'\n  # localhost\n  'local' 'host'\n  'http')",
    "f-string": "x = f'''\n{open(1)}\nlocalhost'''",
    "method with its word": "x = 1\ndef f(d):\n    return d.keys()\n# of Redis",
    "method with all of its words": "async def f(d):\n    return d.values()\n# of Redis",
    "method with one of two words": "def f(d):\n    return d.values()\n# of Redis",
    "method without its word": "def f(d):\n    return d.keys()",
    "nothing": "",
    "comments only": "# localhost\n# open(",
    "module under other names": "import os\nP = O.path\nO = os\nQ = P\ndef f():\n    return Q.join(1)\nO.getenv('X')",
    "module under a name in a function": "import os.path as a\ndef f():\n  b = a\n  (c := b).join(1)\n  c.join(2)",
    "module under a name, paired": "import os, re\n(a, b), c = (os.path, re), 1\na.join(1)\nb.compile(2)",
    "module under a name on several lines": "import os\np = os \\\n  . path\nq = (\n  os.path\n)\np.join(1)\nq.join(1)",
    "star of a package": "from os import *\npath.join(1)\ngetenv(2)",
    "builtins as a module": "import builtins as b\nb.print(1)\nfrom builtins import open as o\no(2)\nc = b\nc.open(3)",
    "class of a module": "import os, unittest as u\nclass A(u.TestCase): ...\nB = u\nclass C(B.TestCase): ...",
    "chain behind a call": "import os\nf().path.join(1)\nf().getenv('NAME', 'v')\nos.path.join(2)",
    "name of another's method": "x.join(1)\nx.compile(2)\nos.path.join(3)\nopen(4)",
    "method of a class that is spelled": "from io import BytesIO\nx.read()",
    "method of a class that is part of a word": "MyStringIO().read()",
    "walrus": "if (n := print):\n    n()\nx = [p := print]\np()",
    "match": "match x:\n    case {'name': 'v', **rest}: open(rest)\n    case open(): pass\nopen(2)",
}


@pytest.mark.parametrize("source", CASES.values(), ids=CASES)
def test_case(source: str) -> None:
    whole = find_matches(source.encode(), "app.py", TRIGGERS, screen=False)
    assert facts(find_matches(source.encode(), "app.py", TRIGGERS)) == facts(whole)


def test_cases_are_not_empty() -> None:
    """The comparison says something only where there is something to compare."""
    silent = {
        "method with one of two words",
        "method without its word",
        "method of a class that is part of a word",
        "nothing",
        "comments only",
        "two stars",
        "relative",
        "shadowed later",
    }
    for name, source in CASES.items():
        result = find_matches(source.encode(), "app.py", TRIGGERS, screen=False)
        assert bool(result.matches) is (name not in silent), name


def test_statements_without_a_candidate_are_not_parsed() -> None:
    source = "x = 1\n" * 50 + "open(1)\n"
    result = find_matches(source.encode(), "app.py", TRIGGERS)
    assert result.file is not None
    assert len(result.file._indexed) == 1


def test_file_without_a_candidate_is_not_given_to_libcst() -> None:
    assert find_matches(b"# open(\nx = 1\n", "app.py", TRIGGERS).file is None


def test_identifiers_are_compared_as_python_does() -> None:
    source = "ﬁle = 1\n"
    assert unicodedata.normalize("NFKC", source).startswith("file")
    result = find_matches(source.encode(), "app.py", [NamedValues(("file",))])
    assert [match.name for _, match in result.matches] == ["file"]
