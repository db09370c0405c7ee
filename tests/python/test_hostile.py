"""Nothing that a repository holds may crash the process, hang it, or raise anything but ParseError.

Crashes of a native parser take the process with them, so each shape runs in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from lintkit.formats.errors import ParseError
from lintkit.python.depth import check_text
from lintkit.python.screen import find_matches
from lintkit.python.triggers import Calls, NamedValues, References, Strings, Subclasses, Trigger

PROGRAM = """
import sys
from lintkit.budget import LeftOutError
from lintkit.formats.errors import ParseError
from lintkit.python.screen import find_matches
from lintkit.python.triggers import *
triggers = [Calls(("print", "a.*")), References(("a.b",)), NamedValues(("x",)), Strings(("h",)), Keywords(("k",))]
for shape in SHAPES:
    for count in (90, 900, 30000):
        for screen in (True, False):
            source = "def f(x='h'):\\n  " + shape(count) + "\\n  print(x='h', **o)\\n"
            try:
                result = find_matches(source.encode(), "p.py", triggers, screen=screen)
                for _, match in result.matches[:50]:
                    result.file.code(match.node)
                    result.file.guards(match.node)
                    if match.value is not None:
                        result.file.literal(match.value, follow=True)
                        result.file.string_parts(match.value)
            except ParseError as error:
                assert error.line >= 1
            except LeftOutError as error:
                assert "too much memory" in error.message
