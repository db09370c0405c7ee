from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from lintkit.python.triggers import (
    Calls,
    Decorators,
    MethodCalls,
    NamedValues,
    Statements,
    Strings,
    Subclasses,
    Trigger,
)
from tests.python.support import found

TRIGGERS: list[Trigger] = [Calls(("a.b",)), NamedValues(("x",)), Strings(("y",)), Statements(("if",))]


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda t: type(t).__name__)
def test_triggers_are_values(trigger: Trigger) -> None:
    assert pickle.loads(pickle.dumps(trigger)) == trigger
    assert hash(pickle.loads(pickle.dumps(trigger))) == hash(trigger)


def test_triggers_do_not_import_libcst() -> None:
    code = "import sys, lintkit.python.triggers, lintkit.python.screen; print('libcst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_empty_trigger_is_refused() -> None:
    with pytest.raises(ValueError, match="non-empty"):
        Calls(())


@pytest.mark.parametrize(
    ("source", "name", "how", "value"),
    [
        ("DB_PASSWORD = 'v'", "DB_PASSWORD", "assignment", "'v'"),
        ("self.password = 'v'", "password", "assignment", "'v'"),
        ("a, password = 'u', 'v'", "password", "assignment", "'v'"),
        ("(password := 'v')", "password", "assignment", "'v'"),
        ("password: str = 'v'", "password", "annotated", "'v'"),
        ("def f(password='v'): ...", "password", "parameter", "'v'"),
        ("f(password='v')", "password", "keyword", "'v'"),
        ("{'Password': 'v'}", "Password", "entry", "'v'"),
        ("password == 'v'", "password", "comparison", "'v'"),
        ("'v' != x.password", "password", "comparison", "'v'"),
        ("import os\nos.getenv('PASSWORD', 'v')", "PASSWORD", "environment", "'v'"),
        ("from os import environ\nenviron.get('PASSWORD', 'v')", "PASSWORD", "environment", "'v'"),
        ("c['password'] = 'v'", "password", "subscript", "'v'"),
    ],
)
@pytest.mark.parametrize("literal", [True, False])
def test_named_values(source: str, name: str, how: str, value: str, literal: bool) -> None:
    file, matches = found(source, NamedValues(("PassWord",), literal=literal))
    assert [(m.name, m.how, m.value and file.code(m.value)) for m in matches] == [(name, how, value)]


def test_literal_leaves_out_values_without_a_string() -> None:
    file, matches = found("password = x\npassword = f('a')", NamedValues(("password",), literal=True))
    assert [file.code(match.node) for match in matches] == ["password = f('a')"]


def test_environment_of_another_module_is_none() -> None:
    assert (
        found("def getenv(a, b): ...\ngetenv('PASSWORD', 'v')", NamedValues(("password",)), screen=False)[1]
        == []
    )


def test_strings_are_tokens_and_no_docstrings() -> None:
    source = '"""at localhost"""\nx = "LOCALHOST" f"localhost{1}" "b"\n# localhost\nlocalhost = 1\n'
    file, matches = found(source, Strings(("localhost",)))
    assert [file.code(match.node) for match in matches] == ['"LOCALHOST"', 'f"localhost{1}"']
    assert len(found(source, Strings(("localhost",), docstrings=True))[1]) == 3


def test_subclasses_through_classes_of_the_file() -> None:
    source = "from p import Base as B\nclass A(B): ...\nclass C(A): ...\nclass D(E): ...\n"
    _, matches = found(source, Subclasses(("p.Base",)))
    assert [match.node.name.value for match in matches] == ["A", "C"]  # type: ignore[attr-defined]


def test_decorators_and_method_calls_go_by_the_last_name() -> None:
    source = "@app.get('/')\ndef f():\n    s.setsockopt(1)\n"
    file, matches = found(source, Decorators(("get",)), MethodCalls(("setsockopt",)))
    assert [(m.name, file.code(m.value)) for m in matches if m.value] == [
        ("get", "app.get('/')"),
        ("setsockopt", "s.setsockopt"),
    ]


def test_matches_come_by_position_then_trigger() -> None:
    source = "if a:\n    print('x')\nprint('x')\n"
    _, matches = found(source, Strings(("x",)), Calls(("print",)), Statements(("if",)))
    kinds = [type(match.trigger).__name__ for match in matches]
    assert kinds == ["Statements", "Calls", "Strings", "Calls", "Strings"]
