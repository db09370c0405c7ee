"""Code as rules see it."""

from __future__ import annotations

from typing import Any

import pytest

from lintkit.python.code import (
    Argument,
    Assignment,
    Attribute,
    Call,
    Code,
    Function,
    Parameter,
    Return,
    Tuple,
)
from lintkit.python.match import Match
from lintkit.python.module import UNKNOWN
from lintkit.python.triggers import Calls, Keywords, MethodCalls, NamedValues, References, Statements, Trigger
from tests.python.support import found

CLIENT = """\
from functools import partial

import requests as r

LIMIT = 3
OPTIONS = {"timeout": LIMIT}


class Client:
    async def load(self, url="http://a"):
        answer = r.get(f"{url}/x", None, verify=False, **OPTIONS)
        return answer


fetch = partial(r.get, timeout=9)
fetch("http://b")
"""


def match(text: str, trigger: Trigger) -> Match:
    """The first match of a trigger."""
    return found(text, trigger)[1][0]


def call(text: str = CLIENT, name: str = "requests.get") -> Call:
    """The first call of a name."""
    return match(text, Calls((name,), as_argument=True)).call


def test_a_call_knows_what_it_calls_and_with_what() -> None:
    get = call()
    assert (get.name, get.callee.text, get.method, get.names) == (
        "requests.get",
        "r.get",
        "get",
        ("requests.get",),
    )
    assert get.receiver is not None and get.receiver.name == "requests"
    assert {name: each.value.constant for name, each in get.arguments.keywords.items()} == {
        "verify": False,
        "timeout": 3,
    }
    assert get.arguments.keywords["timeout"].text == '"timeout": LIMIT'
    assert get.arguments.whole and get.arguments.has("verify") and not get.arguments.has("params")
    by_position, by_name = get.argument(1, "params"), get.argument(None, "verify")
    assert by_position is not None and by_position.literal is None
    assert by_name is not None and by_name.literal is False
    assert get.argument(2, "data") is None and get.argument(None) is None


def test_a_call_with_arguments_that_nobody_knows_is_not_whole() -> None:
    assert not call("import requests\n\nrequests.get(*given)\n").arguments.whole


def test_a_function_of_no_object_has_no_receiver() -> None:
    get = call("from requests import get\n\nget()\n")
    assert (get.receiver, get.method, get.callee.last_name) == (None, "", "get")


def test_a_call_hands_arguments_on_and_knows_the_calls_of_what_it_makes() -> None:
    partial = next(each for each in found(CLIENT, Calls(("functools.partial",)))[1]).call
    given = partial.argument(0)
    assert given is not None and given.name == "requests.get"
    handed = partial.arguments_for(given)
    assert (handed.positional, list(handed.keywords)) == ((), ["timeout"])
    assert [each.text for each in partial.uses] == ['fetch("http://b")']


def test_code_knows_where_it_stands() -> None:
    get = call()
    assert (get.scope, get.span.start) == ("Client.load", CLIENT.index("r.get"))
    assert get.function is not None and (get.function.name, get.function.is_async) == ("load", True)
    assert get.owner is not None and get.owner.name == "Client"
    assert isinstance(get.parent, Assignment) and [each.text for each in get.parent.targets] == ["answer"]
    assert get.parent.value == get
    assert [type(each).__name__ for each in get.around(Code)][:1] == ["Assignment"]
    assert [each.name for each in get.around(Function)] == ["load"]
    returned = next(get.function.below(Return))
    assert returned.value is not None and returned.value.followed == get
    assert not get.in_main_block and not get.in_development_branch and not get.guards


def test_values_of_one_node_are_equal_and_those_of_equal_code_are_not() -> None:
    first, second = (each.call for each in found("print(1)\nprint(1)\n", Calls(("print",)))[1])
    assert first == first.callee.parent and hash(first) == hash(first.callee.parent)
    assert first != second


@pytest.mark.parametrize(
    ("source", "literal", "constant"),
    [
        ("token = 'a'", "a", "a"),
        ("A = 'a'\ntoken = A", UNKNOWN, "a"),
        ("A = 'a'\ntoken = [A]", [UNKNOWN], ["a"]),
        ("token = None", None, None),
        ("token = f()", UNKNOWN, UNKNOWN),
    ],
)
def test_what_is_written_and_what_it_is(source: str, literal: object, constant: object) -> None:
    value = match(source, NamedValues(("token",))).expression
    assert (value.literal, value.constant) == (literal, constant)


def test_the_parts_of_a_text() -> None:
    get = call(CLIENT)
    url = get.argument(0)
    assert url is not None
    assert [each if isinstance(each, str) else each.text for each in url.parts] == ["url", "/x"]
    assert call("import requests\n\nrequests.get(1)\n").arguments.positional[0].parts == ()


def test_the_elements_of_a_tuple_and_the_pieces_of_an_attribute() -> None:
    value = match("token = (a.b, 2)", NamedValues(("token",))).expression
    assert isinstance(value, Tuple)
    first, second = value.elements
    assert isinstance(first, Attribute) and (first.of.text, first.attribute, first.last_name) == (
        "a",
        "b",
        "b",
    )
    assert second.literal == 2


def test_a_setting_falls_back_to_an_expression() -> None:
    source = "import os\n\nTOKEN = os.environ.get('TOKEN', 'x')\n"
    default = match(source, Calls(("os.environ.get",))).call.argument(1)
    setting = default.setting if default is not None else None
    assert setting is not None and setting.default == default
    assert (setting.name, setting.framework) == ("TOKEN", "environ-get")
    assert not setting.is_fallback and not setting.is_list
    assert not setting.is_validated


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import ssl\nf(ssl.X)", Argument),
        ("import ssl\nf(a=ssl.X)", Argument),
        ("import ssl\ndef f(a=ssl.X): ...", Parameter),
        ("import ssl\na: int = ssl.X", Assignment),
        ("import ssl\na.b = ssl.X", Assignment),
    ],
)
def test_what_a_value_is_given_to(source: str, kind: type[Code]) -> None:
    assert isinstance(match(source, References(("ssl.X",))).code.parent, kind)


def test_a_definition_is_found_by_its_name() -> None:
    source = "class A:\n    def f(self):\n        self.g()\n\n    def g(self): ...\n"
    callee = match(source, MethodCalls(("g",))).call.callee
    assert callee.definition is not None and callee.definition.name == "g"


@pytest.mark.parametrize(("asked", "what"), [("call", "calls"), ("expression", "values")])
def test_a_trigger_that_finds_no_such_thing_is_told(asked: str, what: str) -> None:
    one: Any = match("def f(): ...\n", Statements(("function",)))
    with pytest.raises(TypeError, match=f"`Statements` finds no {what}"):
        getattr(one, asked)


def test_a_keyword_flows_into_a_call() -> None:
    one = match("OPTIONS = {'verify': False}\nf(**OPTIONS)\n", Keywords(("verify",)))
    assert (one.call.text, one.expression.literal) == ("f(**OPTIONS)", False)
