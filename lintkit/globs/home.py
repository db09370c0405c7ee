"""Globs that are written in one folder, as globs of another: those of a configuration become relative to the root."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lintkit.globs.git import part_matches


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that the globs of a configuration are relative to, as it lies to the root.

    above  the root seen from a folder above it, such as `services/api/`; empty for the root and below it
    below  a folder below the root, such as `services/api`; empty for the root and above it
    """

    above: str = ""
    below: str = ""

    def globs(self, patterns: Iterable[str]) -> tuple[str, ...]:
        """`patterns`, written in this folder, as patterns relative to the root."""
        if self.below:
            return tuple(lowered(pattern, self.below) for pattern in patterns)
        return tuple(relative for pattern in patterns for relative in rebased(pattern, self.above))


def lowered(pattern: str, folder: str) -> str:
    """`pattern`, written in `folder` below the root (`services/api`), as a pattern relative to the root."""
    sign, body = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if not body.strip("/"):  # matches nothing, here as there
        return pattern
    above = re.sub(r"([\\*?\[\]!#])", r"\\\1", folder)
    if "/" not in body.rstrip("/"):
        above += "/**"
    return f"{sign}/{above}/{body.lstrip('/')}"


def rebased(pattern: str, prefix: str) -> tuple[str, ...]:
    """`pattern`, written in a folder above the root, as patterns relative to the root.

    prefix  the root seen from that folder: empty, or a path such as `services/api/`
    Returns several patterns where `**` may end before or within the prefix, and none where nothing can match.
    """
    sign, body = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if not prefix:
        return (pattern,)
    parts = body.lstrip("/").split("/")
    if "/" not in body.rstrip("/"):  # a name at any depth; the folders above the root count, too
        here = any(part_matches(parts[0], part) for part in prefix.rstrip("/").split("/"))
        return (f"{sign}/**",) if here else (pattern,)
    states = {tuple(parts)}
    for folder in prefix.rstrip("/").split("/"):
        states = {after for state in states for after in _within(state, folder)}
    return tuple(sorted(f"{sign}/{'/'.join(state)}" for state in states))


def _within(parts: tuple[str, ...], folder: str) -> set[tuple[str, ...]]:
    """What is left of a pattern below `folder`."""
    if parts[0] == "**":
        if not any(parts[1:]):  # every folder, this one included
            return {("**",)}
        return {parts} | _within(parts[1:], folder)
    if not part_matches(parts[0], folder):
        return set()
    return {parts[1:] if any(parts[1:]) else ("**",)}
