from __future__ import annotations

import libcst as cst
import pytest

from lintkit.python.arguments import Given
from lintkit.python.triggers import Calls
from tests.python.support import found

CLASSES = """\
import dataclasses
import functools
from typing import TypedDict

class Options(TypedDict, total=False):
    key: int

@dataclasses.dataclass
class Settings:
    other: int = 0
    key: int = 1

def options(extra):
    if extra:
        return {"key": 1}
    return dict(key=1)
"""


def given(source: str, *, screen: bool = True) -> Given:
    file, matches = found(f"import library\n{source}", Calls(("library.f",)), screen=screen)
    (match,) = matches
    assert isinstance(match.node, cst.Call)
    return file.given(match.node)


@pytest.mark.parametrize(
    "source",
    [
        "o = {}\no.update(key=1)\nlibrary.f(**o)",
        "o = {}\no.update({'key': 1})\nlibrary.f(**o)",
        "o = {}\no.update([('key', 1)])\nlibrary.f(**o)",
        "o = {}\nmore = {'key': 1}\no.update(more)\nlibrary.f(**o)",
        "o = {}\no.setdefault('key', 1)\nlibrary.f(**o)",
        "o = {}\no.__setitem__('key', 1)\nlibrary.f(**o)",
        "o = {}\no |= {'key': 1}\nlibrary.f(**o)",
        "KEY = 'key'\no = {}\no[KEY] = 1\nlibrary.f(**o)",
        "o = {}\nif x:\n    o.update(key=1)\nlibrary.f(**o)",
        "def g():\n    o = {}\n    o.update(key=1)\n    library.f(**o)",
        "def g():\n    for x in y:\n        o = {'key': 1}.copy()\n        library.f(**o)",
        "import copy\nlibrary.f(**copy.deepcopy({'key': 1}))",
        "library.f(**dict([('key', 1)]))",
        "library.f(**dict({'a': 1}, key=1))",
        "library.f(**{**{'key': 1}})",
        f"{CLASSES}library.f(**Options(key=1))",
        f"{CLASSES}library.f(**dataclasses.asdict(Settings()))",
        f"{CLASSES}library.f(**dataclasses.asdict(Settings(0, 1)))",
        f"{CLASSES}library.f(**options(x))",
        "class A:\n    def o(self):\n        return {'key': 1}\n    def g(self):\n        library.f(**self.o())",
        "o = {'key': 1}\nprint(o)\nlibrary.f(**o)",
        "import logging\nlog = logging.getLogger()\no = {'key': 1}\nlog.info('x', o)\nlibrary.f(**o)",
    ],
)
@pytest.mark.parametrize("screen", [True, False])
def test_a_keyword_that_the_file_gives_is_known(source: str, screen: bool) -> None:
    arguments = given(source, screen=screen)
    assert arguments.whole
    value = arguments.value("key")
    assert isinstance(value, cst.Integer)
    assert value.value == "1"


@pytest.mark.parametrize(
    "source",
    [
        "o = {}\nchange(o)\nlibrary.f(**o)",
        "o = {}\ndef change():\n    o['key'] = 1\nlibrary.f(**o)",
        "o = {}\ndef change():\n    o.update(key=1)\nlibrary.f(**o)",
        "o = {}\no.update(zip(names, values))\nlibrary.f(**o)",
        "o = {}\no.update(other)\nlibrary.f(**o)",
        "o = {}\nfor k in x:\n    o[k] = 1\nlibrary.f(**o)",
        "o = {'key': 1}\no.pop('key')\nlibrary.f(**o)",
        "o = {'key': 1}\no.clear()\nlibrary.f(**o)",
        "def g(**o):\n    library.f(**o)",
        "def g():\n    return read()\nlibrary.f(**g())",
        "@cache\ndef g():\n    return {}\nlibrary.f(**g())",
        "async def g():\n    return {}\nlibrary.f(**g())",
        "import functools\nlibrary.f(**functools.reduce(a, b))",
        "o = {**o}\nlibrary.f(**o)",
        "a = {}\nb = {}\na.update(b)\nb.update(a)\nlibrary.f(**a)",
        "library.f(*everything)",
    ],
)
@pytest.mark.parametrize("screen", [True, False])
def test_what_may_hold_more_is_not_known_whole(source: str, screen: bool) -> None:
    assert not given(source, screen=screen).whole


def test_a_default_of_setdefault_does_not_replace_what_is_there() -> None:
    value = given("o = {'key': 1}\no.setdefault('key', 2)\nlibrary.f(**o)").value("key")
    assert isinstance(value, cst.Integer)
    assert value.value == "1"


def test_by_keyword_or_by_position() -> None:
    arguments = given("library.f(1, 2, key=3)")
    assert arguments.has("first", 0)
    assert arguments.has("key")
    assert not arguments.has("third", 2)
    assert len(given("library.f(1, *rest, 2)").positional) == 1


def test_what_a_call_hands_on() -> None:
    file, matches = found(
        "import library\nimport asyncio\nasyncio.to_thread(library.f, 1, key=2)",
        Calls(("library.f",), as_argument=True),
    )
    (match,) = matches
    assert isinstance(match.node, cst.Call)
    arguments = file.given(match.node, match.value)
    assert len(arguments.positional) == 1
    assert set(arguments.keywords) == {"key"}


def test_dicts_that_grow_out_of_each_other_end() -> None:
    lines = ["d0 = {'a': 1}"] + [f"d{n} = {{**d{n - 1}, **d{n - 1}}}" for n in range(1, 40)]
    assert not given("\n".join([*lines, "library.f(**d39)"])).whole


def test_dicts_of_many_keys_are_known_up_to_a_bound() -> None:
    entries = ", ".join(f"'k{n}': {n}" for n in range(10_000))
    lines = [f"big = {{{entries}}}", *(f"o{n} = {{**big}}" for n in range(3)), "library.f(**o0, **o1, **o2)"]
    assert not given("\n".join(lines)).whole
