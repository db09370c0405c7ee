"""Ranges of versions as Python's packaging tools write them, as far as two numbers say them.

Read are the specifiers of PEP 440 (`>=8,<9`, `==8.*`, `~=8.0`) and those of Poetry (`^8`, `~8.1`, `8.0.1`, `^7 || ^8`).
A pre-release counts as its release, which it is there to try; an exclusion (`!=`) counts as nothing, and what cannot be
read as any version: a range is never narrower than what is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Version = tuple[int, ...]
"""The numbers of a release: `8.0.1` is (8, 0, 1)."""

_LONGEST = 200
_PART = re.compile(
    r"(?P<operator>===|==|~=|!=|>=|<=|>|<|\^|~|=)?\s*v?(?P<release>[0-9]{1,9}(?:\.[0-9]{1,9}){0,5})(?P<rest>\.[*xX])?"
    r"(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|dev|post|rev|r)[-_.]?\d*){0,3}(?:\+[\w.]+)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class VersionRange:
    """The versions from `low` up to, and without, `high`; None where there is no such end.

    exact  there is one version only, as a lock file has it
    """

    low: Version | None = None
    high: Version | None = None
    exact: bool = False

    def is_from(self, version: Version) -> bool:
        """Whether every version of the range is `version` or a later one."""
        return self.low is not None and _padded(self.low) >= _padded(version)

    def is_below(self, version: Version) -> bool:
        """Whether every version of the range comes before `version`."""
        return self.high is not None and _padded(self.high) <= _padded(version)

    def within(self, other: VersionRange) -> VersionRange:
        """The versions that are in both."""
        lows = [each for each in (self.low, other.low) if each is not None]
        highs = [each for each in (self.high, other.high) if each is not None]
        return VersionRange(
            max(lows, key=_padded, default=None),
            min(highs, key=_padded, default=None),
            self.exact or other.exact,
        )


ANY_VERSION = VersionRange()


def widest(ranges: Iterable[VersionRange]) -> VersionRange:
    """The versions that are in one of the ranges or between them."""
    found = list(ranges)
    lows = [each.low for each in found]
    highs = [each.high for each in found]
    return VersionRange(
        None if not found or None in lows else min((low for low in lows if low is not None), key=_padded),
        None
        if not found or None in highs
        else max((high for high in highs if high is not None), key=_padded),
        bool(found) and all(each.exact for each in found),
    )


def parse_range(text: str) -> VersionRange:
    """The range that a specifier means; any version for what is empty or cannot be read."""
    if len(text) > _LONGEST:
        return ANY_VERSION
    return widest(_all_of(part) for part in re.split(r"\|\|?", text))


def _all_of(text: str) -> VersionRange:
    found = ANY_VERSION
    for part in re.split(r",|\s+(?=[<>=!~^])", text.strip().strip("()")):
        match = _PART.fullmatch(part.strip())
        if match is not None:
            found = found.within(_one(match))
    return found


def _one(match: re.Match[str]) -> VersionRange:
    version = tuple(int(number) for number in match["release"].split("."))
    operator = match["operator"] or "=="
    if operator in {"==", "===", "="}:
        if match["rest"]:
            return VersionRange(version, _next(version))
        return VersionRange(version, _next(version), exact=True)
    if operator == "~=":
        return VersionRange(version, _next(version[:-1]) if len(version) > 1 else None)
    if operator == "^":
        first = next((index for index, number in enumerate(version) if number), len(version) - 1)
        return VersionRange(version, _next(version[: first + 1]))
    if operator == "~":
        return VersionRange(version, _next(version[:2]))
    if operator in {">=", ">"}:
        return VersionRange(version)
    if operator == "<":
        return VersionRange(None, version)
    if operator == "<=":
        return VersionRange(None, _next(version))
    return ANY_VERSION


def _next(version: Version) -> Version:
    return (*version[:-1], version[-1] + 1)


def _padded(version: Version) -> Version:
    return (*version, *(0,) * (6 - len(version)))
