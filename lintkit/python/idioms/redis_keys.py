"""The keys of Redis commands: which one a call is about, in a form that two calls can be compared by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lintkit.python.lazy import cst
from lintkit.python.returned import returned_values
from lintkit.python.spelling import one_spelling

if TYPE_CHECKING:
    from lintkit.python.module import PythonFile

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z]+")
_HOLE = re.compile(r"\{[^{}]*\}")
_LONGEST = 500


def key_of(call: cst.Call, file: PythonFile) -> cst.BaseExpression | None:
    """The key that a command is about: its first argument, or `name=` or `key=`."""
    given = file.positional(call)
    if given:
        return given[0]
    arguments = file.keyword_arguments(call)
    found = arguments.get("name") or arguments.get("key")
    return found.value if found is not None else None


def key_text(key: cst.BaseExpression, file: PythonFile) -> str:
    """A key as one text: `f"session:{user.id}"` and a variable that holds it are both `session:{user.id}`."""
    value = file.follow(key)
    parts = file.string_parts(value, follow=True)
    if parts is None:
        return "{" + one_spelling(file.code(value))[:_LONGEST] + "}"
    return "".join(
        part if isinstance(part, str) else "{" + one_spelling(file.code(part)) + "}" for part in parts
    )[:_LONGEST]


def key_shape(key: cst.BaseExpression, file: PythonFile) -> str:
    """A key without what varies: `session:{}`."""
    return _HOLE.sub("{}", key_text(key, file))


def key_words(key: cst.BaseExpression, file: PythonFile) -> frozenset[str]:
    """The words that a key is made of: of its text, of the names in it, and of the function that builds it."""
    texts = [key_text(key, file)]
    if isinstance(key, cst.Name | cst.Attribute):
        texts.append(file.code(key).rpartition(".")[2])
    value = file.follow(key)
    if isinstance(value, cst.Call):
        texts = [file.code(value.func).rpartition(".")[2]]
        builder = file.definition(value.func)
        if isinstance(builder, cst.FunctionDef):
            texts += [key_text(each, file) for each in returned_values(builder, file)]
    return frozenset(word for text in texts for word in _WORD.findall(_CAMEL.sub("_", text).lower()))
