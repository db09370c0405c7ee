from __future__ import annotations

import pytest

from lintkit.python.module import PythonFile
from lintkit.python.triggers import Calls
from tests.python.support import found


def guards(source: str) -> list[str]:
    file, matches = found(source, Calls(("print",)))
    return [
        ("not " if guard.negated else "")
        + (file.code(guard.test) if guard.test else ",".join(guard.exceptions))
        for guard in file.guards(matches[-1].node)
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("print()", []),
        ("if a:\n    print()", ["a"]),
        ("if a: ...\nelif b:\n    print()", ["b", "not a"]),
        ("if a: ...\nelse:\n    print()", ["not a"]),
        ("x = print() if a else b", ["a"]),
        ("a and print()", ["a"]),
        ("a or print()", ["not a"]),
        ("[print() for x in y if a]", ["a"]),
        ("def f():\n    if not a:\n        return\n    print()", ["not not a"]),
        ("if a:\n    raise X\nprint()", ["not a"]),
        ("import sys\nif a:\n    sys.exit(1)\nb\nprint()", ["not a"]),
        ("if a:\n    b\nprint()", []),
        ("assert a\nprint()", ["a"]),
        ("print()\nassert a", []),
        ("try:\n    print()\nexcept (AttributeError, OSError): ...", ["AttributeError,OSError"]),
        ("try:\n    print()\nexcept: ...", ["BaseException"]),
        ("try: ...\nexcept E:\n    print()", []),
        ("try:\n    print()\nexcept OSError, ValueError: ...", ["OSError,ValueError"]),
        ("import contextlib as c\nwith c.suppress(OSError):\n    print()", ["OSError"]),
        ("def f():\n    if a: return\n    elif b: raise X\n    else: c\n    print()", ["not a", "not b"]),
        ("def f():\n    if a: b\n    elif c: return\n    print()", []),
        ("def f():\n    if a: b\n    else: return\n    print()", ["a"]),
        ("match s:\n    case 1: print()", ["s == 1"]),
        ("match s:\n    case 1 | a.b: print()", ["s in (1, a.b)"]),
        ("match s:\n    case None: print()", ["s is None"]),
        ("match s:\n    case 1 as n if n: print()", ["n", "s == 1"]),
        ("match s:\n    case n if print(): ...", []),
        ("match s:\n    case 1: ...\n    case 2 if a: ...\n    case _: print()", ["not s == 1"]),
        ("match s, t:\n    case 1, 2: print()", ["t == 2", "s == 1"]),
        ("match s:\n    case [1, *_]: print()", ["s[0] == 1"]),
        ('match s:\n    case {"k": 1}: print()', ['s["k"] == 1']),
        ("match s:\n    case C(k=1): print()", ["s.k == 1"]),
        ("match s:\n    case C(1): print()", []),
        ("match s:\n    case str(1): print()", ["s == 1"]),
        ("match s:\n    case C() | 1: print()", []),
        ("match (\n    s\n):\n    case 1: print()", ["(\n    s\n) == 1"]),
        ("match s:\n    case 1:\n        if a: print()", ["a", "s == 1"]),
        ("def f():\n    match s:\n        case 1: return\n    print()", ["not s == 1"]),
        ("match s:\n    case 1: b\n    case _: raise X\nprint()", ["s == 1"]),
        ("match s:\n    case 1: b\n    case C(): raise X\nprint()", []),
    ],
)
def test_guards(source: str, expected: list[str]) -> None:
    assert guards(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if __name__ == '__main__':\n    print()", True),
        ("if '__main__' == __name__ and x:\n    print()", True),
        ("match __name__:\n    case '__main__': print()", True),
        ("match __name__:\n    case '__main__': ...\n    case _: print()", False),
        ("if __name__ == '__main__': ...\nelse:\n    print()", False),
        ("if __name__ != '__main__':\n    print()", False),
        ("print()", False),
    ],
)
def test_main_block(source: str, expected: bool) -> None:
    file, matches = found(source, Calls(("print",)))
    assert file.in_main_block(matches[-1].node) is expected


def test_enclosing_definitions_leave_out_decorators() -> None:
    source = "class C:\n    @print\n    def f(self, a=print()):\n        print()\n"
    file, matches = found(source, Calls(("print",)))
    functions = [file.enclosing_function(match.node) for match in matches]
    assert [function and function.name.value for function in functions] == [None, "f"]
    owners = [file.enclosing_class(match.node) for match in matches]
    assert [owner and owner.name.value for owner in owners] == ["C", "C"]


def test_imports_at_every_level() -> None:
    source = "import a.b\nfrom .c import d as e\ndef f():\n    from g import *\nprint()"
    file, _ = found(source, Calls(("print",)))
    assert [(i.module, i.name) for i in file.imports()] == [("a.b", None), (".c", "d"), ("g", "*")]


def _file(source: str) -> PythonFile:
    return found(source + "\nprint()", Calls(("print",)))[0]


def test_module_constant_is_the_only_binding() -> None:
    file = _file("A = B\nB = 1\nC = 1\nC = 2")
    assert file.module_constant("A") is file.module_constant("B") is not None
    assert file.module_constant("C") is None


def test_definition_of_a_function_that_the_screen_did_not_parse() -> None:
    file, matches = found("def helper(): ...\nprint(helper)", Calls(("print",)))
    value = file.positional(matches[0].node)[0]  # type: ignore[arg-type]
    definition = file.definition(value)
    assert definition is not None
    assert file.code(definition) == "def helper(): ..."
