from __future__ import annotations

import libcst as cst
import pytest

from lintkit.python.triggers import Calls, References
from tests.python.support import found

IMPORTED = Calls(("lib.sub.make",))

MATCHES = {
    "module": "import lib.sub\nlib.sub.make()",
    "module alias": "import lib.sub as s\ns.make()",
    "from": "from lib.sub import make\nmake()",
    "from alias": "from lib.sub import make as m\nm()",
    "parent": "from lib import sub\nsub.make()",
    "in a function": "def f():\n    from lib.sub import make\n    make()",
    "assigned": "import lib.sub\nM = lib.sub.make\nM()",
    "assigned twice over": "import lib.sub\nM = lib.sub\nN = M.make\nN()",
    "assigned as a pair": "import lib.sub\nM, x = lib.sub.make, 1\nM()",
    "walrus": "import lib.sub\nif (m := lib.sub.make):\n    m()",
    "one star import": "from lib.sub import *\nmake()",
    "import that may fail": "try:\n    from lib.sub import make\nexcept ImportError:\n    make = None\nmake()",
    "fallback": "try:\n    from lib.sub import make\nexcept ImportError:\n    from other import make\nmake()",
    "type checking": "if TYPE_CHECKING:\n    from lib.sub import make\nmake()",
    "used before a later definition": "from lib.sub import make\nmake()\ndef make(): ...",
    "rebound by itself": "from lib.sub import make\nmake = make()\n",
    "default of a parameter": "from lib.sub import make\ndef f(make=make()): ...",
    "decorator": "from lib.sub import make\n@make()\ndef make(): ...",
    "class body does not hide in methods": (
        "from lib.sub import make\nclass C:\n    def make(self):\n        make()"
    ),
    "first iterable of a comprehension": "from lib.sub import make\n[make for make in make()]",
    "global": "from lib.sub import make\ndef f():\n    global make\n    make()",
    "compatibility form of an identifier": "from lib.sub import make\nｍake()",
    "in an f-string": "from lib.sub import make\nf'{make()}'",
}

OTHERS = {
    "nothing imported": "make()",
    "other module": "from other import make\nmake()",
    "relative": "from .lib.sub import make\nmake()",
    "local function": "def make(): ...\nmake()",
    "redefined": "from lib.sub import make\ndef make(): ...\nmake()",
    "reassigned": "from lib.sub import make\nmake = None\nmake()",
    "parameter": "from lib.sub import make\ndef f(make):\n    make()",
    "parameter of a lambda": "from lib.sub import make\nlambda make: make()",
    "local variable": "from lib.sub import make\ndef f():\n    make = 1\n    make()",
    "loop variable": "from lib.sub import make\nfor make in []:\n    make()",
    "with": "from lib.sub import make\nwith x as make:\n    make()",
    "comprehension": "from lib.sub import make\n[make() for make in []]",
    "class attribute": "from lib.sub import make\nclass C:\n    make = 1\n    make()",
    "two star imports": "from lib.sub import *\nfrom other import *\nmake()",
    "method": "from lib.sub import make\nx.make()",
    "caught error": "from lib.sub import make\ntry: ...\nexcept E as make:\n    make()",
    "case": "from lib.sub import make\nmatch x:\n    case make:\n        make()",
    "bound later, used in a function": "from lib.sub import make\ndef f():\n    make()\nmake = 1",
    "circle": "a = b\nb = a\na.make()\n# lib sub",
}


@pytest.mark.parametrize("screen", [True, False])
@pytest.mark.parametrize("source", MATCHES.values(), ids=MATCHES)
def test_call_resolves(source: str, screen: bool) -> None:
    assert len(found(source, IMPORTED, screen=screen)[1]) == 1


@pytest.mark.parametrize("source", OTHERS.values(), ids=OTHERS)
def test_call_of_another_thing_is_no_match(source: str) -> None:
    assert found(source, IMPORTED, screen=False)[1] == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("print()", "print"),
        ("import builtins\nbuiltins.print()", "print"),
        ("from .config import s\ns()", ".config.s"),
        ("from .. import config\nconfig.s()", "..config.s"),
        ("import redis\nredis.Redis.from_url()", "redis.Redis.from_url"),
        ("import redis\nc = redis.Redis()\nc.get()", None),
    ],
)
def test_qualified_name_of_the_last_callee(source: str, name: str | None) -> None:
    file, _ = found(source, IMPORTED, screen=False)
    calls = [n for s in file.statements() for n in file.walk(s) if isinstance(n, cst.Call)]
    assert file.qualified_name(calls[-1].func) == name


def test_wildcard_matches_everything_below() -> None:
    source = "import redis.asyncio as r\nfrom redis import Redis as R\nr.from_url()\nR()\nother()"
    file, matches = found(source, Calls(("redis.*",)))
    assert [file.code(match.node) for match in matches] == ["r.from_url()", "R()"]


def test_import_is_no_reference_and_neither_is_a_longer_chain() -> None:
    source = "import os.path\nfrom os.path import join\nos.path.join\nx = os.path\n"
    file, matches = found(source, References(("os.path",)))
    starts = [file.span(match.node).start for match in matches]
    assert starts == [source.index("os.path.join"), source.rindex("os.path")]


def test_alternatives_are_all_found() -> None:
    source = "if a:\n    from lib.sub import make\nelse:\n    from other import make\nmake()"
    file, matches = found(source, IMPORTED)
    assert file.qualified_names(matches[0].value) == ("other.make", "lib.sub.make")  # type: ignore[arg-type]
