"""The keys of Redis commands: which one a call is about, in a form that two calls can be compared by."""

from __future__ import annotations

import re

from lintkit.python.code import Call, Expression, Function
from lintkit.python.spelling import one_spelling

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z]+")
_HOLE = re.compile(r"\{[^{}]*\}")
_LONGEST = 500


def key_of(call: Call) -> Expression | None:
    """The key that a command is about: its first argument, or `name=` or `key=`."""
    return call.argument(0, "name") or call.argument(None, "key")


def key_text(key: Expression) -> str:
    """A key as one text: `f"session:{user.id}"` and a variable that holds it are both `session:{user.id}`."""
    parts = key.parts
    if not parts:
        return "{" + one_spelling(key.followed.text)[:_LONGEST] + "}"
    return "".join(part if isinstance(part, str) else "{" + one_spelling(part.text) + "}" for part in parts)[
        :_LONGEST
    ]


def key_shape(key: Expression) -> str:
    """A key without what varies: `session:{}`."""
    return _HOLE.sub("{}", key_text(key))


def key_words(key: Expression) -> frozenset[str]:
    """The words that a key is made of: of its text, of the names in it, and of the function that builds it."""
    made = key.followed
    if isinstance(made, Call):
        texts = [made.callee.text.rpartition(".")[2]]
        builder = made.callee.definition
        texts += [key_text(each) for each in builder.returned] if isinstance(builder, Function) else []
    else:
        texts = [key_text(key), key.last_name]
    return frozenset(word for text in texts for word in _WORD.findall(_CAMEL.sub("_", text).lower()))
