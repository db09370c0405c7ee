"""Variables that switch a debug mode on, whoever is given them."""

from __future__ import annotations

import re

from lintkit.kinds.dotenv.purpose import is_on
from lintkit.words.names import split_words

_NOT_THE_PROGRAM = frozenset(
    {"log", "logs", "logging", "logger", "sql", "no", "disable", "print", "trace", "verbose"}
)
_ENVIRONMENT = re.compile(r"(?:[a-z0-9]+_)*env(?:ironment)?", re.IGNORECASE)
_DEVELOPMENT = frozenset({"dev", "devel", "develop", "development"})
_XDEBUG = re.compile(
    r".*\b(?:debug|develop)\b.*|.*remote_enable=(?:1|true|yes|on).*", re.IGNORECASE | re.DOTALL
)


def switches_debugging(name: str) -> bool:
    """Whether a variable is a switch of a debug mode, by its name: `FLASK_DEBUG`, `APP_DEBUG_MODE`, not `LOG_DEBUG`."""
    words = [*split_words(name)]
    while len(words) > 1 and words[-1] in {"mode", "enabled", "enable"}:
        words.pop()
    return words[-1:] == ["debug"] and _NOT_THE_PROGRAM.isdisjoint(words)


def is_debug_mode(name: str, value: str) -> bool:
    """Whether a variable with this value starts a program in a debug mode, or as on a developer's machine.

    >>> is_debug_mode("DEBUG", "True"), is_debug_mode("NODE_ENV", "development"), is_debug_mode("DEBUG", "app:*")
    (True, True, False)
    """
    text = value.strip().lower()
    if name.upper() in ("XDEBUG_MODE", "XDEBUG_CONFIG"):
        return is_on(text) or _XDEBUG.fullmatch(text) is not None
    if _ENVIRONMENT.fullmatch(name) is not None and text in _DEVELOPMENT:
        return True
    return is_on(text) and switches_debugging(name)
