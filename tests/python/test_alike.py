"""Facts and findings resolve a name alike: what `ast` and libcst say of every name in every example of every rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst as cst
import pytest

from lintkit.authoring.examples import named
from lintkit.catalog.load import load_rules
from lintkit.python.chunks import WholeFile
from lintkit.python.module import PythonFile
from lintkit.python.syntax import Syntax
from tests.python.test_names import MATCHES, OTHERS

Answer = tuple[object, ...]
Place = tuple[int, int]


def _texts() -> Iterator[tuple[str, str]]:
    for rule in load_rules().rules:
        for number, example in enumerate(rule.meta.examples, 1):
            for path, text in named(example.files, rule.meta.kinds).items():
                if path.endswith(".py"):
                    yield f"{rule.id}, example {number}, {path}", text
    for name, text in {**MATCHES, **OTHERS}.items():
        yield name, text


def _in_formatted(tree: ast.Module) -> set[int]:
    """What stands in f-strings, whose places Python tells only from 3.12 on."""
    return {id(n) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for n in ast.walk(each)}


def by_ast(text: str) -> dict[Place, Answer]:
    tree = ast.parse(text)
    syntax = Syntax("app.py", text, tree)
    left_out = _in_formatted(tree)
    found: dict[Place, Answer] = {}
    for node in syntax.every(ast.Name, ast.Attribute):
        if id(node) in left_out or not isinstance(node, ast.Name | ast.Attribute):
            continue
        if not isinstance(node.ctx, ast.Load):
            continue
        span = syntax.span(node)
        definition = syntax.definition(node)
        name = definition.name if definition is not None else None
        bindings: tuple[object, ...] = ()
        if isinstance(node, ast.Name):
            bindings = tuple(
                (b.kind, b.conditional, syntax.is_module_level(b)) for b in syntax.bindings(node)
            )
            bindings += (len(syntax.every_binding(node)), len(syntax.changes(node)))
            bindings += (syntax.follow(node) is node,)
        found[span.start, span.end] = (syntax.qualified_names(node), name, bindings)
    return found


def by_libcst(text: str) -> dict[Place, Answer]:
    file = PythonFile("app.py", text, WholeFile(text, "app.py"))
    found: dict[Place, Answer] = {}
    for statement in file.statements():
        for node in file.walk(statement):
            if not isinstance(node, cst.Name | cst.Attribute):
                continue
            span = file.span(node)
            definition = file.definition(node)
            name = definition.name.value if definition is not None else None
            bindings: tuple[object, ...] = ()
            if isinstance(node, cst.Name):
                bindings = tuple(
                    (b.kind, b.conditional, file.is_module_level(b)) for b in file.bindings(node)
                )
                bindings += (len(file.every_binding(node)), len(file.changes(node)))
                bindings += (file.follow(node) is node,)
            found[span.start, span.end] = (file.qualified_names(node), name, bindings)
    return found


def test_every_name_means_the_same() -> None:
    unlike = []
    compared = 0
    for where, text in _texts():
        try:
            ours = by_ast(text)
        except SyntaxError:
            continue
        theirs = by_libcst(text)
        compared += len(ours)
        unlike += [
            f"{where}: `{text[slice(*place)]}` at {place}: {answer} by ast, {theirs.get(place)} by libcst"
            for place, answer in ours.items()
            if answer != theirs.get(place)
        ]
    assert compared > 5_000
    assert not unlike, f"{len(unlike)} of {compared}:\n" + "\n".join(unlike[:40])


@pytest.mark.parametrize(
    "source",
    [
        "def f(a, b=1, *c, d, e=2, **g):\n    return a, b, c, d, e, g\n",
        "with open(p) as f, (lock) as (a, b):\n    f, a\n",
        "for i, *rest in x:\n    i, rest\nelse:\n    i\n",
        "try:\n    import a\nexcept (E, F) as error:\n    a = error\nelse:\n    a\nfinally:\n    a\n",
        "match x:\n    case {'k': v, **rest}:\n        v, rest\n    case [a, *b] | (a, b):\n        a, b\n",
        "match x:\n    case P(q=r) as s:\n        r, s\n",
        "if (n := len(x)) > 1 and n:\n    n\n",
        "def f():\n    global n\n    n = 1\n    def g():\n        nonlocal m\n        m = 1\n    m = 2\nn\n",
        "o = {}\no['a'] = 1\no.update(b=1)\nchange(o)\nchange(x=o)\nf(**o)\n",
        "class A(B, metaclass=M):\n    x = 1\n    def f(self):\n        return self.f, x\n",
        "x = lambda a, b=a: (a, b)\n[a for a in a if (y := a)]\ny\n",
        "a, (b, c) = 1, (2, d)\n[e, f] = g\nh = i = j\nj += h\n",
        "while x:\n    y = 1\n    y\ndel y\n",
        "async def f():\n    async with a as b:\n        async for c in b:\n            c\n",
        "@d(x := 1)\ndef f(a: (t := int) = (u := 2)) -> t:\n    pass\nx, t, u\n",
    ],
)
def test_other_forms_mean_the_same(source: str) -> None:
    ours, theirs = by_ast(source), by_libcst(source)
    assert ours == {place: theirs.get(place) for place in ours}
