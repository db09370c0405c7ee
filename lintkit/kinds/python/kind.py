"""Python source: modules, scripts and stubs are read by `lintkit.python`."""

from __future__ import annotations

import re

from lintkit.kinds.kind import FileKind

_SCRIPT = re.compile(rb"#![^\n]*?[/ \t](?:python|pypy)[\d.]*(?=\s|$)")
_UV_SCRIPT = re.compile(rb"#![^\n]*[/ \t]uv[ \t]+run\b[^\n]*--script\b")


def _is_script(data: bytes) -> bool:
    """Whether a file without a suffix says in its first line that Python runs it."""
    head = data[:2000].removeprefix(b"\xef\xbb\xbf")
    return _SCRIPT.match(head, 0, 256) is not None or _UV_SCRIPT.match(head, 0, 256) is not None


PYTHON = FileKind(
    name="python",
    noun="a Python file",
    usual_name="app.py",
    language="python",
    suffixes=frozenset(("py", "pyw")),
    named=lambda path, name: not name.startswith(".") or name.count(".") > 1,
    nameless=_is_script,
    sample="lintkit.kinds.python.sample:SAMPLE",
)
