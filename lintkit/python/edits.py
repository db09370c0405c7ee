"""Edits of Python source that several rules offer as their fix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lintkit.model import Edit, Fix, Span
from lintkit.python.lazy import cst

if TYPE_CHECKING:
    from lintkit.python.code import Call


def added_keywords(
    title: str,
    keywords: Mapping[str, str],
    call: Call,
    *,
    positions: Mapping[str, int] | None = None,
    safe: bool = False,
) -> Fix | None:
    """The fix that writes keywords behind the last argument of a call; None where the call could then not be made.

    keywords   name -> the code of its value
    positions  where parameters of these names stand (from 0), if they can be given by position
    None       a keyword is given already, by name, by position, or perhaps by `*arguments` or `**options`; or the
               only argument is a generator without parentheses, which must stay alone
    """
    given = call.arguments
    places = positions or {}
    if not given.whole or any(given.value(places.get(name), name) is not None for name in keywords):
        return None
    node, file = call.node, call.file
    if any(isinstance(each.value, cst.GeneratorExp) and not each.value.lpar for each in node.args):
        return None
    written = ", ".join(f"{name}={code}" for name, code in keywords.items())
    if node.args:
        end = file.span(node.args[-1]).end
        written = ", " + written
    else:
        end = call.span.end - 1
    return Fix(title, (Edit(Span(file.path, end, end), written),), safe)
