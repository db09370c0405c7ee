"""Edits of Python source that several rules offer as their fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.model import Edit, Fix, Span

if TYPE_CHECKING:
    import libcst as cst

    from lintkit.python.file import PythonFile


def added_keywords(title: str, keywords: str, call: cst.Call, file: PythonFile, *, safe: bool = False) -> Fix:
    """The fix that writes `keywords` (`timeout=10`) behind the last argument of a call."""
    if call.args:
        end = file.span(call.args[-1]).end
        text = ", " + keywords
    else:
        end = file.span(call).end - 1
        text = keywords
    return Fix(title, (Edit(Span(file.path, end, end), text),), safe)
