"""What a variable's value is, told without keeping it when it is a secret."""

from __future__ import annotations

import re

from lintkit.facts import Reason, Value
from lintkit.words.loopback import mentions_loopback

MASK = "******"
"""Stands for a secret in facts and messages."""

NONE = Value("none")
REQUIRED = Value("required")
DYNAMIC = Value("dynamic")

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)|([A-Za-z_][A-Za-z0-9_]*))")
_LONGEST = 2000


def value_of(name: str, text: str | None, *, interpolates: bool = False) -> Value:
    """The value `text` of the variable `name`; None is a value that is not written down.

    interpolates  `$NAME` and `${NAME…}` in it are replaced before it is used, so that it is dynamic when it has any
    """
    if text is None:
        return NONE
    variables = tuple(dict.fromkeys(a or b for a, b in _VARIABLE.findall(text))) if interpolates else ()
    if text == "":
        return Value("literal", "", is_empty=True)
    from lintkit.secrets.values import classify, looks_random  # compiles patterns: only where values are read

    verdict = classify(name, text)
    reason = None if verdict is None else verdict.reason
    return Value(
        "dynamic" if variables else "literal",
        text=text[:_LONGEST] if verdict is None else MASK,
        is_loopback=mentions_loopback(text),
        is_secret=verdict is not None,
        variables=variables,
        reason=reason,
        description="" if verdict is None else verdict.description,
        is_random=reason is Reason.STRONG and looks_random(text.strip()),
    )
