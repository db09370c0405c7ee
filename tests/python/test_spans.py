from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from lintkit.python.positions import code_of
from lintkit.python.screen import find_matches
from lintkit.python.triggers import Statements, Strings
from lintkit.source import Lines
from tests.python.support import found

EVERYTHING = Statements(("import", "function", "class", "if", "return"))
LIBRARY = Path(sysconfig.get_path("stdlib"))
MODULES = ["textwrap.py", "dataclasses.py", "contextlib.py", "shlex.py", "string.py", "asyncio/locks.py"]


@pytest.mark.parametrize("name", [name for name in MODULES if (LIBRARY / name).is_file()])
def test_spans_are_those_of_libcst_and_read_back_as_the_same_code(name: str) -> None:
    data = (LIBRARY / name).read_bytes()
    file = find_matches(data, name, [EVERYTHING], screen=False).file
    assert file is not None
    wrapper = MetadataWrapper(cst.parse_module(file.text), unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)
    lines = Lines(file.text)
    theirs = [node for statement in wrapper.module.body for node in file.walk(statement)]
    ours = [node for statement in file.statements() for node in file.walk(statement)]
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        position = positions[other]
        start = lines.start(position.start.line) + position.start.column
        end = lines.start(position.end.line) + position.end.column
        assert file.code(mine) == file.text[start:end].strip()
        if isinstance(mine, cst.BaseExpression) and not isinstance(mine, cst.Ellipsis):
            parsed = cst.parse_expression("(" + file.code(mine) + ")")
            assert type(parsed) is type(mine)


@pytest.mark.parametrize("name", [name for name in MODULES if (LIBRARY / name).is_file()])
def test_an_expression_written_on_its_own_is_the_text_of_its_span(name: str) -> None:
    data = (LIBRARY / name).read_bytes()
    file = find_matches(data, name, [EVERYTHING], screen=False).file
    assert file is not None
    nodes = [node for statement in file.statements() for node in file.walk(statement)]
    written = {node: code_of(cst.Module([]), node) for node in nodes if isinstance(node, cst.BaseExpression)}
    alone = {node: code for node, code in written.items() if code is not None}
    assert len(alone) > 0.9 * len(written)
    for node, code in alone.items():
        span = file.span(node)
        assert code == file.text[span.start : span.end]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_offsets_count_code_points_of_the_text_as_it_is(newline: str, bom: bytes) -> None:
    source = newline.join(["# é😀", "x = 1", "", "def f():", '    return "😀", "here"', ""])
    result = find_matches(bom + source.encode(), "a.py", [Strings(("here",))])
    assert result.file is not None
    span = result.file.span(result.matches[0][1].node)
    assert (span.start, source[span.start : span.end]) == (source.index('"here"'), '"here"')


def test_span_leaves_out_parentheses_comments_and_commas() -> None:
    file, matches = found("f(\n    # why\n    ('here'),  # what\n)\n", Strings(("here",)))
    argument = file.parent(matches[0].node)
    assert argument is not None
    assert file.code(matches[0].node) == "'here'"
    assert file.code(argument) == "('here')"


@pytest.mark.parametrize("depth", [150, 450, 900])
@pytest.mark.parametrize(
    "shape",
    ["    x = ({})", "    x = {}", "    if x:\n        x = (\n            {}\n        )"],
)
@pytest.mark.parametrize("joint", [" + ", " and ", " if x else "])
def test_deep_expressions_have_spans(depth: int, shape: str, joint: str) -> None:
    source = "def f(x):\n" + shape.format(joint.join(["'here'"] * depth)) + "\n"
    file, matches = found(source, Strings(("here",)))
    assert [file.span(match.node).start for match in matches][-1] == source.rindex("'here'")
    assert {file.code(match.node) for match in matches} == {"'here'"}


@pytest.mark.parametrize("depth", [150, 450])
def test_long_elif_chains_have_spans(depth: int) -> None:
    source = "def f(x):\n  if x: pass\n" + "  elif x:\n    y = 'here'\n" * depth
    file, matches = found(source, Strings(("here",)))
    assert len(matches) == depth
    assert file.span(matches[-1].node).start == source.rindex("'here'")
    assert file.code(file.top_level_statement(matches[0].node)) == source.strip()


def test_long_implicit_concatenations_over_lines_have_spans() -> None:
    source = "def f():\n    x = (\n" + "        'here'\n" * 2500 + "    )\n"
    file, matches = found(source, Strings(("here",)))
    assert len(matches) == 2500
    assert file.span(matches[-1].node).start == source.rindex("'here'")
    assert ast.literal_eval(file.code(matches[-1].node)) == "here"
