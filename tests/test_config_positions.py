from __future__ import annotations

import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lintkit.formats.toml import key_lines
from lintkit.model import Route

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def routes(data: Any, above: Route = ()) -> set[Route]:
    found: set[Route] = set()
    if isinstance(data, dict):
        for key, value in data.items():
            found |= {(*above, key)} | routes(value, (*above, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            found |= {(*above, index)} | routes(value, (*above, index))
    return found


def test_every_form_of_key_has_its_line() -> None:
    text = (
        "a = 1 # [no]\n"
        '"b.c".d = """\nx = 1\n\\""" """\n'
        "[t.'u v']\n"
        "list = [ # c ]\n  'x, ]',\n  {k = 1, m = [1]},\n]\n"
        "[[t.arr]]\nz = 1979-05-27T07:32:00Z\n[t.arr.sub]\ny = '''\n'''\n"
        "[[t.arr]]\nz = 2\n"
    )
    lines = key_lines(text, "lintkit.toml")
    assert set(lines) == routes(tomllib.loads(text))
    assert lines[("b.c", "d")] == 2
    assert lines[("t", "u v", "list", 1, "m")] == 8
    assert lines[("t", "arr", 0, "sub", "y")] == 13
    assert lines[("t", "arr", 1, "z")] == 16


def test_escaped_keys_are_those_of_the_parsed_data() -> None:
    text = '"\\u0041\\n\\"" = 1\n'
    assert set(key_lines(text, "lintkit.toml")) == routes(tomllib.loads(text))


_PIECES = st.sampled_from(
    [
        "a",
        "b",
        '"q r"',
        "'l'",
        ".",
        "=",
        " ",
        "\n",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        ",",
        '"s"',
        '"""',
        "'''",
        "#",
        "1",
        "\\",
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_text_ends_and_valid_text_has_all_its_keys(text: str) -> None:
    lines = key_lines(text, "lintkit.toml")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(lines) == routes(data)