print("survived")
"""

SHAPES = {
    "brackets": "lambda n: 'x = ' + '(' * n + ')' * n",
    "calls": "lambda n: 'x = ' + 'a(' * n + ')' * n",
    "dicts": "lambda n: 'x = ' + '{1:' * n + '1' + '}' * n",
    "open brackets": "lambda n: 'x = ' + '[' * n",
    "sum": "lambda n: 'x = ' + '+'.join(['\"h\"'] * n)",
    "and": "lambda n: 'x = ' + ' and '.join(['a'] * n)",
    "attributes": "lambda n: 'x = a' + '.b' * n",
    "import": "lambda n: 'import a' + '.b' * n",
    "subscripts": "lambda n: 'x = a' + '[0]' * n",
    "not": "lambda n: 'x = ' + 'not ' * n + '1'",
    "lambda": "lambda n: 'x = ' + 'lambda:' * n + '1'",
    "power": "lambda n: 'x = ' + '**'.join(['a'] * n)",
    "strings": "lambda n: 'x = ' + '\"h\" ' * n",
    "comprehension": "lambda n: 'x = [a ' + 'for a in b ' * n + ']'",
    "class patterns": "lambda n: 'match a:\\n    case ' + 'A(' * n + 'b' + ')' * n + ': pass'",
    "mapping patterns": "lambda n: 'match a:\\n    case ' + '{1:' * (n // 6) + 'b' + '}' * (n // 6) + ': pass'",
    "group patterns": "lambda n: 'match a:\\n    case ' + '(' * n + 'b' + ')' * n + ': pass'",
    "many patterns": "lambda n: 'match a:\\n' + ('    case ' + '[' * 12 + 'b' + ']' * 12 + ': pass\\n') * n",
    "invalid patterns": "lambda n: 'match a:\\n    case ' + '[' * n + 'b' + ']' * n + ': pass\\n  y = = 2'",
    "elif": "lambda n: 'if a: pass\\n' + '  elif a: pass\\n' * n",
    "f-strings": "lambda n: 'x = ' + 'f\"{' * n + '1' + '}\"' * n",
    "invalid and deep": "lambda n: 'x = ' + '(' * n + ')' * n + '\\n  y = = 2'",
    "invalid and long": "lambda n: 'x = ' + '+'.join(['a'] * n) + '\\n  y = = 2'",
    "invalid elif": "lambda n: 'if a: pass\\n' + '  elif a: pass\\n' * n + '  y = = 2'",
    "invalid strings": "lambda n: 'x = ' + '\"h\" ' * n + '\\n  y = = 2'",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_deep_code(shape: str) -> None:
    program = PROGRAM.replace("SHAPES", f"[{shape}]")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "survived", done.stderr[-400:]


@pytest.mark.parametrize(
    "data",
    [
        b"x = \0",
        b"x = (",
        b"def f(:\n",
        b"  x = 1\n y",
        b"\xff",
        b"# coding: utf-8\n\xed\xa0\x80",
        b"'''",
        b"\\",
    ],
)
@pytest.mark.parametrize("screen", [True, False])
def test_unreadable_file_is_a_parse_error_that_quotes_nothing(data: bytes, screen: bool) -> None:
    with pytest.raises(ParseError) as caught:
        find_matches(b"password = 'hunter-two'\n" + data, "p.py", [NamedValues(("password",))], screen=screen)
    assert "hunter" not in str(caught.value)
    assert caught.value.line >= 1


def test_circular_names_end() -> None:
    chain = "\n".join(f"if c: a{i} = a{i - 1}\nelse: a{i} = a{i - 1}.b" for i in range(1, 200))
    source = f"import a0\n{chain}\nx = y\ny = x\na199()\nx()\n"
    find_matches(source.encode(), "p.py", [Calls(("a0.*",))], screen=False)


@pytest.mark.parametrize("line", ["a = a", "a = a = b", "for a in a: a", "f(a := a)"])
def test_name_that_is_bound_very_often_is_no_quadratic_cost(line: str) -> None:
    for indent, head in (("", ""), ("  ", "def f():\n")):
        source = "import a\n" + head + (indent + line + "\n") * 4000 + indent + "a.b()\n"
        find_matches(source.encode(), "p.py", [Calls(("a.b",)), References(("a",))], screen=False)


@pytest.mark.parametrize("value", ["a{before}", "os.path", "os"])
@pytest.mark.parametrize("reverse", [False, True])
def test_many_names_for_one_thing_are_no_quadratic_cost(value: str, reverse: bool) -> None:
    numbers = range(20_000, 0, -1) if reverse else range(1, 20_001)
    aliases = "".join(f"a{i} = {value.format(before=i - 1)}\n" for i in numbers)
    source = f"import os\na0 = os.path\n{aliases}a7.join(1)\n"
    triggers: list[Trigger] = [Calls(("os.path.join", "os.getenv")), Subclasses(("os.PathLike",))]
    found = find_matches(source.encode(), "p.py", triggers)
    assert len(found.matches) == (value == "os.path" or (value == "a{before}" and not reverse))


@pytest.mark.parametrize("pattern", ["Point(x=[1, {'a': (b | c)}])", "('(((((((((((((((((((((((', a)"])
def test_patterns_that_people_write_are_read(pattern: str) -> None:
    source = f"match a:\n    case {pattern}:\n        x = 'here'\n"
    assert len(find_matches(source.encode(), "p.py", [Strings(("here",))]).matches) == 1


def test_nested_comprehensions_are_counted_once() -> None:
    source = "x = " + "[a for a in " * 60 + "b" + "]" * 60 + "\ny = 'here'\n"
    assert len(find_matches(source.encode(), "p.py", [Strings(("here",))], screen=False).matches) == 1


def test_brackets_in_strings_and_comments_are_no_depth() -> None:
    check_text(
        "x = '" + "(" * 500 + "'\n# " + "(" * 500 + "\n'''" + "[" * 500 + "'''\nf'{{' 'a({'\n" * 3, "p.py"
    )


def test_brackets_in_fields_of_f_strings_are_depth() -> None:
    with pytest.raises(ParseError, match="too deeply"):
        check_text("x = " + "f'{((((" * 60, "p.py")


def test_huge_statement_is_refused_only_when_it_matters() -> None:
    source = ("x = [" + "a," * 200_000 + "]\n").encode()
    assert find_matches(source, "p.py", [Strings(("here",))]).matches == []
    with pytest.raises(ParseError, match="too large"):
        find_matches(source + b"x = 'here'", "p.py", [Strings(("here",))], screen=False)


def test_long_line_of_text_is_read() -> None:
    source = ('x = "' + "a" * 900_000 + ' here"\n').encode()
    assert len(find_matches(source, "p.py", [Strings(("here",))]).matches) == 1
