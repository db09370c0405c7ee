"""Code as rules see it."""

from __future__ import annotations

from typing import Any

import pytest

from lintkit.python import code as kinds
from lintkit.python.code import (
    Argument,
    Assignment,
    Attribute,
    Branch,
    Call,
    Choice,
    Code,
    Dict,
    Except,
    FormattedString,
    Function,
    If,
    List,
    Name,
    Operation,
    Parameter,
    Return,
    Subscript,
    Try,
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


GUARDED = """\
import os

TIMEOUT = os.getenv("TIMEOUT", "3")


def load(name):
    \"\"\"Load it.\"\"\"
    if name:
        return first(name)
    for each in NAMES: second(each)
    try:
        third()
    except (OSError, KeyError) as error:
        log(error); raise
    except ValueError: pass
    else:
        fourth()
    finally:
        fifth()
    with sixth() as other:
        pass
"""


def code(text: str = GUARDED) -> Code:
    """The first function of a file."""
    return match(text, Statements(("function",))).code


def test_a_function_has_a_docstring_and_a_block_of_statements() -> None:
    load = code()
    assert isinstance(load, Function) and load.docstring == "Load it."
    assert [type(each).__name__ for each in load.body.statements] == ["Discarded", "If", "For", "Try", "With"]
    assert GUARDED[load.name_span.start : load.name_span.end] == "load"
    assert [each.text for each in load.returned] == ["first(name)"]


def test_a_handler_says_what_it_catches() -> None:
    first, second = code().below(Except)
    assert (first.caught, first.name, second.name) == (("OSError", "KeyError"), "error", "")
    assert [each.text for each in first.kinds] == ["OSError", "KeyError"]
    assert GUARDED[first.head.start : first.head.end] == "except (OSError, KeyError"
    assert [each.text for each in first.body.statements] == ["log(error)", "raise"]
    attempt = first.attempt
    assert attempt == second.attempt and attempt.handlers == (first, second)
    assert attempt.orelse is not None and [each.text for each in attempt.orelse.statements] == ["fourth()"]
    assert attempt.body.text.strip() == "third()"


def test_an_if_that_leaves_says_what_runs_otherwise() -> None:
    test = next(code().below(If))
    assert test.orelse is None and test.test.text == "name"
    assert [type(each).__name__ for each in test.otherwise] == ["For", "Try", "With"]
    third = next(each for each in code().below(Call) if each.text == "third()")
    assert [(guard.test and guard.test.text, guard.negated, guard.exceptions) for guard in third.guards] == [
        (None, False, ("OSError", "KeyError", "ValueError")),
        ("name", True, ()),
    ]
    assert third.block is not None and isinstance(third.block.parent, Try)


def test_loops_and_branches_hold_what_does_not_always_run() -> None:
    second = next(each for each in code().below(Call) if each.text == "second(each)")
    loop = next(second.around(Branch))
    assert isinstance(loop, kinds.For) and (loop.over.text, [each.text for each in loop.names]) == (
        "NAMES",
        ["each"],
    )
    assert second.is_statement is False and second.parent is not None and second.parent.is_statement


def test_what_only_says_where_something_stands_is_passed_over() -> None:
    sixth = next(each for each in code().below(Call) if each.text == "sixth()")
    assert isinstance(sixth.parent, kinds.With)
    listed = match("token = [a, {'k': b[1]}, f'{c}d']", NamedValues(("token",))).expression
    assert isinstance(listed, List) and [each.parent for each in listed.elements] == [listed] * 3
    one, entries, text = listed.operands
    assert isinstance(one, Name) and isinstance(entries, Dict) and isinstance(text, FormattedString)
    (entry,) = entries.entries
    assert entry.key.literal == "k" and isinstance(entry.value, Subscript)
    assert entry.value.of.text == "b" and entry.value.key is not None and entry.value.key.literal == 1
    assert [each.text for each in text.operands] == ["c"]
    assert [each if isinstance(each, str) else each.text for each in text.pieces] == ["c", "d"]


def test_a_choice_has_options_and_perhaps_a_fallback() -> None:
    found = [
        match(f"token = {text}", NamedValues(("token",))).expression
        for text in ("a or b", "a and b", "a if c else b", "a + b")
    ]
    assert [[side.text for side in each.options] for each in found if isinstance(each, Choice)] == [
        ["a", "b"]
    ] * 3
    assert [each.fallback and each.fallback.text for each in found if isinstance(each, Choice)] == [
        "b",
        None,
        None,
    ]
    assert isinstance(found[3], Operation) and [each.text for each in found[3].operands] == ["a", "b"]


def test_a_read_of_the_environment() -> None:
    read = match(GUARDED, Calls(("os.getenv",))).call.reads
    assert read is not None and read.default is not None
    assert (read.name, read.default.literal, read.may_be_none) == ("TIMEOUT", "3", False)
    assert call("import os\n\nos.getenv('A')\n", "os.getenv").reads == kinds.Read("A", None, True)
    assert call().reads is None


def test_a_name_and_an_attribute_know_their_values() -> None:
    source = (
        "LIMIT = 1\nclass A:\n    limit = 2\n    def f(self):\n        self.limit = 3\n"
        "        print(self.limit, LIMIT)\n"
    )
    attribute, name = call(source, "print").arguments.positional
    assert attribute.owner is not None and [each.literal for each in attribute.owner.values("limit")] == [
        2,
        3,
    ]
    assert isinstance(name, Name) and [each.literal for each in name.values_in_module] == [1]
    assert [each.literal for each in name.values] == [1] and name.is_global and name.is_assigned


def test_a_module_answers_once_and_has_everything_below_it() -> None:
    module = code().module
    assert [type(each) for each in module.below(Try, If)] == [If, Try]
    assert module.kept("key", lambda _: [1]) is module.kept("key", lambda _: [2])


def test_each_kind_of_node_that_is_named_exists() -> None:
    import libcst

    assert all(hasattr(libcst, name) for name in (*kinds._KINDS, *kinds._GLUE))
