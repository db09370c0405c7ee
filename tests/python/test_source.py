from __future__ import annotations

import pytest

from lintkit.formats.errors import ParseError
from lintkit.python.source import decode_python


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = '\xc3\xa9'", "x = 'é'"),
        (b"\xef\xbb\xbfx", "x"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'", "# -*- coding: latin-1 -*-\nx = 'é'"),
        (
            b"#!/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'",
            "#!/bin/python\n# vim: set fileencoding=cp1252 :\n'€'",
        ),
        (b"#\r# coding=latin-1\r'\xe9'", "#\r# coding=latin-1\r'é'"),
        (b"x = 1\n# coding: latin-1\n'\xc3\xa9'", "x = 1\n# coding: latin-1\n'é'"),
        (b"a\r\nb\x0c\n", "a\r\nb\x0c\n"),
        (b"", ""),
    ],
)
def test_decode(data: bytes, text: str) -> None:
    assert decode_python(data, "a.py") == text


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"x\n'\xff'", 2),
        (b"x\n\ny\0", 3),
        (b"#\n# coding: nothing-like-it\n", 2),
        (b"# coding: rot13\n", 1),
        (b"# coding: punycode\n", 1),
        (b"# coding: unicode_escape\n", 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1),
        (b"\xff\xfex\0", 1),
    ],
)
def test_undecodable_file_is_an_error_with_a_line(data: bytes, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        decode_python(data, "a.py")
    assert (caught.value.path, caught.value.line) == ("a.py", line)
