from __future__ import annotations

import ast
import io
import sysconfig
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.python_lex import comments, literals, logical_lines, tokens

HERE = Path(__file__).parent
FILES = [
    *sorted((HERE.parent / "lintkit").rglob("*.py")),
    *sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:80],
]


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in comments(text)]


@pytest.mark.parametrize(
    "text",
    [
        'a = "# no"  # yes',
        "a = '# no \\' # no'  # yes",
        'a = """# no\n# no "quoted" # no\n"""  # yes',
        "a = r'\\' # no'  # yes\n",
        'a = rb"# no"  # yes',
        'a = f"{x} # no"  # yes',
        'a = f"{x:#x} # no"  # yes',
        'a = f"{{ # no"  # yes',
        "a = f\"{d['#']}\"  # yes",
        'a = f"{d["#"]}"  # yes',
        'a = f"{x:{"#"}} # no"  # yes',
        'a = f"{f"{f"{1}#"}"}"  # yes',
        'a = t"{x}#"  # yes',
        "a = 'unfinished # no\nb  # yes",
        "a = 'two \\\n# no'  # yes",
        "\ufeffa  # yes",
        "x = 0xf'# no'  # yes",
    ],
)
def test_only_comments_are_found(text: str) -> None:
    assert found(text) == ["# yes"]


def test_an_unfinished_triple_quote_holds_the_rest() -> None:
    assert found('a = """\n# no\n') == []


def test_a_comment_in_a_replacement_field_is_one() -> None:
    assert found('f"""{\n  x  # yes\n}"""') == ["# yes"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_comments_are_those_that_the_tokenizer_finds(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace").replace("\f", "")
    try:
        expected = [
            token.string
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError):
        pytest.skip("not readable by this version of Python")
    assert found(text) == expected


PIECES = [
    "#",
    '"',
    "'",
    '"""',
    "'''",
    "f",
    "r",
    "b",
    "{",
    "}",
    "{{",
    ":",
    "!",
    "\\",
    "\n",
    "\r\n",
    " ",
    "x",
    "(",
    "]",
    "1",
]
SOURCE = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(SOURCE)
def test_the_fast_reader_agrees_with_the_whole_one(text: str) -> None:
    assert literals(text) == [token for token in tokens(text) if token.kind in {"string", "comment"}]


@given(SOURCE)
def test_anything_is_read_to_its_end(text: str) -> None:
    last = 0
    for token in tokens(text):
        assert token.start < token.end <= len(text)
        assert token.end >= last
        last = token.end
    logical_lines(text)


@given(SOURCE)
def test_what_python_accepts_has_the_comments_of_its_tokenizer(text: str) -> None:
    try:
        ast.parse(text)
        expected = [
            token.string
            for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline)
            if token.type == tokenize.COMMENT
        ]
    except (SyntaxError, ValueError, tokenize.TokenError):
        return
    assert found(text) == expected


def test_logical_lines_span_brackets_strings_and_backslashes() -> None:
    text = 'a = (\n  1,\n)\nb = """\n"""\nif x and \\\n   y:\n\tpass\n'
    lines = logical_lines(text)
    assert [text[line.start : line.end] for line in lines] == [
        "a = (\n  1,\n)",
        'b = """\n"""',
        "if x and \\\n   y:",
        "pass",
    ]
    assert [line.header for line in lines] == [False, False, True, False]
    assert lines[3].indent == 8
