"""Colours for a terminal, or none."""

from __future__ import annotations

from dataclasses import dataclass

from lintkit.model import Severity

_RESET = "\x1b[0m"
_SEVERITIES: dict[Severity, str] = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}


@dataclass(frozen=True, slots=True)
class Style:
    """Wraps text in the codes of a role; gives it back as it is without colour."""

    color: bool

    def severity(self, severity: Severity, text: str) -> str:
        """What says how bad something is, and marks what it is about."""
        return self._in(_SEVERITIES[severity], text)

    def strong(self, text: str) -> str:
        """What is looked for first: paths and positions."""
        return self._in("\x1b[1m", text)

    def faint(self, text: str) -> str:
        """What is there when it is needed: gutters, rule ids."""
        return self._in("\x1b[2m", text)

    def second(self, text: str) -> str:
        """The marks of the other ends."""
        return self._in("\x1b[34m", text)

    def good(self, text: str) -> str:
        """What can be done about it."""
        return self._in("\x1b[32m", text)

    def _in(self, code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if self.color and text else text
