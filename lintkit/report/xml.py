"""Text as it can stand in XML 1.0, which many characters cannot, however they are written."""

from __future__ import annotations

import re

from lintkit.report.printable import printable

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_SPECIAL = re.compile("[&<>\"'\ufffe\uffff]")

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def escape(text: str) -> str:
    """`text` for the content of an element or the value of an attribute, on one line."""
    return _SPECIAL.sub(lambda match: _ESCAPES.get(match.group(), "\ufffd"), printable(text))


def attributes(**values: object) -> str:
    """` name="value"` for each of `values`, in their order; an underscore at the end of a name is dropped."""
    return "".join(f' {name.rstrip("_")}="{escape(str(value))}"' for name, value in values.items())
