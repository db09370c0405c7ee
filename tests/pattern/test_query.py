"""`any`, `all`, `not`, `inside`, `not-inside`, `where` and `focus`."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from lintkit.declared.pattern.query import QueryError, compile_query, is_narrow, triggers
from lintkit.python.triggers import Calls, Identifiers, Keywords, MethodCalls, Nodes, References
from tests.pattern.finding import bound, lines, marked, search

CASES: dict[str, list[tuple[Any, str]]] = {
    "any": [
        (["f(1)", "g(1)"], "f(1)  # <\ng(1)  # <\nh(1)\n"),
        ({"any": ["f(...)", "g(...)"]}, "f(1)  # <\ng()  # <\n"),
        ({"any": "f(...)"}, "f(1)  # <\n"),
        ({"any": [["f(1)"], {"any": ["g(1)"]}]}, "f(1)  # <\ng(1)  # <\n"),
        ({"any": [{"any": "f($X)", "not": "f(1)"}, "g()"]}, "f(1)\nf(2)  # <\ng()  # <\n"),
        (["$X.a", "$X.b"], "y.a  # <\ny.b  # <\ny.c\n"),
    ],
    "all": [
        ({"all": ["f($X, ...)", "f(..., $Y)"]}, "f(1)  # <\nf()\nf(1, 2)  # <\n"),
        ({"all": ["f(..., a=1, ...)", "f(..., b=2, ...)"]}, "f(a=1, b=2)  # <\nf(a=1)\n"),
        ({"all": ["f($X, ...)", "f(..., $X)"]}, "f(1, 2, 1)  # <\nf(1, 2)\n"),
        ({"all": ["def $F(...): ...", "async def $F(...): ..."]}, "def f(): pass\nasync def g(): pass  # <\n"),
        ({"all": ["f(...)", {"not": "f(1)"}]}, "f(1)\nf(2)  # <\n"),
        ({"all": [["f(1)", "f(2)"], {"inside": "def g(): ..."}]}, "f(1)\ndef g():\n    f(2)  # <\n"),
    ],
    "not": [
        ({"any": "f(...)", "not": "f(1)"}, "f(1)\nf(2)  # <\n"),
        ({"any": "f(...)", "not": ["f(1)", "f(2)"]}, "f(1)\nf(2)\nf(3)  # <\n"),
        ({"any": "f(...)", "not": "f(..., timeout=$T, ...)"}, "f(timeout=1)\nf()  # <\n"),
        ({"any": "f($X, $Y)", "not": "f($X, $X)"}, "f(1, 1)\nf(1, 2)  # <\n"),
        ({"any": "f($X)", "not": 'f("...")'}, "A = 'a'\nf(A)\nf(b)  # <\n"),
        ({"any": "def $F(...): ...", "not": "def $F(self, ...): ..."}, "def f(): pass  # <\ndef g(self): pass\n"),
    ],
    "inside": [
        ({"any": "f(...)", "inside": "def g(...): ..."}, "f()\ndef g():\n    f()  # <\n"),
        ({"any": "f(...)", "inside": "async def $F(...): ..."}, "async def g():\n    f()  # <\ndef h():\n    f()\n"),
        ({"any": "f(...)", "inside": "with a: ..."}, "with a:\n    if b:\n        f()  # <\nf()\n"),
        ({"any": "f($X)", "inside": "for $X in $Y: ..."}, "for i in z:\n    f(i)  # <\n    f(j)\n"),
        ({"any": "f(...)", "inside": "g(...)"}, "g(1, f())  # <\nf()\n"),
        ({"any": "f($X)", "inside": "$X = open(...)\n...\nf($X)"}, "x = open()\ny()\nf(x)  # <\nf(z)\n"),
        ({"any": "f(...)", "inside": ["class $C: ...", "def g(...): ..."]},
         "class C:\n    def g(self):\n        f()  # <\ndef g():\n    f()\n"),
    ],
    "not-inside": [
        ({"any": "f(...)", "not-inside": "def g(...): ..."}, "f()  # <\ndef g():\n    f()\n"),
        ({"any": "f(...)", "not-inside": "try: ...\nexcept $E: ..."}, "try:\n    f()\nexcept A: pass\nf()  # <\n"),
        ({"any": "f(...)", "not-inside": "if __name__ == '__main__': ..."}, "if __name__ == '__main__':\n    f()\n"),
        ({"any": "f($X)", "not-inside": "def $F(..., $X, ...): ..."}, "def g(a):\n    f(a)\n    f(b)  # <\n"),
        ({"any": "f(...)", "not-inside": ["with a: ...", "with b: ..."]}, "with b:\n    f()\nf()  # <\n"),
        ({"any": "f(...)", "not-inside": {"any": "def $F(...): ...", "where": {"$F": "^test_"}}},
         "def test_a():\n    f()\ndef g():\n    f()  # <\n"),
    ],
    "where": [
        ({"any": "f($X)", "where": {"$X": "^http:"}}, "f('http://a')  # <\nf('https://a')\n"),
        (
            {"any": "f($X)", "where": {"$X": {"made-by": "a.B", "pattern": "^b"}}},
            "import a\nb = a.B()\nc = a.B()\nf(b)  # <\nf(c)\n",
        ),
        ({"any": "f($X)", "where": {"$X": {"pattern": "^http:"}}}, "U = 'http://a'\nf(U)  # <\nf(1)\n"),
        ({"any": "f($X)", "where": {"$X": {"type": "integer", "minimum": 10}}}, "f(10)  # <\nf(9)\nf('10')\n"),
        ({"any": "f($X)", "where": {"$X": {"type": "null"}}}, "f(None)  # <\nf(0)\n"),
        ({"any": "$F(1)", "where": {"$F": "^on_"}}, "on_a(1)  # <\noff(1)\n"),
        ({"any": 'f("$S")', "where": {"$S": "^a"}}, "f('ab')  # <\nf('b')\n"),
        ({"any": "f($X)", "where": {"$X": {"type": "array", "contains": {"const": "*"}}}}, "f(['*', x])  # <\nf([])\n"),
        ({"any": "f($...A)", "where": {"$A": {"type": "array", "minItems": 2}}}, "f(1, 2)  # <\nf(1)\n"),
        ({"any": "f($X)", "where": {"$X": {"not": {"const": 1}}}}, "f(1)\nf(2)  # <\n"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("match", "text"),
    [
        pytest.param(match, text, id=f"{name}-{number}")
        for name, table in CASES.items()
        for number, (match, text) in enumerate(table, 1)
    ],
)
def test_combinator(match: Any, text: str) -> None:
    assert lines(match, text) == marked(text)


def test_focus_reports_each_metavariable() -> None:
    match = {"any": "class $C(Base):\n    $FIELD: $T = None", "focus": "$FIELD"}
    text = "class A(Base):\n    a: int = None  # <\n    b: int = 1\n    c: str = None  # <\n"
    assert lines(match, text) == marked(text)


def test_a_place_is_reported_once() -> None:
    _, found = search(["f(...)", "f($X)", "f(1)"], "f(1)\n")
    assert len(found) == 1


def test_a_run_of_statements_ends_at_the_first_end() -> None:
    file, found = search("a()\n...\nb()", "a()\nb()\nc()\nb()\n")
    assert [file.code(one.last) for one in found] == ["b()"]


def test_metavariables_stand_for_code() -> None:
    assert bound("f($X, ..., k=$Y)", "f(a.b, 2, k='c')\n") == [{"X": "a.b", "Y": "'c'"}]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("redis.Redis(...)", (Calls(("redis.Redis",)), Identifiers(("redis.Redis",)))),
        ("open(...)", (Calls(("open",)),)),
        ("$X = os.environ", (References(("os.environ",)), Identifiers(("os.environ",)))),
        ("$X.execute(...)", (MethodCalls(("execute",)),)),
        ("$F(..., verify=False, ...)", (Keywords(("verify",)),)),
        ("def handler(...): ...", (Identifiers(("handler",)),)),
        ("[...]", (Nodes(("List", "ListComp")),)),
        ({"all": ["$X(...)", "eval(...)"]}, (Calls(("eval",)),)),
        (["eval(...)", "exec(...)"], (Calls(("eval", "exec")),)),
    ],
)
def test_triggers_are_the_narrowest(match: Any, expected: tuple[Any, ...]) -> None:
    assert triggers(compile_query(match)) == expected


def test_a_query_without_a_name_is_known_to_be_wide() -> None:
    assert not is_narrow(compile_query("$X == $X"))
    assert is_narrow(compile_query("if $X: ..."))


MADE_BY = ("match", "where", "$X", "made-by")


@pytest.mark.parametrize(
    ("match", "words", "route"),
    [
        ({"any": "f($X)", "patern": "g()"}, "unknown key", ("match", "patern")),
        ({"any": "f($X)", "not_inside": "g()"}, "did you mean `not-inside`", ("match", "not_inside")),
        ({"any": "f($X)", "pattern-not": "g()"}, "did you mean `not`", ("match", "pattern-not")),
        ({"not": "f()"}, "`any` or `all`", ("match",)),
        ({"any": "f($X)", "where": {"$Y": "a"}}, "no pattern binds `$Y`", ("match", "where", "$Y")),
        ({"any": "f($X)", "where": {"X": "a"}}, "written as `$NAME`", ("match", "where", "X")),
        ({"any": "f($X)", "where": {"$X": "("}}, "regular expression fails", ("match", "where", "$X")),
        ({"any": "f($X)", "where": {"$X": "(?=a)"}}, "regular expression fails", ("match", "where", "$X")),
        ({"any": "f($X)", "where": {"$X": {"type": "text"}}}, "a type is one of", ("match", "where", "$X", "type")),
        ({"any": "f($X)", "where": {"$X": {"made-by": []}}}, "a list of them", (*MADE_BY,)),
        ({"any": "f($X)", "where": {"$X": {"made-by": "a.B()"}}}, "without brackets", (*MADE_BY,)),
        ({"any": "f($X)", "where": {"$X": {"made-by": ["a", "$B"]}}}, "`$B` is no name", (*MADE_BY, 1)),
        ({"any": "f($X)", "focus": "$Z"}, "no pattern binds `$Z`", ("match", "focus")),
        (["f($X)", "g("], "not closed", ("match", 1)),
        ({"any": ["f()", 3]}, "a pattern is a string", ("match", "any", 1)),
        ([], "at least one", ("match",)),
    ],
)  # fmt: skip
def test_mistakes_name_their_key(match: Any, words: str, route: tuple[Any, ...]) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(match)
    assert words in caught.value.message
    assert caught.value.route == route


def test_a_receiver_is_known_by_what_made_it() -> None:
    match = {"any": "$C.keys(...)", "where": {"$C": {"made-by": ["redis.Redis", "redis.from_url"]}}}
    text = dedent(
        """\
        import redis as r
        from redis import Redis
        cache = r.Redis()
        names = {}

        class Store:
            def __init__(self, url):
                self.cache = r.from_url(url)

            def all(self):
                return self.cache.keys("*")  # <

        def show(other: Redis | None):
            names.keys()
            cache.get("a").keys()
            other.keys()  # <
            Redis.keys(cache)
            return cache.keys()  # <
        """
    )
    assert lines(match, text) == marked(text)


def test_endless_nesting_is_refused() -> None:
    match: Any = "f()"
    for _ in range(100):
        match = {"any": [match]}
    with pytest.raises(QueryError, match="nested more than"):
        compile_query(match)
